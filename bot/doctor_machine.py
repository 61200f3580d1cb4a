"""The doctor's look at the machine: its disk, its clock, the database's file, weak tokens (C5)."""

import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from bot.doctor import Finding
from bot.settings import Settings
from storage.cipher import file_of
from storage.store import Store
from storage.wholeness import is_whole

SHORTEST_TOKEN = 16
LEAST_ROOM = 1 << 30
NO_ROOM = 100 << 20
HERE = frozenset({"127.0.0.1", "::1", "localhost"})
SKEW = timedelta(seconds=60)
"""Slack refuses what is signed five minutes off; a minute is time enough to mend it."""


def door_findings(settings: Settings) -> list[Finding]:
    """Name tokens that can be guessed, and an outside address without TLS (C5)."""
    named = [(f"INTAKE_TOKENS: {source}", token) for source, token in settings.intake_tokens]
    named += [(f"API_TOKENS: {one.name}", one.token) for one in settings.api_tokens]
    weak = [name for name, token in named if len(token) < SHORTEST_TOKEN]
    found = []
    if weak:
        text = f"shorter than {SHORTEST_TOKEN} characters, could be guessed: {', '.join(weak)}"
        found.append(Finding("tokens", good=None, text=text))
    parts = urlsplit(settings.public_url)
    if parts.scheme == "http" and parts.hostname not in HERE:
        text = "PUBLIC_URL is http: what customers type there can be read on its way; use https"
        found.append(Finding("address", good=None, text=text))
    return found


def _free(place: Path) -> int:
    return shutil.disk_usage(place).free


def _may_write(place: Path) -> bool:
    return os.access(place, os.W_OK)


def room_findings(
    settings: Settings,
    *,
    free: Callable[[Path], int] = _free,
    may_write: Callable[[Path], bool] = _may_write,
) -> list[Finding]:
    """Say how much room is left for the database and the backups, and whether these can be written.

    `free` gives a folder's free bytes; a disk that holds both is told once. `may_write` says
    whether this user may write in a folder, or a file of SQLite's (C5).
    """
    file = file_of(settings.database_url)
    backups = Path(settings.backup_dir)
    places = [_existing(one) for one in (backups, *([file.parent] if file else []))]
    disks = {one.stat().st_dev: one for one in places}
    rooms = [_room(one, free(one)) for one in disks.values()]
    return [*rooms, *_unwritable(backups), *(_locked(file, may_write) if file else [])]


def _locked(file: Path, may_write: Callable[[Path], bool]) -> list[Finding]:
    """Name what SQLite has to write and this user may not: the file, or what lies beside it."""
    beside = [file.with_name(f"{file.name}{end}") for end in ("", "-wal", "-shm")]
    needed = [*(one for one in beside if one.exists()), _existing(file.parent)]
    shut = [str(one) for one in needed if not may_write(one)]
    text = f"{', '.join(shut)} can't be written: somebody else's, or a disk that is read-only"
    return [Finding("database", good=False, text=text)] if shut else []


def _room(place: Path, left: int) -> Finding:
    text = f"{left >> 20} MB free in {place}"
    if left < NO_ROOM:
        return Finding("disk", good=False, text=f"{text}: soon nothing can be stored")
    if left < LEAST_ROOM:
        return Finding("disk", good=None, text=f"{text}: make room")
    return Finding("disk", good=True, text=text)


def _existing(folder: Path) -> Path:
    """Give the folder, or what it would be made in."""
    whole = folder.absolute()
    return next(one for one in (whole, *whole.parents) if one.exists())


def _unwritable(folder: Path) -> list[Finding]:
    try:
        with tempfile.TemporaryFile(dir=_existing(folder)):
            return []
    except OSError as fault:
        text = f"BACKUP_DIR can't be written ({folder}): {fault.strerror}"
        return [Finding("backups", good=False, text=text)]


def integrity_findings(store: Store) -> list[Finding]:
    """Say whether SQLite's file is whole; of a server nothing (C5)."""
    whole = is_whole(store.engine)
    if whole is None:
        return []
    text = "the database's file is damaged: stop the bot, restore the newest backup"
    return [Finding("integrity", good=whole, text="the file is whole" if whole else text)]


def clock_findings(said: datetime | None, *, now: datetime) -> list[Finding]:
    """Hold this machine's clock against Slack's, None where it said nothing; both UTC (C5)."""
    if said is None:
        return []
    off = abs(now - said)
    if off <= SKEW:
        return [Finding("clock", good=True, text="as Slack's, within a minute")]
    way = "ahead of" if now > said else "behind"
    seconds = round(off / timedelta(seconds=1))
    text = f"{seconds} s {way} Slack's: reminders come at the wrong time; set it by NTP"
    return [Finding("clock", good=False, text=text)]
