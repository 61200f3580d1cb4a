"""Backups of the database that an address names: taken and proved, looked at, restored (C5)."""

import errno
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from rules.backups import name_of, outdated
from rules.refusals import Refused
from storage import backup_postgres, backup_sqlite
from storage.backup_file import Contents, Progress, contents_of, first_line, reading, writing
from storage.cipher import OPEN, Keys, faults
from storage.upgrade import versions

PART = ".part-"
LEFT_FOR = 12 * 60 * 60
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was proved, and how large its file is in bytes."""

    file: Path
    contents: Contents
    size: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands in the database now, and where the old one is, None where there was none."""

    contents: Contents
    kept: Path | None


def take(
    url: str, folder: Path, *, key: str, at: datetime, keys: Keys = OPEN, progress: Progress
) -> Made:
    """Back a database up into a folder, and prove it by restoring it aside (C5).

    `at` is now, UTC. The file has its name only once it is whole, on the disk and proved; what
    rotation gives up goes then. Raises Refused; no half file is left.
    """
    _refuse_nothing(url)
    with _spoken(folder), _part(folder) as part:
        contents = _written(url, part, key=key, at=at, keys=keys, progress=progress)
        if not contents.version:
            raise Refused("backup.no_database", where=_where(url))
        _refuse_unknown(contents)
        _proved(url, part, contents, key=key, folder=folder, keys=keys, progress=progress)
        size, file = part.stat().st_size, folder / name_of(at)
        _name(part, file)
        for name in outdated(one.name for one in folder.iterdir()):
            if name != file.name:  # as it may be beside those of a clock that ran ahead
                (folder / name).unlink(missing_ok=True)
    return Made(file, contents, size)


def verify(
    url: str, file: Path, *, key: str, folder: Path, keys: Keys = OPEN, progress: Progress
) -> Contents:
    """Prove that a backup can be restored; the database stays as it is (C5).

    One of SQLite is tried in `folder`; one of PostgreSQL beside the tables of `url`. Raises
    Refused saying what is wrong with it.
    """
    with _spoken(folder):
        contents = _looked(url, file, key=key, progress=progress)
        _proved(url, file, contents, key=key, folder=folder, keys=keys, progress=progress)
    return contents


def restore(
    url: str,
    file: Path,
    *,
    key: str,
    folder: Path,
    at: datetime,
    yes: bool,
    keys: Keys = OPEN,
    progress: Progress,
) -> Restored:
    """Put a backup in the database's place, brought up to date; the old database is kept (C5).

    SQLite's is kept beside it, PostgreSQL's as a backup in `folder`; `at` is now, UTC. Raises
    Refused where there is a database and no `yes`, while it is in use, and where the backup can't
    be restored whole; then nothing has changed.
    """
    with _spoken(folder):
        contents = _looked(url, file, key=key, progress=progress)
        if contents.dialect != _dialect(url):
            raise Refused("backup.other_kind")
        if not yes and _is_there(url):
            raise Refused("backup.overwrites", where=_where(url))
        if contents.dialect == "sqlite":
            return _into_file(url, file, contents, key=key, at=at, keys=keys, progress=progress)
        return _into_server(url, file, contents, key=key, folder=folder, at=at, progress=progress)


def _is_there(url: str) -> bool:
    if _dialect(url) == "sqlite":
        return backup_sqlite.is_there(_file(url))
    return backup_postgres.is_there(url)


def _where(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)


def _dialect(url: str) -> str:
    return make_url(url).get_backend_name()


def _file(url: str) -> Path:
    return Path(make_url(url).database or "")


def _refuse_nothing(url: str) -> None:
    if _dialect(url) == "sqlite" and not _is_there(url):
        raise Refused("backup.no_database", where=_where(url))


@contextmanager
def _spoken(folder: Path) -> Iterator[None]:
    """Say in words what a disk or a database answered."""
    try:
        yield
    except OSError as fault:
        if fault.errno in FULL:
            raise Refused("backup.no_space", folder=str(folder)) from None
        named = str(fault.filename or folder)
        reason = fault.strerror or type(fault).__name__
        raise Refused("backup.no_file", file=named, reason=reason) from None
    except faults() as fault:
        if getattr(fault, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:
            raise Refused("backup.no_space", folder=str(folder)) from None
        raise Refused("backup.database", reason=first_line(fault)) from None
    except DBAPIError as fault:
        raise Refused("backup.database", reason=first_line(fault.orig)) from None


@contextmanager
def _part(folder: Path) -> Iterator[Path]:
    """Give a name for a file that is not whole yet; whatever happens, nothing stays under it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(folder)
    part = folder / f"{PART}{secrets.token_hex(6)}"
    try:
        yield part
    finally:
        backup_sqlite.clear(part)


def _sweep(folder: Path) -> None:
    """Take away what a killed process left, by the clock that files are dated by."""
    over = time.time() - LEFT_FOR
    for one in folder.glob(f"{PART}*"):
        with suppress(FileNotFoundError):
            if one.stat().st_mtime < over:
                one.unlink()


def _written(
    url: str, part: Path, *, key: str, at: datetime, keys: Keys = OPEN, progress: Progress
) -> Contents:
    """Write a backup under a name of its own, readable by this user alone, onto the disk."""
    part.touch(mode=0o600, exist_ok=False)
    with part.open("wb") as file, writing(file, key=key) as (out, end):
        if _dialect(url) == "sqlite":
            with _part(part.parent) as aside:
                aside.touch(mode=0o600)
                found, parts = backup_sqlite.dump(
                    _file(url), out, aside=aside, key=keys.now, progress=progress
                )
            contents = Contents("sqlite", found, at, parts)
        else:
            found, parts, counters = backup_postgres.dump(url, out, progress=progress)
            contents = Contents("postgresql", found, at, parts, counters)
        end(contents)
    return contents


def _looked(url: str, file: Path, *, key: str, progress: Progress) -> Contents:
    """Read a backup to its end, and refuse what this program can't restore."""
    contents = contents_of(file, key=key, progress=progress)
    _refuse_unknown(contents)
    if contents.dialect == "postgresql" and _dialect(url) != "postgresql":
        raise Refused("backup.other_kind")
    return contents


def _refuse_unknown(contents: Contents) -> None:
    known = versions()
    if contents.version not in known:
        newer = contents.version > known[-1]
        raise Refused("backup.newer" if newer else "backup.no_version", version=contents.version)


def _proved(
    url: str,
    file: Path,
    contents: Contents,
    *,
    key: str,
    folder: Path,
    keys: Keys,
    progress: Progress,
) -> None:
    """Restore a backup aside, and compare it with what was counted when it was made."""
    if contents_of(file, key=key, progress=progress) != contents:
        raise Refused("backup.unequal")
    with reading(file, key=key) as data:
        if contents.dialect == "postgresql":
            backup_postgres.attempt(url, contents, data, progress=progress)
            return
        with _part(folder) as aside:
            aside.touch(mode=0o600)
            progress("try", 0)
            backup_sqlite.unpack(contents, data, aside, keys=keys, progress=progress)
            progress("try", 1)


def _name(part: Path, file: Path) -> None:
    part.replace(file)
    backup_sqlite.sync(file.parent)


def _free(path: Path) -> Path:
    """Give a name that nothing has yet, also to the second restore of one second."""
    taken = (path.with_stem(f"{path.stem}-{n}") for n in range(2, 100))
    return next(one for one in (path, *taken) if not one.exists())


def _into_file(
    url: str,
    file: Path,
    contents: Contents,
    *,
    key: str,
    at: datetime,
    keys: Keys,
    progress: Progress,
) -> Restored:
    place = _file(url)
    kept = _free(place.with_name(f"{place.name}.before-restore-{at:%Y%m%dT%H%M%S}Z"))
    with reading(file, key=key) as data:
        was_there = backup_sqlite.replace(
            contents, data, place, kept=kept, keys=keys, progress=progress
        )
    return Restored(contents, kept if was_there else None)


def _into_server(
    url: str,
    file: Path,
    contents: Contents,
    *,
    key: str,
    folder: Path,
    at: datetime,
    progress: Progress,
) -> Restored:
    backup_postgres.refuse_where_used(url)
    kept = _free(folder / f"before-restore-{at:%Y%m%dT%H%M%S}Z.backup")
    was_there = _is_there(url)
    if was_there:
        with _part(folder) as part:
            _written(url, part, key=key, at=at, progress=progress)
            _name(part, kept)
    with reading(file, key=key) as data:
        backup_postgres.replace(url, contents, data, progress=progress)
    return Restored(contents, kept if was_there else None)
