"""Where each Slack message about a lead stands, so that it can be changed in place."""

from dataclasses import dataclass

from sqlalchemy import insert, select

from storage.tables import posts
from storage.unit import Unit, View


@dataclass(frozen=True, slots=True)
class Post:
    """A message in Slack: what it is for and where it stands."""

    id: int
    lead_id: int
    purpose: str
    about: str
    recipient: str
    channel: str
    ts: str


_COLUMNS = [posts.c[name] for name in Post.__slots__]


_ADD = insert(posts)


def add(
    unit: Unit, *, lead_id: int, purpose: str, about: str, recipient: str, channel: str, ts: str
) -> None:
    """Keep where a message stands."""
    values = {"lead_id": lead_id, "purpose": purpose, "about": about, "recipient": recipient}
    unit.execute(_ADD, values | {"channel": channel, "ts": ts})


def of_lead(view: View, lead_id: int, *, purpose: str, about: str = "") -> list[Post]:
    """Give a lead's messages of one purpose (card, nudge), oldest first."""
    query = select(*_COLUMNS).where(posts.c.lead_id == lead_id, posts.c.purpose == purpose)
    if about:
        query = query.where(posts.c.about == about)
    return [Post(**row) for row in view.execute(query.order_by(posts.c.id)).mappings()]
