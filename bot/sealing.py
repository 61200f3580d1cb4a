"""The database under a key, under another, and without one: what a terminal asks for (C5)."""

from datetime import datetime
from pathlib import Path

from bot.backups import silent
from bot.settings import Settings
from rules.refusals import Refused
from storage import resealing
from storage.backup_file import Progress
from storage.cipher import file_of, is_blank, key_of
from storage.resealing import Resealed


def encrypt(
    settings: Settings, *, yes: bool, at: datetime, progress: Progress = silent
) -> Resealed:
    """Encrypt a plain database under DATABASE_KEY; without `yes` it is only tried (C5).

    `at` is now, UTC. Raises Refused where it is encrypted already, or in use: nothing changes.
    """
    file, new = _file(settings), _key(settings)
    if key_of(file, settings.keys):
        raise Refused("cipher.encrypted")
    return resealing.reseal(file, old="", new=new, at=at, yes=yes, progress=progress)


def rekey(settings: Settings, *, yes: bool, at: datetime, progress: Progress = silent) -> Resealed:
    """Take a database from DATABASE_KEY_OLD to DATABASE_KEY; without `yes` it is only tried (C5).

    `at` is now, UTC. Raises Refused where it has the new key already, no key, or is in use.
    """
    file, new = _file(settings), _key(settings)
    old = key_of(file, settings.keys)
    if not old:
        raise Refused("cipher.plain")
    if old == new:
        raise Refused("cipher.has_key")
    return resealing.reseal(file, old=old, new=new, at=at, yes=yes, progress=progress)


def decrypt(
    settings: Settings, *, yes: bool, at: datetime, progress: Progress = silent
) -> Resealed:
    """Take the key off a database; without `yes` it is only tried (C5).

    `at` is now, UTC. Raises Refused where it has none, or is in use: nothing changes.
    """
    file = _file(settings)
    old = key_of(file, settings.keys)
    if not old:
        raise Refused("cipher.is_plain")
    return resealing.reseal(file, old=old, new="", at=at, yes=yes, progress=progress)


def _file(settings: Settings) -> Path:
    file = file_of(settings.database_url)
    if file is None:
        raise Refused("cipher.server")
    if is_blank(file):
        raise Refused("cipher.no_database", file=str(file))
    return file


def _key(settings: Settings) -> str:
    if not settings.keys.now:
        raise Refused("cipher.no_setting")
    return settings.keys.now
