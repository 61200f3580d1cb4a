"""The statistics of the figures: each with its sample, none with more certainty than it has (L6).

Nothing here divides by nothing: what a sample can't tell is None.
"""

import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.report_leads import ClosedBy
from rules.report_values import Estimate, Share, Spread
from rules.words import Kind

Z = 1.959964
"""How many standard errors lie to either side of an interval of 95%."""
HALF, NINE_IN_TEN = 0.5, 0.9
DAY = 86_400


def share(hits: int, of: int, *, least: int) -> Share:
    """Give a part of a sample with its Wilson interval of 95%; small where fewer than `least`."""
    if not of:
        return Share()
    rate, weight = hits / of, Z * Z / of
    middle = (rate + weight / 2) / (1 + weight)
    reach = Z * math.sqrt(rate * (1 - rate) / of + weight / (4 * of)) / (1 + weight)
    low = 0.0 if hits == 0 else max(0.0, middle - reach)
    high = 1.0 if hits == of else min(1.0, middle + reach)
    return Share(hits, of, low, high, small=of < least)


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


@dataclass(frozen=True, slots=True)
class Curve:
    """How leads close in time: the median in seconds, and the parts closed by some days."""

    median: float | None
    within: tuple[ClosedBy, ...]


def closing_curve(took: Sequence[float], lived: Sequence[float], *, days: Sequence[int]) -> Curve:
    """Give the part of leads closed by so many `days`, by Kaplan-Meier (L6.4).

    `took` are the seconds of those that closed, `lived` those that the others have lived without
    closing. Beyond the oldest lead nothing is told; the intervals are log-log, of 95%.
    """
    oldest = max(max(took, default=-1.0), max(lived, default=-1.0))
    known = [day for day in days if day * DAY <= oldest]
    if not took:
        return Curve(None, tuple(ClosedBy(day, 0.0 if day in known else None) for day in days))
    living = _living(took, lived)
    parts = dict(zip(known, _parts(living, known), strict=True))
    return Curve(_median(living), tuple(parts.get(day) or ClosedBy(day) for day in days))


def _living(took: Sequence[float], lived: Sequence[float]) -> Any:  # noqa: ANN401 - scipy's own
    # Slow to load, and needed for a digest alone.
    from scipy.stats import CensoredData, ecdf  # noqa: PLC0415

    return ecdf(CensoredData(uncensored=list(took), right=list(lived))).sf


def _median(living: Any) -> float | None:  # noqa: ANN401 - likewise
    steps = living.quantiles[living.probabilities <= HALF]
    return float(steps[0]) if len(steps) else None


def _parts(living: Any, days: Sequence[int]) -> list[ClosedBy]:  # noqa: ANN401 - likewise
    with warnings.catch_warnings():
        # Where all closed, or none yet, there is no interval: it comes as not a number.
        warnings.simplefilter("ignore", RuntimeWarning)
        bounds = living.confidence_interval(method="log-log")
    found = []
    for day in days:
        at = float(day * DAY)
        left, low, high = (float(one.evaluate(at)) for one in (living, bounds.low, bounds.high))
        told = 0 < left < 1 and not math.isnan(low + high)
        found.append(
            ClosedBy(day, 1 - left, 1 - high, 1 - low) if told else ClosedBy(day, 1 - left)
        )
    return found
