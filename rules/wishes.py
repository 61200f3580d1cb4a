"""When a customer asks to be called: now, in a part of the day, at an hour (L3.3, L5.4)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rules.cadence import PARTS
from rules.hours import inside, next_inside
from rules.plan import Phoning, first_call

NOW = "now"
WISHES = (NOW, *PARTS)
DAYS = 5
NOTICE = timedelta(minutes=30)
_MOST_TURNS = 30
_HOUR = timedelta(hours=1)
_LOOKS_AHEAD = 14 * 24


def wished_time(wish: str, *, now: datetime, phoning: Phoning) -> datetime:
    """Give the soonest moment (UTC) as the customer wishes, in calling hours and not in rest.

    A part of the day that never lies in calling hours, or that is not known, is as soon as may be.
    """
    window = phoning.playbook.parts.get(wish)
    soonest = first_call(now=now, phoning=phoning)
    if window is None:
        return soonest
    at = soonest
    for _ in range(_MOST_TURNS):
        begins = next_inside(window, at=at, zone=phoning.zone)
        at = phoning.soonest(begins)
        if inside(window, at=at, zone=phoning.zone):
            return at
    return soonest


def offered_times(*, now: datetime, phoning: Phoning) -> tuple[datetime, ...]:
    """Give the hours (UTC) at which a customer may ask to be called, of the next days with any.

    Each is a full hour of their own clock in calling hours and not in rest, at least half an hour
    from now; of five days (L5.4).
    """
    found: list[datetime] = []
    days: set[object] = set()
    for at in _full_hours(now + NOTICE, phoning):
        if phoning.soonest(at) != at:
            continue
        days.add(at.astimezone(phoning.zone).date())
        if len(days) > DAYS:
            break
        found.append(at)
    return tuple(found)


def _full_hours(since: datetime, phoning: Phoning) -> Iterator[datetime]:
    """Give the full hours of the customer's clock from a moment on, for two weeks (UTC)."""
    local = since.astimezone(phoning.zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    first = since if not past else since - past + _HOUR
    yield from (first + _HOUR * count for count in range(_LOOKS_AHEAD))
