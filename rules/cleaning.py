"""What strangers write, made fit to be kept and shown."""

import re
import unicodedata
from collections.abc import Mapping
from math import isfinite

LENGTH = 300
MOST = 100
_DEEPEST = 8
_UNPRINTABLE = {"Cc", "Cs", "Cn", "Co"}
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_text(value: str, *, length: int = LENGTH) -> str:
    """Strip control characters and lone surrogates, fold white space, cut to `length`."""
    cut = value[: length * 4]
    kept = cut if cut.isprintable() else _shown(cut)
    folded = re.sub(r" {2,}", " ", kept) if "  " in kept else kept
    return folded.strip()[:length]


def _shown(text: str) -> str:
    return "".join(
        " " if char.isspace() else char for char in text if char.isspace() or _shows(char)
    )


def _shows(char: str) -> bool:
    return char not in _TURNING and unicodedata.category(char) not in _UNPRINTABLE


def clean_json(value: object, *, depth: int = 0) -> object:
    """Clean every text in a JSON value, bounded in depth and in keys a level."""
    if isinstance(value, str):
        return clean_text(value, length=3000)
    if depth >= _DEEPEST:
        return None
    if isinstance(value, Mapping):
        pairs = list(value.items())[:MOST]
        return {clean_text(str(key)): clean_json(one, depth=depth + 1) for key, one in pairs}
    if isinstance(value, list):
        return [clean_json(one, depth=depth + 1) for one in value[:MOST]]
    finite = isinstance(value, float) and isfinite(value)
    return value if finite or isinstance(value, int | bool | None) else clean_text(str(value))
