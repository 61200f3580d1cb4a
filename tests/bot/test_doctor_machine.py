"""What `check` says of the machine: its disk, its clock, the database's file, the doors' locks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.doctor import Finding
from bot.doctor_machine import (
    LEAST_ROOM,
    NO_ROOM,
    SKEW,
    clock_findings,
    door_findings,
    integrity_findings,
    room_findings,
)
from bot.senders.slack import slack_time
from bot.settings import Settings
from storage.engine import make_engine
from storage.store import Store
from tests.databases import only_postgresql
from tests.desk import ENV, SUNDAY_MORNING, Room

SHORT, LONG = "x" * 15, "x" * 16


def settings(**env: str) -> Settings:
    return Settings.from_env(ENV | {"INTAKE_TOKENS": ""} | env)


class TestATokenThatCanBeGuessed:
    @pytest.mark.parametrize(
        ("env", "named"),
        [
            ({"INTAKE_TOKENS": f"website:{SHORT},partner:{LONG}"}, "INTAKE_TOKENS: website"),
            ({"API_TOKENS": f"crm:manager:{LONG},Avi:rep:{SHORT}"}, "API_TOKENS: Avi"),
        ],
        ids=["intake", "api"],
    )
    def test_is_named_by_its_door_and_never_shown(self, env: dict[str, str], named: str):
        [found] = door_findings(settings(**env))
        assert (found.what, found.good) == ("tokens", None)
        assert found.text.endswith(f": {named}")
        assert SHORT not in found.text

    def test_is_none_of_sixteen_letters(self):
        assert door_findings(settings(INTAKE_TOKENS=f"a:{LONG}", API_TOKENS=f"b:rep:{LONG}")) == []


class TestTheAddressOfTheOutside:
    @pytest.mark.parametrize(
        ("url", "told"),
        [
            ("", False),
            ("https://leads.example.com", False),
            ("http://leads.example.com", True),
            ("http://127.0.0.1:8080", False),
            ("http://[::1]:8080", False),
            ("http://localhost", False),
        ],
    )
    def test_is_told_to_lack_tls(self, url: str, told: bool):
        found = [one.what for one in door_findings(settings(PUBLIC_URL=url))]
        assert found == (["address"] if told else [])


class TestTheDisk:
    def look(self, folder: Path, free: int) -> list[Finding]:
        made = settings(
            BACKUP_DIR=f"{folder}/backups", DATABASE_URL=f"sqlite:///{folder}/data/leads.db"
        )
        return room_findings(made, free=lambda _: free)

    @pytest.mark.parametrize(
        ("free", "good"),
        [
            (LEAST_ROOM, True),
            (LEAST_ROOM - 1, None),
            (NO_ROOM, None),
            (NO_ROOM - 1, False),
            (0, False),
        ],
    )
    def test_is_judged_by_what_is_free(self, tmp_path: Path, free: int, good: bool | None):
        [found] = self.look(tmp_path, free)
        assert (found.what, found.good) == ("disk", good)
        assert found.text.startswith(f"{free >> 20} MB free in {tmp_path}")

    def test_is_asked_as_it_is(self, tmp_path: Path):
        [found] = room_findings(settings(BACKUP_DIR=str(tmp_path), DATABASE_URL="sqlite:///x.db"))[
            :1
        ]
        assert int(found.text.partition(" ")[0]) > 0

    def test_makes_no_folder_by_being_looked_at(self, tmp_path: Path):
        self.look(tmp_path, LEAST_ROOM)
        assert list(tmp_path.iterdir()) == []

    def test_of_backups_alone_counts_beside_a_server(self, tmp_path: Path):
        made = settings(
            BACKUP_DIR=str(tmp_path), DATABASE_URL="postgresql+psycopg://leads@localhost/leads"
        )
        assert [one.what for one in room_findings(made)] == ["disk"]

    def test_says_that_backups_cannot_be_written(self, tmp_path: Path):
        (tmp_path / "backups").write_text("a file in the folder's place")
        last = self.look(tmp_path, LEAST_ROOM)[-1]
        assert (last.what, last.good) == ("backups", False)
        assert "BACKUP_DIR" in last.text


class TestADatabaseOfSomebodyElse:
    def look(self, folder: Path, *shut: str) -> list[str]:
        made = settings(BACKUP_DIR=str(folder), DATABASE_URL=f"sqlite:///{folder}/data/leads.db")
        found = room_findings(made, may_write=lambda place: place.name not in shut)
        return [one.text for one in found if (one.what, one.good) == ("database", False)]

    @pytest.mark.parametrize("shut", ["leads.db", "leads.db-wal", "data"])
    def test_is_named_by_what_may_not_be_written(self, tmp_path: Path, shut: str):
        (tmp_path / "data").mkdir()
        for name in ("leads.db", "leads.db-wal"):
            (tmp_path / "data" / name).touch()
        [told] = self.look(tmp_path, shut)
        assert told.partition(" ")[0].endswith(shut)
        assert self.look(tmp_path) == []

    def test_is_looked_for_where_it_would_be_made(self, tmp_path: Path):
        assert self.look(tmp_path) == []
        assert len(self.look(tmp_path, tmp_path.name)) == 1

    def test_is_nobodys_who_may_write(self, tmp_path: Path):
        file = tmp_path / "leads.db"
        file.touch()
        made = settings(BACKUP_DIR=str(tmp_path), DATABASE_URL=f"sqlite:///{file}")
        assert [one.what for one in room_findings(made)] == ["disk"]


class TestTheFile:
    def test_is_whole(self, room: Room):
        [found] = integrity_findings(room.desk.store)
        assert (found.what, found.good) == ("integrity", True)

    def test_that_is_damaged_is_found_out(self, tmp_path: Path):
        file = tmp_path / "torn.db"
        store = Store(make_engine(f"sqlite:///{file}"))
        with store.engine.connect() as connection:
            connection.exec_driver_sql("CREATE TABLE a (b TEXT)")
            connection.exec_driver_sql("INSERT INTO a VALUES ('one'), ('two')")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        store.close()
        page = 4096  # the second holds the table; its rows' places begin with its ninth byte
        torn = bytearray(file.read_bytes())
        torn[page + 8 : page + 10] = b"\xff\xff"
        file.write_bytes(torn)
        store = Store(make_engine(f"sqlite:///{file}"))
        [found] = integrity_findings(store)
        store.close()
        assert found.good is False
        assert "restore" in found.text

    @only_postgresql
    def test_of_a_server_is_its_own_affair(self, store: Store):
        assert integrity_findings(store) == []


class TestTheClock:
    @pytest.mark.parametrize(
        ("off", "good", "said"),
        [
            (timedelta(0), True, "within a minute"),
            (SKEW, True, "within a minute"),
            (-SKEW, True, "within a minute"),
            (timedelta(seconds=61), False, "61 s ahead of Slack's"),
            (timedelta(hours=-2), False, "7200 s behind Slack's"),
        ],
    )
    def test_is_held_against_slacks(self, off: timedelta, good: bool, said: str):
        [found] = clock_findings(SUNDAY_MORNING, now=SUNDAY_MORNING + off)
        assert (found.what, found.good) == ("clock", good)
        assert said in found.text

    @pytest.mark.parametrize(
        ("headers", "said"),
        [
            ({"date": "Sun, 15 Nov 2026 08:00:00 GMT"}, datetime(2026, 11, 15, 8, tzinfo=UTC)),
            ({"Date": "Sun, 15 Nov 2026 08:00:00 GMT"}, datetime(2026, 11, 15, 8, tzinfo=UTC)),
            ({"Date": "now"}, None),
            ({}, None),
        ],
        ids=str,
    )
    def test_of_slack_is_in_what_its_servers_answer(
        self, headers: dict[str, str], said: datetime | None
    ):
        client: Any = SimpleNamespace(auth_test=lambda: SimpleNamespace(headers=headers))
        assert slack_time(client) == said

    def test_is_not_judged_where_slack_does_not_say(self):
        assert clock_findings(None, now=SUNDAY_MORNING) == []
