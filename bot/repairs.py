"""A wrong number put right by a rep: one that was proposed, or by hand; and taken back (L5.2)."""

from dataclasses import dataclass
from datetime import datetime

from bot import audit
from bot.desk import Desk
from bot.leads import workable
from bot.mending import Mend, country_of, is_theirs, mend_of, mend_text
from bot.numbers import call_now, with_number
from bot.returns import tell_owner
from bot.taking_back import own_change, put_back
from bot.team import member
from rules.effects import RefreshCard, TellOwner
from rules.lead import Lead
from rules.phones import Phone, read_phone, shown_phone
from rules.refusals import Refused
from rules.repair import AREA_MISSING, DIGIT_EXTRA, DIGIT_MISSING
from rules.words import CALLS
from storage import calls, inbox, leads, optouts, pastlines, repairs
from storage.unit import Unit, View

LINE = "phone_mended"
CHANGED = (
    *("phone_raw", "phone_e164", "phone_type", "phone_valid", "unavailables", "attempts"),
    *("next_what", "next_at", "plan_step", "plan_at", "missed_followup", "followup_misses"),
    *("fresh_at", "opted_out"),
)
"""What another number changes of a lead: once anything of it changed again, it stands."""
_AMISS = {
    DIGIT_MISSING: "phone.digit_missing",
    DIGIT_EXTRA: "phone.digit_extra",
    AREA_MISSING: "phone.area_missing",
}
_CLOCK = ("zone", "passes", "climbs", "clocked_at", "ladder_at", "ladder_step", "waited")


@dataclass(frozen=True, slots=True)
class Mended:
    """A lead whose number was put right; `line` takes it back, 0 where it was done before."""

    lead: Lead
    home: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Declined:
    """A lead of which no proposed number was right, and what is to be asked."""

    lead: Lead
    question: str


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A number for a lead: by which rule, what that counts as, who chose it and when (UTC)."""

    phone: Phone
    rule: str
    state: str
    by: str
    now: datetime


def use(desk: Desk, lead_id: int, e164: str, *, by: str, key: str = "") -> Mended:
    """Put a lead's number right with one that is proposed for it now, and call it now (L5.2).

    The original stays in the history; `key` names the click for redelivery. Raises Refused:
    somebody else's lead, closed, a number that is proposed no more or may not be called.
    """
    now, home = desk.clock(), desk.settings.default_region
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        leads.lock_person(unit, phone=e164, email="")
        lead = workable(unit, lead_id, by=actor)
        if not inbox.first_time(unit, key, at=now):
            return Mended(lead, home)
        _check_living(lead)
        proposed = mend_of(desk, unit, lead).repairs
        rule = next((one.rule for one in proposed if one.e164 == e164), "")
        if not rule:
            raise Refused("phone.gone", lead_id=lead.id, name=lead.name)
        phone = read_phone(e164, region=home)
        chosen = _Chosen(phone, rule, repairs.CONFIRMED, by, now)
        done = _set(desk, unit, lead, chosen)
        unit.commit()
    return done


def correct(desk: Desk, lead_id: int, typed: str, *, by: str, key: str = "") -> Mended:
    """Put a lead's number right by hand, and call it now (L5.2).

    Raises Refused: somebody else's lead, closed, a number that can't be right (with those that it
    may have been), is the lead's already, or may not be called.
    """
    now, home = desk.clock(), desk.settings.default_region
    phone = _typed(desk, lead_id, typed, by=by)
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        leads.lock_person(unit, phone=phone.e164, email="")
        lead = workable(unit, lead_id, by=actor)
        if not inbox.first_time(unit, key, at=now):
            return Mended(lead, home)
        _check_living(lead)
        if lead.phone_valid and lead.phone_e164 == phone.e164:
            raise Refused("phone.same", lead_id=lead.id, name=lead.name)
        done = _set(desk, unit, lead, _Chosen(phone, "", repairs.BY_HAND, by, now))
        unit.commit()
    return done


def _typed(desk: Desk, lead_id: int, typed: str, *, by: str) -> Phone:
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        lead = workable(view, lead_id, by=actor)
        phone = read_phone(typed, region=country_of(desk, lead))
        if not is_theirs(desk, phone):
            raise _unreadable(desk, view, lead, typed)
    return phone


def _unreadable(desk: Desk, view: View, lead: Lead, typed: str) -> Refused:
    """Say that a number can't be right, and which it may have been."""
    home, mend = desk.settings.default_region, mend_text(desk, view, lead, typed)
    near = [shown_phone(read_phone(one.e164, region=home), region=home) for one in mend.repairs]
    key = "phone.bad_near" if near else _AMISS.get(mend.question, "phone.bad")
    return Refused(key, lead_id=lead.id, typed=typed[:40], near=", ".join(near))


def _check_living(lead: Lead) -> None:
    if not lead.living:
        raise Refused("lead.closed", lead_id=lead.id, name=lead.name, stage=lead.stage)


def _set(desk: Desk, unit: Unit, lead: Lead, chosen: _Chosen) -> Mended:
    now = chosen.now
    if optouts.has(unit, chosen.phone.e164, channel=CALLS):
        raise Refused("phone.closed", lead_id=lead.id, name=lead.name)
    repairs.add(
        *(unit, lead.id, [(chosen.phone.e164, chosen.rule)]),
        raw=lead.phone_raw,
        state=chosen.state,
        actor=chosen.by,
        at=now,
    )
    given = with_number(desk, unit, lead, chosen.phone, now=now)
    after = call_now(desk, unit, given, now=now)
    names = (*CHANGED, *_CLOCK)
    undo = {"before": calls.snapshot(lead, names), "after": calls.snapshot(after, CHANGED)}
    data = {"was": lead.phone_raw or "-", "undo": undo}
    line = pastlines.write(unit, lead.id, at=now, actor=chosen.by, what=LINE, data=data)
    audit.write_lead(
        desk, unit, chosen.by, "phone", before=lead, after=after, rule=chosen.rule or "-"
    )
    desk.send(unit, after, (RefreshCard(lead.id),), now=now)
    _tell(desk, unit, after, line, by=chosen.by)
    return Mended(after, desk.settings.default_region, line)


def _tell(desk: Desk, unit: Unit, lead: Lead, line: int, *, by: str) -> None:
    """Tell the owner of what somebody else did."""
    if lead.owner and lead.owner != by:
        about = lead.next_at.isoformat() if lead.next_at else ""
        told = TellOwner(lead.id, lead.owner, LINE, about, line)
        tell_owner(desk, unit, told, lead, alone="phone_alone")


def decline(desk: Desk, lead_id: int, *, by: str, key: str = "") -> Declined:
    """Write down that no proposed number is right: none is proposed again, the rules learn (L5.2).

    Raises Refused: somebody else's lead, closed.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = workable(unit, lead_id, by=actor)
        mend = mend_of(desk, unit, lead)
        if inbox.first_time(unit, key, at=now) and mend.repairs:
            _decline(desk, unit, lead, mend, by=by, now=now)
        unit.commit()
    return Declined(lead, mend.question)


def _decline(desk: Desk, unit: Unit, lead: Lead, mend: Mend, *, by: str, now: datetime) -> None:
    numbers = [(one.e164, one.rule) for one in mend.repairs]
    repairs.add(unit, lead.id, numbers, raw=lead.phone_raw, state=repairs.REFUSED, actor=by, at=now)
    leads.add_line(unit, lead.id, at=now, actor=by, what="phone_unmended")
    audit.write(desk, unit, by, "phone_decline", audit.of_lead(lead.id))
    desk.send(unit, lead, (RefreshCard(lead.id),), now=now)


def take_back(desk: Desk, line_id: int, *, by: str, key: str = "") -> Lead:
    """Take back the number that this person set, while nothing came of it; gives the lead (L5.2).

    Raises Refused when it was taken back, is another's, or something happened since.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        lead, change = own_change(desk, unit, line_id, LINE, by=by, key=key, now=now)
        restored = put_back(unit, lead, change, changed=CHANGED)
        repairs.take_back(unit, lead.id, lead.phone_e164)
        leads.add_line(unit, lead.id, at=now, actor=by, what="phone_restored")
        audit.write_lead(desk, unit, by, "phone_undo", before=lead, after=restored)
        desk.send(unit, restored, (RefreshCard(lead.id),), now=now)
        unit.commit()
    return restored
