"""Single values of a form, read from what people and systems write (C2)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_OLDEST_AGE = 120


def region_of(given: str, default: str) -> str:
    """Give the country in which numbers are read: as given where it is a code (ISO 3166)."""
    return given.upper() if given and re.fullmatch(r"[A-Za-z]{2}", given) else default


def read_age(texts: Mapping[str, str], extra: dict[str, Any]) -> int | None:
    """Give an age in years; what is none goes to `extra` as given (C2)."""
    given = texts.get("age", "")
    if re.fullmatch(r"[0-9]{1,3}", given) and int(given) <= _OLDEST_AGE:
        return int(given)
    if given:
        extra["age"] = given
    return None


def read_moment(texts: Mapping[str, str], extra: dict[str, Any]) -> datetime | None:
    """Give the moment (UTC) at which it was sent; what is none goes to `extra` as given (C2)."""
    given = texts.get("received_at", "")
    if not given:
        return None
    try:
        moment = datetime.fromisoformat(given)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        extra["received_at"] = given
        return None
