"""The clock's tick with 10k due among 1M leads against the same 10k among 100k.

    python -m benchmarks.tick --due 10000

Each round is a real one, committed: hot follow-ups are reminded of, first calls climb their ladder
(reminded twice, moved to another rep, shown to the managers). A tick in which nothing is due is
measured as well. The floor is one claim of as many due rows by an index, without the work.
`--postgres` names a PostgreSQL server on which databases may be made.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import and_, func, insert, literal, select, update

from benchmarks.next import MORNING, fill, on_server
from bot.desk import Desk
from bot.followups import nag_due
from bot.ladder import climb_due
from bot.present import Present
from bot.settings import Settings
from storage.engine import make_engine
from storage.store import Store
from storage.tables import followups, history, leads, reps
from storage.upgrade import upgrade

SMALL, LARGE, DUE = 100_000, 1_000_000, 10_000
IDLE = 200
MARK = 1
ROUND = timedelta(minutes=10)
FIRST = timedelta(minutes=5)


@dataclass(slots=True)
class World:
    """A desk over so many leads, and the moment that its clock shows."""

    store: Store
    due: int
    now: datetime = MORNING
    times: dict[str, float] = field(default_factory=dict)

    @property
    def desk(self) -> Desk:
        settings = Settings.from_env({"MANAGERS_CHANNEL": "managers"})
        return Desk(self.store, settings, Present(), lambda: self.now)

    def measure(self, what: str, job: Callable[[Desk], int]) -> None:
        """Time a job on this desk that must do all that is due."""
        desk, began = self.desk, time.perf_counter()
        count = job(desk)
        self.times[what] = time.perf_counter() - began
        if count != self.due:
            raise RuntimeError(f"{what}: {count} done")

    def idle(self, what: str, job: Callable[[Desk], int]) -> None:
        """Time a job that finds nothing to do, as it does at nearly every tick."""
        desk, times = self.desk, []
        for _ in range(IDLE):
            began = time.perf_counter()
            job(desk)
            times.append(time.perf_counter() - began)
        self.times[what] = statistics.median(times)

    def claim(self) -> None:
        """Time the floor: the due rows found by their index and changed in one commit."""
        began = time.perf_counter()
        with self.store.unit() as unit:
            due = select(leads.c.id).where(leads.c.ladder_at <= self.now).limit(self.due)
            ids = unit.execute(due).scalars().all()
            unit.execute(
                update(leads).where(leads.c.id.in_(select(due.subquery()))).values(tried=1)
            )
            unit.commit()
        self.times["floor: a bare claim"] = time.perf_counter() - began
        if len(ids) != self.due:
            raise RuntimeError(f"{len(ids)} were due")


# Of a hundred leads nearly half are called in two weeks; some of them come due here instead.
LATER = and_(leads.c.queue == "planned", leads.c.owner != "", leads.c.next_at > MORNING + ROUND)


def choose(store: Store, count: int, **values: object) -> None:
    """Let so many leads that had time stand otherwise."""
    chosen = select(leads.c.id).where(LATER).order_by(leads.c.id).limit(count)
    with store.unit() as unit:
        unit.execute(update(leads).where(leads.c.id.in_(chosen)).values(values))
        unit.commit()


def agree(store: Store, count: int) -> None:
    """Agree so many hot follow-ups that come due in the morning."""
    hot = {"queue": "high_followup", "importance": "high", "next_what": "follow_up"}
    choose(store, count, **hot, next_at=MORNING, tried=MARK)
    names = ["lead_id", "rep", "importance", "due_at", "agreed_at", "state", "nag_at"]
    words = (literal("high"), leads.c.next_at, leads.c.next_at, literal("open"), leads.c.next_at)
    agreed = select(leads.c.id, leads.c.owner, *words).where(leads.c.tried == MARK)
    with store.unit() as unit:
        unit.execute(insert(followups).from_select(names, agreed))
        unit.commit()


def arrive(store: Store, count: int) -> None:
    """Let so many leads have arrived in the morning that wait for their first call."""
    fresh = {"queue": "fresh", "plan_step": 0, "attempts": 0, "climbs": True}
    came = {"clocked_at": MORNING, "ladder_at": MORNING + FIRST, "next_at": MORNING}
    choose(store, count, **fresh, **came)
    with store.unit() as unit:
        unit.execute(update(reps).values(capacity=LARGE))
        unit.commit()


def one_day(world: World) -> None:
    """Measure the ticks of a morning on which everything comes due at once."""
    world.desk.rest(world.now)  # its calendars are loaded once
    world.idle("nothing due: reminders", nag_due)
    world.idle("nothing due: the ladder", climb_due)
    agree(world.store, world.due)
    world.measure("follow-ups: the first reminder", nag_due)
    world.now += ROUND
    world.measure("follow-ups: the second", nag_due)
    world.now += ROUND
    world.measure("follow-ups: the managers", nag_due)
    world.now = MORNING
    arrive(world.store, world.due)
    world.now += FIRST
    world.claim()
    for what, span in (
        ("first calls: the first reminder", timedelta()),
        ("first calls: the second", FIRST),
        ("first calls: moved to another rep", ROUND),
        ("first calls: the managers", ROUND),
    ):
        world.now += span
        world.measure(what, climb_due)
    with world.store.view() as view:
        moved = select(func.count()).where(history.c.what == "moved").select_from(history)
        if view.execute(moved).scalar() != world.due:
            raise RuntimeError("not every lead was moved")


def table(small: World, large: World, *, sizes: tuple[int, int]) -> str:
    """Give everything as a Markdown table."""
    head = f"| {large.due:,} due | {sizes[0]:,} leads | {sizes[1]:,} leads | ratio |"
    lines = [
        f"| {what} | {few:,.4f} s | {large.times[what]:,.4f} s | {large.times[what] / few:.2f} |"
        for what, few in small.times.items()
    ]
    return "\n".join([head, "|---|---|---|---|", *lines])


def compare(addresses: list[str], *, sizes: tuple[int, int], due: int) -> str:
    """Measure both sizes and give the table."""
    worlds = []
    for address, size in zip(addresses, sizes, strict=True):
        store = Store(make_engine(address))
        try:
            upgrade(store.engine)
            fill(store, size)
            worlds.append(World(store, due))
            one_day(worlds[-1])
        finally:
            store.close()
    return table(*worlds, sizes=sizes)


def on_sqlite(folder: Path, *, sizes: tuple[int, int], due: int) -> str:
    """Measure on SQLite files in a folder of their own below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as made:
        return compare([f"sqlite:///{made}/{size}.db" for size in sizes], sizes=sizes, due=due)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--due", type=int, default=DUE)
    parser.add_argument("--folder", type=Path, default=Path("data"), help="a folder on the disk")
    parser.add_argument("--postgres", default="", help="postgresql+psycopg://… of a server")
    asked = parser.parse_args()
    sizes = (SMALL, LARGE)
    print(on_sqlite(asked.folder, sizes=sizes, due=asked.due))
    if asked.postgres:
        with on_server(asked.postgres, count=len(sizes)) as addresses:
            print(compare(addresses, sizes=sizes, due=asked.due))


if __name__ == "__main__":
    main()
