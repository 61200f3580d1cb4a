"""What other systems are told, in order, and put out again where they ask for it (C2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, insert, select, update

from storage.outbox import CANCELLED, DEAD, IS_WAITING, LEASED, SENT, WAITING
from storage.tables import attempts, events, outbox
from storage.unit import Unit, View


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to a lead; the moment is UTC, `origin` is from where it came."""

    id: int
    at: datetime
    lead_id: int
    event: str
    origin: str
    data: dict[str, Any]


_COLUMNS = [events.c[name] for name in Happened.__slots__]
FORGOTTEN = ""
"""The sort of an event that is forgotten; its number stays taken, so that no other gets it."""
AMONG = 50
"""So many of a lead's events before one are looked at for those that wait."""


def add(unit: Unit, new: Happened) -> int:
    """Write down what happened, whatever number it has; gives its own."""
    row = {name: getattr(new, name) for name in Happened.__slots__ if name != "id"}
    return int(unit.execute(insert(events).returning(events.c.id), row).scalar_one())


def get(view: View, event_id: int) -> Happened | None:
    """Give an event, or None: what was taken back is forgotten."""
    query = select(*_COLUMNS).where(events.c.id == event_id, events.c.event != FORGOTTEN)
    row = view.execute(query).first()
    return Happened(*row) if row else None


def before(view: View, event: Happened) -> list[int]:
    """Give the numbers of the newest events of the same lead before this one."""
    query = select(events.c.id).where(events.c.lead_id == event.lead_id, events.c.id < event.id)
    return list(view.execute(query.order_by(events.c.id.desc()).limit(AMONG)).scalars())


def since(
    view: View, *, at: datetime, after: int, lead_id: int, event: str, most: int
) -> list[Happened]:
    """Give events from a moment (UTC) on, those with numbers higher than `after`, oldest first.

    Those of one lead where `lead_id` is not 0, and of one sort where `event` is not "".
    """
    query = select(*_COLUMNS).where(events.c.at >= at, events.c.id > after)
    query = query.where(events.c.event != FORGOTTEN)
    query = query.where(events.c.lead_id == lead_id) if lead_id else query
    query = query.where(events.c.event == event) if event else query
    return [Happened(*row) for row in view.execute(query.order_by(events.c.id).limit(most))]


def forget_attempt(unit: Unit, lead_id: int, attempt_id: int) -> None:
    """Forget what an attempt was about to tell, since it is taken back."""
    told = events.c.data["attempt_id"].as_integer() == attempt_id
    mine = update(events).where(events.c.lead_id == lead_id, told)
    unit.execute(mine.values(event=FORGOTTEN, data={}))


def forget_old(unit: Unit, *, before: datetime, most: int) -> int:
    """Forget so much of what happened before a moment (UTC), and give how much that was.

    Of the newest of all the number stays.
    """
    newest = select(func.max(events.c.id)).scalar_subquery()
    old = select(events.c.id).where(events.c.at < before, events.c.id < newest).limit(most)
    gone = unit.execute(delete(events).where(events.c.id.in_(old))).rowcount
    last = and_(events.c.at < before, events.c.id == newest, events.c.event != FORGOTTEN)
    return gone + unit.execute(update(events).where(last).values(event=FORGOTTEN, data={})).rowcount


def put_again(unit: Unit, keys: Sequence[str], *, now: datetime) -> set[str]:
    """Let rows of the outbox that have ended leave again, now (UTC).

    Gives the keys of all rows that there are, also of those which wait still.
    """
    ended = and_(outbox.c.once_key.in_(keys), outbox.c.state.in_((SENT, DEAD, CANCELLED)))
    again = {"state": WAITING, "due_at": now, "done_at": None, "error": "", "lease": ""}
    rows = unit.execute(update(outbox).where(ended).values(again | {"tries": 0, "tried_at": None}))
    unit.wakes = unit.wakes or bool(rows.rowcount)
    known = select(outbox.c.once_key).where(outbox.c.once_key.in_(keys))
    return {str(key) for key in unit.execute(known).scalars()}


def waits_until(view: View, keys: Sequence[str]) -> datetime | None:
    """Give when the last of these rows that have not left is due (UTC), None where all have."""
    query = select(outbox.c.due_at).where(
        outbox.c.once_key.in_(keys), outbox.c.state.in_((WAITING, LEASED))
    )
    return max(view.execute(query).scalars(), default=None)


def attempt(view: View, attempt_id: int) -> Any | None:
    """Give an attempt as a row."""
    return view.execute(select(attempts).where(attempts.c.id == attempt_id)).mappings().first()


def waiting(view: View) -> dict[str, int]:
    """Give how many webhooks wait for each lane of the outbox."""
    query = select(outbox.c.lane, func.count()).where(IS_WAITING, outbox.c.kind == "hook")
    return {str(lane): int(count) for lane, count in view.execute(query.group_by(outbox.c.lane))}
