"""A rep's next lead among 1M leads against 10k: the same share due, fifty reps.

    python -m benchmarks.next --calls 500

Every call is a real one: a lead is handed out and reserved in a commit, and its outcome is logged
before the next one, which is not measured. Both databases are asked in turn. `--postgres` names
a PostgreSQL server on which databases may be made.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, insert, literal, select, text
from sqlalchemy.engine import make_url

from bot import calls
from bot.desk import Desk
from bot.next import Handed, next_lead
from bot.present import Present
from bot.settings import Settings
from rules.acts import LogOutcome
from rules.team import Rep
from rules.words import Outcome
from storage import reps
from storage.engine import make_engine
from storage.store import Store
from storage.tables import leads
from storage.upgrade import upgrade

SMALL, LARGE = 10_000, 1_000_000
WARM_UP = 50
MORNING = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)  # a Tuesday, 11:30 in Israel
MOMENTS = {
    "by day": MORNING,
    "at night, from abroad": MORNING.replace(hour=20),  # 22:00 there, 15:00 in New York
    "in rest: what comes next": MORNING + timedelta(days=4),
}
TEAM = [f"U01REP{number:02}" for number in range(50)]
WORKED: dict[str, Any] = {"stage": "lead", "next_what": "call", "next_at": MORNING}
PLANNED = {**WORKED, "queue": "planned", "plan_step": 2, "attempts": 2}
AGREED = {**WORKED, "next_what": "follow_up", "plan_step": 1, "attempts": 1}
SHARES: tuple[tuple[int, dict[str, Any]], ...] = (
    (30, {"stage": "lost", "next_what": "none", "queue": "planned", "working": False}),
    (2, {**WORKED, "queue": "fresh", "owner": ""}),
    (6, {**WORKED, "queue": "fresh"}),
    (1, {**AGREED, "queue": "high_followup", "importance": "high"}),
    (2, {**AGREED, "queue": "low_followup", "importance": "low"}),
    (6, PLANNED),
    (5, {**PLANNED, "zone": "America/New_York"}),
    (48, {**PLANNED, "next_at": MORNING + timedelta(days=14)}),
)
"""How many of a hundred leads stand how: a fifth is due, five live abroad."""


def rows(size: int) -> Iterator[dict[str, Any]]:
    """Make so many leads, each share of a hundred among them."""
    shapes = [shape for part, shape in SHARES for _ in range(part)]
    for number, shape in zip(range(size), cycle(shapes), strict=False):
        hundred = number // len(shapes)
        at = shape.get("next_at", MORNING) - timedelta(seconds=number * 7 % 6000)
        common: dict[str, Any] = {
            "id": number + 1,
            "name": "Dana Cohen",
            "phone_e164": f"+97252{number:07}",
            "owner": TEAM[hundred % len(TEAM)],
            "tier": "ABCD"[hundred % 4],
            "score": hundred % 7 / 4,
            "zone": "",
            "importance": "",
            "attempts": 0,
            "plan_step": 0,
            "working": True,
            "received_at": at,
            "fresh_at": at,
            "created_at": at,
            "kind": "warm",
            "phone_type": "mobile",
            "phone_valid": True,
            "referrer_close": False,
            "interests": [],
            "opted_out": [],
            "extra": {},
        }
        yield common | shape | {"next_at": at if "next_at" in shape else None}


def fill(store: Store, size: int) -> None:
    """Make the first leads, then copies of all of them: the shares stay what they are."""
    first = min(size, SMALL)
    columns = [one for one in leads.columns if one is not leads.c.id]
    with store.unit() as unit:
        reps.put(unit, [Rep(one, one) for one in TEAM])
        unit.execute(insert(leads), list(rows(first)))
        for shift in range(first, size, first):
            copies = select(leads.c.id + literal(shift), *columns).where(leads.c.id <= first)
            unit.execute(insert(leads).from_select([leads.c.id, *columns], copies))
        unit.commit()
    with store.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(leads)) == size
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE leads"))
            connection.commit()


@dataclass(slots=True)
class Crowd:
    """A desk over so many leads, and the moment that its clock shows."""

    store: Store
    now: datetime = MORNING
    times: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    handed: int = 0

    def ask(self, rep: str) -> None:
        """Ask for a lead, measured, and log on it."""
        desk = Desk(self.store, Settings.from_env({}), Present(), lambda: self.now)
        began, idle = time.perf_counter(), time.thread_time()
        found = next_lead(desk, by=rep)
        self.times.append(time.perf_counter() - began)
        self.worked.append(time.thread_time() - idle)
        if isinstance(found, Handed):
            self.handed += 1
            act = LogOutcome(found.lead.id, Outcome.NOANSWER)
            calls.log_outcome(desk, act, by=rep)


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the table: the medians of a call's times in milliseconds, few and many."""

    what: str
    times: tuple[float, float]
    worked: tuple[float, float]
    handed: int

    @property
    def ratio(self) -> float:
        """How many times longer a call takes among the many."""
        few, many = self.times
        return many / few

    def line(self) -> str:
        """Give the line of a Markdown table; in brackets the processor's part of it."""
        cells = [
            f"{all_of_it:.2f} ms ({part:.2f})"
            for all_of_it, part in zip(self.times, self.worked, strict=True)
        ]
        ratios = f"{self.ratio:.2f} ({self.worked[1] / self.worked[0]:.2f})"
        return f"| {' | '.join((self.what, *cells, ratios, '≤ 3', '≤ 1.5'))} |"


def table(found: list[Found], *, sizes: tuple[int, int]) -> str:
    """Give everything as a Markdown table."""
    small, large = sizes
    head = f"| next lead | {small:,} leads | {large:,} leads | ratio | must | aim |"
    return "\n".join([head, "|---|---|---|---|---|---|", *(one.line() for one in found)])


def compare(small: Crowd, large: Crowd, *, name: str, asks: int) -> list[Found]:
    """Measure every moment, both crowds in turn."""
    found = []
    for what, moment in MOMENTS.items():
        for crowd in (small, large):
            crowd.now, crowd.handed = moment, 0
            crowd.times.clear()
            crowd.worked.clear()
        for rep, number in zip(cycle(TEAM), range(WARM_UP + asks), strict=False):
            for crowd in (small, large) if number % 2 else (large, small):
                crowd.ask(rep)
        times = median(small.times), median(large.times)
        worked = median(small.worked), median(large.worked)
        handed = min(small.handed, large.handed)
        found.append(Found(f"{name}, {what}", times, worked, handed))
    return found


def median(seconds: list[float]) -> float:
    """Give the median in milliseconds, of what came after the first calls."""
    return 1000 * statistics.median(seconds[WARM_UP:])


@contextmanager
def crowds(addresses: list[str], sizes: tuple[int, int]) -> Iterator[list[Crowd]]:
    """Open a database of each size."""
    stores = [Store(make_engine(address)) for address in addresses]
    try:
        for store, size in zip(stores, sizes, strict=True):
            upgrade(store.engine)
            fill(store, size)
        yield [Crowd(store) for store in stores]
    finally:
        for store in stores:
            store.close()


def on_sqlite(folder: Path, *, asks: int, sizes: tuple[int, int]) -> list[Found]:
    """Measure on SQLite files in a folder of their own below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as made:
        addresses = [f"sqlite:///{made}/{size}.db" for size in sizes]
        with crowds(addresses, sizes) as (small, large):
            return compare(small, large, name="SQLite", asks=asks)


_NUMBERS = count()


@contextmanager
def on_server(server: str, *, count: int) -> Iterator[list[str]]:
    """Make so many databases on a PostgreSQL server, dropped again; gives their addresses."""
    url = make_url(server)
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    names = [f"lead_desk_bench_{next(_NUMBERS)}" for _ in range(count)]
    with admin.connect() as connection:
        for name in names:
            connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield [url.set(database=name).render_as_string(hide_password=False) for name in names]
    finally:
        with admin.connect() as connection:
            for name in names:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def on_postgres(server: str, *, asks: int, sizes: tuple[int, int]) -> list[Found]:
    """Measure on databases that are made on this server and dropped again."""
    with on_server(server, count=len(sizes)) as made, crowds(made, sizes) as (small, large):
        return compare(small, large, name="PostgreSQL", asks=asks)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--calls", type=int, default=500, help="to each database, each moment")
    parser.add_argument("--folder", type=Path, default=Path("data"), help="a folder on the disk")
    parser.add_argument("--postgres", default="", help="postgresql+psycopg://… of a server")
    asked = parser.parse_args()
    sizes = (SMALL, LARGE)
    found = on_sqlite(asked.folder, asks=asked.calls, sizes=sizes)
    if asked.postgres:
        found += on_postgres(asked.postgres, asks=asked.calls, sizes=sizes)
    print(table(found, sizes=sizes))


if __name__ == "__main__":
    main()
