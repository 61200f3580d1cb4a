"""A database written anew under another key: whole, and the old or the new at any moment (C5)."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.refusals import Refused
from storage import cipher, resealing
from storage.cipher import Keys
from storage.engine import make_engine, open_file
from tests.storage.test_cipher import KEY, OTHER, address, everything, plant, planted, readable

AT = datetime(2026, 11, 15, 3, 30, tzinfo=UTC)
WAYS = [("", KEY), (KEY, OTHER), (OTHER, KEY), (KEY, "")]
KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from storage import backup_sqlite, cipher, resealing
at = sys.argv[4]
owner = {"export": cipher, "flush": resealing, "summed": resealing, "put": resealing}.get(at)
owner = owner or backup_sqlite
real = getattr(owner, at)
def die(*given, **named):
    real(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, at, die)
moment = datetime.now(UTC)
resealing.reseal(
    Path(sys.argv[1]), old=sys.argv[2], new=sys.argv[3], at=moment, yes=True,
    progress=lambda step, share: None,
)
"""
HELD = """
import sys
from storage.engine import make_engine
connection = make_engine(sys.argv[1], key=sys.argv[2]).connect()
connection.exec_driver_sql("SELECT count(*) FROM leads").scalar()
print("open", flush=True)
sys.stdin.read()
"""
TIMED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from storage import cipher, resealing
print("begun", flush=True)
moment = datetime.now(UTC)
resealing.reseal(
    Path(sys.argv[1]), old=sys.argv[2], new=sys.argv[3], at=moment, yes=True,
    progress=lambda step, share: print(step, flush=True),
)
"""


def silent(_step: str, _share: float) -> None:
    """Tell nobody."""


def reseal(file: Path, old: str, new: str, *, yes: bool = True) -> resealing.Resealed:
    return resealing.reseal(file, old=old, new=new, at=AT, yes=yes, progress=silent)


class TestResealing:
    @pytest.mark.parametrize(("old", "new"), WAYS)
    def test_keeps_every_row_under_the_new_key(self, tmp_path: Path, old: str, new: str):
        file = planted(tmp_path / "leads.db", key=old)
        before = everything(file, key=old)
        done = reseal(file, old, new)
        assert cipher.key_of(file, Keys(new)) == new
        assert everything(file, key=new) == before
        assert done.rows >= 2
        assert done.kept
        assert everything(done.kept, key=old) == before

    def test_leaves_nothing_readable_once_the_old_file_is_gone(self, tmp_path: Path):
        file = planted(tmp_path / "leads.db")
        kept = reseal(file, "", KEY).kept
        assert kept
        assert resealing.left_beside(file) == [kept]
        kept.unlink()
        assert readable(tmp_path) == []

    def test_goes_on_with_the_numbers_where_they_stood(self, tmp_path: Path):
        file = planted(tmp_path / "leads.db")
        reseal(file, "", KEY)
        plant(file, key=KEY).close()
        rows = everything(file, key=KEY)["leads"]
        assert [row.split(",")[0] for row in rows] == ["(1", "(2"]

    @pytest.mark.parametrize(("old", "new"), WAYS)
    def test_only_tries_without_a_yes(self, tmp_path: Path, old: str, new: str):
        file = planted(tmp_path / "leads.db", key=old)
        before = file.read_bytes()
        assert reseal(file, old, new, yes=False).kept is None
        assert [one.name for one in tmp_path.iterdir()] == ["leads.db"]
        assert everything(file, key=old)
        assert len(file.read_bytes()) == len(before)

    @pytest.mark.parametrize(("old", "new"), WAYS)
    def test_is_refused_while_anybody_has_it_open(self, tmp_path: Path, old: str, new: str):
        file = planted(tmp_path / "leads.db", key=old)
        before = everything(file, key=old)
        command = [sys.executable, "-c", HELD, address(file), old]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert child.stdout
        assert child.stdout.readline() == b"open\n"
        with pytest.raises(Refused, match=r"backup\.in_use"):
            reseal(file, old, new)
        child.communicate(timeout=60)
        assert everything(file, key=old) == before
        assert not list(tmp_path.glob("*.resealing*"))

    def test_puts_nothing_that_differs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        file, real = planted(tmp_path / "leads.db"), cipher.export

        def lossy(source: object, into: Path, *, key: str) -> None:
            real(source, into, key=key)
            with closing(open_file(into, key=key)) as written:
                written.execute("UPDATE leads SET name = 'Somebody Else'")

        monkeypatch.setattr(cipher, "export", lossy)
        with pytest.raises(Refused, match=r"cipher\.unequal"):
            reseal(file, "", KEY)
        assert cipher.key_of(file, Keys("", KEY)) == ""
        assert [one.name for one in tmp_path.iterdir()] == ["leads.db"]

    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8, deadline=None
    )
    @given(key=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=16))
    def test_takes_any_passphrase(self, tmp_path: Path, key: str):
        file = tmp_path / "any.db"
        file.unlink(missing_ok=True)
        with closing(open_file(file)) as plain:
            plain.execute("CREATE TABLE t (x)")
            plain.execute("INSERT INTO t VALUES (1)")
        reseal(file, "", key)
        with closing(open_file(file, key=key)) as sealed:
            assert sealed.execute("SELECT x FROM t").fetchall() == [(1,)]


class TestAKill:
    @pytest.mark.parametrize("at", ["export", "flush", "summed", "_keep", "_rename", "put"])
    @pytest.mark.parametrize(("old", "new"), [("", KEY), (KEY, OTHER)])
    def test_after_any_step_leaves_the_old_or_the_new(
        self, tmp_path: Path, at: str, old: str, new: str
    ):
        file = planted(tmp_path / "leads.db", key=old)
        before = everything(file, key=old)
        command = [sys.executable, "-c", KILLED, str(file), old, new, at]
        done = subprocess.run(command, timeout=60, check=False)
        assert done.returncode == -signal.SIGKILL
        self.goes_on(file, before, old=old, new=new, put=at in {"_rename", "put"})

    def test_at_any_instant_leaves_the_old_or_the_new(self, tmp_path: Path):
        for number, lines in enumerate((1, 2, 12, 30, 50)):
            file = planted(tmp_path / str(number) / "leads.db", key=KEY)
            before = everything(file, key=KEY)
            command = [sys.executable, "-c", TIMED, str(file), KEY, OTHER]
            child = subprocess.Popen(command, stdout=subprocess.PIPE)
            assert child.stdout
            for _ in range(lines):
                child.stdout.readline()
            os.kill(child.pid, signal.SIGKILL)
            child.wait(timeout=60)
            child.stdout.close()
            self.goes_on(file, before, old=KEY, new=OTHER, put=None)

    def goes_on(self, file: Path, before: object, *, old: str, new: str, put: bool | None) -> None:
        found = cipher.key_of(file, Keys(new, old))
        assert put is None or found == (new if put else old)
        assert everything(file, key=found) == before
        if found != new:
            reseal(file, found, new)
        assert everything(file, key=new) == before
        assert not list(file.parent.glob("*.resealing*"))


class TestAnEngine:
    def test_of_the_old_key_can_do_nothing_any_more(self, tmp_path: Path):
        file = planted(tmp_path / "leads.db", key=KEY)
        reseal(file, KEY, OTHER)
        engine = make_engine(address(file), key=KEY)
        with pytest.raises(Exception, match="file is not a database"):
            engine.connect()
        engine.dispose()
