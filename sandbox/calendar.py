"""The sandbox's calendar: it runs with the real clock, and ahead of it when asked."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as daytime
from threading import Lock
from zoneinfo import ZoneInfo

MORNING = daytime(9)
REST_DAYS = frozenset({4, 5})  # Friday and Saturday, as date.weekday() counts


@dataclass(frozen=True, kw_only=True)
class _Course:
    """How the calendar runs: from ``since`` (real seconds) and ``start`` on, first to ``goal``."""

    since: float
    start: float
    goal: float
    within: float

    def at(self, real: float) -> float:
        run = max(real - self.since, 0.0)
        if run >= self.within:
            return self.goal + (run - self.within)
        return self.start + (self.goal - self.start) * run / self.within

    def hurries(self, real: float) -> bool:
        return real - self.since < self.within


class Calendar:
    """A moment that goes on by itself; ``run_to`` lets it hurry. Safe to use from any thread."""

    def __init__(self, *, start: datetime, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._lock = Lock()
        moment = start.timestamp()
        self._course = _Course(since=seconds(), start=moment, goal=moment, within=0.0)

    def time(self) -> float:
        """Return the moment in seconds since 1970."""
        return self._course.at(self._seconds())

    def now(self) -> datetime:
        """Return the moment, UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    @property
    def hurries(self) -> bool:
        """Tell whether it runs ahead just now."""
        return self._course.hurries(self._seconds())

    def run_to(self, moment: datetime, *, within: float) -> None:
        """Run ahead to a moment, reached after ``within`` real seconds; never back."""
        with self._lock:
            real = self._seconds()
            here = self._course.at(real)
            goal = max(moment.timestamp(), here)
            self._course = _Course(since=real, start=here, goal=goal, within=within)


def goals(*, now: datetime, zone: ZoneInfo, digest: tuple[int, daytime]) -> dict[str, datetime]:
    """Return the moments worth running to, by name; ``digest`` is its weekday and hour."""
    local = now.astimezone(zone)
    weekday, hour = digest
    return {
        "minutes": now + timedelta(minutes=10),
        "hour": now + timedelta(hours=1),
        "morning": _next(local, hour=MORNING, days=frozenset(range(7)) - REST_DAYS),
        # A moment past its hour, so that the digest is there on arrival.
        "digest": _next(local, hour=hour, days=frozenset({weekday})) + timedelta(seconds=30),
    }


def _next(local: datetime, *, hour: daytime, days: frozenset[int]) -> datetime:
    for away in range(9):
        day = local.date() + timedelta(days=away)
        moment = datetime.combine(day, hour, tzinfo=local.tzinfo)
        # Both in UTC: on a night that has an hour twice its clock alone would be wrong.
        if day.weekday() in days and moment.astimezone(UTC) > local.astimezone(UTC):
            return moment
    raise ValueError("no such day")


def first_moment(*, today: datetime, zone: ZoneInfo) -> datetime:
    """Return the newest Tuesday 10:00 that is not after today: a moment when people work."""
    local = today.astimezone(zone)
    day = local.date() - timedelta(days=(local.weekday() - 1) % 7)
    return datetime.combine(day, daytime(10), tzinfo=zone).astimezone(UTC)
