"""What a customer asks for on the page: a call, at a better number, or mail instead (L3.3)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.assign import Rotation, give, tell_managers
from bot.desk import Desk
from bot.optouts import applied, reopen
from bot.returns import bring_back
from rules.effects import RefreshCard, RetireNudge, TellManagers, TellOwner
from rules.lead import PARKED, FollowUp, Lead
from rules.optouts import BY_PAGE
from rules.phones import Phone, read_phone
from rules.wishes import NOW, wished_time
from rules.words import CALLS, Importance, Stage, Step
from storage import calls, inbox, leads, outbox, reps
from storage.unit import Unit, View

COUNTRY = 2
EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Ask:
    """What was pressed: a `wish` of WISHES or EMAIL, and the number to call, None for ours.

    `key` makes the same form count once.
    """

    wish: str = NOW
    phone: Phone | None = None
    key: str = ""


def read_number(desk: Desk, lead: Lead, text: str) -> Phone:
    """Read a number as the customer typed it, as those of their country do (L5.2)."""
    region = lead.region if len(lead.region) == COUNTRY else desk.settings.default_region
    return read_phone(text, region=region)


def carry_out(desk: Desk, lead_id: int, ask: Ask) -> Lead | None:
    """Do what a customer asked for, in one commit; gives the lead, None where it is gone.

    Whoever was closed or on the mailing list returns to a rep as fresh (L3.3); the owner is told
    at once. Raises Refused when the database is busy.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        lead = leads.load(unit, lead_id, lock=True)
        if lead is not None and inbox.first_time(unit, ask.key, at=now):
            lead = _carry_out(desk, unit, lead, ask, now=now)
        unit.commit()
    return lead


def _carry_out(desk: Desk, unit: Unit, lead: Lead, ask: Ask, *, now: datetime) -> Lead:
    leads.add_line(unit, lead.id, at=now, actor="", what=f"asked_{ask.wish}")
    if ask.phone is not None:
        lead = _with_number(desk, unit, lead, ask.phone, now=now)
    if ask.wish != EMAIL and CALLS in lead.opted_out:
        lead = reopen(desk, unit, lead, (CALLS,), how=BY_PAGE, now=now)
    after = _moved(desk, unit, lead, ask, now=now)
    _tell(desk, unit, after, ask, now=now)
    return after


def _with_number(desk: Desk, unit: Unit, lead: Lead, phone: Phone, *, now: datetime) -> Lead:
    """Call this number from now on; the one before stays in the history (L5.2)."""
    if lead.phone_valid and lead.phone_e164 == phone.e164:
        return lead
    given = replace(
        lead,
        phone_raw=phone.raw,
        phone_e164=phone.e164,
        phone_type=phone.type,
        phone_valid=True,
    )
    known = applied(desk, unit, desk.placed(given), now=now)
    leads.add_line(unit, lead.id, at=now, actor="", what="phone_given", was=lead.phone_raw or "-")
    return leads.save(unit, known, before=lead)


def _moved(desk: Desk, unit: Unit, lead: Lead, ask: Ask, *, now: datetime) -> Lead:
    """Give the lead its new next step: back to a rep, the follow-up moved, or called as fresh."""
    if lead.stage is Stage.WON:
        return lead
    agreed = calls.open_followup(unit, lead.id)
    if agreed and lead.living:
        return lead if ask.wish == EMAIL else _agreed_anew(desk, unit, lead, agreed, ask, now=now)
    if not lead.living or lead.next_what in PARKED:
        back = bring_back(desk, unit, _with_present_owner(desk, unit, lead), now=now)
        return leads.save(unit, _next(desk, back, ask, now=now), before=back)
    return _as_fresh(desk, unit, lead, ask, now=now)


def _as_fresh(desk: Desk, unit: Unit, lead: Lead, ask: Ask, *, now: datetime) -> Lead:
    """Call a lead that somebody works as if it had just come; where nobody does, somebody will."""
    fresh = replace(
        lead, plan_step=0, plan_at=None, fresh_at=now, missed_followup=0, followup_misses=0
    )
    fresh = _next(desk, _with_present_owner(desk, unit, fresh), ask, now=now)
    if fresh.owner:
        return leads.save(unit, fresh, before=lead)
    owned, effects = give(desk, unit, fresh, Rotation(unit, now=now).choose(), now=now)
    desk.send(unit, owned, effects, now=now)
    return owned


def _next(desk: Desk, lead: Lead, ask: Ask, *, now: datetime) -> Lead:
    if lead.next_what is Step.ASSIGN or (ask.wish != EMAIL and not lead.phone_valid):
        return lead
    if ask.wish == EMAIL:
        return replace(lead, next_what=Step.EMAIL, next_at=None)
    at = wished_time(ask.wish, now=now, phoning=desk.phoning(lead, now=now))
    return replace(lead, next_what=Step.CALL, next_at=at)


def _agreed_anew(
    desk: Desk, unit: Unit, lead: Lead, agreed: FollowUp, ask: Ask, *, now: datetime
) -> Lead:
    """Move an agreed follow-up to the hour that the customer wants now; its reminders too."""
    at = wished_time(ask.wish, now=now, phoning=desk.phoning(lead, now=now))
    first = at + timedelta(minutes=desk.playbook.nag_rep[0])
    nag_at = first if agreed.importance is Importance.HIGH else None
    outbox.cancel_nudges(unit, agreed.id, now=now)
    calls.save_followup(unit, replace(agreed, due_at=at, nags=0, nag_at=nag_at))
    if agreed.nags:
        desk.send(unit, lead, (RetireNudge(agreed.id, lead.id),), now=now)
    return leads.save(unit, replace(lead, next_at=at), before=lead)


def _with_present_owner(desk: Desk, view: View, lead: Lead) -> Lead:
    """Give the lead without an owner who has left the team."""
    return lead if _is_present(desk, view, lead.owner) else replace(lead, owner="")


def _is_present(desk: Desk, view: View, slack_id: str) -> bool:
    rep = reps.get(view, slack_id)
    return rep.state != "paused" if rep else slack_id in desk.settings.admin_slack_ids


def _tell(desk: Desk, unit: Unit, lead: Lead, ask: Ask, *, now: datetime) -> None:
    """Tell the owner at once; where a lead that is closed has none, the managers."""
    desk.send(unit, lead, (RefreshCard(lead.id),), now=now)
    if _is_present(desk, unit, lead.owner):
        notice = "asked_email" if ask.wish == EMAIL else "asked_call"
        about = lead.next_at.isoformat() if lead.next_at else ""
        told = TellOwner(lead.id, lead.owner, notice, about, lead.version)
        outbox.add(unit, (told,), now=now)
    elif lead.next_what is not Step.ASSIGN:
        alone = TellManagers("asked_alone", lead.id, about=now.isoformat())
        outbox.add(unit, tell_managers(desk, unit, alone), now=now)
