"""What nothing can be faster than: a bare Bolt app that acks, bare sqlite3 that commits."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from slack_bolt import Ack, App, BoltResponse
from slack_sdk import WebClient

from benchmarks.desk import TEAM, Bench
from bot.views.blocks import Message
from rules.lead import STATE

BATCH = 100


def bare_app(client: WebClient, said: Message | None = None) -> App:
    """Make a Bolt app whose only listener acks `/lead`, with this answer if there is one."""
    quiet = logging.getLogger("slack_bolt")
    quiet.setLevel(logging.ERROR)
    app = App(
        client=client,
        logger=quiet,
        signing_secret="shh",
        token_verification_enabled=False,
        process_before_response=True,
    )

    @app.command("/lead")
    def _take(ack: Ack) -> BoltResponse:
        if said is None:
            return ack()
        return ack(text=said.text, blocks=list(said.blocks), response_type="ephemeral")

    return app


class RawOutcomes:
    """Commits by sqlite3 alone the rows of one real outcome, with other numbers.

    The rows are the lead's update, the attempt, the history line, and what goes to the outbox.
    """

    def __init__(self, bench: Bench, folder: Path) -> None:
        """Log one outcome on the desk, and copy its database for the raw commits."""
        bench.grow(1)
        (self._model,) = bench.numbers
        bench.grow(0)
        bench.numbers = iter([self._model])
        bench.log_next()
        file = folder / "raw.db"
        with sqlite3.connect(bench.file) as source, sqlite3.connect(file) as copy:
            source.backup(copy)
        source.close()
        copy.close()
        self._bench = Bench(bench.desk, bench.door, file, iter(()))
        self.connection = _durable(file)
        self._read_model()

    def grow(self, size: int) -> None:
        """Make as many leads more as the desk has to log on."""
        self._bench.grow(size)

    def _read_model(self) -> None:
        self._state = self._rows("leads", "id")[0]
        rows = [
            (table, row)
            for table in ("attempts", "history", "outbox")
            for row in self._rows(table, "" if table == "outbox" else "lead_id")
        ]
        self._inserts = [
            (f"INSERT INTO {table} ({', '.join(row)}) VALUES ({_places(row)})", row)
            for table, row in rows
        ]
        sets = ", ".join(f"{name} = :{name}" for name in (*STATE, "working"))
        self._update = (
            f"UPDATE leads SET {sets}, version = version + 1 WHERE id = :id AND version = 1"
        )

    def _rows(self, table: str, owner: str) -> list[dict[str, Any]]:
        where = f" WHERE {owner} = {self._model}" if owner else ""
        self.connection.row_factory = sqlite3.Row
        found = [dict(row) for row in self.connection.execute(f"SELECT * FROM {table}{where}")]
        self.connection.row_factory = None
        if table != "leads":
            for row in found:
                del row["id"]
        return found

    def commit_next(self) -> None:
        """Commit the next lead's rows."""
        number = next(self._bench.numbers)
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        phone = f"+97252{number:07}"
        own = {"id": number, "phone_raw": phone, "phone_e164": phone}
        execute(self._update, {**self._state, **own})
        for sql, row in self._inserts:
            execute(sql, _renumbered(row, number))
        execute("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def _durable(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _places(row: dict[str, Any]) -> str:
    return ", ".join(f":{name}" for name in row)


def _renumbered(row: dict[str, Any], number: int) -> dict[str, Any]:
    made = dict(row)
    if "lead_id" in made:
        made["lead_id"] = number
    for key in ("once_key", "collapse_key"):
        if made.get(key):
            made[key] = f"{made[key].rpartition(':')[0]}:{number}"
    return made


CLAIM = """
UPDATE outbox SET state = 'leased', lease = 'bare', lease_until = '2099-01-01' WHERE id IN
(SELECT id FROM outbox WHERE state = 'waiting' ORDER BY due_at, id LIMIT ?)
RETURNING id, kind, payload, lane, created_at, tries, lease
"""
FINISH = """
UPDATE outbox SET state = 'sent', done_at = '2026-03-03 09:30:00.000000', tries = 1, error = ''
WHERE id = ? AND state = 'leased' AND lease = 'bare'
"""
STANDS = """
INSERT INTO posts (lead_id, purpose, about, recipient, channel, ts)
VALUES (?, 'card', '', ?, 'D01', '1700000000.000100')
"""


def bare_deliveries(connection: sqlite3.Connection) -> int:
    """Claim batch after batch; commit for each row that it was sent and where it stands."""
    taken = 0
    while rows := connection.execute(CLAIM, (BATCH,)).fetchall():
        for row in rows:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(FINISH, (row[0],))
            connection.execute(STANDS, (1, TEAM[0]))
            connection.execute("COMMIT")
        taken += len(rows)
    return taken


@contextmanager
def raw_outcomes(bench: Bench, folder: Path) -> Iterator[RawOutcomes]:
    """Open the raw floor beside the desk."""
    raw = RawOutcomes(bench, folder)
    try:
        yield raw
    finally:
        raw.close()
