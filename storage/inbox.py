"""Raw intake: bytes kept before anyone parses them (C2)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update

from storage.bulk import among, insert_columns, numbers, values
from storage.rows import insert_new, is_just
from storage.tables import intake, seen
from storage.unit import Unit, View

CREATED = "created"
RECEIVED, QUARANTINED, WAITING = "received", "quarantined", "waiting"
"""WAITING is what came as a number alone, until its form is fetched."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came through a door, as it came; the moment is UTC."""

    id: int
    source: str
    received_at: datetime
    content_type: str
    body: bytes
    state: str
    reason: str
    lead_id: int | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What came through a door, by the number under which it is kept, and by its own key."""

    id: int
    source: str
    once_key: str
    content_type: str
    body: bytes


_SETTLE = (
    update(intake)
    .where(intake.c.id == bindparam("intake"))
    .values({name: bindparam(name) for name in ("state", "lead_id", "reason")})
)
_COLUMNS = [intake.c[name] for name in Arrival.__slots__]


def keep(
    unit: Unit, *, source: str, body: bytes, content_type: str, once_key: str, at: datetime
) -> int | None:
    """Keep what came; None when the same source sent this key before."""
    values = {
        "source": source,
        "received_at": at,
        "content_type": content_type,
        "body": body,
        "once_key": once_key,
        "state": RECEIVED,
    }
    statement = insert_new(unit, intake).returning(intake.c.id)
    return unit.execute(statement, values).scalar()


def keep_many(
    unit: Unit,
    *,
    source: str,
    bodies: Mapping[str, bytes],
    content_type: str,
    at: datetime,
    state: str = RECEIVED,
) -> dict[str, int]:
    """Keep the bodies of many by their keys; gives the numbers of those that are new."""
    same = {"source": source, "received_at": at, "content_type": content_type, "state": state}
    rows = [same | {"once_key": key, "body": body} for key, body in bodies.items()]
    statement = insert_new(unit, intake).returning(intake.c.once_key, intake.c.id)
    return {row.once_key: row.id for row in unit.execute(statement, rows)} if rows else {}


def known_keys(view: View, source: str, keys: Collection[str]) -> set[str]:
    """Give those of these keys under which this source sent something before."""
    asked = {"source": source, "keys": values(view, keys)}
    return set(view.execute(_known(view.dialect), asked).scalars())


@lru_cache
def _known(dialect: str) -> Any:
    key = intake.c.once_key
    mine = intake.c.source == bindparam("source"), among(dialect, key, "keys"), key != ""
    return select(key).where(*mine)


def next_numbers(unit: Unit, count: int) -> list[int]:
    """Give the numbers of the next so many that come, for whoever keeps them now."""
    return numbers(unit, intake, count)


def keep_as(unit: Unit, found: Iterable[Kept], *, at: datetime) -> set[int]:
    """Keep what came under its numbers; gives those whose source did not send their key before."""
    same = {"received_at": at, "state": RECEIVED}
    rows = [{name: getattr(one, name) for name in Kept.__slots__} | same for one in found]
    statement = insert_new(unit, intake).returning(intake.c.id)
    return set(unit.execute(statement, rows).scalars()) if rows else set()


def add_created(unit: Unit, found: Sequence[tuple[Kept, int]], *, at: datetime) -> None:
    """Keep what came of people whom nobody knew, each with the number of the lead made of it."""
    columns = {name: [getattr(one, name) for one, _ in found] for name in Kept.__slots__}
    same = {"received_at": at, "state": CREATED}
    columns |= {name: [value] * len(found) for name, value in same.items()}
    insert_columns(unit, intake, columns | {"lead_id": [number for _, number in found]})


def get(view: View, intake_id: int, *, lock: bool = False) -> Arrival | None:
    """Give what came under this number; `lock` holds it until the unit ends."""
    query = select(*_COLUMNS).where(intake.c.id == intake_id)
    row = view.execute(query.with_for_update() if lock else query).mappings().first()
    return Arrival(**row) if row else None


def find(view: View, *, source: str, once_key: str) -> Arrival | None:
    """Give what this source sent under this key before."""
    query = select(*_COLUMNS).where(
        intake.c.source == source, intake.c.once_key == once_key, intake.c.once_key != ""
    )
    row = view.execute(query).mappings().first()
    return Arrival(**row) if row else None


def settled(
    view: View, *, sources: Collection[str], once_key: str
) -> tuple[str, int | None] | None:
    """Give the source that sent this key before, and its lead; None where none did.

    Not while it waits to be read.
    """
    query = select(intake.c.source, intake.c.lead_id).where(
        *(intake.c.source.in_(sources), intake.c.once_key == once_key, intake.c.once_key != ""),
        intake.c.state != RECEIVED,
    )
    row = view.execute(query.limit(1)).first()
    return (str(row.source), row.lead_id) if row else None


def settle(
    unit: Unit, intake_id: int, *, state: str, lead_id: int | None, reason: str = ""
) -> None:
    """Record what became of it: created, merged or quarantined."""
    values = {"state": state, "lead_id": lead_id, "reason": reason}
    unit.execute(_SETTLE, {"intake": intake_id} | values)


def replace_body(unit: Unit, intake_id: int, *, body: bytes, state: str) -> None:
    """Put what was fetched in the place of what told of it."""
    changed = update(intake).where(intake.c.id == intake_id)
    unit.execute(changed.values(body=body, state=state))


def settle_many(unit: Unit, settled: Iterable[tuple[int, str, int]]) -> None:
    """Record what became of many: number, state and lead of each."""
    rows = [
        {"intake": number, "state": state, "lead_id": lead_id, "reason": ""}
        for number, state, lead_id in settled
    ]
    if rows:
        unit.execute(_SETTLE, rows)


def quarantined(view: View) -> int:
    """Give how many were set aside."""
    query = select(func.count()).where(is_just(intake.c.state, QUARANTINED))
    return int(view.execute(query).scalar() or 0)


def waiting(view: View) -> int:
    """Give how many came as a number alone and are not fetched yet."""
    query = select(func.count()).where(is_just(intake.c.state, WAITING))
    return int(view.execute(query).scalar() or 0)


def newest_aside(view: View, *, most: int) -> list[tuple[str, str, datetime]]:
    """Give the source, the reason and the moment (UTC) of what was set aside last."""
    query = select(intake.c.source, intake.c.reason, intake.c.received_at)
    query = query.where(is_just(intake.c.state, QUARANTINED))
    rows = view.execute(query.order_by(intake.c.id.desc()).limit(most))
    return [(source, reason, at) for source, reason, at in rows]


def unsettled(
    view: View, *, before: datetime, after: datetime | None = None, most: int
) -> list[int]:
    """Give what was kept before a moment (UTC) and never parsed: the process died between.

    So it did with what was kept `after` a moment to come, by a clock that was ahead.
    """
    late = [intake.c.received_at > after] if after else []
    query = select(intake.c.id).where(
        is_just(intake.c.state, RECEIVED), or_(intake.c.received_at < before, *late)
    )
    return list(view.execute(query.order_by(intake.c.id).limit(most)).scalars())


def first_time(unit: Unit, key: str, *, at: datetime) -> bool:
    """Remember that this click, command or event was handled; False when it was before."""
    if not key:
        return True
    return bool(unit.execute(insert_new(unit, seen), {"key": key, "at": at}).rowcount)
