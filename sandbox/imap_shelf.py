"""The mails of one address as IMAP sees them: UIDs, marks, searches, parts."""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from threading import Lock

from sandbox.mailbox import Mailbox
from sandbox.mails import Mail

SEEN = "\\Seen"
BODY = re.compile(r"(BODY(?:\.PEEK)?)\[(HEADER)?\](?:<(\d+)\.(\d+)>)?", re.IGNORECASE)


class Refusal(Exception):
    """Raised with the server's own words for a command: NO …, BAD …."""


@dataclass(slots=True)
class Kept:
    """A mail with its UID and what was marked on it."""

    uid: int
    mail: Mail
    flags: set[str] = field(default_factory=set)

    @property
    def raw(self) -> bytes:
        """The mail with the ends of lines that IMAP wants."""
        return self.mail.raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    @property
    def came(self) -> datetime:
        """When it arrived, UTC."""
        return datetime.fromtimestamp(self.mail.at, UTC)

    def literal(self, body: re.Match[str]) -> bytes:
        """Return the part that BODY found, as IMAP sends it: name, length, bytes."""
        data, name = self.raw, f"BODY[{body[2] or ''}]"
        if body[2]:
            data = data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        if body[3] is not None:
            start, count = int(body[3]), int(body[4])
            name, data = f"{name}<{start}>", data[start : start + count]
        return f" {name} {{{len(data)}}}\r\n".encode() + data


class Shelf:
    """The mails to one address, and who may read them."""

    def __init__(self, mailbox: Mailbox, *, address: str, password: str) -> None:
        self.address, self.password = address, password
        self.validity = int(time.time())
        self._mailbox = mailbox
        self._kept: list[Kept] = []
        self._last_uid = 0
        self._lock = Lock()

    def mails(self) -> list[Kept]:
        """Return the mails that are there now, oldest first; each keeps its UID."""
        with self._lock:
            known = {id(one.mail): one for one in self._kept}
            there = self._mailbox.of(self.address)
            self._kept = [known.get(id(mail)) or self._new(mail) for mail in there]
            return list(self._kept)

    def _new(self, mail: Mail) -> Kept:
        self._last_uid += 1
        return Kept(self._last_uid, mail)


def matching(kept: Iterable[Kept], words: list[str]) -> list[Kept]:
    """Return the mails that fit search keys; raises Refusal for a key that is not known."""
    found, keys = list(kept), iter(words)
    for key in keys:
        match key.upper():
            case "ALL":
                pass
            case "SEEN":
                found = [one for one in found if SEEN in one.flags]
            case "UNSEEN":
                found = [one for one in found if SEEN not in one.flags]
            case "UID":
                wanted = next(keys, "")
                found = [one for one in found if is_in_set(one.uid, wanted)]
            case "SINCE":
                since = _day(next(keys, ""))
                found = [one for one in found if one.came.date() >= since]
            case _:
                raise Refusal(f"BAD unknown search key {key}")
    return found


def is_in_set(uid: int, wanted: str) -> bool:
    """Say whether a UID is in a set such as ``1,5:9,12:*``; raises Refusal when it is none."""
    for part in wanted.split(","):
        first, colon, last = part.partition(":")
        last = last if colon else first
        if not first.isdecimal() or not (last.isdecimal() or last == "*"):
            raise Refusal("BAD no such set")
        if int(first) <= uid and (last == "*" or uid <= int(last)):
            return True
    return False


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%d-%b-%Y").replace(tzinfo=UTC).date()
    except ValueError:
        raise Refusal("BAD no such day") from None
