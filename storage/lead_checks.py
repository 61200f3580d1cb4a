"""How far leads are counted by the day, and whether the counts are what the leads are (L6)."""

import json
from collections import Counter
from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from rules.report import ALL
from storage.lead_rollups import DAY, FIRST, LAST, by_day, leads_of, summed
from storage.lead_sums import CUTS, Slot, begins, count_leads
from storage.tables import lead_sums, leads
from storage.unit import View


def all_leads(view: View) -> int:
    """Count every lead there is, but for those that became another, by the leads themselves."""
    here = leads.c.merged_into.is_(None), leads.c.received_at.is_not(None)
    return int(view.execute(select(func.count()).select_from(leads).where(*here)).scalar_one())


def unequal_cuts(view: View, count: int, *, zone: ZoneInfo) -> list[str]:
    """Give the cuts whose counts of all time come to anything else than this."""
    days, always = summed(view, zone=zone), (FIRST, LAST)
    found = leads_of(view, days, always, only=ALL)
    sums = {CUTS[0]: by_day(view, days, always, only=ALL).total()}
    sums |= {cut: counted.total() for cut, counted in found.items()}
    return [cut for cut, leads in sums.items() if leads != count]


def some_days(view: View, ids: Collection[int], *, zone: ZoneInfo) -> list[date]:
    """Give the days on which some leads came, in order, each once."""
    moments = view.execute(select(leads.c.received_at).where(leads.c.id.in_(ids))).scalars()
    return sorted({at.astimezone(zone).date() for at in moments})


def newest_id(view: View) -> int:
    """Give the number of the newest lead, 0 where there is none."""
    return int(view.execute(select(func.max(leads.c.id))).scalar() or 0)


def unequal_days(view: View, some: Collection[date], *, zone: ZoneInfo) -> list[date]:
    """Give those of these days whose counts are not what their leads come to.

    Those that are marked, or were not counted yet, are nobody's to rest on, and are left out.
    """
    now = summed(view, zone=zone)
    here = [day for day in some if day >= now.since and day not in now.marked]
    return [day for day in here if _kept(view, day) != _real(view, day, zone)]


def _kept(view: View, day: date) -> Counter[Slot]:
    columns = lead_sums.c.cut, lead_sums.c.key, lead_sums.c.leads
    rows = view.execute(select(*columns).where(lead_sums.c.cut.in_(CUTS), lead_sums.c.day == day))
    return Counter({(day, cut, tuple(json.loads(key))): count for cut, key, count in rows})


def _real(view: View, day: date, zone: ZoneInfo) -> Counter[Slot]:
    until = begins(day + DAY, zone)
    return count_leads(view, since=begins(day, zone), until=until, zone=zone)
