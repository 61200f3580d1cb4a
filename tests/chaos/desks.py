"""Desks to be struck: a world outside, processes of the bot, and when all has left."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from rules.effects import EFFECTS
from rules.sides import side_of
from sandbox.httpserver import free_port
from storage.engine import make_engine
from storage.outbox import LEASED, WAITING
from storage.tables import intake, outbox
from tests.chaos.bent import BY
from tests.e2e.bot import PROGRAM, Bot
from tests.e2e.world import TEAM, Outside

BENT = (PROGRAM[0], str(Path(__file__).with_name("bent.py")), "run")
STUCK = 150.0
Progress = Callable[[str], None]


def desk(folder: Path, *, database: str = "", limits: bool = False) -> Outside:
    """Make a world whose two reps can hold as many leads as come."""
    team = TEAM.replace('locale = "he"', 'locale = "he"\ncapacity = 9000', 1)
    team = team.replace('locale = "en"', 'locale = "en"\ncapacity = 9000')
    return Outside(folder, database=database, limits=limits, team=team)


@contextmanager
def bots(outside: Outside, count: int = 1, *, bent_by: Path | None = None) -> Iterator[list[Bot]]:
    """Make processes of the bot, the first on the world's own port, their clock bent by a file.

    Those that live at the end, whatever it is, are killed.
    """
    more = {BY: str(bent_by)} if bent_by else {}
    program = BENT if bent_by else PROGRAM
    ports = [outside.port, *(free_port() for _ in range(count - 1))]
    made = [Bot(outside.folder, port, lambda: outside.env | more, program=program)
            for port in ports]  # fmt: skip
    try:
        yield made
    finally:
        for bot in made:
            if bot.lives:
                bot.kill()


def wake(outside: Outside, running: Sequence[Bot]) -> None:
    """Start those that are dead, and wait until all are ready."""
    for bot in running:
        if not bot.lives:
            bot.start()
    for bot in running:
        outside.slack.wait_for(bot.ready, timeout=60)


def pass_a_minute(file: Path) -> None:
    """Set a bent clock on, so that nobody waits for the leases of those who died."""
    file.write_text("90", "utf-8")


@contextmanager
def rows_of(outside: Outside) -> Iterator[Connection]:
    """Read the database beside whoever writes."""
    engine = make_engine(outside.database, key=outside.more.get("DATABASE_KEY", ""))
    try:
        with engine.connect() as rows:
            yield rows
    finally:
        engine.dispose()


def unsettled(outside: Outside) -> int:
    """Count what is due and has not left, is in hand, or came in and was not read."""
    with rows_of(outside) as rows:
        now = time.time() + 1
        due = rows.execute(select(outbox.c.due_at).where(outbox.c.state == WAITING)).scalars()
        held = select(func.count()).where(outbox.c.state == LEASED)
        unread = select(func.count()).where(intake.c.state == "received")
        others = [int(rows.execute(one).scalar_one()) for one in (held, unread)]
        return sum(float(at.timestamp()) <= now for at in due) + sum(others)


def settle(outside: Outside) -> float:
    """Wait until all has left that may; give the seconds.

    Raises AssertionError where nothing leaves any more for longer than a lease and a pause.
    """
    begun = moved = time.monotonic()
    sent = -1
    while left := unsettled(outside):
        now, done = time.monotonic(), ended(outside)
        if done != sent:
            sent, moved = done, now
        assert now - moved < STUCK, f"{left} rows do not leave"
        time.sleep(0.3)
    return time.monotonic() - begun


@dataclass(frozen=True)
class End:
    """How a desk ended: seconds until all had left, and the exit codes of its processes."""

    took: float
    codes: list[int]


def finish(outside: Outside, running: Sequence[Bot], tell: Progress) -> End:
    """Let all leave that may, and ask the processes to end."""
    tell("drains")
    return End(settle(outside), [bot.stop() for bot in running])


def ended(outside: Outside) -> int:
    """Count the rows that have ended."""
    with rows_of(outside) as rows:
        over = select(func.count()).where(outbox.c.done_at.is_not(None))
        return int(rows.execute(over).scalar_one())


def waiting_for(outside: Outside, side: str) -> int:
    """Count what waits for another side."""
    with rows_of(outside) as rows:
        query = select(outbox.c.kind, outbox.c.payload)
        waiting = rows.execute(query.where(outbox.c.state.in_((WAITING, LEASED))))
        return sum(side_of(EFFECTS[kind](**payload)) == side for kind, payload in waiting)
