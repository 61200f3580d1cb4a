"""Hours: when a rep is on shift, when customers may be called, when it must be quiet.

All of it goes by the wall clock of a zone: a stretch of time is cut where the zone's offset
changes, and inside each piece the wall clock runs evenly.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

_DAY = 24 * 60
_WEEK = 7 * _DAY
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
_FARTHEST = timedelta(days=15)
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PART = re.compile(
    r"([a-z]+)(?:\s*-\s*([a-z]+))?\s+(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", re.ASCII
)
_WINDOW = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", re.ASCII)
_DASHES = str.maketrans("–—־", "---")


@dataclass(frozen=True, slots=True)
class Week:
    """Open spans in local minutes from Monday 00:00, merged and sorted; none means always."""

    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DayWindow:
    """Local hours of every day, to the minute; `end` before `start` runs past midnight.

    Equal ends are an empty window: nothing is ever inside it.
    """

    start: time
    end: time


def read_week(text: str) -> Week:
    """Read 'Sun-Thu 09:00-18:00, Fri 09:00-13:00'; '' is always (contract: Team).

    Raises ValueError naming the part that can't be read.
    """
    if not text.strip():
        return Week()
    spans = [span for part in text.split(",") for span in _part_spans(part.strip())]
    return Week(_merged(spans))


def union(weeks: Iterable[Week]) -> Week:
    """Give the hours that are in any of these weeks; one that is always open opens all."""
    known = list(weeks)
    if not all(week.spans for week in known):
        return Week()
    return Week(_merged([span for week in known for span in week.spans]))


def is_open(week: Week, *, at: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the aware moment `at` lies in the week's hours, in `zone` (contract: Team)."""
    now = _of_week(at, zone) / _MINUTE
    return not week.spans or any(start <= now < end for start, end in week.spans)


def next_open(week: Week, *, at: datetime, zone: ZoneInfo) -> datetime | None:
    """Give `at` if the week is open then, else the next opening, in UTC (contract: Team, L1.5).

    None only where no opening comes within fifteen days, which no real zone brings about.
    """
    begin = at.astimezone(UTC)
    if is_open(week, at=at, zone=zone):
        return begin
    pieces = _even_pieces(begin, begin + _FARTHEST, zone)
    found = (_first_open(week, start, end, zone) for start, end in pieces)
    return next((moment for moment in found if moment), None)


def open_spans(
    week: Week, *, start: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Give the stretches between two aware moments in which the week is open, in UTC, in order.

    One in which the clock is changed comes in two (C1).
    """
    begin, finish = start.astimezone(UTC), end.astimezone(UTC)
    spans = week.spans or ((0, _WEEK),)
    for piece_start, piece_end in _even_pieces(begin, finish, zone):
        opening = _of_week(piece_start, zone)
        closing = opening + (piece_end - piece_start)
        for later in range(0, int(closing / _MINUTE) + 1, _WEEK):
            for span_start, span_end in spans:
                first = max(opening, (span_start + later) * _MINUTE)
                last = min(closing, (span_end + later) * _MINUTE)
                if first < last:
                    yield piece_start + (first - opening), piece_start + (last - opening)


def inside_spans(
    window: DayWindow, *, start: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Give the stretches inside the window's hours, as `open_spans` does; an empty one has none."""
    week = _daily(window)
    return open_spans(week, start=start, end=end, zone=zone) if week.spans else iter(())


def read_window(text: str) -> DayWindow:
    """Read '21:00-08:00'; 24:00 may end it. Raises ValueError saying what is wrong."""
    match = _WINDOW.fullmatch(text.strip().translate(_DASHES))
    if not match:
        raise ValueError(f"{text!r}: write the hours as 21:00-08:00")
    start, end = _minute(match[1], match[2], text), _minute(match[3], match[4], text)
    if end - start == _DAY:
        raise ValueError(f"{text!r}: the whole day can't be told from no hours; end it at 23:59")
    if start == _DAY:
        raise ValueError(f"{text!r}: hours can't start at 24:00; write 00:00")
    return DayWindow(_time(start), _time(end % _DAY))


def inside(window: DayWindow, *, at: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the aware moment `at` lies in the window's hours, in `zone`."""
    week = _daily(window)
    return bool(week.spans) and is_open(week, at=at, zone=zone)


def next_inside(window: DayWindow, *, at: datetime, zone: ZoneInfo) -> datetime:
    """Give `at` if inside, else the window's next start, in UTC (calling hours, L1.5).

    An empty window has no inside: its next start is given all the same.
    """
    start = window.start.hour * 60 + window.start.minute
    spans = _daily(window).spans or _every_day(start, start + 1)
    return next_open(Week(spans), at=at, zone=zone) or at.astimezone(UTC)


def next_outside(window: DayWindow, *, at: datetime, zone: ZoneInfo) -> datetime:
    """Give `at` if outside, else the window's end, in UTC (contract: quiet hours)."""
    if not inside(window, at=at, zone=zone):
        return at.astimezone(UTC)
    rest = _daily(DayWindow(start=window.end, end=window.start))
    return next_open(rest, at=at, zone=zone) or at.astimezone(UTC)


def _part_spans(part: str) -> Iterator[tuple[int, int]]:
    match = _PART.fullmatch(part.lower().translate(_DASHES))
    if not match:
        raise ValueError(f"{part!r}: write working hours as Sun-Thu 09:00-18:00")
    first = _day(match[1], part)
    last = _day(match[2] or match[1], part)
    start, end = _minute(match[3], match[4], part), _minute(match[5], match[6], part)
    if end <= start:
        raise ValueError(
            f"{part!r}: ends before it starts; write a night as two parts, to 24:00 and from 00:00"
        )
    for ahead in range((last - first) % 7 + 1):
        midnight = (first + ahead) % 7 * _DAY
        yield midnight + start, midnight + end


def _day(name: str, part: str) -> int:
    known = [number for number, day in enumerate(_NAMES) if day.startswith(name)]
    if len(known) != 1 or len(name) < 3:  # noqa: PLR2004 - 'Mon' is the shortest form
        raise ValueError(
            f"{part!r}: {name!r} is not a day; days are Sun, Mon, Tue, Wed, Thu, Fri, Sat"
        )
    return known[0]


def _minute(hour: str, minute: str, part: str) -> int:
    total = int(hour) * 60 + int(minute)
    if int(minute) >= 60 or total > _DAY:  # noqa: PLR2004 - a clock's face
        raise ValueError(f"{part!r}: {hour}:{minute} is not a time of day")
    return total


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)


def _merged(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _daily(window: DayWindow) -> Week:
    start = window.start.hour * 60 + window.start.minute
    end = window.end.hour * 60 + window.end.minute
    if start <= end:
        return Week(_every_day(start, end))
    return Week(_merged([*_every_day(0, end), *_every_day(start, _DAY)]))


def _every_day(start: int, end: int) -> tuple[tuple[int, int], ...]:
    midnights = range(0, _WEEK, _DAY) if end > start else ()
    return tuple((midnight + start, midnight + end) for midnight in midnights)


def _of_week(at: datetime, zone: ZoneInfo) -> timedelta:
    local = at.astimezone(zone).replace(tzinfo=None)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return timedelta(days=local.weekday()) + (local - midnight)


def _first_open(week: Week, start: datetime, end: datetime, zone: ZoneInfo) -> datetime | None:
    now = _of_week(start, zone)
    for later in range(0, 4 * _WEEK, _WEEK):
        for span_start, span_end in week.spans:
            opening = max(now, (span_start + later) * _MINUTE)
            if opening < (span_end + later) * _MINUTE:
                moment = start + (opening - now)
                return moment if moment < end else None
    return None


def _even_pieces(
    start: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """Cut a stretch of UTC where the zone's offset changes; looks at it a day at a time."""
    if end <= start:
        return
    steps = (end - start) // timedelta(days=1)
    marks = [*(start + timedelta(days=step) for step in range(steps + 1)), end]
    begin = start
    for mark, following in pairwise(marks):
        if _offset(mark, zone) != _offset(following, zone):
            change = _change(mark, following, zone)
            yield begin, change
            begin = change
    if begin < end:
        yield begin, end


def _change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    before = _offset(low, zone)
    low, high = low.replace(microsecond=0), high.replace(microsecond=0)
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return high


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
