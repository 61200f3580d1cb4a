"""Leads as other systems ask for them: found, by their numbers, by their last change (C2)."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select, text

from rules.lead import Lead
from rules.phones import email_key
from rules.refusals import BUSY, Refused
from storage.lead_rows import COLUMNS, to_lead
from storage.outbox import CANCELLED, DEAD, LEASED, WAITING
from storage.tables import (
    ALONE,
    TO_CUSTOMERS,
    attempts,
    crm_links,
    history,
    lead_sources,
    leads,
    messages,
    outbox,
)
from storage.unit import View

SCANNED = 2000
"""So many lines of history are looked through for one page."""
DISORDER = timedelta(minutes=1)
"""So long at most is a line dated before another that has a lower number."""
PATIENCE, PAUSE = 2.0, 0.01
_HIGHEST = text("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM history_id_seq")
_WRITERS = text("""
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()
AND relation = 'history'::regclass
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")
_LAST = select(func.max(history.c.id))
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


def settled(view: View) -> int:
    """Give the number of a line of history up to which all that there will ever be stand.

    On PostgreSQL a line has its number before its commit, so a higher one may be seen first:
    whoever writes lines at this moment is waited for. Read what stands in another view, later.
    Raises Refused where one of them does not end in time.
    """
    if view.dialect != "postgresql":
        return int(view.execute(_LAST).scalar() or 0)
    highest = int(view.execute(_HIGHEST).scalar_one())
    writers, until = _writers(view), time.monotonic() + PATIENCE
    while writers:
        if time.monotonic() > until:
            raise Refused(BUSY)
        time.sleep(PAUSE)
        writers &= _writers(view)
    return highest


def _writers(view: View) -> set[str]:
    return set(view.execute(_WRITERS).scalars())


def changed(view: View, *, after: int, upto: int, most: int) -> Scan:
    """Give leads whose newest line of history came after a line, the longest unchanged first.

    Lines past `upto` count as not there yet. A lead that changes meanwhile stands on a later page,
    so that nobody who goes on to the last page misses a change. At most SCANNED lines are looked
    through.
    """
    lines = select(history.c.id, history.c.lead_id)
    lines = lines.where(history.c.id > after, history.c.id <= upto)
    seen = lines.order_by(history.c.id).limit(SCANNED).subquery()
    later = history.alias("later")
    newer = exists().where(
        later.c.lead_id == seen.c.lead_id, later.c.id > seen.c.id, later.c.id <= upto
    )
    query = select(seen.c.id, *COLUMNS).join(leads, leads.c.id == seen.c.lead_id)
    newest = query.where(~newer).order_by(seen.c.id).limit(most)
    rows = view.execute(newest).all()
    found = tuple(to_lead(row[1:]) for row in rows)
    if len(rows) == most:
        return Scan(found, int(rows[-1][0]))
    last, count = view.execute(select(func.max(seen.c.id), func.count()).select_from(seen)).one()
    return Scan(found, int(last) if count == SCANNED else None)


def line_before(view: View, moment: datetime) -> int:
    """Give a number right before the first line of history at a moment (UTC) or after it."""
    low = _line_long_before(view, moment)
    query = select(history.c.id).where(history.c.id > low, history.c.at >= moment)
    first = view.execute(query.order_by(history.c.id).limit(1)).scalar()
    return int(view.execute(_LAST).scalar() or 0) if first is None else int(first) - 1


def _line_long_before(view: View, moment: datetime) -> int:
    """Give the number of a line before all that may be dated at a moment or after it.

    Lines are written almost in the order of time, so halves are left out until one remains.
    """
    moment -= DISORDER
    low, high = 0, int(view.execute(_LAST).scalar() or 0)
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
    calls = select(attempts.c.id).where(attempts.c.lead_id == lead_id)
    of_calls = select(outbox.c.id).where(outbox.c.attempt_id.in_(calls), TO_CUSTOMERS)
    alone = select(outbox.c.id).where(ALONE, outbox.c.payload["lead_id"].as_integer() == lead_id)
    left = exists().where(messages.c.outbox_id == outbox.c.id)
    query = select(outbox).where(
        outbox.c.id.in_(of_calls.union(alone)), outbox.c.state.in_(_HELD_BACK), ~left
    )
    rows = view.execute(query.order_by(outbox.c.id)).mappings()
    return [_waiting(row) for row in rows]


def _waiting(row: Any) -> Waiting:
    state = WAITING if row["state"] == LEASED else str(row["state"])
    at = row["due_at"] if state == WAITING else row["done_at"] or row["due_at"]
    return Waiting(str(row["kind"]), str(row["payload"]["layer"]), state, at)
