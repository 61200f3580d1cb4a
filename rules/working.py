"""The minutes that count for a lead that waits: the rep works and the customer may be called (C1).

All of it is exact to the microsecond: by the wall clocks of both sides, over changes of the clock,
windows past midnight, Shabbat and holidays.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.hours import DayWindow, Week, inside_spans, open_spans
from rules.rest import Rest, Span

HORIZON = timedelta(days=15)
"""How far ahead is looked: longer than any holiday."""
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Working:
    """When a rep can call a customer: on shift, in calling hours, on no day of rest.

    `shift` goes by the rep's `zone`, `calling` by the customer's, `local`.
    """

    shift: Week
    zone: ZoneInfo
    calling: DayWindow
    local: ZoneInfo
    rest: Rest
    _days: dict[date, tuple[Span, ...]] = field(default_factory=dict, init=False, compare=False)

    def minutes(self, start: datetime, end: datetime) -> float:
        """Count the minutes between two aware moments that count; 0 if `end` is not later (C1).

        What is later than HORIZON after `start` does not count.
        """
        last = end.astimezone(UTC)
        total = timedelta()
        for begins, ends in self._stretches(start.astimezone(UTC)):
            if begins >= last:
                break
            total += min(ends, last) - begins
        return total / _MINUTE

    def after(self, start: datetime, minutes: float) -> datetime:
        """Give the first moment (UTC) that counts at which so many minutes have passed (C1).

        `after(start, 0)` is the soonest moment that counts, and `minutes(start, after(start, n))`
        is n. Where HORIZON holds fewer, its end is given: a moment to look again.
        """
        begin, left = start.astimezone(UTC), minutes * _MINUTE
        for begins, ends in self._stretches(begin):
            if left < ends - begins:
                return begins + left
            left -= ends - begins
        return begin + HORIZON

    def _stretches(self, start: datetime) -> Iterator[Span]:
        """Give the stretches that count from a moment on, up to HORIZON."""
        end, day = start + HORIZON, start.date()
        while day <= end.date():
            for begins, ends in self._on(day):
                if ends > start and begins < end:
                    yield max(begins, start), min(ends, end)
            day += _DAY

    def _on(self, day: date) -> tuple[Span, ...]:
        """Give a day's stretches, from midnight to midnight in UTC; worked out once."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = tuple(self._work_out(datetime.combine(day, time(), UTC)))
        return found

    def _work_out(self, start: datetime) -> Iterator[Span]:
        end = start + _DAY
        calling = list(inside_spans(self.calling, start=start, end=end, zone=self.local))
        for begins, ends in open_spans(self.shift, start=start, end=end, zone=self.zone):
            for opens, closes in calling:
                yield from _awake(self.rest, max(begins, opens), min(ends, closes))


def _awake(rest: Rest, start: datetime, end: datetime) -> Iterator[Span]:
    """Cut rest out of a stretch."""
    while (begins := rest.ends(start)) < end:
        following = bisect_right(rest.spans, begins, key=lambda span: span[0])
        rests = rest.spans[following][0] if following < len(rest.spans) else end
        start = min(rests, end)
        yield begins, start
