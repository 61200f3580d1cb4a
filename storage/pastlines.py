"""Lines of a lead's history whose data changes later: when they are taken back, or decided."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from storage.tables import history
from storage.unit import Unit, View


@dataclass(frozen=True, slots=True)
class Written:
    """Such a line; the moment is UTC."""

    id: int
    lead_id: int
    at: datetime
    actor: str
    data: dict[str, Any]


COLUMNS = [history.c[one.name] for one in fields(Written)]


def write(
    unit: Unit, lead_id: int, *, at: datetime, actor: str, what: str, data: dict[str, Any]
) -> int:
    """Write a line in a lead's history; gives its number."""
    row = {"lead_id": lead_id, "at": at, "actor": actor, "what": what, "data": data}
    return int(unit.execute(insert(history).returning(history.c.id), row).scalar_one())


def written(view: View, line_id: int, *what: str, lock: bool = False) -> Written | None:
    """Give a line of one of these kinds; None where it is of something else.

    `lock` holds it against other writers until the unit ends.
    """
    query = select(*COLUMNS).where(history.c.id == line_id, history.c.what.in_(what))
    row = view.execute(query.with_for_update() if lock else query).first()
    return Written(*row) if row else None


def of_form(view: View, lead_id: int, what: str, *, form: int) -> Written | None:
    """Give the newest of a lead's lines of one kind about the form of this number."""
    about = history.c.data["form"].as_integer() == form
    query = select(*COLUMNS).where(history.c.lead_id == lead_id, history.c.what == what, about)
    row = view.execute(query.order_by(history.c.id.desc()).limit(1)).first()
    return Written(*row) if row else None


def newest(view: View, lead_id: int) -> int:
    """Give the number of a lead's newest line, 0 where it has none."""
    query = select(func.max(history.c.id)).where(history.c.lead_id == lead_id)
    return int(view.execute(query).scalar() or 0)


def since(view: View, lead_id: int, after: int, *what: str) -> list[int]:
    """Give the numbers of a lead's lines of these kinds that came after another."""
    query = select(history.c.id).where(history.c.lead_id == lead_id, history.c.id > after)
    return list(view.execute(query.where(history.c.what.in_(what))).scalars())


def forget(unit: Unit, line_ids: Collection[int]) -> None:
    """Take lines out of the history that say what was never so."""
    unit.execute(delete(history).where(history.c.id.in_(line_ids)))


def rewrite(unit: Unit, line_id: int, data: dict[str, Any]) -> None:
    """Put other data in a line: that it was taken back, what was decided."""
    unit.execute(update(history).where(history.c.id == line_id).values(data=data))
