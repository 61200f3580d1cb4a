"""The doctor's look at backups: the newest that was proved, and whether it is sealed (C5)."""

from datetime import datetime, timedelta
from pathlib import Path

from bot.backups import Proved, proved
from bot.doctor import Finding
from bot.settings import Settings
from bot.views.backups import size
from storage.store import Store

OLD = timedelta(hours=36)


def backup_findings(settings: Settings, store: Store, *, now: datetime) -> list[Finding]:
    """Name the age of the newest proved backup, and what is amiss; `now` is UTC (C5)."""
    found = proved(store)
    text = "BACKUP_KEY is empty: whoever can read BACKUP_DIR can read every lead in it"
    unsealed = [] if settings.backup_key else [Finding("backups", good=None, text=text)]
    if found is None:
        text = "none was proved yet: the running bot makes one a day; `app.py backup` makes one now"
        return [Finding("backups", good=None, text=text), *unsealed]
    return [_newest(settings, found, now), *unsealed]


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
