"""A form with a known number under another name: asked about, made another person's (C2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot import one_person, optouts, parting, shared_numbers, sharing, theirs
from rules.refusals import Refused
from rules.words import CHANNELS
from storage import leads, people
from tests.desk import DANA, MIRI, Room

NUMBER = "+972522345678"
DAUGHTER = {"name": "Michal Cohen-Levi", "phone": DANA["phone"], "email": "michal@example.com"}

SAYS = {"product": "car", "city": "Haifa", "kind": "referral", "note": "Sells a car"}


@contextmanager
def refused(key: str) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.key == key


def is_shared(room: Room) -> bool:
    with room.desk.store.view() as view:
        return people.is_shared(view, NUMBER)


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
        assert is_shared(room)
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
        assert not is_shared(room)

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


class TestThatAFormIsTheirsC2:
    def test_fills_what_was_not_known_as_any_form_of_theirs_does(self, room: Room):
        number = came(room, **SAYS, consent="sms,email,calls")
        done = theirs.accept(room.desk, number, by=MIRI)
        assert (done.lead.id, done.name, done.intake_id) == (1, "Michal Cohen-Levi", number)
        lead = room.load(1)
        assert (lead.name, lead.email) == (DANA["name"], DANA["email"])
        assert (lead.product, lead.city, lead.kind) == ("car", "Haifa", "referral")
        assert lead.note == "Sells a car"
        assert lead.consent == ("sms", "email", "calls")
        assert "theirs" in room.history(1)

    def test_agrees_as_of_the_moment_at_which_the_form_came(self, room: Room):
        number = came(room, consent="email")
        at = room.clock.now
        room.clock.forward(hours=2)
        theirs.accept(room.desk, number, by=MIRI)
        assert room.load(1).consent_at == at

    def test_leaves_the_number_one_persons(self, room: Room):
        theirs.accept(room.desk, came(room), by=MIRI)
        assert not is_shared(room)
        assert len(room.sources(1)) == 2

    def test_ends_the_question_where_it_stands(self, room: Room):
        number = came(room)
        room.deliver()
        theirs.accept(room.desk, number, by=MIRI)
        room.deliver()
        said = room.outside.dms(MIRI)[-1]
        assert f"is of *#1 Dana Cohen*, <@{MIRI}> says" in said.text
        assert [block["type"] for block in said.blocks] == ["section"]

    def test_drops_a_question_that_has_not_left(self, room: Room):
        theirs.accept(room.desk, came(room), by=MIRI)
        room.deliver()
        assert "A form of" not in str(room.outside.dms(MIRI))

    def test_is_answered_once(self, room: Room):
        number = came(room)
        theirs.accept(room.desk, number, by=MIRI)
        with refused("near.theirs"):
            theirs.accept(room.desk, number, by=MIRI)
        with refused("near.theirs"):
            sharing.split(room.desk, number, by=MIRI)

    def test_is_a_managers_or_the_owners_to_say(self, room: Room):
        number = came(room)
        lead = room.load(1)
        with refused("lead.of_another"):
            theirs.accept(room.desk, number, by=room.other(lead))
        assert theirs.accept(room.desk, number, by=lead.owner).lead.id == 1

    def test_cant_be_said_of_what_became_anothers(self, room: Room):
        number = came(room)
        sharing.split(room.desk, number, by=MIRI)
        with refused("button.stale"):
            theirs.accept(room.desk, number, by=MIRI)


class TestThatItIsTheirsTakenBackC2:
    def test_leaves_the_lead_as_it_was(self, room: Room):
        number = came(room, product="car", kind="referral", note="Sells a car", consent="email")
        before = room.load(1)
        done = theirs.accept(room.desk, number, by=MIRI)
        back = theirs.take_back(room.desk, done.line, by=MIRI)
        assert (back.lead.id, back.intake_id) == (1, number)
        assert {"wrote", "consent"} & set(room.history(1)) == set()
        assert replace(room.load(1), version=before.version) == before

    def test_lets_it_be_answered_anew(self, room: Room):
        number = came(room)
        done = theirs.accept(room.desk, number, by=MIRI)
        theirs.take_back(room.desk, done.line, by=MIRI)
        assert sharing.split(room.desk, number, by=MIRI).other.id == 2

    def test_is_refused_once_what_was_filled_changed(self, room: Room):
        done = theirs.accept(room.desk, came(room, note="Sells a car"), by=MIRI)
        room.receive(**(DANA | {"note": "Wants blue"}))
        with refused("undo.later"):
            theirs.take_back(room.desk, done.line, by=MIRI)

    def test_is_for_whoever_said_it(self, room: Room):
        number = came(room)
        done = theirs.accept(room.desk, number, by=MIRI)
        with refused("undo.nothing"):
            theirs.take_back(room.desk, done.line, by=room.load(1).owner)

    def test_is_done_once(self, room: Room):
        done = theirs.accept(room.desk, came(room), by=MIRI)
        theirs.take_back(room.desk, done.line, by=MIRI)
        with refused("undo.done"):
            theirs.take_back(room.desk, done.line, by=MIRI)


class TestASharedNumberC2:
    def test_is_one_persons_again_where_a_manager_says_so(self, room: Room):
        sharing.split(room.desk, came(room), by=MIRI)
        lead, first = shared_numbers.unshare(room.desk, 2, by=MIRI)
        assert (lead.id, first.id) == (2, 1)
        assert not is_shared(room)
        assert room.receive(name="Gal", phone=DANA["phone"], campaign="b").lead_id == 1

    def test_is_shared_again_where_that_was_wrong(self, room: Room):
        sharing.split(room.desk, came(room), by=MIRI)
        shared_numbers.unshare(room.desk, 1, by=MIRI)
        assert shared_numbers.share(room.desk, 1, by=MIRI).id == 1
        assert is_shared(room)

    def test_is_unmarked_once(self, room: Room):
        room.lead()
        with refused("near.not_shared"):
            shared_numbers.unshare(room.desk, 1, by=MIRI)

    def test_is_a_managers_or_the_owners_to_unmark(self, room: Room):
        sharing.split(room.desk, came(room), by=MIRI)
        with refused("lead.of_another"):
            shared_numbers.unshare(room.desk, 1, by=room.other(room.load(1)))
        assert is_shared(room)

    def test_is_one_persons_again_once_the_two_are_merged(self, room: Room):
        sharing.split(room.desk, came(room), by=MIRI)
        one_person.merge(room.desk, 1, 2, by=MIRI)
        assert not is_shared(room)

    def test_stays_shared_while_a_third_has_it(self, room: Room):
        sharing.split(room.desk, came(room), by=MIRI)
        room.clock.forward(minutes=5)
        third = room.receive(name="Gal", phone=DANA["phone"], campaign="c").lead_id
        assert third == 3
        one_person.merge(room.desk, 1, 2, by=MIRI)
        assert is_shared(room)
        one_person.merge(room.desk, 1, 3, by=MIRI)
        assert not is_shared(room)

    def test_is_shared_anew_once_a_merge_is_taken_back(self, room: Room):
        sharing.split(room.desk, came(room), by=MIRI)
        one_person.merge(room.desk, 1, 2, by=MIRI)
        parting.unmerge(room.desk, 2, by=MIRI)
        assert is_shared(room)

    def test_closes_no_more_to_a_person_by_a_merge_that_was_taken_back(self, room: Room):
        number = came(room)
        with room.desk.store.unit() as unit:
            lead = leads.load(unit, 1, lock=True)
            optouts.close(room.desk, unit, lead, CHANNELS, actor="", how="page", now=room.clock.now)
            unit.commit()
        sharing.split(room.desk, number, by=MIRI)
        before = [room.load(number).opted_out for number in (1, 2)]
        one_person.merge(room.desk, 1, 2, by=MIRI)
        parting.unmerge(room.desk, 2, by=MIRI)
        assert [room.load(number).opted_out for number in (1, 2)] == before
