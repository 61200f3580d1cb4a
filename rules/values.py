"""Values of the playbook, each read by a small function that says what is allowed."""

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from rules.cadence import PARTS, Slot, plan_of
from rules.fields import FIELDS
from rules.hours import DayWindow, read_week, read_window
from rules.words import Kind, Layer, Tier

Reader = Callable[[Any], Any]
# What is allowed, for who reads the file's faults; Slack's readers have it in their own texts.
SENTENCES = {
    "text": "a text in quotes",
    "long_text": "a text in quotes, {most} letters at most",
    "texts": 'a list of texts such as ["a", "b"]',
    "count": "a whole number of 0 or more",
    "some": "a whole number of 1 or more",
    "counts": "a list of whole numbers, such as [0, 10]",
    "rising": "whole numbers that rise, such as [0, 10]",
    "part": "a part between 0 and 1, such as 0.4",
    "times": "a number such as 2.0",
    "latitude": "degrees north, -65 to 65, such as 31.778",
    "longitude": "degrees east, -180 to 180",
    "money": "an amount such as 12.50",
    "window": 'hours such as "09:00-20:00"',
    "plan": 'a list that begins with "now" and goes on with times after the attempt before ("30m",'
    ' "2h"), days after the first that rise ("day 3", "day 5 evening") or "next morning";'
    " parts of a day are {parts}",
    "one_of": "one of {named}",
    "some_of": "a list of some of {named}, or []",
    "week": 'working hours such as "Sun-Thu 18:00-22:00, Fri 09:00-13:00"',
    "zone": "a time zone such as Asia/Jerusalem",
    "currency": "three letters such as ILS",
    "clock": 'an hour such as "09:00"',
    "by_kind": "a table with a value for each of {named}",
    "yes_or_no": "true or false",
    "condition": 'conditions such as "age >= 40", of one of {fields}; {given} is none',
    "never": "conditions that one lead can have together, unlike {given}",
    "dates": "a list of dates such as [2026-12-25]",
    "field_map": 'a table of "their name" = "our field", such as {{ "Teléfono" = "phone" }}',
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STYLES = ("relationship", "one_call")
STEPS = ("nag", "move", "manager")
MODES = ("auto", "on", "off")
MATCHES = ("language", "region", "product", "age", "interests")
CONSENTS = ("assumed", "required")
WEEKLY = ("shabbat", "none")
MOST, LONGEST, LONGEST_TEXT, MOST_ATTEMPTS = 100_000, 300, 10_000, 30
MOST_TIMES, HIGHEST_LATITUDE, HIGHEST_LONGITUDE = 100, 65, 180


class NotAllowed(ValueError):
    """Raised when a value can't stand at its key; `key` names the sentence of what is allowed."""

    def __init__(self, key: str, **params: object) -> None:
        """Keep the sentence's key and what fills it; the error itself reads in English."""
        super().__init__(SENTENCES[key].format(**params))
        self.key = key
        self.params = params


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


def window(value: object) -> DayWindow:
    """Read the hours of a day."""
    try:
        return read_window(text(value))
    except ValueError:
        raise NotAllowed("window") from None


def plan(value: object) -> tuple[Slot, ...]:
    """Read a call plan (L1.2)."""
    try:
        found = plan_of(*texts(value))
    except ValueError:
        found = ()
    days = [slot.day for slot in found if slot.day]
    if not 0 < len(found) <= MOST_ATTEMPTS or days != sorted(set(days)):
        raise NotAllowed("plan", parts=", ".join(PARTS))
    return found


def one_of(*allowed: str) -> Reader:
    """Make a reader that takes one of these."""

    def read(value: object) -> str:
        if value not in allowed:
            named = ", ".join(one or '""' for one in allowed)
            raise NotAllowed("one_of", named=named)
        return str(value)

    return read


def zone(value: object) -> str:
    """Read the name of a time zone."""
    try:
        return ZoneInfo(text(value)).key
    except Exception:  # noqa: BLE001 - zoneinfo raises many kinds for a bad name
        raise NotAllowed("zone") from None


def currency(value: object) -> str:
    """Read an ISO 4217 code."""
    if not isinstance(value, str) or not re.fullmatch("[A-Za-z]{3}", value):
        raise NotAllowed("currency")
    return value.upper()


def weekday(value: object) -> int:
    """Read a day of the week."""
    return WEEKDAYS.index(one_of(*WEEKDAYS)(value))


def clock(value: object) -> time:
    """Read an hour of the day."""
    try:
        found = time.fromisoformat(text(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo:
        raise NotAllowed("clock")
    return found


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


def week(value: object) -> str:
    """Read working hours; they stay as they are written."""
    try:
        read_week(text(value))
    except ValueError:
        raise NotAllowed("week") from None
    return text(value).strip()


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


def dates(value: object) -> tuple[date, ...]:
    """Read dates; in quotes too, as they are kept where there is no date."""
    try:
        found = [_date(one) for one in value] if isinstance(value, list) else [None]
    except ValueError:
        found = [None]
    if None in found:
        raise NotAllowed("dates")
    return tuple(one for one in found if one)


def _date(value: object) -> date | None:
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value if type(value) is date else None


def field_map(value: object) -> dict[str, str]:
    """Read a source's own names for fields."""
    if not isinstance(value, dict) or not set(map(str, value.values())) <= FIELDS:
        raise NotAllowed("field_map")
    return {str(name): str(meant) for name, meant in value.items()}
