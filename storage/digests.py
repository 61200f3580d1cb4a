"""What digests need to know besides figures: campaigns by name, how many leads came (L6)."""

from datetime import datetime

from sqlalchemy import func, select

from storage.tables import leads
from storage.unit import View


def campaigns(view: View, *, since: datetime) -> list[str]:
    """Name the campaigns whose leads came since a moment (UTC), by one range of an index."""
    query = select(leads.c.campaign).where(leads.c.received_at >= since).distinct()
    return sorted(one for one in view.execute(query).scalars() if one)


def came_since(view: View, since: datetime) -> int:
    """Count the leads that came after a moment (UTC)."""
    query = select(func.count()).where(leads.c.received_at > since)
    return int(view.execute(query).scalar_one())


def nth_came_at(view: View, since: datetime, nth: int) -> datetime:
    """Give when (UTC) the n-th lead after a moment came, of as many as there are."""
    came = leads.c.received_at
    query = select(came).where(came > since).order_by(came).offset(nth - 1).limit(1)
    found: datetime = view.execute(query).scalar_one()
    return found
