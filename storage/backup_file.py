"""The file of a backup: gzip in numbered frames, sealed by a key or by a digest (C5).

A frame is its length and its sealed bytes. A frame's number, and whether it is the last one, go
into its seal together with the header: what is cut, moved, repeated or changed is noticed. With a
key the seal is AES-256-GCM, the key by scrypt from BACKUP_KEY and the file's own salt; without
one it is a SHA-256, against accidents alone. The last frame says what the backup holds.
"""

import gzip
import hashlib
import hmac
import io
import json
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from rules.refusals import Refused

MAGIC = b"LEAD DESK BACKUP 1\n"
_HEADER = struct.Struct(f">{len(MAGIC)}s?16s16s")
_LENGTH = struct.Struct(">I")
CHUNK, LARGEST = 1 << 20, (1 << 26)
COST = {"n": 1 << 15, "r": 8, "p": 1, "maxmem": 1 << 26, "dklen": 48}

Progress = Callable[[str, float], None]
"""Is told the name of a step, and the share of it that is done."""


@dataclass(frozen=True, slots=True)
class Part:
    """One table as it was: its rows, their checksum; columns and bytes where it is a text."""

    name: str
    rows: int
    digest: str
    columns: tuple[str, ...] = ()
    size: int = 0


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds: which database, of which version, at which moment (UTC)."""

    dialect: str
    version: str
    at: datetime
    parts: tuple[Part, ...]
    counters: dict[str, tuple[int, bool]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All rows of all tables."""
        return sum(one.rows for one in self.parts)


def first_line(fault: BaseException | None) -> str:
    """Give what a database said of a fault; the lines after the first may hold people's data."""
    return (str(fault).splitlines() or [type(fault).__name__])[0][:200]


class _Seal:
    """Seals frames and opens them again."""

    def __init__(self, header: bytes, secret: bytes) -> None:
        self._header, self._cipher, self.extra = header, None, 32
        if secret:
            # Slow to import, and needed only where there is a key.
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

            self._cipher, self.extra = AESGCM(secret), 16

    def close(self, data: bytes, number: int, *, last: bool) -> bytes:
        place = struct.pack(">QI", number, last)
        if self._cipher:
            return self._cipher.encrypt(place, data, self._header)
        return hashlib.sha256(self._header + place + data).digest() + data

    def open(self, sealed: bytes, number: int, *, last: bool) -> bytes | None:
        """Give a frame's bytes, None where it is not that one."""
        place = struct.pack(">QI", number, last)
        if not self._cipher:
            data = sealed[32:]
            whole = hashlib.sha256(self._header + place + data).digest() == sealed[:32]
            return data if whole else None
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above

        try:
            return self._cipher.decrypt(place, sealed, self._header)
        except InvalidTag:
            return None


def _derived(key: str, salt: bytes) -> tuple[bytes, bytes]:
    """Give the cipher's key, and by what a wrong one is told from a damaged file."""
    made = hashlib.scrypt(key.encode(), salt=salt, **COST)
    return made[:32], made[32:]


class Writer(io.RawIOBase):
    """Takes the gzip's bytes, and writes them by the frame."""

    def __init__(self, file: BinaryIO, *, key: str) -> None:
        self._file, self._number, self._waiting = file, 0, bytearray()
        salt = os.urandom(16)
        secret, check = _derived(key, salt) if key else (b"", bytes(16))
        header = _HEADER.pack(MAGIC, bool(key), salt, check)
        self._seal = _Seal(header, secret)
        file.write(header)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        while len(self._waiting) >= CHUNK:
            self._frame(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def end(self, contents: Contents) -> None:
        """Write what is left, and what the whole is."""
        if self._waiting:
            self._frame(bytes(self._waiting), last=False)
        self._frame(json.dumps(asdict(contents), default=str).encode(), last=True)

    def _frame(self, data: bytes, *, last: bool) -> None:
        sealed = self._seal.close(data, self._number, last=last)
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._number += 1


@contextmanager
def writing(file: BinaryIO, *, key: str) -> Iterator[tuple[BinaryIO, Callable[[Contents], None]]]:
    """Write a backup: give where its bytes go, and what ends it; then it is on the disk (C5)."""
    frames = Writer(file, key=key)
    packed: Any = gzip.GzipFile(fileobj=frames, mode="wb", compresslevel=6, mtime=0)

    def end(contents: Contents) -> None:
        packed.close()
        frames.end(contents)
        file.flush()
        os.fsync(file.fileno())

    yield packed, end


def frames(file: io.BufferedReader, *, key: str) -> Iterator[tuple[bytes, bool]]:
    """Give the frames of a backup with whether each is the last; raises Refused at the first fault.

    Nothing after the last frame is allowed, nor its lack.
    """
    seal, number = _opened(file, key), 0
    while True:
        (length,) = _LENGTH.unpack(_exactly(file, _LENGTH.size))
        if not seal.extra <= length <= LARGEST:
            raise Refused("backup.damaged")
        sealed = _exactly(file, length)
        after = file.peek(1)[:1]
        data = seal.open(sealed, number, last=not after)
        if data is None:
            raise Refused("backup.damaged")
        yield data, not after
        if not after:
            return
        number += 1


def _opened(file: BinaryIO, key: str) -> _Seal:
    header = file.read(_HEADER.size)
    if not header:
        raise Refused("backup.empty")
    if header[: len(MAGIC)] != MAGIC[: len(header)]:
        raise Refused("backup.not_one")
    if len(header) < _HEADER.size or header[len(MAGIC)] > 1:
        raise Refused("backup.damaged")
    _, sealed, salt, check = _HEADER.unpack(header)
    if not sealed:
        return _Seal(header, b"")
    if not key:
        raise Refused("backup.needs_key")
    secret, own = _derived(key, salt)
    if not hmac.compare_digest(own, check):
        raise Refused("backup.wrong_key")
    return _Seal(header, secret)


def _exactly(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) < count:
        raise Refused("backup.damaged")
    return data


def contents_of(path: Path, *, key: str, progress: Progress) -> Contents:
    """Read a backup from its first byte to its last, and give what it holds (C5).

    Raises Refused for what is no backup, is damaged, or has another key.
    """
    size, done, data = path.stat().st_size or 1, 0, b""
    with path.open("rb") as file:
        for data, _last in frames(file, key=key):
            done += len(data)
            progress("read", min(1.0, done / size))
    try:
        return _contents(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused("backup.damaged") from None


def _contents(said: dict[str, Any]) -> Contents:
    parts = [Part(**one | {"columns": tuple(one["columns"])}) for one in said["parts"]]
    counters = {name: (value, called) for name, (value, called) in said["counters"].items()}
    at = datetime.fromisoformat(said["at"])
    return Contents(str(said["dialect"]), str(said["version"]), at, tuple(parts), counters)


class _Reader(io.RawIOBase):
    """Gives the frames' bytes to the gzip, without the last frame."""

    def __init__(self, file: io.BufferedReader, *, key: str) -> None:
        self._frames, self._left = frames(file, key=key), b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._left:
            data, last = next(self._frames, (b"", True))
            if last:
                return 0
            self._left = data
        given = self._left[: len(into)]
        into[: len(given)] = given
        self._left = self._left[len(given) :]
        return len(given)


@contextmanager
def reading(path: Path, *, key: str) -> Iterator[BinaryIO]:
    """Give the bytes that were backed up; raises Refused where they are damaged (C5)."""
    with path.open("rb") as file:
        packed: Any = gzip.GzipFile(fileobj=io.BufferedReader(_Reader(file, key=key), CHUNK))
        try:
            yield packed
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise Refused("backup.damaged") from None
