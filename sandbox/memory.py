"""What a sandbox remembers between runs, in a folder: one JSON file and the uploaded files."""

import json
import logging
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from sandbox.mailbox import Mailbox
from sandbox.mails import Mail
from sandbox.phone import PhoneNetwork
from sandbox.phone_rest import Sms
from sandbox.reading import Json
from sandbox.records import Channel, Message, View, moment_of
from sandbox.state import World
from sandbox.thaw import Unreadable, thawed

log = logging.getLogger(__name__)

NAME, FILES = "sandbox.json", "files"
FORMAT = 1
_SAVING = Lock()


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail as plain data: its bytes stand as Latin-1."""

    sender: str
    recipients: tuple[str, ...]
    raw: str
    at: float


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Everything that is kept, as it stands in the file."""

    format: int
    channels: list[Channel]
    ephemerals: dict[str, list[Message]]
    homes: dict[str, View]
    marks: dict[str, dict[str, str]]
    files: dict[str, Json]
    last_ts: int
    sms: list[Sms]
    opted_out: list[str]
    letters: list[Letter]


def save(folder: Path, *, world: World, phones: PhoneNetwork, mailbox: Mailbox) -> None:
    """Keep what people would miss after a restart; raises OSError.

    Open modals and tokens are not kept. A save that is cut off leaves the last one whole.
    """
    with _SAVING:
        kept, contents = _snapshot(world=world, phones=phones, mailbox=mailbox)
        _write_files(folder / FILES, contents)
        write_json(folder / NAME, kept)
        _drop_files(folder / FILES, contents)


def load(folder: Path, *, world: World, phones: PhoneNetwork, mailbox: Mailbox) -> bool:
    """Bring back what was saved; False when there is nothing or it cannot be read.

    A file that cannot be read is set aside as ``sandbox.damaged-….json``, and nothing of it is
    brought back.
    """
    path = folder / NAME
    try:
        kept = _read(path)
        mails = [_mail(letter) for letter in kept.letters]
    except FileNotFoundError:
        return False
    except (OSError, ValueError, RecursionError) as fault:
        _set_aside(path, fault)
        return False
    _restore_world(world, kept, _read_files(folder / FILES, kept.files))
    phones.restore(messages=kept.sms, opted_out=kept.opted_out)
    mailbox.restore(mails)
    return True


def write_json(path: Path, value: Any) -> None:
    """Write plain data or records as JSON, whole or not at all; raises OSError."""
    _write(path, json.dumps(value, default=vars).encode())


def _snapshot(
    *, world: World, phones: PhoneNetwork, mailbox: Mailbox
) -> tuple[Kept, Mapping[str, bytes]]:
    sms, opted_out = phones.traffic, sorted(phones.opted_out)
    letters = [_letter(mail) for mail in mailbox.mails]
    with world.lock:
        kept = Kept(
            format=FORMAT,
            channels=[_copy(channel) for channel in world.channels.values()],
            ephemerals={user: list(rows) for user, rows in world.ephemerals.items()},
            homes=dict(world.homes),
            marks={user: dict(marks) for user, marks in world.marks.items()},
            files={name: dict(entry) for name, entry in world.files.items()},
            last_ts=world.last_ts,
            sms=sms,
            opted_out=opted_out,
            letters=letters,
        )
        return kept, dict(world.contents)


def _copy(channel: Channel) -> Channel:
    return replace(
        channel,
        members=list(channel.members),
        messages=list(channel.messages),
        pins=list(channel.pins),
    )


def _letter(mail: Mail) -> Letter:
    raw = mail.raw.decode("latin-1")
    return Letter(sender=mail.sender, recipients=mail.recipients, raw=raw, at=mail.at)


def _mail(letter: Letter) -> Mail:
    raw = letter.raw.encode("latin-1")
    return Mail(sender=letter.sender, recipients=letter.recipients, raw=raw, at=letter.at)


def _read(path: Path) -> Kept:
    kept: Kept = thawed(Kept, path.read_bytes())
    if kept.format != FORMAT:
        raise Unreadable(f"format {FORMAT} is expected")
    rows = (*(c.messages for c in kept.channels), *kept.ephemerals.values())
    marks = (ts for places in kept.marks.values() for ts in places.values())
    for ts in (*(m.ts for messages in rows for m in messages), *marks):
        moment_of(ts)
    if not all(name.isalnum() for name in kept.files):
        raise Unreadable("a file's id is letters and digits")
    return kept


def _restore_world(world: World, kept: Kept, contents: dict[str, bytes]) -> None:
    with world.lock:
        world.channels.update({channel.id: channel for channel in kept.channels})
        world.ephemerals, world.marks = kept.ephemerals, kept.marks
        world.homes, world.files, world.contents = kept.homes, kept.files, contents
        world.last_ts = max(world.last_ts, kept.last_ts)
        world.touch()


def _read_files(folder: Path, names: Mapping[str, Any]) -> dict[str, bytes]:
    contents = {}
    for name in names:
        # A file whose bytes are gone is still named in its message.
        with suppress(OSError):
            contents[name] = (folder / name).read_bytes()
    return contents


def _write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    for name, content in contents.items():
        if not (folder / name).exists():
            _write(folder / name, content)


def _drop_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    for path in folder.glob("F*"):
        if path.name not in contents:
            path.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _set_aside(path: Path, fault: Exception) -> None:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    aside = path.with_name(f"sandbox.damaged-{stamp}.json")
    log.warning("%s cannot be read (%s) and is set aside", path.name, type(fault).__name__)
    with suppress(OSError):
        path.replace(aside)
