"""Who was erased stays erased when a backup is restored that has them still (C5)."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import update

from bot import backups, erasing
from bot.desk import Desk
from bot.erasing_again import carried_over
from bot.present import Present
from storage import outbox
from storage.engine import make_engine
from storage.erased_before import marks_at
from storage.store import Store
from storage.tables import outbox as outbox_table
from tests.bot.erasing_desk import left, live
from tests.desk import MIRI, FakeClock, Room, a_desk, settings_for


def leave(room: Room, state: str) -> None:
    """Let what is to leave be in hand, or wait again."""
    with room.desk.store.engine.begin() as connection:
        done = connection.execute(update(outbox_table).values(state=state))
        assert done.rowcount


class TestABackupThatIsRestored:
    def test_has_nobody_whom_its_database_had_erased(self, tmp_path: Path, clock: FakeClock):
        folder = tmp_path / "backups"
        with a_desk(tmp_path, clock) as room:
            settings = settings_for(tmp_path / "leads.db", BACKUP_DIR=str(folder))
            lead = live(room)
            made = backups.take(settings, at=clock.now)
            erasing.erase(room.desk, lead.id, by=MIRI)
        assert len(marks_at(settings.database_url)) == 2
        backups.restore(settings, made.file, yes=True, at=clock.now)
        store = Store(make_engine(settings.database_url))
        try:
            with store.view() as view:
                assert left(view) == []
            again = Desk(store, settings, Present(), clock)
            assert [one.lead_id for one in erasing.marks(again)] == [lead.id, lead.id + 1]
        finally:
            store.close()
        assert b"dana@example.com" not in (tmp_path / "leads.db").read_bytes()

    def test_is_restored_though_the_database_before_can_not_be_read(
        self, tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
    ):
        broken = tmp_path / "leads.db"
        broken.write_bytes(b"no database at all" * 100)
        with caplog.at_level(logging.WARNING), carried_over(settings_for(broken), at=clock.now):
            pass
        assert "erase them again" in caplog.text

    @pytest.mark.parametrize("there", [False, True])
    def test_says_that_nobody_knows_where_no_database_was(
        self, tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture, *, there: bool
    ):
        missing = tmp_path / "none.db"
        if there:
            missing.touch()
        with caplog.at_level(logging.WARNING), carried_over(settings_for(missing), at=clock.now):
            assert missing.exists() is there
        assert "erase them again" in caplog.text

    def test_has_nobody_of_whom_a_message_was_leaving_when_it_was_made(
        self, tmp_path: Path, clock: FakeClock
    ):
        with a_desk(tmp_path, clock) as room:
            settings = settings_for(tmp_path / "leads.db")
            lead = room.lead()
            leave(room, outbox.LEASED)
            made = backups.take(settings, at=clock.now)
            leave(room, outbox.WAITING)
            erasing.erase(room.desk, lead.id, by=MIRI)
        backups.restore(settings, made.file, yes=True, at=clock.now)
        store = Store(make_engine(settings.database_url))
        try:
            with store.view() as view:
                assert left(view) == []
        finally:
            store.close()

    def test_names_whom_it_did_not_come_to_erase(
        self,
        tmp_path: Path,
        clock: FakeClock,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ):
        def interrupted(*_: object) -> int:
            raise KeyboardInterrupt

        with a_desk(tmp_path, clock) as room:
            lead = live(room)
            erasing.erase(room.desk, lead.id, by=MIRI)
        monkeypatch.setattr(erasing, "replay", interrupted)
        settings = settings_for(tmp_path / "leads.db")
        with pytest.raises(KeyboardInterrupt), carried_over(settings, at=clock.now):
            pass
        assert f"not erased again in what was restored: leads {lead.id}, {lead.id + 1}" in (
            caplog.text
        )

    def test_knows_who_was_erased_on_either_database(self, either_room: Room, database_url: str):
        lead = either_room.lead()
        erasing.erase(either_room.desk, lead.id, by=MIRI)
        assert [one.lead_id for one in marks_at(database_url)] == [lead.id]
