"""All that is held on one person, as a JSON file: for the person who asks what is known (C5)."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot import audit, strays
from bot.audience import words_of
from bot.desk import Desk
from bot.leads import workable
from bot.orders import Drop, Prepared, SlackFile
from bot.team import hears_notices, member
from bot.views import person as views
from rules.erasure import SendPerson
from rules.lead import Lead
from rules.permissions import Act
from rules.refusals import Refused
from storage import erasing, inbox, leads, outbox, person, person_rows
from storage.outbox import Row
from storage.person import Person
from storage.unit import View


@dataclass(frozen=True, slots=True)
class Held:
    """What is held on a person: the lead that stands, the file, how many records are in it."""

    lead: Lead
    content: bytes
    count: int

    @property
    def name(self) -> str:
        """The file's name, which names nobody."""
        return f"lead-{self.lead.id}.json"


def ask(desk: Desk, lead_id: int, *, by: str, asked: str, key: str = "") -> Lead:
    """Put the file on a lead's person in line for a manager, privately, and write it down (C5).

    `asked` sets this request apart. Raises Refused for who manages not, and for no such lead.
    """
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = workable(unit, lead_id, by=actor, act=Act.EXPORT)
        if inbox.first_time(unit, key, at=desk.clock()):
            outbox.add(unit, (SendPerson(lead.id, by, asked),), now=desk.clock())
            audit.write(desk, unit, by, "export", audit.of_lead(lead.id))
        unit.commit()
    return lead


def to_save(desk: Desk, lead_id: int) -> Held:
    """Give what is held on a lead's person to whoever works on the machine; it is written down.

    Raises Refused: no such lead, or its person was erased.
    """
    with desk.store.unit() as unit:
        if mark := erasing.mark_of(unit, lead_id):
            raise Refused("lead.erased", lead_id=lead_id, when=mark.at)
        held = gather(desk, unit, lead_id)
        audit.write(desk, unit, "", "export", audit.of_lead(held.lead.id))
        unit.commit()
    return held


def gather(desk: Desk, view: View, lead_id: int) -> Held:
    """Gather all rows on a lead's person; raises Refused where there is no such lead."""
    known = person.find(view, lead_id)
    lead = leads.load(view, known.ids[0]) if known else None
    if known is None or lead is None:
        raise Refused("lead.missing", lead_id=lead_id)
    aside = strays.find(view, known)
    loose = [*(one.id for one in aside.bodies), *aside.tables]
    rows = person_rows.all_of(view, known, loose=loose)
    content = _written(known, rows, at=desk.clock())
    return Held(lead, content, sum(map(len, rows.values())))


def _written(known: Person, rows: Mapping[str, Any], *, at: datetime) -> bytes:
    whole = {
        "lead": known.ids[0],
        "leads": sorted(known.ids),
        "made_at": at.astimezone(UTC).isoformat(),
        "held": rows,
    }
    return (json.dumps(whole, default=_plain, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(value: object) -> object:
    """Give what JSON has no word for: moments as ISO 8601, bytes as text, else as base64."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(value).decode("ascii")}
    raise TypeError(f"{type(value).__name__} has no place in a file")


def prepare(desk: Desk, view: View, row: Row) -> Prepared:
    """Make the file of the present, for the manager who asked for it."""
    effect: Any = row.effect
    if not hears_notices(desk, view, effect.rep):
        return Drop("manages_no_more")
    if erasing.mark_of(view, effect.lead_id):
        return Drop("lead_gone")
    held = gather(desk, view, effect.lead_id)
    message = views.file_sent(held.lead, held.count, words_of(desk, view, effect.rep))
    return [SlackFile(effect.rep, message, held.content, held.name)]
