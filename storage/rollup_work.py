"""Sums of calls by the hour are made, and made anew where something changed (L6).

Each of these replaces hours whole, in the caller's unit, and one at a time: of two who sum the same
hour the later has seen all that the earlier saw. A mark that is committed after it was looked for
stays, so a change is never lost, only summed twice.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select

from storage import kept
from storage.bulk import insert_columns
from storage.call_sums import CUTS, Counts, Key, sum_calls
from storage.marks import hour_of
from storage.rollups import BEGINNING, HOUR, STATE, summed_since
from storage.tables import attempts, rollup_marks, rollups
from storage.unit import Unit, View

AT_ONCE = 1000
"""About how many calls are summed in one unit: SQLite's writer is soon free again."""
MARKS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Slice:
    """A piece of the past that was summed: from when on (UTC), how many calls it has."""

    since: datetime
    calls: int


def any_marks(view: View) -> bool:
    """Say whether an hour is to be summed anew."""
    return view.execute(select(rollup_marks.c.id).limit(1)).first() is not None


def all_summed(view: View, *, zone: ZoneInfo) -> bool:
    """Say whether all of the past is summed; `zone` is the team's, here as below."""
    return summed_since(view, zone=zone) == BEGINNING


def work_off(unit: Unit, *, zone: ZoneInfo) -> int | None:
    """Sum some marked hours anew; gives how many calls they have, None where none was marked."""
    _hold(unit)
    query = select(rollup_marks.c.id, rollup_marks.c.hour).order_by(rollup_marks.c.id)
    marked = unit.execute(query.limit(MARKS_AT_ONCE)).all()
    if not marked:
        return None
    calls, done = 0, set[datetime]()
    for hour in dict.fromkeys(hour for _, hour in marked):
        calls += _replace(unit, hour, hour + HOUR, zone)
        done.add(hour)
        if calls >= AT_ONCE:
            break
    worked = [number for number, hour in marked if hour in done]
    unit.execute(delete(rollup_marks).where(rollup_marks.c.id.in_(worked)))
    return calls


def _hold(unit: Unit) -> None:
    """Be the only one who sums, until the unit ends; SQLite has one writer anyway."""
    if unit.dialect == "postgresql":
        unit.execute(select(func.pg_advisory_xact_lock(func.hashtext(STATE))))


def sum_past(unit: Unit, *, zone: ZoneInfo, at: datetime) -> Slice | None:
    """Sum the next piece of the past that was not summed yet; None where all is. `at` is now."""
    _hold(unit)
    done = summed_since(unit, zone=zone)
    return sum_before(unit, done, zone=zone, at=at) if done > BEGINNING else None


def sum_before(unit: Unit, before: datetime, *, zone: ZoneInfo, at: datetime) -> Slice:
    """Sum the piece of the past that ends at an hour (UTC), END for the newest. `at` is now."""
    _hold(unit)
    here = select(attempts.c.at).where(attempts.c.at < before).order_by(attempts.c.at.desc())
    first = unit.execute(here.limit(1).offset(AT_ONCE - 1)).scalar()
    since = hour_of(first) if first else BEGINNING
    found = Slice(since, _replace(unit, since, before, zone))
    known = summed_since(unit, zone=zone)
    if since < known <= before:
        value = {"since": since.isoformat(), "zone": zone.key, "cuts": list(CUTS)}
        kept.put(unit, STATE, value, at=at)
    return found


def _replace(unit: Unit, since: datetime, until: datetime, zone: ZoneInfo) -> int:
    """Sum whole hours anew in place of what was kept of them; gives how many calls they have."""
    here = rollups.c.cut.in_(CUTS), rollups.c.hour >= since, rollups.c.hour < until
    unit.execute(delete(rollups).where(*here))
    found = sum_calls(unit, since=since, until=until, zone=zone)
    slots, sums = list(found), zip(*found.values(), strict=True)
    columns: dict[str, Any] = {
        "hour": [hour for hour, _, _ in slots],
        "cut": [cut for _, cut, _ in slots],
        "key": [_written(key) for _, _, key in slots],
        **dict(zip(Counts.__slots__, sums, strict=bool(slots))),
    }
    insert_columns(unit, rollups, columns)
    return sum(calls for (_, cut, _), (calls, *_) in found.items() if cut == "rep")


@lru_cache(maxsize=1 << 12)
def _written(key: Key) -> str:
    return json.dumps(key, ensure_ascii=False, separators=(",", ":"))
