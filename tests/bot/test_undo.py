"""Taking an outcome back, where nothing has left the house (contract: `/lead undo`)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import asks, assign, followups, mailing, replies, undoing
from bot.bounces import mail_bounced
from bot.leads import add_note
from bot.next import next_lead
from bot.optout_acts import opt_out
from bot.orders import ADDRESS_REFUSED
from bot.receipts import sms_failed
from rules.acts import OptOut
from rules.lead import Lead
from rules.money import Money
from rules.nags import Snooze, mark
from rules.refusals import Refused
from rules.words import Importance, Stage, Step
from tests.desk import AVI, DANA, MIRI, NOA, FakeClock, Room, a_desk

SALE = Money(100, "ILS")


class TestTakingBack:
    @pytest.mark.parametrize(
        "outcome",
        ["noanswer", "busy", "voicemail", "notnow", "unavailable", "invalid", "lost", "sold"],
    )
    def test_restores_all_of_the_lead(self, room: Room, outcome: str):
        before = room.lead()
        room.log(1, outcome, amount=SALE if outcome == "sold" else None)
        done = undoing.undo(room.desk, by=before.owner)
        assert done.outcome == outcome
        assert replace(room.load(1), version=0) == replace(before, version=0)
        assert room.history(1)[-2:] == ["outcome", "undone"]

    def test_cancels_what_was_to_be_sent(self, room: Room):
        lead = room.lead()
        room.log(1, "noanswer")
        undoing.undo(room.desk, by=lead.owner)
        room.tick(minutes=5)
        assert room.outside.sms == []
        assert room.outside.mails == []

    def test_lets_the_messages_leave_when_it_happens_again(self, room: Room):
        lead = room.lead()
        room.log(1, "noanswer")
        undoing.undo(room.desk, by=lead.owner)
        room.clock.forward(seconds=11)
        room.log(1, "noanswer")
        room.tick(minutes=5)
        assert len(room.outside.sms) == 1
        assert len(room.outside.mails) == 1

    def test_counts_no_call(self, room: Room):
        lead = room.lead()
        room.log(1, "noanswer")
        undoing.undo(room.desk, by=lead.owner)
        assert room.load(1).attempts == 0
        assert not room.log(1, "noanswer").double

    def test_reaches_back_one_by_one(self, room: Room):
        lead = room.lead()
        for outcome in ("unavailable", "lost"):
            room.log(1, outcome, by=lead.owner)
        assert undoing.undo(room.desk, by=lead.owner).outcome == "lost"
        assert undoing.undo(room.desk, by=lead.owner).outcome == "unavailable"
        with pytest.raises(Refused, match=r"undo\.nothing"):
            undoing.undo(room.desk, by=lead.owner)

    def test_of_a_repeat_sale_leaves_the_first(self, room: Room):
        lead = room.lead()
        room.log(1, "sold", amount=SALE)
        room.clock.forward(minutes=1)
        room.log(1, "sold", amount=SALE)
        undoing.undo(room.desk, by=lead.owner)
        assert room.load(1).stage is Stage.WON


class TestAFollowUp:
    def agree(self, room: Room) -> str:
        lead = room.lead()
        when = room.clock.now + timedelta(hours=1)
        room.log(1, "followup", when=when, importance=Importance.HIGH)
        return lead.owner

    def test_that_was_agreed_is_gone(self, room: Room):
        owner = self.agree(room)
        undoing.undo(room.desk, by=owner)
        assert room.followup(1) is None
        room.tick(hours=2)
        assert len(room.outside.dms(owner)) == 1

    def test_that_ended_is_open_again_and_reminded_of(self, room: Room):
        owner = self.agree(room)
        agreed = room.followup(1)
        room.log(1, "lost")
        assert room.followup(1) is None
        undoing.undo(room.desk, by=owner)
        assert room.followup(1) == agreed
        assert room.load(1).next_what is Step.FOLLOW_UP
        room.tick(hours=1)
        assert len(room.outside.dms(owner)) == 2

    def test_that_was_being_nagged_goes_on(self, room: Room):
        owner = self.agree(room)
        room.tick(hours=1)
        room.log(1, "lost")
        room.tick(seconds=5)
        undoing.undo(room.desk, by=owner)
        room.tick(minutes=10)
        room.tick(minutes=10)
        last = room.outside.dms(owner)[-1]
        assert "⏰" in last.text
        assert [block["type"] for block in last.blocks][-1] == "actions"
        room.tick(minutes=10)
        assert len(room.outside.dms(MIRI)) == 1


class TestItIsTooLate:
    def test_when_a_message_has_left(self, room: Room):
        lead = room.lead()
        room.log(1, "noanswer")
        room.tick(seconds=31)
        assert room.outside.sms
        with pytest.raises(Refused, match=r"undo\.left") as refused:
            undoing.undo(room.desk, by=lead.owner)
        assert refused.value.params["name"] == DANA["name"]
        assert room.load(1).attempts == 1

    def test_when_somebody_logged_since(self, room: Room):
        lead = room.lead()
        room.log(1, "unavailable")
        room.log(1, "lost", by=MIRI)
        with pytest.raises(Refused, match=r"undo\.later"):
            undoing.undo(room.desk, by=lead.owner)

    def test_when_it_was_given_to_another(self, room: Room):
        lead = room.lead()
        room.log(1, "unavailable")
        assign.assign_lead(room.desk, 1, to=room.other(lead), by=MIRI)
        with pytest.raises(Refused, match=r"undo\.later"):
            undoing.undo(room.desk, by=lead.owner)
        assert room.load(1).owner == room.other(lead)

    def test_for_who_logged_nothing(self, room: Room):
        room.lead()
        for by in (NOA, AVI, MIRI):
            with pytest.raises(Refused, match=r"undo\.nothing"):
                undoing.undo(room.desk, by=by)

    def test_for_an_outsider(self, room: Room):
        with pytest.raises(Refused, match=r"team\.outsider"):
            undoing.undo(room.desk, by="U01GUEST")


class TestWhatHappenedSince:
    """What happened to the lead since the attempt is never overwritten."""

    def refuses(self, room: Room, by: str) -> Lead:
        before = room.load(1)
        with pytest.raises(Refused, match=r"undo\.later"):
            undoing.undo(room.desk, by=by)
        assert room.load(1) == before
        return before

    def test_the_time_that_the_customer_asked_for_stands(self, room: Room):
        lead = room.lead(email="")
        room.log(1, "unavailable")
        asks.carry_out(room.desk, 1, asks.Ask("evening"))
        assert self.refuses(room, lead.owner).next_what is Step.CALL

    def test_a_mailing_that_is_on_its_way_or_has_left_stands(
        self, tmp_path: Path, clock: FakeClock
    ):
        with a_desk(tmp_path, clock, PUBLIC_URL="https://leads.example.com") as room:
            lead = room.lead(consent="email")
            room.log(1, "lost")
            room.clock.forward(days=30)
            assert mailing.mail_due(room.desk) == 1
            assert self.refuses(room, lead.owner).mailings == 1
            for sent in (1, 2):
                room.tick(minutes=1)
                assert len(room.outside.mails) == sent
                self.refuses(room, lead.owner)
                room.tick(days=30)

    def test_an_address_that_bounced_stays_refused(self, room: Room):
        lead = room.lead()
        room.log(1, "unavailable")
        with room.desk.store.unit() as unit:
            mail_bounced(room.desk, unit, lead.email, code=ADDRESS_REFUSED, now=room.clock.now)
            unit.commit()
        assert self.refuses(room, lead.owner).email_ok is False

    def test_a_number_that_turned_out_to_be_nobodys_stays_so(self, room: Room):
        lead = room.lead(email="")
        room.log(1, "unavailable")
        with room.desk.store.unit() as unit:
            sms_failed(room.desk, unit, 1, number=lead.phone_e164, code="30005", now=room.clock.now)
            unit.commit()
        assert self.refuses(room, lead.owner).next_what is Step.WAIT_FOR_PHONE

    def test_a_reminder_that_was_put_off_stays_so(self, room: Room):
        lead = room.lead()
        due = room.clock.now + timedelta(hours=1)
        room.log(1, "followup", when=due, importance=Importance.HIGH)
        agreed = room.followup(1)
        assert agreed is not None
        room.clock.now = due
        followups.put_off(room.desk, mark(agreed), Snooze.SHORT, by=lead.owner)
        self.refuses(room, lead.owner)

    def test_an_opt_out_stands(self, room: Room):
        lead = room.lead()
        room.log(1, "unavailable")
        opt_out(room.desk, OptOut(1, ("sms",)), by=lead.owner)
        assert self.refuses(room, lead.owner).opted_out == ("sms",)

    def test_an_answer_of_the_customer_stands(self, room: Room):
        lead = room.lead()
        room.log(1, "unavailable")
        replies.receive(room.desk, b"MessageSid=SM1&From=%2B972522345678&Body=call+me+at+five")
        self.refuses(room, lead.owner)

    def test_a_note_is_no_reason_to_refuse(self, room: Room):
        lead = room.lead()
        room.log(1, "lost")
        add_note(room.desk, 1, "wants blue", by=lead.owner)
        undoing.undo(room.desk, by=lead.owner)
        assert room.load(1).living

    def test_being_handed_out_again_is_none_either(self, room: Room):
        lead = room.lead(email="")
        room.log(1, "unavailable")
        room.clock.forward(days=3)
        next_lead(room.desk, by=lead.owner)
        assert room.load(1).held_by == lead.owner
        undoing.undo(room.desk, by=lead.owner)
        assert room.load(1).attempts == 0


class TestALeadThatNobodyOwned:
    def test_waits_for_an_owner_again(self, tmp_path: Path, clock: FakeClock):
        boss = f'[[rep]]\nslack_id = "{MIRI}"\nname = "Miri"\nrole = "manager"\n'
        with a_desk(tmp_path, clock, team=boss) as room:
            before = room.lead()
            room.log(1, "unavailable", by=MIRI)
            assert (before.owner, room.load(1).owner) == ("", MIRI)
            undoing.undo(room.desk, by=MIRI)
            assert replace(room.load(1), version=0) == replace(before, version=0)


class TestWhatCameBetween:
    def test_is_kept(self, room: Room):
        lead = room.lead(email="")
        room.log(1, "unavailable")
        room.receive(phone=DANA["phone"], email="new@example.com")
        with pytest.raises(Refused, match=r"undo\.later"):
            undoing.undo(room.desk, by=lead.owner)
        assert room.load(1).email == "new@example.com"


class TestTheButton:
    def test_takes_back_only_what_it_was_made_for(self, room: Room):
        lead = room.lead()
        first = room.log(1, "unavailable", by=MIRI)
        second = room.lead(phone="052-234-9999", email="")
        room.log(second.id, "lost", by=MIRI)
        with pytest.raises(Refused):
            undoing.undo(room.desk, by=MIRI, attempt_id=first.attempt_id)
        assert room.load(lead.id).attempts == 1
        assert not room.load(second.id).living

    def test_pressed_twice_takes_back_once(self, room: Room):
        lead = room.lead()
        room.log(1, "unavailable")
        room.clock.forward(minutes=1)
        logged = room.log(1, "unavailable")
        undoing.undo(room.desk, by=lead.owner, attempt_id=logged.attempt_id, key="a")
        with pytest.raises(Refused):
            undoing.undo(room.desk, by=lead.owner, attempt_id=logged.attempt_id, key="b")
        assert room.load(1).attempts == 1


class TestDeliveredTwice:
    def test_it_takes_back_once(self, room: Room):
        lead = room.lead()
        room.log(1, "unavailable")
        room.clock.forward(minutes=1)
        room.log(1, "unavailable")
        undoing.undo(room.desk, by=lead.owner, key="t1")
        with pytest.raises(Refused, match=r"undo\.done"):
            undoing.undo(room.desk, by=lead.owner, key="t1")
        assert room.load(1).attempts == 1
