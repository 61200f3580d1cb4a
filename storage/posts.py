"""Where each Slack message about a lead stands, so that it can be changed in place."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from storage.tables import leads, posts
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


CARD = "card"
"""The purpose of a lead's card."""
TOLD = "told"
"""The purpose of a message that is only remembered so that it can be cleared (C5)."""
_COLUMNS = [posts.c[name] for name in Post.__slots__]


_ADD = insert(posts)


def add(
    unit: Unit, *, lead_id: int, purpose: str, about: str, recipient: str, channel: str, ts: str
) -> None:
    """Keep where a message stands."""
    values = {"lead_id": lead_id, "purpose": purpose, "about": about, "recipient": recipient}
    unit.execute(_ADD, values | {"channel": channel, "ts": ts})


def end(unit: Unit, post_ids: Sequence[int]) -> None:
    """Mark posts as over: they stand, and are not found by their purpose any more."""
    if post_ids:
        ended = update(posts).where(posts.c.id.in_(post_ids))
        unit.execute(ended.values(purpose=posts.c.purpose.concat("_over")))


def of_lead(view: View, lead_id: int, *, purpose: str, about: str = "") -> list[Post]:
    """Give a lead's messages of one purpose (card, nudge), oldest first."""
    query = select(*_COLUMNS).where(posts.c.lead_id == lead_id, posts.c.purpose == purpose)
    if about:
        query = query.where(posts.c.about == about)
    return [Post(**row) for row in view.execute(query.order_by(posts.c.id)).mappings()]


def standing_with(view: View, slack_id: str, *, worked: bool) -> list[int]:
    """Give the leads, `worked` or not, whose cards stand with their owner; newest first."""
    query = select(posts.c.lead_id).join(leads, leads.c.id == posts.c.lead_id)
    query = query.where(posts.c.recipient == slack_id, posts.c.purpose == CARD)
    query = query.where(leads.c.owner == slack_id, leads.c.working.is_(worked))
    return list(view.execute(query.distinct().order_by(posts.c.lead_id.desc())).scalars())


def of_purposes(view: View, lead_id: int, purposes: Collection[str]) -> list[Post]:
    """Give a lead's messages of any of these purposes, oldest first."""
    query = select(*_COLUMNS).where(posts.c.lead_id == lead_id, posts.c.purpose.in_(purposes))
    return [Post(**row) for row in view.execute(query.order_by(posts.c.id)).mappings()]


def of_channels(view: View, lead_id: int, *, purposes: Collection[str]) -> list[Post]:
    """Give a lead's messages of these purposes that stand in channels, oldest first."""
    query = select(*_COLUMNS).where(posts.c.lead_id == lead_id, posts.c.purpose.in_(purposes))
    query = query.where(posts.c.recipient == "").order_by(posts.c.id)
    return [Post(**row) for row in view.execute(query).mappings()]


def at(view: View, *, channel: str, ts: str) -> list[Post]:
    """Give what the message at this place is about: one row for each lead, in its order."""
    here = posts.c.channel == channel, posts.c.ts == ts, posts.c.purpose != TOLD
    query = select(*_COLUMNS).where(*here)
    return [Post(**row) for row in view.execute(query.order_by(posts.c.id)).mappings()]


def lead_at(view: View, *, channel: str, ts: str) -> int | None:
    """Give the number of the lead that the message at this place is about; None for many."""
    found = {one.lead_id for one in at(view, channel=channel, ts=ts)}
    return found.pop() if len(found) == 1 else None
