"""Agreed times: how many a lead had, and the lines that take a change of them back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from storage.tables import followups, history
from storage.unit import Unit, View

LINES = ("time_changed", "agreed_again")
"""What a change of an agreed time is called in a lead's history."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an agreed time as the history has it; the moment is UTC."""

    lead_id: int
    at: datetime
    actor: str
    data: dict[str, Any]


def followups_of(view: View, lead_id: int) -> int:
    """Give how many follow-ups were agreed with a lead, those taken back left out."""
    mine = (followups.c.lead_id == lead_id, followups.c.state != "undone")
    return int(view.execute(select(func.count()).where(*mine)).scalar_one())


def write(
    unit: Unit, lead_id: int, *, at: datetime, actor: str, what: str, data: dict[str, Any]
) -> int:
    """Write a change in a lead's history; gives the line's number."""
    row = {"lead_id": lead_id, "at": at, "actor": actor, "what": what, "data": data}
    return int(unit.execute(insert(history).returning(history.c.id), row).scalar_one())


def changed(unit: Unit, line_id: int) -> Change | None:
    """Give a change, held until the unit ends; None where the line is of something else."""
    query = select(history.c.lead_id, history.c.at, history.c.actor, history.c.data)
    query = query.where(history.c.id == line_id, history.c.what.in_(LINES))
    row = unit.execute(query.with_for_update()).first()
    return Change(*row) if row else None


def rewrite(unit: Unit, line_id: int, data: dict[str, Any]) -> None:
    """Put other data in a change's line: that it was taken back."""
    unit.execute(update(history).where(history.c.id == line_id).values(data=data))
