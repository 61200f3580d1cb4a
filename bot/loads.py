"""What a team can call and is to call, week by week (C1, L6.8)."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from bot.audit import of_rep
from bot.desk import Desk
from bot.wave import COUNTED, MEASURED, NEWEST
from rules.audit import Line
from rules.counting import days_before
from rules.report import Window
from rules.shifts import shift_week
from rules.stood import SILENT, Stretch, joined, stood
from rules.team import Rep
from rules.wave import Calls, bar_of, hands, hourly
from rules.working import Working
from storage import audit, figures, reps, rollups, wave
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
    shifts. Hours and calls are those of the same reps, as they stood then by the audit: who went
    away, left or became a manager later counts whole, and who joined counts since joining. Who is
    gone, the audit not saying that it was since then, was there if they called. Calls of who had
    no hours, as managers have none, don't count. None where there were no shifts.
    """
    zone = desk.settings.zone
    until = datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
    since = days_before(until, DAYS, zone=zone)
    made = {
        rep: counts.calls
        for (rep,), counts in rollups.totals(view, "rep", since=since, until=until, zone=zone)
    }
    minutes = _minutes(desk, view, since, until, called=made.keys())
    could = sum(minutes.values()) / 60 * pace(desk, view, now=until)
    if could <= 0:
        return None
    theirs = sum(calls for rep, calls in made.items() if minutes.get(rep))
    return (theirs + _due(desk, view, until)) / could


def weeks(view: View, window: Window) -> float:
    """Give in how many weeks the judged leads of a window came, one at least (L6.8)."""
    first = figures.first_lead_at(view) or window.since
    return max((window.judged_until - max(first, window.since)) / timedelta(weeks=1), 1.0)


def _minutes(
    desk: Desk, view: View, since: datetime, until: datetime, *, called: Collection[str]
) -> dict[str, float]:
    """Give for how many minutes of a week each rep could call, as they stood in it."""
    book, zone, rest = desk.playbook, desk.settings.zone, desk.rest(since)

    def minutes(start: datetime, end: datetime, rep: Rep) -> float:
        working = Working(shift_week(rep, book.duties), rep.zone, book.calling, zone, rest)
        return hands([(rep, working)], now=start, midnight=end).minutes

    return {
        rep: sum(minutes(*one) for one in stretches)
        for rep, stretches in _team(view, since, until, called).items()
    }


def _team(
    view: View, since: datetime, until: datetime, called: Collection[str]
) -> dict[str, list[Stretch]]:
    """Give how each of the team stood in a week.

    Where nobody was there before, the team itself began: nobody joined it then.
    """
    team = reps.everybody(view)
    told = audit.lines_of(view, [of_rep(one.slack_id) for one in team], since=since)
    lines = {one.slack_id: told.get(of_rep(one.slack_id), []) for one in team}
    if all(any(map(joined, those)) for those in lines.values()):
        lines = {rep: [one for one in those if not joined(one)] for rep, those in lines.items()}
    return {
        one.slack_id: stood(_then(one, those, until, called), those, since=since, until=until)
        for one in team
        for those in [lines[one.slack_id]]
    }


def _then(rep: Rep, lines: Sequence[Line], until: datetime, called: Collection[str]) -> Rep:
    """Give a rep as they stood last: here, if they called in a week for which they are gone."""
    untold = not any("state" in one.after or SILENT in one.after for one in lines)
    away = rep.state == "away" and (rep.away_until is None or rep.away_until >= until)
    if untold and (away or rep.state == "paused") and rep.slack_id in called:
        return replace(rep, state="active", away_until=None)
    return rep


def _due(desk: Desk, view: View, until: datetime) -> int:
    owners = [one.slack_id for one in reps.everybody(view) if not one.manages]
    bar, attempts = bar_of(desk.playbook.wave), desk.playbook.wave.attempts
    due = wave.due(view, owners=owners, until=until, attempts=attempts, most=COUNTED)
    left = sum(Calls(**found).under(bar, tier) for tier, found in due.items())
    return left + wave.due_before(view, at=until, most=COUNTED)
