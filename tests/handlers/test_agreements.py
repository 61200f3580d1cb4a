"""Agreed times and running calls by their commands, buttons and modals (L4.1, L4.2, L6.6)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.views.blocks import ActionId, Message
from handlers.answers import Errors, OpenModal, Say
from handlers.commands import answer_command
from handlers.submits import Submitted
from rules.playbook import Product
from rules.words import Importance, Step
from storage import calls as stored_calls
from storage import leads as stored_leads
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk, faults_of
from tests.handlers.test_actions import click, pick, state_of, submit

SHOP = replace(BOOK, products=(Product("Phone", style="one_call"), Product("Flat")))
TEAM = "\n".join(
    f'[[rep]]\nslack_id = "{one}"\nname = "{one}"\nlocale = "{locale}"\n{more}'
    for one, locale, more in (
        (AVI, "en", ""),
        (MIRI, "en", 'role = "manager"\nweight = 0.001\n'),
        (NOA, "he", "weight = 0.001\n"),
    )
)


@pytest.fixture
def shop(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    """A desk that sells phones in one call; its leads are Avi's."""
    with a_desk(tmp_path, clock, team=TEAM, playbook=SHOP) as room:
        yield room


def say(room: Room, text: str, who: str = AVI) -> Message:
    said = answer_command(room.desk, {"user_id": who, "text": text})
    assert faults_of(said) == []
    return said


def buttons(message: Message) -> dict[str, str]:
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return {one["action_id"]: one["value"] for row in rows for one in row}


def opened(room: Room, action: str, value: object, who: str = AVI) -> dict[str, Any]:
    answer = click(room, who, action, value)
    assert isinstance(answer, OpenModal), answer
    return answer.view


def inputs(view: dict[str, Any]) -> dict[str, Any]:
    return {one["block_id"]: one for one in view["blocks"] if one["type"] == "input"}


def newest(room: Room) -> Any:
    with room.desk.store.view() as view:
        return stored_calls.newest_of_lead(view, 1)


def data(room: Room) -> dict[str, Any]:
    with room.desk.store.view() as view:
        return stored_leads.lines(view, 1)[0].data


class TestALowFollowUpOfAOneCallProductL42:
    def challenged(self, room: Room, text: str = "followup 1 low 16:00 in the evening") -> Message:
        room.lead(product="Phone")
        return say(room, text)

    def test_by_command_asks_for_the_objection(self, shop: Room):
        said = self.challenged(shop)
        assert "Nine in ten" in said.text
        assert list(buttons(said)) == [ActionId.KEEP_FOLLOWUP]
        assert shop.load(1).attempts == 0

    def test_is_kept_with_the_objection(self, shop: Room):
        said = self.challenged(shop, "followup 1 low 16:00 talk 4m evening promise: a price")
        view = opened(shop, *next(iter(buttons(said).items())))
        assert "Sunday 15 November 16:00" in view["blocks"][0]["text"]["text"]
        assert state_of(view)["note"]["note"]["value"] == "evening"
        done = submit(shop, AVI, view, objection={"value": "too dear"})
        assert isinstance(done, Submitted)
        assert "only follow-up" in done.said.text
        agreed = shop.followup(1)
        assert agreed is not None
        assert (agreed.importance, f"{agreed.due_at:%H:%M}") == (Importance.LOW, "14:00")
        kept = data(shop)
        assert (kept["note"], kept["objection"], kept["promise"]) == (
            "evening",
            "too dear",
            "a price",
        )
        assert newest(shop)["talk_seconds"] == 240

    def test_carries_even_a_long_note(self, shop: Room):
        said = self.challenged(shop, "followup 1 low 16:00 " + '"\\' * 2000)
        view = opened(shop, *next(iter(buttons(said).items())))
        assert state_of(view)["note"]["note"]["value"].startswith('"\\"')

    def test_with_its_objection_in_the_command_is_logged_at_once(self, shop: Room):
        said = self.challenged(shop, "followup 1 low 16:00 objection: too dear")
        assert "only follow-up" in said.text

    def test_that_waited_too_long_is_told_so(self, shop: Room):
        said = self.challenged(shop)
        view = opened(shop, *next(iter(buttons(said).items())))
        shop.clock.forward(days=1)
        done = submit(shop, AVI, view, objection={"value": "too dear"})
        assert isinstance(done, Errors)
        assert "16:00 has passed. Write a later time" in str(done.errors)

    @pytest.mark.parametrize("value", ["1", "x", "[]", "{}", '{"lead": %s}' % ("9" * 5000)])
    def test_with_a_strange_button_is_refused(self, shop: Room, value: str):
        said = click(shop, AVI, ActionId.KEEP_FOLLOWUP, value)
        assert isinstance(said, Say)
        assert "older message" in said.message.text

    @pytest.mark.parametrize(
        "changes",
        [
            {"lead": "1"},
            {"lead": 10**40},
            {"lead": True},
            {"when": None},
            {"when": 10**15},
            {"when": -1},
            {"talk": "long"},
            {"importance": "urgent"},
            {"importance": []},
            {"note": 7},
            {"promise": None},
        ],
    )
    def test_with_a_button_that_keeps_nonsense_is_refused(self, shop: Room, changes: Any):
        [(action, value)] = buttons(self.challenged(shop)).items()
        said = click(shop, AVI, action, json.dumps(json.loads(value) | changes))
        assert isinstance(said, Say)
        assert "older message" in said.message.text

    def test_in_the_modal_is_told_beside_the_objection(self, shop: Room):
        shop.lead(product="Phone")
        view = opened(shop, ActionId.TALKED, 1)
        assert list(inputs(view))[1:4] == ["importance", "when_followup", "objection"]
        refused = submit(shop, AVI, view, importance=pick("low"))
        assert isinstance(refused, Errors)
        assert list(refused.errors) == ["objection"]
        assert "Nine in ten" in refused.errors["objection"]
        told = submit(shop, AVI, view, importance=pick("low"), objection={"value": "too dear"})
        assert isinstance(told, Submitted)

    def test_in_hebrew_is_challenged_in_hebrew(self, shop: Room):
        shop.lead(product="Phone")
        say(shop, f"assign 1 <@{NOA}>", MIRI)
        said = say(shop, "followup 1 low 16:00", NOA)
        assert "Nine" not in said.text
        assert list(buttons(said)) == [ActionId.KEEP_FOLLOWUP]
        opened(shop, *next(iter(buttons(said).items())), NOA)


class TestASecondFollowUpOfAOneCallProductL42:
    def test_is_refused_to_a_rep_and_allowed_to_a_manager(self, shop: Room):
        shop.lead(product="Phone")
        say(shop, "followup 1 high 16:00")
        shop.clock.forward(minutes=1)
        assert "one follow-up" in say(shop, "followup 1 high 17:00").text
        assert "further follow-up" in say(shop, "followup 1 high 17:00", MIRI).text

    def test_in_the_modal_is_told_beside_the_importance(self, shop: Room):
        shop.lead(product="Phone")
        say(shop, "followup 1 high 16:00")
        refused = submit(shop, AVI, opened(shop, ActionId.TALKED, 1))
        assert isinstance(refused, Errors)
        assert list(refused.errors) == ["importance"]


class TestChangeTime:
    def view(self, room: Room) -> dict[str, Any]:
        room.lead()
        said = say(room, "noanswer 1")
        return opened(room, ActionId.SET_TIME, buttons(said)[ActionId.SET_TIME])

    def test_begins_with_the_time_that_stands(self, shop: Room):
        view = self.view(shop)
        at = shop.load(1).next_at
        assert at is not None
        assert state_of(view)["when_set"]["when"]["selected_date_time"] == int(at.timestamp())

    def test_begins_ahead_when_that_has_passed(self, shop: Room):
        self.view(shop)
        shop.clock.forward(days=1)
        stamp = state_of(opened(shop, ActionId.SET_TIME, 1))["when_set"]["when"]
        assert stamp["selected_date_time"] > shop.clock.now.timestamp()

    def test_moves_the_call_and_takes_it_back(self, shop: Room):
        view = self.view(shop)
        before = shop.load(1).next_at
        when = shop.clock.now + timedelta(hours=3)
        stamp = {"selected_date_time": int(when.timestamp())}
        done = submit(shop, AVI, view, when_set=stamp)
        assert isinstance(done, Submitted)
        assert "Sunday 15 November 13:00" in done.said.text
        assert shop.load(1).next_at == when
        back = click(shop, AVI, ActionId.UNDO_TIME, buttons(done.said)[ActionId.UNDO_TIME])
        assert isinstance(back, Say)
        assert back.instead
        assert "10:30" in back.message.text
        assert shop.load(1).next_at == before

    def test_says_beside_the_field_that_a_time_has_passed(self, shop: Room):
        refused = submit(shop, AVI, self.view(shop), when_set={"selected_date_time": 1})
        assert isinstance(refused, Errors)
        assert refused.errors == {"when_set": "That time has passed. Choose a later one."}

    def test_says_where_there_is_nothing_to_change(self, shop: Room):
        shop.lead()
        say(shop, "invalid 1")
        said = click(shop, AVI, ActionId.SET_TIME, 1)
        assert isinstance(said, Say)
        assert "no time to change" in said.message.text

    def test_stands_in_the_lines_of_the_history(self, shop: Room):
        when = shop.clock.now + timedelta(hours=3)
        submit(shop, AVI, self.view(shop), when_set={"selected_date_time": int(when.timestamp())})
        assert "moved to Sunday 15 November 13:00" in str(say(shop, "show 1").blocks)


class TestAgreeTheNextTime:
    def view(self, room: Room) -> dict[str, Any]:
        room.lead(product="Flat")
        say(room, "followup 1 high 30m")
        room.clock.forward(hours=1)
        said = say(room, "noanswer 1")
        return opened(room, ActionId.AGREE_AGAIN, buttons(said)[ActionId.AGREE_AGAIN])

    def test_writes_it_down(self, shop: Room):
        view = self.view(shop)
        assert list(inputs(view)) == ["importance", "when_followup", "note"]
        done = submit(shop, AVI, view, importance=pick("low"), note={"value": "at the flat"})
        assert isinstance(done, Submitted)
        assert "Sunday 15 November 12:30" in done.said.text
        agreed = shop.followup(1)
        assert agreed is not None
        assert (agreed.importance, agreed.note) == (Importance.LOW, "at the flat")
        assert shop.load(1).next_what is Step.FOLLOW_UP

    def test_is_refused_where_one_stands_and_offers_to_move_it(self, shop: Room):
        self.view(shop)
        shop.clock.forward(minutes=1)
        say(shop, "followup 1 high 16:00")
        said = click(shop, AVI, ActionId.AGREE_AGAIN, 1)
        assert isinstance(said, Say)
        assert list(buttons(said.message)) == [ActionId.SET_TIME]

    def test_for_a_one_call_product_asks_for_the_objection_l4_2(self, shop: Room):
        shop.lead(product="Phone")
        say(shop, "noanswer 1")
        view = opened(shop, ActionId.AGREE_AGAIN, 1, MIRI)
        refused = submit(shop, MIRI, view, importance=pick("low"))
        assert isinstance(refused, Errors)
        assert list(refused.errors) == ["objection"]


class TestACallThatRuns:
    def test_is_begun_by_a_button_and_fills_in_the_minutes(self, shop: Room):
        shop.lead()
        said = click(shop, AVI, ActionId.START_CALL, 1)
        assert isinstance(said, Say)
        assert "The clock runs" in said.message.text
        shop.clock.forward(minutes=6, seconds=40)
        view = opened(shop, ActionId.TALKED, buttons(said.message)[ActionId.TALKED])
        assert state_of(view)["talk"]["talk"]["value"] == "7"
        submit(shop, AVI, view)
        assert newest(shop)["talk_seconds"] == 420

    def test_is_counted_by_command_to_the_second(self, shop: Room):
        shop.lead()
        click(shop, AVI, ActionId.START_CALL, 1)
        shop.clock.forward(minutes=6, seconds=40)
        say(shop, "sold 1 1290")
        assert newest(shop)["talk_seconds"] == 400

    @pytest.mark.parametrize(("typed", "seconds"), [("12", 720), ("0", 0), ("", None)])
    def test_is_told_as_a_number_of_minutes(self, shop: Room, typed: str, seconds: int | None):
        shop.lead()
        submit(shop, AVI, opened(shop, ActionId.TALKED, 1), talk={"value": typed})
        assert newest(shop)["talk_seconds"] == seconds

    def test_says_beside_the_field_that_it_is_no_number(self, shop: Room):
        shop.lead()
        refused = submit(shop, AVI, opened(shop, ActionId.TALKED, 1), talk={"value": "1.5"})
        assert isinstance(refused, Errors)
        assert list(refused.errors) == ["talk"]


class TestWhatWasSaidC4:
    def test_in_a_modal_stands_in_its_own_places(self, shop: Room):
        shop.lead()
        submit(
            shop,
            AVI,
            opened(shop, ActionId.TALKED, 1),
            note={"value": "likes blue"},
            objection={"value": "too dear"},
            promise={"value": "a price"},
        )
        kept = data(shop)
        assert (kept["note"], kept["objection"], kept["promise"]) == (
            "likes blue",
            "too dear",
            "a price",
        )

    @pytest.mark.parametrize(
        "text",
        [
            "note 1 likes blue objection: too dear promise: a price",
            "lost 1 likes blue objection: too dear promise: a price",
        ],
    )
    def test_in_a_command_is_told_apart(self, shop: Room, text: str):
        shop.lead()
        say(shop, text)
        kept = data(shop)
        assert kept.get("note", kept.get("text")) == "likes blue"
        assert (kept["objection"], kept["promise"]) == ("too dear", "a price")
