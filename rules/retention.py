"""How long personal data is kept: the playbook's numbers, and what is over by them (C5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

MONTHS = 12
NIGHT = range(1, 5)
"""The hours of the team's clock in which the nightly work is done."""


@dataclass(frozen=True, slots=True)
class Retention:
    """After how long personal data goes; 0 keeps it.

    Of leads that were closed so many months ago, of the bytes that came in so many days ago, and
    of what was set aside so many days ago.
    """

    closed_months: int = 0
    raw_days: int = 180
    aside_days: int = 0


def months_before(now: datetime, months: int) -> datetime:
    """Give the moment so many calendar months before `now`, on the month's last day at most (C5).

    `now` is aware; the result is in its zone.
    """
    year, month = divmod(now.year * MONTHS + now.month - 1 - months, MONTHS)
    first = now.replace(year=year, month=month + 1, day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    last = (following - timedelta(days=1)).day
    return first.replace(day=min(now.day, last))


def closed_before(kept: Retention, *, now: datetime) -> datetime | None:
    """Give before when a lead must have been closed for its person to go (C5).

    None where nobody goes. Moments are UTC.
    """
    return months_before(now, kept.closed_months) if kept.closed_months else None


def came_before(days: int, *, now: datetime) -> datetime | None:
    """Give before when what goes after so many days came; None where it stays. Moments are UTC."""
    return now - timedelta(days=days) if days else None


def is_night(now: datetime, *, zone: ZoneInfo) -> bool:
    """Say whether at `now` (UTC) it is night by the team's clock (`zone`)."""
    return now.astimezone(zone).hour in NIGHT
