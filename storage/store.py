"""The database: units of work to change it, views to look at it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from rules.refusals import BUSY, Refused
from storage.unit import NotCommitted, Unit, View
from storage.writers import PostgresWriter, SqliteWriter

log = logging.getLogger(__name__)


class Store:
    """The database: units of work to change it, views to look at it."""

    def __init__(self, engine: Engine, *, on_wake: Callable[[], None] = lambda: None) -> None:
        """Store through this engine; `on_wake` is called after a commit with something to send."""
        self.engine = engine
        self.on_wake = on_wake
        self.failing = False
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
            self.failing = True
            log.error("the database did not take a unit of work: %s", type(fault).__name__)
            raise Refused(BUSY) from None
        if unit.committed:
            self.failing = False
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
