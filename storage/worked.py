"""What each member of the team did in a period: calls, conversations, sales, first calls."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, literal_column, or_, select

from rules.money import Money, sum_money
from rules.words import Outcome
from storage.tables import attempts, followups, leads
from storage.unit import View

MEETINGS = (Outcome.FOLLOWUP, Outcome.SOLD, Outcome.LOST)


@dataclass(frozen=True, slots=True)
class Worked:
    """A person's numbers; `waits` are working minutes from arrival to first call, of their leads.

    Of the follow-ups that were `agreed`, those `kept` were called within their hour.
    """

    calls: int = 0
    answered: int = 0
    meetings: int = 0
    sales: int = 0
    talk_seconds: int = 0
    revenue: tuple[Money, ...] = ()
    agreed: int = 0
    kept: int = 0
    waits: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class FirstCall:
    """A lead's first call at a moment (UTC), after so many working minutes, and its owner."""

    owner: str
    at: datetime
    waited: float


_RANG = or_(attempts.c.amount_minor.is_(None), attempts.c.amount_minor >= 0)
_SOLD = and_(attempts.c.outcome == Outcome.SOLD, attempts.c.amount_minor > 0)


# Grouped by a column that an index begins with, SQLite would walk that index through all years.
_BY = attempts.c.by.concat(literal_column("''"))


def _many(what: Any) -> Any:
    return func.sum(case((what, 1), else_=0))


_SUMS = (
    _many(_RANG),
    _many(and_(_RANG, attempts.c.answered)),
    _many(and_(_RANG, attempts.c.outcome.in_(MEETINGS))),
    _many(_SOLD),
    func.coalesce(func.sum(attempts.c.talk_seconds), 0),
)


def worked(view: View, *, since: datetime, hour: timedelta) -> dict[str, Worked]:
    """Give what each person did since a moment (UTC), by Slack id.

    An agreed time is kept for so long as `hour` says.
    """
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for part in (_called(view, since), _agreed(view, since, hour), _waits(view, since)):
        for who, values in part.items():
            found[who] |= values
    return {who: Worked(**values) for who, values in found.items()}


def _since(since: datetime) -> Any:
    return and_(attempts.c.at >= since, attempts.c.undone_at.is_(None))


def _called(view: View, since: datetime) -> dict[str, dict[str, Any]]:
    money = func.coalesce(func.sum(attempts.c.amount_minor), 0)
    query = select(_BY, attempts.c.currency, money, *_SUMS).where(_since(since))
    names = ("calls", "answered", "meetings", "sales", "talk_seconds")
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * len(names))
    earned: dict[str, list[Money]] = defaultdict(list)
    grouped = query.group_by(_BY, attempts.c.currency)
    for who, currency, minor, *numbers in view.execute(grouped):
        sums[who] = [total + int(one) for total, one in zip(sums[who], numbers, strict=True)]
        earned[who] += [Money(int(minor), currency)] if currency else []
    return {
        who: dict(zip(names, numbers, strict=True)) | {"revenue": sum_money(earned[who])}
        for who, numbers in sums.items()
    }


def _agreed(view: View, since: datetime, hour: timedelta) -> dict[str, dict[str, Any]]:
    ended = followups.c.id == attempts.c.ended_followup
    query = select(attempts.c.by, attempts.c.at, followups.c.due_at)
    query = query.join_from(attempts, followups, ended).where(_since(since))
    agreed: dict[str, list[bool]] = defaultdict(list)
    for who, at, due in view.execute(query):
        agreed[who].append(at < due + hour)
    return {who: {"agreed": len(all_), "kept": sum(all_)} for who, all_ in agreed.items()}


def _waits(view: View, since: datetime) -> dict[str, dict[str, Any]]:
    waits: dict[str, list[float]] = defaultdict(list)
    for one in first_calls(view, since=since):
        waits[one.owner].append(one.waited)
    return {who: {"waits": tuple(found)} for who, found in waits.items()}


def first_calls(view: View, *, since: datetime) -> list[FirstCall]:
    """Give the first calls since a moment (UTC) of leads whose wait was counted (C1)."""
    query = select(leads.c.owner, leads.c.first_call_at, leads.c.waited).where(
        leads.c.first_call_at >= since, leads.c.waited.is_not(None)
    )
    return [FirstCall(*row) for row in view.execute(query)]
