"""A person who comes back: from the list, from a closed lead, in the midst of its plan (L3.3)."""

from dataclasses import replace
from datetime import datetime

from bot import audit
from bot.assign import give, tell_managers
from bot.desk import Desk
from bot.grading import graded
from bot.rotation import Rotation
from bot.speed import clocked
from bot.team import is_in_team
from rules.effect import Effect
from rules.effects import PostOwnerCard, RefreshCard, TellManagers, TellOwner
from rules.guards import may_be_called
from rules.lead import Lead
from rules.matching import speaks
from rules.plan import first_call
from rules.routing import Choice
from rules.stages import RETURNED, reopened
from rules.words import CALLS, Stage, Step
from storage import leads, measures, outbox, reps
from storage.stages import Cause
from storage.unit import Unit


def bring_back(
    desk: Desk,
    unit: Unit,
    lead: Lead,
    *,
    now: datetime,
    rotation: Rotation | None = None,
    at: datetime | None = None,
    by_mail: bool = False,
) -> Lead:
    """Give a lead that was closed or parked to its rep as fresh, with its history (L3.3).

    It is called at `at`, as soon as may be where that is None, or written to `by_mail`; moments
    are UTC. One whose rep has left goes to the rotation; `rotation` is the unit's, where it has
    one already. Its first SMS and mail are not sent again. Who bought, and who asked not to be
    called and does not want mail instead, stays where they are.
    """
    if lead.stage is Stage.WON or (CALLS in lead.opted_out and not by_mail):
        return lead
    living = regraded(desk, unit, _returned(lead, now=now))
    back = _next(desk, _anew(living, now=now), now=now, at=at, by_mail=by_mail)
    leads.add_line(unit, lead.id, at=now, actor="", what="returned")
    owned = _given_back(desk, unit, lead, back, rotation, now=now, cause=Cause("", RETURNED))
    audit.write_lead(desk, unit, "", "return", before=lead, after=owned)
    return owned


def _returned(lead: Lead, *, now: datetime) -> Lead:
    """Let who was parked stand at the stage of one who just came."""
    if lead.stage is Stage.LEAD:
        return replace(lead, closed_at=None, tried=0)
    return reopened(lead, Stage.LEAD, now=now)


def reopen(
    desk: Desk, unit: Unit, lead: Lead, to: Stage, *, by: str, reason: str, now: datetime
) -> Lead:
    """Give a closed lead back to its rep at a living stage, to be called as fresh (S, L4.1).

    `now` is UTC. One whose rep has left goes to the rotation.
    """
    living = regraded(desk, unit, reopened(lead, to, now=now))
    back = _next(desk, _anew(living, now=now), now=now, at=None, by_mail=False)
    return _given_back(desk, unit, lead, back, None, now=now, cause=Cause(by, reason))


def _given_back(
    desk: Desk,
    unit: Unit,
    before: Lead,
    lead: Lead,
    rotation: Rotation | None,
    *,
    now: datetime,
    cause: Cause,
) -> Lead:
    if before.stage is not lead.stage:
        lead = leads.save(unit, lead, before=before, cause=cause)
        before = lead
    rotation = rotation or Rotation(desk, unit, now=now)
    other = _another(desk, unit, lead, rotation)
    if other:
        owned, effects = give(desk, unit, replace(lead, owner=""), other, now=now)
    else:
        owned, effects = _with_rep(desk, unit, before, lead, rotation, now=now)
    told = effects or _told(owned)
    desk.send(unit, owned, (*told, RefreshCard(lead.id)), now=now)
    return owned


def call_again(
    desk: Desk,
    unit: Unit,
    lead: Lead,
    *,
    now: datetime,
    rotation: Rotation | None = None,
    at: datetime | None = None,
    by_mail: bool = False,
) -> Lead:
    """Call a lead that somebody works as if it had just come, since it asked again.

    The arguments are those of `bring_back`. Where nobody works it, somebody will.
    """
    if not may_be_called(lead) and not by_mail:
        return lead
    fresh = _anew(lead, now=now)
    if lead.next_what is not Step.ASSIGN:
        fresh = _next(desk, fresh, now=now, at=at, by_mail=by_mail)
    owned, effects = _with_rep(desk, unit, lead, fresh, rotation, now=now)
    desk.send(unit, owned, effects, now=now)
    return owned


def regraded(desk: Desk, unit: Unit, lead: Lead) -> Lead:
    """Give a lead the tier that leads like it have now (L1.3)."""
    alike = {"campaign": lead.campaign, "product": lead.product, "pin": lead.tier_pin}
    grade = graded(desk, kind=lead.kind, **alike)
    measures.regrade(unit, (lead.id,), grade)
    return replace(lead, tier=grade.tier, score=grade.score)


def _anew(lead: Lead, *, now: datetime) -> Lead:
    return replace(
        lead,
        plan_step=0,
        plan_at=None,
        unavailables=0,
        passes=0,
        missed_followup=0,
        followup_misses=0,
        fresh_at=now,
    )


def _next(desk: Desk, lead: Lead, *, now: datetime, at: datetime | None, by_mail: bool) -> Lead:
    if by_mail:
        return replace(lead, next_what=Step.EMAIL, next_at=None)
    if not lead.phone_valid:
        return replace(lead, next_what=Step.WAIT_FOR_PHONE, next_at=None)
    soonest = first_call(now=now, phoning=desk.phoning(lead, now=now))
    return replace(lead, next_what=Step.CALL, next_at=at or soonest)


def _with_rep(
    desk: Desk, unit: Unit, before: Lead, lead: Lead, rotation: Rotation | None, *, now: datetime
) -> tuple[Lead, tuple[Effect, ...]]:
    """Save a lead with its rep, or with the rotation's where that one is not in the team."""
    if is_in_team(desk, unit, lead.owner):
        return leads.save(unit, clocked(desk, unit, lead, now=now), before=before), ()
    choice = (rotation or Rotation(desk, unit, now=now)).choose(lead)
    return give(desk, unit, replace(lead, owner=""), choice, now=now)


def _another(desk: Desk, unit: Unit, lead: Lead, rotation: Rotation) -> Choice | None:
    """Give who has a lead from now on whose rep does not speak its language (C3).

    None for the same: that one speaks it, or nobody else could have it.
    """
    rep = reps.get(unit, lead.owner) if lead.owner else None
    here = rep is not None and is_in_team(desk, unit, rep.slack_id)
    if rep is None or not here or speaks(rep, lead, desk.playbook.match):
        return None
    return rotation.choose(lead, (rep.slack_id,), handed=True)


def _told(lead: Lead) -> tuple[Effect, ...]:
    return (PostOwnerCard(lead.id, lead.owner, lead.version),) if lead.owner else ()


def tell_owner(desk: Desk, unit: Unit, told: TellOwner, lead: Lead, *, alone: str) -> None:
    """Tell a lead's owner; the managers, by the notice `alone`, where it has none at work."""
    now = desk.clock()
    if is_in_team(desk, unit, lead.owner):
        outbox.add(unit, (told,), now=now)
    elif lead.next_what is not Step.ASSIGN:
        notice = TellManagers(alone, lead.id, about=str(told.turn))
        outbox.add(unit, tell_managers(desk, unit, notice), now=now)
