"""Leads counted by the team's day on which they came, from the leads themselves (L6).

Who became another lead is not counted.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from rules.report import ALL, Only
from storage.figures import LINE, bucket, came_in
from storage.tables import leads
from storage.unit import View

Key = tuple[str, ...]
Slot = tuple[date, str, Key]
"""A day of the team's zone, a cut and its key."""
CUTS = ("campaign", "line", "first_call", "stage")
"""What leads are counted by; another key is another cut's name.

campaign; line: campaign, banner and kind; first_call: campaign, kind, and how soon they were first
called, as `storage.figures.bucket` says; stage: campaign and stage.
"""


def begins(day: date, zone: ZoneInfo) -> datetime:
    """Give the first moment (UTC) of a zone's day."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def count_leads(
    view: View, *, since: datetime, until: datetime, zone: ZoneInfo, only: Only = ALL
) -> Counter[Slot]:
    """Count who came from `since` up to `until` (UTC), by the team's day and each of the CUTS.

    All are counted by what they are now; `zone` is the team's.
    """
    columns = leads.c.received_at, *LINE, leads.c.kind, leads.c.stage, bucket(view).label("part")
    query = select(*columns).where(*came_in(since, until, only))
    alike = Counter((row[0].astimezone(zone).date(), row[1:]) for row in view.execute(query))
    return _by_cuts(alike)


def _by_cuts(alike: Mapping[tuple[date, Any], int]) -> Counter[Slot]:
    found: Counter[Slot] = Counter()
    for (day, (campaign, banner, kind, stage, part)), count in alike.items():
        found[day, "campaign", (campaign,)] += count
        found[day, "line", (campaign, banner, kind)] += count
        found[day, "first_call", (campaign, kind, str(part))] += count
        found[day, "stage", (campaign, stage)] += count
    return found
