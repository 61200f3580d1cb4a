"""Leads counted by the day, read for any period, exact to the moment (L6).

Days are those of the team's zone. One of which a lead changed since, or that was not counted yet,
is counted while it is read, and so is what of a period is no whole day.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select

from rules.report import Only
from storage import kept
from storage.lead_sums import CUTS, Key, begins, count_leads
from storage.tables import lead_marks, lead_sums
from storage.unit import View

BEGINNING, END = date(1, 1, 1), date(9999, 1, 1)
FIRST, LAST = (datetime(one.year, 1, 1, tzinfo=UTC) for one in (BEGINNING, END))
DAY, HOUR, A_MOMENT = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
STATE = "lead_sums"
OF_SPAN = CUTS[1:]
_HERE = lead_sums.c.day >= bindparam("first"), lead_sums.c.day < bindparam("last")
_OF_SPAN = (
    select(lead_sums.c.cut, lead_sums.c.key, func.sum(lead_sums.c.leads))
    .where(lead_sums.c.cut.in_(OF_SPAN), *_HERE)
    .group_by(lead_sums.c.cut, lead_sums.c.key)
)
_BY_DAY = select(lead_sums.c.day, lead_sums.c.key, lead_sums.c.leads).where(
    lead_sums.c.cut == CUTS[0], *_HERE
)
_MARKED = select(lead_marks.c.hour).distinct()

Span = tuple[datetime, datetime]
Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Summed:
    """Which days can be read: from `since` on (BEGINNING for all, END for none), but `marked`."""

    zone: ZoneInfo
    since: date
    marked: frozenset[date]


def summed_since(view: View, *, zone: ZoneInfo) -> date:
    """Give from which day on all is counted by all CUTS: BEGINNING for always, END for nothing.

    `zone` is the team's: of another one the days are others.
    """
    found = kept.get(view, STATE) or {}
    known = found.get("zone") == zone.key and found.get("cuts") == list(CUTS)
    return date.fromisoformat(found["since"]) if known else END


def summed(view: View, *, zone: ZoneInfo) -> Summed:
    """Give which days can be read.

    Asked before the counts themselves, or at one moment with them: what is worked off meanwhile is
    counted twice, never missed.
    """
    since = summed_since(view, zone=zone)
    return Summed(zone, since, frozenset(days_of(marked_hours(view), zone=zone)))


def marked_hours(view: View) -> list[datetime]:
    """Give the hours (UTC) in which leads came that changed since they were counted, in order."""
    return sorted(view.execute(_MARKED).scalars())


def days_of(hours: Iterable[datetime], *, zone: ZoneInfo) -> set[date]:
    """Give the days that some hours (UTC) lie in; where a zone has half hours, one lies in two."""
    ends = [moment for hour in hours for moment in (hour, hour + HOUR - A_MOMENT)]
    return {moment.astimezone(zone).date() for moment in ends}


def leads_of(view: View, days: Summed, span: Span, *, only: Only) -> dict[str, Counter[Key]]:
    """Count who came from a moment up to another (UTC) by each cut OF_SPAN and its keys (L6)."""
    found: dict[str, Counter[Key]] = {cut: Counter() for cut in OF_SPAN}
    whole, live = _split(days, span, only)
    for cut, written, leads in _read(view, _OF_SPAN, whole, days):
        key = read_key(written)
        if only.campaign in {None, key[0]}:
            found[cut][key] += int(leads)
    for start, end in live:
        counted = count_leads(view, since=start, until=end, zone=days.zone, only=only)
        for (_, cut, key), leads in counted.items():
            if cut in found:
                found[cut][key] += leads
    return found


def by_day(view: View, days: Summed, span: Span, *, only: Only) -> Counter[tuple[str, date]]:
    """Count who came from a moment up to another (UTC) by campaign and day (L6.4, L6.5)."""
    found: Counter[tuple[str, date]] = Counter()
    whole, live = _split(days, span, only)
    for day, written, leads in _read(view, _BY_DAY, whole, days):
        [campaign] = read_key(written)
        if only.campaign is None or only.campaign == campaign:
            found[campaign, day] = leads
    for start, end in live:
        counted = count_leads(view, since=start, until=end, zone=days.zone, only=only)
        for (day, cut, key), leads in counted.items():
            if cut == CUTS[0]:
                found[key[0], day] += leads
    return found


@lru_cache(maxsize=1 << 12)
def read_key(written: str) -> Key:
    """Read a key as it is stored."""
    return tuple(json.loads(written))


def _read(view: View, query: Any, whole: Days, days: Summed) -> Iterator[Any]:
    first, last = whole
    if first >= last:
        return iter(())
    without = [one for one in days.marked if first <= one < last]
    query = query.where(lead_sums.c.day.not_in(without)) if without else query
    return iter(view.execute(query, {"first": first, "last": last}))


def _split(days: Summed, span: Span, only: Only) -> tuple[Days, list[Span]]:
    """Give the days that can be read, but for those that are marked, and the times that are left.

    Nobody is counted by who has them: a rep's leads are always looked at themselves.
    """
    since, until = span
    first = max(days.since, _first_whole(since, days.zone))
    last = until.astimezone(days.zone).date() if until < LAST else END
    if first >= last or only.rep is not None:
        return (first, first), [(since, until)]
    head = begins(first, days.zone) if first > BEGINNING else FIRST
    tail = begins(last, days.zone) if last < END else LAST
    edges = [one for one in ((since, head), (tail, until)) if one[0] < one[1]]
    old = [one for one in sorted(days.marked) if first <= one < last]
    return (first, last), [
        *edges,
        *((begins(one, days.zone), begins(one + DAY, days.zone)) for one in old),
    ]


def _first_whole(since: datetime, zone: ZoneInfo) -> date:
    if since <= FIRST:
        return BEGINNING
    day = since.astimezone(zone).date()
    return day if begins(day, zone) == since else day + DAY
