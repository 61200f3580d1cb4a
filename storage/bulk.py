"""Many rows of one table at once: one statement, made once, its values by columns."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    Table,
    Text,
    any_,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from storage.unit import Unit, View

Columns = Mapping[str, Sequence[Any]]
_MARKS = {"sqlite": "?", "postgresql": "%s"}


def numbers(unit: Unit, table: Table, count: int) -> list[int]:
    """Give the numbers that the next so many rows of a table get, for whoever inserts them now."""
    if unit.dialect == "sqlite":
        last = unit.execute(select(func.max(table.c.id))).scalar() or 0
        return list(range(last + 1, last + 1 + count))
    rows = unit.execute(_NEXT, {"of": table.name, "most": count})
    return [int(one) for one in rows.scalars()]


_NEXT = text(
    "SELECT nextval(pg_get_serial_sequence(:of, 'id')) FROM generate_series(1, CAST(:most AS int))"
)


def hold_keys(unit: Unit, keys: Sequence[str]) -> None:
    """Hold keys until the unit ends, in this order; where one writer is alone there is no need."""
    if unit.dialect == "postgresql" and keys:
        unit.execute(_HOLD, {"keys": [*keys]})


_HOLD = text(
    "SELECT pg_advisory_xact_lock(hashtext(one)) FROM unnest(CAST(:keys AS text[])) AS one"
)


def among(dialect: str, column: Column[str], name: str) -> ColumnElement[bool]:
    """Ask whether a column has one of many values, which stand under this name as `values` says.

    One parameter for all, however many: a place for each would have to be written anew each time.
    """
    if dialect == "sqlite":
        listed = func.json_each(bindparam(name)).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(bindparam(name, type_=ARRAY(Text)))


def values(view: View, found: Collection[str]) -> Any:
    """Give many values as the one parameter of `among`."""
    return json.dumps([*found]) if view.dialect == "sqlite" else [*found]


def insert_columns(
    unit: Unit, table: Table, columns: Columns, *, as_text: Collection[str] = ()
) -> None:
    """Insert rows by their columns, all of one length; other columns have their defaults.

    A value that many rows share as one object is made ready for the database once; the columns
    `as_text` are JSON that is written already. Columns of nothing but what they have anyway are
    left out.
    """
    said = {name: found for name, found in columns.items() if _says(table.c[name], found)}
    statement, types = _prepared(unit.connection.dialect, table, tuple(said))
    ready = [None if name in as_text else one for name, one in zip(said, types, strict=True)]
    rows = list(zip(*map(_made, ready, said.values()), strict=True))
    if rows:
        unit.insert_many(statement, rows)


def insert_rows(unit: Unit, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have all the same columns, as `insert_columns` does."""
    if rows:
        insert_columns(unit, table, {name: [one[name] for one in rows] for name in rows[0]})


def _says(column: Column[Any], found: Sequence[Any]) -> bool:
    default: Any = column.server_default
    if default is not None and default.arg == "":
        return any(found)
    return default is not None or any(value is not None for value in found)


Ready = Callable[[Any], Any] | None


@lru_cache(maxsize=64)
def _prepared(
    dialect: Dialect, table: Table, names: tuple[str, ...]
) -> tuple[str, tuple[Ready, ...]]:
    columns: list[Column[Any]] = [table.c[name] for name in names]
    quoted = dialect.identifier_preparer.format_column
    places = ", ".join([_MARKS[dialect.name]] * len(names))
    listed = ", ".join(map(quoted, columns))
    statement = f"INSERT INTO {table.name} ({listed}) VALUES ({places})"  # noqa: S608 - own names
    types = [one.type.dialect_impl(dialect) for one in columns]
    return statement, tuple(one.bind_processor(dialect) for one in types)


def _made(ready: Ready, values: Sequence[Any]) -> Sequence[Any]:
    if ready is None:
        return values
    ids = list(map(id, values))
    made = {known: ready(value) for known, value in dict(zip(ids, values, strict=True)).items()}
    return [made[known] for known in ids]
