"""A rep answers a customer's SMS in the rep's own words (L2.3)."""

from dataclasses import dataclass
from datetime import datetime

from bot import audit
from bot.desk import Desk
from bot.leads import workable
from bot.outward import leaves_at
from bot.team import member
from rules.effects import RefreshCard
from rules.guards import is_asked, may_write
from rules.lead import Lead
from rules.refusals import Refused
from rules.segments import count
from rules.sending import SendSms
from rules.words import Layer
from storage import inbox, leads, outbox

LONGEST = 1600


@dataclass(frozen=True, slots=True)
class Texting:
    """A lead that is written to by SMS: when it leaves (UTC), as how many segments.

    `about` is what takes it back while it waits.
    """

    lead: Lead
    now: datetime
    leaves_at: datetime
    segments: int = 0
    about: str = ""


def to_write(desk: Desk, lead_id: int, *, by: str) -> Texting:
    """Give a lead that this person is about to write to, and when that would leave.

    Raises Refused where it is another's, takes no SMS or has not written to us in a month: then
    it would be an advertisement.
    """
    now = desk.clock()
    with desk.store.view() as view:
        lead = workable(view, lead_id, by=member(view, by, admins=desk.settings.admin_slack_ids))
        _check_open(desk, lead, now=now)
        leave = leaves_at(desk, view, lead, SendSms(lead.id, Layer.OTHER), now=now)
    return Texting(lead, now, leave)


def write(desk: Desk, lead_id: int, text: str, *, by: str, key: str) -> Texting:
    """Send a lead a rep's own words by SMS; the same `key` sends them once.

    Quiet hours and rest hold it. Raises Refused where it is too long, or `to_write` does.
    """
    now, said = desk.clock(), text.strip()
    _check_length(said)
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = workable(unit, lead_id, by=actor)
        _check_open(desk, lead, now=now)
        sms = SendSms(lead.id, Layer.OTHER, about=key, text=said)
        leave = leaves_at(desk, unit, lead, sms, now=now)
        if inbox.first_time(unit, key, at=now):
            leads.add_line(unit, lead.id, at=now, actor=by, what="wrote_sms", text=said)
            audit.write(desk, unit, by, "text", audit.of_lead(lead.id))
            desk.send(unit, lead, (sms, RefreshCard(lead.id)), now=now)
        unit.commit()
    return Texting(lead, now, leave, count(said).segments, key)


def _check_open(desk: Desk, lead: Lead, *, now: datetime) -> None:
    carried = desk.carries(SendSms(lead.id, Layer.OTHER))
    if not carried or not may_write(lead, Layer.OTHER, desk.playbook):
        raise Refused("text.closed", lead_id=lead.id, name=lead.name)
    if not is_asked(lead, Layer.OTHER, now=now):
        raise Refused("text.unasked", lead_id=lead.id, name=lead.name)


def _check_length(text: str) -> None:
    if not text:
        raise Refused("text.empty")
    if len(text) > LONGEST:
        raise Refused("text.too_long", length=len(text), most=LONGEST, n=count(text).segments)


def take_back(desk: Desk, lead_id: int, about: str, *, by: str) -> Lead:
    """Take back a rep's SMS that has not left; raises Refused when it has, or is another's."""
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = workable(unit, lead_id, by=actor)
        key = SendSms(lead.id, Layer.OTHER, about=about).once_key
        if not outbox.cancel(unit, [key], why="undone", now=now):
            raise Refused("undo.left", lead_id=lead.id, name=lead.name)
        leads.add_line(unit, lead.id, at=now, actor=by, what="sms_taken_back")
        audit.write(desk, unit, by, "text_undo", audit.of_lead(lead.id))
        desk.send(unit, lead, (RefreshCard(lead.id),), now=now)
        unit.commit()
    return lead
