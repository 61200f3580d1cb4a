"""A vendor's patterns for its mails: which may be written, and what they find (C2)."""

import re
import warnings
from collections.abc import Mapping
from functools import lru_cache

from rules.allowed import NotAllowed
from rules.fields import FIELDS

LONGEST_PATTERN, LONGEST_LINE, MOST_LINES = 200, 300, 500
_MOST_REPEATS, _MOST_CHOICES, _MOST_BLANKS = 2, 8, 8
_MOST_STEPS = 20 * LONGEST_LINE ** (1 + _MOST_REPEATS)
_PART = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<blanks>\\s[*+?][?+]?)|\\.", re.DOTALL)
_MANY_BLANKS = re.compile(r"(\s)\s+")
_GROUP = re.compile(r"\((?:\?:|\?P<\w+>)?")
_FIXED = re.compile(r"\{\d{1,3}\}")
_REPEATED = re.compile(r"[*+]|\{\d*,\d*\}")
_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{)")


def patterns(value: object) -> dict[str, str]:
    """Read a table of our fields with a pattern for each, in which what is in (…) is the value."""
    if not isinstance(value, Mapping) or not set(map(str, value)) <= FIELDS:
        raise NotAllowed("mail_patterns")
    if not all(isinstance(one, str) and is_safe(one) for one in value.values()):
        raise NotAllowed("mail_patterns")
    return {str(name): str(one) for name, one in value.items()}


def is_safe(pattern: str) -> bool:
    r"""Say whether a pattern can be read, and ends in time on whatever line a mail may hold.

    No group may repeat, nothing may look back or ahead, two parts at most repeat without a
    fixed count, and the more repeat, the fewer choices (`?`, `|`) stand beside. `\s*` is free.
    """
    if len(pattern) > LONGEST_PATTERN or re.search(r"\\[1-9]", pattern):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            re.compile(pattern)
    except (re.error, FutureWarning, OverflowError, RecursionError):
        return False
    bare, blanks = _bared(pattern)
    repeats, choices = _counted(bare)
    grouped = "(?" in bare or _REPEATED_GROUP.search(bare)
    fits = repeats <= _MOST_REPEATS and choices <= _MOST_CHOICES >> repeats
    return not grouped and fits and blanks <= _MOST_BLANKS


def _bared(pattern: str) -> tuple[str, int]:
    """Give a pattern with an 'x' for each letter that is written long, and its free blanks."""
    blanks = sum(bool(part["blanks"]) for part in _PART.finditer(pattern))
    short = _PART.sub(lambda part: "" if part["blanks"] else "x", pattern.removeprefix("(?i)"))
    bare = _GROUP.sub("(", short)
    return (bare if _REPEATED_GROUP.search(bare) else _FIXED.sub("", bare)), blanks


def _counted(bare: str) -> tuple[int, int]:
    """Count the parts that repeat, and the choices."""
    lazy = _REPEATED.sub("x*", bare).replace("*?", "*").replace("*+", "*")
    return lazy.count("*"), lazy.count("?") + lazy.count("|")


def matched(text: str, given: Mapping[str, str]) -> dict[str, str]:
    """Give the value of each field whose pattern some line of a mail fits, the first that does.

    `given` are patterns that `patterns` read. Of several blanks the first counts. Of a long mail
    the first lines count, the fewer the longer they are, of a long line its beginning.
    """
    found: dict[str, str] = {}
    left = _MOST_STEPS
    for whole in text.splitlines()[:MOST_LINES]:
        line = _MANY_BLANKS.sub(r"\1", whole[:LONGEST_LINE])
        for name in [one for one in given if one not in found]:
            sought, repeats = _compiled(given[name])
            left -= len(line) ** (1 + repeats)
            hit = sought.search(line) if left >= 0 else None
            value = (hit[1] if hit.re.groups else hit[0]) if hit else ""
            if value and value.strip():
                found[name] = value.strip()
    return found


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> tuple[re.Pattern[str], int]:
    """Give a pattern to look for, and how many of its parts repeat."""
    squeezed = _MANY_BLANKS.sub(r"\1", pattern)
    return re.compile(squeezed, re.IGNORECASE), _counted(_bared(pattern)[0])[0]
