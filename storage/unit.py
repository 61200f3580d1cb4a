"""The unit of work: one commit for everything a decision changes.

SQLite has one writer, and the price of a commit is the disk's. Callers that wait at the same
moment therefore share one: each works in a savepoint of its own, the last of them commits for all,
and `commit()` returns to each only when its work is on the disk. On PostgreSQL every caller has a
transaction of its own.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Executable
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import OperationalError

from rules.refusals import Refused

log = logging.getLogger(__name__)

LARGEST_GROUP = 64


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

    def execute(
        self, statement: Executable, parameters: Any = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement; after `commit()` the connection may be another caller's."""
        if self.settled:
            raise RuntimeError("commit is the last act of a unit")
        return super().execute(statement, parameters)

    def commit(self) -> None:
        """Make everything durable; returns when it is. The last act of a unit.

        Raises NotCommitted, or the database's own error, when nothing was stored.
        """
        if self.settled:
            raise RuntimeError("commit is the last act of a unit")
        self.settled = True
        self._commit()
        self.committed = True


@dataclass(slots=True)
class _Group:
    members: int = 0
    done: threading.Event = field(default_factory=threading.Event)
    failed: bool = False


class SqliteWriter:
    """One connection, one writer at a time, one commit for all who wait."""

    def __init__(self, engine: Engine) -> None:
        """Write through this engine; the connection is opened with the first unit."""
        self._engine = engine
        self._connection: Connection | None = None
        self._turn = threading.Lock()
        self._count_lock = threading.Lock()
        self._waiting = 0
        self._group: _Group | None = None

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """Open a unit of work in a savepoint of the common transaction."""
        connection = self._take_turn()
        has_turn = [True]
        unit = Unit(connection, lambda: self._settle(has_turn))
        try:
            yield unit
        finally:
            if has_turn[0]:
                self._abandon()

    def _take_turn(self) -> Connection:
        self._wait_for_turn()
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            if self._group is None:
                self._do("BEGIN IMMEDIATE")
                self._group = _Group()
            self._do("SAVEPOINT unit")
        except BaseException:
            if self._group is None:
                self._drop_connection()
            self._pass_turn()
            raise
        return self._connection

    def _wait_for_turn(self) -> None:
        with self._count_lock:
            self._waiting += 1
        try:
            self._turn.acquire()
        except BaseException:  # interrupted, and the group may count on this one to commit
            self._turn.acquire()
            self._stop_waiting()
            self._pass_turn()
            raise
        self._stop_waiting()

    def _stop_waiting(self) -> None:
        with self._count_lock:
            self._waiting -= 1

    def _do(self, sql: str) -> None:
        if self._connection is None:
            return
        driver: Any = self._connection.connection.driver_connection
        try:
            driver.execute(sql)
        except sqlite3.Error as fault:
            raise NotCommitted(str(fault)) from fault

    def _settle(self, has_turn: list[bool]) -> None:
        group = self._group
        if group is None:
            raise NotCommitted("the group was given up")
        self._do("RELEASE unit")
        group.members += 1
        has_turn[0] = False
        self._pass_turn()
        group.done.wait()
        if group.failed:
            raise NotCommitted("the database did not take the commit")

    def _abandon(self) -> None:
        clean = False
        try:
            with suppress(Exception):  # SQLite may have given the whole transaction up by itself
                self._do("ROLLBACK TO unit")
                self._do("RELEASE unit")
                clean = True
        finally:
            if not clean:
                self._end_group(failed=True)
            self._pass_turn()

    def _pass_turn(self) -> None:
        """Commit for the group unless somebody waits who will; then let the next one in."""
        try:
            with self._count_lock:
                others = self._waiting
            if self._group and (not others or self._group.members >= LARGEST_GROUP):
                self._commit_group(self._group)
        finally:
            self._turn.release()

    def _commit_group(self, group: _Group) -> None:
        failed = True
        try:
            with suppress(Exception):  # every member is told by NotCommitted
                self._do("COMMIT" if group.members else "ROLLBACK")
                failed = False
        finally:
            self._end_group(failed=failed)

    def _end_group(self, *, failed: bool) -> None:
        group, self._group = self._group, None
        try:
            if failed:
                self._drop_connection()
        finally:
            if group is not None:
                group.failed = failed
                group.done.set()

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def close(self) -> None:
        """Close the writing connection, with what a group has written so far stored."""
        with self._turn:
            if self._group is not None:
                self._commit_group(self._group)
            if self._connection is not None:
                self._connection.close()
            self._connection = None


class PostgresWriter:
    """A transaction of its own for every unit."""

    def __init__(self, engine: Engine) -> None:
        """Write through this engine's pool."""
        self._engine = engine

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """Open a unit of work."""
        with self._engine.connect() as connection:
            yield Unit(connection, lambda: self._commit(connection))

    def _commit(self, connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        if driver.info.transaction_status.name == "INERROR":
            raise NotCommitted("PostgreSQL would answer this commit by a rollback, without a word")
        connection.commit()

    def close(self) -> None:
        """Nothing is kept open between units."""


class Store:
    """The database: units of work to change it, views to look at it."""

    def __init__(self, engine: Engine, *, on_wake: Callable[[], None] = lambda: None) -> None:
        """Store through this engine; `on_wake` is called after a commit with something to send."""
        self.engine = engine
        self.on_wake = on_wake
        sqlite = engine.dialect.name == "sqlite"
        self._writer: SqliteWriter | PostgresWriter = (
            SqliteWriter(engine) if sqlite else PostgresWriter(engine)
        )

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """Open a unit of work; without `commit()` nothing of it stays.

        Raises Refused when the database is busy or can't be written: nothing was stored.
        """
        try:
            with self._writer.unit() as unit:
                yield unit
        except (NotCommitted, OperationalError) as fault:
            log.error("the database did not take a unit of work: %s", type(fault).__name__)
            raise Refused("desk.busy") from None
        if unit.committed and unit.wakes:
            self.on_wake()

    @contextmanager
    def view(self) -> Iterator[View]:
        """Look at what is stored."""
        with self.engine.connect() as connection:
            yield View(connection)

    def close(self) -> None:
        """Close every connection."""
        self._writer.close()
        self.engine.dispose()
