"""A person who comes back: closed or on the mailing list, now to be called as fresh (L3.3)."""

from dataclasses import replace
from datetime import datetime

from bot.assign import Rotation, give
from bot.desk import Desk
from bot.grading import graded
from rules.effect import Effect
from rules.effects import PostOwnerCard, RefreshCard
from rules.lead import Lead
from rules.plan import first_call
from rules.tiers import Grade
from rules.words import CALLS, Stage, Step
from storage import leads, measures
from storage.unit import Unit


def bring_back(
    desk: Desk, unit: Unit, lead: Lead, *, now: datetime, rotation: Rotation | None = None
) -> Lead:
    """Give a lead that was closed or parked to its rep as fresh, with its history (L3.3).

    `now` is UTC. One without an owner goes to the rotation; `rotation` is the unit's, where it
    has one already. Its first SMS and mail are not sent again. Who asked not to be called stays
    where they are.
    """
    if CALLS in lead.opted_out:
        return lead
    back = _fresh(desk, lead, _regraded(desk, unit, lead), now=now)
    leads.add_line(unit, lead.id, at=now, actor="", what="returned")
    if back.owner:
        owned = leads.save(unit, back, before=lead)
        effects = _told(owned)
    else:
        choice = (rotation or Rotation(unit, now=now)).choose()
        owned, effects = give(desk, unit, back, choice, now=now)
    desk.send(unit, owned, (*effects, RefreshCard(lead.id)), now=now)
    return owned


def _regraded(desk: Desk, unit: Unit, lead: Lead) -> Grade:
    """Give the tier that leads like it have now: nobody kept it up while nobody called (L1.3)."""
    alike = {"campaign": lead.campaign, "product": lead.product, "pin": lead.tier_pin}
    grade = graded(desk, kind=lead.kind, **alike)
    measures.regrade(unit, (lead.id,), grade)
    return grade


def _fresh(desk: Desk, lead: Lead, grade: Grade, *, now: datetime) -> Lead:
    at = first_call(now=now, phoning=desk.phoning(lead, now=now))
    step = Step.CALL if lead.phone_valid else Step.WAIT_FOR_PHONE
    return replace(
        lead,
        stage=Stage.LEAD,
        tier=grade.tier,
        score=grade.score,
        closed_at=None,
        plan_step=0,
        plan_at=None,
        tried=0,
        fresh_at=now,
        next_what=step,
        next_at=at if step is Step.CALL else None,
    )


def _told(lead: Lead) -> tuple[Effect, ...]:
    return (PostOwnerCard(lead.id, lead.owner, lead.version),)
