"""A customer's SMS comes back: kept, told to the rep at once, an opt-out obeyed (L2.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.assign import tell_managers
from bot.bodies import FORM, Unreadable, read_body
from bot.desk import Desk
from bot.team import member
from rules.cleaning import clean_text
from rules.effects import Effect, RefreshCard, TellManagers, TellReply
from rules.lead import Lead
from rules.phones import Phone, read_phone
from rules.refusals import Refused
from rules.replies import reads_as_optout, without_messages
from storage import inbox, leads, outbox
from storage.unit import Unit, View

# The colon keeps it apart from the sources of intake, whose names have none.
SOURCE = "sms:inbound"
LONGEST = 1600
WORDLESS = "…"


@dataclass(frozen=True, slots=True)
class Inbound:
    """An SMS that came in: the provider's id of it, the sender's number, the words."""

    sid: str
    phone: Phone
    text: str

    @property
    def optout(self) -> bool:
        """Whether it asks for no more messages."""
        return reads_as_optout(self.text)


def receive(desk: Desk, body: bytes) -> None:
    """Take in one SMS as its provider's form has it, in one commit; the same again changes nothing.

    Raises Unreadable when the form holds no message, Refused when the database is busy.
    """
    now = desk.clock()
    message = read_message(body, region=desk.settings.default_region)
    with desk.store.unit() as unit:
        kept = inbox.keep(
            unit, source=SOURCE, body=body, content_type=FORM, once_key=message.sid, at=now
        )
        if kept is not None:
            found = _senders(unit, message)
            newest = found[0].id if found else None
            inbox.settle(unit, kept, state="answer", lead_id=newest)
            _take_in(desk, unit, found, message, now=now)
            unit.commit()


def find(view: View, sid: str, *, region: str) -> Inbound | None:
    """Give a message that was taken in; `region` reads a number without its country."""
    kept = inbox.find(view, source=SOURCE, once_key=sid)
    return read_message(kept.body, region=region) if kept else None


def read_message(body: bytes, *, region: str) -> Inbound:
    """Read the provider's form; raises Unreadable when it names no sender or no id."""
    fields = read_body(body, FORM) or {}
    sid, sender, text = (
        clean_text(str(fields.get(name, "")), length=LONGEST)
        for name in ("MessageSid", "From", "Body")
    )
    if not sid or not sender:
        raise Unreadable("the form holds no message")
    return Inbound(sid, read_phone(sender, region=region), text or WORDLESS)


def _senders(unit: Unit, message: Inbound) -> Sequence[Lead]:
    """Give the leads with the sender's number, newest first, held until the unit ends."""
    leads.lock_person(unit, phone=message.phone.e164, email="")
    return leads.of_phone(unit, message.phone.e164)


def _take_in(
    desk: Desk, unit: Unit, found: Sequence[Lead], message: Inbound, *, now: datetime
) -> None:
    """Write it down with each lead; where no rep is told, the managers are."""
    heard = [_write_down(desk, unit, lead, message, now=now) for lead in found]
    if message.optout:
        for lead in _sharing(unit, found):
            _close(desk, unit, lead, message, now=now)
    if not any(heard):
        notice = TellManagers("unheard", found[0].id if found else 0, about=message.sid)
        outbox.add(unit, tell_managers(desk, unit, notice), now=now)


def _write_down(desk: Desk, unit: Unit, lead: Lead, message: Inbound, *, now: datetime) -> bool:
    """Write it in the lead's history and obey an opt-out; says whether its rep is told."""
    if message.optout:
        _close(desk, unit, lead, message, now=now)
    else:
        leads.add_line(unit, lead.id, at=now, actor="", what="replied", text=message.text)
    heard = lead.living and _is_in_team(desk, unit, lead.owner)
    told: tuple[Effect, ...] = (TellReply(lead.id, lead.owner, message.sid),) if heard else ()
    desk.send(unit, lead, (*told, RefreshCard(lead.id)), now=now)
    return heard


def _close(desk: Desk, unit: Unit, lead: Lead, message: Inbound, *, now: datetime) -> None:
    """Send this lead no SMS and no mail from now on."""
    asked = without_messages(lead)
    if asked != lead:
        leads.save(unit, asked, before=lead)
    leads.add_line(unit, lead.id, at=now, actor="", what="opted_out", text=message.text)
    desk.send(unit, lead, (RefreshCard(lead.id),), now=now)


def _sharing(unit: Unit, found: Sequence[Lead]) -> Sequence[Lead]:
    """Give the other leads that have an address of these: their mail goes to the same person."""
    known = {lead.id for lead in found}
    addresses = {lead.email for lead in found if lead.email}
    others = {one.id: one for email in addresses for one in leads.of_email(unit, email)}
    return [one for number, one in sorted(others.items()) if number not in known]


def _is_in_team(desk: Desk, view: View, slack_id: str) -> bool:
    try:
        member(view, slack_id, admins=desk.settings.admin_slack_ids)
    except Refused:
        return False
    return True
