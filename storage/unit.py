"""The unit of work: everything a decision changes, in one commit."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable
from sqlalchemy.engine import CursorResult

T = TypeVar("T")


class NotCommitted(RuntimeError):
    """Raised to every member of a group whose common commit failed: nothing was stored."""


class View:
    """A look at what is stored."""

    def __init__(self, connection: Connection) -> None:
        """Look through this connection."""
        self.connection = connection

    @property
    def dialect(self) -> str:
        """The database's name: sqlite or postgresql."""
        return self.connection.dialect.name

    def execute(
        self, statement: Executable, parameters: Any = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement."""
        return self.connection.execute(statement, parameters)


class Unit(View):
    """A unit of work; what is not committed is rolled back."""

    def __init__(self, connection: Connection, commit: Callable[[], None]) -> None:
        """Work on this connection; `commit` makes the work durable."""
        super().__init__(connection)
        self._commit = commit
        self.wakes = False
        self.settled = False
        self.committed = False
        self._last: dict[Callable[[Unit, Sequence[Any]], None], list[Any]] = {}

    def execute(
        self, statement: Executable, parameters: Any = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement; after `commit()` the connection may be another caller's."""
        if self.settled:
            raise RuntimeError("commit is the last act of a unit")
        return super().execute(statement, parameters)

    def insert_many(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run a statement of the driver's own once for each row; rows are its parameters."""
        if self.settled:
            raise RuntimeError("commit is the last act of a unit")
        self.connection.exec_driver_sql(statement, rows)

    def at_last(self, work: Callable[["Unit", Sequence[T]], None], item: T) -> None:
        """Do this work right before the commit, once for all items that are given for it."""
        self._last.setdefault(work, []).append(item)

    def all_at_last(self, work: Callable[["Unit", Sequence[T]], None], items: Iterable[T]) -> None:
        """Do this work right before the commit for many items at once, as `at_last` for one."""
        self._last.setdefault(work, []).extend(items)

    def commit(self) -> None:
        """Make everything durable; returns when it is. The last act of a unit.

        Raises NotCommitted, or the database's own error, when nothing was stored.
        """
        if self.settled:
            raise RuntimeError("commit is the last act of a unit")
        for work, items in self._last.items():
            work(self, items)
        self.settled = True
        self._commit()
        self.committed = True
