"""A walk through somebody's leads, page by page, past those that stay where they are (C3)."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, literal, or_

from rules.lead import Lead
from storage.tables import leads

BEGINNING, UNTIMED = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    """How far a walk came: to the lead of this time (UTC) and number, among the `parked` or not.

    The parked are those that nobody works but for a time that was agreed with them; they come last.
    """

    at: datetime = BEGINNING
    id: int = 0
    parked: bool = False


FIRST = Place()
_AT: Any = func.coalesce(leads.c.next_at, literal(UNTIMED, leads.c.next_at.type))
IN_TURN = _AT, leads.c.id
"""Soonest first; those without a time come last."""


def place_of(lead: Lead) -> Place:
    """Give the place of a lead in a walk, to go on after it."""
    return Place(lead.next_at or UNTIMED, lead.id, not lead.working)


def comes_after(place: Place) -> ColumnElement[bool]:
    """Make the condition that holds for leads that come after a place."""
    at = literal(place.at, leads.c.next_at.type)
    return or_(at < _AT, and_(at == _AT, leads.c.id > place.id))
