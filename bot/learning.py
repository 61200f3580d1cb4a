"""What the desk learns of its own calls: closing rates, hours that answer, the answer rate."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.assign import tell_managers
from bot.desk import Desk
from bot.grading import graded
from bot.team import allowed
from rules.effects import TellManagers
from rules.low_answer import switched
from rules.permissions import Act
from rules.playbook import Playbook
from rules.refusals import Refused
from rules.tiers import Grade, Grades, grade
from storage import given, kept, measures, outbox

NIGHT = time(3, 0)
DAY = timedelta(days=1)
LEARNED, GRADED, LOW_ANSWER = "learned", "graded", "low_answer"
AT_ONCE = 1000


def learn(desk: Desk) -> Grades:
    """Measure, keep what was found and work by it from now on (L1.3, L6.1)."""
    now, rules = desk.clock(), desk.playbook.tiers
    since, mature = now - rules.window_days * DAY, now - rules.mature_days * DAY
    with desk.store.view() as view:
        cells = measures.count_cells(view, since=since, mature=mature)
        hours = measures.count_hours(view, since=since)
        closings = given.count_closings(view, since=since, mature=mature)
    with desk.store.unit() as unit:
        # First, so that of two who measure at once the second waits for the first.
        kept.put(unit, LEARNED, now.isoformat(), at=now)
        measures.keep(unit, cells, hours)
        given.keep_closings(unit, closings, at=now)
        unit.commit()
    recall(desk)
    _regrade(desk)
    return desk.present.grades


def learn_now(desk: Desk, *, by: str) -> Grades:
    """Measure on demand, which takes its time: seconds, where there are many leads.

    Raises Refused for all but managers, and while somebody else's demand is measured.
    """
    with desk.store.view() as view:
        allowed(desk, view, by, Act.MANAGE, refusal="tier.managers_only")
    if not desk.present.measuring.acquire(blocking=False):
        raise Refused("tier.measuring")
    try:
        return learn(desk)
    finally:
        desk.present.measuring.release()


def learn_nightly(desk: Desk) -> bool:
    """Learn when a night has begun since the last time, or never yet; says whether it did."""
    with desk.store.view() as view:
        last = kept.get(view, LEARNED)
    due = last_night(desk.clock(), zone=desk.settings.zone)
    if last is not None and datetime.fromisoformat(last) >= due:
        return False
    learn(desk)
    return True


def last_night(now: datetime, *, zone: ZoneInfo, at: time = NIGHT) -> datetime:
    """Give the newest moment (UTC) not after `now` at which it was 03:00, or `at`, in a zone."""
    today = now.astimezone(zone).date()
    nights = (datetime.combine(day, at, zone).astimezone(UTC) for day in (today, today - DAY))
    return next(night for night in nights if night <= now)


def recall(desk: Desk) -> None:
    """Put what is kept of measures in place: when a desk opens, and after measuring."""
    present = desk.present
    with present.changing:
        with desk.store.view() as view:
            cells, hours = measures.kept_cells(view), measures.kept_hours(view)
            low_answer = kept.get(view, LOW_ANSWER)
        playbook = desk.playbook
        present.grades = grade(cells, playbook.tiers)
        present.graded_by = _mark(playbook)
        present.hours = hours
        present.low_answer = bool(low_answer)


def follow_playbook(desk: Desk) -> bool:
    """Grade anew when the playbook's tiers or pinned campaigns changed; says whether they did."""
    mark = _mark(desk.playbook)
    if desk.present.graded_by != mark:
        recall(desk)
    with desk.store.view() as view:
        if kept.get(view, GRADED) == mark:
            return False
    _regrade(desk)
    return True


def _mark(playbook: Playbook) -> str:
    """Give what a lead's tier rests on besides measures, as a text that shows any change."""
    pins = sorted((one.name, one.tier) for one in playbook.campaigns if one.tier)
    return repr((playbook.tiers, pins))


def _regrade(desk: Desk) -> None:
    """Give the leads that are worked the tier and score they now have earned (L1.3)."""
    mark = _mark(desk.playbook)
    with desk.store.view() as view:
        groups = measures.working_groups(view)
    for group in groups:
        found = graded(desk, campaign=group.campaign, kind=group.kind, product=group.product)
        _regrade_group(desk, replace(found, group=group))
    with desk.store.unit() as unit:
        kept.put(unit, GRADED, mark, at=desk.clock())
        unit.commit()


def _regrade_group(desk: Desk, found: Grade) -> None:
    after = 0
    while True:
        with desk.store.view() as view:
            wrong = measures.misgraded(view, found, after=after, most=AT_ONCE)
        if not wrong:
            return
        with desk.store.unit() as unit:
            measures.regrade(unit, wrong, found)
            unit.commit()
        after = wrong[-1]


def watch_answers(desk: Desk) -> bool:
    """Switch low-answer mode by the newest calls, and tell the managers; says whether it did.

    Where a manager forces the mode it is measured all the same, and nobody is told (L2.5).
    """
    with desk.present.changing:
        return _switch(desk)


def _switch(desk: Desk) -> bool:
    rules, on, now = desk.playbook.low_answer, desk.present.low_answer, desk.clock()
    with desk.store.view() as view:
        found = measures.newest_calls(view, most=rules.calls)
    if switched(on=on, rate=found.rate or 0.0, calls=found.calls, rules=rules) == on:
        return False
    with desk.store.unit() as unit:
        kept.put(unit, LOW_ANSWER, not on, at=now)
        if rules.mode == "auto":
            about = f"{found.answered}/{found.calls} {now.isoformat()}"
            notice = TellManagers("low_answer_off" if on else "low_answer_on", 0, about)
            outbox.add(unit, tell_managers(desk, unit, notice), now=now)
        unit.commit()
    desk.present.low_answer = not on
    return True
