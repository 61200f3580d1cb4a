"""What is forgotten once nobody asks for it any more, so many rows at a time (C5)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Table, delete, func, literal_column, select, update

from storage.deadletters import DISMISSED
from storage.outbox import CANCELLED, SENT
from storage.tables import intake, outbox, seen
from storage.unit import Unit

HAS_BODY = func.length(intake.c.body) > literal_column("0", Integer)
ENDED = (SENT, CANCELLED, DISMISSED)


def forget_ended(unit: Unit, *, kinds: Sequence[str], before: datetime, most: int) -> int:
    """Forget rows of the outbox of these kinds that ended before a moment (UTC); gives how many.

    What waits, is in hand, or is dead and nobody has seen to it, stays.
    """
    c = outbox.c
    old = select(c.id).where(c.kind.in_(kinds), c.done_at.is_not(None), c.done_at < before)
    return _forget(unit, outbox, old.where(c.state.in_(ENDED)).limit(most))


def forget_source(unit: Unit, *, source: str, before: datetime, most: int) -> int:
    """Forget what a source kept before a moment (UTC) that is no lead's; gives how much."""
    c = intake.c
    old = select(c.id).where(c.source == source, c.once_key != "", c.received_at < before)
    return _forget(unit, intake, old.where(c.lead_id.is_(None)).limit(most))


def empty_bodies(unit: Unit, *, states: Sequence[str], before: datetime, most: int) -> int:
    """Empty what came before a moment (UTC) and stands so; gives how many.

    Its key, its state and its lead stay, so that the same again is known.
    """
    c = intake.c
    old = select(c.id).where(HAS_BODY, c.received_at < before, c.state.in_(states))
    rows = old.order_by(c.received_at).limit(most)
    return unit.execute(update(intake).where(c.id.in_(rows)).values(body=b"")).rowcount


def forget_seen(unit: Unit, *, before: datetime, most: int) -> int:
    """Forget what was handled before a moment (UTC); gives how many."""
    old = select(seen.c.key).where(seen.c.at < before).limit(most)
    return unit.execute(delete(seen).where(seen.c.key.in_(old))).rowcount


def _forget(unit: Unit, table: Table, rows: Any) -> int:
    return unit.execute(delete(table).where(table.c.id.in_(rows))).rowcount
