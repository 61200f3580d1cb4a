"""An import against its floor: csv, phonenumbers and sqlite3 alone.

`python -m benchmarks.importing --rows 100000` is the full form.
"""

import argparse
import csv
import io
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import phonenumbers
from rich.console import Console

from benchmarks.assign import NOW
from bot.desk import Desk
from bot.imports import AT_ONCE
from bot.present import Present
from bot.settings import Settings
from handlers.imports import Options, import_file
from rules.playbook import Playbook
from rules.team import Rep
from storage import reps
from storage.engine import make_engine
from storage.store import Store
from storage.upgrade import upgrade

TABLES = ("leads", "intake", "lead_sources", "history", "given")
AUDITED = 2
OPTIONS = Options("List", "Acme", "cold", "1.50", (), post=False, dry_run=False, rejects=None)

Model = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Found:
    """Rows a second and processor seconds of the floor and of the import."""

    rows: int
    floor: tuple[float, float]
    ours: tuple[float, float]

    def line(self) -> str:
        """Give the line of a Markdown table: by the clock, then by the processor."""
        floor, ours = (self.rows / one[0] for one in (self.floor, self.ours))
        busy = [f"{one[1] / self.rows * 1e6:,.0f} µs" for one in (self.floor, self.ours)]
        by_clock = f"{floor:,.0f} /s | {ours:,.0f} /s | {ours / floor:.2f}"
        return f"| {self.rows:,} | {by_clock} | {' | '.join(busy)} | {self.by_processor:.2f} |"

    @property
    def by_processor(self) -> float:
        """The ratio of the processor's time, which other programs disturb less than the clock."""
        return self.floor[1] / self.ours[1]


def table(found: list[Found]) -> str:
    """Give everything as a Markdown table."""
    head = "| rows | floor | import | ratio | floor, busy | import, busy | ratio, busy |"
    middle = median(one.by_processor for one in found)
    last = f"\nThe middle ratio of the processor's time: {middle:.2f}"
    return "\n".join([head, f"|{'---|' * 7}", *(one.line() for one in found), last])


def write_file(file: Path, rows: int) -> None:
    """Write a list of so many different people."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["full name", "phone", "email", "city", "note"])
        for number in range(rows):
            phone = f"052-{2_000_000 + number}"
            email = f"person{number}@example.com"
            writer.writerow([f"Person {number}", phone, email, "Haifa", "asked for a price"])


def imported(folder: Path, file: Path) -> tuple[float, float]:
    """Import the file into a new database with twenty reps; gives seconds, waited and worked."""
    store = Store(make_engine(f"sqlite:///{folder}/leads.db"))
    try:
        upgrade(store.engine)
        with store.unit() as unit:
            reps.put(unit, [Rep(f"U01REP{n:02}", f"Rep {n}", capacity=10**7) for n in range(20)])
            unit.commit()
        desk = Desk(store, Settings.from_env({}), Present(Playbook()), lambda: NOW)
        began = time.perf_counter(), time.process_time()
        import_file(desk, file, OPTIONS, Console(file=io.StringIO()))
        return time.perf_counter() - began[0], time.process_time() - began[1]
    finally:
        store.close()


def bare(folder: Path, file: Path) -> tuple[float, float]:
    """Read the file, read each number, insert the rows that an import writes, and no more."""
    raw = sqlite3.connect(folder / "leads.db", isolation_level=None)
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF"):
            raw.execute(f"PRAGMA {pragma}")
        model = _model(raw)
        for name in TABLES:
            raw.execute(f"DELETE FROM {name}")
        began = time.perf_counter(), time.process_time()
        for some in _batches(file):
            raw.execute("BEGIN IMMEDIATE")
            for name, row in model:
                places = ", ".join(f":{one}" for one in row)
                sql = f"INSERT INTO {name} ({', '.join(row)}) VALUES ({places})"
                raw.executemany(sql, [_own(row, number, phone) for number, phone in some])
            raw.execute("COMMIT")
        return time.perf_counter() - began[0], time.process_time() - began[1]
    finally:
        raw.close()


def _batches(file: Path) -> Iterator[list[tuple[int, str]]]:
    with file.open(encoding="utf-8", newline="") as opened:
        rows = enumerate(csv.DictReader(opened), start=1)
        while some := list(islice(rows, AT_ONCE)):
            yield [(number, _number(row["phone"])) for number, row in some]


def _number(text: str) -> str:
    number = phonenumbers.parse(text, "IL")
    if not phonenumbers.is_valid_number(number):
        raise RuntimeError(f"not a number: {text}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _model(raw: sqlite3.Connection) -> Model:
    """Give the rows that the first imported lead left behind."""
    raw.row_factory = sqlite3.Row
    found = [
        (name, dict(row))
        for name in TABLES
        for row in raw.execute(
            f"SELECT * FROM {name} WHERE {'id' if name in TABLES[:1] else 'lead_id'} = 1"
        )
    ]
    lines = raw.execute("SELECT * FROM audit WHERE id > 1 ORDER BY id LIMIT ?", [AUDITED])
    found += [("audit", dict(row)) for row in lines]
    raw.row_factory = None
    return [(name, _without_id(name, row)) for name, row in found]


def _without_id(name: str, row: dict[str, Any]) -> dict[str, Any]:
    return row if name == "leads" else {key: one for key, one in row.items() if key != "id"}


def _own(row: dict[str, Any], number: int, phone: str) -> dict[str, Any]:
    own = {
        "id": number,
        "lead_id": number,
        "intake_id": number,
        "phone_e164": phone,
        "email_key": f"person{number}@example.com",
        "once_key": str(number),
        "fingerprint": str(number),
    }
    return row | {name: value for name, value in own.items() if name in row}


def measure(folder: Path, rows: int) -> Found:
    """Import so many rows, then do the floor on the same tables."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        file = Path(made) / "list.csv"
        write_file(file, rows)
        ours = imported(Path(made), file)
        return Found(rows, bare(Path(made), file), ours)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=5_000, help="how long the list is")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path("data"), help="a folder on the disk")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    measure(asked.folder, 1)  # what is loaded once belongs to the start, of both
    print(table([measure(asked.folder, asked.rows) for _ in range(asked.rounds)]))


if __name__ == "__main__":
    main()
