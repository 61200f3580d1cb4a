"""Who answers though nobody works them comes back to a rep (L2.3, L3.3)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import asks, replies, undoing
from bot.optout_acts import opt_out
from bot.views.blocks import ActionId
from rules.acts import OptOut
from rules.money import Money
from rules.outcomes import on_mailing_list
from rules.refusals import Refused
from rules.words import Importance, Queue, Stage, Step
from storage import leads, outbox
from tests.bot.answering import (
    answer,
    buttons,
    form,
    last_dm,
    said_to_managers,
    two_leads_of_one_number,
    wrote,
)
from tests.desk import (
    TEAM,
    FakeClock,
    Room,
    a_desk,
    payload,
)


class TestAnAnswerFromOneWhomNobodyWorks:
    """Who answers returns to a rep as fresh, with the history (L3.3)."""

    def exhausted(self, room: Room) -> str:
        lead = room.lead()
        with room.desk.store.unit() as unit:
            listed = on_mailing_list(lead, now=room.clock.now, playbook=room.desk.playbook)
            leads.save(unit, listed, before=lead)
            unit.commit()
        room.deliver()
        return lead.owner

    def test_returns_from_the_mailing_list_to_its_rep(self, room: Room):
        owner = self.exhausted(room)
        answer(room, "call me")
        back = room.load(1)
        assert (back.owner, back.next_what, back.queue) == (owner, Step.CALL, Queue.FRESH)
        assert room.history(1)[-2:] == ["replied", "returned"]
        assert "call me" in last_dm(room, owner).text

    def test_returns_though_it_was_lost(self, room: Room):
        lead = room.lead()
        room.log(1, "lost")
        room.deliver()
        answer(room, "I changed my mind")
        back = room.load(1)
        assert (back.stage, back.closed_at, back.working) == (Stage.LEAD, None, True)
        assert "I changed my mind" in last_dm(room, lead.owner).text
        assert said_to_managers(room) == []

    @pytest.mark.parametrize(
        "words", ["don't stop", "the bus stop", "call me, cancel my 4 pm", "לא מעוניין"]
    )
    @pytest.mark.parametrize("lost", [False, True])
    def test_stays_where_it_is_when_it_may_ask_to_be_left_alone(
        self, room: Room, words: str, lost: bool
    ):
        if lost:
            owner = room.lead().owner
            room.log(1, "lost")
        else:
            owner = self.exhausted(room)
        before = room.load(1)
        answer(room, words)
        assert room.load(1) == wrote(before, room)
        told = last_dm(room, owner)
        assert words in told.text
        assert ActionId.TEXT in buttons(told)
        assert said_to_managers(room) == []

    def test_goes_to_somebody_else_where_its_rep_has_left(self, room: Room):
        owner = self.exhausted(room)
        with room.desk.store.engine.begin() as raw:
            raw.exec_driver_sql(f"UPDATE reps SET state = 'paused' WHERE slack_id = '{owner}'")
        answer(room, "call me")
        back = room.load(1)
        assert back.owner not in {"", owner}
        assert "call me" in last_dm(room, back.owner).text

    def test_of_one_who_bought_goes_to_their_rep_and_changes_nothing(self, room: Room):
        lead = room.lead()
        room.log(1, "sold", amount=Money(129_000, "ILS"))
        won = room.load(1)
        answer(room, "where is it")
        assert room.load(1) == wrote(won, room)
        assert "where is it" in last_dm(room, lead.owner).text
        assert said_to_managers(room) == []

    def test_who_asked_not_to_be_called_is_not_called(self, room: Room):
        lead = room.lead()
        opt_out(room.desk, OptOut(1, ("email", "calls")), by=lead.owner)
        answer(room, "what is the price")
        assert (room.load(1).stage, room.load(1).working) == (Stage.DISQUALIFIED, False)
        assert "what is the price" in said_to_managers(room)[-1]

    def test_brings_back_no_second_lead_beside_one_that_is_worked(self, room: Room):
        two_leads_of_one_number(room)
        room.log(2, "lost")
        answer(room, "hello")
        assert (room.load(1).living, room.load(2).living) == (True, False)


class TestWhatWaitsWhenTheCustomerAnswers:
    """'We missed you' is true no more."""

    def test_leaves_no_more(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        answer(room, "I am here")
        room.tick(minutes=5)
        assert [
            (one["state"], one["error"]) for one in (*room.rows("sms"), *room.rows("email"))
        ] == [("cancelled", "replied")] * 2
        assert (room.outside.sms, room.outside.mails) == ([], [])

    def test_of_a_missed_follow_up_leaves_no_more(self, room: Room):
        room.lead()
        due = room.clock.now + timedelta(hours=1)
        room.log(1, "followup", when=due, importance=Importance.HIGH)
        room.clock.forward(hours=1)
        room.log(1, "noanswer")
        assert "sms_followup" in room.rows("sms")[-1]["once_key"]
        answer(room, "sorry, was driving")
        room.tick(minutes=5)
        assert set(room.states("sms")) == {"cancelled"}
        assert room.outside.sms == []

    def test_leaves_no_more_though_it_was_being_sent_at_that_moment(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.clock.forward(minutes=1)
        with room.desk.store.unit() as unit:
            taken = outbox.claim(
                unit, owner="me", now=room.clock.now, lease=timedelta(minutes=1), most=20
            )
            unit.commit()
        replies.receive(room.desk, form("I am here"))
        with room.desk.store.unit() as unit:
            for row in taken:
                due = room.clock.now + timedelta(minutes=1)
                outbox.put_back(
                    unit, row, due_at=due, now=room.clock.now, error="held", counts=False
                )
            unit.commit()
        room.tick(minutes=5)
        found = [(one["state"], one["error"]) for one in (*room.rows("sms"), *room.rows("email"))]
        assert found == [("cancelled", "replied")] * 2
        assert (room.outside.sms, room.outside.mails) == ([], [])

    def test_leaves_no_more_once_they_asked_on_the_page(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        asks.carry_out(room.desk, 1, asks.Ask(key="k1"))
        assert room.load(1).replied_at == room.clock.now
        room.tick(minutes=5)
        assert set(room.states("sms") + room.states("email")) == {"cancelled"}

    def test_can_not_be_undone_any_more(self, room: Room):
        lead = room.lead()
        room.log(1, "noanswer")
        answer(room, "I am here")
        heard = room.load(1).replied_at
        with pytest.raises(Refused, match=r"undo\."):
            undoing.undo(room.desk, by=lead.owner)
        assert room.load(1).replied_at == heard

    def test_is_not_what_others_wait_for(self, room: Room):
        room.lead()
        other = room.lead(name="Dan", phone="054-234-5678", email="dan@example.com")
        room.log(other.id, "noanswer")
        answer(room, "hello")
        room.tick(minutes=5)
        assert len(room.outside.sms) == 1


class TestTheCardOfOneWhoAsked:
    SAID = "Asked not to be contacted by SMS and email."

    @pytest.fixture
    def english(self, tmp_path: Path, clock: FakeClock) -> Any:
        with a_desk(tmp_path, clock, team=TEAM.replace('locale = "he"', 'locale = "en"')) as room:
            yield room

    def test_says_so_to_its_owner(self, english: Room):
        lead = english.lead()
        english.deliver()
        assert self.SAID not in payload(english.outside.dms(lead.owner)[0])
        answer(english, "STOP")
        assert self.SAID in payload(english.outside.dms(lead.owner)[0])

    def test_does_not_ask_for_what_was_refused(self, english: Room):
        lead = english.lead(kind="cold")
        english.deliver()
        assert "No consent to SMS and email" in payload(english.outside.dms(lead.owner)[0])
        answer(english, "STOP")
        assert "No consent" not in payload(english.outside.dms(lead.owner)[0])

    def test_says_so_when_it_is_closed_too(self, english: Room):
        lead = english.lead()
        english.deliver()
        answer(english, "STOP")
        english.log(1, "lost")
        english.deliver()
        assert self.SAID in payload(english.outside.dms(lead.owner)[0])

    def test_does_not_say_so_in_the_channel(self, english: Room):
        english.lead()
        english.deliver()
        answer(english, "STOP")
        assert self.SAID not in payload(english.outside.channel()[0])
