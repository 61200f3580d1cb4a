"""Leads that may be one person: found as they come, asked about once, decided by people (C2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot import near
from rules.refusals import Refused
from storage import leads, likenesses, people
from storage.tables import likenesses as table
from tests.desk import AVI, DANA, MIRI, NOA, Room

SLIP = {"phone": "052-234-5679", "email": "dana.k@example.org"}
NUMBER = "+972522345678"


@pytest.fixture
def watched(room: Room) -> Room:
    """A room that looks for such leads from its first one on."""
    near.look(room.desk)
    return room


def look(room: Room) -> int:
    room.clock.forward(seconds=10)
    return near.look(room.desk)


def two(room: Room, **of_second: Any) -> int:
    """Take in two leads that look like one person; gives how many pairs were found."""
    room.lead()
    room.lead(**(SLIP | of_second))
    return look(room)


def change(room: Room, lead_id: int, **values: Any) -> None:
    with room.desk.store.unit() as unit:
        before = leads.load(unit, lead_id)
        assert before is not None
        leads.save(unit, replace(before, **values), before=before)
        unit.commit()


def states(room: Room) -> list[str]:
    with room.desk.store.view() as view:
        return list(view.execute(select(table.c.state).order_by(table.c.id)).scalars())


@contextmanager
def refused(key: str) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.key == key


class TestLeadsThatComeC2:
    def test_are_asked_about_where_a_digit_slipped(self, watched: Room):
        assert two(watched) == 1
        watched.deliver()
        said = watched.outside.dms(MIRI)[-1]
        assert "Are *#1 Dana Cohen* and *#2 Dana Cohen* one person?" in said.text
        assert "one slip" in said.text

    def test_are_shown_masked(self, watched: Room):
        two(watched)
        watched.deliver()
        said = watched.outside.dms(MIRI)[-1]
        whole = said.text + str(said.blocks)
        assert "2345678" not in whole.replace("-", "")
        assert "dana.k@" not in whole
        assert "052-•••" in whole

    def test_are_never_merged_by_themselves(self, watched: Room):
        two(watched)
        assert watched.load(2).merged_into is None

    def test_are_asked_about_once(self, watched: Room):
        two(watched)
        assert (look(watched), look(watched)) == (0, 0)
        assert states(watched) == ["open"]

    def test_are_left_alone_where_they_are_different(self, watched: Room):
        assert two(watched, name="Yossi Levi") == 0

    def test_are_looked_at_from_the_first_look_on(self, room: Room):
        assert two(room) == 0
        room.lead(phone="052-234-5677", email="third@example.net")
        assert look(room) == 2

    def test_of_a_file_are_looked_at_some_at_a_time(
        self, watched: Room, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(near, "AT_ONCE", 1)
        watched.lead(name="Yossi Levi", phone="054-345-6789", email="yossi@example.com")
        assert two(watched) == 0
        assert [look(watched), look(watched)] == [1, 0]

    def test_of_many_pairs_are_asked_about_some_and_listed_all(self, watched: Room):
        for number in range(9):
            watched.lead(phone=f"052-234-567{number}", email=f"one{number}@example{number}.com")
        assert look(watched) == 36
        asked = watched.rows("ask_same")
        assert len(asked) == near.ASKED_AT_ONCE
        found = near.listed(watched.desk, by=MIRI)
        assert (len(found.pairs), found.count) == (near.LISTED, 36)

    def test_wait_for_the_managers_channel_where_there_is_one(self, watched: Room):
        settings = replace(watched.desk.settings, managers_channel="managers")
        desk = replace(watched.desk, settings=settings)
        watched.lead()
        watched.lead(**SLIP)
        watched.clock.forward(seconds=10)
        near.look(desk)
        assert [row["payload"]["to"] for row in watched.rows("ask_same")] == [""]


class TestAnAnswer:
    def test_that_they_are_one_merges_them_and_ends_the_question(self, watched: Room):
        two(watched)
        watched.deliver()
        done = near.merge(watched.desk, 1, by=MIRI)
        watched.deliver()
        assert (done.lead.id, done.gone.id) == (1, 2)
        said = watched.outside.dms(MIRI)[0]
        assert "are one person now" in said.text
        assert [block["type"] for block in said.blocks] == ["section"]
        assert states(watched) == ["merged"]

    def test_that_they_are_different_ends_the_question(self, watched: Room):
        two(watched)
        watched.deliver()
        near.keep_apart(watched.desk, 1, by=MIRI)
        watched.deliver()
        assert "are different people" in watched.outside.dms(MIRI)[0].text
        assert states(watched) == ["different"]
        assert look(watched) == 0

    def test_is_a_managers_or_of_who_has_both(self, watched: Room):
        two(watched)
        change(watched, 1, owner=NOA)
        change(watched, 2, owner=AVI)
        with refused("lead.of_another"):
            near.keep_apart(watched.desk, 1, by=NOA)
        change(watched, 2, owner=NOA)
        near.keep_apart(watched.desk, 1, by=NOA)

    def test_after_another_is_refused(self, watched: Room):
        two(watched)
        near.keep_apart(watched.desk, 1, by=MIRI)
        with refused("merge.decided"):
            near.merge(watched.desk, 1, by=MIRI)

    def test_on_leads_that_were_merged_is_refused(self, watched: Room):
        two(watched)
        near.merge(watched.desk, 1, by=MIRI)
        with refused("lead.merged"):
            near.keep_apart(watched.desk, 1, by=MIRI)

    def test_to_a_question_that_is_none_is_refused(self, watched: Room):
        with refused("button.stale"):
            near.merge(watched.desk, 7, by=MIRI)

    def test_before_the_question_left_keeps_it_here(self, watched: Room):
        two(watched)
        near.keep_apart(watched.desk, 1, by=MIRI)
        watched.deliver()
        assert watched.states("ask_same") == ["cancelled"]


class TestTheListOfPairs:
    def test_leaves_out_those_of_which_one_is_gone(self, watched: Room):
        two(watched)
        watched.lead(phone="052-234-5677", email="third@example.net")
        look(watched)
        assert near.listed(watched.desk, by=MIRI).count == 3
        near.merge(watched.desk, 1, by=MIRI)
        found = near.listed(watched.desk, by=MIRI)
        assert [(one.one.id, one.other.id) for one in found.pairs] == [(1, 3)]
        assert found.count == 1

    def test_is_a_reps_own(self, watched: Room):
        two(watched)
        change(watched, 1, owner=NOA)
        change(watched, 2, owner=AVI)
        assert near.listed(watched.desk, by=NOA).count == 0
        change(watched, 2, owner=NOA)
        assert near.listed(watched.desk, by=NOA).count == 1


class TestANumberThatAFamilySharesC2:
    def share(self, room: Room) -> None:
        """Let two people of one number be known as two."""
        room.lead()
        room.lead(name="Yossi Cohen", phone="054-345-6789", email="yossi@example.com")
        change(room, 2, phone_raw=DANA["phone"], phone_e164=NUMBER)
        with room.desk.store.unit() as unit:
            found = likenesses.candidates(unit, leads.load(unit, 2) or room.load(2))
            assert [one.id for one in found] == [1]
            unit.commit()
        assert look(room) == 1
        assert near.keep_apart(room.desk, 1, by=MIRI).shared

    def test_is_marked_where_two_with_it_are_different_people(self, watched: Room):
        self.share(watched)
        with watched.desk.store.view() as view:
            assert people.is_shared(view, NUMBER)

    def test_alone_makes_nobody_the_same(self, watched: Room):
        self.share(watched)
        again = watched.receive(name="Mika Cohen", phone=DANA["phone"], email="mika@example.com")
        assert (again.status, again.lead_id) == ("created", 3)

    @pytest.mark.parametrize(
        ("fields", "lead_id"),
        [
            ({"name": "cohen yossi"}, 2),
            ({"name": "Dana Cohen", "email": "new@example.com"}, 1),
            ({"name": "Y.", "email": "Yossi@example.com"}, 2),
        ],
    )
    def test_makes_the_same_with_a_name_or_an_address(
        self, watched: Room, fields: dict[str, str], lead_id: int
    ):
        self.share(watched)
        again = watched.receive(**({"phone": DANA["phone"], "campaign": "b"} | fields))
        assert (again.status, again.lead_id) == ("merged", lead_id)

    def test_is_named_so_on_the_card(self, watched: Room):
        self.share(watched)
        watched.deliver()
        assert all("shared number" in card.text for card in watched.outside.channel())
