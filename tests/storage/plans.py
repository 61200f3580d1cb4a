"""How a database means to find the rows of the statements that an act runs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Table, Text, event, insert

from storage.store import Store
from storage.tables import Moment
from storage.unit import Unit
from tests.storage.making import NOON

MANY = 400
_WAYS_WITHOUT_INDEX = ("seqscan", "sort", "incremental_sort", "bitmapscan")


def plan_of(store: Store, act: Callable[[Unit], object]) -> str:
    """Give the plans of every statement that `act` runs, each as text."""
    heard: list[tuple[str, Any]] = []

    def listen(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            heard.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", listen)
    try:
        with store.unit() as unit:
            act(unit)
    finally:
        event.remove(store.engine, "before_cursor_execute", listen)
    return "\n".join(_explain(store, statement, parameters) for statement, parameters in heard)


def fill(store: Store, *tables: Table) -> None:
    """Put a row for each of many later days into tables, so that a plan depends on these alone.

    Of tables that look empty PostgreSQL takes any index, by what room earlier tests left in them.
    """
    if store.engine.dialect.name == "sqlite":
        return
    for table in tables:
        with store.unit() as unit:
            unit.execute(insert(table), [_row(table, number) for number in range(1, MANY + 1)])
            unit.commit()
    with store.unit() as unit:
        # Of these alone: what is known of an empty table would outlive the test.
        unit.connection.exec_driver_sql(f"ANALYZE {', '.join(one.name for one in tables)}")
        unit.commit()


def _row(table: Table, number: int) -> dict[str, Any]:
    needed = [one for one in table.c if isinstance(one.type, Text) or not _may_be_left(one)]
    return {one.name: _value(one, number) for one in needed}


def _may_be_left(column: Column[Any]) -> bool:
    return bool(column.nullable) or column.server_default is not None


def _value(column: Column[Any], number: int) -> Any:
    if isinstance(column.type, Moment):
        return NOON + number * timedelta(days=1)
    if isinstance(column.type, JSON):
        return {}
    if isinstance(column.type, Text):
        return f"x{number}"
    return number % 2 == 0 if isinstance(column.type, Boolean) else number


def _explain(store: Store, statement: str, parameters: Any) -> str:
    sqlite = store.engine.dialect.name == "sqlite"
    with store.unit() as unit:
        if not sqlite:
            for way in _WAYS_WITHOUT_INDEX:
                unit.connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        how = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
        rows = unit.connection.exec_driver_sql(how + statement, parameters).all()
    return "\n".join(str(row[-1]) for row in rows)
