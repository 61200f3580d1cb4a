"""Tiers that a manager chooses: for one lead, or for all of its campaign (L1.3)."""

from dataclasses import dataclass, replace

from bot import audit, playbooks
from bot.desk import Desk
from bot.grading import Standing, graded, standing
from bot.leads import open_lead
from bot.team import allowed
from rules.effects import RefreshCard
from rules.lead import Lead
from rules.permissions import Act
from rules.refusals import Refused
from rules.words import Tier
from storage import inbox, leads, measures
from storage.unit import View


@dataclass(frozen=True, slots=True)
class Pinned:
    """A lead whose tier, or whose campaign's, was chosen or is measured again."""

    lead: Lead
    standing: Standing
    of_campaign: bool


def pinnable(desk: Desk, lead_id: int, *, by: str) -> Lead:
    """Give a lead whose tier this person is about to choose; raises Refused for all but managers.

    A closed lead is refused too: it is called no more, so its tier says nothing.
    """
    with desk.store.view() as view:
        return _pinnable(desk, view, lead_id, by=by)


def _pinnable(desk: Desk, view: View, lead_id: int, *, by: str) -> Lead:
    actor = allowed(desk, view, by, Act.MANAGE, refusal="tier.managers_only")
    lead = open_lead(view, lead_id, by=actor)
    if not lead.living:
        raise Refused("lead.closed", lead_id=lead.id, name=lead.name, stage=lead.stage)
    return lead


def pin_lead(desk: Desk, lead_id: int, tier: Tier | None, *, by: str, key: str = "") -> Pinned:
    """Choose a lead's tier, None for as it is measured; it counts at once."""
    now = desk.clock()
    with desk.store.unit() as unit:
        lead = _pinnable(desk, unit, lead_id, by=by)
        pin = tier or ""
        grade = graded(desk, campaign=lead.campaign, kind=lead.kind, product=lead.product, pin=pin)
        if inbox.first_time(unit, key, at=now) and lead.tier_pin != pin:
            measures.pin(unit, lead_id, tier, grade)
            what, data = ("tier_pinned", {"tier": pin}) if tier else ("tier_measured", {})
            leads.add_line(unit, lead_id, at=now, actor=by, what=what, **data)
            after = replace(lead, tier_pin=pin)
            audit.write_lead(desk, unit, by, "pin_tier", before=lead, after=after)
            desk.send(unit, lead, (RefreshCard(lead_id),), now=now)
        unit.commit()
    return _pinned(desk, lead_id, of_campaign=False)


def pin_campaign(desk: Desk, lead_id: int, tier: Tier | None, *, by: str, key: str = "") -> Pinned:
    """Choose the tier of a lead's whole campaign, in the playbook.

    It counts at once for this lead and new ones, for the others with the clock's next look: they
    may be many. Leads with a tier of their own keep it.
    """
    lead = pinnable(desk, lead_id, by=by)
    changes = {f"campaign:{lead.campaign}": {"tier": str(tier) if tier else None}}
    playbooks.change(desk, by, changes, key=key)
    grade = graded(desk, campaign=lead.campaign, kind=lead.kind, product=lead.product)
    with desk.store.unit() as unit:
        measures.regrade(unit, (lead_id,), grade)
        unit.commit()
    return _pinned(desk, lead_id, of_campaign=True)


def _pinned(desk: Desk, lead_id: int, *, of_campaign: bool) -> Pinned:
    with desk.store.view() as view:
        lead = leads.load(view, lead_id)
    if lead is None:
        raise Refused("lead.missing", lead_id=lead_id)
    return Pinned(lead, standing(desk, lead), of_campaign)
