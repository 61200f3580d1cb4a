"""A customer's SMS comes back (L2.3), and an opt-out is obeyed (contract: Consent)."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot import asks, assign, calls, intake, replies
from bot.bodies import Unreadable
from bot.desk import Desk
from bot.optout_acts import opt_out
from bot.orders import SlackPost
from bot.present import Present
from bot.roster import load_team
from bot.texts import FSI, MARKS, PDI
from bot.views.blocks import ActionId, Message
from rules.acts import LogOutcome, OptOut
from rules.lead import Lead
from rules.money import Money
from rules.outcomes import on_mailing_list
from rules.refusals import Refused
from rules.words import Importance, Outcome, Queue, Stage, Step
from storage import inbox, leads, outbox
from storage.store import Store
from tests.databases import just_before
from tests.desk import (
    BOOK,
    DANA,
    MIRI,
    NOA,
    TEAM,
    FakeClock,
    Room,
    a_desk,
    payload,
    settings_for,
)
from tests.storage.making import at_once

DANAS = "+972522345678"
STRANGER = "+972549999999"
DAY = timedelta(days=1)


def form(text: str = "call me", *, sid: str = "SM1", sender: str = DANAS, **more: str) -> bytes:
    fields = {"MessageSid": sid, "From": sender, "To": "+972533333333", "Body": text}
    return urlencode(fields | more).encode()


def answer(room: Room, text: str = "call me", **values: str) -> None:
    """Let a customer's SMS come in, and what follows leave."""
    replies.receive(room.desk, form(text, **values))
    room.deliver()


def wrote(lead: Lead, room: Room) -> Lead:
    """Give a lead as it is once its person wrote, and nothing else happened."""
    at = room.load(lead.id).replied_at
    assert at
    return replace(lead, replied_at=at, version=lead.version + 1)


def last_dm(room: Room, slack_id: str) -> Message:
    return room.outside.dms(slack_id)[-1]


def buttons(message: Message) -> list[str]:
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [one["action_id"] for row in rows for one in row]


def kept(room: Room) -> list[Any]:
    with room.desk.store.view() as view:
        rows = view.connection.exec_driver_sql(
            "SELECT source, once_key, body, state, lead_id FROM intake WHERE source = 'sms:inbound'"
        )
        return list(rows)


def said_to_managers(room: Room) -> list[str]:
    return [one.text for one in room.outside.dms(MIRI)]


class TestAnAnswer:
    def test_reaches_the_rep_at_once(self, room: Room):
        lead = room.lead()
        room.deliver()
        before = len(room.outside.dms(lead.owner))
        answer(room, "call me at four")
        assert len(room.outside.dms(lead.owner)) == before + 1
        told = last_dm(room, lead.owner)
        assert "#1 Dana Cohen" in told.text
        assert "call me at four" in told.text
        assert "052-234-5678" in told.text

    def test_leads_to_the_next_step_in_one_press(self, room: Room):
        lead = room.lead()
        answer(room)
        assert buttons(last_dm(room, lead.owner))[:4] == [
            ActionId.TEXT,
            ActionId.NOANSWER,
            ActionId.TALKED,
            ActionId.SOLD,
        ]

    def test_reads_in_english_as_people_say_it(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, team=TEAM.replace('locale = "he"', 'locale = "en"')) as room:
            lead = room.lead()
            answer(room, "after five")
            assert last_dm(room, lead.owner).text == (
                "*#1 Dana Cohen* answered by SMS: “after five”\n052-234-5678"
            )

    def test_reads_in_hebrew_with_what_is_latin_isolated(self, room: Room):
        room.lead()
        assign_to_noa(room)
        answer(room, "after five")
        assert last_dm(room, NOA).text == (
            f"*{MARKS['he']}#1 {FSI}Dana Cohen{PDI}*, תשובה ב־SMS: ״{FSI}after five{PDI}״\n"
            f"{FSI}052-234-5678{PDI}"
        )

    def test_stands_in_the_history_that_the_owners_card_shows(self, room: Room):
        lead = room.lead()
        room.deliver()
        answer(room, "call me at four")
        assert room.history(1)[-1] == "replied"
        assert "call me at four" in payload(room.outside.dms(lead.owner)[0])

    def test_stands_in_the_thread_of_the_leads_post(self, room: Room):
        room.lead()
        room.deliver()
        card = next(ts for place, ts in room.outside.messages if place == "leads")
        answer(room, "call me at four")
        [post] = [one for one in room.outside.of(SlackPost) if one.thread]
        assert (post.to, post.thread) == ("leads", card)
        assert post.message.text == "*#1 Dana Cohen* answered by SMS: “call me at four”"
        assert buttons(post.message) == []

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("call 052-234-5678", "call 052-•••-••78"),
            ("+972 52 2345678 please", "+972 •• •••••78 please"),
            ("write to dana.cohen@example.com", "write to d•••@example.com"),
            ("at 16:30, flat 12, 1,290", "at 16:30, flat 12, 1,290"),
        ],
    )
    def test_shows_no_number_and_no_address_in_the_thread(self, room: Room, text: str, shown: str):
        lead = room.lead()
        room.deliver()
        answer(room, text)
        [post] = [one for one in room.outside.of(SlackPost) if one.thread]
        assert f"“{shown}”" in post.message.text
        assert text in last_dm(room, lead.owner).text

    def test_is_told_to_the_rep_where_no_post_stands(self, room: Room):
        lead = room.lead()
        answer(room, "hello")
        assert "hello" in last_dm(room, lead.owner).text

    def test_is_kept_as_it_came(self, room: Room):
        room.lead()
        answer(room, "call me")
        assert kept(room) == [("sms:inbound", "SM1", form("call me"), "answer", 1)]

    def test_is_never_taken_for_a_lead_that_was_left_behind(self, room: Room):
        room.lead()
        answer(room)
        room.clock.forward(DAY)
        with room.desk.store.view() as view:
            assert inbox.unsettled(view, before=room.clock.now, most=9) == []

    def test_leaves_the_lead_itself_as_it_was(self, room: Room):
        before = room.lead()
        answer(room)
        assert room.load(1) == wrote(before, room)

    @pytest.mark.parametrize("text", ["<!channel> *x*", "<https://evil.example|a>", "&lt;@U1&gt;"])
    def test_is_nothing_that_slack_would_obey(self, room: Room, text: str):
        """What leaves is checked by the desk of these tests."""
        lead = room.lead()
        answer(room, text)
        assert text not in payload(last_dm(room, lead.owner))

    @pytest.mark.parametrize("text", ["<" * 1600, "א" * 1600, "x" * 20000])
    def test_may_be_long(self, room: Room, text: str):
        lead = room.lead()
        answer(room, text)
        assert buttons(last_dm(room, lead.owner))
        with room.desk.store.view() as view:
            assert len(leads.lines(view, 1)[0].data["text"]) == replies.LONGEST

    def test_without_words_is_told_too(self, room: Room):
        lead = room.lead()
        answer(room, "", NumMedia="1")
        assert "…" in last_dm(room, lead.owner).text


class TestTheSameMessage:
    def test_counts_once(self, room: Room):
        lead = room.lead()
        for _ in range(3):
            answer(room)
        assert len(kept(room)) == 1
        assert room.history(1).count("replied") == 1
        assert len(room.rows("tell_reply")) == 1
        assert sum("call me" in one.text for one in room.outside.dms(lead.owner)) == 1

    def test_with_an_id_of_its_own_is_another(self, room: Room):
        room.lead()
        answer(room, "yes", sid="SM1")
        answer(room, "yes", sid="SM2")
        assert room.history(1).count("replied") == 2
        assert len(room.rows("tell_reply")) == 2

    def test_from_many_at_once_counts_once_on_each_database(self, store: Store, tmp_path: Path):
        settings = settings_for(tmp_path / "unused.db")
        desk = Desk(store, settings, Present(BOOK), FakeClock())
        load_team(desk, TEAM.encode())
        body = json.dumps(DANA).encode()
        intake.receive(desk, "website", body, content_type="application/json")
        acts = [lambda sid=sid: replies.receive(desk, form("STOP", sid=sid)) for sid in "aabbab"]
        assert at_once(acts) == []
        with store.view() as view:
            lines = [line.what for line in leads.lines(view, 1)]
            lead = leads.load(view, 1)
        assert (lines.count("opted_out"), lines.count("replied")) == (1, 1)
        assert lead is not None
        assert lead.opted_out == ("sms", "email")


class TestAFormThatIsNoMessage:
    @pytest.mark.parametrize(
        "body",
        [b"", b"x", form(sid=""), form(sender=" "), form(sid="\0"), b"&".join([b"a=1"] * 400)],
    )
    def test_is_refused_and_not_kept(self, room: Room, body: bytes):
        with pytest.raises(Unreadable):
            replies.receive(room.desk, body)
        assert kept(room) == []


class TestABusyDatabase:
    def test_keeps_nothing_of_a_message(self, room: Room):
        room.lead()
        engine = room.desk.store.engine

        def fail() -> None:
            raise Refused("desk.busy")

        with just_before(engine, "INSERT INTO history", fail), pytest.raises(Refused):
            replies.receive(room.desk, form())
        assert (kept(room), room.history(1)) == ([], ["created", "assigned"])
        answer(room)
        assert room.history(1)[-1] == "replied"


def assign_to_noa(room: Room) -> None:
    if room.load(1).owner != NOA:
        assign.assign_lead(room.desk, 1, to=NOA, by=MIRI)
    room.deliver()


def two_leads_of_one_number(room: Room) -> None:
    """Make a second lead of Dana's number, as a corrected number does."""
    room.lead()
    room.lead(name="Dan Levi", phone="054-234-5678", email="dan@example.com")
    with room.desk.store.engine.begin() as raw:
        raw.exec_driver_sql(f"UPDATE leads SET phone_e164 = '{DANAS}'")
    room.deliver()


class TestANumberOfMoreThanOneLead:
    def test_is_told_to_each_of_their_reps(self, room: Room):
        two_leads_of_one_number(room)
        owners = {room.load(1).owner, room.load(2).owner}
        assert len(owners) == 2
        answer(room, "at four")
        assert all("at four" in last_dm(room, one).text for one in owners)
        assert [room.history(one)[-1] for one in (1, 2)] == ["replied", "replied"]
        assert said_to_managers(room) == []

    def test_is_kept_with_the_newest(self, room: Room):
        two_leads_of_one_number(room)
        answer(room)
        assert kept(room)[0].lead_id == 2

    def test_closes_messages_to_all_of_them(self, room: Room):
        two_leads_of_one_number(room)
        room.log(1, "lost")
        answer(room, "STOP")
        assert [room.load(one).opted_out for one in (1, 2)] == [("sms", "email")] * 2
        assert said_to_managers(room) == []


class TestAnAnswerThatNoRepIsToldOf:
    def test_from_a_number_of_no_lead_is_kept_and_told_to_a_manager(self, room: Room):
        room.lead()
        answer(room, "who is this", sender=STRANGER)
        assert said_to_managers(room) == [
            "An SMS from 054-999-9999, no lead's number: “who is this”"
        ]
        assert (kept(room)[0].state, kept(room)[0].lead_id) == ("answer", None)
        assert room.history(1) == ["created", "assigned"]

    def test_is_told_once_for_each_message(self, room: Room):
        for sid in ("SM1", "SM2", "SM2"):
            answer(room, "hello", sender=STRANGER, sid=sid)
        assert len(said_to_managers(room)) == 2

    @pytest.mark.parametrize("sender", ["Cellcom", "12345", "+1", "whatsapp"])
    def test_may_come_from_what_is_no_number(self, room: Room, sender: str):
        room.receive(name="Nameless", email="a@example.com")
        answer(room, "hello", sender=sender)
        assert sender in said_to_managers(room)[0]
        assert room.history(1) == ["created", "assigned"]

    def test_of_a_lead_that_waits_for_an_owner_can_be_assigned(
        self, tmp_path: Path, clock: FakeClock
    ):
        team = f'[[rep]]\nslack_id = "{MIRI}"\nname = "Miri"\nrole = "manager"\n'
        with a_desk(tmp_path, clock, team=team) as room:
            room.lead()
            answer(room, "hello")
            assert "nobody works" in said_to_managers(room)[-1]
            assert buttons(last_dm(room, MIRI)) == [ActionId.ASSIGN]

    def test_of_a_lead_whose_rep_has_left_is_told_to_a_manager(self, room: Room):
        lead = room.lead()
        room.deliver()
        with room.desk.store.engine.begin() as raw:
            raw.exec_driver_sql(f"UPDATE reps SET state = 'paused' WHERE slack_id = '{lead.owner}'")
        answer(room, "hello")
        assert "nobody works" in said_to_managers(room)[-1]
        assert "hello" not in last_dm(room, lead.owner).text

    def test_goes_to_nobody_who_lost_the_lead_on_the_way(self, room: Room):
        lead = room.lead()
        room.deliver()
        replies.receive(room.desk, form("my secret"))
        other = room.other(lead)
        assign.assign_lead(room.desk, 1, to=other, by=MIRI)
        room.deliver()
        assert all("my secret" not in payload(one) for one in room.outside.dms(lead.owner))
        assert "my secret" in payload(last_dm(room, other))

    def test_goes_to_no_rep_who_left_while_it_waited(self, room: Room):
        lead = room.lead()
        room.deliver()
        replies.receive(room.desk, form("my secret"))
        with room.desk.store.engine.begin() as raw:
            raw.exec_driver_sql(f"UPDATE reps SET state = 'paused' WHERE slack_id = '{lead.owner}'")
        room.deliver()
        assert all("my secret" not in payload(one) for one in room.outside.dms(lead.owner))


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
                "A call is still allowed.\n052-234-5678"
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
        read, to_lead = [], leads.to_lead

        def reads(row: Any) -> Lead:
            read.append(row)
            return to_lead(row)

        monkeypatch.setattr(leads, "to_lead", reads)
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
            calls.undo(room.desk, by=lead.owner)
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
            calls.undo(room.desk, by=lead.owner)
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
