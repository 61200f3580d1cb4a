"""The night's backup: once for all, made up when missed, told when it fails (C5)."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import backups
from bot.doctor_backups import backup_findings
from bot.texts import LOCALES, Words
from bot.views import backups as views
from rules.effects import TellManagers
from rules.refusals import Refused
from storage import kept
from storage.engine import make_engine
from storage.upgrade import migrate, version
from tests.desk import MIRI, Room, payload

HOUR = timedelta(hours=1)
KEY = "correct horse battery"


def files(room: Room) -> list[str]:
    folder = Path(room.desk.settings.backup_dir)
    return sorted(one.name for one in folder.glob("*")) if folder.exists() else []


def tick(room: Room, **span: float) -> bool:
    room.clock.forward(timedelta(**span))
    return backups.back_up_nightly(room.desk)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """Let every backup fail by the exception that stands in the list."""
    faults: list[BaseException] = [Refused("backup.no_space", folder="data/backups")]
    real = backups.take

    def take(*args, **kwargs):
        if faults:
            raise faults[0]
        return real(*args, **kwargs)

    monkeypatch.setattr(backups, "take", take)
    return faults


def told(room: Room) -> list[str]:
    room.tick()
    return [payload(one) for one in room.outside.channel(f"D-{MIRI}") if "backup" in one.text]


class TestTheNightsBackup:
    def test_is_made_once_and_again_after_the_next_night(self, room: Room):
        assert backups.back_up_nightly(room.desk)
        assert not tick(room, minutes=1)
        assert len(files(room)) == 1
        room.clock.set(2026, 11, 16, 1, 29)  # 03:29 in Jerusalem
        assert not tick(room)
        assert tick(room, minutes=1)
        assert len(files(room)) == 2

    def test_that_was_missed_is_made_up_whenever_the_bot_runs(self, room: Room):
        assert backups.back_up_nightly(room.desk)
        assert tick(room, days=3, hours=7)
        assert not tick(room, minutes=1)

    def test_is_made_by_one_of_all_replicas(self, room: Room, monkeypatch):
        began = []
        real = backups.take

        def slow(*args, **kwargs):
            began.append(backups.back_up_nightly(room.desk))  # another one looks meanwhile
            return real(*args, **kwargs)

        monkeypatch.setattr(backups, "take", slow)
        assert backups.back_up_nightly(room.desk)
        assert began == [False]

    def test_of_a_process_that_died_is_made_by_another_later(self, room: Room, broken):
        broken[0] = KeyboardInterrupt()  # as a kill ends it
        with pytest.raises(KeyboardInterrupt):
            backups.back_up_nightly(room.desk)
        broken.clear()
        assert not tick(room, minutes=30)
        assert tick(room, hours=3)

    def test_that_the_end_of_a_process_stops_is_begun_anew_and_nobody_is_told(self, room: Room):
        asked = []

        def stopping() -> bool:
            asked.append(1)
            return len(asked) > 3

        assert not backups.back_up_nightly(room.desk, stopping=stopping)
        assert files(room) == []
        assert told(room) == []
        assert backups.back_up_nightly(room.desk)

    def test_comes_back_after_a_clock_that_was_years_ahead(self, room: Room):
        now = room.clock.now
        room.clock.forward(days=4000)
        assert backups.back_up_nightly(room.desk)
        room.clock.now = now
        assert backups.back_up_nightly(room.desk)

    def test_is_sealed_by_the_key_of_the_settings(self, room: Room):
        desk = replace(room.desk, settings=replace(room.desk.settings, backup_key=KEY))
        assert backups.back_up_nightly(desk)
        file = Path(desk.settings.backup_dir) / files(room)[0]
        assert backups.verify(desk.settings, file).rows > 0
        with pytest.raises(Refused, match=r"backup\.needs_key"):
            backups.verify(room.desk.settings, file)


class TestAFailure:
    def test_is_told_to_managers_with_what_to_do(self, room: Room, broken):
        assert not backups.back_up_nightly(room.desk)
        (message,) = told(room)
        assert "The disk is full (data/backups)" in message
        assert "There is no proved backup yet." in message
        assert "python app.py backup" in message
        assert files(room) == []

    def test_names_the_newest_proved_one(self, room: Room, broken):
        fault = broken.pop()
        assert backups.back_up_nightly(room.desk)
        broken.append(fault)
        tick(room, days=1)
        assert "Sunday 15 November 2026 10:00" in told(room)[0]

    def test_is_tried_again_each_hour_and_told_once_a_day(self, room: Room, broken):
        for _ in range(5):
            tick(room, hours=1)
        broken[0] = ValueError("something else, with +972522345678 in it")
        tick(room, hours=1)
        assert len(told(room)) == 1
        tick(room, days=1)
        both = told(room)
        assert len(both) == 2
        assert "ValueError" in both[1]
        assert "2345678" not in both[1]
        broken.clear()
        assert not tick(room, minutes=30)
        assert tick(room, minutes=30)
        assert len(files(room)) == 1
        assert len(told(room)) == 2

    @pytest.mark.parametrize("locale", LOCALES)
    def test_has_its_words_in_each_language(self, room: Room, broken, locale: str):
        backups.back_up_nightly(room.desk)
        rows = [row for row in room.rows() if row["kind"] == "tell_managers"]
        effect = TellManagers(**rows[0]["payload"])
        words = Words(locale, room.desk.settings.zone)
        assert "data/backups" in views.failed(effect, words).text


class TestTheDoctor:
    def found(self, room: Room, **settings: Any) -> list[tuple[bool | None, str]]:
        desk = room.desk
        made = replace(desk.settings, **settings)
        lines = backup_findings(made, desk.store, now=room.clock())
        return [(one.good, one.text) for one in lines]

    def test_says_that_none_was_proved(self, room: Room):
        (none, key) = self.found(room)
        assert none[0] is None
        assert none[1].startswith("none was proved yet")
        assert "BACKUP_KEY is empty" in key[1]

    def test_names_the_age_of_the_newest(self, room: Room):
        backups.back_up_nightly(room.desk)
        room.clock.forward(hours=5)
        (line,) = self.found(room, backup_key=KEY)
        assert line[0] is True
        assert line[1].startswith("the newest proved one is 5 h old: lead-desk-20261115T080000Z")
        assert KEY not in line[1]

    def test_warns_of_one_that_is_old_or_elsewhere(self, room: Room, tmp_path: Path):
        backups.back_up_nightly(room.desk)
        room.clock.forward(days=3)
        assert "one is due each day" in self.found(room, backup_key=KEY)[0][1]
        (line,) = self.found(room, backup_key=KEY, backup_dir=str(tmp_path / "none"))
        assert line[0] is None
        assert "it is not in" in line[1]


class TestOneByHand:
    def test_counts_as_the_nights(self, room: Room):
        made = backups.take_and_note(room.desk.settings, at=room.clock())
        assert backups.proved(room.desk.store) == backups.Proved(
            room.clock(), made.file.name, made.size, made.contents.rows
        )
        assert not backups.back_up_nightly(room.desk)

    def test_leaves_an_older_database_as_it_is(self, tmp_path: Path, room: Room):
        url = f"sqlite:///{tmp_path}/old.db"
        engine = make_engine(url)
        with engine.connect() as connection:
            migrate(connection, "0002")
        settings = replace(room.desk.settings, database_url=url)
        made = backups.take_and_note(settings, at=datetime(2026, 11, 15, tzinfo=UTC))
        assert made.contents.version == version(engine) == "0002"
        engine.dispose()
        with closing(sqlite3.connect(tmp_path / "old.db")) as old:
            assert not old.execute("SELECT * FROM kept").fetchall()


class TestWhatIsKept:
    def test_is_one_small_row(self, room: Room):
        backups.back_up_nightly(room.desk)
        with room.desk.store.view() as view:
            state = kept.get(view, backups.STATE)
        assert state is not None
        assert set(state) == {"night", "proved"}
