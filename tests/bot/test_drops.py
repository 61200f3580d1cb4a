"""A file dropped on the bot: looked at, imported, stopped, gone on with after a restart (C2)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot import drops, intake
from bot.drop_work import work
from bot.drops import DONE, FAILED, STOPPED, Dropped, Wanted
from bot.orders import DeliveryFailed, SlackFile
from rules.refusals import Refused
from rules.words import Kind
from storage import kept
from tests.desk import AVI, MIRI, Room

ROWS = "Name,Phone,Town\nDana,052-234-5678,Haifa\nYossi,054-234-5678,\nNobody,,\n"
CHOSEN = {"Name": "name", "Phone": "phone", "Town": "city"}
FILE = {"id": "F1", "name": "leads.csv", "size": 100}


@dataclass
class Desktop:
    """A manager's files, and what is fetched of them."""

    room: Room
    folder: Path
    content: bytes = ROWS.encode()
    fetched: list[str] = field(default_factory=list)
    trouble: Callable[[], None] = lambda: None

    def drop(self, *, by: str = MIRI, key: str = "m1") -> drops.Taken:
        return drops.take(self.room.desk, [FILE], by=by, key=key)

    def _fetch(self, file: str, to: Path, _most: int) -> None:
        self.trouble()
        self.fetched.append(file)
        to.write_bytes(self.content)

    def work(self) -> bool:
        return work(self.room.desk, self._fetch, self.folder)

    def asked(self) -> "Desktop":
        self.drop()
        self.work()
        return self

    def start(self, **more: object) -> None:
        wanted = Wanted(CHOSEN, **({"kind": "cold"} | more))  # type: ignore[arg-type]  # by name
        drops.start(self.room.desk, "F1", wanted, by=MIRI)

    def stop(self) -> None:
        drops.stop(self.room.desk, "F1", by=MIRI)

    @property
    def now(self) -> Dropped:
        with self.room.desk.store.view() as view:
            found = drops.load(view, "F1")
        assert found is not None
        return found

    @property
    def shown(self) -> str:
        self.room.deliver()
        [message] = [one for one in self.room.outside.dms(MIRI) if "leads.csv" in one.text][:1]
        return message.text


@pytest.fixture
def mine(room: Room, tmp_path: Path) -> Desktop:
    folder = tmp_path / "files"
    folder.mkdir()
    return Desktop(room, folder)


class TestAFile:
    def test_is_shown_with_what_its_columns_seem_to_be(self, mine: Desktop):
        text = mine.asked().shown
        assert "Phone: phone (052-234-5678)" in text
        assert "first 3 rows: 2 new, 0 known already, 1 would be rejected" in text
        with pytest.raises(AssertionError):
            mine.room.load(1)

    def test_is_imported_as_was_chosen(self, mine: Desktop):
        mine.asked().start(campaign="spring", vendor="Acme", cost="12.50")
        mine.work()
        assert mine.now.state == DONE
        assert mine.now.counts == {"created": 2, "rejected": 1}
        lead = mine.room.load(1)
        assert (lead.name, lead.city, lead.kind) == ("Dana", "Haifa", Kind.COLD)
        [source] = mine.room.sources(1)
        assert (source["campaign"], source["vendor"], source["cost_minor"]) == (
            *("spring", "Acme"),
            1250,
        )
        assert "is imported. 3 rows: 2 new, 0 known already, 1 rejected" in mine.shown
        assert len(mine.room.outside.channel()) == 1

    def test_keeps_a_column_aside_that_was_so_chosen(self, mine: Desktop):
        mine.asked()
        wanted = Wanted(CHOSEN | {"Town": ""}, kind="cold")
        drops.start(mine.room.desk, "F1", wanted, by=MIRI)
        mine.work()
        assert mine.room.load(1).city == ""
        assert mine.room.sources(1)[0]["extra"] == {"Town": "Haifa"}

    def test_gives_its_rejects_back_with_their_reasons(self, mine: Desktop):
        mine.asked().start()
        mine.work()
        mine.room.deliver()
        [file] = mine.room.outside.of(SlackFile)
        assert file.to == MIRI
        mine.room.clock.forward(minutes=2)
        assert intake.resume(mine.room.desk) == 0
        assert file.content.decode("utf-8-sig").splitlines()[0] == "Name,Phone,Town,reason"
        assert file.content.decode("utf-8-sig").splitlines()[1].startswith("Nobody,,,")

    def test_without_a_header_is_read_by_the_columns_places(self, mine: Desktop):
        mine.content = b"Dana,052-234-5678\nYossi,054-234-5678\n"
        mine.asked()
        assert mine.now.mapping == {"2": "phone"}
        drops.start(mine.room.desk, "F1", Wanted({"1": "name", "2": "phone"}, kind="cold"), by=MIRI)
        mine.work()
        assert mine.now.counts == {"created": 2}
        assert mine.room.load(1).name == "Dana"

    def test_whose_header_is_shifted_is_refused(self, mine: Desktop):
        rows = "".join(f"Dana,x,052-234-50{n},\n".replace(",\n", ",z\n") for n in range(10, 40))
        mine.content = f"Name,Phone,City\n{rows}".encode()
        mine.asked()
        assert (mine.now.state, mine.now.fault) == (FAILED, "import.shifted")

    def test_dropped_twice_changes_nothing_more(self, mine: Desktop):
        for key in ("m1", "m2"):
            mine.drop(key=key)
            mine.work()
            mine.start()
            mine.work()
        assert mine.now.counts == {"merged": 2, "rejected": 1}
        assert len(mine.room.sources(1)) == 1

    def test_of_the_same_message_is_looked_at_once(self, mine: Desktop):
        mine.asked().start()
        mine.drop()
        assert mine.now.state == drops.WANTED


class TestARestart:
    def test_goes_on_where_it_stopped(self, mine: Desktop, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("bot.drop_run.AT_ONCE", 1)
        mine.asked().start()
        steps = iter([False, True])

        def breaks(_seconds: float) -> None:
            if next(steps, False):
                raise KeyboardInterrupt

        monkeypatch.setattr("bot.drop_run.time.sleep", breaks)
        with pytest.raises(KeyboardInterrupt):
            mine.work()
        assert mine.now.rows == 2
        monkeypatch.setattr("bot.drop_run.time.sleep", lambda _seconds: None)
        for one in mine.folder.iterdir():
            one.unlink()
        mine.work()
        assert (mine.now.state, mine.now.rows) == (DONE, 3)
        assert mine.now.counts == {"created": 2, "rejected": 1}
        assert mine.fetched == ["F1", "F1"]

    def test_names_again_what_was_rejected_before(
        self, mine: Desktop, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("bot.drop_run.AT_ONCE", 1)
        mine.content = b"Name,Phone\nNobody,\nDana,052-234-5678\n"
        mine.asked().start()
        with mine.room.desk.store.unit() as unit:
            came = {**kept.starting(unit, "drop:F1")[0], "rows": 1, "counts": {"rejected": 1}}
            kept.put(unit, "drop:F1", came, at=mine.room.clock())
            unit.commit()
        mine.work()
        mine.room.deliver()
        assert mine.now.counts == {"created": 1, "rejected": 1}
        [file] = mine.room.outside.of(SlackFile)
        assert b"Nobody" in file.content


class TestStopping:
    def test_before_the_import_ends_it(self, mine: Desktop):
        mine.asked()
        drops.stop(mine.room.desk, "F1", by=MIRI)
        assert mine.now.state == STOPPED
        assert not mine.work()
        assert "was stopped" in mine.shown

    def test_keeps_what_is_in(self, mine: Desktop, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("bot.drop_run.AT_ONCE", 1)
        mine.asked().start()
        monkeypatch.setattr("bot.drop_run.time.sleep", lambda _seconds: mine.stop())
        mine.work()
        assert (mine.now.state, mine.now.rows) == (STOPPED, 1)
        assert mine.room.load(1).name == "Dana"

    def test_is_too_late_once_it_is_over(self, mine: Desktop):
        mine.asked().start()
        mine.work()
        with pytest.raises(Refused, match=r"drop\.over"):
            drops.stop(mine.room.desk, "F1", by=MIRI)


class TestTrouble:
    def test_with_slack_is_tried_again(self, mine: Desktop):
        mine.drop()

        def down() -> None:
            raise DeliveryFailed("http_503")

        mine.trouble = down
        with pytest.raises(DeliveryFailed):
            mine.work()
        mine.trouble = lambda: None
        assert mine.work()
        assert "Phone: phone" in mine.shown

    def test_that_lasts_a_day_is_told(self, mine: Desktop):
        mine.drop()

        def broken() -> None:
            raise RuntimeError

        mine.trouble = broken
        with pytest.raises(RuntimeError):
            mine.work()
        mine.room.clock.forward(hours=25)
        with pytest.raises(RuntimeError):
            mine.work()
        assert mine.now.state == FAILED
        assert not mine.work()

    def test_with_slack_long_after_it_was_dropped_is_tried_again(self, mine: Desktop):
        mine.asked()
        mine.room.clock.forward(days=2)
        mine.work()
        mine.start()
        faults = iter([DeliveryFailed("ratelimited")])

        def once() -> None:
            for fault in faults:
                raise fault

        mine.trouble = once
        with pytest.raises(DeliveryFailed):
            mine.work()
        assert mine.now.state == drops.WANTED
        assert mine.work()
        assert mine.now.state == DONE

    def test_with_one_file_stops_no_other(self, mine: Desktop):
        mine.drop()
        drops.take(mine.room.desk, [FILE | {"id": "F2", "name": "2.csv"}], by=MIRI, key="m2")
        faults = iter([DeliveryFailed("http_503")])

        def once() -> None:
            for fault in faults:
                raise fault

        mine.trouble = once
        with pytest.raises(DeliveryFailed):
            mine.work()
        assert mine.fetched == ["F2"]

    @pytest.mark.parametrize("code", ["file_not_found", "missing_scope"])
    def test_that_does_not_pass_is_told(self, mine: Desktop, code: str):
        def gone() -> None:
            raise DeliveryFailed(code)

        mine.trouble = gone
        mine.asked()
        assert mine.now.state == FAILED
        assert "can't be fetched" in mine.shown

    def test_with_the_file_is_told_by_its_name(self, mine: Desktop):
        mine.content = b"\x89PNG\r\n"
        mine.asked()
        assert mine.now.state == FAILED
        assert "leads.csv is no table" in mine.shown

    @pytest.mark.parametrize(
        ("wanted", "key"),
        [
            (Wanted({"Name": "name"}, kind="cold"), "drop.needs_way"),
            (Wanted(CHOSEN), "drop.needs_kind"),
            (Wanted(CHOSEN, kind="cold", cost="much"), "drop.bad_cost"),
        ],
    )
    def test_with_what_was_chosen_is_told_before_anything_is_done(
        self, mine: Desktop, wanted: Wanted, key: str
    ):
        mine.asked()
        with pytest.raises(Refused, match=key):
            drops.start(mine.room.desk, "F1", wanted, by=MIRI)

    def test_is_made_by_nobody_but_managers(self, mine: Desktop):
        with pytest.raises(Refused, match=r"drop\.managers_only"):
            mine.drop(by=AVI)
        mine.asked()
        with pytest.raises(Refused, match=r"drop\.managers_only"):
            drops.stop(mine.room.desk, "F1", by=AVI)

    def test_with_a_size_is_told_at_once(self, room: Room):
        with pytest.raises(Refused, match=r"drop\.too_big"):
            drops.take(room.desk, [FILE | {"size": drops.MOST_BYTES + 1}], by=MIRI, key="m1")
