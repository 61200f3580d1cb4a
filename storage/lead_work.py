"""Leads are counted by the day, and counted anew where something of them changed (L6).

Each of these replaces days whole, in the caller's unit, and one at a time: of two who count the
same day the later has seen all that the earlier saw. A mark that is committed after it was looked
for stays, so a change is never lost, only counted twice.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select

from storage import kept
from storage.bulk import insert_columns
from storage.lead_rollups import BEGINNING, DAY, END, FIRST, LAST, STATE, days_of, summed_since
from storage.lead_sums import CUTS, Key, begins, count_leads
from storage.tables import lead_marks, lead_sums, leads
from storage.unit import Unit, View

AT_ONCE = 1000
"""About how many leads are counted in one unit: SQLite's writer is soon free again."""
MARKS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Days:
    """A piece of the past that was counted: from which day on, how many leads it has."""

    since: date
    leads: int


def any_marks(view: View) -> bool:
    """Say whether a day is to be counted anew."""
    return view.execute(select(lead_marks.c.id).limit(1)).first() is not None


def all_summed(view: View, *, zone: ZoneInfo) -> bool:
    """Say whether all of the past is counted; `zone` is the team's, here as below."""
    return summed_since(view, zone=zone) == BEGINNING


def work_off(unit: Unit, *, zone: ZoneInfo) -> int | None:
    """Count some marked days anew; gives how many leads they have, None where none was marked."""
    _hold(unit)
    query = select(lead_marks.c.id, lead_marks.c.hour).order_by(lead_marks.c.id)
    marked = unit.execute(query.limit(MARKS_AT_ONCE)).all()
    if not marked:
        return None
    found, done, worked = 0, set[date](), list[int]()
    for number, hour in marked:
        fresh = days_of([hour], zone=zone) - done
        if fresh and found >= AT_ONCE:
            continue
        for day in sorted(fresh):
            found += _replace(unit, day, day + DAY, zone)
            done.add(day)
        worked.append(number)
    unit.execute(delete(lead_marks).where(lead_marks.c.id.in_(worked)))
    return found


def _hold(unit: Unit) -> None:
    """Be the only one who counts, until the unit ends; SQLite has one writer anyway."""
    if unit.dialect == "postgresql":
        unit.execute(select(func.pg_advisory_xact_lock(func.hashtext(STATE))))


def sum_past(unit: Unit, *, zone: ZoneInfo, at: datetime) -> Days | None:
    """Count the next piece of the past that was not counted yet; None where all is. `at` is now."""
    _hold(unit)
    done = summed_since(unit, zone=zone)
    return sum_before(unit, done, zone=zone, at=at) if done > BEGINNING else None


def sum_before(unit: Unit, before: date, *, zone: ZoneInfo, at: datetime) -> Days:
    """Count the piece of the past that ends with the day before one, END for the newest.

    `at` is now, UTC.
    """
    _hold(unit)
    older = leads.c.received_at < (begins(before, zone) if before < END else LAST)
    here = select(leads.c.received_at).where(older).order_by(leads.c.received_at.desc())
    first = unit.execute(here.limit(1).offset(AT_ONCE - 1)).scalar()
    since = first.astimezone(zone).date() if first else BEGINNING
    found = Days(since, _replace(unit, since, before, zone))
    known = summed_since(unit, zone=zone)
    if since < known <= before:
        value = {"since": since.isoformat(), "zone": zone.key, "cuts": list(CUTS)}
        kept.put(unit, STATE, value, at=at)
    return found


def _replace(unit: Unit, first: date, last: date, zone: ZoneInfo) -> int:
    """Count whole days anew in place of what was kept of them; gives how many leads they have."""
    here = lead_sums.c.day >= first, lead_sums.c.day < last
    unit.execute(delete(lead_sums).where(lead_sums.c.cut.in_(CUTS), *here))
    since = begins(first, zone) if first > BEGINNING else FIRST
    until = begins(last, zone) if last < END else LAST
    found = count_leads(unit, since=since, until=until, zone=zone)
    insert_columns(unit, lead_sums, _columns(found))
    return sum(count for (_, cut, _), count in found.items() if cut == CUTS[0])


def _columns(found: Counter[tuple[date, str, Key]]) -> dict[str, Any]:
    slots = list(found)
    return {
        "cut": [cut for _, cut, _ in slots],
        "day": [day for day, _, _ in slots],
        "key": [_written(key) for _, _, key in slots],
        "leads": list(found.values()),
    }


@lru_cache(maxsize=1 << 12)
def _written(key: Key) -> str:
    return json.dumps(key, ensure_ascii=False, separators=(",", ":"))
