"""Backups: one proved each day by itself, and what a terminal asks for (C5)."""

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot.assign import tell_managers
from bot.desk import Desk
from bot.erasing_again import carried_over
from bot.learning import last_night
from bot.settings import Settings
from rules.effects import TellManagers
from rules.refusals import Refused
from storage import backup, kept, outbox
from storage.backup import Made, Restored
from storage.backup_file import Contents, Progress
from storage.cipher import refuse_unfit
from storage.engine import make_engine
from storage.store import Store
from storage.unit import Unit
from storage.upgrade import head, version

log = logging.getLogger(__name__)

NIGHT = time(3, 30)
STATE, FAILED = "backup", "backup_failed"
LONGEST, AGAIN = timedelta(hours=3), timedelta(hours=1)
"""One that runs longer is taken for dead; after one that failed so long passes."""
UNKNOWN = "backup.failed"


@dataclass(frozen=True, slots=True)
class Proved:
    """The newest backup that was proved: when (UTC), which file, its bytes and its rows."""

    at: datetime
    file: str
    size: int
    rows: int


def silent(_step: str, _share: float) -> None:
    """Tell nobody how far a backup is."""


class Stopping(Exception):
    """Raised in a backup when the process is to end."""


def back_up_nightly(desk: Desk, *, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Make the night's backup once 03:30 has passed in the team's zone; says whether it did.

    One process does it for all replicas. One that was missed is made up, one that failed is tried
    again each hour, and managers are told of that once a day. One that `stopping` ends is begun
    anew by the next process.
    """

    def tell(_step: str, _share: float) -> None:
        if stopping():
            raise Stopping

    night = last_night(desk.clock(), zone=desk.settings.zone, at=NIGHT)
    if not _begins(desk, night):
        return False
    try:
        made = take(desk.settings, at=desk.clock(), progress=tell)
    except Stopping:
        _put_off(desk, until=desk.clock())
        return False
    except Exception as fault:  # noqa: BLE001 - whatever it was, managers must know
        log.error("the backup failed: %s", type(fault).__name__)
        _failed(desk, night, fault)
        return False
    log.info("backed up and proved: %s, %s bytes", made.file.name, made.size)
    with desk.store.unit() as unit:
        _note(unit, made, night=night)
        unit.commit()
    return True


def _begins(desk: Desk, night: datetime) -> bool:
    """Let one process do it; a moment further ahead than a turn is long is of a clock that lied."""
    now = desk.clock()
    with desk.store.unit() as unit:
        kept.put_once(unit, STATE, {}, at=now)
        state = dict(kept.get(unit, STATE, lock=True) or {})
        until = datetime.fromisoformat(state.get("until", night.isoformat()))
        if state.get("night") == night.isoformat() or now < until <= now + LONGEST:
            return False
        kept.put(unit, STATE, state | {"until": (now + LONGEST).isoformat()}, at=now)
        unit.commit()
    return True


def _put_off(desk: Desk, *, until: datetime) -> None:
    with desk.store.unit() as unit:
        state = dict(kept.get(unit, STATE, lock=True) or {})
        kept.put(unit, STATE, state | {"until": until.isoformat()}, at=desk.clock())
        unit.commit()


def _failed(desk: Desk, night: datetime, fault: Exception) -> None:
    now = desk.clock()
    refused = isinstance(fault, Refused)
    key, params = (fault.key, fault.params) if isinstance(fault, Refused) else (UNKNOWN, {})
    params = params if refused else {"fault": type(fault).__name__}
    with desk.store.unit() as unit:
        state = dict(kept.get(unit, STATE, lock=True) or {})
        if state.get("told") != night.isoformat():
            last = state.get("proved", {}).get("at", "")
            about = {"night": night.isoformat(), "last": last, "key": key, "params": params}
            notice = TellManagers(FAILED, 0, json.dumps(about, default=str))
            outbox.add(unit, tell_managers(desk, unit, notice), now=now)
        state |= {"until": (now + AGAIN).isoformat(), "told": night.isoformat()}
        kept.put(unit, STATE, state, at=now)
        unit.commit()


def _note(unit: Unit, made: Made, *, night: datetime) -> None:
    at, contents = made.contents.at, made.contents
    proved = {"at": at.isoformat(), "file": made.file.name, "size": made.size}
    state = {"night": night.isoformat(), "proved": proved | {"rows": contents.rows}}
    kept.put_once(unit, STATE, {}, at=at)
    kept.put(unit, STATE, state, at=at)


def proved(store: Store) -> Proved | None:
    """Give the newest backup that was proved, None where there was none (C5)."""
    with store.view() as view:
        one: Any = (kept.get(view, STATE) or {}).get("proved")
    if one is None:
        return None
    return Proved(datetime.fromisoformat(one["at"]), one["file"], one["size"], one["rows"])


def take(settings: Settings, *, at: datetime, progress: Progress = silent) -> Made:
    """Back the database up and prove it, as it is and beside a running bot; `at` is now, UTC.

    Raises Refused saying what hinders it; no half file is left (C5).
    """
    url, key, keys = settings.database_url, settings.backup_key, settings.keys
    folder = Path(settings.backup_dir)
    return backup.take(url, folder, key=key, at=at, keys=keys, progress=progress)


def take_and_note(settings: Settings, *, at: datetime, progress: Progress = silent) -> Made:
    """Back up as `take`, and note it in a database of this version as that night's (C5)."""
    refuse_unfit(settings.database_url, settings.keys)
    made = take(settings, at=at, progress=progress)
    store = Store(make_engine(settings.database_url, key=settings.keys.now))
    try:
        if version(store.engine) == head():
            # It was made whether or not the busy database takes a note of it.
            with suppress(Refused), store.unit() as unit:
                _note(unit, made, night=last_night(at, zone=settings.zone, at=NIGHT))
                unit.commit()
    finally:
        store.close()
    return made


def verify(settings: Settings, file: Path, *, progress: Progress = silent) -> Contents:
    """Prove that a file can be restored; raises Refused saying what is wrong with it (C5)."""
    folder = Path(settings.backup_dir)
    url, key, keys = settings.database_url, settings.backup_key, settings.keys
    return backup.verify(url, file, key=key, folder=folder, keys=keys, progress=progress)


def restore(
    settings: Settings, file: Path, *, yes: bool, at: datetime, progress: Progress = silent
) -> Restored:
    """Put a backup in the place of the database, which is kept; `at` is now, UTC (C5).

    Raises Refused without `yes` where there is a database, while it is in use, and where the file
    can't be restored whole: then nothing has changed. Who was erased since stays so.
    """
    url, key, keys = settings.database_url, settings.backup_key, settings.keys
    folder = Path(settings.backup_dir)
    with carried_over(settings, at=at):
        return backup.restore(
            url, file, key=key, folder=folder, at=at, yes=yes, keys=keys, progress=progress
        )
