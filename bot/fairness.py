"""The fairness report: what each rep was given in the last weeks, for managers (C3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desk import Desk
from bot.team import allowed
from rules.fairness import Handed, Share, shares
from rules.permissions import Act
from rules.reports import PostFairness
from storage import fairness, outbox, reps
from storage.unit import View

WEEKS = 4
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Report:
    """Each rep's share of what was given after `since`, up to `until` (UTC), with their names."""

    since: datetime
    until: datetime
    shares: tuple[Share, ...]
    names: dict[str, str]

    @property
    def leads(self) -> int:
        """How many leads were given, however."""
        return sum(sum(one.weeks) for one in self.shares)


def report(desk: Desk, *, by: str) -> Report:
    """Give the last four weeks' report; raises Refused for who does not manage (C3, C5)."""
    with desk.store.view() as view:
        allowed(desk, view, by, Act.MANAGE)
        return of_weeks(view, until=desk.clock())


def four_weeks(desk: Desk) -> Report:
    """Give the last four weeks' report to whoever works on the machine (C3)."""
    with desk.store.view() as view:
        return of_weeks(view, until=desk.clock())


def post(desk: Desk, *, by: str, asked: str) -> None:
    """Put the report in line for the managers' channel; raises Refused (C3, C5).

    `asked` sets this request apart.
    """
    with desk.store.unit() as unit:
        allowed(desk, unit, by, Act.MANAGE)
        outbox.add(unit, (PostFairness(asked),), now=desk.clock())
        unit.commit()


def of_weeks(view: View, *, until: datetime) -> Report:
    """Give the report of the four weeks before a moment (UTC), for whoever may see it (C3)."""
    since = until - WEEKS * WEEK
    handed: list[Handed] = []
    for week in range(WEEKS):
        begin = since + week * WEEK
        handed += fairness.handed(view, week=week, since=begin, until=begin + WEEK)
    team = reps.everybody(view)
    names = {one.slack_id: one.name for one in team}
    return Report(since, until, shares(team, handed, weeks=WEEKS), names)
