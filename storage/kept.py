"""Small things that are kept under a name: what was made once, what was found out last."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update

from storage.rows import insert_new
from storage.tables import kept
from storage.unit import Unit, View


def get(view: View, key: str, *, lock: bool = False) -> Any | None:
    """Give what is kept under a name, or None; `lock` holds it until the unit ends."""
    query = select(kept.c.value).where(kept.c.key == key)
    return view.execute(query.with_for_update() if lock else query).scalar()


def some(view: View, keys: Sequence[str]) -> dict[str, Any]:
    """Give what is kept under these names, by name."""
    query = select(kept.c.key, kept.c.value).where(kept.c.key.in_(keys))
    return {str(key): value for key, value in view.execute(query)}


def starting(view: View, prefix: str) -> list[Any]:
    """Give all that is kept under names that start so, by name."""
    query = select(kept.c.value).where(kept.c.key.startswith(prefix, autoescape=True))
    return list(view.execute(query.order_by(kept.c.key)).scalars())


def put_once(unit: Unit, key: str, value: Any, *, at: datetime) -> Any:
    """Keep this unless something is kept already; gives what stands from now on.

    `at` is now, UTC.
    """
    unit.execute(insert_new(unit, kept), {"key": key, "value": value, "at": at})
    return get(unit, key)


def put(unit: Unit, key: str, value: Any, *, at: datetime) -> None:
    """Keep this in place of what was kept; `at` is now, UTC."""
    values = {"value": value, "at": at}
    if not unit.execute(insert_new(unit, kept), {"key": key, **values}).rowcount:
        unit.execute(update(kept).where(kept.c.key == key).values(values))


def forget_old(unit: Unit, *, prefixes: Sequence[str], before: datetime, most: int) -> int:
    """Forget so much of what is kept under names that start so, since before a moment (UTC).

    Gives how much that was.
    """
    named = or_(*(kept.c.key.startswith(one, autoescape=True) for one in prefixes))
    old = select(kept.c.key).where(named, kept.c.at < before).limit(most)
    return unit.execute(delete(kept).where(kept.c.key.in_(old))).rowcount


def forget(unit: Unit, key: str) -> None:
    """Keep nothing under this name any more."""
    unit.execute(delete(kept).where(kept.c.key == key))
