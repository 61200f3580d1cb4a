"""How far sums of calls by the hour have come, and whether they are what the calls are (L6)."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select

from storage import lead_rollups
from storage.call_sums import CUTS, IS_CALL, Counts, Slot, sum_calls
from storage.marks import hour_of
from storage.rollups import BEGINNING, END, HOUR, marked, summed_since, totals
from storage.tables import attempts, rollups
from storage.unit import View


@dataclass(frozen=True, slots=True)
class Standing:
    """How sums stand: `since` when (UTC, BEGINNING for always, END for nothing) all is summed.

    `left` are attempts before that; `marked` are hours that are to be summed anew, of calls or of
    leads that came in them. `leads_since` is the day from which on leads are counted, likewise.
    """

    since: datetime
    left: int
    marked: tuple[datetime, ...]
    leads_since: date


def standing(view: View, *, zone: ZoneInfo) -> Standing:
    """Give how far the sums have come; `zone` is the team's."""
    since = summed_since(view, zone=zone)
    left = select(func.count()).select_from(attempts).where(attempts.c.at < since)
    hours = sorted({*marked(view, BEGINNING, END), *lead_rollups.marked_hours(view)})
    before = view.execute(left).scalar_one() if since > BEGINNING else 0
    return Standing(since, before, tuple(hours), lead_rollups.summed_since(view, zone=zone))


def all_calls(view: View) -> Counts:
    """Count every call there is, by the calls themselves."""
    answered = func.sum(case((attempts.c.answered, 1), else_=0))
    talked, talk = func.count(attempts.c.talk_seconds), func.sum(attempts.c.talk_seconds)
    row = view.execute(select(func.count(), answered, talked, talk).where(IS_CALL)).one()
    return Counts(*(int(one or 0) for one in row))


def unequal_cuts(view: View, counts: Counts, *, zone: ZoneInfo) -> list[str]:
    """Give the cuts whose sums of all time come to anything else than this."""
    return [cut for cut in CUTS if _all_of(view, cut, zone) != counts]


def _all_of(view: View, cut: str, zone: ZoneInfo) -> Counts:
    found = totals(view, cut, since=BEGINNING, until=END, zone=zone)
    return sum((counts for _, counts in found), Counts())


def newest_id(view: View) -> int:
    """Give the number of the newest attempt, 0 where there is none."""
    return int(view.execute(select(func.max(attempts.c.id))).scalar() or 0)


def hours_of(view: View, ids: Collection[int]) -> list[datetime]:
    """Give the hours (UTC) of some attempts, in order, each once."""
    moments = view.execute(select(attempts.c.at).where(attempts.c.id.in_(ids))).scalars()
    return sorted({hour_of(at) for at in moments})


def unequal_hours(view: View, hours: Collection[datetime], *, zone: ZoneInfo) -> list[datetime]:
    """Give those of these hours (UTC) whose sums are not what their calls come to.

    Those that are marked, or were not summed yet, are nobody's to rest on, and are left out.
    """
    since, old = summed_since(view, zone=zone), marked(view, BEGINNING, END)
    here = [hour for hour in hours if hour >= since and hour not in old]
    return [hour for hour in here if _kept(view, hour) != _real(view, hour, zone)]


def _kept(view: View, hour: datetime) -> dict[Slot, Counts]:
    columns = (rollups.c.cut, rollups.c.key, *(rollups.c[name] for name in Counts.__slots__))
    here = rollups.c.cut.in_(CUTS), rollups.c.hour == hour
    rows = view.execute(select(*columns).where(*here))
    return {(hour, cut, tuple(json.loads(key))): Counts(*sums) for cut, key, *sums in rows}


def _real(view: View, hour: datetime, zone: ZoneInfo) -> dict[Slot, Counts]:
    found = sum_calls(view, since=hour, until=hour + HOUR, zone=zone)
    return {slot: Counts(*sums) for slot, sums in found.items()}
