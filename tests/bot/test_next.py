"""The best call now, and the day (L1.4)."""

from datetime import UTC, datetime, timedelta

import pytest

from bot import calls
from bot.leads import add_note
from rules.queue import Reason
from rules.refusals import Refused
from rules.words import Importance, Step
from storage import leads, reps
from tests.desk import AVI, MIRI, NOA, Room


def only_noa(room: Room) -> None:
    with room.desk.store.unit() as unit:
        reps.set_state(unit, [AVI], "away")
        unit.commit()


def nobody(room: Room) -> None:
    with room.desk.store.unit() as unit:
        reps.set_state(unit, [AVI, NOA], "away")
        unit.commit()


def lead(room: Room, number: int, **fields: str) -> int:
    return room.lead(phone=f"052-234-50{number:02}", email="", **fields).id


class TestTheBestCall:
    def test_is_none_when_nothing_is_due(self, room: Room):
        assert calls.next_lead(room.desk, by=NOA) is None

    def test_is_the_newest_of_fresh_leads(self, room: Room):
        only_noa(room)
        lead(room, 1)
        room.clock.forward(minutes=1)
        newest = lead(room, 2)
        found = calls.next_lead(room.desk, by=NOA)
        assert found
        assert (found.lead.id, found.reason, found.of_pool) == (newest, Reason.FRESH, False)

    def test_is_of_the_best_kind_first(self, room: Room):
        only_noa(room)
        kinds = ["cold", "referral", "warm", "incoming"]
        ids = {kind: lead(room, place, kind=kind) for place, kind in enumerate(kinds)}
        order = []
        for _ in kinds:
            found = calls.next_lead(room.desk, by=NOA)
            assert found
            order.append(found.lead.id)
            room.log(found.lead.id, "lost")
        assert order == [ids[kind] for kind in ("referral", "incoming", "warm", "cold")]

    def test_is_a_hot_follow_up_before_all_and_a_low_one_after_fresh_leads(self, room: Room):
        only_noa(room)
        hot, low, planned, fresh = (lead(room, n) for n in range(4))
        due = room.clock.now + timedelta(minutes=30)
        room.log(hot, "followup", when=due, importance=Importance.HIGH)
        room.log(low, "followup", when=due, importance=Importance.LOW)
        room.log(planned, "noanswer")
        room.clock.forward(minutes=31)
        found = []
        for _ in range(4):
            handed = calls.next_lead(room.desk, by=NOA)
            assert handed
            found.append((handed.lead.id, handed.reason))
            room.log(handed.lead.id, "lost")
        assert found == [
            (hot, Reason.HIGH_FOLLOWUP),
            (fresh, Reason.FRESH),
            (low, Reason.LOW_FOLLOWUP),
            (planned, Reason.PLANNED),
        ]

    def test_is_not_somebody_elses(self, room: Room):
        only_noa(room)
        lead(room, 1)
        assert calls.next_lead(room.desk, by=AVI) is None

    def test_is_not_a_lead_without_a_number(self, room: Room):
        only_noa(room)
        room.lead(phone="")
        assert calls.next_lead(room.desk, by=NOA) is None

    def test_waits_for_its_time(self, room: Room):
        only_noa(room)
        lead(room, 1)
        room.log(1, "noanswer")
        room.clock.forward(minutes=29)
        assert calls.next_lead(room.desk, by=NOA) is None
        room.clock.forward(minutes=1)
        assert calls.next_lead(room.desk, by=NOA)

    def test_waits_for_calling_hours(self, room: Room):
        only_noa(room)
        lead(room, 1)
        room.clock.set(2026, 11, 15, 20, 0)
        assert calls.next_lead(room.desk, by=NOA) is None

    def test_may_be_at_night_when_it_was_agreed_so(self, room: Room):
        only_noa(room)
        lead(room, 1)
        late = datetime(2026, 11, 15, 20, 0, tzinfo=UTC)
        room.log(1, "followup", when=late, importance=Importance.LOW)
        room.clock.now = late
        found = calls.next_lead(room.desk, by=NOA)
        assert found
        assert found.reason is Reason.LOW_FOLLOWUP

    def test_is_for_the_team(self, room: Room):
        with pytest.raises(Refused, match=r"team\.outsider"):
            calls.next_lead(room.desk, by="U01GUEST")


class TestALeadOfThePool:
    def test_becomes_the_reps_who_asked_first(self, room: Room):
        nobody(room)
        lead(room, 1)
        found = calls.next_lead(room.desk, by=NOA, key="t")
        assert found
        assert (found.of_pool, found.lead.owner, found.lead.next_what) == (True, NOA, Step.CALL)
        assert calls.next_lead(room.desk, by=AVI) is None
        assert room.history(1)[-1] == "handed_over"

    def test_is_the_same_when_the_command_is_delivered_again(self, room: Room):
        nobody(room)
        for number in range(3):
            lead(room, number)
        first = calls.next_lead(room.desk, by=NOA, key="t")
        again = calls.next_lead(room.desk, by=NOA, key="t")
        assert first
        assert again
        assert again.lead.id == first.lead.id

    def test_is_shown_as_taken_in_the_channel(self, room: Room):
        nobody(room)
        lead(room, 1)
        room.deliver()
        calls.next_lead(room.desk, by=NOA)
        room.deliver()
        assert f"<@{NOA}>" in room.outside.channel()[0].text

    def test_may_go_to_a_manager_who_asks(self, room: Room):
        nobody(room)
        lead(room, 1)
        found = calls.next_lead(room.desk, by=MIRI)
        assert found
        assert found.lead.owner == MIRI


class TestMyDay:
    def test_has_what_is_overdue_what_comes_today_and_what_waits_for_a_number(self, room: Room):
        only_noa(room)
        now, later, tomorrow, waiting = (lead(room, n) for n in range(4))
        room.log(later, "notnow", when=room.clock.now + timedelta(hours=3))
        room.log(tomorrow, "notnow", when=room.clock.now + timedelta(days=1))
        room.log(waiting, "invalid")
        day = calls.my_day(room.desk, by=NOA)
        assert [one.id for one, _ in day.overdue] == [now]
        assert [one.id for one, _ in day.today] == [later]
        assert [one.id for one in day.waiting] == [waiting]

    def test_ends_at_midnight_of_the_reps_own_zone(self, room: Room):
        team = f'[[rep]]\nslack_id = "{NOA}"\nname = "Noa"\ntimezone = "America/New_York"'
        room.load_team(team)
        only_noa(room)
        lead(room, 1)
        room.log(1, "notnow", when=datetime(2026, 11, 16, 4, 0, tzinfo=UTC))
        assert [one.id for one, _ in calls.my_day(room.desk, by=NOA).today] == [1]

    def test_says_what_is_agreed(self, room: Room):
        only_noa(room)
        lead(room, 1)
        due = room.clock.now + timedelta(hours=1)
        room.log(1, "followup", when=due, importance=Importance.HIGH)
        assert calls.my_day(room.desk, by=NOA).today == [(room.load(1), "high")]

    def test_has_nothing_that_is_closed(self, room: Room):
        only_noa(room)
        lead(room, 1)
        room.log(1, "lost")
        day = calls.my_day(room.desk, by=NOA)
        assert (day.overdue, day.today, day.waiting) == ([], [], [])


class TestNotes:
    def test_are_kept_in_the_history_and_once(self, room: Room):
        owner = room.lead().owner
        add_note(room.desk, 1, "wants blue", by=owner, key="t")
        add_note(room.desk, 1, "wants blue", by=owner, key="t")
        with room.desk.store.view() as view:
            notes = [one.data["text"] for one in leads.lines(view, 1) if one.what == "note"]
        assert notes == ["wants blue"]
