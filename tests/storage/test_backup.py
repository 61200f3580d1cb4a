"""A backup is the database at one moment, proved; a restore is all of it, or nothing (C5)."""

import errno
import os
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.engine import make_url

from rules.backups import name_of
from rules.refusals import Refused
from storage import backup, backup_postgres, backup_sqlite
from storage.backup import Made
from storage.backup_file import Contents
from storage.engine import make_engine
from storage.store import Store
from storage.tables import history, kept, leads, metadata
from storage.upgrade import head, migrate, upgrade, version
from tests.databases import Postgres, only_postgresql, only_sqlite
from tests.storage.making import stored_lead

AT = datetime(2026, 11, 15, 3, 30, tzinfo=UTC)
KEY, SECRET = "correct horse battery", "+972522345678"
ODD = "שלום \\ \t \n \r \x01 \u2028 \u202e “quoted” \\N \\. 🦄"


def silent(_step: str, _share: float) -> None:
    """Tell nobody."""


@pytest.fixture
def url(blank_url: str) -> str:
    engine = make_engine(blank_url)
    upgrade(engine)
    fill(engine)
    engine.dispose()
    return blank_url


def fill(engine: Engine) -> None:
    store = Store(engine)
    for n in range(3):
        lead = stored_lead(store, name=f"{ODD} {n}")
        with engine.begin() as connection:
            line = {
                "lead_id": lead.id,
                "at": AT,
                "actor": "U01",
                "what": ODD,
                "data": {"a": ODD},
            }
            connection.execute(insert(history).values(line))
    with engine.begin() as connection:
        connection.execute(insert(kept).values(key=ODD, value={"n": [1, None, 0.1]}, at=AT))
    store.close()


def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    engine = make_engine(url)
    with engine.connect() as connection:
        found = {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    return found


def change(url: str) -> None:
    store = Store(make_engine(url))
    stored_lead(store, name="late")
    store.close()


def make_later(url: str) -> None:
    """Make of a database what a later version would."""
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE later (id int)")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()


def take(url: str, folder: Path, *, key: str = KEY, at: datetime = AT) -> Made:
    return backup.take(url, folder, key=key, at=at, progress=silent)


def verify(url: str, file: Path, folder: Path, *, key: str = KEY) -> Contents:
    return backup.verify(url, file, key=key, folder=folder, progress=silent)


def restore(url: str, file: Path, folder: Path, *, key: str = KEY, yes: bool = True):
    return backup.restore(
        url, file, key=key, folder=folder, at=AT + timedelta(days=1), yes=yes, progress=silent
    )


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    return caught.value.key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


class TestABackup:
    @pytest.mark.parametrize("key", ["", KEY])
    def test_gives_back_every_row_as_it_was(self, url: str, folder: Path, key: str):
        before = everything(url)
        made = take(url, folder, key=key)
        change(url)
        done = restore(url, made.file, folder, key=key)
        assert everything(url) == before
        assert done.contents == made.contents
        assert done.contents.rows >= 7
        change(url)  # numbers go on where they were

    def test_is_one_file_for_this_user_alone_and_nothing_else_stays(self, url: str, folder: Path):
        made = take(url, folder)
        assert [one.name for one in folder.iterdir()] == [name_of(AT)]
        assert made.file.stat().st_mode & 0o777 == 0o600
        assert folder.stat().st_mode & 0o777 == 0o700

    def test_shows_nothing_of_what_it_holds_where_it_has_a_key(self, url: str, folder: Path):
        sealed = take(url, folder).file.read_bytes()
        assert b"leads" not in sealed
        assert KEY.encode() not in sealed

    def test_of_the_same_database_is_another_file_each_time(self, url: str, folder: Path):
        first, second = (take(url, folder / name).file for name in "ab")
        assert first.read_bytes()[60:] != second.read_bytes()[60:]

    def test_goes_on_while_others_write_and_holds_one_moment(self, url: str, folder: Path):
        stop, wrote = threading.Event(), []

        def write() -> None:
            while not stop.is_set():
                change(url)
                wrote.append(1)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            made = [take(url, folder, at=AT + timedelta(days=n)) for n in range(3)]
        finally:
            stop.set()
            writer.join()
        assert wrote
        rows = [one.contents.rows for one in made]
        assert rows == sorted(rows)
        restore(url, made[0].file, folder)
        assert sum(map(len, everything(url).values())) == made[0].contents.rows - aside(url)

    def test_gives_up_what_rotation_gives_up(self, url: str, folder: Path):
        folder.mkdir()
        old = [folder / name_of(AT - timedelta(days=n)) for n in range(1, 20)]
        for one in [*old, folder / "mine.txt"]:
            one.write_bytes(b"old")
        take(url, folder)
        left = {one.name for one in folder.iterdir()}
        assert {"mine.txt", name_of(AT), *(one.name for one in old[:7])} <= left
        assert old[7].name not in left

    def test_stays_itself_beside_many_of_a_clock_that_ran_ahead(self, url: str, folder: Path):
        folder.mkdir()
        ahead = [folder / name_of(AT + timedelta(days=400 + n)) for n in range(500)]
        for one in ahead:
            one.write_bytes(b"")
        assert take(url, folder).file.exists()
        assert len([*folder.iterdir()]) < len(ahead)

    def test_takes_away_what_a_killed_one_left(self, url: str, folder: Path):
        folder.mkdir()
        left, fresh = folder / ".part-dead", folder / ".part-alive"
        for one, age in ((left, 24), (fresh, 1)):
            one.write_bytes(b"half")
            os.utime(one, (time.time() - age * 3600,) * 2)
        take(url, folder)
        assert not left.exists()
        assert fresh.exists()

    def test_of_nothing_is_refused(self, blank_url: str, folder: Path):
        assert refused(take, blank_url, folder) == "backup.no_database"
        assert list(folder.glob("*")) == []


def aside(url: str) -> int:
    """Rows that stand in a SQLite backup beside our own tables: the version."""
    return 1 if url.startswith("sqlite") else 0


class TestADiskThatIsFull:
    @pytest.mark.parametrize("at", ["write", "sync", "rename"])
    def test_leaves_no_half_file(self, url: str, folder: Path, monkeypatch, at: str):
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        before = take(url, folder).file
        places = {
            "write": ("storage.backup_file.Writer.write", full),
            "sync": ("os.fsync", full),
            "rename": ("storage.backup._name", full),
        }
        monkeypatch.setattr(*places[at])
        assert refused(take, url, folder, at=AT + timedelta(days=1)) == "backup.no_space"
        assert [*folder.iterdir()] == [before]

    @only_sqlite
    def test_is_told_by_sqlite_too(self, url: str, folder: Path, monkeypatch):
        def full(*_: object, **__: object) -> None:
            fault = sqlite3.OperationalError("database or disk is full")
            fault.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise fault

        monkeypatch.setattr(backup_sqlite, "dump", full)
        assert refused(take, url, folder) == "backup.no_space"
        assert [*folder.iterdir()] == []


class TestAProof:
    def test_finds_a_row_that_is_not_what_was_counted(self, url: str, folder: Path, monkeypatch):
        module = backup_sqlite if url.startswith("sqlite") else backup_postgres
        name = "_summed" if url.startswith("sqlite") else "_copied"
        real, told = getattr(module, name), []

        def spoiled(*args):
            part = real(*args)
            told.append(part.name)
            again = told.count(part.name) > 1
            return module.Part("x", 1, "y") if again and part.name == "leads" else part

        monkeypatch.setattr(module, name, spoiled)
        assert refused(take, url, folder) == "backup.unequal"
        assert [*folder.iterdir()] == []

    def test_leaves_the_database_as_it_is(self, url: str, folder: Path):
        made = take(url, folder)
        change(url)
        before = everything(url)
        assert verify(url, made.file, folder) == made.contents
        assert everything(url) == before
        assert [*folder.iterdir()] == [made.file]

    @only_postgresql
    def test_needs_the_right_to_make_a_schema(self, url: str, folder: Path):
        engine, poor = make_engine(url), f"poor_{os.getpid()}"
        with engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE ROLE {poor} LOGIN PASSWORD 'x'")
            for what in ("TABLES", "SEQUENCES"):
                connection.exec_driver_sql(f"GRANT SELECT ON ALL {what} IN SCHEMA public TO {poor}")
        theirs = make_url(url).set(username=poor, password="x")
        try:
            address = theirs.render_as_string(hide_password=False)
            assert refused(take, address, folder) == "backup.no_schema"
        finally:
            with engine.begin() as connection:
                connection.exec_driver_sql(f"DROP OWNED BY {poor}")
                connection.exec_driver_sql(f"DROP ROLE {poor}")
            engine.dispose()
        assert [*folder.iterdir()] == []

    @only_postgresql
    def test_says_nothing_of_a_row_that_the_database_refuses(
        self, url: str, folder: Path, monkeypatch
    ):
        def refuse(connection, *_args, **_more) -> None:
            twice = f"INSERT INTO kept SELECT * FROM public.kept WHERE key = '{SECRET}'"
            connection.exec_driver_sql("CREATE TABLE kept (LIKE public.kept INCLUDING ALL)")
            for _ in range(2):
                connection.exec_driver_sql(twice)

        engine = make_engine(url)
        with engine.begin() as connection:
            connection.execute(insert(kept).values(key=SECRET, value=1, at=AT))
        engine.dispose()
        monkeypatch.setattr(backup_postgres, "_load", refuse)
        with pytest.raises(Refused) as caught:
            take(url, folder)
        assert caught.value.key == "backup.database"
        assert SECRET not in str(caught.value.params)

    @only_postgresql
    def test_leaves_no_schema(self, url: str, folder: Path):
        take(url, folder)
        engine = make_engine(url)
        with engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT nspname FROM pg_namespace").scalars().all()
        engine.dispose()
        assert backup_postgres.ASIDE not in found

    @only_sqlite
    def test_needs_no_database_of_sqlite_that_works(self, url: str, folder: Path, tmp_path: Path):
        made = take(url, folder)
        verify(f"sqlite:///{tmp_path}/none.db", made.file, folder)
        assert not (tmp_path / "none.db").exists()


class TestARestore:
    def test_asks_before_it_replaces(self, url: str, folder: Path):
        made = take(url, folder)
        change(url)
        before = everything(url)
        assert refused(restore, url, made.file, folder, yes=False) == "backup.overwrites"
        assert everything(url) == before

    def test_keeps_the_old_database_aside(self, url: str, folder: Path, tmp_path: Path):
        made = take(url, folder)
        change(url)
        before = everything(url)
        old = restore(url, made.file, folder).kept
        assert old is not None
        if url.startswith("sqlite"):
            assert everything(f"sqlite:///{old}") == before
        else:
            restore(url, old, folder)
            assert everything(url) == before

    def test_is_refused_while_another_has_it_open(self, url: str, folder: Path):
        made = take(url, folder)
        change(url)
        before = everything(url)
        engine = make_engine(url)
        with engine.connect() as bot:
            bot.execute(select(leads.c.id)).all()
            bot.rollback()
            assert refused(restore, url, made.file, folder) == "backup.in_use"
            bot.execute(select(leads.c.id)).all()
        engine.dispose()
        assert everything(url) == before
        restore(url, made.file, folder)

    def test_brings_an_older_version_up(self, blank_url: str, folder: Path):
        engine = make_engine(blank_url)
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")
            migrate(connection, "0003")
            connection.exec_driver_sql(
                "INSERT INTO seen (key, at) VALUES ('x', '2026-01-01 00:00')"
            )
            connection.exec_driver_sql("COMMIT")
        engine.dispose()
        made = take(blank_url, folder)
        assert made.contents.version == "0003"
        restore(blank_url, made.file, folder)
        engine = make_engine(blank_url)
        assert version(engine) == head()
        engine.dispose()
        assert everything(blank_url)["seen"]

    @only_sqlite
    def test_into_an_empty_place_keeps_nothing(self, url: str, folder: Path, tmp_path: Path):
        made = take(url, folder)
        new = f"sqlite:///{tmp_path}/deep/new.db"
        assert restore(new, made.file, folder, yes=False).kept is None
        assert everything(new) == everything(url)

    @pytest.mark.parametrize("mode", [0o600, 0o640])
    @only_sqlite
    def test_is_open_to_the_same_people_as_before(self, url: str, folder: Path, mode: int):
        made, file = take(url, folder), Path(url.removeprefix("sqlite:///"))
        file.chmod(mode)
        restore(url, made.file, folder)
        assert file.stat().st_mode & 0o777 == mode
        file.unlink()
        restore(url, made.file, folder)
        assert file.stat().st_mode & 0o777 == 0o600

    @only_sqlite
    def test_replaces_what_is_no_database_any_more(self, url: str, folder: Path, tmp_path: Path):
        made, file = take(url, folder), Path(url.removeprefix("sqlite:///"))
        before = everything(url)
        file.write_bytes(b"rubbish" * 1000)
        Path(f"{file}-wal").write_bytes(b"old")
        old = restore(url, made.file, folder).kept
        assert everything(url) == before
        assert old is not None
        assert old.read_bytes() == b"rubbish" * 1000
        assert Path(f"{old}-wal").read_bytes() == b"old"

    @only_postgresql
    def test_spares_tables_that_are_not_ours(self, url: str, folder: Path):
        made = take(url, folder)
        engine = make_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE theirs (id int)")
        engine.dispose()
        assert refused(restore, url, made.file, folder) == "backup.foreign"

    @only_sqlite
    def test_goes_back_from_a_later_version(self, url: str, folder: Path):
        made, before = take(url, folder), everything(url)
        make_later(url)
        restore(url, made.file, folder)
        assert everything(url) == before

    @only_postgresql
    def test_goes_back_beside_a_server_s_later_version(
        self, url: str, folder: Path, postgres: Postgres
    ):
        made, before = take(url, folder), everything(url)
        make_later(url)
        assert refused(restore, url, made.file, folder) == "backup.newer_there"
        with postgres.blank() as empty:
            restore(empty, made.file, folder, yes=False)
            assert everything(empty) == before

    def test_that_breaks_changes_nothing(self, url: str, folder: Path, monkeypatch):
        made = take(url, folder)
        change(url)
        before = everything(url)

        def broken(*_: object) -> None:
            raise RuntimeError("a power cut")

        if url.startswith("sqlite"):
            monkeypatch.setattr(backup_sqlite, "_bring_up", broken)
        else:
            monkeypatch.setattr(backup_postgres, "_refuse_others", broken)
        with pytest.raises(RuntimeError):
            restore(url, made.file, folder)
        assert everything(url) == before


class TestAFileOfSomethingElse:
    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"", "backup.empty"),
            (b"SQLite format 3\x00", "backup.not_one"),
            (b"\x1f\x8b" + bytes(100), "backup.not_one"),
            (b"LEAD DESK", "backup.damaged"),
            (b"LEAD DESK BACKUP 1\n", "backup.damaged"),
            (b"LEAD DESK BACKUP 1\n" + bytes(33), "backup.damaged"),
        ],
        ids=["empty", "sqlite", "gzip", "begun", "header begun", "header alone"],
    )
    @only_sqlite
    def test_is_named(self, url: str, folder: Path, tmp_path: Path, content: bytes, why: str):
        file = tmp_path / "x.backup"
        file.write_bytes(content)
        before = everything(url)
        for act in (verify, restore):
            assert refused(act, url, file, folder) == why
        assert everything(url) == before

    @only_sqlite
    def test_that_is_not_there_is_named(self, url: str, folder: Path, tmp_path: Path):
        for file in (tmp_path / "none.backup", tmp_path):
            assert refused(restore, url, file, folder) == "backup.no_file"

    @only_sqlite
    def test_of_a_later_version_is_refused(self, url: str, folder: Path):
        made = take(url, folder)
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as later, later:
            later.execute("UPDATE alembic_version SET version_num = '9999'")
        assert refused(take, url, folder) == "backup.newer"
        assert verify(url, made.file, folder).version == head()

    @only_sqlite
    def test_of_another_kind_of_database_is_refused(self, url: str, folder: Path):
        made = take(url, folder)
        other = "postgresql+psycopg://nobody@127.0.0.1:1/none"
        assert refused(restore, other, made.file, folder) == "backup.other_kind"
