"""Shifts: when a rep works, by the team file's hours and the playbook's duties (C1, L4.3)."""

from collections.abc import Sequence
from datetime import datetime

from rules.hours import Week, next_open, read_week, union
from rules.hours import is_open as week_is_open
from rules.playbook import Duty
from rules.team import Rep


def is_away(rep: Rep, *, now: datetime) -> bool:
    """Say whether the rep takes no leads now: paused, or away until a later moment (UTC)."""
    if rep.state == "away":
        return rep.away_until is None or rep.away_until > now
    return rep.state != "active"


def duty_week(rep: Rep, duties: Sequence[Duty]) -> Week | None:
    """Give the hours for which the playbook puts the rep on duty, None for none."""
    weeks = [read_week(one.hours) for one in duties if rep.slack_id in one.reps]
    return union(weeks) if weeks else None


def shift_week(rep: Rep, duties: Sequence[Duty]) -> Week:
    """Give all hours in which the rep works: their own and those on duty, in their zone."""
    duty = duty_week(rep, duties)
    return union([rep.week, duty]) if duty else rep.week


def is_open(week: Week | None, rep: Rep, *, at: datetime) -> bool:
    """Say whether the aware moment `at` lies in these hours of the rep's; no hours hold none."""
    return week is not None and week_is_open(week, at=at, zone=rep.zone)


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
    return next_open(shift_week(rep, duties), at=back, zone=rep.zone)
