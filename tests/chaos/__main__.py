"""`make chaos`: all that is struck, one after the other, and the table of what came of it."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.backups import damaged_backups
from tests.chaos.crashes import crashes
from tests.chaos.desks import desk
from tests.chaos.disks import full_disk, small_disk
from tests.chaos.kills import kills
from tests.chaos.leaps import leaps
from tests.chaos.outages import outage
from tests.chaos.servers import blank_database, blank_on, server
from tests.chaos.sides import SIDES, crm, crm_side
from tests.chaos.table import Row, printed
from tests.e2e.world import Outside

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True)
class Measure:
    """How much is struck: kills, crashes, leaps, times full, seconds down, damaged backups."""

    kills: int
    crashes: int
    leaps: int
    full: int
    seconds: float
    backups: int
    hurried: bool = False


FULL = Measure(kills=100, crashes=30, leaps=40, full=12, seconds=30, backups=60)
SHORT = Measure(kills=8, crashes=4, leaps=6, full=3, seconds=8, backups=6)
"""`--short` takes a few minutes, most of them waiting for leases to run out."""
DATABASE_KEY = "a long enough key for a desk"
Part = Callable[[Path, Measure, int], Iterator[Row]]


@contextmanager
def standing(folder: Path, *, database: str = "", limits: bool = False) -> Iterator[Outside]:
    """Set up a desk's world in a folder of its own."""
    folder.mkdir()
    with desk(folder, database=database, limits=limits) as outside:
        yield outside


def kill(folder: Path, measure: Measure, seed: int) -> Iterator[Row]:
    """Kill one process on SQLite."""
    with standing(folder / "kill") as outside:
        yield kills(outside, count=measure.kills, seed=seed, tell=tell, hurried=measure.hurried)


def postgresql(folder: Path, measure: Measure, seed: int) -> Iterator[Row]:
    """Kill one process on PostgreSQL, then one of two."""
    for replicas in (1, 2):
        with blank_database() as url, standing(folder / f"pg{replicas}", database=url) as outside:
            yield kills(
                outside,
                count=measure.kills,
                seed=seed + replicas,
                tell=tell,
                replicas=replicas,
                hurried=measure.hurried,
            )


def crash(folder: Path, measure: Measure, seed: int) -> Iterator[Row]:
    """Crash PostgreSQL's own server, where it is one that may be."""
    with server() as found, blank_on(found) as url:
        if not found.ours:
            row = Row("server crash", POSTGRESQL, "not tried")
            row.remarks.append("the server is somebody else's")
            yield row
            return
        with standing(folder / "crash", database=url) as outside:
            yield crashes(outside, found, count=measure.crashes, seed=seed, tell=tell)


def backups(folder: Path, measure: Measure, seed: int) -> Iterator[Row]:
    """Damage backups of a desk that died at work, on either database."""
    with blank_database() as url:
        for database in ("", url):
            name = "backups" + ("-pg" if database else "")
            with standing(folder / name, database=database) as outside:
                kills(outside, count=2, seed=seed, tell=tell, hurried=True)
                yield damaged_backups(outside, count=measure.backups, seed=seed, tell=tell)


def encrypted(folder: Path, measure: Measure, seed: int) -> Iterator[Row]:
    """Kill on a database that is encrypted at rest, a quarter as often."""
    with standing(folder / "encrypted") as outside:
        outside.more["DATABASE_KEY"] = DATABASE_KEY
        outside.app("encrypt", "--yes")
        count = max(1, measure.kills // 4)
        row = kills(outside, count=count, seed=seed, tell=tell, hurried=measure.hurried)
        row.database = "sqlite, encrypted"
        yield row


def clock(folder: Path, measure: Measure, seed: int) -> Iterator[Row]:
    """Set the clock to and fro."""
    with standing(folder / "clock") as outside:
        yield leaps(outside, count=measure.leaps, seed=seed, tell=tell)


def disk(folder: Path, measure: Measure, seed: int) -> Iterator[Row]:
    """Fill the disk."""
    place = folder / "full"
    place.mkdir()
    with small_disk(place) as found:
        if found is None:
            row = Row("disk full", SQLITE, "not tried")
            row.remarks.append("this user may not mount a small disk")
            yield row
            return
        with standing(place / "desk", database=f"sqlite:///{found}/leads.db") as outside:
            yield full_disk(outside, found, count=measure.full, seed=seed, tell=tell)


def outages(folder: Path, measure: Measure, seed: int) -> Iterator[Row]:
    """Take each other side away for a while, Slack's limits on."""
    for side in SIDES:
        with standing(folder / side.name, limits=True) as outside:
            yield outage(outside, side, seconds=measure.seconds, seed=seed, tell=tell)
    with standing(folder / "crm", limits=True) as outside, crm(outside) as server:
        side = crm_side(server)
        yield outage(outside, side, seconds=measure.seconds, seed=seed, tell=tell)


PARTS: dict[str, Part] = {
    "kill": kill,
    "encrypted": encrypted,
    "postgresql": postgresql,
    "server": crash,
    "clock": clock,
    "disk": disk,
    "outages": outages,
    "backups": backups,
}


def tell(said: str) -> None:
    """Show how far it is, on a terminal in place of what was said before."""
    end = "\r" if sys.stderr.isatty() else ""
    if end or said[:1].isalpha():
        sys.stderr.write(f"\x1b[2K{said}{end}" if end else f"{said}\n")
        sys.stderr.flush()


def strike(names: list[str], measure: Measure, *, seed: int, folder: Path) -> list[Row]:
    """Strike part after part, and give what came of each; one that breaks off does not hold."""
    rows: list[Row] = []
    for name in names:
        try:
            for row in PARTS[name](folder, measure, seed):
                rows.append(row)
                tell(f"{row.tried}, {row.database}: {'holds' if row.holds else 'DOES NOT HOLD'}")
        except AssertionError as fault:
            rows.append(Row(name, "", "broke off", strange=[str(fault)]))
    return rows


def main() -> int:
    """Strike, print the table, and give 1 where something did not hold."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="all unless named")
    parser.add_argument("--short", action="store_true", help="a few of each, in some minutes")
    parser.add_argument("--kills", type=int, help="kills for each database")
    parser.add_argument("--outage", type=float, help="seconds that a side is down")
    parser.add_argument("--seed", type=int, default=1, help="the dice")
    parser.add_argument("--keep", type=Path, help="a new folder that keeps databases and logs")
    given = parser.parse_args()
    measure = SHORT if given.short else FULL
    measure = Measure(
        **{**measure.__dict__, "kills": given.kills or measure.kills,
           "seconds": given.outage or measure.seconds}
    )  # fmt: skip
    place = nullcontext(given.keep) if given.keep else tempfile.TemporaryDirectory(prefix="chaos-")
    with place as folder:
        Path(folder).mkdir(exist_ok=True)
        rows = strike(given.parts or list(PARTS), measure, seed=given.seed, folder=Path(folder))
    print(printed(rows))
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
