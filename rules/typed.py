"""What a person typed in Slack, as they meant it: without Slack's marks."""

import html
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

_TOKEN = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SCHEMES: Final = ("mailto:", "tel:")


def as_typed(text: str, *, names: Mapping[str, str]) -> str:
    """Give a message's text as its writer sees it (C4).

    A link is its label, a mention its name by `names` (Slack ids), Slack's escapes are undone;
    lines stay lines, and what no database keeps is left out.
    """
    read = _TOKEN.sub(lambda found: _read(found, names), text)
    kept = unicodedata.normalize("NFC", _UNSTORABLE.sub("", html.unescape(read)))
    return "\n".join(line for line in map(_trimmed, kept.splitlines()) if line)


def _read(found: re.Match[str], names: Mapping[str, str]) -> str:
    mark, target, label = found[1], found[2], found[3] or ""
    if mark == "@":
        return f"@{names.get(target) or label or target}"
    if mark:
        sign = "#" if mark == "#" else ""
        return sign + (label or ("@" if mark == "!" else "") + target)
    scheme = next((one for one in _SCHEMES if target.startswith(one)), "")
    return label or target.removeprefix(scheme)


def _trimmed(line: str) -> str:
    return " ".join(line.split())
