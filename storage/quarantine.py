"""What came in and was set aside: listed without its bytes, dismissed, brought back (C2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from storage.inbox import QUARANTINED
from storage.rows import is_just
from storage.tables import intake
from storage.unit import View

DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Aside:
    """One intake that was set aside: its door, when it came (UTC), its size in bytes, why."""

    id: int
    source: str
    received_at: datetime
    size: int
    reason: str


def newest(view: View, *, most: int, skip: int = 0) -> Sequence[Aside]:
    """Give what is set aside, the newest first."""
    c = intake.c
    query = select(c.id, c.source, c.received_at, func.length(c.body), c.reason)
    query = query.where(is_just(c.state, QUARANTINED)).order_by(c.id.desc())
    return [Aside(*row) for row in view.execute(query.limit(most).offset(skip))]


def of_source(view: View, source: str) -> int:
    """Give how much of a source is set aside."""
    query = select(func.count()).where(
        is_just(intake.c.state, QUARANTINED), intake.c.source == source
    )
    return int(view.execute(query).scalar() or 0)
