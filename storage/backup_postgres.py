"""A PostgreSQL database backed up in one snapshot, tried in a schema aside, and restored (C5).

Tables are read by COPY, and made by our own migrations: no program of PostgreSQL's is needed, and
a backup of one release can be restored on any other, under any owner.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import OperationalError, ProgrammingError

from rules.refusals import Refused
from storage.backup_file import CHUNK, Contents, Part, Progress, first_line
from storage.engine import make_engine
from storage.tables import metadata
from storage.upgrade import head, migrate, version_in

ASIDE = "backup_tried"
WIDE = 1 << 128
# However a server or a role is set up, a value is the same text on both sides.
_FORMS = (
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL extra_float_digits = 1",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL lock_timeout = '3s'",
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)
_OTHERS = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
_COUNTERS = """SELECT relname FROM pg_class WHERE relkind = 'S'
AND relnamespace = current_schema()::regnamespace ORDER BY relname"""


@contextmanager
def _connected(url: str, **options: Any) -> Iterator[Connection]:
    """Give a connection whose transaction is rolled back unless it is committed."""
    engine = make_engine(url)
    try:
        with engine.connect().execution_options(**options) as connection:
            for one in _FORMS:
                connection.exec_driver_sql(one)
            yield connection
    except engine.dialect.loaded_dbapi.Error as fault:  # of COPY, past SQLAlchemy
        raise Refused("backup.database", reason=first_line(fault)) from None
    finally:
        engine.dispose()


def dump(
    url: str, out: BinaryIO, *, progress: Progress
) -> tuple[str, tuple[Part, ...], dict[str, tuple[int, bool]]]:
    """Write every table as it is at one moment, while others write.

    Gives the version, the tables, and where the counters of numbers stand (C5).
    """
    with _connected(url, isolation_level="REPEATABLE READ", postgresql_readonly=True) as found:
        names = tables(found)
        parts = []
        for number, name in enumerate(names):
            parts.append(_copied(found, name, _columns(found, name), out))
            progress("copy", (number + 1) / len(names))
        return version(found), tuple(parts), _counters(found)


def tables(connection: Connection) -> list[str]:
    """Give the desk's tables, each after those that it refers to."""
    ordered = inspect(connection).get_sorted_table_and_fkc_names()
    return [name for name, _ in ordered if name and name in metadata.tables]


def version(connection: Connection) -> str:
    """Give the version that a database is at, "" for one that is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return str(found or "")


def _columns(connection: Connection, name: str) -> tuple[str, ...]:
    return tuple(str(one["name"]) for one in inspect(connection).get_columns(name))


def _cursor(connection: Connection) -> Any:
    driver: Any = connection.connection.driver_connection
    return driver.cursor()


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{one}"' for one in columns)


def _copied(
    connection: Connection, name: str, columns: tuple[str, ...], out: BinaryIO | None
) -> Part:
    """Read a table, and sum its rows whatever their order; COPY gives one row a line."""
    total = rows = size = 0
    rest = b""
    sql = f'COPY "{name}" ({_listed(columns)}) TO STDOUT'
    with _cursor(connection) as cursor, cursor.copy(sql) as copy:
        for data in copy:
            *lines, rest = (rest + bytes(data)).split(b"\n")
            for line in lines:
                total += int.from_bytes(hashlib.sha256(line).digest()[:16])
            rows, size = rows + len(lines), size + len(data)
            if out is not None:
                out.write(data)
    return Part(name, rows, f"{total % WIDE:032x}", columns, size)


def _counters(connection: Connection) -> dict[str, tuple[int, bool]]:
    found = {}
    for name in connection.exec_driver_sql(_COUNTERS).scalars().all():
        stands = connection.exec_driver_sql(f'SELECT last_value, is_called FROM "{name}"').one()  # noqa: S608 - its own
        found[str(name)] = (int(stands[0]), bool(stands[1]))
    return found


def attempt(url: str, contents: Contents, data: BinaryIO, *, progress: Progress) -> None:
    """Restore a backup into a schema aside, compare it, and take all of it back (C5).

    It is one transaction that is never committed: others see nothing of it, and nothing is left
    of it whatever happens. Raises Refused where anything differs.
    """
    with _connected(url) as connection:
        try:
            connection.exec_driver_sql(f"CREATE SCHEMA {ASIDE}")
        except ProgrammingError:
            raise Refused("backup.no_schema") from None
        connection.exec_driver_sql(f"SET LOCAL search_path TO {ASIDE}")
        _load(connection, contents, data, progress=progress)
        connection.rollback()


def _load(
    connection: Connection, contents: Contents, data: BinaryIO, *, progress: Progress
) -> None:
    """Make the tables as they were, fill them, and compare."""
    migrate(connection, contents.version)
    made = tables(connection)
    for number, part in enumerate(contents.parts):
        if part.name not in made or {*part.columns} != {*_columns(connection, part.name)}:
            raise Refused("backup.unequal")
        _fill(connection, part, data)
        if _copied(connection, part.name, part.columns, None) != part:
            raise Refused("backup.unequal")
        progress("try", (number + 1) / len(contents.parts))
    for name, (value, called) in contents.counters.items():
        place = (f'"{name}"', value, called)
        connection.exec_driver_sql("SELECT setval(%s::regclass, %s, %s)", place)


def _fill(connection: Connection, part: Part, data: BinaryIO) -> None:
    left = part.size
    sql = f'COPY "{part.name}" ({_listed(part.columns)}) FROM STDIN'
    with _cursor(connection) as cursor, cursor.copy(sql) as copy:
        while left and (some := data.read(min(CHUNK, left))):
            copy.write(some)
            left -= len(some)
    if left:
        raise Refused("backup.damaged")


def is_there(url: str) -> bool:
    """Say whether a desk's tables would be overwritten."""
    with _connected(url) as connection:
        return bool(tables(connection))


def refuse_where_used(url: str) -> None:
    """Raise Refused where others are connected, or where there are tables that are not ours.

    Those of a later version would be taken for somebody else's, so that is said first.
    """
    with _connected(url) as connection:
        _refuse_others(connection)
        look = inspect(connection)
        found, at = look.get_table_names(), version_in(connection)
    if at > head():
        raise Refused("backup.newer_there", version=at)
    foreign = sorted({*found} - {*metadata.tables, "alembic_version"})
    if foreign:
        raise Refused("backup.foreign", tables=", ".join(foreign[:5]))


def _refuse_others(connection: Connection) -> None:
    if connection.exec_driver_sql(_OTHERS).scalar():
        raise Refused("backup.in_use")


def replace(url: str, contents: Contents, data: BinaryIO, *, progress: Progress) -> None:
    """Restore a backup in place of what there is, brought up to date, in one transaction (C5).

    Raises Refused while others are connected, and where the backup is not what it says; then
    nothing has changed.
    """
    with _connected(url) as connection:
        try:
            _drop(connection)
        except OperationalError:
            raise Refused("backup.in_use") from None
        _load(connection, contents, data, progress=progress)
        migrate(connection)
        _refuse_others(connection)
        connection.commit()


def _drop(connection: Connection) -> None:
    found = inspect(connection)
    ours = [
        *tables(connection),
        *(["alembic_version"] if found.has_table("alembic_version") else []),
    ]
    if ours:
        named = ", ".join(f'"{one}"' for one in ours)
        connection.exec_driver_sql(f"DROP TABLE {named} CASCADE")
    connection.exec_driver_sql("DROP FUNCTION IF EXISTS audit_refuses() CASCADE")
