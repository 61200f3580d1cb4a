"""How figures are counted: how many make a sample, and how long a sale is its campaign's (L6)."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from rules.report import Window

LEAST_CALLS = 100
"""Fewer calls than this are shown and never ranked."""
MONTH = timedelta(days=30)
"""A month of a lead's life, counted from its own arrival (L6.5)."""


@dataclass(frozen=True, slots=True)
class Counting:
    """The playbook's numbers for figures (L6).

    Fewer than `least` leads are never ranked. A sale within `attribution_days` of its lead's
    arrival is its campaign's; a lead's worth is told for `horizon_days`. Money is told in
    `currency`, "" the team's own. `margin` is the part of a price that is earned where its
    product does not say, 0 where nobody did. `holdout` is the part of leads that an accepted
    change leaves under the former rules, where it can.
    """

    least: int = 30
    attribution_days: int = 90
    horizon_days: int = 180
    currency: str = ""
    margin: Decimal = Decimal(0)
    holdout: float = 0.0


def window_of(
    *, since: datetime, until: datetime, counting: Counting, mature_days: int, zone: ZoneInfo
) -> Window:
    """Give the leads that a period's conversion is told of: long enough ago to judge some.

    It ends with the period, and holds as many days as a sale may take and as many as leads have
    to close; more where the period itself is longer. Its days are whole in the team's `zone`.
    """
    judged = days_before(until, mature_days, zone=zone)
    first = days_before(judged, counting.attribution_days, zone=zone)
    return Window(
        since=min(since.astimezone(UTC), first),
        judged_until=judged,
        until=until.astimezone(UTC),
        mature_days=mature_days,
        attribution_days=counting.attribution_days,
        horizon_days=counting.horizon_days,
    )


def days_before(moment: datetime, days: int, *, zone: ZoneInfo) -> datetime:
    """Give the moment (UTC) of the same hour of a zone's clock so many days earlier."""
    local = moment.astimezone(zone)
    day = local.date() - timedelta(days=days)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


def is_running(since: datetime, until: datetime, *, zone: ZoneInfo) -> bool:
    """Say whether a period is days of which the last is not over, by the team's clock."""
    first, last = since.astimezone(zone), until.astimezone(zone)
    return first.time() == time() != last.time()


def period_before(since: datetime, until: datetime, *, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Give the equal period before one, from and until when (UTC), by the team's days.

    Of a period whose last day is not over it is as many days, until the same hour of the last.
    """
    first, last = since.astimezone(zone), until.astimezone(zone)
    if first.time() != time():
        start = since.astimezone(UTC)
        return start - (until.astimezone(UTC) - start), start
    days = (last.date() - first.date()).days + (last.time() != time())
    return days_before(since, days, zone=zone), days_before(until, days, zone=zone)
