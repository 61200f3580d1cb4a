"""Reading plain data back into records, strictly: what does not fit its type is refused."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints


class Unreadable(ValueError):
    """The data is not what its type says; the message names the type, never the data."""


def thawed(kind: Any, value: Any) -> Any:
    """Return JSON data as this type: a record, a container of types, or a plain type.

    Fields that a record does not know are left out. Raises Unreadable.
    """
    if kind is Any:
        return value
    if is_dataclass(kind):
        return _record(kind, _checked(dict, value))
    origin = get_origin(kind)
    if origin is UnionType:
        return None if value is None else thawed(get_args(kind)[0], value)
    if origin in (list, tuple):
        item = get_args(kind)[0]
        return origin([thawed(item, one) for one in _checked(list, value)])
    if origin is dict:
        item = get_args(kind)[1]
        return {name: thawed(item, one) for name, one in _checked(dict, value).items()}
    return _checked(kind, value)


def _record(kind: Any, value: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    known = {name: thawed(hints[name], value[name]) for name in hints if name in value}
    try:
        return kind(**known)
    except TypeError:
        raise Unreadable(f"{kind.__name__} lacks a field") from None


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


def _checked(kind: type, value: Any) -> Any:
    if kind is float and type(value) is int:
        return float(value)
    # Not isinstance: True is no number here.
    if type(value) is not kind:
        raise Unreadable(f"a {kind.__name__} is expected")
    return value
