"""`app.py encrypt`, `rekey`, `decrypt`: there and back, and one clear line for each fault (C5)."""

import json
from pathlib import Path

import pytest

from tests.desk import TEAM
from tests.handlers.test_cli import Terminal, terminal

__all__ = ["terminal"]

KEY, OTHER = "correct horse battery", "raw:" + "0badc0de" * 8
LEADS = "name,phone,kind\nPlantagenet Zohar,052-234-5678,warm\nיוסי לוי,052-234-5679,warm\n"
PLAIN = [b"Plantagenet", b"522345678", b"CREATE TABLE"]
FILE = Path("data/leads.db")


def fill(terminal: Terminal) -> None:
    assert terminal.run("team", "load", str(terminal.write("team.toml", TEAM))).code == 0
    assert terminal.run("import", str(terminal.write("leads.csv", LEADS))).code == 0


def exported(terminal: Terminal) -> str:
    done = terminal.run("export", "1")
    assert done.code == 0, done
    return str(json.loads(done.out)["lead"])


def readable() -> list[bytes]:
    files = [one for one in Path("data").rglob("*") if one.is_file()]
    return [word for word in PLAIN if any(word in one.read_bytes() for one in files)]


class TestTheWay:
    def test_goes_from_plain_through_two_keys_and_back(self, terminal: Terminal):
        fill(terminal)
        person = exported(terminal)
        assert readable() == PLAIN
        terminal.env(DATABASE_KEY=KEY)
        assert "is not encrypted, but DATABASE_KEY is set" in terminal.fails("export", "1")
        assert "It can be done" in terminal.run("encrypt").out
        assert readable() == PLAIN
        done = terminal.run("encrypt", "--yes")
        assert (done.code, done.out.splitlines()[0][:28]) == (0, "Encrypted under DATABASE_KEY")
        assert exported(terminal) == person
        self.drop_old(terminal)
        assert readable() == []
        terminal.env(DATABASE_KEY=OTHER, DATABASE_KEY_OLD=KEY)
        assert "app.py rekey --yes" in terminal.fails("export", "1")
        assert terminal.run("rekey", "--yes").code == 0
        terminal.env(DATABASE_KEY_OLD="")
        assert exported(terminal) == person
        assert "under DATABASE_KEY already" in terminal.fails("rekey", "--yes")
        self.drop_old(terminal)
        assert terminal.run("decrypt", "--yes").code == 0
        terminal.env(DATABASE_KEY="")
        assert exported(terminal) == person

    def drop_old(self, terminal: Terminal) -> None:
        kept = list(Path("data").glob("leads.db.before-key-*"))
        assert len(kept) == 1
        assert kept[0].name in terminal.run("check").out
        kept[0].unlink()

    def test_begins_encrypted_where_the_key_was_there_first(self, terminal: Terminal):
        terminal.env(DATABASE_KEY=KEY, BACKUP_KEY="")
        fill(terminal)
        assert terminal.run("backup").code == 0
        assert readable() == []
        saved = next(Path("data/backups").glob("lead-desk-*"))
        assert "can be restored" in terminal.run("restore", "--verify", str(saved)).out
        assert terminal.run("erase", "1", "--yes").code == 0
        assert terminal.run("restore", str(saved), "--yes").code == 0
        assert "was erased" in terminal.fails("export", "1")  # who was erased stays so
        assert readable() == []


class TestAFault:
    @pytest.mark.parametrize("command", [("export", "1"), ("backup",), ("rekey",), ("decrypt",)])
    @pytest.mark.parametrize("given", ["another passphrase, as long", ""])
    def test_is_one_line_without_the_key(
        self, terminal: Terminal, command: tuple[str, ...], given: str
    ):
        terminal.env(DATABASE_KEY=KEY)
        fill(terminal)
        before = FILE.read_bytes()
        terminal.env(DATABASE_KEY=given)
        line = terminal.fails(*command)
        assert "DATABASE_KEY" in line
        assert KEY not in line
        assert not given or given not in line
        checked = terminal.run("check")
        assert checked.code == 1
        assert "MISSING database: " in checked.out
        assert KEY not in checked.out + checked.err
        assert FILE.read_bytes() == before

    @pytest.mark.parametrize(
        ("key", "said"),
        [
            ("short", "DATABASE_KEY must have at least 16 characters"),
            ("raw:0badc0de", "DATABASE_KEY must have 64 hexadecimal digits after raw:"),
            (
                "x'0badc0de0badc0de'",
                "DATABASE_KEY must not begin with x': a key in hexadecimal digits begins with raw:",
            ),
        ],
    )
    def test_of_the_setting_is_told(self, terminal: Terminal, key: str, said: str):
        terminal.env(DATABASE_KEY=key)
        assert terminal.fails("encrypt") == said

    def test_of_postgresql_says_what_to_use_there(self, terminal: Terminal):
        url = "postgresql+psycopg://localhost/leads"
        terminal.env(DATABASE_KEY=KEY, DATABASE_URL=url)
        assert "sslmode=verify-full" in terminal.fails("encrypt")
        terminal.env(DATABASE_KEY="")
        assert "sslmode=verify-full" in terminal.fails("decrypt")

    def test_of_what_is_not_there(self, terminal: Terminal):
        terminal.env(DATABASE_KEY=KEY)
        assert "There is no database yet" in terminal.fails("encrypt", "--yes")
        terminal.env(DATABASE_KEY="")
        fill(terminal)
        assert "DATABASE_KEY is not set" in terminal.fails("encrypt", "--yes")
        assert "nothing to take off" in terminal.fails("decrypt", "--yes")
        terminal.env(DATABASE_KEY=KEY)
        assert "is not encrypted" in terminal.fails("rekey", "--yes")
        assert terminal.run("encrypt", "--yes").code == 0
        assert "encrypted already" in terminal.fails("encrypt", "--yes")
