"""The tier that leads like this one have earned, by what was measured of them (L1.1, L1.3, K5).

Empirical Bayes in two steps: a kind's closing rate is drawn toward the team's mean times the
kind's multiple, a group's rate toward its kind's. Both by as many leads as the evidence asks.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from rules.words import Kind, Tier

KINDS = {Kind.REFERRAL: 2.3, Kind.INCOMING: 1.3, Kind.WARM: 1.0, Kind.COLD: 0.5}
_LEAST_GROUPS = 5
_HEAVIEST = 10
_DIGITS = 6


class Basis(StrEnum):
    """Where a tier comes from: the leads' own group, their kind, K5's default, or a manager."""

    MEASURED = "measured"
    KIND = "kind"
    DEFAULT = "default"
    PINNED = "pinned"


@dataclass(frozen=True, slots=True)
class TierRules:
    """The playbook's numbers for tiers (L1.3).

    `a`, `b` and `c` are multiples of the team's mean from which a tier begins, `kinds` those
    that hold until something is measured (K5). `prior_leads` is the least weight of a default,
    in leads. A group or kind of fewer than `least_leads` has no tier of its own.
    """

    a: float = 2.0
    b: float = 1.0
    c: float = 0.5
    prior_leads: int = 50
    least_leads: int = 30
    window_days: int = 365
    mature_days: int = 30
    kinds: Mapping[Kind, float] = field(default_factory=KINDS.copy)

    def tier_of(self, score: float) -> Tier:
        """Give the tier of leads that close `score` times as often as the team's mean."""
        steps = ((self.a, Tier.A), (self.b, Tier.B), (self.c, Tier.C))
        return next((tier for least, tier in steps if score >= least), Tier.D)


@dataclass(frozen=True, slots=True)
class Group:
    """Leads that are alike: of one campaign, kind and product; "" where none is named."""

    campaign: str
    kind: Kind
    product: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A group's leads that are old enough to judge, and how many of them closed."""

    group: Group
    leads: int
    closed: int


@dataclass(frozen=True, slots=True)
class Grade:
    """A group's tier and where it comes from.

    `leads` and `closed` are the counts that the tier rests on: the group's own when measured,
    else its kind's. `rate` is the closing rate to expect, None when no lead is old enough.
    `score` is that rate over the team's mean, or the kind's multiple where nothing says better.
    It always lies in its tier's span, so the higher score never has the lower tier.
    """

    group: Group
    leads: int
    closed: int
    rate: float | None
    score: float
    tier: Tier
    basis: Basis


@dataclass(frozen=True, slots=True)
class Grades:
    """The team's mean closing rate, and a grade for every kind and every group of enough leads."""

    mean: float | None
    leads: int
    closed: int
    kinds: Mapping[Kind, Grade]
    groups: Mapping[Group, Grade]


def grade(cells: Sequence[Cell], rules: TierRules) -> Grades:
    """Grade every kind, and every group with leads enough (L1.3); one cell for each group.

    Where no lead has closed yet there is no mean to compare with: all is K5's default.
    """
    leads = sum(cell.leads for cell in cells)
    closed = sum(cell.closed for cell in cells)
    mean = closed / leads if leads else None
    kinds: dict[Kind, Grade] = {}
    groups: dict[Group, Grade] = {}
    for kind in Kind:
        own = [cell for cell in cells if cell.group.kind is kind]
        kinds[kind] = _kind_grade(kind, own, mean, rules)
        if mean and kinds[kind].basis is Basis.KIND:
            groups |= _group_grades(kind, own, mean, rules)
    return Grades(mean, leads, closed, kinds, groups)


def grade_of(group: Group, grades: Grades) -> Grade:
    """Give the grade of leads of this group: its own, else its kind's (L1.3)."""
    return grades.groups.get(group) or replace(grades.kinds[group.kind], group=group)


def pinned(grade: Grade, tier: Tier, rules: TierRules) -> Grade:
    """Give the grade with the tier that a manager chose (L1.3), its score moved into that tier."""
    least = {Tier.A: rules.a, Tier.B: rules.b, Tier.C: rules.c, Tier.D: 0.0}[tier]
    above = {Tier.A: math.inf, Tier.B: rules.a, Tier.C: rules.b, Tier.D: rules.c}[tier]
    score = min(max(grade.score, least), math.nextafter(above, 0.0))
    return replace(grade, tier=tier, score=score, basis=Basis.PINNED)


def _kind_grade(kind: Kind, cells: Sequence[Cell], mean: float | None, rules: TierRules) -> Grade:
    whole = _whole(kind, cells)
    if mean and _enough(whole, rules):
        return _measured(whole, _kind_rate(whole, mean, rules), mean, Basis.KIND, rules)
    score = _multiple(kind, rules)
    rate = None if mean is None else min(mean * score, 1.0)
    tier = rules.tier_of(score)
    return Grade(whole.group, whole.leads, whole.closed, rate, score, tier, Basis.DEFAULT)


def _group_grades(
    kind: Kind, cells: Sequence[Cell], mean: float, rules: TierRules
) -> dict[Group, Grade]:
    enough = [cell for cell in cells if _enough(cell, rules)]
    toward = _kind_rate(_whole(kind, cells), mean, rules)
    weight = _weight(enough, rules)
    return {
        cell.group: _measured(cell, _drawn(cell, toward, weight), mean, Basis.MEASURED, rules)
        for cell in enough
    }


def _measured(cell: Cell, rate: float, mean: float, basis: Basis, rules: TierRules) -> Grade:
    # A team of one kind is its own mean: without rounding, 0.9999999 would make it a C.
    score = round(rate / mean, _DIGITS)
    tier = rules.tier_of(score)
    return Grade(cell.group, cell.leads, cell.closed, min(rate, 1.0), score, tier, basis)


def _whole(kind: Kind, cells: Sequence[Cell]) -> Cell:
    leads, closed = sum(cell.leads for cell in cells), sum(cell.closed for cell in cells)
    return Cell(Group("", kind, ""), leads, closed)


def _enough(cell: Cell, rules: TierRules) -> bool:
    return cell.leads >= max(rules.least_leads, 1)


def _multiple(kind: Kind, rules: TierRules) -> float:
    return rules.kinds.get(kind, KINDS[kind])


def _kind_rate(whole: Cell, mean: float, rules: TierRules) -> float:
    return _drawn(whole, mean * _multiple(whole.group.kind, rules), rules.prior_leads)


def _drawn(cell: Cell, toward: float, weight: float) -> float:
    return (cell.closed + weight * toward) / (cell.leads + weight)


def _weight(cells: Sequence[Cell], rules: TierRules) -> float:
    """Give the kind's weight in leads: the more alike its groups are, the heavier it is."""
    spread = _spread(cells) if len(cells) >= _LEAST_GROUPS else None
    if spread is None:
        return rules.prior_leads
    fitted = (1 - spread) / spread if spread > 0 else math.inf
    return min(max(fitted, rules.prior_leads), rules.prior_leads * _HEAVIEST)


def _spread(cells: Sequence[Cell]) -> float | None:
    """Give the beta-binomial's correlation within groups, by moments (Kleinman 1973).

    None when it can't be told: all closed, none did, or every group is of one lead.
    """
    leads, closed = sum(cell.leads for cell in cells), sum(cell.closed for cell in cells)
    mean, free = closed / leads, len(cells) - 1
    room = leads - sum(cell.leads**2 for cell in cells) / leads - free
    if closed in {0, leads} or room <= 0:
        return None
    apart = sum(cell.leads * (cell.closed / cell.leads - mean) ** 2 for cell in cells)
    return (apart / (mean * (1 - mean)) - free) / room
