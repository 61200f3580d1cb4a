"""A SQLite file written anew under another key, compared, and put in place of the old one (C5)."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rules.refusals import Refused
from storage import cipher
from storage.backup_file import Progress
from storage.backup_sqlite import clear, flush, hold, put, summed

_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many rows were written anew, and where the old file is: None where nothing was put."""

    rows: int
    kept: Path | None


def reseal(
    file: Path, *, old: str, new: str, at: datetime, yes: bool, progress: Progress
) -> Resealed:
    """Write a database under another key, or none, beside it; with `yes` put it in its place (C5).

    The old file is kept aside; `at` is now, UTC. Killed at any moment, the database is the old one
    or the new one, whole. Raises Refused while anybody has it open, and where the new one differs.
    """
    fresh = file.with_name(f"{file.name}.resealing")
    clear(fresh)  # of one that was killed
    fresh.touch(mode=0o600)
    try:
        with closing(cipher.connect(file, key=old)) as source:
            _alone(source)
            cipher.export(source, fresh, key=new)
            flush(fresh)
            rows = _compared(source, fresh, key=new, progress=progress)
            if not yes:
                return Resealed(rows, None)
            kept = _free(file, at)
            put(fresh, file, kept)
    finally:
        clear(fresh)
    return Resealed(rows, kept)


def _alone(source: Any) -> None:
    """Hold the database until the connection ends, over the ends of transactions."""
    source.execute("PRAGMA locking_mode = EXCLUSIVE")
    hold(source)
    source.execute("COMMIT")


def _compared(source: Any, fresh: Path, *, key: str, progress: Progress) -> int:
    parts, schema = summed(source, progress=progress), source.execute(_SCHEMA).fetchall()
    with closing(cipher.connect(fresh, key=key)) as written:
        whole = written.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        sealed = not key or not written.execute("PRAGMA cipher_integrity_check").fetchall()
        same = written.execute(_SCHEMA).fetchall() == schema
        equal = summed(written, progress=progress) == parts
    if not (whole and sealed and same and equal):
        raise Refused("cipher.unequal")
    return sum(part.rows for part in parts)


def _free(file: Path, at: datetime) -> Path:
    """Give a name for the old file that nothing has yet."""
    first = file.with_name(f"{file.name}.before-key-{at:%Y%m%dT%H%M%S}Z")
    names = (first, *(first.with_name(f"{first.name}-{n}") for n in range(2, 100)))
    return next(one for one in names if not one.exists())


def left_beside(file: Path) -> list[Path]:
    """Give the old databases that lie beside one: customers' details that nobody needs (C5)."""
    return sorted(file.parent.glob(f"{file.name}.before-*"))
