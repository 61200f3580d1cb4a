"""The audit: lines that are only ever added, each sealed with the one before it (C5)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select, text

from rules.audit import Head, Line, sealed, seals
from storage.bulk import insert_columns
from storage.tables import audit
from storage.unit import Unit, View

AT_ONCE = 1000
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('audit'))")

_COLUMNS = [audit.c[one.name] for one in fields(Line)]
_NEWEST = select(audit.c.digest).order_by(audit.c.id.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Verified:
    """How many lines hold together and the last one's digest; `broken` is the first that does not.

    `broken` is 0 where all of them do. `lacks` is the first head that they do not contain, None
    where they contain all; `emptied` says that none is left where there must be some.
    """

    lines: int
    digest: str
    broken: int = 0
    lacks: Head | None = None
    emptied: bool = False

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.broken or self.lacks or self.emptied)


def add(unit: Unit, line: Line) -> None:
    """Add a line with the unit's commit: it stands if what it tells of does, and not otherwise.

    Lines are sealed last of all, since whoever seals holds the audit until the commit.
    """
    add_many(unit, (line,))


def add_many(unit: Unit, lines: Iterable[Line]) -> None:
    """Add lines in their order, each as `add` does."""
    unit.all_at_last(_seal, lines)


def _seal(unit: Unit, lines: Sequence[Line]) -> None:
    if unit.dialect == "postgresql":
        unit.execute(ONE_AT_A_TIME)
    digests = seals(unit.execute(_NEWEST).scalar() or "", lines)
    columns = {name: [getattr(line, name) for line in lines] for name in Line.__slots__}
    insert_columns(unit, audit, columns | {"digest": digests})


def lines(view: View, subject: str = "", *, most: int, since: datetime | None = None) -> list[Line]:
    """Give the newest lines on a subject such as "lead:123", or on all, oldest first.

    None from before `since` (UTC).
    """
    query = select(*_COLUMNS).order_by(audit.c.id.desc())
    if subject:
        query = query.where(audit.c.subject == subject)
    if since is not None:
        query = query.where(audit.c.at >= since)
    return [Line(*row) for row in view.execute(query.limit(most))][::-1]


def lines_of(view: View, subjects: Sequence[str], *, since: datetime) -> dict[str, list[Line]]:
    """Give all lines on some subjects from a moment (UTC) on, by subject, oldest first."""
    query = select(*_COLUMNS).where(audit.c.subject.in_(subjects), audit.c.at >= since)
    found: dict[str, list[Line]] = {}
    for row in view.execute(query.order_by(audit.c.id)):
        line = Line(*row)
        found.setdefault(line.subject, []).append(line)
    return found


def verify(view: View, heads: Sequence[Head] = ()) -> Verified:
    """Seal every line anew and compare, from the first one on; some are held at a time (C5).

    `heads` were noted before: the lines must contain each of them.
    """
    count, former = 0, ""
    wanted, met = {one.lines for one in heads}, {Head(0, "")}
    for number, digest, line in _all(view):
        if sealed(former, line) != digest:
            return Verified(count, former, number)
        count, former = count + 1, digest
        if count in wanted:
            met.add(Head(count, digest))
    return Verified(count, former, lacks=next((one for one in heads if one not in met), None))


def _all(view: View) -> Iterator[tuple[int, str, Line]]:
    after = 0
    query = select(audit.c.id, audit.c.digest, *_COLUMNS).order_by(audit.c.id).limit(AT_ONCE)
    while rows := view.execute(query.where(audit.c.id > after)).all():
        yield from ((int(row[0]), str(row[1]), Line(*row[2:])) for row in rows)
        after = rows[-1][0]
