"""Home's buttons and `/lead team`, away and back: each by its own door, with Slack's payloads."""

from datetime import timedelta
from typing import Any

import pytest

from bot import home as bot_home
from bot.preferences import wanted
from bot.views.blocks import ActionId
from handlers.actions import answer_click
from handlers.answers import OpenModal, Say
from handlers.home import home_of, is_home
from rules.words import Stage, Switch
from storage import preferences, reps
from tests.bot.test_home import buttons, elements, text_of, titles
from tests.bot.test_teamboard import fail, nobody_free
from tests.desk import AVI, MIRI, NOA, Room
from tests.handlers.test_actions import click, submit
from tests.handlers.test_commands import say

AT_HOME: dict[str, Any] = {
    "view": {"type": "home", "id": "V1"},
    "response_url": "",
    "container": {"type": "view", "view_id": "V1"},
}


def state(room: Room, who: str) -> tuple[str, Any]:
    with room.desk.store.view() as view:
        rep = reps.get(view, who)
    assert rep
    return rep.state, rep.away_until


def many(room: Room, count: int) -> None:
    for number in range(count):
        room.lead(name=f"Lead {number}", phone=f"052-234-{5000 + number}", email="")


def turned(room: Room, who: str, action: ActionId, place: str) -> Any:
    """Turn a page in Home, and give the Home that follows."""
    pressed = {"action_id": str(action), "value": place}
    body = {"user": {"id": who}, "trigger_id": "", "actions": [pressed], **AT_HOME}
    answer = answer_click(room.desk, body)
    assert isinstance(answer, Say)
    return home_of(room.desk, who, said=answer.message)


class TestAnSqoThatWaits:
    def test_is_approved_in_home_and_gone_from_it(self, room: Room):
        owner = room.lead().owner
        say(room, owner, "stage 1 sqo budget agreed")
        before = home_of(room.desk, MIRI)
        [line] = [
            one["value"] for one in elements(before) if one["action_id"] == ActionId.APPROVE_SQO
        ]
        after = turned(room, MIRI, ActionId.APPROVE_SQO, line)
        assert room.load(1).stage is Stage.SQO
        assert text_of(after).startswith("✅ *#1 Dana Cohen* is an SQO now.")
        assert "No SQO waits for a decision." in text_of(after)


class TestAPage:
    def test_of_home_is_turned_and_kept(self, room: Room):
        nobody_free(room)
        many(room, 6)
        home_of(room.desk, MIRI)
        second = titles(turned(room, MIRI, ActionId.HOME_PAGE, "unassigned:1"))
        assert "#6 Lead 5" in second
        assert "#1 Lead 0" not in second
        assert "#1 Lead 0" in titles(turned(room, MIRI, ActionId.PAGE_BACK, "unassigned:0"))

    def test_of_the_team_takes_the_place_of_the_one_before(self, room: Room):
        nobody_free(room)
        many(room, 6)
        first = say(room, MIRI, "team")
        assert "#6 Lead 5" not in first.text
        second = click(room, MIRI, ActionId.HOME_PAGE, "unassigned:1")
        assert second.instead
        assert "#6 Lead 5" in second.message.text

    def test_that_is_none_is_refused(self, room: Room):
        said = click(room, MIRI, ActionId.HOME_PAGE, "everything:1")
        assert "older message" in said.message.text

    def test_of_the_team_is_no_reps_to_turn(self, room: Room):
        said = click(room, AVI, ActionId.HOME_PAGE, "unassigned:1")
        assert "for managers" in said.message.text


class TestTheTeam:
    def test_is_shown_to_managers(self, room: Room):
        assert "*Reps: 2*" in say(room, MIRI, "team").text

    def test_is_kindly_refused_to_reps(self, room: Room):
        said = say(room, AVI, "team")
        assert said.text == "The team's board is for managers. `/lead mine` shows your day."

    def test_in_hebrew_is_refused_in_hebrew(self, room: Room):
        assert "המנהלים" in say(room, NOA, "צוות").text


class TestALeadsButtonsInHome:
    def test_show_its_card(self, room: Room):
        lead = room.lead()
        said = click(room, lead.owner, ActionId.SHOW, lead.id, **AT_HOME).message
        assert "052-234-5678" in said.text
        assert "Dana Cohen" in text_of(home_of(room.desk, lead.owner, said=said))

    def test_hide_the_number_of_anothers_lead(self, room: Room):
        lead = room.lead()
        said = click(room, room.other(lead), ActionId.SHOW, lead.id).message
        assert "234" not in said.text

    def test_log_and_show_the_next_state_at_once(self, room: Room):
        lead = room.lead()
        view = home_of(room.desk, lead.owner)
        assert (ActionId.NOANSWER, str(lead.id)) in buttons(view)
        said = click(room, lead.owner, ActionId.NOANSWER, lead.id, **AT_HOME).message
        after = home_of(room.desk, lead.owner, said=said)
        assert (ActionId.NOANSWER, str(lead.id)) not in buttons(after)
        assert (ActionId.MORE, str(lead.id)) in buttons(after)
        assert bot_home.refresh_watched(room.desk) == 0

    def test_are_told_from_a_messages(self):
        assert is_home(AT_HOME)
        assert not is_home({"view": {"type": "modal"}})
        assert not is_home({"message": {}})


class TestADeadMessage:
    @pytest.mark.parametrize(
        ("action", "words", "left"),
        [
            (ActionId.RETRY_DEAD, "tried again now", "waiting"),
            (ActionId.DISMISS_DEAD, "Off the board", "dismissed"),
        ],
    )
    def test_is_decided_on_by_a_manager(self, room: Room, action: ActionId, words: str, left: str):
        fail(room, "21408")
        [row] = room.rows("sms")
        assert "for managers" in click(room, AVI, action, row["id"]).message.text
        assert words in click(room, MIRI, action, row["id"]).message.text
        assert room.states("sms") == [left]
        again = click(room, MIRI, action, row["id"]).message.text
        assert "already" in again if left == "dismissed" else again


class TestNotifications:
    def test_are_chosen_in_a_modal(self, room: Room):
        opened = click(room, AVI, ActionId.PREFERENCES, "choose", **AT_HOME)
        assert isinstance(opened, OpenModal)
        chosen = [{"value": "leads"}, {"value": "news"}]
        done = submit(room, AVI, opened.view, switches={"selected_options": chosen})
        assert "You are told of new leads and news of your leads." in done.said.text
        assert wanted(room.desk, by=AVI).on == {Switch.LEADS, Switch.NEWS}

    def test_may_all_be_switched_off(self, room: Room):
        opened = click(room, AVI, ActionId.PREFERENCES, "choose")
        submit(room, AVI, opened.view, switches={"selected_options": []})
        with room.desk.store.view() as view:
            assert preferences.off(view, AVI) == set(Switch) - {Switch.TEAM}


class TestAwayAndBack:
    def test_by_command(self, room: Room):
        until = room.clock.now + timedelta(hours=6)
        assert "Sunday 15 November 16:00" in say(room, AVI, "away 16:00").text
        assert state(room, AVI) == ("away", until)
        assert say(room, AVI, "back").text.startswith("You are back")
        assert state(room, AVI) == ("active", None)

    def test_by_homes_buttons(self, room: Room):
        said = click(room, AVI, ActionId.GO_AWAY, "away", **AT_HOME)
        assert state(room, AVI) == ("away", None)
        undo = said.message.blocks[-1]["elements"][0]
        back = click(room, AVI, undo["action_id"], undo["value"])
        assert back.instead
        assert state(room, AVI) == ("active", None)

    def test_in_hebrew(self, room: Room):
        assert "16:00" in say(room, NOA, "הפסקה עד 16:00").text
        assert say(room, NOA, "חזרתי").text.startswith("חזרת")

    @pytest.mark.parametrize(
        ("text", "words"), [("away someday", "can't read"), ("away today 8:00", "has passed")]
    )
    def test_with_a_time_that_is_none_changes_nothing(self, room: Room, text: str, words: str):
        assert words in say(room, AVI, text).text
        assert state(room, AVI) == ("active", None)
