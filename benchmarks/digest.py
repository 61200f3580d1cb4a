"""A week of the digest's calls from sums by the hour, against a range scan of the same week.

    python -m benchmarks.digest --leads 100000 --calls 1000000

The calls are two years', of a team that grows with them. The floor is five queries written by hand,
one for each thing that calls are summed by, over the week's rows by the index of their moments.
`--postgres` names a PostgreSQL server on which databases may be made.
"""

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
from sqlalchemy import Table

from benchmarks.next import on_server
from bot import figures, rollups
from bot.desk import Desk
from bot.present import Present
from bot.settings import Settings
from rules.team import Rep
from storage import reps, rollup_work
from storage.engine import make_engine
from storage.rollups import totals
from storage.store import Store
from storage.tables import attempts, leads
from storage.upgrade import upgrade

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)  # a Sunday, 08:00 in Israel
UNTIL = datetime(2026, 2, 28, 22, tzinfo=UTC)  # its midnight there
WEEK, DAYS = timedelta(days=7), 730
HOURS = (7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)
CALLS_OF_A_REP = 50_000
CAMPAIGNS, BANNERS, ROUNDS, AT_ONCE = 12, 3, 7, 20_000
KINDS = ("cold", "warm", "incoming", "referral")
PLACES = (("+97252", "north"), ("+97254", "south"), ("+1212555", "US"), ("+4474", "GB"))
WRITTEN = "%Y-%m-%d %H:%M:%S.%f"
SCANS = {
    "campaign": "l.campaign, l.banner, l.kind, substr(l.phone_e164, 1, 4)",
    "rep": "a.by",
    "place": "substr(l.phone_e164, 1, 4), l.region",
    "week": "l.kind, a.local_hour, {weekday}",
    "nth": "l.tier, a.nth",
}
SCAN = """SELECT {by}, count(*), sum(CASE WHEN a.answered THEN 1 ELSE 0 END),
count(a.talk_seconds), sum(a.talk_seconds) FROM attempts a JOIN leads l ON l.id = a.lead_id
WHERE a.at >= '{since}' AND a.at < '{until}' AND a.undone_at IS NULL
AND (a.amount_minor IS NULL OR a.amount_minor >= 0) GROUP BY {by}"""
WEEKDAYS = {"sqlite": "strftime('%w', a.at)", "postgresql": "extract(dow FROM a.at)"}


def lead_rows(size: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    """Make so many leads, as they came in over the years."""
    for number in range(size):
        came = NOW - timedelta(days=DAYS) * (1 - number / size)
        prefix, region = PLACES[number % 40 // 13]
        yield {
            "id": number + 1,
            "name": "Dana Cohen",
            "kind": KINDS[number % 7 % 4],
            "stage": "won" if dice.random() < 0.05 else "lost",
            "campaign": f"campaign {number % CAMPAIGNS}",
            "banner": f"banner {number % BANNERS}",
            "region": region,
            "phone_e164": f"{prefix}{number:07}",
            "phone_valid": True,
            "referrer_close": False,
            "tier": "ABCD"[number % 9 % 4],
            "zone": "" if region != "US" else "America/New_York",
            "cost_minor": 2500,
            "currency": "ILS",
            "working": False,
            "interests": "[]",
            "opted_out": "[]",
            "extra": "{}",
            **dict.fromkeys(("received_at", "created_at"), came.strftime(WRITTEN)),
            "first_call_at": (came + timedelta(minutes=20)).strftime(WRITTEN),
        }


def call_rows(size: int, people: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    """Make so many calls, in order, in office hours, each to a lead that came not long before."""
    first = NOW - timedelta(days=DAYS)
    for number in range(size):
        day, part = divmod(number * DAYS / size, 1)
        hour = HOURS[int(part * len(HOURS))]
        at = (first + timedelta(days=day)).replace(hour=hour) + timedelta(seconds=part * 3599)
        answered, sold = dice.random() < 0.2, dice.random() < 0.005
        yield {
            "id": number + 1,
            "lead_id": max(1, people * number // size - int(dice.expovariate(0.005))),
            "outcome": "sold" if sold else "noanswer",
            "by": f"U01REP{dice.randrange(max(1, size // CALLS_OF_A_REP)):03}",
            "at": at.strftime(WRITTEN),
            "answered": answered,
            "local_hour": hour + 2,
            "nth": 1 + number % 8,
            "talk_seconds": dice.randrange(600) if answered else None,
            "amount_minor": 100_000 if sold else None,
            "currency": "ILS" if sold else "",
            "before": "{}",
        }


def fill(store: Store, *, people: int, calls: int) -> None:
    """Fill the tables by the driver alone, their indexes made afterwards."""
    dice = random.Random(people)
    with store.unit() as unit:
        reps.put(unit, [Rep(f"U01REP{one:03}", "Rep") for one in range(calls // CALLS_OF_A_REP)])
        unit.commit()
    pour(store, leads, lead_rows(people, dice))
    pour(store, attempts, call_rows(calls, people, dice))
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def pour(store: Store, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Put rows into a table some thousands at a time, without its indexes meanwhile."""
    put = on_sqlite_rows if store.engine.name == "sqlite" else on_postgres_rows
    with store.engine.connect() as connection:
        for index in table.indexes:
            index.drop(connection)
        left = iter(rows)
        while some := list(islice(left, AT_ONCE)):
            driver: Any = connection.connection.driver_connection
            put(driver, table.name, some)
        for index in table.indexes:
            index.create(connection)
        connection.commit()


def on_sqlite_rows(driver: sqlite3.Connection, name: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows by sqlite3."""
    places = ", ".join(f":{column}" for column in rows[0])
    driver.execute("BEGIN")
    driver.executemany(f"INSERT INTO {name} ({columns(rows)}) VALUES ({places})", rows)
    driver.execute("COMMIT")


def on_postgres_rows(
    driver: psycopg.Connection[Any], name: str, rows: list[dict[str, Any]]
) -> None:
    """Copy rows by psycopg."""
    with driver.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
        with cursor.copy(f"COPY {name} ({columns(rows)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))


def columns(rows: list[dict[str, Any]]) -> str:
    """Give the names of the columns that rows have."""
    return ", ".join(f'"{name}"' for name in rows[0])


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the table: what was measured, in seconds, beside the floor."""

    what: str
    floor: float
    ours: float
    must: str = "≤ 1.5"
    aim: str = "≤ 0.3"

    @property
    def ratio(self) -> float:
        """How many times longer than the floor it takes."""
        return self.ours / self.floor

    def line(self) -> str:
        """Give the line of a Markdown table."""
        times = f"{self.floor * 1000:.1f} ms | {self.ours * 1000:.1f} ms"
        return f"| {self.what} | {times} | {self.ratio:.2f} | {self.must} | {self.aim} |"


def table(found: list[Found]) -> str:
    """Give everything as a Markdown table."""
    head = "| a week of the digest | range scan | ours | ratio | must | aim |"
    return "\n".join([head, "|---|---|---|---|---|---|", *(one.line() for one in found)])


def scan(store: Store) -> None:
    """Run the five queries."""
    since, until = (one.strftime(WRITTEN) for one in (UNTIL - WEEK, UNTIL))
    zone = "" if store.engine.name == "sqlite" else "+00"
    for by in SCANS.values():
        asked = by.format(weekday=WEEKDAYS[store.engine.name])
        query = SCAN.format(by=asked, since=since + zone, until=until + zone)
        with store.view() as view:
            view.connection.exec_driver_sql(query).all()


def from_sums(desk: Desk) -> None:
    """Read the same week from the sums."""
    with desk.store.view() as view:
        for cut in SCANS:
            zone = desk.settings.zone
            totals(view, cut, since=UNTIL - WEEK, until=UNTIL, zone=zone)


def report(desk: Desk) -> None:
    """Make the whole report of the week, and of the one before."""
    figures.report_of(desk, since=UNTIL - WEEK, until=UNTIL)


def seconds(act: Callable[[], object]) -> float:
    """Give how long an act takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def rebuilt(desk: Desk) -> None:
    """Sum all the past, much at once since nobody waits; it must come to what the calls do."""
    with patch.object(rollup_work, "AT_ONCE", AT_ONCE):
        for _ in rollups.rebuild(desk):
            pass
    if rollups.compare(desk).unequal:
        raise RuntimeError("the sums are not what the calls come to")


def measure(address: str, *, name: str, people: int, calls: int) -> list[Found]:
    """Make a database, sum its past, and measure each in turn; medians of the rounds."""
    store = Store(make_engine(address))
    desk = Desk(store, Settings.from_env({}), Present(), lambda: NOW)
    with closing(store):
        upgrade(store.engine)
        took = seconds(lambda: fill(store, people=people, calls=calls))
        print(f"{name}: {people:,} leads, {calls:,} calls made in {took:.0f} s", flush=True)
        took = seconds(lambda: rebuilt(desk))
        print(f"{name}: all of the past summed and compared in {took:.0f} s", flush=True)
        acts = {"calls": partial(from_sums, desk), "the whole report": partial(report, desk)}
        times: dict[str, list[tuple[float, float]]] = {what: [] for what in acts}
        for _ in range(ROUNDS):
            for what, act in acts.items():
                times[what].append((seconds(partial(scan, store)), seconds(act)))
    size = f"{people:,} leads, {calls:,} calls"
    return [Found(f"{name}, {size}: {what}", *middle(found)) for what, found in times.items()]


def middle(rounds: list[tuple[float, float]]) -> tuple[float, float]:
    """Give the medians of the floor and of ours."""
    floors, ours = zip(*rounds, strict=True)
    return statistics.median(floors), statistics.median(ours)


def on_sqlite(folder: Path, *, people: int, calls: int) -> list[Found]:
    """Measure on a SQLite file in a folder of its own below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as made:
        return measure(f"sqlite:///{made}/digest.db", name="SQLite", people=people, calls=calls)


def on_postgres(server: str, *, people: int, calls: int) -> list[Found]:
    """Measure on a database that is made on this server and dropped again."""
    with on_server(server, count=1) as (address,):
        return measure(address, name="PostgreSQL", people=people, calls=calls)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--leads", type=int, default=10_000)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path("data"), help="a folder on the disk")
    parser.add_argument("--postgres", default="", help="postgresql+psycopg://… of a server")
    asked = parser.parse_args()
    found = on_sqlite(asked.folder, people=asked.leads, calls=asked.calls)
    if asked.postgres:
        found += on_postgres(asked.postgres, people=asked.leads, calls=asked.calls)
    print(table(found))


if __name__ == "__main__":
    main()
