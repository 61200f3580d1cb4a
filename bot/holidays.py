"""The holidays of each rep's country: days on which they are off shift (C1, C3)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from bot.calendars import days_of_rest
from bot.desk import Desk
from rules.team import Rep
from rules.working import HORIZON
from storage import reps
from storage.unit import Unit

_DAY = timedelta(days=1)


def days_off(desk: Desk, rep: Rep, *, now: datetime) -> tuple[str, ...]:
    """Give the rep's holidays as ISO dates: from yesterday on, as far as anybody looks ahead.

    Those of the team's country, which the playbook names, are as its `[rest]` has them.
    """
    rules = desk.playbook.rest
    today = now.astimezone(rep.zone).date()
    days = days_of_rest(rules, rep.country or rules.holidays, year=today.year)
    last = today + HORIZON + _DAY
    return tuple(day.isoformat() for day in sorted(days) if _between(day, today - _DAY, last))


def _between(day: date, first: date, last: date) -> bool:
    return first <= day <= last


def keep(desk: Desk, unit: Unit, team: Iterable[Rep], *, now: datetime) -> int:
    """Keep the holidays of these members as the calendar has them now; gives how many differed."""
    changed = 0
    for rep in team:
        days = days_off(desk, rep, now=now)
        if days != rep.days_off:
            reps.set_days_off(unit, rep.slack_id, days)
            changed += 1
    return changed


def follow(desk: Desk) -> int:
    """Bring the whole team's holidays up to date, as days pass; gives how many differed."""
    now = desk.clock()
    with desk.store.view() as view:
        stale = [
            one for one in reps.everybody(view) if days_off(desk, one, now=now) != one.days_off
        ]
    if not stale:
        return 0
    with desk.store.unit() as unit:
        done = keep(desk, unit, reps.everybody(unit, lock=True), now=now)
        unit.commit()
    return done
