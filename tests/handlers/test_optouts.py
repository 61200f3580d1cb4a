"""`/lead optout` and its Undo, with payloads as Slack shapes them (contract: Slack)."""

from typing import Any

import pytest

from bot.views.blocks import ActionId, Message
from handlers.commands import answer_command
from rules.words import CHANNELS
from tests.desk import AVI, MIRI, NOA, Room, faults_of
from tests.handlers.test_actions import click


def typed(room: Room, text: str, *, who: str = MIRI, trigger: str = "") -> Message:
    body = {"user_id": who, "text": text, "trigger_id": trigger, "command": "/lead"}
    said = answer_command(room.desk, body)
    assert faults_of(said) == []
    return said


def undo_of(said: Message) -> Any:
    [button] = said.blocks[-1]["elements"]
    assert button["action_id"] == ActionId.UNDO_OPTOUT
    return button["value"]


class TestTheCommand:
    def test_says_what_is_closed_what_is_open_and_what_happens_now(self, room: Room):
        room.lead()
        assert typed(room, "optout 1 sms").text.split("\n") == [
            "🔕 *#1 Dana Cohen* gets no more SMS.",
            "Still open: email and calls.",
            "The calls go on as planned.",
        ]

    def test_alone_means_all(self, room: Room):
        room.lead()
        assert typed(room, "optout 1").text.split("\n") == [
            "🔕 *#1 Dana Cohen* gets no more SMS, email and calls.",
            "Nothing is allowed any more: no message and no call.",
            "Nobody may call or write, so it is disqualified and out of every queue.",
        ]
        assert room.load(1).opted_out == CHANNELS

    def test_says_that_the_lead_is_on_the_mailing_list_now(self, room: Room):
        room.lead(consent="sms,email")
        said = typed(room, "optout 1 calls").text
        assert said.endswith("No more calls: it is on the mailing list.")

    def test_names_the_other_leads_of_the_person(self, room: Room):
        room.lead()
        room.lead(name="Dan Levi", phone="054-234-5678", email="dan@example.com")
        with room.desk.store.engine.begin() as raw:
            raw.exec_driver_sql("UPDATE leads SET phone_e164 = '+972522345678'")
        assert "The same for *#2 Dan Levi*: one person." in typed(room, "optout 1 sms").text

    def test_of_what_is_closed_already_says_so(self, room: Room):
        room.lead()
        typed(room, "optout 1 sms")
        said = typed(room, "optout 1 sms")
        assert said.text.startswith("*#1 Dana Cohen*: SMS closed already. The request is written")
        assert [one["type"] for one in said.blocks] == ["section"]

    def test_is_understood_and_answered_in_hebrew(self, room: Room):
        lead = room.lead()
        if lead.owner != NOA:
            typed(room, f"assign 1 <@{NOA}>")
        said = typed(room, "הסר 1 שיחות", who=NOA).text
        assert "מעכשיו בלי שיחות" in said
        assert "הליד נפסל" in said

    def test_with_an_unknown_channel_names_those_there_are(self, room: Room):
        room.lead()
        said = typed(room, "optout 1 fax").text
        assert "“fax”" in said
        assert "`/lead optout 1 sms`" in said

    def test_that_comes_again_does_nothing_twice(self, room: Room):
        room.lead()
        typed(room, "optout 1 sms", trigger="t1")
        typed(room, "optout 1 sms", trigger="t1")
        assert room.history(1).count("opted_out") == 1

    def test_is_refused_to_who_may_not_work_the_lead(self, room: Room):
        lead = room.lead()
        other = room.other(lead)
        typed(room, "optout 1", who=other)
        assert room.load(1).opted_out == ()

    @pytest.mark.parametrize("who", [NOA, AVI])
    def test_is_explained(self, room: Room, who: str):
        assert "/lead optout 123" in typed(room, "help optout", who=who).text


class TestTheUndoButton:
    def test_takes_it_back_and_says_so_in_its_place(self, room: Room):
        room.lead()
        value = undo_of(typed(room, "optout 1"))
        said = click(room, MIRI, ActionId.UNDO_OPTOUT, value)
        assert said.instead
        assert (
            said.message.text == "Taken back: *#1 Dana Cohen* may get SMS, email and calls again."
        )
        assert room.load(1).working

    def test_pressed_twice_takes_back_once(self, room: Room):
        room.lead()
        value = undo_of(typed(room, "optout 1"))
        click(room, MIRI, ActionId.UNDO_OPTOUT, value)
        again = click(room, MIRI, ActionId.UNDO_OPTOUT, value)
        assert again.message.text == "It was taken back already."

    @pytest.mark.parametrize("value", ["x", "", "99999999999", "0"])
    def test_of_no_opt_out_is_refused(self, room: Room, value: str):
        room.lead()
        assert click(room, MIRI, ActionId.UNDO_OPTOUT, value).message.text
        assert room.load(1).opted_out == ()
