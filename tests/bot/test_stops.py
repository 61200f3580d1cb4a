"""A request to stop is obeyed, and one to start again (contract: Consent)."""

from pathlib import Path
from typing import Any

import pytest

from bot import replies, undoing
from bot.optout_acts import opt_out
from bot.orders import SlackPost
from rules.acts import LogOutcome, OptOut
from rules.lead import Lead
from rules.refusals import Refused
from rules.words import Outcome
from storage.lead_rows import to_lead
from tests.bot.answering import DANAS, answer, form, last_dm, said_to_managers, wrote
from tests.desk import (
    DANA,
    TEAM,
    FakeClock,
    Room,
    a_desk,
)


class TestAnOptOut:
    def test_closes_sms_and_mail_and_is_written_down(self, room: Room):
        room.lead()
        answer(room, "הסר")
        assert room.load(1).opted_out == ("sms", "email")
        assert room.history(1)[-1] == "opted_out"

    def test_is_told_to_the_rep(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, team=TEAM.replace('locale = "he"', 'locale = "en"')) as room:
            lead = room.lead()
            answer(room, "Stop.")
            assert last_dm(room, lead.owner).text == (
                "*#1 Dana Cohen* asked not to get messages: SMS and email are closed. "
                "A call is still allowed."
            )

    @pytest.mark.parametrize("words", ["Don't call me", "אל תתקשרו אליי יותר"])
    def test_of_calls_closes_them_too_and_is_told_to_the_rep(
        self, tmp_path: Path, clock: FakeClock, words: str
    ):
        with a_desk(tmp_path, clock, team=TEAM.replace('locale = "he"', 'locale = "en"')) as room:
            lead = room.lead()
            answer(room, words)
            closed = room.load(1)
            assert closed.opted_out == ("sms", "email", "calls")
            assert not closed.working
            assert last_dm(room, lead.owner).text.startswith(
                "*#1 Dana Cohen* asked not to be contacted: SMS, email and calls are closed."
            )

    @pytest.mark.parametrize("words", ["הסירו אותי בבקשה", "remove me", "stop texting me"])
    def test_in_everyday_words_brings_nobody_back(self, room: Room, words: str):
        lead = room.lead()
        room.log(1, "lost")
        lost = room.load(1)
        answer(room, words)
        assert room.load(1).opted_out == ("sms", "email")
        assert (room.load(1).stage, room.load(1).owner) == (lost.stage, lead.owner)

    def test_of_many_leads_with_one_number_touches_each_once(self, room: Room):
        first = room.lead()
        for number in range(3):
            other = room.lead(phone=f"052-234-567{number}", email=f"d{number}@example.com")
            with room.desk.store.engine.begin() as raw:
                raw.exec_driver_sql(
                    f"UPDATE leads SET phone_e164 = '{first.phone_e164}' WHERE id = {other.id}"
                )
        answer(room, "STOP")
        found = [room.load(number) for number in range(1, 5)]
        assert {one.opted_out for one in found} == {("sms", "email")}
        assert [room.history(one.id).count("opted_out") for one in found] == [1] * 4
        asked = room.lead(phone="054-234-5678", email="d2@example.com")
        assert asked.opted_out == ("sms", "email")

    def test_of_many_leads_reads_each_but_a_few_times(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        for number in range(20):
            other = room.lead(phone=f"054-234-{number:04}", email="")
            with room.desk.store.engine.begin() as raw:
                raw.exec_driver_sql(
                    f"UPDATE leads SET phone_e164 = '{DANAS}' WHERE id = {other.id}"
                )
        read = []

        def reads(row: Any) -> Lead:
            read.append(row)
            return to_lead(row)

        monkeypatch.setattr("storage.leads.to_lead", reads)
        replies.receive(room.desk, form("STOP"))
        assert len(read) < 5 * 20

    def test_of_a_closed_lead_is_obeyed_and_told_to_a_manager(self, room: Room):
        room.lead()
        room.log(1, "lost")
        answer(room, "STOP")
        assert room.load(1).opted_out == ("sms", "email")
        assert said_to_managers(room) == [
            "*#1 Dana Cohen* asked not to get messages: SMS and email are closed."
        ]

    def test_closes_every_lead_that_has_the_same_address(self, room: Room):
        room.lead()
        other = room.lead(phone="052-234-5679", email="other@example.com")
        with room.desk.store.engine.begin() as raw:
            raw.exec_driver_sql(
                "UPDATE leads SET email = 'Dana@example.com', email_key = 'dana@example.com' "
                f"WHERE id = {other.id}"
            )
        answer(room, "STOP")
        assert room.load(other.id).opted_out == ("sms", "email")
        room.log(other.id, "invalid")
        room.tick(minutes=5)
        assert room.outside.mails == []

    def test_stops_the_messages_that_wait(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        assert (room.states("sms"), room.states("email")) == (["waiting"], ["waiting"])
        answer(room, "STOP")
        room.tick(minutes=5)
        assert (room.states("sms"), room.states("email")) == (["cancelled"], ["cancelled"])
        assert (room.outside.sms, room.outside.mails) == ([], [])

    @pytest.mark.parametrize("outcome", ["noanswer", "notnow", "invalid"])
    def test_lets_no_message_be_made_afterwards(self, room: Room, outcome: str):
        room.lead()
        answer(room, "STOP")
        done = room.log(1, outcome)
        room.tick(minutes=5)
        assert done.messages == ()
        assert room.rows("sms") == room.rows("email") == []

    def test_stays_when_the_person_leaves_details_again(self, room: Room):
        room.lead()
        answer(room, "STOP")
        again = room.receive(**(DANA | {"campaign": "spring", "consent": "sms,email"}))
        assert again.status == "merged"
        assert room.load(1).opted_out == ("sms", "email")

    def test_is_not_taken_back_by_an_undo_or_by_another_answer(self, room: Room):
        lead = room.lead()
        room.log(1, "noanswer")
        answer(room, "STOP")
        answer(room, "thank you", sid="SM2")
        with pytest.raises(Refused):
            undoing.undo(room.desk, by=lead.owner)
        assert room.load(1).opted_out == ("sms", "email")

    def test_asked_twice_is_told_twice_and_closed_once(self, room: Room):
        room.lead()
        answer(room, "STOP", sid="SM1")
        version = room.load(1).version
        answer(room, "STOP", sid="SM2")
        assert (room.load(1).version, room.load(1).opted_out) == (version, ("sms", "email"))
        assert room.history(1)[-2:] == ["opted_out", "replied"]
        assert len(room.rows("tell_reply")) == 2

    def test_may_be_one_of_the_words_that_the_provider_was_taught(self, room: Room):
        room.lead()
        answer(room, "basta", OptOutType="STOP")
        assert room.load(1).opted_out == ("sms", "email")

    def test_of_a_number_of_no_lead_holds_for_the_lead_that_brings_it(self, room: Room):
        answer(room, "STOP", sender=DANAS)
        lead = room.lead()
        assert set(lead.opted_out) == {"sms", "email"}
        assert room.log(1, "noanswer").messages == ()

    def test_is_not_told_in_the_thread(self, room: Room):
        room.lead()
        room.deliver()
        answer(room, "STOP")
        assert [one for one in room.outside.of(SlackPost) if one.thread] == []

    def test_still_lets_the_rep_call(self, room: Room):
        lead = room.lead()
        answer(room, "STOP")
        assert (room.load(1).next_what, room.load(1).next_at) == (lead.next_what, lead.next_at)
        assert room.log(1, "noanswer").act == LogOutcome(1, Outcome.NOANSWER)


class TestMessagesAgain:
    @pytest.mark.parametrize("word", ["START", "unstop", "Yes", "חדשו", "חזרו אליי"])
    def test_open_sms_for_who_stopped_them(self, room: Room, word: str):
        room.lead()
        answer(room, "STOP")
        answer(room, word, sid="SM2")
        assert room.load(1).opted_out == ("email",)
        assert room.history(1)[-2:] == ["opted_in", "replied"]
        assert "sms" in {one.kind for one in room.log(1, "noanswer").messages}

    def test_hold_for_the_number_and_not_only_for_the_lead(self, room: Room):
        answer(room, "STOP", sender=DANAS)
        answer(room, "START", sender=DANAS, sid="SM2")
        assert set(room.lead().opted_out) == {"email"}

    @pytest.mark.parametrize("word", ["yes", "START", "הצטרף"])
    def test_are_just_words_from_anybody_else(self, room: Room, word: str):
        before = room.lead()
        answer(room, word)
        assert room.load(1) == wrote(before, room)
        assert room.history(1)[-1] == "replied"
        assert word in last_dm(room, before.owner).text

    def test_reopen_nothing_else(self, room: Room):
        lead = room.lead()
        opt_out(room.desk, OptOut(1), by=lead.owner)
        answer(room, "START")
        assert room.load(1).opted_out == ("email", "calls")
