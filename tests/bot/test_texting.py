"""A rep answers a customer's SMS in the rep's own words (L2.3)."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from bot import replies, texting
from bot.optout_acts import opt_out
from rules.acts import OptOut
from rules.lead import Lead
from rules.money import Money
from rules.refusals import Refused
from tests.desk import BOOK, MIRI, FakeClock, Room, a_desk

DANAS = "+972522345678"


def customer(room: Room) -> Lead:
    """Take in a lead who writes to us, and give it."""
    room.lead()
    fields = {"MessageSid": "SM1", "From": DANAS, "Body": "call me at four"}
    replies.receive(room.desk, urlencode(fields).encode())
    room.deliver()
    return room.load(1)


def write(room: Room, text: str = "At four then", *, key: str = "t1") -> texting.Texting:
    return texting.write(room.desk, 1, text, by=room.load(1).owner, key=key)


class TestARepsSms:
    def test_leaves_in_the_reps_own_words(self, room: Room):
        customer(room)
        write(room, "  At four then?  ")
        room.tick(seconds=31)
        [sms] = room.outside.sms
        assert (sms.to, sms.body) == (DANAS, "At four then?")
        assert "wrote_sms" in room.history(1)
        assert room.history(1)[-1] == "sent_sms"

    def test_waits_for_the_time_to_undo(self, room: Room):
        lead = customer(room)
        done = write(room)
        assert done.leaves_at == room.clock.now + BOOK.undo_time
        texting.take_back(room.desk, 1, done.about, by=lead.owner)
        room.tick(minutes=1)
        assert room.outside.sms == []
        assert room.history(1)[-1] == "sms_taken_back"

    def test_waits_for_the_end_of_quiet_hours(self, room: Room):
        customer(room)
        room.clock.set(2026, 11, 15, 20, 0)
        done = write(room)
        assert done.leaves_at - done.now == timedelta(hours=10)
        room.tick(hours=9)
        assert room.outside.sms == []
        room.tick(hours=1, minutes=1)
        assert len(room.outside.sms) == 1

    def test_that_has_left_can_not_be_taken_back(self, room: Room):
        lead = customer(room)
        done = write(room)
        room.tick(minutes=1)
        with pytest.raises(Refused, match=r"undo\.left"):
            texting.take_back(room.desk, 1, done.about, by=lead.owner)

    def test_of_the_same_modal_leaves_once(self, room: Room):
        customer(room)
        for _ in range(3):
            write(room)
        write(room, "Another", key="t2")
        room.tick(minutes=1)
        assert [one.body for one in room.outside.sms] == ["At four then", "Another"]

    def test_counts_its_segments(self, room: Room):
        customer(room)
        assert write(room, "א" * 71).segments == 2

    @pytest.mark.parametrize(
        ("text", "why"), [("", r"text\.empty"), (" \n", r"text\.empty"), ("x" * 1601, "too_long")]
    )
    def test_has_words_and_not_too_many(self, room: Room, text: str, why: str):
        customer(room)
        with pytest.raises(Refused, match=why):
            write(room, text)
        assert room.rows("sms") == []

    def test_goes_to_one_who_bought_too(self, room: Room):
        customer(room)
        room.log(1, "sold", amount=Money(100, "ILS"))
        write(room)
        room.tick(minutes=1)
        assert len(room.outside.sms) == 1

    def test_is_no_cause_to_hold_the_next(self, room: Room):
        """Answers are no advertising: so many a day are not too many."""
        customer(room)
        for number in range(5):
            write(room, f"Line {number}", key=f"t{number}")
        room.tick(minutes=1)
        assert len(room.outside.sms) == 5


class TestWhoMayBeWrittenTo:
    def test_is_nobody_who_asked_for_no_sms(self, room: Room):
        lead = customer(room)
        opt_out(room.desk, OptOut(1, ("sms",)), by=lead.owner)
        with pytest.raises(Refused, match=r"text\.closed"):
            write(room)

    def test_is_nobody_who_asked_for_none_while_it_waited(self, room: Room):
        lead = customer(room)
        write(room)
        opt_out(room.desk, OptOut(1, ("sms",)), by=lead.owner)
        room.tick(minutes=1)
        assert room.outside.sms == []

    def test_is_nobody_with_a_landline(self, room: Room):
        lead = room.lead(phone="03-555-1234")
        with pytest.raises(Refused, match=r"text\.closed"):
            texting.to_write(room.desk, 1, by=lead.owner)

    def test_is_nobody_where_sms_are_off(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, SMS_PROVIDER="off") as room:
            lead = customer(room)
            with pytest.raises(Refused, match=r"text\.closed"):
                texting.to_write(room.desk, 1, by=lead.owner)

    def test_is_no_lead_of_another(self, room: Room):
        lead = customer(room)
        other = room.other(lead)
        with pytest.raises(Refused, match=r"lead\.of_another"):
            texting.to_write(room.desk, 1, by=other)
        with pytest.raises(Refused, match=r"lead\.of_another"):
            texting.write(room.desk, 1, "hello", by=other, key="t1")
        done = write(room)
        with pytest.raises(Refused, match=r"lead\.of_another"):
            texting.take_back(room.desk, 1, done.about, by=other)


class TestWithoutAWordOfTheCustomer:
    """A rep's own SMS that answers nothing is an advertisement (law)."""

    def refused(self, room: Room) -> None:
        owner = room.load(1).owner
        with pytest.raises(Refused, match=r"text\.unasked"):
            texting.to_write(room.desk, 1, by=owner)
        with pytest.raises(Refused, match=r"text\.unasked"):
            write(room, key="t9")

    def test_none_leaves(self, room: Room):
        room.lead()
        self.refused(room)
        room.tick(minutes=1)
        assert room.outside.sms == []

    def test_none_leaves_a_month_after_it(self, room: Room):
        wrote = customer(room).replied_at
        assert wrote
        room.clock.now = wrote + timedelta(days=30)
        write(room)
        room.clock.forward(seconds=1)
        self.refused(room)

    def test_none_leaves_for_a_manager_or_for_who_asked_for_no_more(self, room: Room):
        room.lead()
        with pytest.raises(Refused, match=r"text\.unasked"):
            texting.write(room.desk, 1, "buy now", by=MIRI, key="t1")
        opt_out(room.desk, OptOut(1, ("sms",)), by=MIRI)
        with pytest.raises(Refused, match=r"text\.closed"):
            write(room)
