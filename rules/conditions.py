"""Conditions on a lead, as a manager writes them: 'kind = referral', 'age >= 40' (C3, S)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import Any

from rules.allowed import NotAllowed
from rules.languages import main_language
from rules.lead import Lead
from rules.money import Money, decimal_amount
from rules.values import texts
from rules.words import Kind, PhoneType, Stage, Tier

_WORDS: Mapping[str, frozenset[str]] = {
    "kind": frozenset(Kind),
    "tier": frozenset(one.lower() for one in Tier),
    "stage": frozenset(Stage),
    "direction": frozenset(("incoming", "outgoing")),
    "phone_type": frozenset(PhoneType),
}
_TEXTS = (
    *("campaign", "vendor", "banner", "product", "language", "region", "city", "zone"),
    *("referrer", "phone", "email", "currency"),
)
_NUMBERS = ("age", "cost", "value", "attempts", "meetings", "passes")
_COUNTS = ("attempts", "meetings", "passes")
_LISTS = ("interests",)
NAMES = (*_WORDS, *_TEXTS, *_NUMBERS, *_LISTS, "extra.…")
_WRITTEN = re.compile(
    r"(?P<name>extra\.[^=!<>~]+?|[a-z_]+)\s*"
    r"(?P<sign><=|>=|!=|=|<|>|~|\bin\b|\bhas\b)\s*(?P<value>.*\S)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?")
_ORDER: Mapping[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_SIGNS = {
    "word": {"=", "!=", "in"},
    "text": {"=", "!=", "in", "~"},
    "number": {"=", "!=", "in", *_ORDER},
    "list": {"has"},
    "extra": {"=", "!=", "in", "~", "has", *_ORDER},
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: a field, a sign, and the values it is compared with, as they are compared."""

    name: str
    sign: str
    values: tuple[str, ...]

    @property
    def number(self) -> float | None:
        """The one value as a number, None where it is none."""
        return _number(self.values[0])


def conditions(value: object) -> tuple[str, ...]:
    """Read a list of conditions, which stay as they are written.

    Raises NotAllowed for one that can't be read, and for some of which no lead has all (C3).
    """
    written = texts(value)
    for one in written:
        if parse(one) is None:
            raise NotAllowed("condition", given=one, fields=", ".join(NAMES))
    if not _can_hold(_parsed(written)):
        raise NotAllowed("never", given=" + ".join(written))
    return written


def fits(written: tuple[str, ...], lead: Lead) -> bool:
    """Say whether all conditions hold for a lead; none hold for every lead (C3)."""
    return all(holds(one, lead) for one in _parsed(written))


def asked_of(written: Iterable[tuple[str, ...]]) -> set[str]:
    """Name the fields that conditions ask for, `extra.…` for a source's own column (C3)."""
    return {one.name for some in written for one in _parsed(some)}


def parse(written: str) -> Condition | None:
    """Read one condition; None where it is none."""
    match = _WRITTEN.fullmatch(written.strip())
    if not match:
        return None
    name, sign = match["name"].strip().lower(), match["sign"].lower()
    given = match["value"].split(",") if sign == "in" else [match["value"]]
    values = tuple(_compared(name, sign, one) for one in given)
    found = Condition(name, sign, values)
    return found if _is_known(found) else None


def holds(condition: Condition, lead: Lead) -> bool:
    """Say whether one condition holds; of what is not known of a lead only `!=` does."""
    return _takes(condition, _value(lead, condition.name))


@lru_cache(maxsize=4096)
def _parsed(written: tuple[str, ...]) -> tuple[Condition, ...]:
    return tuple(found for one in written if (found := parse(one)))


def _takes(one: Condition, value: object) -> bool:
    if one.sign in _ORDER:
        number, limit = _number(value), one.number
        return number is not None and limit is not None and _ORDER[one.sign](number, limit)
    if isinstance(value, tuple | list):
        return bool({_plain(item) for item in value} & set(one.values)) != (one.sign == "!=")
    text = _compared(one.name, one.sign, value)
    if one.sign == "~":
        return bool(text) and fnmatchcase(text, one.values[0])
    if one.sign == "has":
        return one.values[0] in text
    return (text in one.values) != (one.sign == "!=")


def _compared(name: str, sign: str, value: object) -> str:
    """Give a value as it is compared: 40 and '40.0' are one number, he and he-IL one language."""
    text = _plain(value)
    if name == "language" and sign != "~":
        return main_language(text)
    if name not in _NUMBERS or _number(text) is None:
        return text
    return f"{Decimal(text.replace(',', '')).normalize() + 0:f}"


def _plain(value: object) -> str:
    return str("" if value is None else value).strip().strip("\"'").casefold()


def _number(value: object) -> float | None:
    text = _plain(value).replace(",", "")
    return float(text) if _NUMBER.fullmatch(text) else None


def _value(lead: Lead, name: str) -> Any:  # noqa: ANN401 - whatever the field holds
    if name.startswith("extra."):
        return _extra(lead, name.removeprefix("extra."))
    if name == "value":
        return _extra(lead, "value")
    if name == "cost":
        minor = lead.cost_minor
        return None if minor is None else decimal_amount(Money(minor, lead.currency))
    return getattr(lead, {"phone": "phone_e164"}.get(name, name))


def _extra(lead: Lead, name: str) -> object:
    """Give what a source's own column says, however its name is written."""
    named = (value for key, value in lead.extra.items() if _plain(key) == name)
    return next(named, None)


def _is_known(one: Condition) -> bool:
    sort = _sort(one.name)
    if one.sign not in _SIGNS.get(sort, set()) or "" in one.values:
        return False
    if sort == "word":
        return set(one.values) <= _WORDS[one.name]
    needs_number = sort == "number" or one.sign in _ORDER
    return not needs_number or all(_number(value) is not None for value in one.values)


def _sort(name: str) -> str:
    if name.startswith("extra."):
        return "extra" if name.removeprefix("extra.") else ""
    sorts = {"word": _WORDS, "text": _TEXTS, "number": _NUMBERS, "list": _LISTS}
    return next((sort for sort, names in sorts.items() if name in names), "")


def takes_all(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Say whether `before` holds for every lead for which `after` does, as far as can be told (C3).

    What stands after such conditions is never reached.
    """
    known = _by_name(_parsed(after))
    return all(_follows(one, known.get(one.name, [])) for one in _parsed(before))


def _by_name(found: Iterable[Condition]) -> dict[str, list[Condition]]:
    by_name: dict[str, list[Condition]] = {}
    for one in found:
        by_name.setdefault(one.name, []).append(one)
    return by_name


def _can_hold(found: Iterable[Condition]) -> bool:
    return all(_some_value(name, of_one) for name, of_one in _by_name(found).items())


def _some_value(name: str, of_one: Sequence[Condition]) -> bool:
    """Say whether a field can have a value that all its conditions take."""
    bounded = [*of_one, *_never_below(name, *_COUNTS, "age")]
    values = _values(name, bounded)
    return _meets(bounded) if values is None else bool(values)


def _never_below(name: str, *counts: str) -> list[Condition]:
    """Give what holds of a field that is never negative."""
    return [Condition(name, ">=", ("0",))] if name in counts else []


def _values(name: str, of_one: Sequence[Condition]) -> set[str] | None:
    """Give all values that a field's conditions leave it; None where they can't be listed."""
    named = [set(one.values) for one in of_one if one.sign in {"=", "in"}]
    among = named[0] if named else _WORDS.get(name)
    return None if among is None else {v for v in among if all(_takes(one, v) for one in of_one)}


def _follows(condition: Condition, known: Sequence[Condition]) -> bool:
    """Say whether a condition holds wherever those `known` of its field do.

    A column of a source's own may hold a list, of which several values are true at once.
    """
    name, sign = condition.name, condition.sign
    same = any(one.sign == sign and set(one.values) == set(condition.values) for one in known)
    if same or (sign == "in" and _some_named(condition, known)):
        return True
    if _sort(name) in {"extra", "list"}:
        return False
    bounded = [*known, *_never_below(name, *_COUNTS)]
    values = _values(name, bounded)
    if values is not None:
        return all(_takes(condition, value) for value in values)
    return sign in _ORDER and any(_is_within(one, condition) for one in bounded)


def _some_named(wide: Condition, known: Sequence[Condition]) -> bool:
    return any(one.sign in {"=", "in"} and set(one.values) <= set(wide.values) for one in known)


def _is_within(bound: Condition, wide: Condition) -> bool:
    """Say whether every number within one bound lies within the other."""
    if bound.sign[0] != wide.sign[0] or bound.sign not in _ORDER:
        return False
    number, limit = bound.number or 0.0, wide.number or 0.0
    touches = number == limit and (wide.sign in {"<=", ">="} or bound.sign == wide.sign)
    return touches or _ORDER[wide.sign[0]](number, limit)


def _meets(bounds: Sequence[Condition]) -> bool:
    """Say whether a number lies within all bounds."""
    low = [(one.number or 0.0, one.sign == ">") for one in bounds if one.sign in {">", ">="}]
    high = [(one.number or 0.0, one.sign == "<") for one in bounds if one.sign in {"<", "<="}]
    if not low or not high:
        return True
    (least, open_low), (most, open_high) = max(low), min(high, key=lambda one: (one[0], not one[1]))
    return least < most or (least == most and not (open_low or open_high))
