"""What it costs to give a lead to a rep: among few and many reps, with few and many leads.

    python -m benchmarks.assign --leads 100000

Every lead goes through fifty routes to a pool, is given, saved and written down with who was
considered: a hundred in a commit, and one in a commit, as a form's, after as many leads were given
that day as there are, with caps for the hour and the day. The floor is what nothing can do
without: reading the lead by its number, changing its owner and inserting one row, in the same
commits.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, insert, update

from benchmarks.next import fill
from bot.assign import give
from bot.desk import Desk
from bot.present import Present
from bot.rotation import Rotation
from bot.settings import Settings
from rules.playbook import Playbook
from rules.pools import Pool, Route, Way
from rules.team import Rep
from storage import leads, reps
from storage.engine import make_engine
from storage.store import Store
from storage.tables import given
from storage.tables import leads as leads_table
from storage.tables import reps as reps_table
from storage.unit import Unit
from storage.upgrade import upgrade

NOW = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
FEW, MANY = 20, 200
ALONE = 200
ROUTES, IN_COMMIT = 50, 100
PER_HOUR, PER_DAY = 300, 6000
DAY = timedelta(days=1)
WAYS = (Way.ROTATION, Way.LEAST_LOADED, Way.BEST_MATCH)


def team_of(size: int) -> list[Rep]:
    """Make reps who differ in what they speak, sell and weigh; none is ever full."""
    return [
        Rep(
            f"U01REP{number:03}",
            f"Rep {number}",
            languages=("he", "en")[: 1 + number % 2],
            products=(f"product {number % 5}",),
            weight=1.0 + number % 3,
            capacity=10_000_000,
        )
        for number in range(size)
    ]


def book() -> Playbook:
    """Make a playbook of fifty routes; the leads of the benchmark reach the last one."""
    pools = tuple(Pool(way.value, way=way, per_hour=PER_HOUR, per_day=PER_DAY) for way in WAYS)
    misses = [
        Route(f"route {n}", pools[0].name, (f"campaign = c{n}", "age >= 40", "kind = referral"))
        for n in range(ROUTES - 1)
    ]
    return Playbook(pools=pools, routes=(*misses, Route("rest", pools[0].name)))


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the table: microseconds a lead, and what its floor takes."""

    what: str
    micros: float
    floor: float

    def line(self) -> str:
        """Give the line of a Markdown table."""
        ratio = self.micros / self.floor
        return f"| {self.what} | {self.micros:.0f} µs | {self.floor:.0f} µs | {ratio:.1f} |"


def table(found: list[Found]) -> str:
    """Give everything as a Markdown table."""
    head = "| giving a lead | each | read + update + insert | ratio |\n|---|---|---|---|"
    return "\n".join([head, *(one.line() for one in found)])


@contextmanager
def a_store(folder: Path, *, size: int, team: int) -> Iterator[Store]:
    """Open a database with so many leads, a third of them worked by the team."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        store = Store(make_engine(f"sqlite:///{made}/leads.db"))
        try:
            upgrade(store.engine)
            fill(store, size)
            with store.unit() as unit:
                unit.execute(delete(reps_table))
                reps.put(unit, team_of(team))
                unit.commit()
            yield store
        finally:
            store.close()


def gave_today(store: Store, *, size: int, team: int) -> None:
    """Write down that so many leads were given evenly within the day that ends now."""
    names = [one.slack_id for one in team_of(team)]
    rows = [
        {"lead_id": 1, "at": NOW - DAY * n / size, "rep": names[n % team], "considered": []}
        for n in range(size)
    ]
    with store.unit() as unit:
        unit.execute(insert(given), rows)
        unit.commit()


def timed(
    store: Store,
    act: Callable[[Unit, list[int]], None],
    *,
    count: int,
    at_once: int = IN_COMMIT,
) -> float:
    """Give the median microseconds a lead that an act takes, so many in a commit."""
    spans = []
    for start in range(1, count, at_once):
        began = time.perf_counter()
        with store.unit() as unit:
            act(unit, list(range(start, start + at_once)))
            unit.commit()
        spans.append((time.perf_counter() - began) / at_once)
    return 1e6 * statistics.median(spans)


def bare(unit: Unit, ids: list[int]) -> None:
    """Read each lead, change its owner, insert one row."""
    for number in ids:
        leads.load(unit, number)
        mine = update(leads_table).where(leads_table.c.id == number)
        unit.execute(mine.values(owner="U01REP000"))
        row = {"lead_id": number, "at": NOW, "rep": "U01REP000", "considered": []}
        unit.execute(insert(given), row)


def giving(desk: Desk) -> Callable[[Unit, list[int]], None]:
    """Make the act of the desk: route, choose, save, write down."""

    def act(unit: Unit, ids: list[int]) -> None:
        rotation = Rotation(desk, unit, now=NOW)
        for number in ids:
            lead = leads.load(unit, number)
            if lead:
                give(desk, unit, lead, rotation.choose(lead), now=NOW)

    return act


def measure(folder: Path, *, sizes: tuple[int, ...], teams: tuple[int, ...]) -> list[Found]:
    """Measure every number of leads with every size of team."""
    settings, found = Settings.from_env({}), []
    for size in sizes:
        for team in teams:
            with a_store(folder, size=size, team=team) as store:
                desk = Desk(store, settings, Present(book()), lambda: NOW)
                count, what = min(size, 5000), f"{team} reps, {size:,} leads"
                micros = timed(store, giving(desk), count=count)
                floor = timed(store, bare, count=count)
                found.append(Found(what, micros, floor))
                gave_today(store, size=size, team=team)
                alone = timed(store, giving(desk), count=ALONE, at_once=1)
                floor = timed(store, bare, count=ALONE, at_once=1)
                found.append(Found(f"{what}, one a commit", alone, floor))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--leads", type=int, default=100_000, help="the larger number of leads")
    parser.add_argument("--folder", type=Path, default=Path("data"), help="a folder on the disk")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    sizes = (asked.leads // 10, asked.leads)
    print(table(measure(asked.folder, sizes=sizes, teams=(FEW, MANY))))


if __name__ == "__main__":
    main()
