"""What Home shows: one person's leads and the team's, each list by an index, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, literal_column, or_, select

from rules.lead import Lead
from rules.playbook import Wave
from rules.words import Queue, Step, Tier
from storage.lead_rows import COLUMNS, to_lead
from storage.queue import Candidate
from storage.rows import is_just
from storage.tables import attempts, history, intake, kept, leads
from storage.unit import View
from storage.wave import NO_WAVE, is_called, is_on, waits

MOST_RANKED = 2000
MOST_MARKED, MOST_SHOWN = 500, 20
_WORKING = leads.c.working.is_(True)
_OWNED = leads.c.owner > literal_column("''")
_LATE = leads.c.next_at <= bindparam("late")
_DUE = leads.c.next_at <= bindparam("now")
_RANKED = [leads.c[name] for name in ("id", "tier", "score", "fresh_at", "next_at", "zone")]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many leads a person works: in all, with a time, due already, and overdue among those.

    Those that are `held` get no call for now, and count in all of these but the first alone.
    """

    open: int = 0
    timed: int = 0
    due: int = 0
    late: int = 0
    held: int = 0

    @property
    def untimed(self) -> int:
        """How many wait without a time."""
        return self.open - self.timed - self.held


def _many(what: Any) -> Any:
    return func.coalesce(func.sum(case((what, 1), else_=0)), 0)


def counts(
    view: View, *, now: datetime, late: datetime, owner: str = "", wave: Wave = NO_WAVE
) -> dict[str, Counts]:
    """Count the leads that each owner works, or one owner alone.

    Due is what has its time at `now` or before, overdue at `late` or before (UTC); what gets no
    call for now under a stricter bar is neither (C1).
    """
    times = (leads.c.next_at.is_not(None), _DUE, _LATE)
    counted = [_many(and_(one, is_called(wave))) for one in times]
    held = [_many(waits(wave))] if is_on(wave) else []
    whose = leads.c.owner == owner if owner else _OWNED
    query = select(leads.c.owner, func.count(), *counted, *held).where(_WORKING, whose)
    rows = view.execute(query.group_by(leads.c.owner), {"now": now, "late": late})
    return {str(name): Counts(*map(int, numbers)) for name, *numbers in rows}


def waiting_since(view: View, *, now: datetime, wave: Wave = NO_WAVE) -> dict[str, datetime]:
    """Give since when (UTC) the longest waiting of each owner's fresh leads is due.

    One whose clock begins later, with its owner's shift, does not wait yet (C1).
    """
    begun = or_(leads.c.ladder_at.is_(None), leads.c.clocked_at <= now)
    query = select(leads.c.owner, func.min(leads.c.next_at)).where(
        _WORKING,
        begun,
        is_called(wave),
        is_just(leads.c.queue, Queue.FRESH),
        leads.c.next_at.is_not(None),
        leads.c.next_at <= now,
        _OWNED,
    )
    return {str(owner): since for owner, since in view.execute(query.group_by(leads.c.owner))}


def ranked(
    view: View,
    owner: str,
    *,
    until: datetime,
    after: datetime | None = None,
    wave: Wave = NO_WAVE,
) -> list[Candidate]:
    """Give what ranks an owner's leads whose time lies after one moment and up to another (UTC).

    Of very many only those whose time came first; none that gets no call for now (C1).
    """
    query = select(leads.c.queue, *_RANKED).where(_WORKING, leads.c.owner == owner)
    query = query.where(leads.c.next_at <= until, is_called(wave))
    if after is not None:
        query = query.where(leads.c.next_at > after)
    rows = view.execute(query.order_by(leads.c.next_at).limit(MOST_RANKED))
    return [Candidate(Queue(row[0]), row[1], Tier(row[2]), *row[3:]) for row in rows]


def by_id(view: View, ids: Sequence[int]) -> list[Lead]:
    """Give leads by their numbers, in this order."""
    found = {
        lead.id: lead
        for lead in map(to_lead, view.execute(select(*COLUMNS).where(leads.c.id.in_(ids))))
    }
    return [found[one] for one in ids if one in found]


def coming(
    view: View, owner: str, *, now: datetime, skip: int, most: int, wave: Wave = NO_WAVE
) -> list[Lead]:
    """Give an owner's leads whose time is still to come, soonest first."""
    query = _called(owner, wave).where(leads.c.next_at > now)
    return _page(view, query.order_by(leads.c.next_at, leads.c.id), skip, most)


def untimed(view: View, owner: str, *, skip: int, most: int, wave: Wave = NO_WAVE) -> list[Lead]:
    """Give an owner's leads that wait without a time, oldest first."""
    query = _called(owner, wave).where(leads.c.next_at.is_(None))
    return _page(view, query.order_by(leads.c.id), skip, most)


def _called(owner: str, wave: Wave) -> Select[Any]:
    return select(*COLUMNS).where(_WORKING, leads.c.owner == owner, is_called(wave))


def _page(view: View, query: Select[Any], skip: int, most: int) -> list[Lead]:
    return [to_lead(row) for row in view.execute(query.limit(most).offset(skip))]


# Written so that follow-ups are found by their queue, not among all that is due.
def _late_followups(owners: Sequence[str], late: datetime) -> Any:
    return and_(
        _WORKING,
        leads.c.queue != literal_column("'fresh'"),
        leads.c.queue.in_((Queue.HIGH_FOLLOWUP, Queue.LOW_FOLLOWUP)),
        leads.c.owner.in_(owners),
        func.coalesce(leads.c.next_at, leads.c.next_at) <= late,
    )


def late_followups(
    view: View, owners: Sequence[str], *, late: datetime, skip: int, most: int
) -> tuple[list[Lead], int]:
    """Give these people's leads whose follow-up is overdue, hot ones first, and how many."""
    where = _late_followups(owners, late)
    count = view.execute(select(func.count()).select_from(leads).where(where)).scalar()
    query = select(*COLUMNS).where(where)
    found = _page(view, query.order_by(leads.c.queue, leads.c.next_at, leads.c.id), skip, most)
    return found, int(count or 0)


_UNOWNED = (is_just(leads.c.next_what, Step.ASSIGN), leads.c.owner == literal_column("''"))


def unassigned(view: View, *, skip: int, most: int, wave: Wave = NO_WAVE) -> tuple[list[Lead], int]:
    """Give leads that wait for an owner, oldest first, and how many.

    Those that would get no call for now are left out (C1).
    """
    where = (*_UNOWNED, is_called(wave))
    count = view.execute(select(func.count()).select_from(leads).where(*where)).scalar()
    found = _page(view, select(*COLUMNS).where(*where).order_by(leads.c.id), skip, most)
    return found, int(count or 0)


_MINE = (_WORKING, leads.c.owner == bindparam("me"))


def _sum_of(where: Any, order: Any, most: int) -> Any:
    """Add up which leads stand first in a list, and their versions."""
    first = select(leads.c.id, leads.c.version).where(*_MINE, where).order_by(order).limit(most)
    rows = first.subquery()
    return select(func.sum(rows.c.id * 1000 + rows.c.version)).scalar_subquery()


def _newest_until(moment: Any) -> Any:
    return select(func.max(leads.c.next_at)).where(*_MINE, moment).scalar_subquery()


_EDGES = (_newest_until(_DUE), _newest_until(_LATE))
_MARK = select(
    select(func.count()).select_from(leads).where(*_MINE).scalar_subquery(),
    _sum_of(_DUE, leads.c.next_at.desc(), MOST_MARKED),
    _sum_of(leads.c.next_at > bindparam("now"), leads.c.next_at, MOST_SHOWN),
    _sum_of(leads.c.next_at.is_(None), leads.c.id, MOST_SHOWN),
    select(func.max(attempts.c.id)).where(attempts.c.by == bindparam("me")).scalar_subquery(),
    *_EDGES,
)
_TIMES = select(*_EDGES)


def own_mark(view: View, owner: str, *, now: datetime, late: datetime) -> tuple[object, ...]:
    """Give what changes when something does that a person's Home shows; cheap to ask.

    How many leads, those that stand first in each list with their versions, the newest attempt,
    and what came due (at `now`) and overdue (at `late`, UTC) last.
    """
    return tuple(view.execute(_MARK, {"me": owner, "now": now, "late": late}).one())


def due_mark(view: View, owner: str, *, now: datetime, late: datetime) -> tuple[object, ...]:
    """Give what changes when another lead of a person becomes due or overdue."""
    return tuple(view.execute(_TIMES, {"me": owner, "now": now, "late": late}).one())


def newest(view: View) -> tuple[int, ...]:
    """Give the newest numbers of what happens to leads at all, each the end of a key."""
    tables = (history, attempts, intake)
    asked = [select(func.max(one.c.id)).scalar_subquery() for one in tables]
    return tuple(int(one or 0) for one in view.execute(select(*asked)).one())


def watchers(view: View) -> dict[str, Any]:
    """Give what is kept of each person whose Home was opened, by Slack id."""
    query = select(kept.c.key, kept.c.value).where(kept.c.key.like("home:%"))
    return {str(key).partition(":")[2]: value for key, value in view.execute(query)}


def marks(view: View) -> dict[str, str]:
    """Give the mark of what each person's Home showed last, by Slack id."""
    query = select(kept.c.key, kept.c.value).where(kept.c.key.like("home-mark:%"))
    return {str(key).partition(":")[2]: str(value) for key, value in view.execute(query)}
