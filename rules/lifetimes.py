"""What leads earn in time: cohorts by month, and a lead's worth within a horizon (L6.5)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from rules import stats
from rules.counting import MONTH
from rules.pricing import Pricing
from rules.report_leads import NO_LIFETIME, Lifetime, MonthCohort
from rules.sums import Sold

SPARE = timedelta(days=92)
"""So much further back than the horizon cohorts reach, so that its end rests on some leads."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the team's zone, from its first moment to the next one's (UTC)."""

    day: date
    since: datetime
    until: datetime

    def lived(self, until: datetime) -> int:
        """Count the 30 days of life that all leads of this month have behind them."""
        return max(0, (until - self.until) // MONTH)


def months_of(*, until: datetime, horizon_days: int, zone: ZoneInfo) -> tuple[Month, ...]:
    """Give the months whose leads tell what a lead earns within a horizon, oldest first."""
    last = (until - timedelta(microseconds=1)).astimezone(zone).date().replace(day=1)
    first = (until - timedelta(days=horizon_days) - SPARE).astimezone(zone).date().replace(day=1)
    days = [first]
    while days[-1] <= last:
        days.append((days[-1] + timedelta(days=31)).replace(day=1))
    starts = [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]
    return tuple(map(Month, days[:-1], starts[:-1], starts[1:]))


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Cohorts, newest last, and what a lead of each campaign (None: of any) is worth."""

    cohorts: tuple[MonthCohort, ...]
    worth: Mapping[str | None, Lifetime]

    def of(self, campaign: str | None) -> Lifetime:
        """Give a campaign's, or an empty one."""
        return self.worth.get(campaign, NO_LIFETIME)


NO_LIFETIMES = Lifetimes((), {})


class _Earned:
    """Margin, and the sum of its squares, by month of arrival and 30 days of life."""

    def __init__(self, months: Sequence[Month]) -> None:
        self.leads = [0] * len(months)
        self.sums: list[Counter[int]] = [Counter() for _ in months]
        self.squares: list[Counter[int]] = [Counter() for _ in months]


def lifetimes(
    months: Sequence[Month],
    came: Sequence[Mapping[str, int]],
    sold: Iterable[Sold],
    pricing: Pricing,
    *,
    horizon_days: int,
    least: int,
) -> Lifetimes:
    """Give what leads of each month earned by their age, and what one is worth (L6.5).

    `came` counts each month's leads by campaign, `sold` is all that they bought. A worth is added
    up from 30 days to 30 days of life, each from all the leads that have lived so long, so that
    young ones don't lower it.
    """
    earned = _earned(months, came, sold, pricing)
    spans = max(1, timedelta(days=horizon_days) // MONTH)
    lived = [min(month.lived(pricing.at), spans) for month in months]
    cohorts = tuple(
        cohort
        for campaign, one in sorted(earned.items(), key=lambda item: item[0] or "")
        for cohort in _cohorts(campaign, one, months, lived, least)
    )
    worth = {name: _worth(one, lived, spans, least) for name, one in earned.items()}
    return Lifetimes(cohorts, worth)


def _earned(
    months: Sequence[Month],
    came: Sequence[Mapping[str, int]],
    sold: Iterable[Sold],
    pricing: Pricing,
) -> Mapping[str | None, _Earned]:
    found: dict[str | None, _Earned] = defaultdict(lambda: _Earned(months))
    found[None] = _Earned(months)
    for place, counts in enumerate(came):
        for campaign, leads in counts.items():
            for one in (found[None], found[campaign]):
                one.leads[place] += leads
    for alike in sold:
        minor = pricing.earned(alike).minor
        for one in (found[None], found[alike.campaign]):
            one.sums[alike.month][alike.age] += minor * alike.count
            one.squares[alike.month][alike.age] += minor * minor * alike.count
    return found


def _cohorts(
    campaign: str | None,
    one: _Earned,
    months: Sequence[Month],
    lived: Sequence[int],
    least: int,
) -> Iterable[MonthCohort]:
    for place, month in enumerate(months):
        leads = one.leads[place]
        if leads:
            sums = accumulate(one.sums[place][span] for span in range(lived[place]))
            curve = tuple(earned / leads for earned in sums)
            yield MonthCohort(month.day, campaign, leads, curve, small=leads < least)


def _worth(one: _Earned, lived: Sequence[int], spans: int, least: int) -> Lifetime:
    curve: list[float] = []
    squares, most = 0.0, 0
    for span in range(spans):
        old = [place for place, age in enumerate(lived) if age > span]
        leads = sum(one.leads[place] for place in old)
        if not leads:
            break
        most = most or leads
        before = curve[-1] if curve else 0.0
        curve.append(before + sum(one.sums[place][span] for place in old) / leads)
        squares += sum(one.squares[place][span] for place in old) / leads**2
    if not curve:
        return NO_LIFETIME
    worth = stats.around(curve[-1], squares)
    return Lifetime(most, len(curve) * MONTH.days, worth, tuple(curve), small=most < least)
