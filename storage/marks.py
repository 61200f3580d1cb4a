"""Marks of hours whose calls, or leads, changed since they were summed; each is its own row (L6).

They are written in the unit of the change itself and only ever added, so nobody waits for anybody;
`storage.rollup_work` and `storage.lead_work` take them away once their hours are summed anew. An
hour of calls is that in which they were made, one of leads that in which they came.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, func, insert, literal_column, select

from storage.tables import Moment, attempts, lead_marks, leads, rollup_marks
from storage.unit import Unit

OF_LEADS = frozenset(
    {"campaign", "banner", "kind", "region", "zone", "phone_e164", "tier", "merged_into"}
)
"""What of a lead its calls are summed by."""
OF_ARRIVALS = frozenset(
    {"campaign", "banner", "kind", "stage", "received_at", "first_call_at", "merged_into"}
)
"""What of a lead it is counted by."""
_ADD = insert(rollup_marks).inline()
_ADD_ARRIVALS = insert(lead_marks).inline()


def hour_of(at: datetime) -> datetime:
    """Give the beginning of the hour that a moment (UTC) lies in."""
    return at.replace(minute=0, second=0, microsecond=0)


def mark(unit: Unit, at: datetime) -> None:
    """Mark the hour of a moment."""
    unit.execute(_ADD, {"hour": hour_of(at.astimezone(UTC))})


def mark_attempt(unit: Unit, attempt_id: int) -> None:
    """Mark the hour of an attempt."""
    _mark(unit, attempts.c.id == attempt_id)


def mark_leads(
    unit: Unit, lead_ids: Collection[int], *, which: ColumnElement[bool] | None = None
) -> None:
    """Mark the hours of all attempts of these leads, or of those `which` holds for."""
    theirs = attempts.c.lead_id.in_(lead_ids)
    if which is not None:
        theirs = attempts.c.lead_id.in_(select(leads.c.id).where(leads.c.id.in_(lead_ids), which))
    _mark(unit, theirs)


def _mark(unit: Unit, which: ColumnElement[bool]) -> None:
    hours = select(_hour(unit.dialect, attempts.c.at)).where(which).distinct()
    unit.execute(insert(rollup_marks).inline().from_select([rollup_marks.c.hour], hours))


@lru_cache
def _hour(dialect: str, moment: Column[datetime]) -> ColumnElement[Any]:
    """Make the hour of a moment; SQLite keeps moments as text."""
    if dialect == "sqlite":
        begins = func.substr(moment, 1, 13, type_=Moment)
        return begins.op("||")(literal_column("':00:00.000000'"))
    return func.date_trunc("hour", moment, "UTC")


def mark_arrivals(unit: Unit, moments: Iterable[datetime | None]) -> None:
    """Mark the hours of the moments at which leads came that are new or changed."""
    hours = sorted({hour_of(at.astimezone(UTC)) for at in moments if at})
    if hours:
        unit.execute(_ADD_ARRIVALS, [{"hour": one} for one in hours])


def mark_arrival_of(unit: Unit, lead_id: int) -> None:
    """Mark the hour in which a lead came, as that stands now."""
    came = select(_hour(unit.dialect, leads.c.received_at)).where(leads.c.id == lead_id)
    unit.execute(insert(lead_marks).inline().from_select([lead_marks.c.hour], came))
