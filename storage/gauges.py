"""Figures of what waits, for `/metrics`: each by one bounded query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, case, func, select

from rules.sides import ELSEWHERE, SLACK
from storage.outbox import IS_WAITING
from storage.tables import lead_marks, outbox, rollup_marks
from storage.unit import View

MOST = 20_000
"""So many rows are looked at and no more: what is beyond is not counted."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits in lanes of one kind; `due` of them may leave, the oldest since `oldest` (UTC)."""

    lane: str
    waiting: int
    due: int
    oldest: datetime | None


def queues(view: View, *, now: datetime) -> Sequence[Queue]:
    """Give what waits, by kind of lane: a person's own lane counts as `dm` or `home`."""
    order = outbox.c.due_at, outbox.c.id
    some = select(outbox.c.lane, outbox.c.due_at).where(IS_WAITING).order_by(*order).limit(MOST)
    waits = some.subquery()
    due = case((waits.c.due_at <= now, waits.c.due_at))
    query = select(waits.c.lane, func.count(), func.count(due), func.min(due))
    found: dict[str, Queue] = {}
    for lane, count, ready, oldest in view.execute(query.group_by(waits.c.lane)):
        kind = _kind(lane)
        known = found.get(kind, Queue(kind, 0, 0, None))
        since = min((one for one in (known.oldest, oldest) if one), default=None)
        found[kind] = Queue(kind, known.waiting + count, known.due + ready, since)
    return sorted(found.values(), key=lambda one: one.lane)


def _kind(lane: str) -> str:
    """Give a lane's name without the person whose own it is."""
    own = lane.partition(":")[0]
    return own if own in {"dm", "home"} else lane


def count_due(view: View, side: str, *, now: datetime) -> int:
    """Count what waits to leave now to a side: Slack, or another by its lane."""
    to_slack = outbox.c.kind.not_in(sorted(ELSEWHERE))
    of = to_slack if side == SLACK else outbox.c.lane == side
    due = select(outbox.c.id).where(IS_WAITING, outbox.c.due_at <= now, of).limit(MOST)
    return int(view.execute(select(func.count()).select_from(due.subquery())).scalar_one())


def count_marks(view: View) -> int:
    """Count the changes of calls' hours and of leads that are not summed yet."""
    return sum(_count_some(view, marks) for marks in (rollup_marks, lead_marks))


def _count_some(view: View, marks: Table) -> int:
    some = select(marks.c.id).limit(MOST).subquery()
    return int(view.execute(select(func.count()).select_from(some)).scalar_one())
