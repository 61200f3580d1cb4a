"""One moment of the database for many reads, so that what they give agrees (L6)."""

from collections.abc import Iterator
from contextlib import contextmanager

from storage.store import Store
from storage.unit import View


@contextmanager
def steady(store: Store) -> Iterator[View]:
    """Look at what is stored as it was at the first read, whatever is stored meanwhile."""
    with store.view() as view:
        sqlite = view.dialect == "sqlite"
        begin = "BEGIN" if sqlite else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
        view.connection.exec_driver_sql(begin)
        try:
            yield view
        finally:
            if sqlite:
                view.connection.exec_driver_sql("ROLLBACK")
