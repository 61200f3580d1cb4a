"""Which numbers may be taken for a phone where nothing says that they are one (C2)."""

import re

from rules.phones import Phone, plain
from rules.words import PhoneType

_DATE = re.compile(
    r"(?<![\d./-])(?:\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}([./-])\d{1,2}\2\d{1,2})"
    r"(?![./-]?\d)"
)
_FIRST = re.compile(r"[+\d]")
_CALLED = frozenset({PhoneType.MOBILE, PhoneType.OTHER})


def has_date(text: str) -> bool:
    """Say whether a text has a day in it: '25/12/2026', '31.12.26', '2026-12-25'."""
    return _DATE.search(plain(text)) is not None


def may_be_phone(text: str, read: Phone) -> bool:
    """Say whether a text that no label calls a phone may be one; `read` is how it was read.

    It begins with 0 or +, or is a valid number of a mobile; all else is an amount or a number of
    something. Never one with a day in it (C2).
    """
    if has_date(text):
        return False
    first = _FIRST.search(plain(text))
    return bool(first and first[0] in "+0") or (read.valid and read.type in _CALLED)
