"""Threads of leads: what happened stands there, what people write there is kept (C4)."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot import assign, leads, leavers, threads, undoing
from bot.delivery import FLOOD, Courier
from bot.handed import CARDS
from bot.optout_acts import opt_out
from bot.orders import DeliveryFailed, Order, SlackPost
from rules.acts import OptOut
from rules.money import Money
from rules.refusals import Refused
from rules.words import Importance
from storage import leads as stored_leads
from tests.desk import AVI, DANA, MIRI, NOA, FakeClock, Room, a_desk, payload


def posted(room: Room) -> list[SlackPost]:
    """Give what was put in threads, oldest first."""
    return [one for one in room.outside.of(SlackPost) if one.thread]


def told(room: Room) -> list[str]:
    """Give the lines that were told in threads, without their moments and the lead's name."""
    return [
        line.partition(" · ")[2]
        for one in posted(room)
        for line in one.message.text.splitlines()[1:]
    ]


def a_lead(room: Room) -> None:
    room.lead()
    room.deliver()


def wait(room: Room) -> None:
    """Let the time pass in which an act is taken back at one press."""
    room.deliver()
    room.tick(minutes=1)


def noted(room: Room, lead_id: int = 1) -> list[dict[str, object]]:
    with room.desk.store.view() as view:
        lines = stored_leads.lines(view, lead_id)
    return [line.data for line in lines if line.what == "note"]


class TestWhatHappens:
    def test_stands_in_the_thread_of_the_channels_post(self, room: Room):
        a_lead(room)
        room.log(1, "noanswer", by=AVI if room.load(1).owner == AVI else NOA)
        wait(room)
        [one] = posted(room)
        card = next(post for post in room.outside.of(SlackPost) if post.to == "leads")
        assert one.to == "leads"
        assert room.outside.messages[one.to, one.thread].text.startswith(card.message.text[:10])
        assert one.message.text.startswith("*#1 Dana Cohen*\n<!date^")
        assert "No answer" in one.message.text

    def test_names_people_without_calling_them(self, room: Room):
        a_lead(room)
        lead = room.load(1)
        room.log(1, "noanswer")
        assign.assign_lead(room.desk, 1, to=room.other(lead), by=MIRI)
        wait(room)
        [one] = posted(room)
        assert "<@" not in payload(one.message)
        assert told(room)[1].endswith(" · Miri")
        assert "handed to" in told(room)[1]
        assert "Avi" in one.message.text
        assert "נועה" in one.message.text

    def test_is_said_once_in_one_message_for_all_since(self, room: Room):
        a_lead(room)
        room.log(1, "noanswer")
        room.clock.forward(seconds=15)
        room.log(1, "busy")
        wait(room)
        assert len(posted(room)) == 1
        assert [line.split(" · ")[0] for line in told(room)] == ["No answer", "Busy"]
        room.log(1, "voicemail")
        wait(room)
        wait(room)
        assert len(posted(room)) == 2
        assert told(room)[2].startswith("Voicemail")

    def test_is_said_of_every_act_that_changes_the_lead(self, room: Room):
        a_lead(room)
        due = room.clock.now + timedelta(hours=1)
        room.log(1, "followup", when=due, importance=Importance.HIGH, talk_seconds=240)
        wait(room)
        room.log(1, "sold", amount=Money(129000, "ILS"))
        wait(room)
        agreed, sold = told(room)
        assert agreed.startswith("Follow-up agreed, Sunday 15 November 11:00, talked 4 min")
        assert sold.startswith("Sold, ₪1,290")

    def test_is_not_every_line_of_history(self, room: Room):
        a_lead(room)
        room.log(1, "noanswer")
        leads.add_note(room.desk, 1, "has a dog", by=MIRI)
        wait(room)
        assert len(told(room)) == 1
        leads.add_note(room.desk, 1, "and a cat", by=MIRI)
        wait(room)
        assert len(posted(room)) == 1

    def test_that_was_taken_back_in_time_is_not_said(self, room: Room):
        a_lead(room)
        room.log(1, "lost")
        room.deliver()
        room.clock.forward(seconds=10)
        undoing.undo(room.desk, by=room.load(1).owner)
        wait(room)
        assert posted(room) == []

    def test_that_was_taken_back_later_is_said_so(self, room: Room):
        a_lead(room)
        room.log(1, "lost")
        wait(room)
        undoing.undo(room.desk, by=room.load(1).owner)
        wait(room)
        assert [line.split(" · ")[0] for line in told(room)] == ["Lost", "taken back: Lost"]

    def test_of_a_lead_without_a_post_is_not_said(self, room: Room):
        room.lead()
        for one in room.rows("post_card"):
            assert one["state"] == "waiting"
        room.outside.trouble = _refuse_the_channel
        room.deliver()
        room.log(1, "noanswer")
        wait(room)
        assert room.rows("post_lines") == []

    def test_costs_the_outcomes_own_commit_nothing(self, room: Room):
        a_lead(room)
        room.log(1, "noanswer")
        assert room.rows("post_lines") == []

    def test_goes_on_after_more_lines_than_one_message_holds(self, room: Room):
        a_lead(room)
        with room.desk.store.unit() as unit:
            for _ in range(threads.MOST + 5):
                stored_leads.add_line(unit, 1, at=room.clock.now, actor="", what="returned")
            unit.commit()
        room.log(1, "noanswer")
        wait(room)
        wait(room)
        assert [len(one.message.text.splitlines()) - 1 for one in posted(room)] == [30, 6]


def _refuse_the_channel(order: Order) -> DeliveryFailed | None:
    refused = isinstance(order, SlackPost) and order.to == "leads"
    return DeliveryFailed("channel_not_found") if refused else None


class TestWhatIsPrivate:
    def test_is_not_put_in_the_channels_thread(self, room: Room):
        a_lead(room)
        due = room.clock.now + timedelta(hours=1)
        said = {"note": "owes 500", "objection": "too dear", "promise": "a brochure"}
        room.log(1, "followup", when=due, importance=Importance.LOW, **said)
        wait(room)
        room.log(1, "lost", reason="bought elsewhere")
        wait(room)
        assert len(told(room)) == 2
        shown = "".join(payload(one.message) for one in posted(room))
        for secret in ("owes", "dear", "brochure", "elsewhere", "5678", "dana@"):
            assert secret not in shown

    def test_is_masked_in_the_customers_own_words(self, room: Room):
        a_lead(room)
        with room.desk.store.unit() as unit:
            stored_leads.add_line(
                unit,
                1,
                at=room.clock.now,
                actor="",
                what="opted_out",
                channels=["sms"],
                text="stop, write to dana@example.com or 052-234-5678",
            )
            unit.commit()
        room.log(1, "noanswer")
        wait(room)
        shown = payload(posted(room)[0].message)
        assert "asked by SMS for no more SMS" in shown
        assert "stop, write to" in shown
        assert "dana@example.com" not in shown
        assert "234-5678" not in shown

    def test_opt_outs_are_said(self, room: Room):
        a_lead(room)
        opt_out(room.desk, OptOut(1, ("sms",)), by=room.load(1).owner)
        wait(room)
        [line] = told(room)
        assert line.startswith("asked us for no more SMS")


class TestThePaceOfThreads:
    def test_lets_new_leads_go_first_and_takes_one_a_second(self, room: Room):
        """Slack counts what stands in a thread with its channel."""
        phones = [f"052-234-50{number:02}" for number in range(3)]
        for phone in phones:
            room.lead(phone=phone, email="")
        room.deliver()
        for number in range(1, 4):
            room.log(number, "noanswer")
        room.deliver()
        sent: list[tuple[float, bool]] = []
        room.outside.on_send = lambda order: (
            sent.append((room.clock.now.timestamp(), bool(order.thread)))
            if isinstance(order, SlackPost) and order.to == "leads"
            else None
        )
        room.clock.forward(minutes=1)
        for number in range(2):
            room.receive(**(DANA | {"phone": f"052-234-60{number:02}", "email": ""}))
        room.deliver()
        moments = [at for at, _ in sent]
        assert [thread for _, thread in sent] == [False, False, True, True, True]
        assert all(b - a >= 1 for a, b in pairwise(moments))

    def test_is_no_part_of_the_flood_of_cards(self, room: Room):
        for number in range(FLOOD + 1):
            room.lead(phone=f"052-234-5{number:03}", email="")
        room.deliver()
        room.log(1, "noanswer")
        wait(room)
        assert posted(room) == []


class TestAHandOver:
    def leave(self, room: Room, count: int) -> None:
        """Let a rep leave who has so many posted leads, and their threads be told of it."""
        for n in range(count):
            made = room.lead(name=f"Lead {n}", phone=f"052-234-{5000 + n}", email="")
            if made.owner != NOA:
                assign.assign_lead(room.desk, made.id, to=NOA, by=MIRI)
            wait(room)
        leavers.leave(room.desk, (NOA,))
        while leavers.pass_on(room.desk):
            pass
        for _ in range(count):
            wait(room)

    def test_of_few_leads_stands_in_each_thread(self, room: Room):
        self.leave(room, CARDS)
        assert sum("left the team" in line for line in told(room)) == CARDS

    def test_of_many_leads_stands_on_their_cards_alone(self, room: Room):
        self.leave(room, CARDS + 1)
        assert not any("left the team" in line for line in told(room))
        lines = {one.message.text for one in posted(room)}
        cards = [one for one in room.outside.channel() if one.text not in lines]
        assert len(cards) == CARDS + 1
        assert all(f"<@{AVI}>" in card.text for card in cards)
        room.log(1, "noanswer", by=AVI)
        wait(room)
        assert told(room)[-1].startswith("No answer")
        assert "left the team" not in posted(room)[-1].message.text


class TestTwoReplicas:
    def test_tell_each_line_once(self, room: Room):
        a_lead(room)
        room.log(1, "noanswer")
        wait(room)
        everything = dict.fromkeys(Order.__args__, room.outside)
        other = Courier(room.desk, everything, seconds=lambda: room.clock().timestamp())

        def meanwhile(order: Order) -> None:
            if isinstance(order, SlackPost) and order.thread:
                room.outside.on_send = lambda _: None
                room.log(1, "voicemail")
                room.clock.forward(minutes=1)
                for _ in range(2):
                    other.deliver_due()
                    room.clock.forward(minutes=1)

        room.log(1, "busy")
        room.outside.on_send = meanwhile
        wait(room)
        wait(room)
        other.close()
        assert [line.split(" · ")[0] for line in told(room)] == ["No answer", "Busy", "Voicemail"]


class TestANoteFromAThread:
    def note(self, room: Room, text: str, *, by: str = "", key: str = "k1") -> object:
        by = by or room.load(1).owner
        return threads.note_from(room.desk, 1, text, by=by, key=key)

    def test_is_kept_and_stands_on_the_card(self, room: Room):
        a_lead(room)
        lead = self.note(room, "has a dog, ask <@U01MIRI>")
        assert lead is not None
        assert noted(room) == [{"text": "has a dog, ask @Miri"}]
        room.deliver()
        assert "has a dog" in room.outside.dms(room.load(1).owner)[0].text

    def test_is_kept_once_however_often_slack_sends_it(self, room: Room):
        a_lead(room)
        assert self.note(room, "has a dog") is not None
        assert self.note(room, "has a dog") is None
        assert self.note(room, "has a dog", key="k2") is not None
        assert len(noted(room)) == 2

    def test_tells_promises_and_objections_apart(self, room: Room):
        a_lead(room)
        self.note(room, "has a dog\npromise: a brochure\nobjection: too dear")
        assert noted(room) == [
            {"text": "has a dog", "promise": "a brochure", "objection": "too dear"}
        ]

    @pytest.mark.parametrize("by", ["another", MIRI, "U01GUEST"])
    def test_is_taken_from_the_owner_and_managers_alone(self, room: Room, by: str):
        a_lead(room)
        who = room.other(room.load(1)) if by == "another" else by
        if by == MIRI:
            assert self.note(room, "has a dog", by=who) is not None
            return
        with pytest.raises(Refused) as refused:
            self.note(room, "has a dog", by=who)
        assert refused.value.key in {"lead.of_another", "team.outsider"}
        assert noted(room) == []

    def test_without_words_is_refused(self, room: Room):
        a_lead(room)
        with pytest.raises(Refused, match=r"note.needs_words"):
            self.note(room, " \n ")

    def test_is_kept_for_a_closed_lead_too(self, room: Room):
        a_lead(room)
        room.log(1, "sold", amount=Money(100, "ILS"))
        assert self.note(room, "sends her brother") is not None


class TestTheLeadOfAMessage:
    def test_is_found_by_the_messages_place(self, room: Room):
        a_lead(room)
        for channel, ts in room.outside.messages:
            assert threads.lead_in(room.desk, channel=channel, ts=ts) == 1
        assert threads.lead_in(room.desk, channel="leads", ts="0.1") is None


class TestInHebrew:
    def test_the_thread_speaks_the_teams_language(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, LOCALE="he") as room:
            a_lead(room)
            room.log(1, "noanswer")
            wait(room)
            assert "אין מענה" in posted(room)[0].message.text
