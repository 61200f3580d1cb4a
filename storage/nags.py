"""Reminders of follow-ups that are due: found by their index, carried out in batches (L4.3)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from rules.lead import FollowUp, Lead
from storage.calls import FOLLOWUP, IS_OPEN, to_followup
from storage.lead_rows import COLUMNS, to_lead
from storage.outbox import IS_LEASED, IS_WAITING
from storage.tables import followups, leads, outbox
from storage.unit import Unit, View

_SAVE = (
    update(followups)
    .where(followups.c.id == bindparam("followup"))
    .values(nags=bindparam("done"), nag_at=bindparam("next"))
)


_DELAY = (
    update(followups)
    .where(
        followups.c.id == bindparam("followup"),
        IS_OPEN,
        followups.c.nags == bindparam("done"),
        followups.c.nag_at < bindparam("next"),
    )
    .values(nag_at=bindparam("next"))
)


def any_due(view: View, *, now: datetime) -> bool:
    """Say whether some follow-up's next reminder is due."""
    query = select(followups.c.id).where(IS_OPEN, followups.c.nag_at <= now)
    return view.execute(query.limit(1)).first() is not None


def alone(unit: Unit) -> bool:
    """Say whether nobody else reminds now, and keep others from it until the unit ends.

    Two at once would tear apart what belongs into one message. SQLite has one writer anyway.
    """
    if unit.dialect != "postgresql":
        return True
    lock = select(func.pg_try_advisory_xact_lock(func.hashtext("nags")))
    return bool(unit.execute(lock).scalar())


def due(
    unit: Unit, *, now: datetime, after: int | None = None, rep: str = "", most: int
) -> list[FollowUp]:
    """Give open follow-ups whose next reminder is due, rep by rep; held until the unit ends.

    With `after` only those of whom so many reminders were sent, with `rep` one person's alone.
    """
    query = select(*FOLLOWUP).where(IS_OPEN, followups.c.nag_at <= now)
    if after is not None:
        query = query.where(followups.c.nags >= after)
    if rep:
        query = query.where(followups.c.rep == rep)
    query = query.order_by(followups.c.rep, followups.c.nag_at, followups.c.id).limit(most)
    rows = unit.execute(query.with_for_update(skip_locked=True)).mappings()
    return [to_followup(row) for row in rows]


def take(unit: Unit, followup_id: int) -> FollowUp | None:
    """Give a follow-up that is open, held until the unit ends; None for one that has ended."""
    query = select(*FOLLOWUP).where(followups.c.id == followup_id, IS_OPEN)
    row = unit.execute(query.with_for_update()).mappings().first()
    return to_followup(row) if row else None


def open_ones(view: View, ids: Sequence[int]) -> list[FollowUp]:
    """Give those of these follow-ups that are open still, longest due first."""
    query = select(*FOLLOWUP).where(followups.c.id.in_(ids), IS_OPEN)
    rows = view.execute(query.order_by(followups.c.due_at, followups.c.id)).mappings()
    return [to_followup(row) for row in rows]


def of_leads(view: View, lead_ids: Sequence[int], *, ended: bool = False) -> list[FollowUp]:
    """Give the open follow-ups of these leads, longest due first; those that `ended` too."""
    query = select(*FOLLOWUP).where(followups.c.lead_id.in_(lead_ids))
    query = query if ended else query.where(IS_OPEN)
    rows = view.execute(query.order_by(followups.c.due_at, followups.c.id)).mappings()
    return [to_followup(row) for row in rows]


def standing(
    view: View, lead_ids: Sequence[int]
) -> dict[int, tuple[datetime | None, datetime | None]]:
    """Give for each of these leads when its call is due, and since when it is on the phone."""
    query = select(leads.c.id, leads.c.next_at, leads.c.talking_at)
    rows = view.execute(query.where(leads.c.id.in_(lead_ids)))
    return {lead_id: (due, since) for lead_id, due, since in rows}


def leads_of(view: View, lead_ids: Sequence[int]) -> list[Lead]:
    """Give these leads, in the order of their numbers."""
    rows = view.execute(select(*COLUMNS).where(leads.c.id.in_(lead_ids)).order_by(leads.c.id))
    return [to_lead(row) for row in rows]


def stuck(
    view: View, kinds: Collection[str], *, since: datetime, until: datetime
) -> set[tuple[str, str]]:
    """Give the kinds and lanes of messages whose oldest waits since a stretch of time (UTC)."""
    found: dict[tuple[str, str], datetime] = {}
    for state in (IS_WAITING, IS_LEASED):
        query = select(outbox.c.kind, outbox.c.lane, func.min(outbox.c.created_at))
        query = query.where(state, outbox.c.kind.in_(kinds))
        for kind, lane, oldest in view.execute(query.group_by(outbox.c.kind, outbox.c.lane)):
            found[kind, lane] = min(oldest, found.get((kind, lane), oldest))
    return {place for place, oldest in found.items() if since <= oldest <= until}


def delay(unit: Unit, changed: Iterable[FollowUp]) -> None:
    """Let the next round of each wait until its time, where it stands in the same round still."""
    rows = [
        {"followup": one.id, "done": one.nags, "next": one.nag_at}
        for one in changed
        if one.nag_at is not None
    ]
    if rows:
        unit.execute(_DELAY, rows)


def save(unit: Unit, changed: Iterable[FollowUp]) -> None:
    """Save how often each was reminded of and when the next reminder is due."""
    rows = [{"followup": one.id, "done": one.nags, "next": one.nag_at} for one in changed]
    if rows:
        unit.execute(_SAVE, rows)
