"""A database encrypted at rest: nothing of it can be read, and only its key opens it (C5)."""

import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from rules.refusals import Refused
from storage import backup, cipher
from storage.cipher import OPEN, Keys
from storage.engine import make_engine, open_file
from storage.store import Store
from storage.tables import history, leads, metadata
from storage.upgrade import head, migrate, upgrade, version
from tests.storage.making import stored_lead

KEY, OTHER = "correct horse 'battery\" staple", "raw:" + "0badc0de" * 8
NAME, PHONE, SECRET = "Plantagenet Zohar", "+972522345678", "heard about the flat in Yafo"
AT = datetime(2026, 11, 15, 3, 30, tzinfo=UTC)
RACER = """
import sys
from storage.engine import make_engine
from storage.upgrade import upgrade
engine = make_engine(sys.argv[1], key=sys.argv[2])
sys.stdin.read(1)
upgrade(engine)
"""


LEAVER = """
import sys
from pathlib import Path
from rules.refusals import Refused
from storage.backup_sqlite import hold
from storage.engine import open_file
try:
    hold(open_file(Path(sys.argv[1]), key=sys.argv[2]))
except Refused:
    print("in use")
"""


def silent(_step: str, _share: float) -> None:
    """Tell nobody."""


def address(file: Path) -> str:
    return f"sqlite:///{file}"


def plant(file: Path, *, key: str = "") -> Store:
    """Make a desk with a person in it; the store stays open, and with it the log of writes."""
    store = Store(make_engine(address(file), key=key))
    upgrade(store.engine)
    lead = stored_lead(store, name=NAME)
    with store.engine.begin() as connection:
        line = {"lead_id": lead.id, "at": AT, "actor": "U01", "what": SECRET, "data": {"a": NAME}}
        connection.execute(insert(history).values(line))
    return store


def planted(file: Path, *, key: str = "") -> Path:
    plant(file, key=key).close()
    return file


def everything(file: Path, *, key: str = "") -> dict[str, list[str]]:
    engine = make_engine(address(file), key=key)
    with engine.connect() as connection:
        found = {
            name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    return found


def readable(folder: Path) -> list[str]:
    """Give what of the planted can be read in any file of a folder."""
    words = [one.encode() for one in (NAME, PHONE, PHONE.lstrip("+"), SECRET, "CREATE TABLE")]
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert files
    return [f"{one.name}: {w!r}" for one in files for w in words if w in one.read_bytes()]


@pytest.fixture(params=[KEY, OTHER], ids=["passphrase", "raw"])
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestAFile:
    def test_is_read_by_anybody_without_a_key(self, tmp_path: Path):
        planted(tmp_path / "leads.db")
        assert readable(tmp_path)

    def test_holds_nothing_readable_with_one(self, tmp_path: Path, key: str):
        store = plant(tmp_path / "leads.db", key=key)
        try:
            assert {one.name for one in tmp_path.iterdir()} == {
                "leads.db",
                "leads.db-wal",
                "leads.db-shm",
            }
            assert readable(tmp_path) == []
        finally:
            store.close()
        assert readable(tmp_path) == []

    def test_puts_no_temporary_file_on_the_disk(self, tmp_path: Path, key: str):
        engine = make_engine(address(planted(tmp_path / "leads.db", key=key)), key=key)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA temp_store").scalar() in {0, 2}
            options = {row[0] for row in connection.exec_driver_sql("PRAGMA compile_options")}
            assert "TEMP_STORE=2" in options
        engine.dispose()

    def test_is_what_was_written(self, tmp_path: Path, key: str):
        sealed = everything(planted(tmp_path / "a.db", key=key), key=key)
        assert SECRET in str(sealed["history"])
        assert NAME in str(sealed["leads"])

    def test_is_as_durable_as_a_plain_one(self, tmp_path: Path, key: str):
        engine = make_engine(address(tmp_path / "leads.db"), key=key)
        asked = ("journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint")
        with engine.connect() as connection:
            found = [connection.exec_driver_sql(f"PRAGMA {one}").scalar() for one in asked]
        engine.dispose()
        assert found == ["wal", 2, 1, 4000]

    def test_opens_by_the_passphrase_in_sqlciphers_own_shell(self, tmp_path: Path):
        file = planted(tmp_path / "leads.db", key=KEY)
        with closing(cipher.driver().connect(str(file))) as connection:
            connection.set_key(KEY)
            assert connection.execute("SELECT name FROM leads").fetchall() == [(NAME,)]

    def test_comes_up_through_the_migrations(self, tmp_path: Path, key: str):
        engine = make_engine(address(tmp_path / "leads.db"), key=key)
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            migrate(connection, to="0003")
            connection.exec_driver_sql("COMMIT")
        assert version(engine) == "0003"
        upgrade(engine)
        assert version(engine) == head()
        engine.dispose()

    def test_is_one_file_for_all_who_begin_it_at_once(self, tmp_path: Path, key: str):
        command = [sys.executable, "-c", RACER, address(tmp_path / "leads.db"), key]
        racers = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(3)]
        for one in racers:
            assert one.stdin
            one.stdin.write(b"!")
            one.stdin.flush()
        assert [one.wait(timeout=60) for one in racers] == [0, 0, 0]
        for one in racers:
            assert one.stdin
            one.stdin.close()
        assert [one.name for one in tmp_path.glob("*.new-*")] == []
        assert everything(tmp_path / "leads.db", key=key)["leads"] == []


class TestTheKey:
    @pytest.mark.parametrize(
        ("made", "keys", "said"),
        [
            (KEY, Keys("another passphrase, as long"), "cipher.wrong_key"),
            (KEY, Keys(OTHER), "cipher.wrong_key"),
            (OTHER, Keys(OTHER.replace("0", "1")), "cipher.wrong_key"),
            (KEY, Keys(OTHER, KEY), "cipher.old_key"),
            (KEY, Keys("", KEY), "cipher.no_key"),
            (KEY, OPEN, "cipher.no_key"),
            ("", Keys(KEY), "cipher.plain"),
        ],
    )
    def test_that_does_not_fit_is_refused(self, tmp_path: Path, made: str, keys: Keys, said: str):
        file = planted(tmp_path / "leads.db", key=made)
        before = file.read_bytes()
        with pytest.raises(Refused) as refused:
            cipher.refuse_unfit(address(file), keys)
        assert refused.value.key == said
        assert file.read_bytes() == before

    @pytest.mark.parametrize("made", ["", KEY, OTHER])
    def test_that_fits_is_taken(self, tmp_path: Path, made: str):
        file = planted(tmp_path / "leads.db", key=made)
        cipher.refuse_unfit(address(file), Keys(made))
        assert cipher.key_of(file, Keys(made)) == made

    def test_is_no_matter_where_there_is_no_database_yet(self, tmp_path: Path):
        cipher.refuse_unfit(address(tmp_path / "leads.db"), Keys(KEY))
        cipher.refuse_unfit("postgresql+psycopg://localhost/leads", OPEN)

    def test_needs_its_driver(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setitem(sys.modules, "sqlcipher3", None)
        with pytest.raises(Refused, match=r"cipher\.no_driver"):
            make_engine(address(tmp_path / "leads.db"), key=KEY)

    def test_stands_in_no_representation(self, tmp_path: Path, key: str):
        engine = make_engine(address(planted(tmp_path / "leads.db", key=key)), key=key)
        shown = f"{Keys(key, key)!r} {Keys(key)} {engine!r} {engine.url!r} {engine.pool!r}"
        engine.dispose()
        assert key not in shown
        assert key.removeprefix("raw:") not in shown


class TestItsLocks:
    @pytest.mark.parametrize("key", ["", KEY, OTHER])
    def test_outlast_more_connections_and_backups_in_their_process(self, tmp_path: Path, key: str):
        file = planted(tmp_path / "leads.db", key=key)
        engine = make_engine(address(file), key=key)
        with engine.connect() as first, engine.connect() as second:
            for one in (first, second):
                one.exec_driver_sql("SELECT count(*) FROM leads").scalar()
            cipher.refuse_unfit(address(file), Keys(key))
            TestABackup().take(file, tmp_path / "backups", Keys(key))
            command = [sys.executable, "-c", LEAVER, str(file), key]
            done = subprocess.run(command, capture_output=True, timeout=60, check=False)
            assert done.stdout == b"in use\n", done
        engine.dispose()


class TestABackup:
    def take(self, file: Path, folder: Path, keys: Keys, *, seal: str = "") -> Path:
        url = address(file)
        return backup.take(url, folder, key=seal, at=AT, keys=keys, progress=silent).file

    def restore(self, file: Path, saved: Path, keys: Keys) -> None:
        url, folder = address(file), saved.parent
        backup.restore(
            url, saved, key="", folder=folder, at=AT, yes=True, keys=keys, progress=silent
        )

    def test_of_an_encrypted_database_is_encrypted(self, tmp_path: Path, key: str):
        store = plant(tmp_path / "leads.db", key=key)  # writers go on meanwhile
        saved = self.take(tmp_path / "leads.db", tmp_path / "backups", Keys(key))
        store.close()
        assert readable(tmp_path) == []
        before = everything(tmp_path / "leads.db", key=key)
        (tmp_path / "leads.db").unlink()
        self.restore(tmp_path / "leads.db", saved, Keys(key))
        assert everything(tmp_path / "leads.db", key=key) == before
        assert readable(tmp_path) == []

    @pytest.mark.parametrize(("made", "now"), [(KEY, OTHER), ("", KEY), (KEY, "")])
    def test_comes_back_under_the_key_of_now(self, tmp_path: Path, made: str, now: str):
        saved = self.take(planted(tmp_path / "a.db", key=made), tmp_path / "backups", Keys(made))
        before = everything(tmp_path / "a.db", key=made)
        target = planted(tmp_path / "b" / "leads.db", key=now)
        self.restore(target, saved, Keys(now, made))
        assert cipher.key_of(target, Keys(now)) == now
        assert everything(target, key=now) == before

    def test_of_another_key_is_refused_and_nothing_changes(self, tmp_path: Path):
        saved = self.take(planted(tmp_path / "a.db", key=KEY), tmp_path / "backups", Keys(KEY))
        target = planted(tmp_path / "b" / "leads.db", key=OTHER)
        before = everything(target, key=OTHER)
        with pytest.raises(Refused, match=r"cipher\.backup_key"):
            self.restore(target, saved, Keys(OTHER))
        assert everything(target, key=OTHER) == before
        assert [one.name for one in target.parent.iterdir()] == ["leads.db"]

    def test_is_refused_while_the_encrypted_database_is_in_use(self, tmp_path: Path, key: str):
        store = plant(tmp_path / "leads.db", key=key)
        saved = self.take(tmp_path / "leads.db", tmp_path / "backups", Keys(key))
        with pytest.raises(Refused, match=r"backup\.in_use"):
            self.restore(tmp_path / "leads.db", saved, Keys(key))
        store.close()

    def test_is_tried_and_copied_by_the_driver_of_its_kind(self, tmp_path: Path):
        with closing(open_file(planted(tmp_path / "a.db"))) as plain:
            assert plain.execute(f"SELECT count(*) FROM {leads.name}").fetchone() == (1,)
