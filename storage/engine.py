"""Connections: SQLite made durable, PostgreSQL as it is."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

from storage import cipher

BUSY_SECONDS = cipher.BUSY_SECONDS
READERS = 32  # kept open: more than the threads that answer, as opening costs a query
PAUSE = 0.005
SILENT: dict[str, Any] = {"hide_parameters": True}
"""Errors never tell the values of a query: they are people's."""
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA wal_autocheckpoint=4000",  # 16 MB: a page that many commits change is folded in once
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000:.0f}",
)


def make_engine(url: str, *, key: str = "") -> Engine:
    """Make an engine for `DATABASE_URL`; a SQLite file's folder is made where it is missing.

    With `key`, `DATABASE_KEY`, the file is encrypted (C5). Raises Refused without the driver.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, pool_size=10, max_overflow=10, **SILENT)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        connect_args={"check_same_thread": False},
        isolation_level="AUTOCOMMIT",
        pool_size=READERS,
        pool_use_lifo=True,
        **SILENT,
        **({"module": cipher.driver()} if key else {}),
    )
    if key:
        _encrypt(engine, Path(parsed.database or ""), key)
    event.listen(engine, "connect", _make_durable)
    return engine


def _encrypt(engine: Engine, file: Path, key: str) -> None:
    def begin(*_asked: Any) -> None:
        cipher.begin(file, key=key)

    lock = cipher.Lock(key)

    def unlock(connection: Any, _record: Any) -> None:
        lock.open(connection)

    event.listen(engine, "do_connect", begin)
    event.listen(engine, "connect", unlock)


def open_file(file: Path, *, key: str = "") -> sqlite3.Connection:
    """Open a SQLite file by the driver itself, without our pragmas: for backups (C5)."""
    if key:
        opened: sqlite3.Connection = cipher.connect(file, key=key)  # the same to its users
        return opened
    return sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None)


def _make_durable(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        _set(cursor, pragma)
    cursor.close()


def _set(cursor: Any, pragma: str) -> None:
    """Two that open a new file at once can't both make it WAL, and there SQLite does not wait."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute(pragma)
        except cipher.faults("OperationalError"):
            if time.monotonic() > give_up:
                raise
            time.sleep(PAUSE)
        else:
            return
