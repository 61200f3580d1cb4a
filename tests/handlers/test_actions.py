"""Buttons and modals, with payloads as Slack shapes them."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.readers import reader
from bot.views import modals
from bot.views.blocks import ActionId, ViewId
from handlers.actions import answer_click
from handlers.answers import Errors, OpenModal, Say, SayLater, UpdateModal
from handlers.submits import Submitted, answer_modal
from rules.words import Importance, Outcome, Stage
from sandbox.blockkit import check_view
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk, faults_of

GUEST = "U01GUEST"
SAID = ["note", "objection", "promise", "talk"]
_triggers = itertools.count()


def click(
    room: Room, who: str, action: str, value: object, *, trigger: str = "", **more: Any
) -> Any:
    """Press a button of a message; the answer is checked as Slack would."""
    body = {
        "type": "block_actions",
        "user": {"id": who, "username": "x", "team_id": "T1"},
        "api_app_id": "A1",
        "container": {"type": "message", "message_ts": "1.0", "channel_id": "C1"},
        "channel": {"id": "C1", "name": "leads"},
        "response_url": "http://127.0.0.1/respond",
        "trigger_id": trigger or f"t{next(_triggers)}",
        "actions": [
            {
                "action_id": str(action),
                "block_id": "b1",
                "type": "button",
                "value": str(value),
                "action_ts": "1.0",
            }
        ],
    } | more
    answer = answer_click(room.desk, body)
    if isinstance(answer, SayLater):
        answer = Say(answer.make())
    if isinstance(answer, Say):
        assert faults_of(answer.message) == []
    else:
        assert check_view(view=answer.view, surface="modal") == []
    return answer


def state_of(view: dict[str, Any]) -> dict[str, Any]:
    """Give the state of a modal as it opens: what its elements begin with."""
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        state: dict[str, Any] = {"type": element["type"]}
        if "option" in element["type"] or element["type"] in {"static_select", "radio_buttons"}:
            state["selected_option"] = element.get("initial_option")
        elif element["type"] == "checkboxes":
            state["selected_options"] = []
        elif element["type"] == "datetimepicker":
            state["selected_date_time"] = element.get("initial_date_time")
        elif element["type"] == "users_select":
            state["selected_user"] = element.get("initial_user")
        else:
            state["value"] = element.get("initial_value")
        values[block["block_id"]] = {element["action_id"]: state}
    return values


def pick(value: str) -> dict[str, Any]:
    return {"selected_option": {"text": {"type": "plain_text", "text": value}, "value": value}}


def filled(
    who: str, view: dict[str, Any], *, trigger: str = "", **given: dict[str, Any]
) -> dict[str, Any]:
    """Give what Slack sends when a modal was filled by block."""
    values = state_of(view)
    for block, state in given.items():
        [element] = values[block]
        values[block][element] |= state
    return {
        "type": "view_submission",
        "user": {"id": who},
        "trigger_id": trigger or f"t{next(_triggers)}",
        "view": {"id": "V1", "hash": "h1", "state": {"values": values}, **view},
    }


def submit(
    room: Room, who: str, view: dict[str, Any], *, trigger: str = "", **given: dict[str, Any]
) -> Any:
    """Fill a modal by block and send it."""
    answer = answer_modal(room.desk, filled(who, view, trigger=trigger, **given))
    if isinstance(answer, Submitted):
        assert faults_of(answer.said) == []
    else:
        inputs = {one["block_id"] for one in view["blocks"] if one["type"] == "input"}
        assert set(answer.errors) <= inputs
        assert all(answer.errors.values())
    return answer


@pytest.fixture
def owner(room: Room) -> str:
    """Bring a lead in; gives its owner."""
    return room.lead().owner


class TestTheCardsButtons:
    def test_no_answer_logs_at_once_and_offers_undo(self, room: Room, owner: str):
        said = click(room, owner, ActionId.NOANSWER, 1)
        assert room.load(1).last_outcome == "noanswer"
        undo = said.message.blocks[-1]["elements"][0]
        assert undo["action_id"] == ActionId.UNDO
        back = click(room, owner, undo["action_id"], undo["value"])
        assert back.instead
        assert room.load(1).attempts == 0

    def test_pressed_twice_counts_once(self, room: Room, owner: str):
        click(room, owner, ActionId.NOANSWER, 1)
        click(room, owner, ActionId.NOANSWER, 1)
        assert room.load(1).attempts == 1

    def test_delivered_twice_counts_once(self, room: Room, owner: str):
        click(room, owner, ActionId.NOANSWER, 1, trigger="x")
        room.clock.forward(hours=1)
        click(room, owner, ActionId.NOANSWER, 1, trigger="x")
        assert room.load(1).attempts == 1

    @pytest.mark.parametrize(
        ("action", "fields"),
        [
            (ActionId.TALKED, ["outcome", "importance", "when_followup", *SAID, "agreed"]),
            (ActionId.SOLD, ["amount", "note", "promise", "talk", "agreed"]),
            (ActionId.MORE, ["outcome", "note"]),
            (ActionId.ASSIGN, ["rep"]),
        ],
    )
    def test_that_need_more_open_a_modal(
        self, room: Room, owner: str, action: ActionId, fields: list[str]
    ):
        opened = click(room, owner, action, 1)
        assert isinstance(opened, OpenModal)
        inputs = [one["block_id"] for one in opened.view["blocks"] if one["type"] == "input"]
        assert inputs == fields
        assert json.loads(opened.view["private_metadata"])["answer"].endswith("/respond")

    @pytest.mark.parametrize(
        "action", [ActionId.NOANSWER, ActionId.TALKED, ActionId.SOLD, ActionId.MORE]
    )
    def test_of_anothers_lead_are_refused(self, room: Room, owner: str, action: ActionId):
        other = AVI if owner == NOA else NOA
        said = click(room, other, action, 1)
        assert f"<@{owner}>" in said.message.text
        assert room.load(1).attempts == 0

    @pytest.mark.parametrize("action", [one for one in ActionId if one != ActionId.CHOOSE_OUTCOME])
    def test_are_not_for_outsiders(self, room: Room, owner: str, action: ActionId):
        said = click(room, GUEST, action, 1)
        assert "not in the sales team" in said.message.text

    def test_of_a_closed_lead_say_so(self, room: Room, owner: str):
        room.log(1, "lost")
        room.clock.forward(minutes=1)
        assert isinstance(click(room, owner, ActionId.NOANSWER, 1), Say)
        assert room.load(1).attempts == 1

    def test_of_no_lead_say_so(self, room: Room):
        assert "#77" in click(room, MIRI, ActionId.NOANSWER, 77).message.text

    def test_that_nobody_knows_do_no_harm(self, room: Room, owner: str):
        said = click(room, MIRI, "something_old", 1)
        assert "Something went wrong" in said.message.text

    def test_to_assign_offer_everybody_else(self, room: Room, owner: str):
        opened = click(room, owner, ActionId.ASSIGN, 1)
        options = opened.view["blocks"][-1]["element"]["options"]
        assert {one["value"] for one in options} == {NOA, AVI, MIRI} - {owner}

    def test_to_assign_in_a_team_of_one_say_so(self, tmp_path, clock: FakeClock):
        team = f'[[rep]]\nslack_id = "{AVI}"\nname = "Avi"'
        with a_desk(tmp_path, clock, team=team) as room:
            room.lead()
            said = click(room, AVI, ActionId.ASSIGN, 1)
            assert "nobody else" in said.message.text

    def test_to_assign_where_the_rest_left_say_so(self, tmp_path, clock: FakeClock):
        both = "\n".join(f'[[rep]]\nslack_id = "{one}"\nname = "x"' for one in (NOA, AVI))
        with a_desk(tmp_path, clock, team=both) as room:
            owner = room.lead().owner
            room.load_team(f'[[rep]]\nslack_id = "{owner}"\nname = "x"', replace=True)
            said = click(room, owner, ActionId.ASSIGN, 1)
            assert "nobody else" in said.message.text

    def test_to_assign_in_a_large_team_fit_a_menu(self, tmp_path, clock: FakeClock):
        many = "\n".join(f'[[rep]]\nslack_id = "U{n:05}"\nname = "{"x" * 200}"' for n in range(150))
        with a_desk(tmp_path, clock, team=many, ADMIN_SLACK_IDS=MIRI) as room:
            room.lead()
            assert isinstance(click(room, MIRI, ActionId.ASSIGN, 1), OpenModal)

    def test_for_the_next_call_hand_it_out(self, room: Room, owner: str):
        said = click(room, owner, ActionId.NEXT, "next")
        assert "052-234-5678" in said.message.text


class TestTheLogModal:
    def opened(self, room: Room, who: str, action: ActionId = ActionId.MORE) -> dict[str, Any]:
        answer = click(room, who, action, 1)
        assert isinstance(answer, OpenModal)
        return answer.view

    def chosen(self, room: Room, who: str, outcome: str) -> dict[str, Any]:
        """Open the modal and choose an outcome in it."""
        view = self.opened(room, who)
        answer = click(
            room,
            who,
            ActionId.CHOOSE_OUTCOME,
            "",
            view={"id": "V1", "hash": "h1", "state": {"values": state_of(view)}, **view},
            actions=[
                {
                    "action_id": ActionId.CHOOSE_OUTCOME.value,
                    "block_id": "outcome",
                    "type": "static_select",
                    **pick(outcome),
                }
            ],
        )
        assert isinstance(answer, UpdateModal)
        assert (answer.view_id, answer.hash) == ("V1", "h1")
        meta = json.loads(answer.view["private_metadata"])
        assert (meta["chosen"], meta["lead"]) == (outcome, 1)
        assert meta["answer"]
        return answer.view

    @pytest.mark.parametrize("outcome", Outcome)
    def test_asks_for_what_an_outcome_needs_and_logs_it(
        self, room: Room, owner: str, outcome: Outcome
    ):
        view = self.chosen(room, owner, outcome)
        blocks = {one["block_id"] for one in view["blocks"] if "block_id" in one}
        given: dict[str, Any] = {"note": {"value": "said hello"}}
        if "amount" in blocks:
            given["amount"] = {"value": "1,290"}
        done = submit(room, owner, view, **given)
        assert isinstance(done, Submitted), done
        assert done.answer_url.endswith("/respond")
        lead = room.load(1)
        assert (lead.last_outcome, lead.attempts) == (outcome, 1)

    def test_takes_a_note_alone(self, room: Room, owner: str):
        done = submit(room, owner, self.opened(room, owner), note={"value": "likes blue"})
        assert isinstance(done, Submitted)
        assert room.history(1)[-1] == "note"
        assert room.load(1).attempts == 0

    def test_agrees_a_follow_up(self, room: Room, owner: str):
        when = room.clock.now + timedelta(hours=5)
        submit(
            room,
            owner,
            self.opened(room, owner, ActionId.TALKED),
            importance=pick("low"),
            when_followup={"selected_date_time": int(when.timestamp())},
            note={"value": "after lunch"},
        )
        agreed = room.followup(1)
        assert agreed
        assert (agreed.importance, agreed.due_at, agreed.note) == (
            Importance.LOW,
            when,
            "after lunch",
        )

    def test_begins_with_a_time_ahead(self, room: Room, owner: str):
        view = self.opened(room, owner, ActionId.TALKED)
        stamp = state_of(view)["when_followup"]["when"]["selected_date_time"]
        assert datetime.fromtimestamp(stamp, UTC) > room.clock.now

    @pytest.mark.parametrize(
        ("action", "given", "field"),
        [
            (ActionId.TALKED, {"when_followup": {"selected_date_time": 1}}, "when_followup"),
            (ActionId.SOLD, {"amount": {"value": "much"}}, "amount"),
            (ActionId.SOLD, {"amount": {"value": "0"}}, "amount"),
            (ActionId.SOLD, {"amount": {"value": ""}}, "amount"),
            (ActionId.SOLD, {"amount": {"value": "-100"}}, "amount"),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(
        self, room: Room, owner: str, action: ActionId, given: dict[str, Any], field: str
    ):
        answer = submit(room, owner, self.opened(room, owner, action), **given)
        assert isinstance(answer, Errors)
        assert list(answer.errors) == [field]
        assert room.load(1).attempts == 0
        mended: dict[str, Any] = {"amount": {"value": "100"}} if field == "amount" else {}
        done = submit(room, owner, self.opened(room, owner, action), **mended)
        assert isinstance(done, Submitted)

    def test_sent_twice_counts_once(self, room: Room, owner: str):
        view = self.opened(room, owner, ActionId.SOLD)
        for _ in range(2):
            done = submit(room, owner, view, trigger="x", amount={"value": "100"})
            assert isinstance(done, Submitted)
            room.clock.forward(hours=1)
        assert room.load(1).attempts == 1

    def test_sent_for_a_lead_that_was_given_away_meanwhile_is_refused(self, room: Room, owner: str):
        view = self.opened(room, owner, ActionId.SOLD)
        assign = click(room, owner, ActionId.ASSIGN, 1).view
        assert isinstance(submit(room, owner, assign, rep=pick(MIRI)), Submitted)
        answer = submit(room, owner, view, amount={"value": "100"})
        assert isinstance(answer, Errors)
        assert "Miri" in answer.errors["note"]
        assert "<@" not in answer.errors["note"]
        assert room.load(1).stage is Stage.LEAD

    def test_sent_by_an_outsider_is_refused(self, room: Room, owner: str):
        view = self.opened(room, owner, ActionId.SOLD)
        assert isinstance(submit(room, GUEST, view, amount={"value": "100"}), Errors)

    def test_of_an_unknown_name_does_no_harm(self, room: Room, owner: str):
        view = self.opened(room, owner) | {"callback_id": "something_old"}
        assert isinstance(submit(room, owner, view, note={"value": "x"}), Errors)

    @pytest.mark.parametrize("menu", modals.MENUS)
    @pytest.mark.parametrize("name", ["<!channel>", "N" * 300, "ז'קלין"])
    def test_is_always_one_that_slack_takes(self, room: Room, menu: str, name: str):
        lead = room.lead(name=name)
        who = MIRI
        for chosen in modals.MENUS[menu]:
            view = modals.log_modal(
                lead, _words(room, who), BOOK, menu=menu, chosen=chosen, now=room.clock.now
            )
            assert check_view(view=view, surface="modal") == []
            assert view["callback_id"] == ViewId.LOG


def _words(room: Room, who: str) -> Any:
    return reader(room.desk, who).words


EMAIL_AGREED = {
    "selected_options": [{"text": {"type": "plain_text", "text": "x"}, "value": "email"}]
}


class TestConsentAskedInACall:
    def test_is_kept_with_who_heard_it_and_when(self, room: Room, owner: str):
        view = click(room, owner, ActionId.SOLD, 1).view
        submit(room, owner, view, amount={"value": "1290"}, agreed=EMAIL_AGREED)
        assert room.load(1).agreed == ("email",)
        assert room.history(1)[-1] == "agreed"

    def test_is_taken_back_with_its_outcome(self, room: Room, owner: str):
        view = click(room, owner, ActionId.SOLD, 1).view
        said = submit(room, owner, view, amount={"value": "1290"}, agreed=EMAIL_AGREED)
        [undo] = said.said.blocks[-1]["elements"]
        click(room, owner, undo["action_id"], undo["value"])
        assert room.load(1).agreed == ()

    def test_is_asked_for_what_is_not_known_only(self, room: Room):
        known = room.lead(phone="052-234-5699", consent=["sms", "email"])
        view = click(room, known.owner, ActionId.TALKED, known.id).view
        assert "agreed" not in {one.get("block_id") for one in view["blocks"]}

    @pytest.mark.parametrize("who", [NOA, AVI])
    def test_is_a_question_in_both_languages(self, room: Room, who: str):
        lead = room.lead(phone="052-234-5699", opted_out=[])
        view = modals.log_modal(
            lead, _words(room, who), BOOK, menu="talked", chosen="lost", now=room.clock.now
        )
        assert check_view(view=view, surface="modal") == []
        assert len(view["blocks"][-1]["element"]["options"]) == 2


class TestTheAssignModal:
    def test_gives_the_lead_away(self, room: Room, owner: str):
        view = click(room, owner, ActionId.ASSIGN, 1).view
        assert view["callback_id"] == ViewId.ASSIGN
        done = submit(room, owner, view, rep=pick(MIRI))
        assert isinstance(done, Submitted)
        assert room.load(1).owner == MIRI

    def test_sent_twice_is_answered_twice_the_same(self, room: Room, owner: str):
        view = click(room, owner, ActionId.ASSIGN, 1).view
        first = submit(room, owner, view, trigger="x", rep=pick(MIRI))
        assert submit(room, owner, view, trigger="x", rep=pick(MIRI)) == first

    def test_sent_for_a_lead_that_was_given_away_meanwhile_names_who_has_it(
        self, room: Room, owner: str
    ):
        view = click(room, owner, ActionId.ASSIGN, 1).view
        assert isinstance(submit(room, MIRI, view, rep=pick(MIRI)), Submitted)
        other = AVI if owner == NOA else NOA
        answer = submit(room, owner, view, rep=pick(other))
        assert isinstance(answer, Errors)
        assert "Miri" in answer.errors["rep"]

    def test_says_beside_its_field_what_is_wrong(self, room: Room, owner: str):
        view = click(room, owner, ActionId.ASSIGN, 1).view
        submit(room, MIRI, view, rep=pick(MIRI))
        answer = submit(room, MIRI, view, rep=pick(MIRI))
        assert isinstance(answer, Errors)
        assert list(answer.errors) == ["rep"]
