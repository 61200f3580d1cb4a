"""What befalls files that are dropped: a busy database, a stop, too many at once (C2)."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import drop_work, drops
from bot.drops import DONE, STOPPED, Dropped
from bot.orders import DeliveryFailed
from bot.texts import Words
from bot.views.drops import heard
from rules.refusals import Refused
from storage import leads
from storage.tables import kept
from storage.unit import Unit
from tests.bot.test_drops import FILE, Desktop
from tests.databases import just_before, only_postgresql
from tests.desk import MIRI, Room

BIG = {"size": drops.MOST_BYTES + 1}


@pytest.fixture
def mine(room: Room, tmp_path: Path) -> Desktop:
    folder = tmp_path / "files"
    folder.mkdir()
    return Desktop(room, folder)


class TestABusyDatabase:
    def test_is_tried_again_from_where_it_was(self, mine: Desktop, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("bot.drop_run.AT_ONCE", 1)
        mine.asked().start()

        def busy(_seconds: float) -> None:
            raise Refused("desk.busy")

        with monkeypatch.context() as once:
            once.setattr("bot.drop_run.time.sleep", busy)
            with pytest.raises(Refused, match=r"desk\.busy"):
                mine.work()
        assert (mine.now.state, mine.now.rows) == (drops.WANTED, 1)
        assert mine.work()
        assert (mine.now.state, mine.now.rows) == (DONE, 3)


class TestTheSum:
    def test_is_kept_with_the_rows_or_not_at_all(
        self, mine: Desktop, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("bot.drop_run.AT_ONCE", 1)
        mine.asked().start()
        store = mine.room.desk.store

        def die(unit: Unit, drop: Dropped, **how: Any) -> None:
            if drop.rows == 2:
                raise MemoryError
            drops.save(unit, drop, **how)

        with monkeypatch.context() as once:
            once.setattr("bot.drop_run.save", die)
            with pytest.raises(MemoryError):
                mine.work()
        with store.view() as view:
            assert leads.load(view, 2) is None
        mine.work()
        assert mine.now.counts == {"created": 2, "rejected": 1}

    def test_counts_no_row_that_another_process_took_in(
        self, mine: Desktop, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("bot.drop_run.AT_ONCE", 1)
        mine.asked().start()
        other = Desktop(mine.room, mine.folder.parent / "others")
        other.folder.mkdir()
        turns = iter([other.work])

        def meanwhile(_seconds: float) -> None:
            for turn in turns:
                turn()

        monkeypatch.setattr("bot.drop_run.time.sleep", meanwhile)
        mine.work()
        assert (mine.now.state, mine.now.rows) == (DONE, 3)
        assert mine.now.counts == {"created": 2, "rejected": 1}
        assert len(mine.room.rows("post_import")) == 1

    def test_is_told_in_the_commit_that_ends_it(
        self, mine: Desktop, monkeypatch: pytest.MonkeyPatch
    ):
        mine.asked().start()

        def die(*_given: object) -> None:
            raise MemoryError

        with monkeypatch.context() as once:
            once.setattr("bot.drop_work.PostImport", die)
            with pytest.raises(MemoryError):
                mine.work()
        assert mine.now.state == drops.WANTED
        mine.work()
        assert mine.now.state == DONE
        assert len(mine.room.rows("post_import")) == 1


class TestTheSameFileOnceMore:
    def test_lets_the_import_go_on_that_runs(self, mine: Desktop, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("bot.drop_run.AT_ONCE", 1)
        mine.asked().start()
        monkeypatch.setattr("bot.drop_run.time.sleep", lambda _seconds: mine.drop(key="m2"))
        mine.work()
        assert (mine.now.state, mine.now.counts) == (DONE, {"created": 2, "rejected": 1})

    @pytest.mark.parametrize("locale", ["en", "he"])
    def test_is_told_to_who_drops_it_meanwhile(self, mine: Desktop, locale: str):
        mine.asked().start()
        said = heard(mine.drop(key="m2"), Words(locale, mine.room.desk.settings.zone)).text
        assert said.count("leads.csv") == 1
        assert ("goes on" in said) or ("ממשיך" in said)

    def test_begins_anew_where_it_was_stopped(self, mine: Desktop):
        mine.asked().start()
        mine.stop()
        mine.drop(key="m2")
        assert mine.now.state == drops.NEW


class TestTwoWhoChoose:
    def test_start_one_import(self, mine: Desktop, monkeypatch: pytest.MonkeyPatch):
        mine.asked()
        turns = iter([mine.start])
        check = drops._check  # noqa: SLF001 - what stands between the look and the commit

        def meanwhile(*given: Any) -> None:
            check(*given)
            for turn in turns:
                turn()
                mine.work()

        monkeypatch.setattr("bot.drops._check", meanwhile)
        with pytest.raises(Refused, match=r"drop\.over"):
            mine.start(campaign="May")
        assert mine.now.state == DONE
        assert not mine.work()


class TestAStop:
    def test_before_the_first_row_takes_none_in(self, mine: Desktop):
        mine.asked().start()
        mine.stop()
        mine.work()
        assert (mine.now.state, mine.now.rows) == (STOPPED, 0)
        assert list(mine.folder.iterdir()) == []

    def test_while_its_columns_are_asked_takes_it_away(self, mine: Desktop):
        mine.asked()
        assert list(mine.folder.iterdir())
        mine.stop()
        mine.work()
        assert list(mine.folder.iterdir()) == []

    @only_postgresql
    def test_holds_the_file_against_whoever_looks_at_it(self, either_room: Room, tmp_path: Path):
        store, mine = either_room.desk.store, Desktop(either_room, tmp_path)
        mine.drop()
        held = select(kept.c.key).where(kept.c.key == "drop:F1").with_for_update(skip_locked=True)
        free = list[bool]()

        def look() -> None:
            with store.unit() as unit:
                free.append(unit.execute(held).first() is not None)

        with just_before(store.engine, "INSERT INTO kept", look):
            mine.stop()
        assert free == [False]


class TestAQuestion:
    def test_that_nobody_answers_does_not_keep_the_file_here(self, mine: Desktop):
        mine.asked()
        mine.room.clock.forward(minutes=61)
        mine.work()
        assert list(mine.folder.iterdir()) == []
        mine.start()
        mine.work()
        assert mine.now.state == DONE
        assert mine.fetched == ["F1", "F1"]

    def test_that_nobody_answers_in_a_week_is_let_go(self, mine: Desktop):
        mine.asked()
        mine.room.clock.forward(days=7)
        mine.work()
        assert mine.now.state == drops.ASKS
        mine.room.clock.forward(minutes=1)
        mine.work()
        assert "Nobody chose the columns of leads.csv in 7 days" in mine.shown
        with pytest.raises(Refused, match=r"drop\.over"):
            mine.start()

    def test_comes_once_where_two_processes_look(self, mine: Desktop):
        mine.drop()

        def other(file: str, to: Path, most: int) -> None:
            mine.asked().start()
            mine._fetch(file, to, most)  # noqa: SLF001 - what another process fetches too

        folder = mine.folder.parent / "others"
        folder.mkdir()
        drop_work.work(mine.room.desk, other, folder)
        assert mine.now.state == drops.WANTED


class TestAFileThatIsOver:
    def test_is_kept_no_more(self, mine: Desktop):
        mine.asked().start()
        assert list(mine.folder.iterdir())
        mine.work()
        assert list(mine.folder.iterdir()) == []

    def test_is_kept_no_more_where_it_was_refused(self, mine: Desktop):
        mine.content = b"\x89PNG\r\n"
        mine.asked()
        assert list(mine.folder.iterdir()) == []

    def test_leaves_no_part_where_it_could_not_be_fetched(self, mine: Desktop):
        def cut(_file: str, to: Path, _most: int) -> None:
            to.write_bytes(b"Na")
            raise DeliveryFailed("file_deleted")

        mine.drop()
        drop_work.work(mine.room.desk, cut, mine.folder)
        assert list(mine.folder.iterdir()) == []


class TestSeveralFiles:
    @pytest.mark.parametrize("locale", ["en", "he"])
    def test_are_each_named_with_what_becomes_of_them(self, room: Room, locale: str):
        some = [FILE | {"id": f"F{n}", "name": f"{n}.csv"} for n in range(1, 6)]
        some[1] |= BIG
        taken = drops.take(room.desk, some, by=MIRI, key="m1")
        assert taken == drops.Taken(["1.csv", "3.csv", "4.csv"], ["2.csv"], ["5.csv"])
        text = heard(taken, Words(locale, room.desk.settings.zone)).text
        assert all(f"{n}.csv" in text for n in range(1, 6))
        assert [one.name for one in drops.living(room.desk)] == ["1.csv", "3.csv", "4.csv"]

    def test_that_are_all_too_big_are_refused_by_their_names(self, room: Room):
        both = [FILE | BIG, FILE | BIG | {"id": "F2", "name": "2.csv"}]
        with pytest.raises(Refused) as refused:
            drops.take(room.desk, both, by=MIRI, key="m1")
        assert refused.value.params["file"] == "leads.csv, 2.csv"
