"""What befalls files that are dropped: a busy database, a stop, too many at once (C2)."""

from pathlib import Path

import pytest

from bot import drop_work, drops
from bot.drops import DONE, STOPPED
from bot.orders import DeliveryFailed
from bot.texts import Words
from bot.views.drops import heard
from rules.refusals import Refused
from tests.bot.test_drops import FILE, Desktop
from tests.desk import MIRI, Room

BIG = {"size": drops.MOST_BYTES + 1}


@pytest.fixture
def mine(room: Room, tmp_path: Path) -> Desktop:
    folder = tmp_path / "files"
    folder.mkdir()
    return Desktop(room, folder)


class TestABusyDatabase:
    def test_is_tried_again_from_where_it_was(self, mine: Desktop, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("bot.drop_work.AT_ONCE", 1)
        mine.asked().start()

        def busy(_seconds: float) -> None:
            raise Refused("desk.busy")

        with monkeypatch.context() as once:
            once.setattr("bot.drop_work.time.sleep", busy)
            with pytest.raises(Refused, match=r"desk\.busy"):
                mine.work()
        assert (mine.now.state, mine.now.rows) == (drops.WANTED, 1)
        assert mine.work()
        assert (mine.now.state, mine.now.rows) == (DONE, 3)


class TestAStop:
    def test_before_the_first_row_takes_none_in(self, mine: Desktop):
        mine.asked().start()
        mine.stop()
        mine.work()
        assert (mine.now.state, mine.now.rows) == (STOPPED, 0)
        assert list(mine.folder.iterdir()) == []


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
        assert [one.name for one in drops.waiting(room.desk)] == ["1.csv", "3.csv", "4.csv"]

    def test_that_are_all_too_big_are_refused_by_their_names(self, room: Room):
        both = [FILE | BIG, FILE | BIG | {"id": "F2", "name": "2.csv"}]
        with pytest.raises(Refused) as refused:
            drops.take(room.desk, both, by=MIRI, key="m1")
        assert refused.value.params["file"] == "leads.csv, 2.csv"
