"""A customer's SMS comes back (L2.3)."""

import json
from pathlib import Path

import pytest

from bot import assign, intake, replies
from bot.bodies import Unreadable
from bot.desk import Desk
from bot.orders import SlackPost
from bot.present import Present
from bot.roster import load_team
from bot.texts import FSI, MARKS, PDI
from bot.views.blocks import ActionId
from rules.refusals import Refused
from storage import inbox, leads
from storage.store import Store
from tests.bot.answering import (
    DAY,
    STRANGER,
    answer,
    assign_to_noa,
    buttons,
    form,
    kept,
    last_dm,
    said_to_managers,
    two_leads_of_one_number,
    wrote,
)
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

    def test_leaves_no_number_and_address_that_would_stay_when_the_lead_is_anothers(
        self, room: Room
    ):
        lead = room.lead()
        answer(room, "call me at four")
        room.lead(note="once more")
        room.deliver()
        told = [payload(one) for one in room.outside.dms(lead.owner)[1:]]
        assert len(told) == 2
        assert [one for one in told if "5678" in one or "dana@example.com" in one] == []

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
            said = last_dm(room, lead.owner).text
            assert said == "*#1 Dana Cohen* answered by SMS: “after five”"

    def test_reads_in_hebrew_with_what_is_latin_isolated(self, room: Room):
        room.lead()
        assign_to_noa(room)
        answer(room, "after five")
        assert last_dm(room, NOA).text == (
            f"*{MARKS['he']}#1 {FSI}Dana Cohen{PDI}*, תשובה ב־SMS: ״{FSI}after five{PDI}״"
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
        room.deliver()
        for _ in range(3):
            answer(room)
        assert len(kept(room)) == 1
        assert room.history(1).count("replied") == 1
        assert len(room.rows("tell_reply")) == 1
        told = [one.message.text for one in room.outside.of(SlackPost) if one.to == lead.owner]
        assert sum("call me" in one for one in told) == 1

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
