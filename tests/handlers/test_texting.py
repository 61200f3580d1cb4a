"""'Reply by SMS': the button, the modal, its faults, and taking it back (L2.3)."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from bot import replies
from bot.optout_acts import opt_out
from bot.views.blocks import ActionId, Message, ViewId
from handlers.answers import Errors, OpenModal
from rules.acts import OptOut
from rules.lead import Lead
from tests.desk import AVI, MIRI, NOA, Room
from tests.handlers.test_actions import click, submit


def come_in(room: Room, text: str = "call me at four") -> Message:
    """Let the customer write, and give what the owner is told."""
    fields = {"MessageSid": "SM1", "From": "+972522345678", "Body": text}
    replies.receive(room.desk, urlencode(fields).encode())
    room.deliver()
    return room.outside.dms(room.load(1).owner)[-1]


def customer(room: Room) -> Lead:
    """Take in a lead who writes to us, and give it."""
    room.lead()
    come_in(room)
    return room.load(1)


def opened(room: Room, who: str) -> dict[str, Any]:
    answer = click(room, who, ActionId.TEXT, 1)
    assert isinstance(answer, OpenModal)
    return answer.view


class TestTheButton:
    def test_stands_first_under_what_the_customer_wrote(self, room: Room):
        room.lead()
        row = come_in(room).blocks[-1]["elements"]
        assert row[0]["action_id"] == ActionId.TEXT

    def test_stands_not_where_no_sms_may_be_written(self, room: Room):
        lead = room.lead()
        opt_out(room.desk, OptOut(1, ("sms",)), by=lead.owner)
        row = come_in(room).blocks[-1]["elements"]
        assert ActionId.TEXT not in [one["action_id"] for one in row]

    def test_without_a_word_of_the_customer_is_refused_and_says_why(self, room: Room):
        room.lead()
        told = click(room, MIRI, ActionId.TEXT, 1).message.text
        assert "has not written to you in the last 30 days" in told

    def test_of_a_month_ago_is_refused_though_the_modal_stood_open(self, room: Room):
        customer(room)
        view = opened(room, MIRI)
        room.clock.forward(days=31)
        told = submit(room, MIRI, view, text={"value": "buy now"})
        assert "has not written to you in the last 30 days" in str(told)
        assert room.rows("sms") == []

    def test_opens_a_modal_that_says_when_it_leaves(self, room: Room):
        customer(room)
        view = opened(room, MIRI)
        assert view["callback_id"] == ViewId.TEXT
        assert "It leaves within a minute." in str(view["blocks"])

    def test_says_that_quiet_hours_hold(self, room: Room):
        customer(room)
        room.clock.now = datetime(2026, 11, 15, 20, 0, tzinfo=UTC)
        assert "after quiet hours" in str(opened(room, MIRI)["blocks"])

    def test_of_anothers_lead_is_refused(self, room: Room):
        lead = customer(room)
        answer = click(room, room.other(lead), ActionId.TEXT, 1)
        assert "#1 Dana Cohen" in answer.message.text.replace("\u2068", "").replace("\u2069", "")

    def test_of_an_older_message_says_so(self, room: Room):
        assert click(room, MIRI, ActionId.TEXT, "x").message.text
        assert click(room, MIRI, ActionId.UNDO_TEXT, "x y").message.text


class TestTheModal:
    def test_sends_the_words_and_says_as_how_many_segments(self, room: Room):
        customer(room)
        done = submit(room, MIRI, opened(room, MIRI), text={"value": "At four then"})
        assert done.said.text.split("\n") == [
            "SMS to *#1 Dana Cohen*, 1 segment.",
            "It leaves within a minute. Undo works until then.",
        ]
        room.tick(minutes=1)
        assert [one.body for one in room.outside.sms] == ["At four then"]

    def test_that_is_too_long_stays_open_and_counts(self, room: Room):
        customer(room)
        done = submit(room, MIRI, opened(room, MIRI), text={"value": "א" * 1700})
        assert isinstance(done, Errors)
        assert done.errors["text"].startswith("1700 characters, 26 segments.")
        assert room.rows("sms") == []

    def test_sent_again_by_slack_sends_once(self, room: Room):
        customer(room)
        view = opened(room, MIRI)
        for _ in range(2):
            submit(room, MIRI, view, trigger="t-same", text={"value": "At four"})
        room.tick(minutes=1)
        assert len(room.outside.sms) == 1

    def test_is_in_the_reps_language(self, room: Room):
        lead = customer(room)
        view = opened(room, lead.owner)
        title = {NOA: "תשובה ב־SMS", AVI: "Reply by SMS"}[lead.owner]
        assert view["title"]["text"] == title

    def test_can_be_taken_back_while_it_waits(self, room: Room):
        customer(room)
        done = submit(room, MIRI, opened(room, MIRI), text={"value": "At four"})
        [undo] = done.said.blocks[-1]["elements"]
        said = click(room, MIRI, undo["action_id"], undo["value"])
        assert said.instead
        assert "does not leave" in said.message.text
        room.tick(minutes=1)
        assert room.outside.sms == []
