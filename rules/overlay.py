"""What a manager changes in Slack: an overlay over the playbook's file (L1.2).

A key is 'plan.a' for a value of a section, or a list's name with what tells its entries apart:
'campaign:Facebook', 'template:sms_first:he:warm'. Such a value holds the fields that differ, and
None takes the whole entry away. All of it is plain data that JSON can hold.
"""

from collections.abc import Mapping
from typing import Any

from rules.playbook_keys import LISTS
from rules.written import Data

Overlay = Mapping[str, Any]


def merged(data: Mapping[str, Any], overlay: Overlay) -> Data:
    """Give parsed TOML with an overlay over it, for `read_playbook` to check as a whole."""
    whole: Data = dict(data)
    for key, value in overlay.items():
        name, inner = split(key)
        if name in LISTS:
            whole[name] = _with_entry(whole.get(name, []), name, inner, value)
        elif inner:
            whole[name] = _with_value(whole.get(name, {}), inner, value)
        else:
            whole[name] = value
    return whole


def split(key: str) -> tuple[str, str]:
    """Give the section or list that a key is in, and what it is there."""
    name, _, inner = key.partition(":")
    if name in LISTS:
        return name, inner
    section, _, inner = key.partition(".")
    return section, inner


def changed(overlay: Overlay, changes: Overlay) -> Data:
    """Give an overlay after changes; None takes a section's value back to the file's.

    A change of a list's entry says only its fields that change.
    """
    after = dict(overlay)
    for key, value in changes.items():
        is_entry = split(key)[0] in LISTS
        if value is None and not is_entry:
            after.pop(key, None)
        elif is_entry and isinstance(value, Mapping):
            after[key] = {**(after.get(key) or {}), **value}
        else:
            after[key] = value
    return after


def value_at(data: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - as its key says
    """Give what a playbook's data says at a key of an overlay; None where it says nothing."""
    name, inner = split(key)
    if name not in LISTS:
        return data.get(name, {}).get(inner)
    return next((row for row in data[name] if _mark(name, row) == _marks(name, inner)), None)


def key_of(name: str, row: Mapping[str, Any]) -> str:
    """Give the overlay's key of a list's entry."""
    return ":".join([name, *_mark(name, row)])


def _mark(name: str, row: Mapping[str, Any]) -> list[str]:
    return [str(row.get(key, "")) for key in LISTS[name].told_apart]


def _marks(name: str, inner: str) -> list[str]:
    size = len(LISTS[name].told_apart)
    parts = inner.split(":", size - 1)
    return parts + [""] * (size - len(parts))


def _with_value(section: Mapping[str, Any], key: str, value: Any) -> Data:  # noqa: ANN401
    before = section.get(key)
    both = isinstance(before, Mapping) and isinstance(value, Mapping)
    return {**section, key: {**before, **value} if both and before else value}


def _with_entry(rows: list[Any], name: str, inner: str, value: Any) -> list[Any]:  # noqa: ANN401
    marks = _marks(name, inner)
    before: Data = next((row for row in rows if _mark(name, row) == marks), {})
    kept = [row for row in rows if row is not before]
    if value is None:
        return kept
    if not isinstance(value, Mapping):
        return [*kept, value]
    if not before and value and not any(one is not None for one in value.values()):
        return kept
    told_apart = dict(zip(LISTS[name].told_apart, marks, strict=True))
    row = {**before, **told_apart, **value}
    return [*kept, {key: one for key, one in row.items() if one is not None}]
