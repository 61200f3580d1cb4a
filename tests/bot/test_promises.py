"""What the product says is so: of money, of messages on their way, of hours agreed."""

from datetime import timedelta

from bot import calls
from bot.texts import Words
from bot.views import replies
from rules.money import Money
from rules.words import Step
from tests.bot.test_assign import away
from tests.desk import AVI, MIRI, NOA, Room


def shekels(amount: int) -> Money:
    return Money(amount * 100, "ILS")


class TestTheCardOfASale:
    def test_tells_what_was_bought_without_what_was_taken_back(self, room: Room):
        lead = room.lead()
        room.log(1, "sold", amount=shekels(1000))
        calls.undo(room.desk, by=lead.owner)
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
