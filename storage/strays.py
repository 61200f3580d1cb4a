"""What came through a door and is no lead's: it may name somebody who is to be erased (C5)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from storage import kept
from storage.inbox import QUARANTINED, RECEIVED, WAITING
from storage.pruning import HAS_BODY
from storage.quarantine import DISMISSED
from storage.tables import intake
from storage.unit import Unit, View

AT_ONCE = 200
DROPPED = "drop:"
"""What keeps how a dropped file stands, with examples of its rows."""


@dataclass(frozen=True, slots=True)
class Loose:
    """What came, as it came, and is no lead's."""

    id: int
    source: str
    content_type: str
    body: bytes


_COLUMNS = [intake.c[name] for name in Loose.__slots__]


def loose(view: View) -> Iterator[Loose]:
    """Give all that is no lead's and was looked at, some at a time, the oldest first."""
    after, read = 0, intake.c.state.not_in((RECEIVED, WAITING))
    query = select(*_COLUMNS).where(intake.c.lead_id.is_(None), HAS_BODY, read)
    query = query.order_by(intake.c.id).limit(AT_ONCE)
    while rows := view.execute(query.where(intake.c.id > after)).all():
        yield from (Loose(*row) for row in rows)
        after = rows[-1].id


def empty(unit: Unit, ids: Collection[int]) -> None:
    """Empty what came under these numbers; what was set aside is put away."""
    named = update(intake).where(intake.c.id.in_(ids))
    unit.execute(named.where(intake.c.state == QUARANTINED).values(state=DISMISSED, reason=""))
    unit.execute(named.values(body=b"", content_type=""))


def replace(unit: Unit, intake_id: int, body: bytes) -> None:
    """Put this in place of what came."""
    unit.execute(update(intake).where(intake.c.id == intake_id).values(body=body))


def forget_aside(unit: Unit, *, before: datetime, most: int) -> int:
    """Empty and put away what was set aside before a moment (UTC); gives how many."""
    c = intake.c
    old = select(c.id).where(c.state == QUARANTINED, c.received_at < before)
    gone = update(intake).where(c.id.in_(old.order_by(c.id).limit(most)))
    values = {"state": DISMISSED, "body": b"", "reason": "", "content_type": ""}
    return unit.execute(gone.values(values)).rowcount


def forget_examples(unit: Unit, *, at: datetime) -> None:
    """Take the examples of rows out of what is kept of dropped files, now (UTC)."""
    for value in kept.starting(unit, DROPPED):
        if value.get("examples"):
            kept.put(unit, f"{DROPPED}{value['file']}", value | {"examples": {}}, at=at)
