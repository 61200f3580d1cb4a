"""Leads as other systems ask for them: found, by their numbers, by their last change (C2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from rules.lead import Lead
from rules.phones import email_key
from storage.lead_rows import COLUMNS, to_lead
from storage.outbox import CANCELLED, DEAD, IS_WAITING, LEASED, WAITING
from storage.tables import attempts, crm_links, history, lead_sources, leads, messages, outbox
from storage.unit import View

SCANNED = 2000
"""So many lines of history are looked through for one page."""
_TO_CUSTOMERS = outbox.c.kind.in_(("sms", "email"))
_HELD_BACK = (WAITING, LEASED, CANCELLED, DEAD)


@dataclass(frozen=True, slots=True)
class Scan:
    """Leads that changed, in order of their last change, and where the next page begins.

    `after` is the number of a line of history; None where no more is known.
    """

    leads: tuple[Lead, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message to a customer that did not leave: of which layer, why, since when (UTC)."""

    channel: str
    layer: str
    state: str
    at: datetime


def find(
    view: View, *, phone: str, email: str, external_id: str, after: int, most: int
) -> list[Lead]:
    """Give leads with all of what is not "", by their numbers, those higher than `after`.

    `phone` is E.164; an external id is a source's own, or another system's.
    """
    asked: list[ColumnElement[bool]] = []
    if phone:
        asked.append(and_(leads.c.phone_e164 == phone, leads.c.phone_e164 != ""))
    if email:
        asked.append(and_(leads.c.email_key == email_key(email), leads.c.email_key != ""))
    if external_id:
        sent = select(lead_sources.c.lead_id).where(
            lead_sources.c.external_id == external_id, lead_sources.c.external_id != ""
        )
        linked = select(crm_links.c.lead_id).where(crm_links.c.remote_id == external_id)
        asked.append(leads.c.id.in_(sent.union(linked)))
    return _by_number(view, *asked, after=after, most=most)


def numbered(view: View, *, after: int, most: int) -> list[Lead]:
    """Give leads by their numbers, those higher than `after`; not those that became another."""
    return _by_number(view, leads.c.merged_into.is_(None), after=after, most=most)


def _by_number(view: View, *asked: ColumnElement[bool], after: int, most: int) -> list[Lead]:
    query = select(*COLUMNS).where(*asked, leads.c.id > after).order_by(leads.c.id).limit(most)
    return [to_lead(row) for row in view.execute(query)]


def changed(view: View, *, after: int, most: int) -> Scan:
    """Give leads whose newest line of history came after a line, the longest unchanged first.

    One that changes meanwhile stands on a later page, so that nobody who goes on to the last page
    misses a change. At most SCANNED lines are looked through.
    """
    lines = select(history.c.id, history.c.lead_id).where(history.c.id > after)
    seen = lines.order_by(history.c.id).limit(SCANNED).subquery()
    later = history.alias("later")
    newer = exists().where(later.c.lead_id == seen.c.lead_id, later.c.id > seen.c.id)
    query = select(seen.c.id, *COLUMNS).join(leads, leads.c.id == seen.c.lead_id)
    newest = query.where(~newer).order_by(seen.c.id).limit(most)
    rows = view.execute(newest).all()
    found = tuple(to_lead(row[1:]) for row in rows)
    if len(rows) == most:
        return Scan(found, int(rows[-1][0]))
    last, count = view.execute(select(func.max(seen.c.id), func.count()).select_from(seen)).one()
    return Scan(found, int(last) if count == SCANNED else None)


def line_before(view: View, moment: datetime) -> int:
    """Give the number of the last line of history before a moment (UTC), 0 for none.

    Lines are written in the order of time, so halves are left out until one remains.
    """
    low, high = 0, int(view.execute(select(func.max(history.c.id))).scalar() or 0)
    while low < high:
        middle = (low + high + 1) // 2
        query = select(history.c.at).where(history.c.id >= middle).order_by(history.c.id).limit(1)
        at = view.execute(query).scalar()
        if at is not None and at < moment:
            low = middle
        else:
            high = middle - 1
    return low


def last_change(view: View, lead_ids: Sequence[int]) -> Mapping[int, datetime]:
    """Give the moment (UTC) of the newest line of history of each of these leads."""
    newest = select(func.max(history.c.id)).where(history.c.lead_id.in_(lead_ids))
    lines = newest.group_by(history.c.lead_id)
    query = select(history.c.lead_id, history.c.at).where(history.c.id.in_(lines))
    return {int(lead): at for lead, at in view.execute(query)}


def created(view: View, lead_id: int) -> datetime:
    """Give when a lead was made here (UTC)."""
    at: datetime = view.execute(
        select(leads.c.created_at).where(leads.c.id == lead_id)
    ).scalar_one()
    return at


def external_ids(view: View, lead_id: int) -> list[tuple[str, str]]:
    """Give what sources and other systems call a lead: of each its name and its own id."""
    sent = select(lead_sources.c.source, lead_sources.c.external_id).where(
        lead_sources.c.lead_id == lead_id, lead_sources.c.external_id != ""
    )
    linked = select(crm_links.c.system, crm_links.c.remote_id).where(crm_links.c.lead_id == lead_id)
    return sorted({(str(name), str(own)) for name, own in view.execute(sent.union(linked))})


def held_back(view: View, lead_id: int) -> list[Waiting]:
    """Give the messages to a lead's customer that wait, or that will not leave, oldest first."""
    ours = outbox.c.attempt_id.in_(select(attempts.c.id).where(attempts.c.lead_id == lead_id))
    waits = and_(
        IS_WAITING,
        outbox.c.attempt_id.is_(None),
        outbox.c.payload["lead_id"].as_integer() == lead_id,
    )
    left = exists().where(messages.c.outbox_id == outbox.c.id)
    query = select(outbox).where(
        _TO_CUSTOMERS, outbox.c.state.in_(_HELD_BACK), or_(ours, waits), ~left
    )
    rows = view.execute(query.order_by(outbox.c.id)).mappings()
    return [_waiting(row) for row in rows]


def _waiting(row: Any) -> Waiting:
    state = WAITING if row["state"] == LEASED else str(row["state"])
    at = row["due_at"] if state == WAITING else row["done_at"] or row["due_at"]
    return Waiting(str(row["kind"]), str(row["payload"]["layer"]), state, at)
