"""The playbook as data and as lines that a person edits: what its file would say (L1.2)."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date, time
from decimal import Decimal
from typing import Any

from rules.hours import DayWindow
from rules.playbook import Playbook
from rules.playbook_file import taken
from rules.playbook_keys import KEYS, LISTS
from rules.time_values import WEEKDAYS

Data = dict[str, Any]
_WHOLE = re.compile(r"[+-]?\d{1,9}")
_QUOTES = "\"'“”״"
_SPLIT = re.compile(r"[,;\n]")


def data_of(playbook: Playbook) -> Data:
    """Give a playbook as plain data that JSON can hold and `read_playbook` reads back alike."""
    sections: Data = {
        name: {key: _value(playbook, spec.target) for key, spec in keys.items()}
        for name, keys in KEYS.items()
    }
    lists = {
        name: [row_of(name, item) for item in taken(playbook, spec.target)]
        for name, spec in LISTS.items()
    }
    return sections | lists


def row_of(name: str, item: object) -> Data:
    """Give one entry of a `[[list]]`: its own keys, and what differs from their defaults."""
    told_apart = LISTS[name].told_apart
    defaults = {one.name: one.default for one in fields(LISTS[name].made)}
    values = {key: getattr(item, key) for key in LISTS[name].keys}
    return {
        key: _plain(value)
        for key, value in values.items()
        if key in told_apart
        or (value != defaults[key] and (defaults[key] is not MISSING or value != {}))
    }


def _value(playbook: Playbook, target: str) -> Any:  # noqa: ANN401 - as its key says
    value = taken(playbook, target)
    return WEEKDAYS[value] if target == "digest_weekday" else _plain(value)


def _plain(value: Any) -> Any:  # noqa: ANN401 - likewise
    if isinstance(value, DayWindow):
        return f"{value.start:%H:%M}-{value.end:%H:%M}"
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, time):
        return value.isoformat("auto" if value.second or value.microsecond else "minutes")
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else _simple(value)


def _simple(value: Any) -> Any:  # noqa: ANN401 - likewise
    return value if type(value) in {int, float, bool} else str(value)


def line_of(value: Any) -> str:  # noqa: ANN401 - likewise
    """Give a value of the data as a line: 'now, 30m, 2h', 'cold = required, warm = assumed'."""
    if isinstance(value, list):
        return ", ".join(map(line_of, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {line_of(inner)}" for name, inner in value.items())
    return str(value)


def read_line(line: str, *, like: Any) -> Any:  # noqa: ANN401 - likewise
    """Read a line that a person wrote into data of the same shape as `like`.

    What can't be read so comes back as its text: the reader of the key then says what is allowed.
    """
    text = line.strip()
    if isinstance(like, list):
        parts = _parts(text.removeprefix("[").removesuffix("]"))
        return [read_line(part, like=like[0] if like else "") for part in parts]
    if isinstance(like, Mapping):
        return _table(text, like=next(iter(like.values()), ""))
    if isinstance(like, int | float):
        return _number(text, whole=isinstance(like, int))
    return text.strip(_QUOTES)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _SPLIT.split(text) if part.strip()]


def _table(text: str, *, like: object) -> Any:  # noqa: ANN401 - likewise
    pairs = [part.partition("=") for part in _parts(text.strip("{}"))]
    if not all(mark for _, mark, _ in pairs):
        return text
    return {name.strip(f"{_QUOTES} "): read_line(value, like=like) for name, _, value in pairs}


def _number(text: str, *, whole: bool) -> Any:  # noqa: ANN401 - likewise
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        return text if whole else float(text)
    except ValueError:
        return text
