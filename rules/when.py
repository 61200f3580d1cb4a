"""When: a moment as a rep types it, in English or Hebrew (contract: WHEN)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import MINYEAR, UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.phones import plain

_MORNING = time(10)
_MOST_WORDS = 8
_LEAP_CYCLE = 9
_LATELY = timedelta(days=183)

_UNITS = {
    "minutes": "m min mins minute minutes דק דק' דקה דקות",
    "hours": "h hr hrs hour hours שעה שעות",
    "days": "d day days יום ימים",
    "weeks": "w week weeks שבוע שבועות",
}
_SECOND_NAMES = "s sec secs second seconds שנ שניה שנייה שניות"
_SECONDS = {
    **dict.fromkeys(_SECOND_NAMES.split(), 1),
    **dict.fromkeys(_UNITS["minutes"].split(), 60),
    **dict.fromkeys(_UNITS["hours"].split(), 3600),
}
_ON_THE_CALENDAR = frozenset({"days", "weeks"})
_UNIT_OF = {name: unit for unit, names in _UNITS.items() for name in names.split()}
_SPANS = {
    **dict.fromkeys(("a minute", "דקה"), timedelta(minutes=1)),
    **dict.fromkeys(("quarter of an hour", "a quarter hour", "רבע שעה"), timedelta(minutes=15)),
    **dict.fromkeys(("half an hour", "half hour", "חצי שעה"), timedelta(minutes=30)),
    **dict.fromkeys(("an hour", "שעה"), timedelta(hours=1)),
    **dict.fromkeys(("an hour and a half", "שעה וחצי"), timedelta(minutes=90)),
    "שעתיים": timedelta(hours=2),
    **dict.fromkeys(("a day", "יום"), timedelta(days=1)),
    "יומיים": timedelta(days=2),
    **dict.fromkeys(("a week", "שבוע"), timedelta(weeks=1)),
    "שבועיים": timedelta(weeks=2),
}
_TIMES = {
    **dict.fromkeys(("morning", "in the morning", "בבוקר"), _MORNING),
    **dict.fromkeys(("noon", "at noon", "בצהריים", "בצהרים"), time(12)),
    **dict.fromkeys(("afternoon", "in the afternoon", 'אחה"צ', "אחרי הצהריים"), time(15)),
    **dict.fromkeys(("evening", "in the evening", "בערב"), time(18)),
}
_DAYS = {
    **dict.fromkeys(("today", "היום"), 0),
    **dict.fromkeys(("tomorrow", "tmrw", "מחר"), 1),
    **dict.fromkeys(("day after tomorrow", "the day after tomorrow", "מחרתיים"), 2),
}
_LONG_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday/יום ב/יום ב'/יום שני",
            "tuesday/יום ג/יום ג'/יום שלישי",
            "wednesday/יום ד/יום ד'/יום רביעי",
            "thursday/יום ה/יום ה'/יום חמישי",
            "friday/יום ו/יום ו'/יום שישי/יום ששי",
            "saturday/יום שבת",
            "sunday/יום א/יום א'/יום ראשון",
        )
    )
    for name in names.split("/")
}
_SHORT_WEEKDAYS = {
    **{name[:3]: number for name, number in _LONG_WEEKDAYS.items() if name.isascii()},
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
    "שישי": 4,
    "שבת": 5,
}
_WEEKDAYS = _LONG_WEEKDAYS | _SHORT_WEEKDAYS


def _any(names: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True)))


_CLOCK = (
    r"(?:at |בשעה )?(?:[בל]-?)?(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d\d)(?: ?(?P<half>am|pm))?| ?(?P<bare_half>am|pm))"
)
_LOOSE = rf"(?:{_CLOCK}|(?:at |ב-?|בשעה )(?P<bare>\d{{1,2}})|(?P<time>{_any(_TIMES)}))"
_DATE = (
    r"(?P<iso_year>\d{4})-(?P<iso_month>\d\d?)-(?P<iso_day>\d\d?)"
    r"|(?P<day>\d\d?)(?P<dot>[/.])(?P<month>\d\d?)(?:(?P=dot)(?P<year>\d{4}|\d\d))?"
)
_DAY = (
    rf"(?:(?P<near>{_any(_DAYS)})|(?:on |ב)?(?P<weekday>{_any(_WEEKDAYS)})|(?:on |ב-?)?(?:{_DATE}))"
)
_END = r"(?= |$)"
_CLOCK_ALONE = re.compile(_CLOCK + _END, re.ASCII)
_DAY_ALONE = re.compile(_DAY + _END, re.ASCII)
_DAY_CLOCK = re.compile(rf"{_DAY} {_LOOSE}{_END}", re.ASCII)
_CLOCK_DAY = re.compile(rf"{_CLOCK} {_DAY}{_END}", re.ASCII)
_COUNTED = rf"\d{{1,8}}(?:\.\d)? ?(?:{_any(_UNIT_OF)})"
_PART = re.compile(rf"(\d{{1,8}}(?:\.\d)?) ?({_any(_UNIT_OF)})", re.ASCII)
_DURATION_PART = re.compile(rf"(\d{{1,5}})({_any(_SECONDS)})", re.ASCII)
_DURATION = re.compile(rf"(?:{_DURATION_PART.pattern})+", re.ASCII)
_IN = r"(?:in|בעוד|עוד) "
_RELATIVE = re.compile(
    rf"(?:(?:{_IN})?(?P<counted>{_COUNTED}(?: ?{_COUNTED})?)|{_IN}(?P<said>{_any(_SPANS)})){_END}",
    re.ASCII,
)


def read_when(
    words: Sequence[str], *, now: datetime, zone: ZoneInfo
) -> tuple[datetime, int] | None:
    """Read the longest WHEN that words begin with (contract: WHEN).

    `now` is aware; `zone` is the rep's. Gives the moment in UTC and how many words it took, or
    None; never raises. A bare time already past is tomorrow's; a weekday is the next such day
    after today; a date without a year is the next such, but one that passed within the last half
    year is given as it was: nobody means it almost a year ahead. What names its day fully ('today
    9:00', '2020-01-01') is given as it is, even past. A day without a time is 10:00: 'tomorrow',
    'monday', '25/12/2026' anywhere, 'mon', '25/12' only as the last word, else they may be a
    note's. Days and weeks ahead keep the time on the clock, minutes and hours are exact. A time
    that the clocks skip moves forward, one that they repeat is the first.
    """
    text = " ".join(_word(word) for word in words[:_MOST_WORDS])
    found = list(_readings(text, now=now, zone=zone))
    return max(found, key=lambda reading: reading[1], default=None)


def read_duration(words: Sequence[str]) -> tuple[int, int] | None:
    """Read the length of a call that words begin with: '4m', '90s', '1h 5m', '4 דק'.

    Gives the seconds and how many words it took (at most two), or None (L6.6).
    """
    for taken in (2, 1):
        joined = "".join(_word(word) for word in words[:taken])
        if _DURATION.fullmatch(joined):
            parts = _DURATION_PART.findall(joined)
            return sum(int(number) * _SECONDS[unit] for number, unit in parts), min(
                taken, len(words)
            )
    return None


def _word(word: str) -> str:
    return "_".join(plain(word).casefold().strip("\"',.;").split()) or "_"


def _readings(text: str, *, now: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, int]]:
    local = now.astimezone(zone)
    for pattern, read in _READERS:
        match = pattern.match(text)
        if not match:
            continue
        try:
            moment = read(match, local)
        except (ValueError, OverflowError):
            continue
        if moment is not None:
            yield moment, match[0].count(" ") + 1


def _relative(match: re.Match[str], local: datetime) -> datetime | None:
    days, exact = _said(match["said"]) if match["said"] else _counted(match["counted"])
    if not days + exact:
        return None
    start = (local + days).replace(fold=0) if days else local
    return start.astimezone(UTC) + exact


def _said(name: str) -> tuple[timedelta, timedelta]:
    span = _SPANS[name]
    return (span, timedelta()) if span.days else (timedelta(), span)


def _counted(text: str) -> tuple[timedelta, timedelta]:
    days, exact = timedelta(), timedelta()
    for number, name in _PART.findall(text):
        unit = _UNIT_OF[name]
        span = timedelta(**{unit: float(number)})
        days, exact = (days + span, exact) if unit in _ON_THE_CALENDAR else (days, exact + span)
    return days, exact


def _bare_clock(match: re.Match[str], local: datetime) -> datetime:
    moment = _moment(local.date(), _clock(match), local)
    if moment > local:
        return moment
    return _moment(local.date() + timedelta(days=1), _clock(match), local)


def _bare_day(match: re.Match[str], local: datetime) -> datetime | None:
    brief = match["weekday"] in _SHORT_WEEKDAYS or (match["day"] and not match["year"])
    if match["near"] and not _DAYS[match["near"]]:
        return None
    if brief and match.end() < len(match.string):
        return None
    return _dated(match, _MORNING, local)


def _day_and_clock(match: re.Match[str], local: datetime) -> datetime | None:
    return _dated(match, _clock(match), local)


def _clock_and_day(match: re.Match[str], local: datetime) -> datetime | None:
    brief = match["weekday"] in _SHORT_WEEKDAYS
    if brief and match.end() < len(match.string):
        return None
    return _dated(match, _clock(match), local)


def _dated(match: re.Match[str], clock: time, local: datetime) -> datetime | None:
    today = local.date()
    if match["near"]:
        return _moment(today + timedelta(days=_DAYS[match["near"]]), clock, local)
    if match["weekday"]:
        ahead = (_WEEKDAYS[match["weekday"]] - today.weekday() - 1) % 7 + 1
        return _moment(today + timedelta(days=ahead), clock, local)
    if match["iso_year"]:
        year, month, day = (int(match[part]) for part in ("iso_year", "iso_month", "iso_day"))
        return _moment(date(year, month, day), clock, local)
    day, month = int(match["day"]), int(match["month"])
    if match["year"]:
        year = int(match["year"])
        return _moment(date(year if year > 99 else 2000 + year, month, day), clock, local)  # noqa: PLR2004
    return _date_without_year(day, month, clock, local)


def _date_without_year(day: int, month: int, clock: time, local: datetime) -> datetime | None:
    for year in range(max(local.year - 1, MINYEAR), local.year + _LEAP_CYCLE):
        try:
            moment = _moment(date(year, month, day), clock, local)
        except ValueError:
            continue
        if local - moment < _LATELY:
            return moment
    return None


def _clock(match: re.Match[str]) -> time:
    named = match.groupdict()
    if named.get("time"):
        return _TIMES[named["time"]]
    hour = int(named["hour"] or named["bare"])
    half = named["half"] or named["bare_half"]
    if half and not 1 <= hour <= 12:  # noqa: PLR2004 - a clock's face
        raise ValueError(half)
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    return time(hour, int(named["minute"] or 0))


def _moment(day: date, clock: time, local: datetime) -> datetime:
    return datetime.combine(day, clock, tzinfo=local.tzinfo).astimezone(UTC)


_READERS = (
    (_RELATIVE, _relative),
    (_CLOCK_ALONE, _bare_clock),
    (_DAY_ALONE, _bare_day),
    (_DAY_CLOCK, _day_and_clock),
    (_CLOCK_DAY, _clock_and_day),
)
