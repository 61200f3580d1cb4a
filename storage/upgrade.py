"""Bring the tables up to this version, or say that the database is newer."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 7_235_001
_FOLDER = Path(__file__).parent / "migrations"


class NewerDatabase(RuntimeError):
    """Raised when the database was made by a later version of the product."""


def _config(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - slow to import, needed once

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config


def migrate(connection: Connection, to: str = "head") -> None:
    """Run the migrations up to a version in the connection's own transaction, without a lock."""
    from alembic import command  # noqa: PLC0415 - slow to import, needed once

    command.upgrade(_config(connection), to)


def versions() -> list[str]:
    """Give every version that this program knows, oldest first."""
    files = (_FOLDER / "versions").glob("[0-9]*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def head() -> str:
    """Give the newest version that this program knows; a migration's file begins with its own."""
    return versions()[-1]


def version(engine: Engine) -> str:
    """Give the version that the database is at, '' for an empty one."""
    with engine.connect() as connection:
        return version_in(connection)


def version_in(connection: Connection) -> str:
    """Give the version that a connection's database is at, '' for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return str(found or "")


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing, in one transaction.

    Raises NewerDatabase when the database is ahead of this program.
    """
    if version(engine) == head():
        return
    from alembic.util import CommandError  # noqa: PLC0415 - slow to import, needed after an update

    sqlite = engine.dialect.name == "sqlite"
    begin = "BEGIN IMMEDIATE" if sqlite else f"SELECT pg_advisory_xact_lock({_LOCK})"
    with engine.connect() as connection:
        connection.exec_driver_sql(begin)
        try:
            migrate(connection)
        except BaseException as fault:
            connection.invalidate()  # in the pool it would keep its lock
            if isinstance(fault, CommandError):
                raise NewerDatabase("the database was made by a later version") from None
            raise
        if sqlite:
            connection.exec_driver_sql("COMMIT")
        else:
            connection.commit()
