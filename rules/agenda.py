"""The day's agenda: when a rep's day begins (L4.4)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rules.hours import Week
from rules.playbook import Duty
from rules.rest import Rest
from rules.shifts import is_away, shift_week
from rules.team import Rep

WINDOW = timedelta(hours=2)
WITHOUT_HOURS = 9 * 60
_DAY = 24 * 60
_WEEK = 7 * _DAY


def agenda_day(rep: Rep, duties: Sequence[Duty], *, now: datetime, rest: Rest) -> date | None:
    """Give the local date whose agenda a rep is to get at `now` (UTC), None for none (L4.4).

    From the day's first opening on for two hours; not while away, nor on a day of rest.
    """
    day = now.astimezone(rep.zone).date()
    begin = day_begins(shift_week(rep, duties), day, zone=rep.zone)
    if begin is None or not begin <= now < begin + WINDOW:
        return None
    rests = rest.covers(begin) or rest.covers(now)
    return None if rests or is_away(rep, now=now) else day


def day_begins(week: Week, day: date, *, zone: ZoneInfo) -> datetime | None:
    """Give the first opening of a local day in `zone`; None for a day without one.

    09:00 where the week is always open. A night shift that goes on into the day began the day
    before.
    """
    always = week.spans in {(), ((0, _WEEK),)}
    minute = WITHOUT_HOURS if always else _first_opening(week, day.weekday() * _DAY)
    if minute is None:
        return None
    return datetime.combine(day, datetime.min.time(), zone) + timedelta(minutes=minute)


def _first_opening(week: Week, midnight: int) -> int | None:
    """Give the minute of the day of its first opening; Monday's night may have begun on Sunday."""
    goes_on = week.spans[-1][1] == _WEEK
    starts = (start for start, _ in week.spans if start or not goes_on)
    today = (start - midnight for start in starts if midnight <= start < midnight + _DAY)
    return min(today, default=None)
