"""The small rules that Block Kit is made of: each looks at one value and names its faults.

A rule takes a value, a JSON pointer and the surface, and yields Slack-style sentences.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from re import Pattern
from typing import Any

Faults = Iterator[str]
Rule = Callable[[Any, str, str], Faults]


@dataclass(frozen=True, kw_only=True)
class Spec:
    """An object's fields: what may be there, what must be, and rules over several of them."""

    fields: Mapping[str, Rule]
    required: frozenset[str] = frozenset()
    checks: tuple[Rule, ...] = ()
    surfaces: frozenset[str] = field(
        default_factory=lambda: frozenset({"message", "modal", "home"})
    )


def at(pointer: str, sentence: str) -> str:
    """Return the sentence with its place, as Slack writes it."""
    return f"{sentence} [json-pointer:{pointer or '/'}]"


def anything(_value: Any, _pointer: str, _surface: str) -> Faults:
    """Accept every value."""
    yield from ()


def boolean(value: Any, pointer: str, _surface: str) -> Faults:
    """Accept true and false only."""
    if not isinstance(value, bool):
        yield at(pointer, "must be a boolean")


def string(
    *, most: int, least: int = 1, pattern: Pattern[str] | None = None, hint: str = "invalid format"
) -> Rule:
    """Return a rule for strings of ``least`` to ``most`` code points that match a pattern."""

    def check(value: Any, pointer: str, _surface: str) -> Faults:
        if not isinstance(value, str):
            yield at(pointer, "must be a string")
        elif len(value) < least:
            yield at(pointer, f"must be more than {least - 1} characters")
        elif len(value) > most:
            yield at(pointer, f"must be less than {most + 1} characters")
        elif pattern is not None and not pattern.fullmatch(value):
            yield at(pointer, hint)

    return check


def one_of(*allowed: str) -> Rule:
    """Return a rule for one of a few words."""

    def check(value: Any, pointer: str, _surface: str) -> Faults:
        if value not in allowed:
            yield at(pointer, f"must be one of: {', '.join(allowed)}")

    return check


def integer(*, least: int, most: int) -> Rule:
    """Return a rule for whole numbers from ``least`` to ``most``."""

    def check(value: Any, pointer: str, _surface: str) -> Faults:
        if isinstance(value, bool) or not isinstance(value, int):
            yield at(pointer, "must be an integer")
        elif not least <= value <= most:
            yield at(pointer, f"must be between {least} and {most}")

    return check


def items(rule: Rule, *, most: int, least: int = 1) -> Rule:
    """Return a rule for lists of ``least`` to ``most`` items that each obey a rule."""

    def check(value: Any, pointer: str, surface: str) -> Faults:
        if not isinstance(value, list | tuple):
            yield at(pointer, "must be an array")
            return
        if len(value) > most:
            yield at(pointer, f"no more than {most} items allowed")
        if len(value) < least:
            yield at(pointer, f"no fewer than {least} items allowed")
        for index, item in enumerate(value):
            yield from rule(item, f"{pointer}/{index}", surface)

    return check


def text(*, most: int, plain: bool = False, least: int = 1) -> Rule:
    """Return a rule for text objects: plain_text only, or mrkdwn too."""
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    words = string(most=most, least=least)

    def check(value: Any, pointer: str, surface: str) -> Faults:
        if not isinstance(value, Mapping):
            yield at(pointer, "must be an object")
            return
        yield from unknown_and_missing(value, pointer, allowed=_TEXT_KEYS, required=_TEXT_REQUIRED)
        if value.get("type") not in kinds:
            yield at(f"{pointer}/type", f"must be one of: {', '.join(kinds)}")
        if "emoji" in value and value.get("type") == "mrkdwn":
            yield at(pointer, "invalid additional property: emoji")
        if "text" in value:
            yield from words(value["text"], f"{pointer}/text", surface)

    return check


_TEXT_KEYS = frozenset({"type", "text", "emoji", "verbatim"})
_TEXT_REQUIRED = frozenset({"type", "text"})


def unknown_and_missing(
    value: Mapping[str, Any], pointer: str, *, allowed: frozenset[str], required: frozenset[str]
) -> Faults:
    """Yield a fault for each property that should not, or should, be there."""
    for name in sorted(set(value) - allowed):
        yield at(pointer, f"invalid additional property: {name}")
    for name in sorted(required - set(value)):
        yield at(pointer, f"missing required field: {name}")


def shape(spec: Spec) -> Rule:
    """Return a rule for an object with exactly the fields of a spec."""
    allowed = frozenset(spec.fields) | {"type"}

    def check(value: Any, pointer: str, surface: str) -> Faults:
        if not isinstance(value, Mapping):
            yield at(pointer, "must be an object")
            return
        yield from unknown_and_missing(value, pointer, allowed=allowed, required=spec.required)
        for name, rule in spec.fields.items():
            if name in value:
                yield from rule(value[name], f"{pointer}/{name}", surface)
        for whole in spec.checks:
            yield from whole(value, pointer, surface)

    return check


def by_type(table: Mapping[str, Spec], *, only: Sequence[str] | None = None) -> Rule:
    """Return a rule that finds an object's spec by its ``type``, among ``only`` some types."""
    allowed = frozenset(table if only is None else only)

    def check(value: Any, pointer: str, surface: str) -> Faults:
        if not isinstance(value, Mapping):
            yield at(pointer, "must be an object")
            return
        kind = value.get("type")
        if kind not in allowed or surface not in table[kind].surfaces:
            yield at(f"{pointer}/type", f"unsupported type: {kind}")
            return
        yield from shape(table[kind])(value, pointer, surface)

    return check
