"""A customer's mail comes back: replies, opt-outs, automatic ones, bounces (L3.3)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import intake, letters
from bot.desk import Desk
from bot.mime import MOST_BYTES
from bot.present import Present
from bot.roster import load_team
from bot.views.blocks import ActionId, Message
from rules.money import Money
from rules.refusals import Refused
from rules.words import Stage, Step
from storage import inbox, leads, messages, optouts
from storage.messages import Message as Sent
from storage.store import Store
from tests.bot import raw_mails as mails
from tests.bot.raw_mails import DANA, OURS, dsn, plain
from tests.databases import just_before
from tests.desk import BOOK, MIRI, TEAM, FakeClock, Room, a_desk, payload, settings_for
from tests.storage.making import at_once

STRANGER = "who@example.org"


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    """A desk whose whole team reads English."""
    with a_desk(tmp_path, clock, team=TEAM.replace('locale = "he"', 'locale = "en"')) as made:
        yield made


def comes(room: Room, raw: bytes) -> bool:
    """Let a mail come in, and what follows leave."""
    ours = letters.receive(room.desk, raw)
    room.deliver()
    return ours


def mailed(room: Room, lead_id: int = 1) -> None:
    """Write down that a mail went to a lead, under the id that the raw mails answer."""
    with room.desk.store.unit() as unit:
        messages.add(
            unit,
            lead_id=lead_id,
            outbox_id=7000 + lead_id,
            channel="email",
            layer="mail_first",
            address=room.load(lead_id).email.lower(),
            ref=OURS,
            state=messages.SENT,
            at=room.clock.now,
        )
        unit.commit()


def sent(room: Room) -> Sent:
    with room.desk.store.view() as view:
        [found] = messages.of_lead(view, 1)
    return found


def kept(room: Room) -> list[Any]:
    with room.desk.store.view() as view:
        rows = view.connection.exec_driver_sql(
            "SELECT once_key, body, state, lead_id FROM intake WHERE source = 'mail:inbound'"
        )
        return list(rows)


def last_dm(room: Room, slack_id: str) -> Message:
    return room.outside.dms(slack_id)[-1]


def buttons(message: Message) -> list[str]:
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [one["action_id"] for row in rows for one in row]


def told_to_managers(room: Room) -> list[str]:
    return [one.text for one in room.outside.dms(MIRI)]


def is_closed(room: Room, address: str) -> bool:
    with room.desk.store.view() as view:
        return optouts.has(view, address, channel="email")


class TestAnAnswer:
    def test_reaches_the_rep_at_once_with_the_next_step(self, room: Room):
        lead = room.lead()
        room.deliver()
        assert comes(room, mails.OUTLOOK)
        told = last_dm(room, lead.owner)
        assert told.text == "*#1 Dana Cohen* answered by mail: “Yes, Sunday is fine. Dana”"
        assert {ActionId.NOANSWER, ActionId.TALKED, ActionId.SOLD} <= set(buttons(told))

    def test_reads_in_hebrew(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, team=TEAM.replace('locale = "en"', 'locale = "he"')) as room:
            lead = room.lead(name="דנה כהן")
            comes(room, mails.gmail("utf-8"))
            assert last_dm(room, lead.owner).text.startswith(
                "*#1 דנה כהן*, תשובה במייל: ״כן, אפשר מחר בארבע״"
            )

    def test_stands_in_the_history_without_what_it_quotes(self, room: Room):
        lead = room.lead()
        room.deliver()
        comes(room, mails.APPLE)
        assert room.history(1)[-1] == "replied_mail"
        card = payload(room.outside.dms(lead.owner)[0])
        assert "answered by mail: “Call me after five”" in card
        assert "We tried to call you" not in card

    def test_stands_in_the_leads_thread_without_details(self, room: Room):
        room.lead()
        room.deliver()
        comes(room, plain("I am at 054-765-4321 or dana@work.example"))
        [posted] = [one for one in room.outside.channel() if "answered by mail" in one.text]
        assert "I am at" in posted.text
        assert "765" not in posted.text
        assert "dana@work" not in posted.text

    def test_is_cut_where_it_is_long(self, room: Room):
        lead = room.lead()
        comes(room, plain("long " * 10_000))
        assert 1000 < len(last_dm(room, lead.owner).text) < 2000

    def test_without_words_is_told_by_its_subject(self, room: Room):
        lead = room.lead()
        comes(room, plain("", subject="Call me"))
        assert "“Call me”" in last_dm(room, lead.owner).text
        comes(room, plain("", subject="", key="<r2@x>"))
        assert "“…”" in last_dm(room, lead.owner).text

    def test_is_kept_as_it_came(self, room: Room):
        room.lead()
        comes(room, mails.HTML_ONLY)
        assert kept(room) == [("<r1@mail.example.com>", mails.HTML_ONLY, "answer", 1)]

    def test_is_never_taken_for_a_lead_that_was_left_behind(self, room: Room):
        room.lead()
        comes(room, mails.OUTLOOK)
        with room.desk.store.view() as view:
            later = room.clock.now + timedelta(days=1)
            assert inbox.unsettled(view, before=later, most=9) == []

    @pytest.mark.parametrize("text", ["<!channel> *x*", "<https://evil.example|a>", "&lt;@U1&gt;"])
    def test_is_nothing_that_slack_would_obey(self, room: Room, text: str):
        """What leaves is checked by the desk of these tests."""
        lead = room.lead()
        comes(room, plain(text))
        assert text not in payload(last_dm(room, lead.owner))

    def test_calls_messages_back_that_wait(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        assert (room.states("sms"), room.states("email")) == (["waiting"], ["waiting"])
        comes(room, mails.OUTLOOK)
        assert (room.states("sms"), room.states("email")) == (["cancelled"], ["cancelled"])
        assert room.outside.mails == []


class TestTheSameMail:
    def test_counts_once(self, room: Room):
        lead = room.lead()
        room.deliver()
        before = len(room.outside.dms(lead.owner))
        assert [comes(room, mails.OUTLOOK) for _ in range(3)] == [True, True, True]
        assert len(kept(room)) == 1
        assert room.history(1).count("replied_mail") == 1
        assert len(room.outside.dms(lead.owner)) == before + 1

    def test_without_an_id_counts_once_by_its_bytes(self, room: Room):
        room.lead()
        for text in ("one", "one", "two"):
            comes(room, plain(text, key=""))
        assert room.history(1).count("replied_mail") == 2

    def test_from_many_at_once_counts_once_on_each_database(self, store: Store, tmp_path: Path):
        desk = Desk(store, settings_for(tmp_path / "unused.db"), Present(BOOK), FakeClock())
        load_team(desk, TEAM.encode())
        lead = {"name": "Dana", "phone": "052-234-5678", "email": DANA}
        body = json.dumps(lead).encode()
        intake.receive(desk, "website", body, content_type="application/json")
        raws = [plain("hi", key=key) for key in ("<a@x>", "<b@x>", "<a@x>", "<b@x>")]
        acts = [lambda raw=raw: letters.receive(desk, raw) for raw in (*raws, mails.POSTFIX)]
        assert at_once(acts) == []
        with store.view() as view:
            lines = [line.what for line in leads.lines(view, 1)]
        assert (lines.count("replied_mail"), lines.count("mail_bounced")) == (2, 1)

    def test_is_forgotten_where_the_database_failed(self, room: Room):
        room.lead()

        def fail() -> None:
            raise Refused("desk.busy")

        engine = room.desk.store.engine
        with just_before(engine, "INSERT INTO history", fail), pytest.raises(Refused):
            letters.receive(room.desk, mails.OUTLOOK)
        assert kept(room) == []
        assert comes(room, mails.OUTLOOK)
        assert room.history(1)[-1] == "replied_mail"

    def test_counts_by_its_first_megabyte(self, room: Room):
        lead = room.lead()
        comes(room, plain("big news\r\n--\r\n") + b"x" * 2 * MOST_BYTES)
        assert len(kept(room)[0].body) == MOST_BYTES
        assert "big news" in last_dm(room, lead.owner).text


class TestTheLead:
    def test_is_the_one_that_was_written_to(self, room: Room):
        room.lead()
        mailed(room)
        room.lead(name="Avi", phone="054-234-5678", email="avi@example.com")
        comes(room, plain("from my office", sender="avi@example.com"))
        assert room.history(1)[-1] == "replied_mail"
        assert room.history(2) == ["created", "assigned"]
        assert "avi@example.com" in last_dm(room, room.load(1).owner).text

    def test_is_else_the_newest_with_the_address(self, room: Room):
        room.lead()
        room.lead(name="Dan", phone="054-234-5678", email="dan@example.com")
        with room.desk.store.engine.begin() as raw:
            raw.exec_driver_sql(f"UPDATE leads SET email_key = '{DANA}'")
        comes(room, plain("hi", sender="DANA@Example.com"))
        assert room.history(2)[-1] == "replied_mail"
        assert room.history(1) == ["created", "assigned"]

    @pytest.mark.parametrize("outcome", ["lost", "exhausted"])
    def test_comes_back_to_its_rep_as_fresh(self, room: Room, outcome: str):
        lead = room.lead()
        if outcome == "lost":
            room.log(1, "lost")
        else:
            with room.desk.store.engine.begin() as raw:
                raw.exec_driver_sql("UPDATE leads SET next_what = 'mailing_list', working = 0")
        room.deliver()
        comes(room, plain("I changed my mind"))
        back = room.load(1)
        assert (back.stage, back.next_what, back.owner) == (Stage.LEAD, Step.CALL, lead.owner)
        assert "returned" in room.history(1)
        assert "I changed my mind" in "".join(one.text for one in room.outside.dms(lead.owner))
        assert told_to_managers(room) == []

    def test_that_bought_stays_sold_and_its_rep_is_told(self, room: Room):
        lead = room.lead()
        room.log(1, "sold", amount=Money(129_000, "ILS"))
        comes(room, plain("thank you"))
        assert room.load(1).stage is Stage.WON
        assert "thank you" in last_dm(room, lead.owner).text


class TestAMailOfNobodyWeKnow:
    def test_is_told_to_the_managers_once_and_makes_no_lead(self, room: Room):
        raw = plain("Do you sell vans?", sender=f"Who <{STRANGER}>", answers="")
        assert [comes(room, raw) for _ in range(2)] == [False, False]
        assert told_to_managers(room) == [
            f"A mail from {STRANGER}, no lead's address: “Do you sell vans?”"
        ]
        assert kept(room)[0].lead_id is None

    @pytest.mark.parametrize(
        "raw",
        [
            plain("Sale", sender=STRANGER, answers="", List_Id="<news.example.org>"),
            plain("I am away", sender=STRANGER, Auto_Submitted="auto-replied"),
            dsn("Final-Recipient: rfc822; x@example.org\r\nAction: failed\r\nStatus: 5.1.1"),
        ],
        ids=["newsletter", "out of office", "bounce"],
    )
    def test_is_told_to_nobody_where_a_machine_wrote_it(self, room: Room, raw: bytes):
        assert not comes(room, raw)
        assert room.rows() == []

    def test_may_be_a_copy_of_our_own(self, room: Room):
        room.lead()
        room.deliver()
        raw = plain("We tried to call you", sender="Good Cars <Sales@example.com>")
        assert not comes(room, raw)
        assert kept(room) == []


class TestAskingForNoMore:
    def test_closes_mail_and_tells_the_rep(self, room: Room):
        lead = room.lead()
        room.deliver()
        assert comes(room, plain("Unsubscribe\r\n-- \r\nDana"))
        assert room.load(1).opted_out == ("email",)
        assert room.history(1)[-1] == "opted_out"
        told = last_dm(room, lead.owner).text
        assert told.startswith("🔕 *#1 Dana Cohen* asked by mail for no more email.")
        assert is_closed(room, DANA)

    def test_may_be_the_subject_in_hebrew(self, room: Room):
        room.lead()
        comes(room, plain("", subject="=?utf-8?B?15TXodeo?="))
        assert room.load(1).opted_out == ("email",)

    def test_closes_the_address_we_wrote_to_and_the_one_it_came_from(self, room: Room):
        room.lead()
        mailed(room)
        comes(room, plain("הסר", sender="Dana@Work.example"))
        assert room.load(1).opted_out == ("email",)
        assert is_closed(room, DANA)
        assert is_closed(room, "dana@work.example")

    def test_holds_for_a_lead_that_comes_later(self, room: Room):
        assert not comes(room, plain("STOP", answers=""))
        assert room.lead().opted_out == ("email",)

    def test_again_is_written_down(self, room: Room):
        room.lead()
        comes(room, plain("STOP"))
        comes(room, plain("STOP", key="<r2@x>"))
        assert room.history(1)[-1] == "replied_mail"

    def test_may_be_of_calls_too(self, room: Room):
        room.lead()
        comes(room, plain("Please don't call me again"))
        assert room.load(1).opted_out == ("sms", "email", "calls")

    def test_is_left_to_the_rep_where_it_is_not_sure(self, room: Room):
        lead = room.lead()
        room.log(1, "lost")
        comes(room, plain("How do I unsubscribe from that other list?"))
        assert (room.load(1).stage, room.load(1).opted_out) == (Stage.LOST, ())
        assert "How do I unsubscribe" in room.outside.dms(lead.owner)[-1].text

    def test_stops_the_mail_that_waits(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        comes(room, plain("STOP"))
        room.tick(minutes=5)
        assert room.outside.mails == []
        assert len(room.outside.sms) == 1


class TestAnAutomaticAnswer:
    @pytest.mark.parametrize("raw", [mails.AWAY_GMAIL, mails.AWAY_EXCHANGE])
    def test_is_a_line_of_history_and_nothing_else(self, room: Room, raw: bytes):
        lead = room.lead()
        room.log(1, "lost")
        room.deliver()
        before = len(room.outside.dms(lead.owner))
        assert comes(room, raw)
        assert room.history(1)[-1] == "auto_replied"
        assert room.load(1).stage is Stage.LOST
        assert len(room.outside.dms(lead.owner)) == before
        assert told_to_managers(room) == []

    def test_asks_for_nothing(self, room: Room):
        room.lead()
        comes(room, plain("STOP", Auto_Submitted="auto-replied"))
        assert room.load(1).opted_out == ()


class TestABounce:
    @pytest.mark.parametrize(
        ("raw", "code"),
        [(mails.POSTFIX, "5.1.1"), (mails.EXCHANGE, "5.1.10"), (mails.QMAIL, "550")],
        ids=["postfix", "exchange", "qmail"],
    )
    def test_of_a_dead_address_ends_mail_to_it(self, room: Room, raw: bytes, code: str):
        room.lead()
        mailed(room)
        assert comes(room, raw)
        assert not room.load(1).email_ok
        assert room.history(1)[-1] == "mail_bounced"
        assert (sent(room).state, sent(room).code) == ("failed", code)

    def test_without_our_id_is_known_by_its_address(self, room: Room):
        room.lead()
        comes(
            room,
            dsn(
                f"Final-Recipient: rfc822; {DANA}\r\nAction: failed\r\nStatus: 5.1.1",
                original="X: y",
            ),
        )
        assert not room.load(1).email_ok

    @pytest.mark.parametrize(
        ("raw", "what", "state"),
        [(mails.FULL, "mail_refused", "failed"), (mails.LATE, "mail_delayed", "sent")],
        ids=["full", "late"],
    )
    def test_for_another_reason_is_only_written_down(
        self, room: Room, raw: bytes, what: str, state: str
    ):
        room.lead()
        mailed(room)
        assert comes(room, raw)
        assert room.load(1).email_ok
        assert room.history(1)[-1] == what
        assert sent(room).state == state

    def test_of_an_earlier_address_leaves_the_new_one_open(self, room: Room):
        room.lead()
        mailed(room)
        with room.desk.store.engine.begin() as raw:
            raw.exec_driver_sql("UPDATE leads SET email = 'new@x.com', email_key = 'new@x.com'")
        comes(room, mails.POSTFIX)
        assert room.load(1).email_ok
        assert room.history(1)[-1] == "mail_refused"

    def test_reads_well_on_the_card(self, room: Room):
        lead = room.lead()
        room.deliver()
        mailed(room)
        comes(room, mails.LATE)
        card = payload(room.outside.dms(lead.owner)[0])
        assert "mail not delivered yet, the server goes on trying (4.4.1)" in card

    def test_tells_nobody(self, room: Room):
        lead = room.lead()
        room.deliver()
        before = len(room.outside.dms(lead.owner))
        comes(room, mails.POSTFIX)
        assert len(room.outside.dms(lead.owner)) == before
        assert told_to_managers(room) == []


class TestAMailThatIsNone:
    @pytest.mark.parametrize("raw", [b"", b"\0" * 100, b"\xff\xfe" * 100, b"From: \xd7\n\n\xff"])
    def test_breaks_nothing(self, room: Room, raw: bytes):
        room.lead()
        assert not comes(room, raw)
        assert room.history(1) == ["created", "assigned"]
