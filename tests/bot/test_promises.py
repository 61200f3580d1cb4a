"""What the product says is so: of money, of messages on their way, of hours agreed."""

from datetime import timedelta
from typing import Any

import pytest

from bot import undoing
from bot.texts import Words
from bot.views import replies
from rules.money import Money
from rules.words import Importance, Step
from storage import messages
from tests.bot.test_assign import away
from tests.desk import AVI, BOOK, MIRI, NOA, Room


def shekels(amount: int) -> Money:
    return Money(amount * 100, "ILS")


class TestTheCardOfASale:
    def test_tells_what_was_bought_without_what_was_taken_back(self, room: Room):
        lead = room.lead()
        room.log(1, "sold", amount=shekels(1000))
        undoing.undo(room.desk, by=lead.owner)
        room.log(1, "sold", amount=shekels(1200))
        room.tick(seconds=5)
        assert "₪1,200" in room.outside.channel()[0].text
        room.clock.forward(minutes=1)
        room.log(1, "sold", amount=shekels(-200))
        room.tick(seconds=5)
        assert "₪1,000" in room.outside.channel()[0].text
        assert room.load(1).attempts == 1


class TestAReply:
    def test_promises_no_message_that_was_sent_before(self, room: Room):
        room.lead()
        first = room.log(1, "invalid")
        room.tick(minutes=1)
        second = room.log(1, "invalid")
        assert [one.kind for one in first.messages] == ["email"]
        assert second.messages == ()
        words = Words("en", room.desk.settings.zone)
        assert "email" not in replies.logged(second, words).text
        assert len(room.outside.mails) == 1


def said(room: Room, outcome: str, **more: Any) -> list[str]:
    """Log an outcome and give the lines of the answer, in English."""
    words = Words("en", room.desk.settings.zone)
    return replies.logged(room.log(1, outcome, **more), words).text.split("\n")


def exhausted(room: Room) -> list[str]:
    """Call in vain until the plan is over; gives the lines of the last answer."""
    lines: list[str] = []
    while (lead := room.load(1)).next_what is Step.CALL and lead.next_at:
        room.clock.now = max(room.clock.now, lead.next_at)
        lines = said(room, "noanswer")
    return lines


class TestWhatComesNext:
    def test_is_an_attempt_where_one_is_planned(self, room: Room):
        room.lead()
        assert "Attempt 2: in 30 min." in said(room, "noanswer")
        room.clock.forward(minutes=1)
        assert said(room, "unavailable")[1].startswith("Attempt 3: ")

    def test_is_the_mailing_list_after_the_last_call(self, room: Room):
        room.lead(consent="email")
        lines = exhausted(room)
        assert "All planned calls are made. It stays on the mailing list." in lines
        assert not [line for line in lines if line.startswith("Attempt")]

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({}, "they have not agreed to offers by email. Ask in a call."),
            ({"email": ""}, "there is no address. Ask for it in a call."),
        ],
        ids=["no_consent", "no_address"],
    )
    def test_is_what_to_ask_where_no_mail_may_go(
        self, room: Room, fields: dict[str, str], why: str
    ):
        room.lead(**fields)
        assert exhausted(room)[-1] == f"No more calls are planned, and no mail may go: {why}"

    def test_of_a_lost_lead_that_agreed_is_the_mailing_list(self, room: Room):
        room.lead(consent="email")
        assert said(room, "lost")[1:] == ["No more calls. It stays on the mailing list."]

    def test_of_a_lost_lead_is_nothing(self, room: Room):
        room.lead()
        assert len(said(room, "lost")) == 1

    def test_of_a_call_before_the_agreed_time_is_that_time(self, room: Room):
        room.lead()
        due = room.clock.now + timedelta(hours=5)
        said(room, "followup", when=due, importance=Importance.HIGH)
        room.clock.forward(minutes=1)
        [line] = [one for one in said(room, "noanswer") if one.startswith("The agreed time")]
        assert line.startswith("The agreed time stands: Sunday 15 November 15:00")

    def test_is_said_in_hebrew_too(self, room: Room):
        room.lead(consent="email")
        done = room.log(1, "lost")
        text = replies.logged(done, Words("he", room.desk.settings.zone)).text
        assert text.endswith("הליד נשאר ברשימת הדיוור.")


class TestTheMomentAMessageLeaves:
    def send(self, room: Room, channel: str, address: str, *, times: int) -> None:
        """Write down that so many messages have left for an address just now."""
        with room.desk.store.unit() as unit:
            for number in range(times):
                messages.add(
                    unit,
                    lead_id=1,
                    outbox_id=1000 + number,
                    channel=channel,
                    layer="mailing_list",
                    address=address,
                    ref="",
                    state=messages.SENT,
                    at=room.clock.now,
                )
            unit.commit()

    def test_is_after_the_many_that_left_already(self, room: Room):
        lead = room.lead()
        self.send(room, "sms", lead.phone_e164, times=BOOK.per_day)
        began = room.clock.now
        done = room.log(1, "noanswer")
        promised = dict(zip([one.kind for one in done.messages], done.leave_at, strict=True))
        assert promised == {"sms": began + timedelta(days=1), "email": began + BOOK.undo_time}
        room.tick(minutes=1)
        assert (len(room.outside.sms), len(room.outside.mails)) == (0, 1)
        room.clock.now = began + timedelta(days=1)
        room.tick(seconds=1)
        assert len(room.outside.sms) == 1

    def test_is_said_of_each_channel_where_they_differ(self, room: Room):
        lead = room.lead()
        self.send(room, "sms", lead.phone_e164, times=BOOK.per_day)
        lines = said(room, "noanswer")
        assert lines[1].startswith("SMS will leave tomorrow")
        assert lines[2].startswith("The email leaves at")

    def test_is_said_once_where_it_is_one(self, room: Room):
        room.lead()
        [line] = [one for one in said(room, "noanswer") if "leave" in one]
        assert line.startswith("SMS and email leave at")


class TestASecondPerson:
    def test_is_told_who_logged_it(self, room: Room):
        owner = room.lead().owner
        room.log(1, "noanswer")
        [line] = said(room, "noanswer", by=MIRI)
        assert line == (
            f"<@{owner}> logged No answer for *#1 Dana Cohen* a moment ago. It counts once."
        )

    def test_is_told_so_in_hebrew_too(self, room: Room):
        owner = room.lead().owner
        room.log(1, "noanswer")
        done = room.log(1, "noanswer", by=MIRI)
        text = replies.logged(done, Words("he", room.desk.settings.zone)).text
        assert f"<@{owner}>" in text
        assert "נספר פעם אחת" in text


class TestNotNow:
    def test_without_an_hour_promises_none(self, room: Room):
        room.lead(language="en")
        room.log(1, "notnow")
        room.tick(minutes=1)
        assert "As agreed" not in room.outside.sms[0].body
        assert "again soon" in room.outside.sms[0].body

    def test_with_an_hour_names_it(self, room: Room):
        room.lead(language="en")
        room.log(1, "notnow", when=room.clock.now + timedelta(hours=5))
        room.tick(minutes=1)
        assert "As agreed we call you today" in room.outside.sms[0].body

    def test_of_an_hour_that_passed_in_the_night_promises_none(self, room: Room):
        room.lead(language="en")
        room.clock.set(2026, 11, 15, 21, 30)
        room.log(1, "notnow", when=room.clock.now + timedelta(hours=1))
        room.tick(hours=12)
        assert "As agreed" not in room.outside.sms[0].body


class TestALeadThatWaitsForAnOwner:
    def test_belongs_to_the_manager_who_logs_on_it(self, room: Room):
        away(room, NOA)
        away(room, AVI)
        room.lead()
        room.log(1, "noanswer", by=MIRI)
        kept = room.load(1)
        assert (kept.owner, kept.next_what) == (MIRI, Step.CALL)
