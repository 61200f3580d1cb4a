"""What the n-th calls to leads of a tier earn, drawn toward what other calls do (L1.1, L6.8)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from rules.evidence import Evidence, NthCall
from rules.weighing import NONE, Expected, Sums
from rules.words import Tier

ALIKE = 10


@dataclass(frozen=True, slots=True)
class CallWorth:
    """The n-th calls of a tier: how many, and what they earned in all, by what is likely."""

    row: NthCall
    margin: Expected

    @property
    def a_call(self) -> Expected:
        """What one of them earns from sales, its cost not taken off."""
        return self.margin.times(1 / self.row.calls)

    @property
    def cost(self) -> float:
        """What one of them costs."""
        return self.row.cost / self.row.calls


def worth_of_calls(evidence: Evidence, *, weight: float) -> dict[Tier, dict[int, CallWorth]]:
    """Give what each n-th call of each tier earns, of those that were made at all.

    A sale belongs to the call that reached its lead first. What a lead earns that was reached is
    drawn toward all of its tier, and that toward the team's by the `weight` of so many. The first
    weighs more: whoever is reached at last buys nearly as often as the others (Velocify).
    """
    team = _sums(evidence.nth_calls)
    found: dict[Tier, dict[int, CallWorth]] = {}
    for tier in Tier:
        rows = [one for one in evidence.nth_calls if one.tier is tier and one.calls]
        own = _sums(rows).drawn(team, weight)
        found[tier] = {one.nth: CallWorth(one, _margin(one, own, weight * ALIKE)) for one in rows}
    return found


def together(parts: Iterable[CallWorth]) -> tuple[int, Expected]:
    """Add up calls and what they earned."""
    calls, margin = 0, Expected(0.0)
    for one in parts:
        calls, margin = calls + one.row.calls, margin.plus(one.margin)
    return calls, margin


def _sums(rows: Iterable[NthCall]) -> Sums:
    whole = NONE
    for one in rows:
        whole += Sums(one.first, one.margin, one.margin_sq)
    return whole


def _margin(one: NthCall, own: Sums, weight: float) -> Expected:
    """Give what they earned: how many leads are reached is as much a chance as what each earns.

    Nothing where nobody was ever reached.
    """
    reached = Sums(one.first, one.margin, one.margin_sq).drawn(own, weight)
    if not reached.count:
        return Expected(0.0)
    known = reached.each
    chance = math.sqrt(max(one.first, 1)) * known.mean
    return Expected(one.first * known.mean, math.hypot(one.first * known.error, chance))
