"""How the team works one lead: calls by the plan, conversations, agreed times, an end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from tomllib import loads

from sandbox.story import rates
from sandbox.story.acts import Customer, Say
from sandbox.story.campaigns import PRICES, PRODUCTS
from sandbox.story.customers import answers_now
from sandbox.story.dice import around, dice
from sandbox.story.prospects import Prospect
from sandbox.story.words import playbook_text, words
from sandbox.story.workday import forward, on_quarter, works, written

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLANS = {"referral": "a", "incoming": "b", "warm": "b", "cold": "c"}
SPANS = {"m": MINUTE, "h": HOUR, "d": DAY}
MOST_UNAVAILABLE, AGAIN_AVAILABLE = 3, 3 * DAY
AT_ONCE, NOTED = 0.65, 0.3
FIRST_TALK = {"lost": 0.52, "notnow": 0.16, "low": 0.28, "high": 0.04}
LATER_TALK = {"lost": 0.75, "low": 0.25}
MOST_TALKS = 3
ONE_CALL = "share"
MEETINGS = (2, 3)
SHORT_TALK = 90
TALK_WIDE, TALK_MEDIAN = 0.6, 0.83


@dataclass(kw_only=True)
class Course:
    """The course of one lead up to ``now``: what was typed, and what the next call depends on."""

    prospect: Prospect
    customer: Customer
    locale: str
    now: datetime
    throw: Random
    acts: list[Say] = field(default_factory=list)
    calls: int = 0
    step: int = 0
    talks: int = 0
    unavailable: int = 0
    agreed: bool = False
    promised: bool = False

    def say(self, command: str, *, at: datetime, note: str = "") -> None:
        """Have the owner type a command."""
        text = " ".join(f"{command} {note}".split())
        self.acts.append(Say(at=at, customer=self.customer.key, command=text))

    def words_of(self, name: str) -> str:
        """Choose among the words that the team writes at such an occasion."""
        chosen: str = self.throw.choice(words(self.locale)["says"][name])
        return chosen


def work(
    prospect: Prospect, customer: Customer, *, locale: str, seed: int, now: datetime
) -> list[Say]:
    """Work a lead from its arrival on; gives what its owner types, all before ``now``."""
    throw = dice(seed, "work", customer.key)
    course = Course(prospect=prospect, customer=customer, locale=locale, now=now, throw=throw)
    if prospect.persona.line in {"blank", "broken"}:
        _wait_for_phone(course)
        return course.acts
    at: datetime | None = _first_call(course)
    while at is not None and at < now:
        at = _call(course, at)
    return course.acts


def _wait_for_phone(course: Course) -> None:
    at = late(course.prospect.at, throw=course.throw, median=30)
    if at < course.now:
        course.say("note {id}", at=at, note=course.words_of("waits"))


def _first_call(course: Course) -> datetime:
    at, throw = course.prospect.at, course.throw
    if course.prospect.persona.kind == "incoming":
        return at + throw.randrange(180, 480) * timedelta(seconds=1)
    slow = 60 if course.prospect.persona.kind == "cold" else 9
    return late(at, throw=throw, median=slow)


def late(at: datetime, *, throw: Random, median: float) -> datetime:
    """Give the moment of a call that is due at ``at``, some minutes late, in hours of work."""
    delay = timedelta(seconds=int(60 * min(max(around(throw, median, wide=1.0), 2), 240)))
    call = forward(at) + delay
    if works(call):
        return call
    return forward(call) + timedelta(seconds=throw.randrange(120, 5400))


def _call(course: Course, at: datetime) -> datetime | None:
    """Let a call be made and typed; gives the moment of the next one, None when there is none."""
    result = _result(course, at)
    course.calls += 1
    course.agreed = False
    return _NEXT.get(result, _missed)(course, at, result)


def _result(course: Course, at: datetime) -> str:
    rings = course.prospect.persona.kind == "incoming" and not course.calls
    if rings or (course.agreed and course.throw.random() >= rates.NO_SHOW):
        return "answered"
    if course.agreed:
        return "noanswer"
    return answers_now(course.customer, at=at, calls=course.calls, told=course.now)


def _missed(course: Course, at: datetime, result: str) -> datetime | None:
    course.say(f"{result} {{id}}", at=at, note=course.words_of(result))
    return _by_plan(course, at)


def _by_plan(course: Course, at: datetime) -> datetime | None:
    plan = spacing(course.locale, course.prospect.persona.kind)
    course.step += 1
    if course.step > len(plan):
        return None
    return late(at + plan[course.step - 1], throw=course.throw, median=12)


def _unavailable(course: Course, at: datetime, _: str) -> datetime | None:
    course.say("unavailable {id}", at=at)
    course.step += 1
    course.unavailable += 1
    again = late(at + AGAIN_AVAILABLE, throw=course.throw, median=12)
    return again if course.unavailable <= MOST_UNAVAILABLE else None


def _wrong(course: Course, at: datetime, _: str) -> None:
    course.say("invalid {id}", at=at, note=course.words_of("invalid"))


def _talked(course: Course, at: datetime, _: str) -> datetime | None:
    course.talks += 1
    what = _buying(course) if course.customer.temper == "eager" else _doubting(course)
    return _END[what](course, at)


def _lose(course: Course, at: datetime) -> None:
    talk = talk_text(course.throw, rates.TALK)
    course.say(f"lost {{id}} {talk}", at=at, note=course.words_of("lost"))


def _buying(course: Course) -> str:
    if course.prospect.product != "lease":
        at_once = course.talks > 1 or course.throw.random() < AT_ONCE
        return "sold" if at_once else "high"
    wanted = dice(course.customer.key, course.customer.phone, "meetings").choice(MEETINGS)
    return "sold" if course.talks >= wanted else "high" if course.talks == wanted - 1 else "low"


def _doubting(course: Course) -> str:
    if course.talks >= MOST_TALKS:
        return "lost"
    odds = LATER_TALK if course.talks > 1 else FIRST_TALK
    what = course.throw.choices(list(odds), weights=list(odds.values()))[0]
    once_more = what in {"low", "high"} and course.promised
    return "lost" if once_more and PRODUCTS[course.prospect.product] == ONE_CALL else what


def _agree_soon(course: Course, at: datetime) -> datetime:
    return _agree(course, at, importance="high", hours=course.throw.uniform(0.5, 30), most=7)


def _agree_later(course: Course, at: datetime) -> datetime:
    return _agree(course, at, importance="low", hours=course.throw.uniform(20, 80), most=45)


def _agree(course: Course, at: datetime, *, importance: str, hours: float, most: int) -> datetime:
    due, finish = _agreed(course, at + hours * HOUR, most=most)
    note = course.words_of(f"{importance}_{PRODUCTS[course.prospect.product]}")
    talk = talk_text(course.throw, rates.TALK)
    course.say(f"followup {{id}} {importance} {written(due)} {talk}", at=at, note=note)
    course.step, course.agreed, course.promised = 0, True, True
    _note_down(course, at)
    return finish


def _not_now(course: Course, at: datetime) -> datetime:
    due, finish = _agreed(course, at + course.throw.uniform(1, 26) * HOUR, most=20)
    note = course.words_of("notnow")
    course.say(f"notnow {{id}} {written(due)} talk 40s", at=at, note=note)
    course.step, course.agreed = course.step + 1, True
    return finish


def _agreed(course: Course, at: datetime, *, most: int) -> tuple[datetime, datetime]:
    """Give the agreed time and when it is kept; neither stands between the two at the end."""
    due = on_quarter(at)
    finish = due + timedelta(seconds=course.throw.randrange(60, most * 60))
    if not works(finish):
        finish = due + MINUTE
    if due <= course.now + HOUR and finish >= course.now:
        due = on_quarter(course.now + course.throw.uniform(2, 30) * HOUR)
        finish = due + MINUTE
    return due, finish


def _note_down(course: Course, at: datetime) -> None:
    later = at + timedelta(seconds=course.throw.randrange(50, 110))
    if later < course.now and works(later) and course.throw.random() < NOTED:
        course.say("note {id}", at=later, note=course.words_of("note"))


def _sell(course: Course, at: datetime) -> None:
    product = course.prospect.product
    amount, talk = course.throw.choice(PRICES[product]), talk_text(course.throw, rates.TALK_OF_SALE)
    course.say(f"sold {{id}} {amount} {talk}", at=at, note=course.words_of(f"sold_{product}"))


_END: dict[str, Callable[[Course, datetime], datetime | None]] = {
    "high": _agree_soon,
    "low": _agree_later,
    "notnow": _not_now,
    "sold": _sell,
    "lost": _lose,
}
_NEXT: dict[str, Callable[[Course, datetime, str], datetime | None]] = {
    "answered": _talked,
    "wrong_number": _wrong,
    "unavailable": _unavailable,
}


def talk_text(throw: Random, mean: timedelta) -> str:
    """Write how long a conversation was, around a mean."""
    seconds = around(throw, TALK_MEDIAN * mean.total_seconds(), wide=TALK_WIDE)
    return f"talk {int(seconds)}s" if seconds < SHORT_TALK else f"talk {round(seconds / 60)}m"


@lru_cache
def spacing(locale: str, kind: str) -> tuple[timedelta, ...]:
    """Give the waits between calls that the story's own playbook asks for a kind of lead."""
    _, *spans = loads(playbook_text(locale))["plan"][PLANS[kind]]
    return tuple(int(span[:-1]) * SPANS[span[-1]] for span in spans)
