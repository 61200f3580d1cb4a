"""The local hours at which leads of a kind answer, and the one to call at (L1.5, L6.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST_TOLD = 50
"""Fewer calls than this say nothing of an hour to people."""
BANDS = {
    "morning": range(9, 12),
    "noon": range(12, 15),
    "afternoon": range(15, 18),
    "evening": range(18, 21),
}
_PRIOR_CALLS = 50
_DAY = 24
# What is left of an hour's rate when the lead was called in vain 0, 1, 2 hours from it.
_LEFT = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class HourRate:
    """Calls, and how many of them were answered."""

    calls: int = 0
    answered: int = 0

    @property
    def rate(self) -> float | None:
        """The part of calls that were answered (L6.1); None without calls."""
        return self.answered / self.calls if self.calls else None

    @property
    def telling(self) -> bool:
        """Whether there are calls enough for people to be told of the rate."""
        return self.calls >= LEAST_TOLD


Hours = Mapping[int, HourRate]


def hour_rate(hours: Hours, hour: int, *, prior_calls: int = _PRIOR_CALLS) -> float:
    """Give the part of calls answered at a local hour, 0 to 23 (L6.1).

    It is drawn toward the rate of all hours by the weight of `prior_calls`, so that a few calls
    make no hour the best; 0 where nobody was called at all.
    """
    one, overall = hours.get(hour, HourRate()), _sum(hours, hours).rate or 0.0
    weight = one.calls + prior_calls
    return (one.answered + prior_calls * overall) / weight if weight else overall


def best_hour(hours: Hours, *, allowed: Sequence[int], tried: int) -> int:
    """Give the local hour to call at, of those allowed: where such leads answer most (L1.5).

    `tried` has a bit set for each local hour at which this lead was called in vain; these and
    their neighbours count less, so attempts vary the hour. Of hours that are equal, as all are
    before the first call, it is one in a part of the day not tried yet, and the earliest of
    those. Raises ValueError when no hour is allowed.
    """
    vain = [hour for hour in range(_DAY) if tried >> hour & 1]
    bands = {band_of(hour) for hour in vain}

    def worth(hour: int) -> tuple[float, float, bool, int]:
        away = min((_apart(hour, one) for one in vain), default=_DAY)
        left = _LEFT[away] if away < len(_LEFT) else 1.0
        return hour_rate(hours, hour) * left, left, band_of(hour) not in bands, -hour

    return max(allowed, key=worth)


def band_of(hour: int) -> str:
    """Give the part of the day of a local hour, a key of BANDS; the nearest for early and late."""
    return min(BANDS, key=lambda band: min(_apart(hour, one) for one in BANDS[band]))


def day_part_rate(hours: Hours, hour: int) -> HourRate:
    """Add up the calls of the part of the day that a local hour lies in (L6.1)."""
    band = band_of(hour)
    return _sum(hours, [one for one in hours if band_of(one) == band])


def _sum(hours: Hours, which: Sequence[int] | Hours) -> HourRate:
    rates = [hours[hour] for hour in which]
    return HourRate(sum(one.calls for one in rates), sum(one.answered for one in rates))


def _apart(one: int, other: int) -> int:
    gap = abs(one - other) % _DAY
    return min(gap, _DAY - gap)
