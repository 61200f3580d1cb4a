"""Lines of a lead's history whose data changes later: when they are taken back, or decided."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

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


def rewrite(unit: Unit, line_id: int, data: dict[str, Any]) -> None:
    """Put other data in a line: that it was taken back, what was decided."""
    unit.execute(update(history).where(history.c.id == line_id).values(data=data))
