"""SQLite files encrypted whole by SQLCipher: their keys, and whether these fit (C5)."""

import hashlib
import os
import re
import secrets
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from rules.refusals import Refused

RAW = "raw:"
SHORTEST_KEY = 16
ROUNDS, LENGTH = 256_000, 32  # SQLCipher 4's own: its shell opens the file too
BUSY_SECONDS = 2.5
_QUIET = "PRAGMA cipher_log_level = NONE"  # it would write to the terminal


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """DATABASE_KEY, and the one before it; "" where there is none. Never in a representation."""

    now: str = ""
    before: str = ""

    def __repr__(self) -> str:
        return "Keys(...)"


OPEN = Keys()
"""No key: the file is plain SQLite."""


def read_key(value: str) -> str:
    """Read a key as it is set; raises ValueError saying what it must be."""
    if value.startswith(RAW):
        if not re.fullmatch(r"[0-9A-Fa-f]{64}", value.removeprefix(RAW)):
            raise ValueError(f"must have 64 hexadecimal digits after {RAW}")
        return value.lower()
    if value.startswith("x'"):
        raise ValueError(f"must not begin with x': a key in hexadecimal digits begins with {RAW}")
    if len(value) < SHORTEST_KEY:
        raise ValueError(f"must have at least {SHORTEST_KEY} characters")
    return value


def driver() -> Any:
    """Give SQLCipher's driver, loaded with the first key; raises Refused where it is missing."""
    try:
        from sqlcipher3 import dbapi2  # noqa: PLC0415 - a library of its own, only with a key
    except ImportError:
        raise Refused("cipher.no_driver") from None
    return dbapi2


def faults(kind: str = "Error") -> tuple[type[Exception], ...]:
    """Give what the drivers that are loaded raise: an `except` takes either's."""
    loaded = sys.modules.get("sqlcipher3.dbapi2")
    mine: type[Exception] = getattr(sqlite3, kind)
    return (mine, getattr(loaded, kind)) if loaded else (mine,)


def connect(file: Path, *, key: str) -> Any:
    """Open a file by SQLCipher's driver, without our pragmas; without a key it reads plain ones."""
    connection = driver().connect(str(file), timeout=BUSY_SECONDS, isolation_level=None)
    connection.execute(_QUIET)
    if key:
        connection.set_key(_secret(key))
    return connection


class Lock:
    """The key of one file's connections, made of the passphrase once: that takes 0.1 s."""

    def __init__(self, key: str) -> None:
        self._key, self._secret = key, _secret(key)

    def open(self, connection: Any) -> None:
        """Give a new connection its key; whether it fits is seen by the first read.

        The salt is asked of SQLCipher: to read it from the file would end this process's locks.
        """
        connection.execute(_QUIET)
        connection.set_key(self._secret)
        if self._secret == self._key:
            salt = connection.execute("PRAGMA cipher_salt").fetchone()[0]
            made = hashlib.pbkdf2_hmac(
                "sha512", self._key.encode(), bytes.fromhex(salt), ROUNDS, LENGTH
            )
            self._secret = f"x'{made.hex()}'"


def begin(file: Path, *, key: str) -> None:
    """Make an empty encrypted file where there is none.

    Two that did so at once in the same file would each write under a salt of their own.
    """
    if file.exists():
        return
    own = file.with_name(f"{file.name}.new-{secrets.token_hex(6)}")
    try:
        with closing(connect(own, key=key)) as connection:
            connection.execute("PRAGMA user_version = 0")
            connection.execute("VACUUM")
        _claim(own, file)
    finally:
        own.unlink(missing_ok=True)


def _claim(own: Path, file: Path) -> None:
    try:
        os.link(own, file)
    except FileExistsError:
        return
    except OSError:  # a disk that knows no links
        if not file.exists():
            own.replace(file)


def export(source: Any, into: Path, *, key: str) -> None:
    """Write the whole database of a connection into another file, under another key or none."""
    named = (str(into), _secret(key))
    source.execute("ATTACH ? AS fresh KEY ?", named)
    source.execute("BEGIN EXCLUSIVE")
    source.execute("SELECT sqlcipher_export('fresh')")
    source.execute("COMMIT")
    source.execute("DETACH fresh")


def key_of(file: Path, keys: Keys) -> str:
    """Give which key opens a file, "" for a plain one; a new file's is DATABASE_KEY.

    Only the driver that the desk itself uses looks: another in its process would end its locks.
    Raises Refused where neither does.
    """
    if is_blank(file):
        return keys.now
    given = [one for one in (keys.now, keys.before) if one]
    for key in (*given, ""):
        if _opens(file, key, sealed=bool(given)):
            return key
    raise Refused("cipher.wrong_key" if given else "cipher.no_key")


def refuse_unfit(url: str, keys: Keys) -> None:
    """Raise Refused where the SQLite file of an address is not one of DATABASE_KEY (C5)."""
    file = file_of(url)
    if file is None:
        return
    if keys.now:
        driver()
    if is_blank(file):
        return
    found = key_of(file, keys)
    if found == keys.now:
        return
    if not found:
        raise Refused("cipher.plain")
    raise Refused("cipher.old_key" if keys.now else "cipher.no_key")


def file_of(url: str) -> Path | None:
    """Give the file that an address names, None where it names a server."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite"
    return Path(parsed.database or "") if is_file else None


def is_blank(file: Path) -> bool:
    """Say whether there is nothing yet to be opened."""
    return not file.is_file() or file.stat().st_size == 0


def _opens(file: Path, key: str, *, sealed: bool) -> bool:
    opened = connect(file, key=key) if sealed else sqlite3.connect(file, timeout=BUSY_SECONDS)
    with closing(opened) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except faults("DatabaseError") as fault:
            if getattr(fault, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
                return False
            raise
    return True


def _secret(key: str) -> str:
    """Give a key as SQLCipher takes it."""
    return f"x'{key.removeprefix(RAW)}'" if key.startswith(RAW) else key
