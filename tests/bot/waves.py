"""What the tests of more leads than hands share."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from bot import learning, wave
from bot.next import Handed, next_lead
from rules.lead import Lead
from rules.wave import HOLD
from rules.words import Importance, Kind, Outcome, Queue, Stage, Step, Tier
from storage.tables import attempts, lead_sources, leads
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = 7 * DAY
ZONE = ZoneInfo("Asia/Jerusalem")
A, B, C, D = Tier
# Two who call from 09:00 to 18:00: at 10:00 they have 16 hours left, and make 160 calls.
TEAM = f"""
[[rep]]
slack_id = "{NOA}"
name = "נועה"
locale = "he"
hours = "Sun-Thu 09:00-18:00"
[[rep]]
slack_id = "{AVI}"
name = "Avi"
hours = "Sun-Thu 09:00-18:00"
[[rep]]
slack_id = "{MIRI}"
name = "Miri"
role = "manager"
"""
NOTNOW: dict[str, Any] = {"plan_step": 1, "queue": Queue.PLANNED, "last_outcome": Outcome.NOTNOW}
HOT: dict[str, Any] = {
    "next_what": Step.FOLLOW_UP,
    "importance": Importance.HIGH,
    "queue": Queue.HIGH_FOLLOWUP,
}
PLANNED: dict[str, Any] = {"plan_step": 1, "queue": Queue.PLANNED}


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, team=TEAM) as made:
        yield made


def add(room: Room, count: int, tier: Tier, **columns: Any) -> list[int]:
    """Write leads that are due now into the tables; a model is copied, and closed itself."""
    model = _model(room)
    with room.desk.store.unit() as unit:
        [row] = unit.execute(select(leads).where(leads.c.id == model)).mappings()
        given = {**row, "tier": tier, "phone_e164": "", "email_key": "", "email": ""}
        given |= {"owner": NOA, "stage": Stage.LEAD, "next_what": Step.CALL, "working": True}
        given |= dict.fromkeys(("next_at", "received_at", "fresh_at"), room.clock.now)
        given |= dict.fromkeys(("closed_at", "last_at", "first_call_at", "reached_at"))
        given |= {"plan_step": 0, "queue": Queue.FRESH, "last_outcome": "", "ladder_at": None}
        given |= columns
        del given["id"]
        before = unit.execute(select(leads.c.id).order_by(leads.c.id.desc()).limit(1)).scalar()
        unit.execute(insert(leads), [given] * count)
        unit.commit()
    first = int(before or 0) + 1
    return list(range(first, first + count))


def _model(room: Room) -> int:
    with room.desk.store.view() as view:
        known = view.execute(select(leads.c.id).where(leads.c.name == "Model")).scalar()
    if known:
        return int(known)
    made = room.lead(name="Model", phone="052-234-5000", email="model@example.com")
    room.log(made.id, "lost")
    room.deliver()
    return made.id


def came(room: Room, count: int, tier: Tier, at: datetime, *, source: str = "website") -> None:
    """Write leads that came at a moment, and were closed since."""
    past = {"received_at": at, "working": False, "stage": Stage.LOST, "next_what": Step.NONE}
    made = add(room, count, tier, **past)
    with room.desk.store.unit() as unit:
        row = {"at": at, "source": source, "fingerprint": "", "extra": {}}
        unit.execute(insert(lead_sources), [row | {"lead_id": one} for one in made])
        unit.commit()


def called(room: Room, count: int, at: datetime, *, by: str = AVI) -> None:
    """Write calls of one hour into the tables."""
    with room.desk.store.unit() as unit:
        row = dict(unit.execute(select(attempts).limit(1)).mappings().one())
        del row["id"]
        unit.execute(insert(attempts), [row | {"at": at, "by": by, "undone_at": None}] * count)
        unit.commit()


def look(room: Room) -> str:
    done = wave.look(room.desk)
    room.deliver()
    return done


def told(room: Room, who: str = MIRI) -> list[str]:
    return [one.text for one in room.outside.dms(who)]


def buttons(room: Room) -> list[str]:
    [*_, last] = room.outside.dms(MIRI)
    beside = [one["accessory"] for one in last.blocks if "accessory" in one]
    return [one["text"]["text"] for one in (*beside, *last.blocks[-1].get("elements", ()))]


def flooded(room: Room) -> None:
    """200 calls and 160 that can be made: 50 of them are tier D's, 10 of these were agreed."""
    add(room, 150, B)
    add(room, 30, D)
    add(room, 10, D, **PLANNED)
    add(room, 5, D, **NOTNOW)
    add(room, 5, D, **HOT)


def hold(room: Room, *tiers: Tier, **more: Any) -> wave.Stricter:
    return wave.make_stricter(room.desk, HOLD, tiers or (D,), by=MIRI, **more)


def handed(room: Room) -> Lead:
    """Give the best call for Noa now."""
    found = next_lead(room.desk, by=NOA)
    assert isinstance(found, Handed)
    return found.lead


def cold(room: Room) -> None:
    """Let the cold be tier D."""
    tiers = replace(BOOK.tiers, kinds={**BOOK.tiers.kinds, Kind.COLD: 0.1})
    room.desk.present.base = room.desk.present.playbook = replace(BOOK, tiers=tiers)
    learning.recall(room.desk)


def done(room: Room, tier: Tier, count: int) -> None:
    """Let so many calls of a tier be made."""
    with room.desk.store.unit() as unit:
        some = select(leads.c.id).where(leads.c.tier == tier, leads.c.working).limit(count)
        ids = list(unit.execute(some).scalars())
        unit.execute(leads.update().where(leads.c.id.in_(ids)).values(working=False))
        unit.commit()
