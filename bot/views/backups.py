"""What is said of backups: on the terminal, and to managers when there is none (C5)."""

import json
from datetime import datetime

from bot.texts import Safe, Words
from bot.views.blocks import Message, only
from rules.effects import TellManagers
from storage.backup import Made, Restored
from storage.backup_file import Contents

KILO = 1000
UNITS = ("B", "kB", "MB", "GB", "TB")


def failed(told: TellManagers, words: Words) -> Message:
    """Tell managers that the night's backup was not made, why, and what to do."""
    about = json.loads(told.about)
    why = words.say(f"refusal.{about['key']}", **about["params"])
    last = words.say("backup.never")
    if about["last"]:
        last = words.say("backup.last", when=words.in_full(datetime.fromisoformat(about["last"])))
    return only(words.say("notice.backup_failed", why=why, last=last))


def made(found: Made, words: Words, *, sealed: bool) -> str:
    """Say where a backup is, that it was proved, and what protects it."""
    said = words.say(
        "backup.made",
        file=str(found.file),
        size=size(found.size),
        n=found.contents.rows,
        tables=len(found.contents.parts),
    )
    return said if sealed else words.lines(said, words.say("backup.open"))


def verified(found: Contents, words: Words) -> str:
    """Say that a backup can be restored, and of when it is."""
    when = words.in_full(found.at)
    return words.say("backup.verified", when=when, n=found.rows, version=found.version)


def restored(found: Restored, words: Words) -> str:
    """Say what stands in the database now, and where the old one is."""
    when = words.in_full(found.contents.at)
    said = words.say("backup.restored", when=when, n=found.contents.rows)
    if found.kept is None:
        return said
    return words.lines(said, words.say("backup.kept", file=str(found.kept)))


def size(count: int) -> Safe:
    """Give a file's size for people: 1.2 MB."""
    value, unit = float(count), 0
    while value >= KILO and unit < len(UNITS) - 1:
        value, unit = value / KILO, unit + 1
    return Safe(f"{value:.{1 if unit else 0}f} {UNITS[unit]}")
