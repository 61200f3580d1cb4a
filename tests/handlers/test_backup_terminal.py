"""`app.py backup` and `restore`: a drill by the command line, to the last row (C5)."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.engine import make_engine
from storage.tables import metadata
from tests.desk import TEAM
from tests.handlers.test_cli import ROOT, Terminal, terminal

__all__ = ["terminal"]

KEY, OTHER = "correct horse battery", "another horse's battery"
LEADS = "name,phone,kind\nDana,052-234-5678,warm\nיוסי לוי,052-234-5679,warm\n"
CHANGES_WITH_TIME = {"kept"}
"""A backup is noted in the database that it was made of."""


@pytest.fixture
def shop(terminal: Terminal, blank_url: str) -> Terminal:
    """A desk with a team and leads."""
    terminal.env(DATABASE_URL=blank_url, BACKUP_KEY=KEY)
    assert terminal.run("team", "load", str(terminal.write("team.toml", TEAM))).code == 0
    assert terminal.run("import", str(terminal.write("leads.csv", LEADS))).code == 0
    return terminal


@pytest.fixture
def url(shop: Terminal, blank_url: str) -> str:
    return blank_url


def rows(url: str) -> dict[str, list[str]]:
    engine = make_engine(url)
    with engine.connect() as connection:
        found = {
            name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for name, table in metadata.tables.items()
            if name not in CHANGES_WITH_TIME
        }
    engine.dispose()
    return found


def lose(url: str) -> None:
    """Lose the database as a disk or a slip of the hand does."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).unlink()
        return
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def made(terminal: Terminal) -> Path:
    done = terminal.run("backup")
    assert done.code == 0, done
    return max(Path("data/backups").glob("lead-desk-*.backup"))


class TestTheDrill:
    def test_brings_a_lost_database_back_to_the_last_row(self, shop: Terminal, url: str):
        before, file = rows(url), made(shop)
        assert len(before["leads"]) == 2
        lose(url)
        done = shop.run("restore", str(file))
        assert done.code == 0, done
        assert done.out.startswith("Restored: ")
        assert rows(url) == before
        checked = shop.run("check").out
        assert "team: 3 in the team" in checked
        more = "name,phone,kind\nRina,052-234-5670,warm\n"
        assert shop.run("import", str(shop.write("more.csv", more))).code == 0
        assert len(rows(url)["leads"]) == 3

    def test_goes_back_to_a_backup_and_forth_to_what_was_kept(self, shop: Terminal, url: str):
        before, file = rows(url), made(shop)
        more = "name,phone,kind\nRina,052-234-5670,warm\n"
        shop.run("import", str(shop.write("more.csv", more)))
        later = rows(url)
        assert "There is a database already" in shop.fails("restore", str(file))
        assert rows(url) == later
        done = shop.run("restore", str(file), "--yes")
        assert done.code == 0, done
        assert rows(url) == before
        kept = Path(done.out.split("kept in ")[1].split(". Delete")[0])
        if url.startswith("sqlite"):
            assert rows(f"sqlite:///{kept}") == later
        else:
            assert shop.run("restore", str(kept), "--yes").code == 0
            assert rows(url) == later

    def test_proves_a_file_and_touches_nothing(self, shop: Terminal, url: str):
        file, before = made(shop), rows(url)
        done = shop.run("restore", "--verify", str(file))
        assert (done.code, done.out[:19]) == (0, "It can be restored:")
        assert rows(url) == before


class TestARefusal:
    """One clear line, exit code 1, and nothing changed."""

    @pytest.mark.parametrize(
        ("spoil", "says"),
        [
            (lambda data: b"", "The file is empty"),
            (lambda data: b"hello" * 99, "The file is no backup"),
            (lambda data: data[:-1], "damaged or cut short"),
            (lambda data: data[: len(data) // 2], "damaged or cut short"),
            (lambda data: data[:500] + bytes([data[500] ^ 1]) + data[501:], "damaged or cut"),
            (lambda data: data + b"x", "damaged or cut short"),
        ],
        ids=["empty", "text", "byte lacks", "half", "bit", "byte more"],
    )
    def test_of_a_file_that_is_spoilt(self, shop: Terminal, url: str, spoil, says: str):
        file, before = made(shop), rows(url)
        file.write_bytes(spoil(file.read_bytes()))
        for more in (["--verify"], ["--yes"], []):
            assert says in shop.fails("restore", str(file), *more)
        assert rows(url) == before

    def test_of_another_key_never_shows_a_key(self, shop: Terminal, url: str):
        file, before = made(shop), rows(url)
        for key, says in ((OTHER, "is not the key of this backup"), ("", "is encrypted: set")):
            shop.env(BACKUP_KEY=key)
            line = shop.fails("restore", str(file), "--yes")
            assert says in line
            assert KEY not in line
            assert OTHER not in line
        assert rows(url) == before

    def test_of_a_key_that_is_too_short(self, terminal: Terminal):
        terminal.env(BACKUP_KEY="hunter2hunter2")
        line = terminal.fails("backup")
        assert line == "BACKUP_KEY must have at least 16 characters"

    def test_of_a_file_that_is_not_there(self, shop: Terminal, url: str):
        assert "none.backup can't be used" in shop.fails("restore", "none.backup", "--yes")

    def test_while_a_bot_is_at_work_on_it(self, shop: Terminal, url: str):
        file, engine = made(shop), make_engine(url)
        with engine.connect() as bot:
            bot.exec_driver_sql("SELECT * FROM leads").fetchall()
            bot.rollback()
            assert "The database is in use" in shop.fails("restore", str(file), "--yes")
        engine.dispose()
        assert shop.run("restore", str(file), "--yes").code == 0

    def test_where_there_is_nothing_to_back_up(self, terminal: Terminal, blank_url: str):
        terminal.env(DATABASE_URL=blank_url)
        assert "There is no database to back up" in terminal.fails("backup")
        assert not list(Path().glob("*.db"))

    def test_is_in_hebrew_too(self, shop: Terminal, url: str):
        shop.env(LOCALE="he")
        assert "אינו גיבוי" in shop.fails("restore", str(shop.write("x", "x" * 99)))


class TestABackup:
    def test_says_where_it_is_and_that_it_is_open(self, shop: Terminal, url: str):
        said = shop.run("backup").out
        assert said.startswith("Backed up, and proved by a restore aside: data/backups/lead-desk-")
        assert "encrypted" not in said
        shop.env(BACKUP_KEY="")
        assert "It is not encrypted" in shop.run("backup").out

    def test_stands_in_the_check(self, shop: Terminal, url: str):
        made(shop)
        assert "backups: the newest proved one is 0 h old: lead-desk-" in shop.run("check").out


class TestAKill:
    """At any moment of it the database is the old one or the new one, and whole."""

    @pytest.mark.parametrize("step", ["copy", "read", "try"])
    def test_of_a_backup_leaves_no_file_that_looks_like_one(self, terminal: Terminal, step: str):
        self.prepare(terminal)
        self.killed(terminal, "backup", at=step)
        assert not list(Path("data/backups").glob("lead-desk-*"))
        assert terminal.run("backup").code == 0

    @pytest.mark.parametrize("step", ["copy", "read", "try"])
    def test_that_asks_a_backup_to_end_leaves_nothing_of_it(self, terminal: Terminal, step: str):
        self.prepare(terminal)
        self.killed(terminal, "backup", at=step, by=signal.SIGTERM, code=128 + signal.SIGTERM)
        assert list(Path("data/backups").iterdir()) == []

    @pytest.mark.parametrize(
        "at", ["storage.backup_sqlite._bring_up", "storage.backup_sqlite._keep"], ids=str
    )
    def test_of_a_restore_leaves_a_database(self, terminal: Terminal, at: str):
        self.prepare(terminal)
        file = made(terminal)
        self.killed(terminal, "restore", str(file), "--yes", at=at)
        with closing(sqlite3.connect("data/leads.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert database.execute("SELECT count(*) FROM reps").fetchone() == (3,)
        assert terminal.run("restore", str(file), "--yes").code == 0

    def prepare(self, terminal: Terminal) -> None:
        assert terminal.run("team", "load", str(terminal.write("team.toml", TEAM))).code == 0

    def killed(
        self,
        terminal: Terminal,
        *args: str,
        at: str,
        by: signal.Signals = signal.SIGKILL,
        code: int = -signal.SIGKILL,
    ) -> None:
        """Run the command in a process of its own that dies at a function or a step."""
        program = f"""
import os, signal, sys
sys.argv = ["app.py", *{list(args)!r}]
import app
import bot.backups, storage.backup_sqlite
def die(*args, **kwargs):
    os.kill(os.getpid(), {by.value})
if {"." in at!r}:
    setattr(storage.backup_sqlite, {at.rpartition(".")[2]!r}, die)
else:
    from handlers import backup_terminal
    from contextlib import contextmanager
    @contextmanager
    def bar(words):
        yield lambda step, share: die() if step == {at!r} else None
    backup_terminal.bar = bar
app.main()
"""
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", program], env=env, timeout=60, check=False)
        assert done.returncode == code
