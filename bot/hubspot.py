"""In step with HubSpot: contacts as their leads are now, and leads as their contacts say (C2)."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from bot import audit
from bot.api import Caller
from bot.api_changes import Change, change_lead
from bot.desk import Desk
from bot.orders import Contact, Drop, Prepared, Sent
from bot.settings import HUBSPOT
from rules.cleaning import clean_text
from rules.hubspot import contact_of, mark_of, news, said
from rules.refusals import BUSY, Refused
from rules.team import program
from storage import crm, kept, leads
from storage.crm import Link
from storage.outbox import Row
from storage.unit import Unit, View

log = logging.getLogger(__name__)

SEEN = "hubspot_seen"
FIRST_LOOK = timedelta(days=1)
LATE = timedelta(minutes=2)
"""So much later than it was made a change may be found by a search; it is looked for so long."""
PAGES = 10
"""So many pages of contacts are read at one look; the next one goes on."""


@dataclass(frozen=True, slots=True)
class Found:
    """A contact as HubSpot has it, changed at a moment (UTC)."""

    id: str
    properties: Mapping[str, str]
    at: datetime


class Contacts(Protocol):
    """HubSpot's contacts, as its client gives them."""

    def changed(
        self, since: datetime, properties: Sequence[str], after: str
    ) -> tuple[list[Found], str]:
        """Give a page of contacts changed since a moment (UTC), the oldest change first.

        And what names the page after it, "" for none. Raises DeliveryFailed.
        """


def prepare_contact(desk: Desk, view: View, row: Row) -> Prepared:
    """Make a lead's contact of the present; nothing where both sides agree already (C2)."""
    effect: Any = row.effect
    lead = leads.load(view, effect.lead_id)
    if lead is None or lead.merged_into is not None or not (lead.email or lead.phone_e164):
        return Drop("no_contact")
    link = crm.of_lead(view, HUBSPOT, lead.id)
    properties = contact_of(lead, desk.playbook.hubspot)
    if link is None:
        return [Contact("", properties)]
    changed = news(properties, mark=link.mark)
    return [Contact(link.remote_id, changed)] if changed else Drop("agreed")


def pushed(unit: Unit, lead_id: int, order: Contact, done: Sent, *, now: datetime) -> None:
    """Write down which contact is a lead's, and that both sides agree on what it was told."""
    known = crm.of_remote(unit, HUBSPOT, done.ref)
    mark = mark_of(order.properties, before=known.mark if known else "")
    crm.keep(unit, Link(HUBSPOT, done.ref, lead_id, mark), at=now)


def look(desk: Desk, contacts: Contacts) -> int:
    """Obey what was changed in HubSpot since the last look; gives how many leads changed (C2).

    Contacts that are nobody's here are left alone. Raises DeliveryFailed where HubSpot is out of
    reach; the next look begins where this one ended.
    """
    properties, after, count = desk.playbook.hubspot.properties, "", 0
    since = _seen(desk)
    for _ in range(PAGES):
        found, after = contacts.changed(since, properties, after)
        count += sum(_obey(desk, one) for one in found)
        if found:
            newest = max(one.at for one in found)
            _remember(desk, newest if after else max(since, newest - LATE))
        if not after:
            break
    return count


def _seen(desk: Desk) -> datetime:
    with desk.store.view() as view:
        written = kept.get(view, SEEN)
    return datetime.fromisoformat(written) if written else desk.clock() - FIRST_LOOK


def _remember(desk: Desk, at: datetime) -> None:
    with desk.store.unit() as unit:
        kept.put(unit, SEEN, at.astimezone(UTC).isoformat(), at=desk.clock())
        unit.commit()


def _obey(desk: Desk, contact: Found) -> bool:
    """Change a contact's lead by what is new in the contact, and agree on it."""
    mapped = {name: contact.properties.get(name) for name in desk.playbook.hubspot.properties}
    whole = {name: clean_text(value) for name, value in mapped.items() if value}
    with desk.store.view() as view:
        link = crm.of_remote(view, HUBSPOT, contact.id)
    if link is None:
        return False
    changed = news(whole, mark=link.mark)
    if not changed:
        return False
    fields, stage = said(changed, whole, desk.playbook.hubspot)
    for change in (Change(fields), Change(stage=stage)):
        if change != Change():
            _change(desk, link.lead_id, change)
    with desk.store.unit() as unit:
        link = Link(HUBSPOT, contact.id, link.lead_id, mark_of(whole))
        crm.keep(unit, link, at=desk.clock())
        unit.commit()
    return True


def _change(desk: Desk, lead_id: int, change: Change) -> None:
    """Change a lead; what may not be is left so, and what only has to wait is raised again."""
    by = Caller(HUBSPOT, program(HUBSPOT).slack_id)
    try:
        with audit.comes_from(HUBSPOT):
            change_lead(desk, lead_id, change, by=by)
    except Refused as refused:
        if refused.key == BUSY:
            raise
        log.warning("HubSpot's change of lead %s was refused: %s", lead_id, refused.key)
