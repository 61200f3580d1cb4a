"""Whether the database can be read and written now."""

from bot.desk import Desk
from bot.team import whole_team
from storage import kept

TRIED = "ready"
SIZE = 16_384
"""Bytes that are written to try it: so many need room that a full disk does not have."""


def database_answers(desk: Desk) -> bool:
    """Say whether the database can be read; and written, where the last write was not taken."""
    try:
        whole_team(desk)
        if desk.store.failing:
            _write(desk)
    except Exception:  # noqa: BLE001 - any fault means that it can't
        return False
    return True


def _write(desk: Desk) -> None:
    """Store something and take it away again; raises Refused when that is not taken."""
    with desk.store.unit() as unit:
        kept.put(unit, TRIED, "x" * SIZE, at=desk.clock())
        unit.commit()
    with desk.store.unit() as unit:
        kept.forget(unit, TRIED)
        unit.commit()
