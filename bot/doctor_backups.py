"""The doctor's look at backups: the newest that was proved, and whether it is sealed (C5)."""

from datetime import datetime, timedelta
from pathlib import Path

from bot.backups import Proved, proved
from bot.doctor import Finding
from bot.settings import Settings
from bot.views.backups import size
from storage.cipher import file_of
from storage.resealing import left_beside
from storage.store import Store

OLD = timedelta(hours=36)


def backup_findings(settings: Settings, store: Store, *, now: datetime) -> list[Finding]:
    """Name the age of the newest proved backup, and what is amiss; `now` is UTC (C5)."""
    left = _left(settings)
    found = proved(store)
    text = "BACKUP_KEY is empty: whoever can read BACKUP_DIR can read every lead in it"
    unsealed = [] if settings.backup_key else [Finding("backups", good=None, text=text)]
    if found is None:
        text = "none was proved yet: the running bot makes one a day; `app.py backup` makes one now"
        return [Finding("backups", good=None, text=text), *unsealed, *left]
    return [_newest(settings, found, now), *unsealed, *left]


def _left(settings: Settings) -> list[Finding]:
    """Name old databases that a restore or a change of the key left beside this one (C5)."""
    file = file_of(settings.database_url)
    names = [one.name for one in left_beside(file)] if file else []
    if not names:
        return []
    text = f"{', '.join(names)}: old databases with customers' details; delete what you don't need"
    return [Finding("backups", good=None, text=text)]


def _newest(settings: Settings, found: Proved, now: datetime) -> Finding:
    hours = (now - found.at) / timedelta(hours=1)
    text = f"the newest proved one is {hours:.0f} h old: {found.file}, {size(found.size)}"
    if not (Path(settings.backup_dir) / found.file).is_file():
        text += f"; it is not in {settings.backup_dir}, here at least"
        return Finding("backups", good=None, text=text)
    if now - found.at > OLD:
        text += "; one is due each day: does the bot run, and what were managers told?"
        return Finding("backups", good=None, text=text)
    return Finding("backups", good=True, text=text)
