"""What a team can call and is to call, week by week (C1, L6.8)."""

from datetime import UTC, datetime, time, timedelta

from bot.desk import Desk
from bot.wave import COUNTED, MEASURED, NEWEST
from rules.counting import days_before
from rules.report import Window
from rules.shifts import shift_week
from rules.wave import Calls, bar_of, hands, hourly
from rules.working import Working
from storage import figures, reps, rollups, wave
from storage.unit import View

DAYS = 7


def pace(desk: Desk, view: View, *, now: datetime) -> float:
    """Give how many calls a rep makes in an hour, as measured by `now` (UTC), or the playbook's."""
    made = wave.newest_calls(view, since=now - MEASURED, most=NEWEST)
    return hourly(one for one in made if one[1] < now) or desk.playbook.wave.calls_per_hour


def overload(desk: Desk, view: View, *, now: datetime) -> float | None:
    """Say how many times too many the calls of the last whole week were (L6.8).

    The week is the seven days of the team's zone before today, so that every hour of a day says
    the same: the calls made, and those still due when it ended, over what could be made in its
    shifts. Who is away now counts as away. None where there were no shifts or there is no pace.
    """
    zone = desk.settings.zone
    until = datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
    since = days_before(until, DAYS, zone=zone)
    could = _could(desk, view, since, until)
    if could <= 0:
        return None
    made = rollups.totals(view, "rep", since=since, until=until, zone=zone)
    return (sum(one.calls for _, one in made) + _due(desk, view, until)) / could


def weeks(view: View, window: Window) -> float:
    """Give in how many weeks the judged leads of a window came, one at least (L6.8)."""
    first = figures.first_lead_at(view) or window.since
    return max((window.judged_until - max(first, window.since)) / timedelta(weeks=1), 1.0)


def _could(desk: Desk, view: View, since: datetime, until: datetime) -> float:
    book, zone, rest = desk.playbook, desk.settings.zone, desk.rest(since)
    shifts = [
        (rep, Working(shift_week(rep, book.duties), rep.zone, book.calling, zone, rest))
        for rep in reps.everybody(view)
    ]
    able = hands(shifts, now=since, midnight=until)
    return able.minutes / 60 * pace(desk, view, now=until)


def _due(desk: Desk, view: View, until: datetime) -> int:
    owners = [one.slack_id for one in reps.everybody(view) if not one.manages]
    bar, attempts = bar_of(desk.playbook.wave), desk.playbook.wave.attempts
    due = wave.due(view, owners=owners, until=until, attempts=attempts, most=COUNTED)
    left = sum(Calls(**found).under(bar, tier) for tier, found in due.items())
    return left + wave.due_before(view, at=until, most=COUNTED)
