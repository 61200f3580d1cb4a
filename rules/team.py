"""The team file: who takes leads, when and which (contract: Team file)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rules.hours import Week, read_week
from rules.words import Role

_LISTS = ("languages", "regions", "products", "interests")
LOCALES = ("en", "he")
ZONE_SIZE = 64
HEAVIEST = 1000
MOST_LEADS = 100_000
PAIR = 2
PROGRAM = "api:"
"""Begins the actor's name of a program that acts by the HTTP API; no Slack id has a colon."""
_COUNTRY = re.compile("([A-Z]{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rep:
    """A member of the team; `hours` is kept as written, in the rep's own time zone.

    `deputy` is the Slack id of who takes over while the rep is away, or when they leave. On the
    `days_off` (ISO dates, in the rep's zone) the `country` (ISO, "" for the team's) has a holiday.
    """

    slack_id: str
    name: str
    role: Role = Role.REP
    languages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    ages: tuple[int, ...] = ()
    interests: tuple[str, ...] = ()
    weight: float = 1.0
    capacity: int = 40
    hours: str = ""
    timezone: str = "Asia/Jerusalem"
    locale: str = "en"
    state: str = "active"
    away_until: datetime | None = None
    deputy: str = ""
    country: str = ""
    days_off: tuple[str, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The rep's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def week(self) -> Week:
        """The rep's working hours."""
        return read_week(self.hours)

    @property
    def manages(self) -> bool:
        """Whether the rep decides how leads are shared out."""
        return self.role is not Role.REP


def program(name: str) -> Rep:
    """Give a program that acts by the HTTP API as who manages (contract: HTTP)."""
    return Rep(f"{PROGRAM}{name}", name, role=Role.MANAGER)


def read_team(
    data: Mapping[str, Any], *, timezone: str, locale: str
) -> tuple[tuple[Rep, ...], list[str]]:
    """Read parsed team TOML into reps and one English sentence for each fault.

    `timezone` and `locale` are the team's own, taken where a rep names none.
    """
    rows = data.get("rep")
    if not isinstance(rows, list) or not rows:
        return (), ["the file has no [[rep]]; write one for each member of the team"]
    reps, faults = [], []
    for number, row in enumerate(rows, start=1):
        read, wrong = _read_rep(row, timezone=timezone, locale=locale)
        faults += [f"rep {number}: {one}" for one in wrong]
        reps.append(read)
    ids = [rep.slack_id for rep in reps if rep]
    faults += [f"{one} stands twice" for one in sorted(set(ids)) if ids.count(one) > 1]
    return tuple(rep for rep in reps if rep), faults


def _read_rep(row: object, *, timezone: str, locale: str) -> tuple[Rep | None, list[str]]:
    if not isinstance(row, Mapping):
        return None, ["write it as [[rep]]"]
    values: dict[str, Any] = {"timezone": timezone, "locale": locale}
    faults = []
    for key, value in row.items():
        try:
            values[key] = _CHECKS[key](value)
        except KeyError:
            faults.append(f"{key} is not known here; there are: {', '.join(_CHECKS)}")
        except ValueError as fault:
            faults.append(f"{key} must be {fault}")
    faults += [f"{key} is missing" for key in ("slack_id", "name") if key not in row]
    return (None if faults else Rep(**values)), faults


def read_field(key: str, value: object) -> Any:  # noqa: ANN401 - as its key says
    """Read one key of a member as the file gives it; raises ValueError saying what it must be."""
    return _CHECKS[key](value)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text in quotes")
    return value.strip()


def _slack_id(value: object) -> str:
    text = _text(value)
    if text[:1] not in {"U", "W"} or not text.isalnum():
        raise ValueError('a Slack member id such as "U01DANA" (in a profile: Copy member ID)')
    return text


def _deputy(value: object) -> str:
    return _slack_id(value) if value else ""


def _role(value: object) -> Role:
    try:
        return Role(str(value))
    except ValueError:
        raise ValueError(f"one of {', '.join(Role)}") from None


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError('a list of texts, such as ["he", "en"]')
    return tuple(value)


def _ages(value: object) -> tuple[int, ...]:
    whole = isinstance(value, list) and all(type(one) is int for one in value)
    if not isinstance(value, list) or not whole or len(value) not in {0, PAIR}:
        raise ValueError("two whole numbers, such as [18, 60]")
    return tuple(sorted(value))


def _weight(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= HEAVIEST:
        raise ValueError("a number of 0 or more, such as 1.0")
    return float(value)


def _capacity(value: object) -> int:
    if type(value) is not int or not 0 <= value <= MOST_LEADS:
        raise ValueError(f"a whole number from 0 to {MOST_LEADS}")
    return value


def _hours(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError('hours such as "Sun-Thu 09:00-18:00, Fri 09:00-13:00"')
    read_week(value)
    return value.strip()


def _zone(value: object) -> str:
    text = _text(value)
    try:
        ZoneInfo(text[:ZONE_SIZE])
    except Exception:  # noqa: BLE001 - zoneinfo raises many kinds for a bad name
        raise ValueError('a time zone such as "Asia/Jerusalem"') from None
    return text


def _country(value: object) -> str:
    if not isinstance(value, str) or not _COUNTRY.fullmatch(value):
        raise ValueError('a country of two capital letters, such as "IL"')
    return value


def _locale(value: object) -> str:
    if value not in LOCALES:
        raise ValueError(f"one of {', '.join(LOCALES)}")
    return str(value)


_CHECKS = {
    "slack_id": _slack_id,
    "name": _text,
    "role": _role,
    **dict.fromkeys(_LISTS, _texts),
    "ages": _ages,
    "weight": _weight,
    "capacity": _capacity,
    "hours": _hours,
    "timezone": _zone,
    "locale": _locale,
    "deputy": _deputy,
    "country": _country,
}
KEYS = tuple(_CHECKS)
