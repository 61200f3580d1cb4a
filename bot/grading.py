"""A lead's tier: what was measured of leads like it, or what a manager pinned (L1.3)."""

from dataclasses import dataclass

from bot.desk import Desk
from rules.lead import Lead
from rules.tiers import Grade, Group, grade_of, pinned
from rules.words import Kind, Tier


@dataclass(frozen=True, slots=True)
class Standing:
    """Why a lead has its tier: its grade, and what it would be by measure alone.

    `of_campaign` when the pinned tier is its campaign's; `team_leads` and `team_closed` are the
    counts of all leads that are old enough to judge.
    """

    grade: Grade
    measured: Grade
    of_campaign: bool
    team_leads: int
    team_closed: int


def graded(desk: Desk, *, campaign: str, kind: Kind, product: str, pin: str = "") -> Grade:
    """Give the grade of a lead of this campaign, kind and product.

    `pin` is the lead's own pinned tier, "" for none; a campaign's comes after it.
    """
    found = grade_of(Group(campaign, kind, product), desk.present.grades)
    known = desk.playbook.campaign(campaign)
    tier = Tier(pin) if pin else known.tier if known else None
    return pinned(found, tier, desk.playbook.tiers) if tier else found


def standing(desk: Desk, lead: Lead) -> Standing:
    """Give why a lead has the tier that it has."""
    grades = desk.present.grades
    return Standing(
        grade=graded(
            desk,
            campaign=lead.campaign,
            kind=lead.kind,
            product=lead.product,
            pin=lead.tier_pin,
        ),
        measured=grade_of(Group(lead.campaign, lead.kind, lead.product), grades),
        of_campaign=not lead.tier_pin,
        team_leads=grades.leads,
        team_closed=grades.closed,
    )
