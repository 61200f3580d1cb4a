"""`/lead merge`, `/lead unmerge` and their buttons, as people see them (C2)."""

from typing import Any

import pytest

from bot import near
from bot.views.blocks import Message
from handlers.actions import answer_click
from handlers.answers import Say
from handlers.commands import answer_command
from tests.desk import AVI, MIRI, NOA, Room, faults_of

SLIP = {"phone": "052-234-5679", "email": "dana.k@example.org"}


def typed(room: Room, text: str, *, by: str = MIRI) -> Message:
    said = answer_command(room.desk, {"user_id": by, "text": text})
    assert faults_of(said) == []
    return said


def clicked(room: Room, action: str, value: object, *, by: str = MIRI) -> Say:
    body = {"user": {"id": by}, "actions": [{"action_id": action, "value": str(value)}]}
    said = answer_click(room.desk, body)
    assert isinstance(said, Say)
    assert faults_of(said.message) == []
    return said


def buttons(said: Message) -> list[dict[str, Any]]:
    rows = [block["elements"] for block in said.blocks if block["type"] == "actions"]
    return [one for row in rows for one in row]


@pytest.fixture
def asked(room: Room) -> Room:
    """A room in which two leads may be one person."""
    near.look(room.desk)
    room.lead()
    room.lead(**SLIP)
    room.clock.forward(seconds=10)
    assert near.look(room.desk) == 1
    return room


class TestMergeTyped:
    def test_says_which_stands_whose_it_is_and_how_to_part_them(self, asked: Room):
        said = typed(asked, "merge 2 1")
        assert "*#2 Dana Cohen* is part of *#1 Dana Cohen* now" in said.text
        assert "whose lead was the older" in said.text
        assert [one["action_id"] for one in buttons(said)] == ["lead_show", "unmerge"]

    def test_alone_lists_who_may_be_one_person(self, asked: Room):
        said = typed(asked, "merge")
        assert "One pair" in said.text
        assert "the number but for one slip" in said.text
        assert "dana.k@" not in said.text
        confirm = buttons(said)[0]["confirm"]
        assert "#1 stays" in confirm["text"]["text"]

    def test_alone_says_what_to_write_where_nobody_waits(self, room: Room):
        assert "/lead merge 123 124" in typed(room, "merge").text

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("merge 1", "Which other lead"),
            ("merge 1 1", "twice"),
            ("merge 1 99", "no lead #99"),
            ("unmerge 1", "merged with no other"),
            ("unmerge", "/lead unmerge 123"),
        ],
    )
    def test_wrongly_is_helped(self, asked: Room, text: str, says: str):
        assert says in typed(asked, text).text

    def test_speaks_hebrew(self, asked: Room):
        owner = asked.load(1).owner
        asked.load_team(
            f'[[rep]]\nslack_id = "{NOA}"\nname = "נועה"\nrole = "manager"\nlocale = "he"'
        )
        said = typed(asked, "מיזוג 1 2", by=NOA)
        assert "הוא עכשיו חלק" in said.text
        parted = typed(asked, "פיצול 2", by=NOA)
        assert "שני אנשים" in parted.text
        assert owner

    def test_by_a_rep_without_both_is_refused(self, asked: Room):
        both = {asked.load(1).owner, asked.load(2).owner}
        assert both == {NOA, AVI}
        said = typed(asked, "merge 1 2", by=AVI)
        assert asked.load(2).merged_into is None
        assert said.text


class TestTheAnswersButtons:
    def test_merge(self, asked: Room):
        said = clicked(asked, "merge_same", 1)
        assert "is part of *#1" in said.message.text
        assert asked.load(2).merged_into == 1

    def test_keep_apart(self, asked: Room):
        said = clicked(asked, "not_same", 1)
        assert "stay two leads" in said.message.text

    def test_part_again_in_the_confirmations_place(self, asked: Room):
        clicked(asked, "merge_same", 1)
        said = clicked(asked, "unmerge", 2)
        assert said.instead
        assert "two people again" in said.message.text
        assert asked.load(2).merged_into is None


class TestALeadThatBecameAnother:
    @pytest.mark.parametrize("text", ["show 2", "noanswer 2", "note 2 blue", "why 2"])
    def test_answers_with_the_one_that_stands(self, asked: Room, text: str):
        typed(asked, "merge 1 2")
        said = typed(asked, text)
        assert "#2 Dana Cohen" in said.text
        assert "is 1 now" in said.text.replace("#", "")
        assert asked.load(1).attempts == 0

    def test_answers_so_to_a_button_of_its_card(self, asked: Room):
        typed(asked, "merge 1 2")
        assert "they are one person" in clicked(asked, "lead_noanswer", 2).message.text


class TestTheQuestionWhoseAFormIs:
    @pytest.fixture
    def form(self, room: Room) -> int:
        """A form with a known number under another name; gives its number."""
        room.lead()
        return room.receive(name="Michal Levi", phone="052-234-5678", city="Haifa").intake_id

    def test_has_a_button_for_each_answer(self, room: Room, form: int):
        room.deliver()
        row = buttons(room.outside.dms(MIRI)[-1])
        assert [(one["action_id"], one["value"]) for one in row] == [
            *(("theirs", str(form)), ("not_theirs", str(form)), ("lead_show", "1")),
        ]

    def test_answered_with_same_person_fills_the_lead_until_it_is_taken_back(
        self, room: Room, form: int
    ):
        said = clicked(room, "theirs", form)
        assert "The form of *Michal Levi* is of *#1 Dana Cohen*" in said.message.text
        assert room.load(1).city == "Haifa"
        undo = buttons(said.message)[-1]
        again = clicked(room, undo["action_id"], undo["value"])
        assert again.instead
        assert room.load(1).city == ""
        assert [one["action_id"] for one in buttons(again.message)][:2] == ["theirs", "not_theirs"]

    def test_answered_with_different_people_offers_to_take_the_mark_off(
        self, room: Room, form: int
    ):
        said = clicked(room, "not_theirs", form)
        unshare = buttons(said.message)[-1]
        assert unshare["action_id"] == "unshare"
        done = clicked(room, "unshare", unshare["value"])
        assert "is one person's again" in done.message.text
        again = clicked(room, "share_again", buttons(done.message)[0]["value"])
        assert "counts as shared again" in again.message.text

    def test_leaves_a_mark_that_the_card_shows(self, room: Room, form: int):
        clicked(room, "not_theirs", form)
        said = typed(room, "show 1")
        assert "Several people share this number" in said.text
        assert buttons(said)[-1]["action_id"] == "unshare"
        clicked(room, "unshare", 1)
        assert "Several people" not in typed(room, "show 1").text

    def test_shows_that_mark_to_who_sees_the_number_alone(self, room: Room, form: int):
        clicked(room, "not_theirs", form)
        said = typed(room, "show 1", by=room.other(room.load(1)))
        assert "unshare" not in [one["action_id"] for one in buttons(said)]
