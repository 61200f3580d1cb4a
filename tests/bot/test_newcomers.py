"""Rows of people whom nobody knows: stored together, as if each had come alone (C2)."""

import tempfile
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.desk import Desk
from bot.present import Present
from rules.words import Kind
from storage.engine import make_engine
from storage.store import Store
from storage.upgrade import upgrade
from tests.bot.importing import BOOKS, one_by_one, prepare, stored, take_in
from tests.databases import Postgres
from tests.desk import AVI, FakeClock, Room, a_desk, settings_for
from tests.storage.making import at_once

PHONES = [f"052-200000{n}" for n in range(10)]
ODD = ["", "123", "052-123-4567", "+1 212 555 0123", "+44 20 7946 0958", "03-6234567"]
ROW = {
    "name": st.sampled_from(["Dana", "Yossi Levi", "דנה", ""]),
    "phone": st.sampled_from([*PHONES, *PHONES, *ODD]),
    "email": st.sampled_from(["", "", "a@example.com", "A@example.com", "b.c+x@gmail.com"]),
    "kind": st.sampled_from([*Kind, ""]),
    "campaign": st.sampled_from(["", "capped", "matched", "closers", "loaded", "alike", "hand"]),
    "product": st.sampled_from(["", "flat"]),
    "language": st.sampled_from(["", "he", "en", "ru"]),
    "city": st.sampled_from(["Haifa", ""]),
    "region": st.sampled_from(["", "US", "IL"]),
    "age": st.sampled_from(["", "34", "many"]),
    "consent": st.sampled_from(["", "sms, email", "yes"]),
    "received_at": st.sampled_from(["", "2026-11-01", "2030-01-01", "1970-01-01"]),
    "cost": st.sampled_from(["", "1.50", "free"]),
    "seen": st.sampled_from(["", "1"]),
}
ROWS = st.lists(st.fixed_dictionaries(ROW), min_size=1, max_size=12)
NEW = [{"name": "Dana", "phone": phone, "email": "", "kind": "warm"} for phone in PHONES[:8]]
MIXED = [
    [*NEW[:3], {"name": "No number", "email": "a@example.com"}, *NEW[2:5]],
    [*NEW, {"name": "Of a pool", "phone": "054-2345678", "campaign": "capped"}],
]


def imported(desk: Desk, book: str, batches: list[list[dict[str, str]]], *, singly: bool):
    """Give what became of each row, and all that is stored."""
    desk.present.playbook = BOOKS[book]
    prepare(desk)
    with one_by_one() if singly else nullcontext():
        results = take_in(desk, batches)
    return results, stored(desk)


@pytest.mark.slow
class TestAFileImportedAtOnce:
    @settings(max_examples=40, deadline=None)
    @given(book=st.sampled_from(sorted(BOOKS)), batches=st.lists(ROWS, min_size=1, max_size=3))
    @example(book="plain", batches=[NEW])
    @example(book="routed", batches=MIXED)
    @example(book="held", batches=[NEW])
    def test_stores_what_its_rows_store_one_by_one(self, book, batches):
        found = []
        for singly in (True, False):
            with tempfile.TemporaryDirectory() as folder, a_desk(Path(folder), FakeClock()) as room:
                found.append(imported(room.desk, book, batches, singly=singly))
        assert found[0] == found[1]

    @pytest.mark.parametrize("book", sorted(BOOKS))
    def test_does_so_on_postgresql(self, postgres: Postgres, tmp_path: Path, book):
        found = []
        for singly in (True, False):
            with postgres.blank() as url:
                store = Store(make_engine(url))
                upgrade(store.engine)
                settings = settings_for(tmp_path / "unused.db", DATABASE_URL=url)
                desk = Desk(store, settings, Present(), FakeClock())
                found.append(imported(desk, book, MIXED, singly=singly))
                store.close()
        assert found[0] == found[1]

    def test_twice_at_the_same_moment_has_each_row_once(self, either_room: Room):
        prepare(either_room.desk)
        results = []
        assert at_once([lambda: results.extend(take_in(either_room.desk, MIXED))] * 2) == []
        tables = stored(either_room.desk)
        created = [one for one in results if one.status == "created"]
        assert len(created) == len(tables["leads"]) == 10
        assert len({one["lead_id"] for one in tables["lead_sources"]}) == 10
        assert {one["state"] for one in tables["intake"]} <= {"created", "merged"}


class TestANewcomer:
    @pytest.fixture
    def alone(self, monkeypatch):
        """The rows that went alone."""
        found = []
        monkeypatch.setattr("bot.imports.take_in", lambda *args, **_: found.append(args[2].name))
        return found

    def test_is_not_looked_for_alone(self, room: Room, alone: list[str]):
        results = take_in(room.desk, [NEW])
        assert alone == []
        assert {one.status for one in results} == {"created"}
        assert {room.load(number).owner for number in range(1, 9)} > {AVI}

    def test_of_a_dry_run_is_not_kept(self, room: Room):
        results = take_in(room.desk, [NEW], dry_run=True)
        assert [one.status for one in results] == ["created"] * 8
        assert stored(room.desk)["leads"] == []
