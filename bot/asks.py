"""What a customer asks for on the page: a call, at a better number, or mail instead (L3.3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import audit
from bot.agreed import end, silence
from bot.desk import Desk
from bot.heard import heard
from bot.numbers import with_number
from bot.optouts import reopen
from bot.returns import bring_back, call_again, tell_owner
from rules.agreements import Agreement, agree
from rules.effects import RefreshCard, TellOwner
from rules.lead import FollowUp, Lead
from rules.optouts import BY_PAGE
from rules.phones import Phone
from rules.wishes import NOW, wished_time
from rules.words import CALLS, Importance, Stage, Step
from storage import calls, inbox, leads, optouts
from storage.leads import Line
from storage.unit import Unit, View

EMAIL, AT = "email", "at"
A_MOMENT = timedelta(minutes=5)
MOST_TOLD = 3
TO_CALL = frozenset({Step.CALL, Step.FOLLOW_UP})


@dataclass(frozen=True, slots=True)
class Ask:
    """What was pressed: a `wish` of WISHES, EMAIL or AT, and the number typed, None for ours.

    With EMAIL it may be one that can't be called. `key` makes the same form count once; `at` is
    the moment (UTC) that was chosen, with AT; `via` is the number or address that the page's link
    was sent to.
    """

    wish: str = NOW
    phone: Phone | None = None
    key: str = ""
    at: datetime | None = None
    via: str = ""

    @property
    def when(self) -> dict[str, str]:
        """The moment that was chosen, as a line of history has it."""
        return {"when": self.at.isoformat()} if self.at else {}

    @property
    def left(self) -> str:
        """The number as it was typed, "" for none."""
        return self.phone.raw if self.phone else ""


def _is_left(lead: Lead, ask: Ask) -> bool:
    """Say whether a number is kept in the history alone: of a sale, or beside a wish for mail."""
    phone = ask.phone
    if phone is None or not (lead.stage is Stage.WON or ask.wish == EMAIL):
        return False
    return not phone.e164 or phone.e164 != lead.phone_e164


def is_closed(desk: Desk, lead: Lead, phone: str, *, via: str) -> bool:
    """Say whether a number (E.164) refused calls, and not by this lead alone (L3.3).

    A link that was sent to the number itself, `via`, takes back what its owner refused.
    """
    with desk.store.view() as view:
        return _is_closed(view, lead, phone, via=via)


def _is_closed(view: View, lead: Lead, phone: str, *, via: str) -> bool:
    if phone == via:
        return False
    return optouts.is_anothers(view, phone, channel=CALLS, lead_id=lead.id)


def carry_out(desk: Desk, lead_id: int, ask: Ask) -> Lead | None:
    """Do what a customer asked for, in one commit; gives the lead, None where it is gone.

    Whoever was closed or on the mailing list returns to a rep as fresh (L3.3); the owner is told
    at once, but not of the same twice, nor of many in a row. Raises Refused when the database is
    busy.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        lead = leads.standing(unit, lead_id, lock=True)
        if lead is not None and inbox.first_time(unit, ask.key, at=now):
            lead = _carry_out(desk, unit, lead, ask, now=now)
        unit.commit()
    return lead


def _carry_out(desk: Desk, unit: Unit, lead: Lead, ask: Ask, *, now: datetime) -> Lead:
    recent = _recent(unit, lead, now=now)
    if _is_repeat(lead, ask, recent):
        return lead
    leads.add_line(unit, lead.id, at=now, actor="", what=f"asked_{ask.wish}", **ask.when)
    left, lead = _is_left(lead, ask), heard(unit, lead, now=now)
    if left:
        leads.add_line(unit, lead.id, at=now, actor="", what="phone_left", text=ask.left)
    elif ask.phone is not None and ask.wish != EMAIL and lead.stage is not Stage.WON:
        lead = _with_number(desk, unit, lead, ask.phone, now=now)
    if ask.wish != EMAIL:
        lead = _reopened(desk, unit, lead, ask, now=now)
    after = _moved(desk, unit, lead, ask, now=now)
    audit.write(desk, unit, "", "ask", audit.of_lead(lead.id), after={"wish": ask.wish})
    desk.send(unit, after, (RefreshCard(lead.id),), now=now)
    if len(recent) < MOST_TOLD:
        _tell(desk, unit, after, ask, left=left, now=now)
    return after


def _reopened(desk: Desk, unit: Unit, lead: Lead, ask: Ask, *, now: datetime) -> Lead:
    """Open calls again, where they were not refused by another who has this number."""
    if CALLS not in lead.opted_out or _is_closed(unit, lead, lead.phone_e164, via=ask.via):
        return lead
    return reopen(desk, unit, lead, (CALLS,), how=BY_PAGE, now=now)


def _recent(view: View, lead: Lead, *, now: datetime) -> list[Line]:
    """Give what was asked on the page a moment ago, newest first."""
    lines = leads.lines(view, lead.id)
    return [one for one in lines if one.what.startswith("asked_") and one.at > now - A_MOMENT]


def _is_repeat(lead: Lead, ask: Ask, recent: Sequence[Line]) -> bool:
    """Say whether just this was asked a moment ago, still stands, and no call was made since."""
    newest = next(iter(recent), None)
    stands = {Step.EMAIL} if ask.wish == EMAIL else TO_CALL
    if not lead.living or lead.next_what not in stands:
        return False
    if newest is None or (newest.what, newest.data) != (f"asked_{ask.wish}", ask.when):
        return False
    known = ask.phone is None or ask.phone.e164 == lead.phone_e164
    return known and (lead.last_at is None or lead.last_at < newest.at)


def _with_number(desk: Desk, unit: Unit, lead: Lead, phone: Phone, *, now: datetime) -> Lead:
    """Call this number from now on; the one before stays in the history (L5.2)."""
    if lead.phone_valid and lead.phone_e164 == phone.e164:
        return lead
    leads.add_line(unit, lead.id, at=now, actor="", what="phone_given", was=lead.phone_raw or "-")
    return with_number(desk, unit, lead, phone, now=now)


def _moved(desk: Desk, unit: Unit, lead: Lead, ask: Ask, *, now: datetime) -> Lead:
    """Give the lead its new next step: back to a rep, the follow-up moved, or called as fresh."""
    if lead.stage is Stage.WON:
        return lead
    by_mail = ask.wish == EMAIL
    agreed = calls.open_followup(unit, lead.id)
    if agreed and lead.living and not by_mail:
        return _agreed_anew(desk, unit, lead, agreed, ask, now=now)
    if agreed and lead.living:
        lead = _ended(desk, unit, lead, agreed, now=now)
    at = _wished(desk, lead, ask, now=now)
    back = call_again if lead.working else bring_back
    after = back(desk, unit, lead, now=now, at=at, by_mail=by_mail)
    return _agreed(desk, unit, after, ask.at, now=now) if ask.at else after


def _ended(desk: Desk, unit: Unit, lead: Lead, agreed: FollowUp, *, now: datetime) -> Lead:
    """End what was agreed by phone: the customer wants mail instead."""
    desk.send(unit, lead, end(unit, agreed, now=now), now=now)
    return leads.save(unit, replace(lead, importance=""), before=lead)


def _wished(desk: Desk, lead: Lead, ask: Ask, *, now: datetime) -> datetime:
    return ask.at or wished_time(ask.wish, now=now, phoning=desk.phoning(lead, now=now))


def _agreed(desk: Desk, unit: Unit, lead: Lead, at: datetime, *, now: datetime) -> Lead:
    """Keep the hour that the customer chose as a follow-up, where its rep is reminded (L4.3).

    Before the first call its clock watches over it (C1); a product of one call has none (L4.2).
    """
    watched = lead.next_what is not Step.CALL or lead.ladder_at is not None or not lead.owner
    if watched or desk.playbook.product(lead.product).one_call:
        return lead
    made = Agreement(lead.id, at, Importance.HIGH)
    after, agreed = agree(lead, made, by=lead.owner, now=now, playbook=desk.playbook)
    calls.add_followup(unit, agreed, attempt_id=None)
    return leads.save(unit, after, before=lead)


def _agreed_anew(
    desk: Desk, unit: Unit, lead: Lead, agreed: FollowUp, ask: Ask, *, now: datetime
) -> Lead:
    """Move an agreed follow-up to the hour that the customer wants now; its reminders too."""
    at = _wished(desk, lead, ask, now=now)
    first = at + timedelta(minutes=desk.playbook.nag_rep[0])
    nag_at = first if agreed.importance is Importance.HIGH else None
    calls.save_followup(unit, replace(agreed, due_at=at, nags=0, nag_at=nag_at))
    desk.send(unit, lead, silence(unit, agreed, now=now), now=now)
    return leads.save(unit, replace(lead, next_at=at), before=lead)


def _tell(desk: Desk, unit: Unit, lead: Lead, ask: Ask, *, left: bool, now: datetime) -> None:
    """Tell the owner at once; where a lead that is closed has none, the managers."""
    notice = "asked_email" if ask.wish == EMAIL else "asked_call"
    notice = f"{notice}_left" if left else notice
    about = lead.next_at.isoformat() if lead.next_at else ""
    told = TellOwner(lead.id, lead.owner, notice, about, int(now.timestamp()))
    tell_owner(desk, unit, told, lead, alone="asked_alone")
