"""Values of the playbook that tell of time: hours, days, zones, call plans."""

from datetime import date, time
from zoneinfo import ZoneInfo

from rules.allowed import NotAllowed
from rules.cadence import PARTS, Slot, plan_of
from rules.hours import DayWindow, read_week, read_window
from rules.values import one_of, text, texts

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_ATTEMPTS = 30


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


def zone(value: object) -> str:
    """Read the name of a time zone."""
    try:
        return ZoneInfo(text(value)).key
    except Exception:  # noqa: BLE001 - zoneinfo raises many kinds for a bad name
        raise NotAllowed("zone") from None


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


def week(value: object) -> str:
    """Read working hours; they stay as they are written."""
    try:
        read_week(text(value))
    except ValueError:
        raise NotAllowed("week") from None
    return text(value).strip()


def day(value: object) -> date:
    """Read a date; in quotes too."""
    try:
        found = _date(value)
    except ValueError:
        found = None
    if found is None:
        raise NotAllowed("day")
    return found


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
