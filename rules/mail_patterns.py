"""A vendor's patterns for its mails: which may be written, and what they find (C2)."""

import re
import warnings
from collections.abc import Mapping
from functools import lru_cache

from rules.allowed import NotAllowed
from rules.fields import FIELDS

LONGEST_PATTERN, LONGEST_LINE, MOST_LINES = 200, 300, 500
_MOST_REPEATS, _MOST_CHOICES = 2, 8
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
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
    """Say whether a pattern can be read, and ends in time on whatever line a mail may hold.

    No group may repeat, nothing may look back or ahead, two parts at most repeat without a
    fixed count.
    """
    if len(pattern) > LONGEST_PATTERN or re.search(r"\\[1-9]", pattern):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            re.compile(pattern)
    except (re.error, FutureWarning, OverflowError, RecursionError):
        return False
    bare = _GROUP.sub("(", _CLASS.sub("x", _ESCAPE.sub("x", pattern)))
    bare = bare if _REPEATED_GROUP.search(bare) else _FIXED.sub("", bare)
    lazy = _REPEATED.sub("x*", bare).replace("*?", "*").replace("*+", "*")
    choices = lazy.count("?") + lazy.count("|")
    grouped = "(?" in bare or _REPEATED_GROUP.search(bare)
    return not grouped and lazy.count("*") <= _MOST_REPEATS and choices <= _MOST_CHOICES


def matched(text: str, given: Mapping[str, str]) -> dict[str, str]:
    """Give the value of each field whose pattern some line of a mail fits, the first that does.

    `given` are patterns that `patterns` read. Of a long mail the first lines count, of a long
    line its beginning.
    """
    found: dict[str, str] = {}
    for line in text.splitlines()[:MOST_LINES]:
        for name, pattern in given.items():
            hit = None if name in found else _compiled(pattern).search(line[:LONGEST_LINE])
            value = (hit[1] if hit.re.groups else hit[0]) if hit else ""
            if value and value.strip():
                found[name] = value.strip()
    return found


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
