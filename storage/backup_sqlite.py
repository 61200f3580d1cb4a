"""A SQLite database backed up while it is written to, tried aside, and put in its place (C5)."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from rules.refusals import Refused
from storage import cipher
from storage.backup_file import CHUNK, Contents, Part, Progress
from storage.cipher import Keys, faults, key_of
from storage.engine import make_engine, open_file
from storage.upgrade import upgrade

PAGES, AT_ONCE = 1000, 500
BESIDE = ("-wal", "-shm")
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"


def dump(
    file: Path, out: BinaryIO, *, aside: Path, key: str, progress: Progress
) -> tuple[str, tuple[Part, ...]]:
    """Write the database as it is at one moment; gives its version and its tables (C5).

    SQLite's online backup copies it to `aside` inside one read transaction, so writers go on
    meanwhile, and tables are counted in that same transaction. An encrypted one is encrypted there.
    """

    def tell(_status: int, left: int, total: int) -> None:
        progress("copy", 1 - left / (total or 1))

    with closing(open_file(file, key=key)) as source:
        source.execute("BEGIN")
        found = version(source)
        with closing(open_file(aside, key=key)) as copy:
            source.backup(copy, pages=PAGES, progress=tell)
        parts = summed(source, progress=progress)
    with aside.open("rb") as copied:
        shutil.copyfileobj(copied, out, CHUNK)
    return found, parts


def version(connection: sqlite3.Connection) -> str:
    """Give the version that a database is at, "" for one that is empty."""
    tables = {name for (name,) in connection.execute(_TABLES)}
    if "alembic_version" not in tables:
        return ""
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else ""


def summed(connection: sqlite3.Connection, *, progress: Progress) -> tuple[Part, ...]:
    """Count every table's rows, with a checksum of them in their order."""
    names = [str(name) for (name,) in connection.execute(_TABLES)]
    connection.text_factory = bytes  # a text that is no UTF-8 is still the same text
    try:
        return tuple(
            _summed(connection, name, partial(progress, "count", done / len(names)))
            for done, name in enumerate(names)
        )
    finally:
        connection.text_factory = str


def _summed(connection: sqlite3.Connection, name: str, tell: Callable[[], None]) -> Part:
    digest, rows = hashlib.sha256(), 0
    cursor = connection.execute(f'SELECT * FROM "{name}" ORDER BY rowid')  # noqa: S608 - its own
    while some := cursor.fetchmany(AT_ONCE):
        digest.update(repr(some).encode())
        rows += len(some)
        tell()
    return Part(name, rows, digest.hexdigest())


def unpack(
    contents: Contents, data: BinaryIO, into: Path, *, keys: Keys, progress: Progress
) -> str:
    """Put a backup into a new file, and compare it with what was counted when it was made (C5).

    Gives the key that it was made under. Raises Refused where anything differs, no key opens it,
    or SQLite finds it broken.
    """
    with into.open("wb") as file:
        shutil.copyfileobj(data, file, CHUNK)
    key = _inside(into, keys)
    try:
        with closing(open_file(into, key=key)) as restored:
            whole = restored.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            parts = summed(restored, progress=progress)
            same = version(restored) == contents.version and parts == contents.parts
    except faults("DatabaseError"):
        whole = same = False
    if not (whole and same):
        raise Refused("backup.unequal")
    return key


def _inside(file: Path, keys: Keys) -> str:
    try:
        return key_of(file, keys)
    except Refused:
        raise Refused("cipher.backup_key") from None


def is_there(file: Path) -> bool:
    """Say whether a database would be overwritten."""
    return file.exists() and file.stat().st_size > 0


def replace(
    contents: Contents,
    data: BinaryIO,
    file: Path,
    *,
    kept: Path,
    keys: Keys,
    progress: Progress,
) -> bool:
    """Restore a backup as this file, brought up to date; says whether an old one was kept (C5).

    The old database is moved to `kept`; the new one has the key of now. Raises Refused while
    somebody has it open, and where the backup is not what it says; then nothing has changed.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.restoring")
    clear(fresh)  # of one that was killed
    fresh.touch(mode=0o600)
    try:
        inside = unpack(contents, data, fresh, keys=keys, progress=progress)
        if inside != keys.now:
            _reseal(fresh, inside, keys.now)
        _bring_up(fresh, keys.now)
        return _swap(fresh, file, kept, keys)
    finally:
        clear(fresh)


def _reseal(file: Path, old: str, new: str) -> None:
    """Write what a backup held under the key of now."""
    other = file.with_name(f"{file.name}-resealed")
    clear(other)
    other.touch(mode=0o600)
    try:
        with closing(cipher.connect(file, key=old)) as source:
            cipher.export(source, other, key=new)
        other.replace(file)
    finally:
        clear(other)


def _bring_up(file: Path, key: str) -> None:
    engine = make_engine(f"sqlite:///{file}", key=key)
    try:
        upgrade(engine)
    finally:
        engine.dispose()
    with closing(open_file(file, key=key)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")  # all of it in the one file
    flush(file)


def flush(file: Path) -> None:
    """Put a file's bytes on the disk."""
    with file.open("rb") as written:
        os.fsync(written.fileno())


def _swap(fresh: Path, file: Path, kept: Path, keys: Keys) -> bool:
    there = is_there(file)
    with closing(open_file(file, key=_held_by(file, keys))) as old:
        hold(old)
        if there:
            put(fresh, file, kept)
        else:
            _rename(fresh, file, kept)
    return there


def _held_by(file: Path, keys: Keys) -> str:
    try:
        return key_of(file, keys) if keys.now or keys.before else ""
    except Refused:  # damaged, or of a key that is lost: a backup is there for that
        return ""


def put(fresh: Path, file: Path, kept: Path) -> None:
    """Put a file in the place of one that is held, which stays under the name `kept`."""
    shutil.copymode(file, fresh)
    _keep(file, kept)
    _rename(fresh, file, kept)


def _rename(fresh: Path, file: Path, kept: Path) -> None:
    for end in BESIDE:  # else the new file would be read together with the old one's
        with suppress(FileNotFoundError):
            Path(f"{file}{end}").replace(f"{kept}{end}")
    fresh.replace(file)
    sync(file.parent)


def hold(old: sqlite3.Connection) -> None:
    """Hold the database alone; nobody leaves WAL while another has it open.

    A file that is no database any more can't be held, nor be worked with by anybody.
    """
    try:
        old.execute("PRAGMA busy_timeout=0")
        old.execute("PRAGMA journal_mode=DELETE")
        old.execute("BEGIN EXCLUSIVE")
    except faults("OperationalError"):
        raise Refused("backup.in_use") from None
    except faults("DatabaseError"):
        return


def _keep(file: Path, kept: Path) -> None:
    """Give the old file its second name, so that there is a database at every instant."""
    try:
        os.link(file, kept)
    except OSError:  # a disk that knows no links
        shutil.copyfile(file, kept)
        flush(kept)


def sync(folder: Path) -> None:
    """Put a folder's names on the disk; Windows does so by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clear(file: Path) -> None:
    """Take away a database that was tried, with what SQLite puts beside it."""
    for end in ("", "-journal", *BESIDE):
        Path(f"{file}{end}").unlink(missing_ok=True)
