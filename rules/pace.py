"""How fast things may leave to one place: a token bucket, kept as one moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_AHEAD = timedelta(minutes=1)
"""A moment further ahead was written before the clock was put back, and means nothing."""


@dataclass(frozen=True, slots=True)
class Pace:
    """One each `every` seconds, and so many at once after a rest."""

    every: float
    burst: int = 1


def lets(pace: Pace, full_at: datetime | None, *, now: datetime) -> bool:
    """Say whether one more may leave now; the bucket is full again at `full_at` (UTC)."""
    if full_at is None or full_at - now > MOST_AHEAD + timedelta(seconds=pace.every * pace.burst):
        return True
    return full_at - now <= timedelta(seconds=pace.every * (pace.burst - 1))


def after_one(pace: Pace, full_at: datetime | None, *, now: datetime) -> datetime:
    """Give when the bucket is full again (UTC), one having left now."""
    known = full_at if full_at and not lets(Pace(pace.every), full_at, now=now) else now
    return known + timedelta(seconds=pace.every)
