"""What was written while the machine's clock was ahead: it must not wait for that moment."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from storage.outbox import IS_LEASED, IS_WAITING
from storage.tables import outbox
from storage.unit import Unit

SLACK = timedelta(minutes=1)
"""Clocks of two machines may differ by so much."""
MOST = 500


def bring_back(unit: Unit, *, now: datetime, lease: timedelta) -> int:
    """Let rows leave when they would have, had the clock not been ahead of `now` (UTC).

    What is due so long after it was put in stays due so long after now, and nobody holds a row
    for longer than `lease`. Gives how many rows were changed, `MOST` of each sort at a time.
    """
    held = update(outbox).where(IS_LEASED, outbox.c.lease_until > now + lease + SLACK)
    changed = unit.execute(held.values(lease_until=now + lease)).rowcount
    later = now + SLACK
    late = select(outbox.c.id, outbox.c.due_at, outbox.c.created_at, outbox.c.tried_at)
    late = late.where(IS_WAITING, or_(outbox.c.created_at > later, outbox.c.tried_at > later))
    rows = unit.execute(late.limit(MOST).with_for_update(skip_locked=True)).all()
    for row_id, due_at, created_at, tried_at in rows:
        written = max(created_at, tried_at or created_at)
        values = {
            "due_at": now + max(timedelta(0), due_at - written),
            "created_at": min(created_at, now),
            "tried_at": tried_at and min(tried_at, now),
        }
        unit.execute(update(outbox).where(outbox.c.id == row_id).values(values))
    unit.wakes = unit.wakes or bool(rows)
    return changed + len(rows)
