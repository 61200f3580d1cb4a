"""The audit's lines, each sealed with the one before it, so that no change goes unseen (C5)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from rules.lead import Lead

FIELDS = (
    "stage",
    "owner",
    "pool",
    "passes",
    "tier_pin",
    "next_what",
    "next_at",
    "importance",
    "attempts",
    "last_outcome",
    "consent",
    "agreed",
    "opted_out",
    "email_ok",
    "closed_at",
)
"""What is told of a lead: its state; never its name, number, address or a word that was said."""
_HEAD = re.compile(r"(\d{1,12}):([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Head:
    """How many lines there were at one moment, and the last one's digest: what anchors them."""

    lines: int
    digest: str

    def __str__(self) -> str:
        """Write it as it is noted: COUNT:DIGEST."""
        return f"{self.lines}:{self.digest}"


def read_head(written: str) -> Head | None:
    """Read a head as it was noted, COUNT:DIGEST; None where it is none (C5)."""
    found = _HEAD.fullmatch(written.strip())
    return Head(int(found[1]), found[2]) if found else None


@dataclass(frozen=True, slots=True)
class Line:
    """Who did what, when (UTC), from where, and what it changed; "" is done by a rule.

    `subject` is "lead:123", "rep:U01" or "playbook".
    """

    at: datetime
    actor: str
    act: str
    subject: str
    origin: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def canonical(line: Line) -> str:
    """Write a line the one way in which it is sealed, whatever database kept it."""
    return _canonical(line, {})


def _canonical(line: Line, written: dict[int, str]) -> str:
    """Write a line; `written` has what it shares with others as one object, and learns of it."""
    was, now = id(line.before), id(line.after)
    before = written.get(was) or written.setdefault(was, _dumped(line.before))
    after = written.get(now) or written.setdefault(now, _dumped(line.after))
    actor, act, origin = _said(line.actor), _said(line.act), _said(line.origin)
    subject = _dumped(line.subject)
    return f"[{_written(line.at)},{actor},{act},{subject},{origin},{before},{after}]"


@lru_cache(maxsize=256)
def _said(word: str) -> str:
    return _dumped(word)


@lru_cache(maxsize=16)
def _written(at: datetime) -> str:
    return _dumped(at.astimezone(UTC).isoformat(timespec="microseconds"))


def sealed(former: str, line: Line) -> str:
    """Give a line's digest: SHA-256 of the one before it ("" for the first) and the line (C5)."""
    return _digest(former, canonical(line))


def seals(former: str, lines: Sequence[Line]) -> list[str]:
    """Give the digests of lines that follow on `former` and each other, as `sealed` does (C5)."""
    found, written = [former], dict[int, str]()
    for line in lines:
        found.append(_digest(found[-1], _canonical(line, written)))
    return found[1:]


def _digest(former: str, written: str) -> str:
    return sha256(f"{former}\n{written}".encode()).hexdigest()


def as_kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give values as a JSON column gives them back; moments become ISO 8601, sets sorted lists."""
    kept: dict[str, Any] = json.loads(_dumped(dict(values)))
    return kept


def changed(before: Lead, after: Lead) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what an act changed of a lead's state: the values before it and those after it."""
    names = [one for one in FIELDS if getattr(before, one) != getattr(after, one)]
    was = {name: getattr(before, name) for name in names}
    return was, {name: getattr(after, name) for name in names}


def _dumped(value: object) -> str:
    return _JSON.encode(value)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in the audit")


_JSON = json.JSONEncoder(default=_plain, sort_keys=True, separators=(",", ":"))
