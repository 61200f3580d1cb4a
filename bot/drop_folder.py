"""Where dropped files lie while they are worked on, and nothing of them longer (C2, C5)."""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "lead-desk-drops-"
ABANDONED = 24 * 3600
_NAME = re.compile(rf"{PREFIX}([0-9]+)-\w+")
_BEGAN = time.time()


@contextmanager
def own_folder() -> Iterator[Path]:
    """Make a folder that goes with the process; those that killed ones left are swept first."""
    sweep(Path(tempfile.gettempdir()))
    prefix = f"{PREFIX}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def sweep(where: Path) -> None:
    """Take away the folders of processes that ended without doing so themselves."""
    for folder in where.glob(f"{PREFIX}*"):
        found = _NAME.fullmatch(folder.name)
        if found and _is_left(folder, int(found[1])):
            shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path, process: int) -> bool:
    """Say whether nobody works there: a process may have the number of one before it."""
    try:
        about = folder.lstat()
    except OSError:
        return False
    if about.st_uid != os.getuid():
        return False
    if process == os.getpid():
        return about.st_mtime < _BEGAN
    return not _lives(process) or about.st_mtime < time.time() - ABANDONED


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def mark(folder: Path) -> None:
    """Show that somebody works in a folder; one that is gone is made anew."""
    folder.mkdir(mode=0o700, exist_ok=True)
    os.utime(folder)


def tidy(folder: Path, needed: Collection[str]) -> None:
    """Keep nothing but the files with these ids."""
    for path in folder.iterdir():
        if path.name.partition(".")[0] not in needed:
            remove(path)


def remove(path: Path) -> None:
    """Take a file away, where it is there."""
    with suppress(OSError):
        path.unlink()
