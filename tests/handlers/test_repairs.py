"""Buttons and `/lead phone`: a lead's number put right in Slack (L5.2)."""

import json

import pytest

from bot.views.blocks import ActionId
from handlers.actions import answer_click
from handlers.answers import Answer, Say
from handlers.commands import answer_command
from tests.desk import AVI, MIRI, Room

RIGHT, WRONG = "+972522345678", "0052-2345678"


def click(room: Room, who: str, action: ActionId, value: object, trigger: str = "") -> Answer:
    body = {
        "user": {"id": who},
        "actions": [{"action_id": action.value, "value": str(value)}],
        "trigger_id": trigger,
    }
    return answer_click(room.desk, body)


def text(answer: Answer) -> str:
    assert isinstance(answer, Say)
    return answer.message.text


def undo_of(answer: Answer) -> str:
    assert isinstance(answer, Say)
    value: str = answer.message.blocks[-1]["elements"][0]["value"]
    return value


def say(room: Room, who: str, typed: str) -> str:
    return answer_command(room.desk, {"user_id": who, "text": typed}).text


class TestAButton:
    def test_sets_a_number_and_takes_it_back(self, room: Room):
        room.lead(phone=WRONG)
        done = click(room, MIRI, ActionId.USE_NUMBER, f"1:{RIGHT}")
        assert "is called at 052-234-5678" in text(done)
        assert room.load(1).phone_e164 == RIGHT
        back = click(room, MIRI, ActionId.UNDO_NUMBER, undo_of(done))
        assert "Taken back" in text(back)
        assert isinstance(back, Say)
        assert back.instead
        assert room.load(1).phone_raw == WRONG

    def test_that_slack_sends_twice_counts_once(self, room: Room):
        room.lead(phone=WRONG)
        for _ in range(2):
            click(room, MIRI, ActionId.USE_NUMBER, f"1:{RIGHT}", "t1")
        assert room.history(1).count("phone_mended") == 1

    def test_refuses_them_all(self, room: Room):
        room.lead(phone=WRONG)
        assert "none of these" in text(click(room, MIRI, ActionId.REFUSE_NUMBERS, 1))
        room.deliver()
        shown = [json.dumps(one.blocks) for one in room.outside.dms(room.load(1).owner)]
        assert all(ActionId.USE_NUMBER not in one for one in shown)

    @pytest.mark.parametrize(
        "value", ["", "1", "1:", "x:+1", "1:972522345678", f"1:{RIGHT}9999999"]
    )
    def test_of_another_form_is_stale(self, room: Room, value: str):
        room.lead(phone=WRONG)
        assert "an older message" in text(click(room, MIRI, ActionId.USE_NUMBER, value))

    def test_is_not_for_a_rep_who_may_not_see_the_number(self, room: Room):
        lead = room.lead(phone=WRONG)
        said = text(click(room, room.other(lead), ActionId.USE_NUMBER, f"1:{RIGHT}"))
        assert "052-234" not in said
        assert not room.load(1).phone_valid


class TestAWrongNumberThatIsLogged:
    def test_brings_proposals_with_the_answer(self, room: Room):
        lead = room.lead(phone=WRONG)
        body = {"user_id": lead.owner, "text": "invalid 1"}
        said = answer_command(room.desk, body)
        assert "052-234-5678" in said.text
        assert f"1:{RIGHT}" in json.dumps(said.blocks)

    def test_that_is_short_brings_the_question(self, room: Room):
        room.lead(phone="052-234567")
        assert "one digit short" in say(room, MIRI, "invalid 1")


class TestTheCommand:
    def test_sets_a_number(self, room: Room):
        room.lead(phone=WRONG)
        assert "054-345-6789" in say(room, MIRI, "phone 1 054-345-6789")

    def test_in_hebrew_does_the_same(self, room: Room):
        room.lead(phone=WRONG)
        assert "054-345-6789" in say(room, MIRI, "טלפון 1 054-345-6789")

    def test_asks_for_the_number(self, room: Room):
        assert "054-234-5678" in say(room, AVI, "phone 1")

    def test_names_what_it_may_have_been(self, room: Room):
        room.lead(phone=WRONG)
        assert "Perhaps: 054-345-6789?" in say(room, MIRI, "phone 1 0054-345-6789")
