"""The playbook: the method's numbers, read whole, every fault named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from rules.fields import FIELDS
from rules.hours import DayWindow, read_window
from rules.spans import read_span
from rules.words import Kind

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST = 100_000
STYLES = ("relationship", "one_call")


class PlaybookFaults(Exception):
    """Raised when a playbook can't be used; `faults` has one English sentence for each fault."""

    def __init__(self, faults: list[str]) -> None:
        """Keep the sentences."""
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Product:
    """What is sold: how it is followed up (L4.1, L4.2) and the part of its price that is earned."""

    name: str
    style: str = "relationship"
    margin: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A door for leads, the kind of those who come through it, and its names for fields."""

    name: str
    kind: Kind = Kind.WARM
    map: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Playbook:
    """The method's numbers with their defaults; spans of time are timedeltas, hours are local."""

    callback_phone: str = ""
    sender_name: str = "Lead desk"
    calling: DayWindow = field(default_factory=lambda: read_window("09:00-20:00"))
    quiet: DayWindow = field(default_factory=lambda: read_window("21:00-08:00"))
    spacing: tuple[timedelta, ...] = (
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(days=1),
        timedelta(days=3),
        timedelta(days=5),
        timedelta(days=8),
        timedelta(days=14),
    )
    unavailable_days: int = 3
    unavailable_tries: int = 3
    first_call_minutes: int = 5
    undo_seconds: int = 30
    nag_rep: tuple[int, ...] = (0, 10)
    nag_manager: int = 20
    digest_weekday: int = 6
    digest_at: time = time(9, 0)
    sources: tuple[Source, ...] = ()
    products: tuple[Product, ...] = ()

    def kind_of(self, source: str) -> Kind:
        """Give the kind of a lead from this source that does not say its kind."""
        return next((one.kind for one in self.sources if one.name == source), Kind.WARM)

    def map_of(self, source: str) -> Mapping[str, str]:
        """Give the fields that a source's own names stand for (contract: `[[source]] map`)."""
        return next((one.map for one in self.sources if one.name == source), {})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a text in quotes")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST:
        raise ValueError("a whole number of 0 or more")
    return value


def _counts(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("a list of whole numbers, such as [0, 10]")
    numbers = tuple(_count(one) for one in value)
    if list(numbers) != sorted(set(numbers)):
        raise ValueError("whole numbers that rise, such as [0, 10]")
    return numbers


def _spans(value: object) -> tuple[timedelta, ...]:
    allowed = 'a list of times such as ["30m", "2h", "3d"]'
    spans = [read_span(one) for one in value] if isinstance(value, list) else []
    if not spans or None in spans:
        raise ValueError(allowed)
    return tuple(span for span in spans if span is not None)


def _window(value: object) -> DayWindow:
    try:
        return read_window(_text(value))
    except ValueError:
        raise ValueError('hours such as "09:00-20:00"') from None


def _weekday(value: object) -> int:
    if value not in WEEKDAYS:
        raise ValueError(f"one of {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(value)


def _time(value: object) -> time:
    try:
        return time.fromisoformat(_text(value))
    except ValueError:
        raise ValueError('an hour such as "09:00"') from None


def _kind(value: object) -> Kind:
    try:
        return Kind(str(value))
    except ValueError:
        raise ValueError(f"one of {', '.join(Kind)}") from None


def _map(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not set(value.values()) <= FIELDS:
        raise ValueError('a table of "their name" = "our field", such as { "Teléfono" = "phone" }')
    return {str(name): str(meant) for name, meant in value.items()}


def _style(value: object) -> str:
    if value not in STYLES:
        raise ValueError(f"one of {', '.join(STYLES)}")
    return str(value)


def _margin(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("a part between 0 and 1, such as 0.4")
    return Decimal(str(value))


Reader = Callable[[Any], Any]
KEYS: dict[str, dict[str, tuple[str, Reader]]] = {
    "team": {"callback_phone": ("callback_phone", _text), "sender_name": ("sender_name", _text)},
    "hours": {"calling": ("calling", _window), "quiet": ("quiet", _window)},
    "plan": {
        "spacing": ("spacing", _spans),
        "unavailable_days": ("unavailable_days", _count),
        "unavailable_tries": ("unavailable_tries", _count),
    },
    "speed": {"first_call_minutes": ("first_call_minutes", _count)},
    "messages": {"undo_seconds": ("undo_seconds", _count)},
    "nags": {"rep": ("nag_rep", _counts), "manager": ("nag_manager", _count)},
    "digest": {"weekday": ("digest_weekday", _weekday), "at": ("digest_at", _time)},
}
LISTS: dict[str, tuple[str, type[Product] | type[Source], dict[str, Reader]]] = {
    "source": ("sources", Source, {"name": _text, "kind": _kind, "map": _map}),
    "product": ("products", Product, {"name": _text, "style": _style, "margin": _margin}),
}


def read_playbook(data: Mapping[str, Any], *, file: str) -> Playbook:
    """Make a playbook of parsed TOML; `file` is its name in the faults.

    Raises PlaybookFaults with one sentence a fault: file, key and what is allowed (L1.2).
    """
    faults: list[str] = []
    values: dict[str, Any] = {}
    for name, content in data.items():
        if name in LISTS:
            target, _, _ = LISTS[name]
            values[target] = _read_list(name, content, file, faults)
        elif name in KEYS and not isinstance(content, Mapping):
            faults.append(f"{file}: write {name} as [{name}]")
        elif name in KEYS:
            values |= _read_section(name, content, file, faults)
        else:
            known = ", ".join([*KEYS, *LISTS])
            faults.append(f"{file}: {name} is not known here; there are: {known}")
    playbook = Playbook(**values)
    if playbook.nag_manager < playbook.nag_rep[-1]:
        faults.append(f"{file}: nags.manager must not come before the last of nags.rep")
    if faults:
        raise PlaybookFaults(faults)
    return playbook


def _read_section(
    name: str, content: Mapping[str, Any], file: str, faults: list[str]
) -> dict[str, Any]:
    values = {}
    for key, value in content.items():
        if key not in KEYS[name]:
            known = ", ".join(KEYS[name])
            faults.append(f"{file}: {name}.{key} is not known here; there are: {known}")
            continue
        target, reader = KEYS[name][key]
        try:
            values[target] = reader(value)
        except ValueError as fault:
            faults.append(f"{file}: {name}.{key} must be {fault}")
    return values


def _read_list(name: str, content: object, file: str, faults: list[str]) -> tuple[Any, ...]:
    _, made, readers = LISTS[name]
    if not isinstance(content, list) or not all(isinstance(row, Mapping) for row in content):
        faults.append(f"{file}: write {name} as [[{name}]]")
        return ()
    items = []
    for number, row in enumerate(content, start=1):
        where = f"{file}: {name} {number}"
        before = len(faults)
        read = _read_row(row, readers, where, faults)
        if not read.get("name"):
            faults.append(f"{where} needs a name")
        if len(faults) == before:
            items.append(made(**read))
    names = [item.name for item in items]
    faults += [f"{file}: {name} {one} stands twice" for one in set(names) if names.count(one) > 1]
    return tuple(items)


def _read_row(
    row: Mapping[str, Any], readers: Mapping[str, Reader], where: str, faults: list[str]
) -> dict[str, Any]:
    read = {}
    for key, value in row.items():
        if key not in readers:
            faults.append(f"{where}: {key} is not known here; there are: {', '.join(readers)}")
            continue
        try:
            read[key] = readers[key](value)
        except ValueError as fault:
            faults.append(f"{where}: {key} must be {fault}")
    return read
