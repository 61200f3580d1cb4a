"""How a database takes units of work.

SQLite has one writer, and the price of a commit is the disk's. Callers that wait at the same
moment therefore share one: each works in a savepoint of its own, the last of them commits for all,
and `commit()` returns to each only when its work is on the disk. On PostgreSQL every caller has a
transaction of its own.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine

from storage.cipher import faults
from storage.engine import BUSY_SECONDS
from storage.unit import NotCommitted, Unit

LARGEST_GROUP = 64
PAUSE = 0.002


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
        self._holder: int | None = None
        self._refused_at = float("-inf")

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
        if self._holder == threading.get_ident():
            raise RuntimeError("a unit inside a unit: this thread would wait for itself")
        arrived = time.monotonic()
        self._wait_for_turn()
        try:
            connection = self._begin(arrived)
        except BaseException:
            if self._group is None:
                self._drop_connection()
            self._pass_turn()
            raise
        self._holder = threading.get_ident()
        return connection

    def _begin(self, arrived: float) -> Connection:
        if self._refused_at > arrived:  # while this one waited, the database was busy for long
            raise NotCommitted("the database is busy")
        if self._connection is None:
            self._connection = self._engine.connect()
            self._do("PRAGMA busy_timeout=0")
            self._do("PRAGMA temp_store=MEMORY")  # else a savepoint has a file
        if self._group is None:
            self._begin_immediate()
            self._group = _Group()
        self._do("SAVEPOINT unit")
        return self._connection

    def _begin_immediate(self) -> None:
        """Begin as soon as another process lets go: SQLite's own waiting sleeps up to 100 ms."""
        until = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                return self._do("BEGIN IMMEDIATE")
            except NotCommitted:
                if time.monotonic() > until:
                    self._refused_at = time.monotonic()
                    raise
                time.sleep(PAUSE)

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
        except faults() as fault:
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
        self._holder = None
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
