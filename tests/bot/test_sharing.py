"""A form with a known number under another name: asked about, made another person's (C2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot import sharing
from rules.refusals import Refused
from storage import people
from tests.desk import DANA, MIRI, Room

NUMBER = "+972522345678"
DAUGHTER = {"name": "Michal Cohen-Levi", "phone": DANA["phone"], "email": "michal@example.com"}


@contextmanager
def refused(key: str) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.key == key


def came(room: Room, **fields: Any) -> int:
    """Take in a lead and a form with its number; gives the form's number."""
    room.lead()
    room.clock.forward(minutes=5)
    again = room.receive(**(DAUGHTER | fields))
    assert (again.status, again.lead_id) == ("merged", 1)
    return again.intake_id


class TestAFormUnderAnotherNameC2:
    def test_is_asked_about(self, room: Room):
        came(room)
        room.deliver()
        said = room.outside.dms(MIRI)[-1]
        assert "A form of *Michal Cohen-Levi* came with the number of *#1 Dana Cohen*" in said.text
        assert "michal@" not in str(said.blocks)

    @pytest.mark.parametrize(
        "fields",
        [
            {"name": "dana cohen"},
            {"name": "Cohen Dana"},
            {"name": ""},
            {"name": "דנה כהן"},
            {"email": DANA["email"]},
        ],
    )
    def test_is_not_where_it_may_well_be_theirs(self, room: Room, fields: dict[str, str]):
        came(room, **fields)
        assert room.rows("ask_shared") == []

    def test_fills_nothing_of_a_lead_known_by_its_number_alone(self, room: Room):
        room.lead(email="", consent="calls")
        before = room.load(1)
        stranger = {"kind": "referral", "note": "Sells a car", "consent": "sms,email,calls"}
        number = room.receive(**(DAUGHTER | stranger)).intake_id
        assert {row["payload"]["intake_id"] for row in room.rows("ask_shared")} == {number}
        lead = room.load(1)
        assert (lead.email, lead.consent, lead.kind, lead.note) == (
            *("", before.consent, before.kind, before.note),
        )
        other = sharing.split(room.desk, number, by=MIRI).other
        assert (other.email, other.note) == ("michal@example.com", "Sells a car")

    def test_becomes_a_lead_of_its_own_with_its_source_and_cost(self, room: Room):
        number = came(room, cost="12", campaign="spring")
        done = sharing.split(room.desk, number, by=MIRI)
        assert (done.one.id, done.other.id, done.other.name) == (1, 2, "Michal Cohen-Levi")
        assert [one["campaign"] for one in room.sources(1)] == [""]
        assert [one["cost_minor"] for one in room.sources(2)] == [1200]
        assert "split" in room.history(1)

    def test_leaves_the_number_shared(self, room: Room):
        sharing.split(room.desk, came(room), by=MIRI)
        with room.desk.store.view() as view:
            assert people.is_shared(view, NUMBER)
        again = room.receive(**(DAUGHTER | {"campaign": "b", "email": ""}))
        assert again.lead_id == 2
        again = room.receive(name="Dana Cohen", phone=DANA["phone"], campaign="b")
        assert again.lead_id == 1

    def test_ends_the_question_where_it_stands(self, room: Room):
        number = came(room)
        room.deliver()
        sharing.split(room.desk, number, by=MIRI)
        room.deliver()
        said = room.outside.dms(MIRI)[-1]
        assert "is *#2 Michal Cohen-Levi* now" in said.text
        assert [block["type"] for block in said.blocks] == ["section"]

    def test_is_answered_once(self, room: Room):
        number = came(room)
        sharing.split(room.desk, number, by=MIRI)
        with refused("button.stale"):
            sharing.split(room.desk, number, by=MIRI)

    def test_of_the_leads_own_name_stays_there(self, room: Room):
        number = came(room, name="Dana Cohen", campaign="b")
        with refused("near.same_person"):
            sharing.split(room.desk, number, by=MIRI)
        assert len(room.sources(1)) == 2
        with room.desk.store.view() as view:
            assert not people.is_shared(view, NUMBER)

    def test_is_a_managers_or_the_owners_to_answer(self, room: Room):
        number = came(room)
        lead = room.load(1)
        with refused("lead.of_another"):
            sharing.split(room.desk, number, by=room.other(lead))
        assert sharing.split(room.desk, number, by=lead.owner).other.id == 2

    def test_that_made_a_lead_is_none_to_answer(self, room: Room):
        first = room.receive(**DANA)
        with refused("button.stale"):
            sharing.split(room.desk, first.intake_id, by=MIRI)
