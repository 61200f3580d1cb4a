"""What the tests of the outbox share."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from rules.effect import Effect
from storage import outbox
from storage.outbox import SENT
from storage.store import Store
from storage.tables import outbox as table
from tests.storage.making import MINUTE, NOON

LATER = NOON + timedelta(hours=1)


def put(store: Store, *effects: Effect, **values: Any) -> None:
    with store.unit() as unit:
        outbox.add(unit, effects, **({"now": NOON} | values))
        unit.commit()


def take(store: Store, **values: Any) -> list[outbox.Row]:
    given: dict[str, Any] = {"owner": "one", "now": NOON, "lease": MINUTE, "most": 100}
    with store.unit() as unit:
        rows = outbox.claim(unit, **(given | values))
        unit.commit()
    return rows


def finish(store: Store, row: outbox.Row, state: str = SENT, **values: Any) -> None:
    with store.unit() as unit:
        outbox.finish(unit, row, state=state, now=NOON, **values)
        unit.commit()


def put_back(store: Store, row: outbox.Row, **values: Any) -> None:
    given: dict[str, Any] = {"due_at": LATER, "now": NOON, "error": "busy", "counts": True}
    with store.unit() as unit:
        outbox.put_back(unit, row, **(given | values))
        unit.commit()


def free(store: Store, *, now: Any) -> int:
    with store.unit() as unit:
        count = outbox.free_expired(unit, now=now)
        unit.commit()
    return count


def states(store: Store) -> list[str]:
    with store.view() as view:
        return list(view.execute(select(table.c.state).order_by(table.c.id)).scalars())


def stored(store: Store) -> list[Any]:
    with store.view() as view:
        return list(view.execute(select(table).order_by(table.c.id)).mappings())


def effects(rows: list[outbox.Row]) -> list[Effect]:
    return [row.effect for row in rows]
