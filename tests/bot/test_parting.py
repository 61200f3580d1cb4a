"""A merge that is taken back late, or after the one lead was worked (C2)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.nudges import NUDGE
from bot.parting import unmerge
from rules.hooks import Webhook
from rules.words import Importance, Step
from storage import leads, posts, reps
from storage.tables import events, followups
from tests.bot.test_one_person import YOSSI, change, merge, rows, two
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk


def agree(room: Room, lead_id: int) -> None:
    due = room.clock.now + timedelta(hours=1)
    room.log(lead_id, "followup", when=due, importance=Importance.HIGH)


def leave(room: Room, slack_id: str) -> None:
    with room.desk.store.unit() as unit:
        reps.set_state(unit, [slack_id], "paused")
        unit.commit()


class TestATimeThatWasDealtWithSince:
    def test_stays_with_the_lead_that_stood(self, room: Room):
        two(room)
        agree(room, 2)
        merge(room)
        room.clock.forward(hours=1)
        room.log(1, "lost")
        unmerge(room.desk, 2, by=MIRI)
        assert [row["lead_id"] for row in rows(room, followups)] == [1]
        assert room.followup(2) is None

    def test_leaves_the_other_a_next_step(self, room: Room):
        two(room)
        agree(room, 2)
        merge(room)
        room.clock.forward(hours=1)
        room.log(1, "lost")
        unmerge(room.desk, 2, by=MIRI)
        back = room.load(2)
        assert (back.next_what, back.importance) == (Step.CALL, "")
        assert back.next_at is not None


class TestMessagesOfTheOther:
    def test_stay_cancelled_where_it_is_taken_back_late(self, room: Room):
        two(room)
        room.log(2, "noanswer")
        merge(room)
        room.clock.forward(hours=26)
        unmerge(room.desk, 2, by=MIRI)
        room.clock.forward(minutes=5)
        room.deliver()
        assert room.outside.sms == []
        assert room.states("sms") == ["cancelled"]


class TestALeadThatComesBack:
    def test_waits_for_another_owner_where_its_own_left(self, room: Room):
        two(room)
        change(room, 1, owner=NOA)
        change(room, 2, owner=AVI)
        merge(room)
        leave(room, AVI)
        unmerge(room.desk, 2, by=MIRI)
        back = room.load(2)
        assert (back.owner, back.next_what) == ("", Step.ASSIGN)
        assert room.load(1).owner == NOA

    def test_is_waited_for_from_then_on(self, room: Room):
        two(room)
        merge(room)
        room.clock.forward(hours=26)
        unmerge(room.desk, 2, by=MIRI)
        back = room.load(2)
        assert back.clocked_at is not None
        assert back.clocked_at >= room.clock.now

    def test_takes_its_number_and_address_out_of_the_others_history(self, room: Room):
        two(room)
        merge(room)
        unmerge(room.desk, 2, by=MIRI)
        with room.desk.store.view() as view:
            told = str([line.data for line in leads.lines(view, 1)])
        assert YOSSI["email"] not in told
        assert YOSSI["phone"] not in told

    def test_is_told_to_other_systems_as_new(self, tmp_path: Path, clock: FakeClock):
        book = replace(BOOK, webhooks=(Webhook("https://example.com/hook", "whsec_c2VjcmV0"),))
        with a_desk(tmp_path, clock, playbook=book) as room:
            two(room)
            merge(room)
            before = len(rows(room, events))
            unmerge(room.desk, 2, by=MIRI)
            told = [(row["lead_id"], row["event"]) for row in rows(room, events)[before:]]
            assert (2, "lead.created") in told


class TestTheReminderOfATimeThatStands:
    def stood(self, room: Room, lead_id: int) -> int:
        with room.desk.store.view() as view:
            return len(posts.of_lead(view, lead_id, purpose=NUDGE))

    def test_goes_with_it_and_comes_back(self, room: Room):
        two(room)
        agree(room, 2)
        agreed = room.followup(2)
        assert agreed
        with room.desk.store.unit() as unit:
            about = {"purpose": NUDGE, "about": str(agreed.id), "recipient": agreed.rep}
            posts.add(unit, lead_id=2, channel="D1", ts="1.1", **about)
            unit.commit()
        merge(room)
        assert (self.stood(room, 1), self.stood(room, 2)) == (1, 0)
        unmerge(room.desk, 2, by=MIRI)
        assert (self.stood(room, 1), self.stood(room, 2)) == (0, 1)
