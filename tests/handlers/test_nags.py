"""The buttons of reminders, pressed as Slack sends them."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import assign, followups
from bot.orders import SlackPost
from bot.views.blocks import ActionId, ViewId
from handlers.answers import OpenModal, Say
from handlers.submits import Submitted
from rules.lead import FollowUp
from rules.nags import mark
from rules.words import Importance, Outcome, Step
from tests.desk import AVI, MIRI, NOA, Room
from tests.handlers.test_actions import click, pick, submit

SPANS = [(ActionId.SNOOZE_SHORT, 15), (ActionId.SNOOZE_LONG, 60), (ActionId.SNOOZE_TOMORROW, 1440)]
ASKING = [ActionId.NAG_DONE, ActionId.NAG_LOG, ActionId.NAG_HAND_OVER]


@pytest.fixture
def due(room: Room) -> str:
    """Let a hot follow-up come due; gives the owner."""
    owner = room.lead().owner
    when = room.clock.now + timedelta(hours=1)
    room.log(1, "followup", when=when, importance=Importance.HIGH)
    room.tick(hours=1)
    return owner


def agreed(room: Room) -> FollowUp:
    found = room.followup(1)
    assert found is not None
    return found


def put_off_to(room: Room) -> datetime:
    found = agreed(room).nag_at
    assert found is not None
    return found


def values(room: Room, owner: str) -> dict[str, str]:
    """Give what each button of the newest reminder carries."""
    posts = [one for one in room.outside.orders if isinstance(one, SlackPost) and one.to == owner]
    return {one["action_id"]: one["value"] for one in posts[-1].message.blocks[-1]["elements"]}


def press(room: Room, owner: str, action: ActionId, **more: Any) -> Any:
    return click(room, owner, action, values(room, owner)[action], **more)


class TestCalled:
    def test_sold_asks_for_the_sale(self, room: Room, due: str):
        opened = press(room, due, ActionId.NAG_DONE)
        assert isinstance(opened, OpenModal)
        assert json.loads(opened.view["private_metadata"])["chosen"] == Outcome.SOLD
        done = submit(room, due, opened.view, amount={"value": "5"})
        assert isinstance(done, Submitted)
        assert room.followup(1) is None

    def test_other_offers_every_outcome(self, room: Room, due: str):
        opened = press(room, due, ActionId.NAG_LOG)
        options = opened.view["blocks"][1]["element"]["options"]
        assert {one["value"] for one in options} >= set(Outcome)


class TestTheMenuOfALine:
    @pytest.fixture
    def many(self, room: Room) -> str:
        """Let three hot follow-ups of one rep come due at once; gives the owner."""
        when = room.clock.now + timedelta(hours=1)
        for number in (1, 2, 3):
            lead = room.lead(phone=f"052-234-500{number}", email="", name=f"Customer {number}")
            if lead.owner != AVI:
                assign.assign_lead(room.desk, lead.id, to=AVI, by=MIRI)
            room.log(lead.id, "followup", when=when, importance=Importance.HIGH)
        room.deliver()
        room.tick(hours=1)
        return AVI

    def menu(self, room: Room, owner: str) -> list[str]:
        """Give what the choices of the first line carry."""
        [post] = [
            one
            for one in room.outside.orders
            if isinstance(one, SlackPost) and one.to == owner and one.message.text.startswith("⏰")
        ]
        [first, *_] = [block for block in post.message.blocks if block["type"] == "actions"]
        return [one["value"] for one in first["elements"][-1]["options"]]

    def snoozes(self, room: Room, lead_id: int) -> int:
        found = room.followup(lead_id)
        assert found is not None
        return found.snoozes

    def choose(self, room: Room, owner: str, value: str) -> Any:
        chosen = {"action_id": ActionId.NAG_MENU.value, "type": "overflow", **pick(value)}
        return click(room, owner, ActionId.NAG_MENU, "", actions=[chosen])

    def test_puts_that_one_off(self, room: Room, many: str):
        short, *_ = self.menu(room, many)
        self.choose(room, many, short)
        assert [self.snoozes(room, one) for one in (1, 2, 3)] == [1, 0, 0]

    def test_asks_to_whom_that_one_goes(self, room: Room, many: str):
        *_, away = self.menu(room, many)
        opened = self.choose(room, many, away)
        assert isinstance(opened, OpenModal)
        assert json.loads(opened.view["private_metadata"])["lead"] == 1

    def test_has_what_a_single_reminder_has(self, room: Room, many: str):
        spans = [action for action, _ in SPANS]
        found = [one.partition(":")[0] for one in self.menu(room, many)]
        assert found == [*spans, ActionId.NAG_HAND_OVER]

    def test_has_no_time_past_the_cap(self, room: Room, many: str):
        room.desk.present.playbook = replace(room.desk.playbook, nag_snoozes=0)
        room.tick(minutes=10)
        text = json.dumps([one.message.blocks for one in room.outside.of(SlackPost)[-1:]])
        assert ActionId.NAG_HAND_OVER in text
        assert ActionId.SNOOZE_SHORT not in text

    @pytest.mark.parametrize("value", ["", "x", "lead_sold:1", "nag_snooze_15:", "nag_snooze_15:x"])
    def test_of_another_kind_is_refused(self, room: Room, many: str, value: str):
        assert isinstance(self.choose(room, many, value), Say)
        assert self.snoozes(room, 1) == 0


class TestPuttingOff:
    @pytest.mark.parametrize(("action", "minutes"), SPANS)
    def test_says_until_when(self, room: Room, due: str, action: ActionId, minutes: int):
        now = room.clock.now
        said = press(room, due, action)
        assert "#1" in said.message.text
        later = put_off_to(room) - now
        assert abs(later - timedelta(minutes=minutes)) < timedelta(minutes=1)

    def test_twice_is_refused_with_the_time_of_the_next_reminder(self, room: Room, due: str):
        press(room, due, ActionId.SNOOZE_SHORT)
        again = press(room, due, ActionId.SNOOZE_LONG)
        assert "#1" in again.message.text
        until = put_off_to(room).astimezone(room.desk.settings.zone)
        assert f"{until:%H:%M}" in again.message.text

    def test_delivered_twice_is_answered_twice_the_same(self, room: Room, due: str):
        first = press(room, due, ActionId.SNOOZE_SHORT, trigger="t")
        room.clock.forward(minutes=1)
        again = click(
            room, due, ActionId.SNOOZE_SHORT, values(room, due)[ActionId.SNOOZE_SHORT], trigger="t"
        )
        assert again == first

    def test_by_a_button_of_an_older_round_is_refused(self, room: Room, due: str):
        older = values(room, due)[ActionId.SNOOZE_SHORT]
        room.tick(minutes=10)
        said = click(room, due, ActionId.SNOOZE_SHORT, older)
        assert agreed(room).snoozes == 0
        assert "#1" in said.message.text

    def test_by_a_button_of_an_older_version_is_refused(self, room: Room, due: str):
        assert isinstance(click(room, due, ActionId.SNOOZE_SHORT, 1), Say)
        assert agreed(room).snoozes == 0

    def test_past_the_cap_says_what_to_do_instead(self, room: Room, due: str):
        for _ in range(3):
            press(room, due, ActionId.SNOOZE_SHORT)
            room.clock.now = put_off_to(room)
            room.tick()
        assert list(values(room, due)) == ASKING
        said = click(room, due, ActionId.SNOOZE_SHORT, mark(agreed(room)).text)
        assert "/lead followup 1 high" in said.message.text
        assert agreed(room).snoozes == 3

    def test_of_anothers_is_refused_with_who_has_it(self, room: Room, due: str):
        other = AVI if due == NOA else NOA
        seen = values(room, due)[ActionId.SNOOZE_SHORT]
        said = click(room, other, ActionId.SNOOZE_SHORT, seen)
        assert f"<@{due}>" in said.message.text
        assert followups.lead_of(room.desk, 1) == 1


class TestHandingOver:
    def test_gives_the_lead_and_its_reminders_to_another(self, room: Room, due: str):
        other = AVI if due == NOA else NOA
        opened = press(room, due, ActionId.NAG_HAND_OVER)
        assert opened.view["callback_id"] == ViewId.ASSIGN
        assert isinstance(submit(room, due, opened.view, rep=pick(other)), Submitted)
        assert room.load(1).owner == agreed(room).rep == other
        room.tick()
        assert mark(agreed(room)).nags == 1


class TestAReminderThatIsOver:
    @pytest.mark.parametrize("action", [*ASKING, *(one for one, _ in SPANS)])
    def test_says_so(self, room: Room, due: str, action: ActionId):
        value = values(room, due)[action]
        room.log(1, "noanswer")
        said = click(room, due, action, value)
        assert isinstance(said, Say)
        assert "`/lead mine`" in said.message.text
        assert room.load(1).next_what is Step.CALL
