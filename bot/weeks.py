"""How a week went for each rep: told to them alone, and of all to managers (L6)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import figures
from bot.assign import tell_managers
from bot.audience import team_words, words_of
from bot.counting import Period
from bot.desk import Desk
from bot.orders import Drop, Prepared, SlackPost
from bot.reporting import report
from bot.team import is_in_team
from bot.views import weeks as views
from bot.views.weeks import Waiting
from rules.effects import TellManagers
from rules.report import Only, Report
from rules.report_calls import RepFigures
from rules.reports import SendWeek
from storage import figures as stored
from storage import home, outbox, reps
from storage.outbox import Row
from storage.snapshots import steady
from storage.unit import View

NOTICE = "reps_week"
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Own:
    """A rep's own figures of a period, and what waits on them now."""

    report: Report
    figures: RepFigures
    waiting: Waiting

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        mine = self.figures
        return not (mine.given or mine.calls.of or mine.sales or mine.revenue or self.waiting.count)


def send_due(desk: Desk) -> None:
    """Put each rep's week in line, and all of them for managers, once the digest is due (L6)."""
    now, week = desk.clock(), figures.newest_week(desk)
    period = week.since.isoformat(), week.until.isoformat()
    with desk.store.view() as view:
        if not week.begun(stored.first_lead_at(view)):
            return
        team = [one for one in reps.everybody(view) if one.state != "paused"]
        notices = [SendWeek(one.slack_id, *period) for one in team]
        new = [one for one in notices if not outbox.known(view, one.once_key)]
    if not new:
        return
    with desk.store.unit() as unit:
        about = json.dumps({"since": period[0], "until": period[1]})
        if len(new) == len(notices):
            outbox.add(unit, tell_managers(desk, unit, TellManagers(NOTICE, 0, about)), now=now)
        outbox.add(unit, new, now=now)
        unit.commit()


def own_figures(desk: Desk, view: View, rep: str, *, since: datetime, until: datetime) -> Own:
    """Give a rep's own figures of a period, and what waits on them by now."""
    with steady(desk.store) as seen:
        found = report(desk, seen, Period(since, until, Only(rep=rep)), cohorts=False)
    mine = next((one for one in found.reps if one.rep == rep), RepFigures(rep))
    return Own(found, mine, _waiting(desk, view, rep))


def _waiting(desk: Desk, view: View, rep: str) -> Waiting:
    due = home.ranked(view, rep, until=desk.clock(), wave=desk.playbook.wave)
    shown = home.by_id(view, [one.id for one in due[:SHOWN]])
    return Waiting(tuple(shown), len(due))


def prepare_week(desk: Desk, view: View, row: Row) -> Prepared:
    """Make a rep's week; one with nothing to say is not sent."""
    effect: Any = row.effect
    if not is_in_team(desk, view, effect.rep):
        return Drop("rep_left")
    since, until = _period(effect.since, effect.until)
    own = own_figures(desk, view, effect.rep, since=since, until=until)
    if own.empty:
        return Drop("nothing_to_say")
    words = words_of(desk, view, effect.rep)
    return [SlackPost(effect.rep, views.note(own.report, own.figures, own.waiting, words))]


def prepare_reps(desk: Desk, view: View, effect: TellManagers) -> Prepared:
    """Tell managers how the week went for each rep; nobody else sees that."""
    about = json.loads(effect.about)
    since, until = _period(about["since"], about["until"])
    with steady(desk.store) as seen:
        found = report(desk, seen, Period(since, until, Only()), cohorts=False)
    if not found.reps:
        return Drop("nothing_to_say")
    words = words_of(desk, view, effect.to) if effect.to else team_words(desk)
    to = effect.to or desk.settings.managers_channel
    return [SlackPost(to, views.of_reps(found, words), for_managers=not effect.to)]


def _period(since: str, until: str) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(since), datetime.fromisoformat(until)
