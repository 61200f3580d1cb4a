"""Where a demo keeps itself: one folder a running demo, never two in one."""

import fcntl
import shutil
from pathlib import Path
from typing import IO

MOST = 20
MARK = ".demo"


class NoFolder(Exception):
    """Raised when every folder beside this one is in use, or it holds something else."""


class Folder:
    """A folder of the demo's own, locked while it runs."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        self.path = path
        self._lock = lock

    def release(self) -> None:
        """Let another demo have it."""
        self._lock.close()

    def clear(self) -> None:
        """Forget everything that the demo kept here."""
        for one in self.path.iterdir():
            if one.name == MARK:
                continue
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one)
            else:
                one.unlink()


def take_folder(wanted: Path) -> Folder:
    """Take this folder, or the next free one beside it; raises NoFolder."""
    for number in range(1, MOST):
        path = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        lock = _locked(path)
        if lock is not None:
            return Folder(path, lock)
    raise NoFolder(f"{wanted} and those beside it are in use; name another with --folder")


def _locked(path: Path) -> IO[str] | None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        why = fault.strerror
        raise NoFolder(f"{path} can't be used ({why}); name another with --folder") from None
    if any(path.iterdir()) and not (path / MARK).exists():
        raise NoFolder(f"{path} holds something else; name another folder with --folder")
    lock = (path / MARK).open("a", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock
