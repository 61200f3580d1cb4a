"""The statistics of the figures: each with its sample, none with more certainty than it has (L6).

Nothing here divides by nothing: what a sample can't tell is None.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from rules.report_leads import ClosedBy
from rules.report_values import Estimate, Share, Spread
from rules.words import Kind

Z = 1.959964
"""How many standard errors lie to either side of an interval of 95%."""
HALF, NINE_IN_TEN = 0.5, 0.9
DAY = 86_400
ROUNDS, SETTLED, A_HAIR = 50, 1e-9, 1e-12
K = TypeVar("K")


def share(hits: int, of: int, *, least: int) -> Share:
    """Give a part of a sample with its Wilson interval of 95%; small where fewer than `least`."""
    return _share(hits, of, least) if of else Share()


@lru_cache(maxsize=1 << 14)
def _share(hits: int, of: int, least: int) -> Share:
    rate, weight = hits / of, Z * Z / of
    middle = (rate + weight / 2) / (1 + weight)
    reach = Z * math.sqrt(rate * (1 - rate) / of + weight / (4 * of)) / (1 + weight)
    low = 0.0 if hits == 0 else max(0.0, middle - reach)
    high = 1.0 if hits == of else min(1.0, middle + reach)
    return Share(hits, of, low, high, small=of < least)


def together(shares: Iterable[Share], *, least: int) -> Share:
    """Give several parts of samples as one."""
    found = list(shares)
    if len(found) == 1:
        return found[0]
    return share(sum(one.hits for one in found), sum(one.of for one in found), least=least)


def spread(seconds: Iterable[float], *, least: int) -> Spread:
    """Give the median of times and the one within which nine in ten lie (nearest rank)."""
    found = sorted(seconds)
    if not found:
        return Spread()
    half, over = divmod(len(found), 2)
    median = found[half] if over else (found[half - 1] + found[half]) / 2
    p90 = found[math.ceil(NINE_IN_TEN * len(found)) - 1]
    return Spread(len(found), median, p90, small=len(found) < least)


def around(value: float, squares: float) -> Estimate:
    """Give a sum's interval of 95%, from the sum of the squares of its independent parts.

    The number of parts is left to chance too, as with sales of a week; without parts there is
    no interval.
    """
    if squares <= 0:
        return Estimate(value)
    reach = Z * math.sqrt(squares)
    return Estimate(value, value - reach, value + reach)


def adjusted(
    kinds: Mapping[Kind, Share], team: Mapping[Kind, Share], *, least: int
) -> float | None:
    """Give a rate as it were with the team's own mix of kinds (indirect standardisation).

    It is the team's rate times the closed over those that leads of the same kinds close in the
    whole team, so that a campaign of hot leads doesn't look better than it is (K1-K4). None for
    fewer than `least` leads, and where no lead of these kinds ever closed.
    """
    leads = sum(one.of for one in kinds.values())
    of_team = sum(one.of for one in team.values())
    expected = sum(one.of * (team[kind].rate or 0.0) for kind, one in kinds.items())
    if leads < least or not expected:
        return None
    mean = sum(one.hits for one in team.values()) / of_team
    return min(1.0, mean * sum(one.hits for one in kinds.values()) / expected)


def same_mix(cells: Mapping[K, Mapping[Kind, Share]]) -> dict[K, float]:
    """Give each cell's rate as it were if all had the mix of kinds that they have together.

    A kind and a cell each make the rate higher or lower by a factor of their own. The factors are
    those with which every kind and every cell comes to just the hits that it has, found by turns
    (iterative proportional fitting). Cells of one kind alone keep their own rates.
    """
    calls, hits = _by_kind(cells, "of"), _by_kind(cells, "hits")
    of_cell = {name: sum(one.hits for one in kinds.values()) for name, kinds in cells.items()}
    factors = dict.fromkeys(cells, 1.0)
    rates: dict[Kind, float] = {}
    for _ in range(ROUNDS):
        spread_over = {
            kind: sum(
                kinds[kind].of * factors[name] for name, kinds in cells.items() if kind in kinds
            )
            for kind in calls
        }
        rates = {kind: hits[kind] / of if of else 0.0 for kind, of in spread_over.items()}
        before = factors
        factors = {name: _factor(of_cell[name], kinds, rates) for name, kinds in cells.items()}
        if all(abs(factors[name] - before[name]) < SETTLED for name in cells):
            break
    whole = sum(calls.values())
    mean = sum(of * rates[kind] for kind, of in calls.items()) / whole if whole else 0.0
    return {name: min(1.0, mean * factor) for name, factor in factors.items()}


def _by_kind(cells: Mapping[K, Mapping[Kind, Share]], what: str) -> dict[Kind, int]:
    found: Counter[Kind] = Counter()
    for kinds in cells.values():
        found.update({kind: getattr(one, what) for kind, one in kinds.items()})
    return dict(found)


def _factor(hits: int, kinds: Mapping[Kind, Share], rates: Mapping[Kind, float]) -> float:
    expected = sum(one.of * rates[kind] for kind, one in kinds.items())
    return hits / expected if expected else 0.0


@dataclass(frozen=True, slots=True)
class Curve:
    """How leads close in time: the day by which half had, and the parts closed by some days."""

    median: int | None
    within: tuple[ClosedBy, ...]


def closing_curve(
    took: Mapping[int, int], lived: Mapping[int, int], *, days: Sequence[int]
) -> Curve:
    """Give the part of leads closed by so many `days`, by Kaplan-Meier (L6.4).

    `took` counts those that closed by the day of their lives on which they did, `lived` the others
    by the days that they have lived. Who closed on a day was open until then, and who has lived so
    long could have. Beyond the oldest lead nothing is told; the intervals are log-log, of 95%.
    """
    counted = (*took.items(), *lived.items())
    oldest = max((day for day, count in counted if count), default=-1)
    steps = _steps(took, lived)
    closed = {day: _closed_by(day, steps) for day in days if day <= oldest}
    median = next((one.day for one in steps if one.left <= HALF + A_HAIR), None)
    return Curve(median, tuple(closed.get(day) or ClosedBy(day) for day in days))


@dataclass(frozen=True, slots=True)
class _Step:
    """The part of leads still open after a day, and Greenwood's sum up to it."""

    day: int
    left: float
    spread: float


def _steps(took: Mapping[int, int], lived: Mapping[int, int]) -> list[_Step]:
    open_yet = sum(took.values()) + sum(lived.values())
    left, spread_by, found = 1.0, 0.0, list[_Step]()
    for day in sorted({*took, *lived}):
        closed = took.get(day, 0)
        if closed:
            stay = open_yet - closed
            left = left * stay / open_yet
            spread_by = spread_by + closed / (open_yet * stay) if stay else math.inf
            found.append(_Step(day, left, spread_by))
        open_yet -= closed + lived.get(day, 0)
    return found


def _closed_by(day: int, steps: Sequence[_Step]) -> ClosedBy:
    """Give the part closed by a day; where none closed yet, or all, there is no interval."""
    step = next((one for one in reversed(steps) if one.day <= day), None)
    if step is None:
        return ClosedBy(day, 0.0)
    if not step.left:
        return ClosedBy(day, 1.0)
    reach = math.exp(Z * math.sqrt(step.spread) / -math.log(step.left))
    return ClosedBy(day, 1 - step.left, 1 - step.left ** (1 / reach), 1 - step.left**reach)
