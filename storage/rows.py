"""Small helpers that every query file uses."""

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, String, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite

from storage.unit import View

_PLAIN = re.compile(r"[\w:.@-]*", re.ASCII)
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_new(view: View, table: Table) -> Any:
    """Make an insert that leaves a row alone where its key exists already; its rowcount is true.

    Without the option a driver with RETURNING (psycopg) says -1.
    """
    return _insert_new(view.dialect, table)


@lru_cache
def _insert_new(dialect: str, table: Table) -> Any:
    statement = _INSERTS[dialect](table).on_conflict_do_nothing()
    return statement.execution_options(preserve_rowcount=True)


@lru_cache
def _put(dialect: str, table: Table, column: str) -> Any:
    statement = _INSERTS[dialect](table)
    change = {column: statement.excluded[column]}
    return statement.on_conflict_do_update(index_elements=table.primary_key, set_=change)


def put(view: View, table: Table, column: str) -> Any:
    """Make an insert that changes this column where a row with its key exists already."""
    return _put(view.dialect, table, column)


def is_just(column: Column[str], value: str) -> ColumnElement[bool]:
    """Compare with a plain word written into the statement, as a partial index needs it.

    Raises ValueError for any other.
    """
    if not _PLAIN.fullmatch(value):
        raise ValueError("what is written into a statement is no plain word")
    return column == literal_column(f"'{value}'", String)


def plain(value: Any) -> Any:
    """Give tuples and sets as lists, for a JSON column."""
    return list(value) if isinstance(value, tuple | set | frozenset) else value
