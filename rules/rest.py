"""Rest: the stretches in which nobody is called or written to, and the soonest moment outside.

Which days they are is computed in the bot, from a `RestRules`, and comes in as data.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from rules.hours import DayWindow, inside, next_inside, next_outside

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class RestRules:
    """What the playbook's `[rest]` says: which days are kept, and by the sun of which place.

    `weekly` is "shabbat" or "none"; `holidays` the country (ISO) whose public holidays are kept,
    "" for none; `also` are further days of rest, `not_on` holidays that are worked all the same.
    """

    weekly: str = "shabbat"
    holidays: str = "IL"
    latitude: float = 31.778
    longitude: float = 35.235
    timezone: str = "Asia/Jerusalem"
    before_minutes: int = 40
    after_minutes: int = 40
    also: tuple[date, ...] = ()
    not_on: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Rest:
    """Stretches of UTC, sorted and apart from each other, each without its end; see `merged`."""

    spans: tuple[Span, ...] = ()

    def covers(self, at: datetime) -> bool:
        """Tell whether the aware moment `at` lies in rest."""
        return self.ends(at) > at

    def ends(self, at: datetime) -> datetime:
        """Give the end of the stretch that the aware moment `at` lies in, else `at`; in UTC."""
        moment = at.astimezone(UTC)
        begun = bisect_right(self.spans, moment, key=lambda span: span[0])
        return max(moment, self.spans[begun - 1][1]) if begun else moment


def merged(spans: Iterable[Span]) -> Rest:
    """Make a rest of any stretches of aware moments; one that ends before it starts is none."""
    kept: list[Span] = []
    for start, end in sorted((start.astimezone(UTC), end.astimezone(UTC)) for start, end in spans):
        if kept and start <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        elif start < end:
            kept.append((start, end))
    return Rest(tuple(kept))


def may_call(calling: DayWindow, rest: Rest, *, at: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the aware moment `at` is in calling hours, in `zone`, and not in rest (L1.5)."""
    return inside(calling, at=at, zone=zone) and not rest.covers(at)


def may_send(quiet: DayWindow, rest: Rest, *, at: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the aware moment `at` is outside quiet hours, in `zone`, and rest (L2, L3)."""
    return not inside(quiet, at=at, zone=zone) and not rest.covers(at)


def next_calling(calling: DayWindow, rest: Rest, *, at: datetime, zone: ZoneInfo) -> datetime:
    """Give the soonest moment from `at` on when customers may be called, in UTC (L1.5).

    After a rest of years that is in the first calling hours after it. Calling hours that are
    empty have no inside: the first of their starts outside rest is given all the same.
    """
    return _soonest(lambda begin: next_inside(calling, at=begin, zone=zone), rest, at)


def next_sending(quiet: DayWindow, rest: Rest, *, at: datetime, zone: ZoneInfo) -> datetime:
    """Give the soonest moment from `at` on when SMS and mail may leave, in UTC (L2, L3).

    After a rest of years that is outside the first quiet hours after it. Quiet hours never
    fill a whole day, so there is always such a moment.
    """
    return _soonest(lambda begin: next_outside(quiet, at=begin, zone=zone), rest, at)


def _soonest(allowed: Callable[[datetime], datetime], rest: Rest, at: datetime) -> datetime:
    """Alternate until both allow it; each turn but the last leaves one more stretch behind."""
    moment = allowed(at)
    while (end := rest.ends(moment)) > moment:
        moment = allowed(end)
    return moment
