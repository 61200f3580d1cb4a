"""Rows full of a person: in every column that may hold a word something that must go again."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
    select,
    update,
)

from storage.erasing_sorts import SORTS, Sort
from storage.tables import Moment, attempts, intake, lead_sources, leads, metadata
from storage.unit import Unit, View

PLANTED = "planted5223"
NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)
WORDS = (String, JSON, LargeBinary)
PARENTS: dict[str, Table] = {
    "lead_id": leads,
    "gone_id": leads,
    "other_id": leads,
    "attempt_id": attempts,
    "intake_id": intake,
    "source_id": lead_sources,
}


def words_of(table: Table) -> set[str]:
    """Give the columns of a table that may hold a word."""
    return {one.name for one in table.columns if isinstance(one.type, WORDS)}


def goes(sort: Sort, name: str) -> bool:
    """Say whether what stands in a column goes with its person."""
    return sort.deleted or name in sort.clears or name in sort.marked


def plant(unit: Unit, lead_id: int) -> None:
    """Let each table have a row of this lead, with a planted word wherever it goes."""
    for table in metadata.sorted_tables:
        if table in SORTS and table is not leads:
            unit.execute(insert(table).values(_row(unit, table, lead_id)))
    mine = {one.name: _planted(leads, one) for one in leads.columns if _goes(leads, one)}
    unit.execute(update(leads).where(leads.c.id == lead_id).values(mine))


def _goes(table: Table, column: Column[Any]) -> bool:
    return isinstance(column.type, WORDS) and goes(SORTS[table], column.name)


def _row(unit: Unit, table: Table, lead_id: int) -> dict[str, Any]:
    row = {one.name: _value(unit, table, one, lead_id) for one in table.columns if one.name != "id"}
    if "payload" in row:
        row["payload"] = {"lead_id": lead_id, "text": PLANTED}
    return {name: value for name, value in row.items() if value is not None}


def _value(unit: Unit, table: Table, column: Column[Any], lead_id: int) -> Any:
    parent = PARENTS.get(column.name)
    if parent is leads:
        return lead_id
    if parent is not None:
        return (
            unit.execute(select(parent.c.id).where(parent.c.lead_id == lead_id)).scalars().first()
        )
    if isinstance(column.type, WORDS):
        return _planted(table, column) if _goes(table, column) else _plain(column)
    return _number(column)


def _planted(table: Table, column: Column[Any]) -> Any:
    word = f"{PLANTED}-{table.name}-{column.name}"
    word += "@example.com" if column.name in SORTS[table].marked else ""
    if isinstance(column.type, JSON):
        return {"said": word}
    return word.encode() if isinstance(column.type, LargeBinary) else word


def _plain(column: Column[Any]) -> Any:
    if isinstance(column.type, JSON):
        return []
    return "lost" if column.name in {"stage", "was", "state"} else "kept"


def _number(column: Column[Any]) -> Any:
    if isinstance(column.type, Moment):
        return NOON
    if isinstance(column.type, Boolean):
        return False
    return 7 if isinstance(column.type, Integer | Float) else None


def everything(view: View) -> str:
    """Give all that a database holds, as one text."""
    found = []
    for table in metadata.sorted_tables:
        for row in view.execute(select(table)):
            found += [
                one.decode(errors="replace") if isinstance(one, bytes) else str(one) for one in row
            ]
    return "\n".join(found)
