"""When the simulated team works, and when the playbook has a lead called again."""

from dataclasses import dataclass
from datetime import time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.answering import Hours
from rules.cadence import Slot
from rules.hours import DayWindow
from rules.lead import Lead
from rules.plan import Phoning, next_attempt
from rules.playbook import Playbook
from rules.rest import merged, next_calling
from rules.words import Kind, Tier
from simulation.cases import Case
from simulation.chances import DAY
from simulation.params import HOUR, Params
from simulation.world import START

_FRIDAY, _SATURDAY = 5, 6
_WEEKS = 60
MINUTE = 60
_UTC = ZoneInfo("UTC")
# Nobody is called from Friday 13:00 on until Sunday.
_REST = merged(
    (START + timedelta(weeks=week, days=_FRIDAY, hours=13), START + timedelta(weeks=week + 1))
    for week in range(_WEEKS)
)


@dataclass(frozen=True, eq=False)
class Answers:
    """The hours at which leads of a kind answer, as they were measured at one moment (L6.1)."""

    hours: Hours


UNKNOWN = Answers({})


class _Book(NamedTuple):
    """What of a playbook says when a planned attempt is made, and what was measured."""

    part: str
    calling: DayWindow
    parts: tuple[tuple[str, DayWindow], ...]
    answers: Answers


def shift_of(params: Params, playbook: Playbook, *, rep: int, day: int) -> tuple[float, float]:
    """Give a rep's shift on a day as seconds since START, within the playbook's calling hours."""
    weekday = day % 7
    if weekday == _SATURDAY:
        return 0.0, 0.0
    first, last = params.friday if weekday == _FRIDAY else params.shifts[rep % len(params.shifts)]
    calling = playbook.calling
    start = max(first * HOUR, _of_day(calling.start))
    end = min(last * HOUR, _of_day(calling.end))
    return day * DAY + start, day * DAY + max(end, start)


def first_call(playbook: Playbook, *, at: float) -> float:
    """Give when a lead that comes at `at` may be called, both seconds since START (L1.5)."""
    minute = int(at // MINUTE)
    wait = _until_open(playbook.calling, minute % (7 * DAY // MINUTE))
    return minute * MINUTE + wait if wait else at


def after_miss(
    case: Case, playbook: Playbook, *, at: float, answers: Answers = UNKNOWN
) -> float | None:
    """Give when a case is called again that was missed at `at`; None: its plan is over (L1.5)."""
    plan = playbook.plan(case.tier)
    if case.plan_step >= len(plan):
        return None
    slot = plan[case.plan_step]
    if slot.after is not None:
        return first_call(playbook, at=at + slot.after.total_seconds())
    day, began = int(at // DAY), int(case.plan_at // DAY)
    ahead = max(slot.day - (day - began), 1)
    known = UNKNOWN if slot.part else answers
    book = _Book(slot.part, playbook.calling, tuple(playbook.parts.items()), known)
    return day * DAY + _until_planned(book, case.tried, ahead=ahead, weekday=day % 7)


def _until_planned(book: _Book, tried: int, *, ahead: int, weekday: int) -> float:
    """Give the seconds from a day's beginning to an attempt so many days ahead, unless in rest.

    The rules are asked once for each situation: weeks are alike, and so are days without rest.
    """
    if (weekday + ahead) % 7 < _FRIDAY:
        return _asked(book, tried, ahead=1, weekday=0) + (ahead - 1) * DAY
    return _asked(book, tried, ahead=ahead, weekday=weekday)


@lru_cache(maxsize=100_000)
def _asked(book: _Book, tried: int, *, ahead: int, weekday: int) -> float:
    plan = (Slot(after=timedelta()), Slot(day=ahead, part=book.part))
    plans = dict.fromkeys(Tier, plan)
    playbook = Playbook(calling=book.calling, parts=dict(book.parts), plans=plans)
    midnight = START + timedelta(weeks=1, days=weekday)
    phoning = Phoning(playbook, _REST, _UTC, book.answers.hours)
    lead = Lead(id=0, name="", kind=Kind.WARM, plan_step=1, plan_at=midnight, tried=tried)
    found = next_attempt(lead, now=midnight, phoning=phoning)
    return ((found or midnight) - midnight).total_seconds()


@lru_cache(maxsize=100_000)
def _until_open(calling: DayWindow, minute: int) -> float:
    at = START + timedelta(minutes=minute)
    return (next_calling(calling, _REST, at=at, zone=_UTC) - at).total_seconds()


def _of_day(at: time) -> float:
    return float(at.hour * HOUR + at.minute * MINUTE)
