"""What the tests of leads that wait for their first call share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import ladder
from bot.views.blocks import Message
from rules.playbook import Playbook, Speed
from storage import reps
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk

ISRAEL = ZoneInfo("Asia/Jerusalem")
DAY = "Sun-Thu 09:00-18:00, Fri 09:00-13:00"
GIL = "U01GIL"


def team(noa: str = DAY, avi: str = DAY, more: str = "") -> str:
    return f"""
[[rep]]
slack_id = "{NOA}"
name = "Noa"
hours = "{noa}"
{more}
[[rep]]
slack_id = "{AVI}"
name = "Avi"
hours = "{avi}"
[[rep]]
slack_id = "{MIRI}"
name = "Miri"
role = "manager"
"""


def book(**speed: object) -> Playbook:
    return replace(BOOK, speed=Speed(**speed))  # type: ignore[arg-type]  # the playbook's own keys


@contextmanager
def desk(
    tmp_path: Path,
    clock: FakeClock,
    local: str,
    *,
    playbook: Playbook = BOOK,
    reps_file: str = "",
) -> Iterator[Room]:
    """Open a desk at a moment by Israel's clock."""
    clock.now = moment(local)
    with a_desk(tmp_path, clock, team=reps_file or team(), playbook=playbook) as made:
        yield made


def moment(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ISRAEL).astimezone(UTC)


def at(room: Room, local: str) -> None:
    """Go to a moment, do what the clock does there, deliver."""
    room.clock.now = moment(local)
    tick(room)


def tick(room: Room, **span: float) -> None:
    room.clock.forward(None, **span)
    ladder.climb_due(room.desk)
    room.deliver()


def buttons(message: Message) -> list[str]:
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return [element["action_id"] for row in rows for element in row["elements"]]


def nudges(room: Room, slack_id: str) -> list[Message]:
    """Give the reminders of first calls in a person's direct messages, retired ones too."""
    return [one for one in room.outside.dms(slack_id) if one.text.startswith(("⏱", "#"))]


def told(room: Room) -> list[Message]:
    """Give what the manager was told of slow first calls."""
    return nudges(room, MIRI)


def away(room: Room, slack_id: str, until: datetime | None = None) -> None:
    with room.desk.store.unit() as unit:
        reps.set_away(unit, slack_id, until=until)
        unit.commit()


def many(room: Room, count: int) -> list[int]:
    """Take in so many leads; gives their numbers."""
    return [
        room.lead(name=f"Lead {n}", phone=f"052-234-{5000 + n}", email="").id for n in range(count)
    ]
