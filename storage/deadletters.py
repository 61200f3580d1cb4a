"""What could not be delivered: shown to the managers, tried again, or dismissed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from storage.outbox import DEAD, IS_WAITING, WAITING
from storage.rows import is_just
from storage.tables import outbox
from storage.unit import Unit, View

DISMISSED = "dismissed"
IS_DEAD = is_just(outbox.c.state, DEAD)


def newest(view: View, *, most: int = 20, skip: int = 0) -> Sequence[Any]:
    """Give the newest rows that will never be sent and that no manager has dismissed."""
    query = select(outbox.c.id, outbox.c.kind, outbox.c.payload, outbox.c.error, outbox.c.done_at)
    query = query.where(IS_DEAD).order_by(outbox.c.id.desc()).limit(most).offset(skip)
    return view.execute(query).mappings().all()


def count(view: View) -> tuple[int, int]:
    """Give how many such rows there are, and the newest one's number."""
    row = view.execute(select(func.count(), func.max(outbox.c.id)).where(IS_DEAD)).one()
    return int(row[0]), int(row[1] or 0)


def revive(unit: Unit, row_id: int, *, now: datetime) -> str:
    """Let a dead row wait again, with all its tries before it; gives its kind, "" if none is dead.

    Where a newer row waits under its collapse_key, that one does the work.
    """
    query = select(outbox.c.kind, outbox.c.collapse_key).where(outbox.c.id == row_id, IS_DEAD)
    found = unit.execute(query.with_for_update()).first()
    if found is None:
        return ""
    kind, key = found
    newer = select(outbox.c.id).where(IS_WAITING, outbox.c.collapse_key == key)
    if key is not None and unit.execute(newer).first():
        dismiss(unit, row_id)
        return str(kind)
    values = {"state": WAITING, "due_at": now, "done_at": None, "error": "", "lease": ""}
    again = values | {"tries": 0, "tried_at": None}
    unit.execute(update(outbox).where(outbox.c.id == row_id).values(again))
    unit.wakes = True
    return str(kind)


def dismiss(unit: Unit, row_id: int) -> bool:
    """Mark a dead row as seen, so that nobody is shown it again; False if none is dead."""
    marked = update(outbox).where(outbox.c.id == row_id, IS_DEAD).values(state=DISMISSED)
    return bool(unit.execute(marked).rowcount)
