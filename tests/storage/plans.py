"""How a database means to find the rows of the statements that an act runs."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from storage.store import Store
from storage.unit import Unit

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


def _explain(store: Store, statement: str, parameters: Any) -> str:
    sqlite = store.engine.dialect.name == "sqlite"
    with store.unit() as unit:
        if not sqlite:
            for way in _WAYS_WITHOUT_INDEX:
                unit.connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        how = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
        rows = unit.connection.exec_driver_sql(how + statement, parameters).all()
    return "\n".join(str(row[-1]) for row in rows)
