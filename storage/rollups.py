"""Calls summed by the hour, read for any period, exact to the moment (L6).

Hours are those of UTC. One that has a mark, or was not summed yet, is summed while it is read, and
so is what of a period is no whole hour: no figure ever rests on an old sum.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select

from storage import kept
from storage.call_sums import CUTS, Counts, Key, sum_calls
from storage.marks import hour_of
from storage.tables import rollup_marks, rollups
from storage.unit import View

BEGINNING, END = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
STATE = "rollups"
_SUMS = [func.sum(rollups.c[name]) for name in Counts.__slots__]
_KEPT = (
    select(rollups.c.key, *_SUMS)
    .where(
        rollups.c.cut == bindparam("cut"),
        rollups.c.hour >= bindparam("since"),
        rollups.c.hour < bindparam("until"),
    )
    .group_by(rollups.c.key)
)
_MARKED = (
    select(rollup_marks.c.hour)
    .where(rollup_marks.c.hour >= bindparam("since"), rollup_marks.c.hour < bindparam("until"))
    .distinct()
)

Span = tuple[datetime, datetime]


def summed_since(view: View, *, zone: ZoneInfo) -> datetime:
    """Give from when (UTC) on all is summed by all CUTS: BEGINNING for always, END for nothing.

    `zone` is the team's: of another one the weekdays are others.
    """
    found = kept.get(view, STATE) or {}
    known = found.get("zone") == zone.key and found.get("cuts") == list(CUTS)
    return datetime.fromisoformat(found["since"]) if known else END


def totals(
    view: View, cut: str, *, since: datetime, until: datetime, zone: ZoneInfo
) -> list[tuple[Key, Counts]]:
    """Sum the calls from `since` up to `until` (UTC) by one of the CUTS, in order of its keys (L6).

    `zone` is the team's, for weekdays of leads that have none of their own.
    """
    read, live = _split(view, since.astimezone(UTC), until.astimezone(UTC), zone)
    found = dict(_kept(view, cut, *read)) if read else {}
    for start, end in live:
        summed_now = sum_calls(view, since=start, until=end, zone=zone, cuts=(cut,))
        for (_, _, key), sums in summed_now.items():
            found[key] = found.get(key, Counts()) + Counts(*sums)
    return sorted(found.items())


def _kept(
    view: View, cut: str, since: datetime, until: datetime, without: list[datetime]
) -> Iterator[tuple[Key, Counts]]:
    """Give the sums of whole hours, but for some."""
    query = _KEPT.where(rollups.c.hour.not_in(without)) if without else _KEPT
    for key, *sums in view.execute(query, {"cut": cut, "since": since, "until": until}):
        yield _read(key), Counts(*map(int, sums))


@lru_cache(maxsize=1 << 15)
def _read(key: str) -> Key:
    return tuple(json.loads(key))


def _split(
    view: View, since: datetime, until: datetime, zone: ZoneInfo
) -> tuple[tuple[datetime, datetime, list[datetime]] | None, list[Span]]:
    """Give the whole hours that can be read, but for those that are marked, and what is left.

    Asked before the sums themselves: what is worked off meanwhile is summed twice, never missed.
    """
    first, last = max(summed_since(view, zone=zone), _up(since)), hour_of(until)
    if first >= last:
        return None, [(since, until)]
    old = marked(view, first, last)
    edges = [one for one in ((since, first), (last, until)) if one[0] < one[1]]
    return (first, last, old), [*edges, *_spans(old)]


def _up(at: datetime) -> datetime:
    begins = hour_of(at)
    return begins if begins == at else begins + HOUR


def marked(view: View, since: datetime, until: datetime) -> list[datetime]:
    """Give the hours in a period that are to be summed anew, in order."""
    return sorted(view.execute(_MARKED, {"since": since, "until": until}).scalars())


def _spans(hours: Iterable[datetime]) -> list[Span]:
    found: list[Span] = []
    for hour in hours:
        if found and found[-1][1] == hour:
            found[-1] = found[-1][0], hour + HOUR
        else:
            found.append((hour, hour + HOUR))
    return found
