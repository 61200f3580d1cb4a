"""Who was given how much: each rep's share of the leads beside the share of their weight (C3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rules.pools import Way
from rules.team import Rep
from rules.words import Tier

CHOSEN = frozenset(Way) - {Way.CLAIM, Way.BY_HAND}


@dataclass(frozen=True, slots=True)
class Handed:
    """So many leads of one tier that one rep was given in one week (0 the first), and how."""

    rep: str
    week: int
    tier: Tier
    how: str
    leads: int

    @property
    def by_rule(self) -> bool:
        """Whether a pool's way chose the rep: not a person, nor the rep by a claim."""
        return self.how in CHOSEN


@dataclass(frozen=True, slots=True)
class Share:
    """What one rep was given: `part` of what rules gave, `due` by their weight (parts of one).

    `others` came by a hand, a claim or when somebody could not keep them; they are in `tiers` and
    `weeks`, which count all, but not in `leads`.
    """

    rep: str
    leads: int
    part: float
    due: float
    others: int
    tiers: Mapping[Tier, int]
    weeks: tuple[int, ...]


def shares(team: Sequence[Rep], handed: Sequence[Handed], *, weeks: int) -> tuple[Share, ...]:
    """Give each rep's share of what was given in so many weeks, most first (C3).

    Reps who take leads stand in it though they were given none; who was given some and is in the
    team no more does too, with nothing due.
    """
    takers = [one for one in team if one.state != "paused" and not one.manages]
    weights = {one.slack_id: one.weight for one in takers}
    whole = sum(one.leads for one in handed if one.by_rule)
    heft = sum(weights.values())
    found = [
        _share(rep, [one for one in handed if one.rep == rep], whole, weeks)
        for rep in {*weights, *(one.rep for one in handed)}
    ]
    due = [replace(one, due=weights.get(one.rep, 0.0) / heft if heft else 0.0) for one in found]
    return tuple(sorted(due, key=lambda one: (-one.leads, -one.others, one.rep)))


def _share(rep: str, mine: Sequence[Handed], whole: int, weeks: int) -> Share:
    leads = sum(one.leads for one in mine if one.by_rule)
    tiers = {tier: sum(one.leads for one in mine if one.tier == tier) for tier in Tier}
    spread = tuple(sum(one.leads for one in mine if one.week == week) for week in range(weeks))
    others = sum(spread) - leads
    return Share(rep, leads, leads / whole if whole else 0.0, 0.0, others, tiers, spread)
