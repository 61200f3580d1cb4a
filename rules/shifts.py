"""Shifts: when a rep works, by the team file's hours and the playbook's duties (C1, L4.3)."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from rules.hours import Week, next_open, read_week, union
from rules.hours import is_open as week_is_open
from rules.playbook import Duty
from rules.team import Rep

_DAY = timedelta(days=1)


def is_away(rep: Rep, *, now: datetime) -> bool:
    """Say whether the rep takes no leads now: paused, or away until a later moment (UTC)."""
    if rep.state == "away":
        return rep.away_until is None or rep.away_until > now
    return rep.state != "active"


def _has_holiday(rep: Rep, at: datetime) -> bool:
    return at.astimezone(rep.zone).date().isoformat() in rep.days_off


def holidays_of(rep: Rep) -> list[tuple[datetime, datetime]]:
    """Give the rep's holidays as stretches from midnight to midnight in their zone (C1)."""
    days = [date.fromisoformat(day) for day in rep.days_off]
    return [(_midnight(day, rep), _midnight(day + _DAY, rep)) for day in days]


def _midnight(day: date, rep: Rep) -> datetime:
    return datetime.combine(day, time(), rep.zone)


def opens(week: Week, rep: Rep, *, at: datetime) -> datetime | None:
    """Give `at` if these hours of the rep's are open then, else the next opening, in UTC.

    On holidays of the rep's country they are not. None where no opening comes (C1, C3).
    """
    found = next_open(week, at=at, zone=rep.zone)
    while found and _has_holiday(rep, found):
        after = found.astimezone(rep.zone).date() + _DAY
        found = next_open(week, at=_midnight(after, rep), zone=rep.zone)
    return found


def duty_week(rep: Rep, duties: Sequence[Duty]) -> Week | None:
    """Give the hours for which the playbook puts the rep on duty, None for none."""
    weeks = [read_week(one.hours) for one in duties if rep.slack_id in one.reps]
    return union(weeks) if weeks else None


def shift_week(rep: Rep, duties: Sequence[Duty]) -> Week:
    """Give all hours in which the rep works: their own and those on duty, in their zone."""
    duty = duty_week(rep, duties)
    return union([rep.week, duty]) if duty else rep.week


def is_open(week: Week | None, rep: Rep, *, at: datetime) -> bool:
    """Say whether the aware moment `at` lies in these hours of the rep's; no hours hold none.

    Nobody works on a holiday of their country.
    """
    if week is None or _has_holiday(rep, at):
        return False
    return week_is_open(week, at=at, zone=rep.zone)


def is_on_shift(rep: Rep, duties: Sequence[Duty], *, now: datetime) -> bool:
    """Say whether the rep works at `now` (UTC): in their hours or on duty, and not away."""
    return not is_away(rep, now=now) and is_open(shift_week(rep, duties), rep, at=now)


def next_shift(rep: Rep, duties: Sequence[Duty], *, now: datetime) -> datetime | None:
    """Give the soonest moment (UTC) from `now` on when the rep works.

    None for who was paused, or is away until they say that they are back.
    """
    if rep.state != "active" and rep.away_until is None:
        return None
    back = rep.away_until if is_away(rep, now=now) and rep.away_until else now
    return opens(shift_week(rep, duties), rep, at=back)
