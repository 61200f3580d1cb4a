"""Values of the playbook, each read by a small function that says what is allowed."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from rules.allowed import NotAllowed
from rules.fields import FIELDS
from rules.words import Kind, Layer, Tier

Reader = Callable[[Any], Any]
STYLES = ("relationship", "one_call")
STEPS = ("nag", "move", "manager")
MODES = ("auto", "on", "off")
MATCHES = ("language", "region", "product", "age", "interests")
CONSENTS = ("assumed", "required")
WEEKLY = ("shabbat", "none")
MOST, LONGEST, LONGEST_TEXT = 100_000, 300, 10_000
MOST_TIMES, HIGHEST_LATITUDE, HIGHEST_LONGITUDE = 100, 65, 180


def text(value: object) -> str:
    """Read a text."""
    if not isinstance(value, str) or len(value) > LONGEST:
        raise NotAllowed("text")
    return value


def long_text(value: object) -> str:
    """Read a text of several lines."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise NotAllowed("long_text", most=LONGEST_TEXT)
    return value


def texts(value: object) -> tuple[str, ...]:
    """Read a list of texts."""
    if not isinstance(value, list):
        raise NotAllowed("texts")
    return tuple(text(one) for one in value)


def count(value: object) -> int:
    """Read a whole number that is not negative."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST:
        raise NotAllowed("count")
    return value


def some(value: object) -> int:
    """Read a whole number of at least one."""
    try:
        found = count(value)
    except ValueError:
        found = 0
    if not found:
        raise NotAllowed("some")
    return found


def counts(value: object) -> tuple[int, ...]:
    """Read whole numbers that rise."""
    if not isinstance(value, list) or not value:
        raise NotAllowed("counts")
    numbers = tuple(count(one) for one in value)
    if list(numbers) != sorted(set(numbers)):
        raise NotAllowed("rising")
    return numbers


def _number(value: object, *, low: float, high: float, allowed: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise NotAllowed(allowed)
    return float(value)


def part(value: object) -> float:
    """Read a part of one."""
    return _number(value, low=0, high=1, allowed="part")


def half(value: object) -> float:
    """Read a part of one, a half at most."""
    return _number(value, low=0, high=0.5, allowed="half")


def times(value: object) -> float:
    """Read how many times the mean."""
    return _number(value, low=0, high=MOST_TIMES, allowed="times")


def latitude(value: object) -> float:
    """Read degrees north; beyond 65 the sun does not set every day."""
    high = HIGHEST_LATITUDE
    return _number(value, low=-high, high=high, allowed="latitude")


def longitude(value: object) -> float:
    """Read degrees east."""
    high = HIGHEST_LONGITUDE
    return _number(value, low=-high, high=high, allowed="longitude")


def margin(value: object) -> Decimal:
    """Read the part of a price that is earned."""
    part(value)
    return Decimal(str(value))


def money(value: object) -> Decimal:
    """Read an amount of money, in the main unit."""
    _number(value, low=0, high=MOST * 100, allowed="money")
    return Decimal(str(value))


def rate(value: object) -> Decimal:
    """Read what one currency is worth in another."""
    found = _number(value, low=0, high=MOST, allowed="rate")
    if not found:
        raise NotAllowed("rate")
    return Decimal(str(value))


def one_of(*allowed: str) -> Reader:
    """Make a reader that takes one of these."""

    def read(value: object) -> str:
        if value not in allowed:
            named = ", ".join(one or '""' for one in allowed)
            raise NotAllowed("one_of", named=named)
        return str(value)

    return read


def currency(value: object) -> str:
    """Read an ISO 4217 code."""
    if not isinstance(value, str) or not re.fullmatch("[A-Za-z]{3}", value):
        raise NotAllowed("currency")
    return value.upper()


def currency_or_none(value: object) -> str:
    """Read an ISO 4217 code, or "" for the usual one."""
    return "" if value == "" else currency(value)


def kind(value: object) -> Kind:
    """Read a kind of lead."""
    return Kind(one_of(*Kind)(value))


def tier(value: object) -> Tier:
    """Read a tier."""
    return Tier(one_of(*Tier)(value))


def some_of(*allowed: str) -> Reader:
    """Make a reader that takes a list of some of these, none of them too."""

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not set(map(str, value)) <= set(allowed):
            raise NotAllowed("some_of", named=", ".join(allowed))
        return tuple(dict.fromkeys(map(str, value)))

    return read


def tiers(value: object) -> tuple[Tier, ...]:
    """Read some tiers, or none."""
    return tuple(map(Tier, some_of(*Tier)(value)))


def yes_or_no(value: object) -> bool:
    """Read whether something holds."""
    if not isinstance(value, bool):
        raise NotAllowed("yes_or_no")
    return value


def layers(value: object) -> tuple[Layer, ...]:
    """Read which messages."""
    return tuple(Layer(one_of(*Layer)(one)) for one in texts(value))


def by_kind(read: Reader) -> Reader:
    """Make a reader of a table with a value for kinds of lead."""

    def read_all(value: object) -> dict[Kind, Any]:
        if not isinstance(value, Mapping) or not set(value) <= set(Kind):
            raise NotAllowed("by_kind", named=", ".join(Kind))
        return {Kind(name): read(one) for name, one in value.items()}

    return read_all


def by_country(read: Reader) -> Reader:
    """Make a reader of a table with a value for countries (ISO 3166)."""

    def read_all(value: object) -> dict[str, Any]:
        named = isinstance(value, Mapping) and all(re.fullmatch("[A-Z]{2}", one) for one in value)
        if not isinstance(value, Mapping) or not named:
            raise NotAllowed("by_country")
        return {name: read(_numeric(one)) for name, one in value.items()}

    return read_all


def _numeric(value: object) -> object:
    """Give a number that a person wrote as text; anything else as it is."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def field_map(value: object) -> dict[str, str]:
    """Read a source's own names for fields."""
    if not isinstance(value, dict) or not set(map(str, value.values())) <= FIELDS:
        raise NotAllowed("field_map")
    return {str(name): str(meant) for name, meant in value.items()}
