"""How fast things may leave to one place, shared by all processes of one database."""

from datetime import datetime

from sqlalchemy import select, update

from rules.pace import Pace, after_one, lets
from storage.rows import insert_new
from storage.tables import paces
from storage.unit import Unit


def is_free(unit: Unit, name: str, pace: Pace, *, now: datetime) -> bool:
    """Say whether one may leave there now (UTC); no other process is told so until the unit ends.

    A place that is new is free.
    """
    unit.execute(insert_new(unit, paces), {"name": name, "full_at": now})
    query = select(paces.c.full_at).where(paces.c.name == name).with_for_update()
    return lets(pace, unit.execute(query).scalar_one(), now=now)


def spend(unit: Unit, name: str, pace: Pace, *, now: datetime) -> None:
    """Note that one leaves there now (UTC)."""
    query = select(paces.c.full_at).where(paces.c.name == name).with_for_update()
    full_at = after_one(pace, unit.execute(query).scalar_one(), now=now)
    unit.execute(update(paces).where(paces.c.name == name).values(full_at=full_at))


def rest(unit: Unit, name: str, *, until: datetime) -> None:
    """Let nothing leave there until a moment (UTC)."""
    unit.execute(update(paces).where(paces.c.name == name).values(full_at=until))
