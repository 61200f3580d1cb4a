"""Where the audit ends, noted now and then: what is cut off or written anew shows by it (C5)."""

from dataclasses import dataclass

from sqlalchemy import func, select

from rules.audit import Head
from storage.tables import audit
from storage.unit import View

_ENDS = select(audit.c.id, audit.c.digest).order_by(audit.c.id.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Stand:
    """The newest line's number, and the head that it makes."""

    number: int
    head: Head


def stand(view: View, since: Stand | None) -> Stand | None:
    """Give where the audit ends, counted on from an earlier stand; nothing is sealed anew (C5).

    None where there is no line, and where the one `since` which it counts is not as it was.
    """
    number, lines = (since.number, since.head.lines) if since else (0, 0)
    there = select(audit.c.digest).where(audit.c.id == number)
    if since and view.execute(there).scalar() != since.head.digest:
        return None
    newest = view.execute(_ENDS).first()
    if newest is None:
        return None
    more = view.execute(select(func.count()).where(audit.c.id > number)).scalar_one()
    return Stand(newest.id, Head(lines + int(more), newest.digest))
