"""Small helpers that every query file uses."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.unit import View

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_new(view: View, table: Table) -> Any:
    """Make an insert that leaves a row alone where its key exists already."""
    return _INSERTS[view.dialect](table).on_conflict_do_nothing()


def plain(value: Any) -> Any:
    """Give tuples and sets as lists, for a JSON column."""
    return list(value) if isinstance(value, tuple | set | frozenset) else value
