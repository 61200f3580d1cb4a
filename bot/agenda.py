"""The day's agenda: one message to each rep when the shift begins (L4.4)."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from bot.audience import words_of
from bot.desk import Desk
from bot.orders import Drop, Prepared, SlackPost
from bot.views.agenda import Agenda, Listed, agenda
from rules.agenda import agenda_day
from rules.queue import rank
from rules.reminders import SendAgenda
from rules.team import Rep
from rules.words import Queue, Switch
from storage import home, nags, outbox, preferences, reps
from storage.outbox import Row
from storage.queue import Candidate
from storage.unit import View

SHOWN = 10
ONE_DAY = timedelta(days=1)


def send_due(desk: Desk) -> int:
    """Send the agenda to each rep whose day begins now; gives how many (L4.4)."""
    now, rest, duties = desk.clock(), desk.rest(desk.clock()), desk.playbook.duties
    with desk.store.view() as view:
        team = reps.everybody(view)
        days = [(one.slack_id, agenda_day(one, duties, now=now, rest=rest)) for one in team]
        due = [SendAgenda(rep, day.isoformat()) for rep, day in days if day]
        new = [one for one in due if not outbox.known(view, one.once_key)]
    if new:
        with desk.store.unit() as unit:
            outbox.add(unit, new, now=now)
            unit.commit()
    return len(new)


def prepare_agenda(desk: Desk, view: View, row: Row) -> Prepared:
    """Make the agenda of the present; one that is late or empty is not sent."""
    effect: Any = row.effect
    rep, now = reps.get(view, effect.rep), desk.clock()
    if rep is None:
        return Drop("rep_left")
    day = agenda_day(rep, desk.playbook.duties, now=now, rest=desk.rest(now))
    if day is None or day.isoformat() != effect.day:
        return Drop("too_late")
    found = _of_day(desk, view, rep, now=now)
    if found is None:
        return Drop("nothing_due")
    return [SlackPost(effect.rep, agenda(found, words_of(desk, view, effect.rep)))]


def _of_day(desk: Desk, view: View, rep: Rep, *, now: datetime) -> Agenda | None:
    """Gather what is due until the rep's midnight; None for an empty day."""
    tomorrow = now.astimezone(rep.zone).date() + ONE_DAY
    midnight = datetime.combine(tomorrow, time(), rep.zone)
    found = home.ranked(view, rep.slack_id, until=midnight, wave=desk.playbook.wave)
    if not found:
        return None
    due = [one for one in found if one.next_at <= now]
    first = min(due, key=rank, default=found[0])
    [lead] = home.by_id(view, [first.id])
    reminded = _reminded(view, rep, due)
    return Agenda(
        now=now,
        first=lead,
        reminded=len(reminded),
        high=_listed(view, [one for one in found if one.id not in reminded], Queue.HIGH_FOLLOWUP),
        low=_listed(view, found, Queue.LOW_FOLLOWUP),
        planned=sum(one.queue is Queue.PLANNED for one in found),
        fresh=sum(one.queue is Queue.FRESH for one in found),
    )


def _reminded(view: View, rep: Rep, due: Sequence[Candidate]) -> set[int]:
    """Give leads of which a reminder comes at this time anyway: nothing is told twice (L4.3)."""
    if preferences.is_off(view, rep.slack_id, Switch.NAGS):
        return set()
    hot = [one.id for one in due if one.queue is Queue.HIGH_FOLLOWUP]
    return {one.lead_id for one in nags.of_leads(view, hot) if one.nag_at}


def _listed(view: View, found: Sequence[Candidate], queue: Queue) -> Listed:
    """Give the follow-ups of one importance, soonest first, with what was agreed."""
    ids = [one.id for one in found if one.queue is queue]
    shown = ids[:SHOWN]
    notes = {one.lead_id: one.note for one in nags.of_leads(view, shown)}
    rows = [(one, notes.get(one.id, "")) for one in home.by_id(view, shown)]
    return Listed(tuple(rows), len(ids))
