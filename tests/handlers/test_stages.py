"""`/lead stage`, its modal and buttons, with payloads as Slack shapes them (S1-S3)."""

import json
from typing import Any

import pytest

from bot.views.blocks import ActionId, Message
from handlers.answers import Errors, OpenModal, Say, UpdateModal
from handlers.submits import Submitted
from rules.words import Stage
from tests.desk import AVI, MIRI, NOA, TEAM, Room
from tests.handlers.test_actions import click, pick, submit
from tests.handlers.test_optouts import typed

DAN = "U01DAN"
SECOND = f'[[rep]]\nslack_id = "{DAN}"\nname = "Dan"\nrole = "manager"\n'


def button(said: Message, action: ActionId) -> Any:
    """Give the value of the one button of an answer with this action."""
    blocks = [*said.blocks]
    elements = [one for block in blocks for one in block.get("elements", ())]
    elements += [block["accessory"] for block in blocks if "accessory" in block]
    [found] = [one for one in elements if one.get("action_id") == action]
    return found["value"]


@pytest.fixture
def owner(room: Room) -> str:
    return room.lead().owner


@pytest.fixture
def asked(room: Room, owner: str) -> str:
    """Ask the managers for an SQO; gives the value of their buttons."""
    typed(room, "stage 1 sqo budget agreed", who=owner)
    room.deliver()
    return str(button(room.outside.dms(MIRI)[-1], ActionId.APPROVE_SQO))


class TestTheCommand:
    def test_says_what_stands_now_and_how_to_take_it_back(self, room: Room, owner: str):
        room.clock.forward(hours=3)
        said = typed(room, "stage 1 sql")
        assert said.text.split("\n") == ["*#1 Dana Cohen*: SQL.", "lead before, for 3 hours."]
        click(room, MIRI, ActionId.UNDO_STAGE, button(said, ActionId.UNDO_STAGE))
        assert room.load(1).stage is Stage.LEAD

    def test_says_that_the_managers_are_asked(self, room: Room, owner: str):
        if owner != AVI:
            typed(room, f"assign 1 <@{AVI}>")
        said = typed(room, "stage 1 sqo", who=AVI).text
        assert said.startswith("The managers are asked to make *#1 Dana Cohen* an SQO.")

    def test_by_a_manager_offers_a_rematch(self, room: Room, owner: str):
        said = typed(room, "stage 1 sqo").text
        assert said.startswith("✅ *#1 Dana Cohen* is an SQO now.")
        assert "Nothing speaks for giving it to anybody else." in said

    def test_says_that_a_lead_is_out_and_what_was_stopped(self, room: Room, owner: str):
        room.log(1, "noanswer")
        said = typed(room, "stage 1 disqualified a competitor").text
        assert "It is out of every queue, and whoever holds it is told." in said
        assert "2 messages to the customer were stopped." in said

    def test_without_a_reason_says_how_to_give_one(self, room: Room, owner: str):
        assert "`/lead stage 1 disqualified no budget`" in typed(room, "stage 1 disqualified").text

    def test_is_understood_and_answered_in_hebrew(self, room: Room, owner: str):
        if owner != NOA:
            typed(room, f"assign 1 <@{NOA}>")
        assert "נפסל" in typed(room, "שלב 1 נפסל מתחרה", who=NOA).text
        again = typed(room, "אין מענה 1", who=NOA).text
        assert "נפסל על ידי" in again
        assert "מתחרה" in again

    def test_then_refuses_acts_with_who_and_why(self, room: Room, owner: str):
        typed(room, "stage 1 disqualified a competitor")
        said = typed(room, "sold 1 1290").text
        assert f"was disqualified by <@{MIRI}>" in said
        assert "a competitor" in said
        assert "`/lead stage 1 lead`" in said

    def test_that_comes_again_does_nothing_twice(self, room: Room, owner: str):
        typed(room, "stage 1 sql", trigger="t1")
        typed(room, "stage 1 sql", trigger="t1")
        assert room.history(1).count("staged") == 1

    @pytest.mark.parametrize("who", [NOA, AVI])
    def test_is_explained(self, room: Room, who: str):
        assert "sqo" in typed(room, "help stage", who=who).text

    def test_shows_in_the_history_how_long_each_took(self, room: Room, owner: str):
        room.clock.forward(hours=3)
        typed(room, "stage 1 sql wants two")
        room.clock.forward(days=2)
        typed(room, "stage 1 mql")
        said = typed(room, "show 1").text
        assert "SQL, after 3 hours as lead, “wants two”" in said
        assert "MQL, after 2 days as SQL" in said


class TestTheModal:
    def opened(self, room: Room, who: str) -> Any:
        answer = click(room, who, ActionId.STAGE, 1)
        assert isinstance(answer, OpenModal)
        return answer.view

    def test_takes_the_place_of_the_one_behind_more(self, room: Room, owner: str):
        more = click(room, owner, ActionId.MORE, 1).view
        [door] = [block for block in more["blocks"] if block["type"] == "actions"]
        assert door["elements"][0]["action_id"] == ActionId.STAGE
        view = more | {"id": "V1", "hash": "h1"}
        answer = click(room, owner, ActionId.STAGE, 1, view=view)
        assert isinstance(answer, UpdateModal)
        assert json.loads(answer.view["private_metadata"]) == {
            "lead": 1,
            "answer": "http://127.0.0.1/respond",
        }

    def test_begins_with_worth_selling_to(self, room: Room, owner: str):
        answer = submit(room, owner, self.opened(room, owner))
        assert isinstance(answer, Submitted)
        assert room.load(1).stage is Stage.SQL

    @pytest.mark.parametrize(("manages", "text"), [(True, "worth the"), (False, "ask a manager")])
    def test_says_who_decides_on_an_sqo(self, room: Room, owner: str, manages: bool, text: str):
        typed(room, f"assign 1 <@{AVI}>")
        view = self.opened(room, MIRI if manages else AVI)
        [radio] = [one for one in view["blocks"] if one.get("block_id") == "stage"]
        names = [one["text"]["text"] for one in radio["element"]["options"]]
        assert names[1].startswith("SQO: " + text)

    def test_asks_beside_the_field_for_the_reason(self, room: Room, owner: str):
        answer = submit(room, owner, self.opened(room, owner), stage=pick("disqualified"))
        assert isinstance(answer, Errors)
        assert list(answer.errors) == ["reason"]
        done = submit(
            room,
            owner,
            self.opened(room, owner),
            stage=pick("disqualified"),
            reason={"value": "spam"},
        )
        assert isinstance(done, Submitted)
        assert room.load(1).stage is Stage.DISQUALIFIED

    def test_of_a_closed_lead_is_the_managers(self, room: Room, owner: str):
        room.log(1, "lost")
        assert isinstance(click(room, owner, ActionId.STAGE, 1), Say)
        self.opened(room, MIRI)


class TestReopen:
    def test_brings_a_lead_back_by_the_button_of_its_card(self, room: Room, owner: str):
        room.deliver()
        typed(room, "stage 1 disqualified spam")
        room.deliver()
        value = button(room.outside.channel()[0], ActionId.REOPEN)
        assert click(room, MIRI, ActionId.REOPEN, value).message.text.startswith(
            "*#1 Dana Cohen*: lead."
        )
        assert room.load(1).working
        room.deliver()
        names = [one["action_id"] for one in room.outside.channel()[0].blocks[-1]["elements"]]
        assert ActionId.NOANSWER in names

    def test_is_refused_to_a_rep(self, room: Room, owner: str):
        typed(room, "stage 1 disqualified spam")
        assert "Only a manager opens it" in click(room, owner, ActionId.REOPEN, 1).message.text
        assert not room.load(1).living


class TestApprove:
    def test_makes_an_sqo(self, room: Room, asked: str):
        said = click(room, MIRI, ActionId.APPROVE_SQO, asked).message.text
        assert said.startswith("✅ *#1 Dana Cohen* is an SQO now.")
        assert room.load(1).stage is Stage.SQO

    def test_pressed_twice_approves_once(self, room: Room, asked: str):
        click(room, MIRI, ActionId.APPROVE_SQO, asked)
        again = click(room, MIRI, ActionId.APPROVE_SQO, asked).message.text
        assert again == f"*#1 Dana Cohen* was approved already, by <@{MIRI}>."
        assert room.history(1).count("staged") == 1

    def test_delivered_twice_by_slack_approves_once_and_says_the_same(self, room: Room, asked: str):
        first = click(room, MIRI, ActionId.APPROVE_SQO, asked, trigger="same").message.text
        again = click(room, MIRI, ActionId.APPROVE_SQO, asked, trigger="same").message.text
        assert again == first
        assert room.history(1).count("staged") == 1

    def test_by_two_managers_is_the_first_ones(self, room: Room, asked: str):
        room.load_team(TEAM + SECOND)
        click(room, DAN, ActionId.APPROVE_SQO, asked)
        said = click(room, MIRI, ActionId.APPROVE_SQO, asked).message.text
        assert f"<@{DAN}>" in said

    def test_on_an_old_post_is_refused(self, room: Room, owner: str, asked: str):
        typed(room, "stage 1 disqualified spam", who=owner)
        said = click(room, MIRI, ActionId.APPROVE_SQO, asked).message.text
        assert said.startswith("*#1 Dana Cohen* has moved on since that was asked: disqualified.")
        assert room.load(1).stage is Stage.DISQUALIFIED

    def test_by_a_rep_is_refused(self, room: Room, owner: str, asked: str):
        click(room, owner, ActionId.APPROVE_SQO, asked)
        assert room.load(1).stage is Stage.LEAD

    @pytest.mark.parametrize("value", ["x", "", "99999999999", "0", "1"])
    def test_of_no_question_is_refused(self, room: Room, owner: str, value: str):
        assert click(room, MIRI, ActionId.APPROVE_SQO, value).message.text
        assert room.load(1).stage is Stage.LEAD


class TestReject:
    def test_asks_why_and_tells_the_rep(self, room: Room, owner: str, asked: str):
        view = click(room, MIRI, ActionId.REJECT_SQO, asked).view
        done = submit(room, MIRI, view, reason={"value": "no budget"})
        assert done.said.text == "*#1 Dana Cohen* stays at lead. Its rep is told why."
        room.deliver()
        assert "no budget" in room.outside.dms(owner)[-1].text

    def test_without_a_reason_says_so_beside_the_field(self, room: Room, asked: str):
        view = click(room, MIRI, ActionId.REJECT_SQO, asked).view
        assert list(submit(room, MIRI, view, reason={"value": " "}).errors) == ["reason"]

    def test_after_an_approval_opens_no_modal(self, room: Room, asked: str):
        click(room, MIRI, ActionId.APPROVE_SQO, asked)
        assert isinstance(click(room, MIRI, ActionId.REJECT_SQO, asked), Say)

    def test_while_another_approved_is_refused(self, room: Room, asked: str):
        view = click(room, MIRI, ActionId.REJECT_SQO, asked).view
        click(room, MIRI, ActionId.APPROVE_SQO, asked)
        assert (
            "approved already" in submit(room, MIRI, view, reason={"value": "no"}).errors["reason"]
        )


class TestARematch:
    @pytest.fixture
    def best(self, room: Room) -> str:
        """Give the rep who does not own the lead, and suits it."""
        room.lead(product="Kia", region="IL")
        other = room.other(room.load(1))
        skilled = f'slack_id = "{other}"\nproducts = ["Kia"]'
        room.load_team(TEAM.replace(f'slack_id = "{other}"', skilled))
        return other

    def test_is_offered_with_reasons_and_carried_out_by_a_press(self, room: Room, best: str):
        said = typed(room, "stage 1 sqo")
        assert "Who would suit it best:" in said.text
        assert f"<@{best}> · shares its product" in said.text
        value = button(said, ActionId.REMATCH)
        assert value == f"1:{best}"
        click(room, MIRI, ActionId.REMATCH, value)
        assert room.load(1).owner == best

    def test_comes_with_the_approval_of_a_question(self, room: Room, best: str):
        typed(room, "stage 1 sqo", who=room.load(1).owner)
        room.deliver()
        value = button(room.outside.dms(MIRI)[-1], ActionId.APPROVE_SQO)
        said = click(room, MIRI, ActionId.APPROVE_SQO, value).message
        assert button(said, ActionId.REMATCH) == f"1:{best}"

    @pytest.mark.parametrize(
        "value", ["", "1", "1:", "x:U1", ":U1", "9999999999:U1", "1:U01NOBODY"]
    )
    def test_to_nobody_is_refused(self, room: Room, best: str, value: str):
        owner = room.load(1).owner
        assert click(room, MIRI, ActionId.REMATCH, value).message.text
        assert room.load(1).owner == owner
