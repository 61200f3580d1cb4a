"""Putting a reminder off: once in each round, so many times, to a time that fits (L4.3)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import agreements, assign, followups, undoing
from bot.audience import words_of
from bot.views import replies
from bot.views.blocks import ActionId
from bot.views.history import history_line
from rules.nags import Mark, Snooze, mark
from rules.refusals import Refused
from storage import leads, worked
from tests.bot.nagging import DUE, agree, agreed, at, buttons, put_off, reminders
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk

SHORT = timedelta(minutes=15)


class TestPuttingItOff:
    @pytest.mark.parametrize(
        ("span", "later"),
        [
            (Snooze.SHORT, timedelta(minutes=15)),
            (Snooze.LONG, timedelta(hours=1)),
            (Snooze.TOMORROW, timedelta(days=1)),
        ],
    )
    def test_brings_the_next_reminder_then(self, room: Room, span: Snooze, later: timedelta):
        owner = agree(room)
        at(room)
        done = put_off(room, span, by=owner)
        assert done.until == done.lead.next_at == room.load(1).next_at == DUE + later
        assert agreed(room).due_at == DUE
        at(room, DUE + later - timedelta(seconds=1))
        [first] = reminders(room, owner)
        assert buttons(first) == []
        at(room, DUE + later)
        assert len(reminders(room, owner)) == 2

    def test_begins_its_rounds_again(self, room: Room):
        owner = agree(room)
        at(room)
        at(room, DUE + timedelta(minutes=10))
        again = put_off(room, by=owner).until
        for after in (0, 10):
            at(room, again + timedelta(minutes=after))
            assert room.outside.dms(MIRI) == []
        assert len(reminders(room, owner)) == 4
        at(room, again + timedelta(minutes=20))
        assert len(room.outside.dms(MIRI)) == 1

    def test_is_possible_when_the_managers_were_told_already(self, room: Room):
        owner = agree(room)
        for after in (0, 10, 20):
            at(room, DUE + timedelta(minutes=after))
        assert put_off(room, by=owner).followup.nags == 0

    def test_is_possible_when_no_reminder_left_yet(self, room: Room):
        owner = agree(room)
        room.clock.now = DUE + timedelta(minutes=1)
        assert put_off(room, by=owner).until == room.clock.now + SHORT

    def test_keeps_a_reminder_that_waits_from_leaving(self, room: Room):
        owner = agree(room)
        room.clock.now = DUE
        followups.nag_due(room.desk)
        put_off(room, by=owner)
        room.tick()
        assert reminders(room, owner) == []

    def test_does_not_speak_of_a_newer_reminder_before_there_is_one(self, room: Room):
        owner = agree(room)
        at(room)
        put_off(room, by=owner)
        room.tick(seconds=5)
        [nudge] = reminders(room, owner)
        assert "newer" not in nudge.text
        assert "חדשה" not in nudge.text

    def test_is_confirmed_with_the_time_in_full_and_written_down(self, room: Room):
        owner = agree(room)
        at(room)
        done = put_off(room, Snooze.TOMORROW, by=owner)
        with room.desk.store.view() as view:
            line = leads.lines(view, 1)[0]
            words = words_of(room.desk, view, AVI)
        said = replies.snoozed(done, words, now=room.clock.now).text
        assert "agreed for Sunday 15 November 12:00, put off to Monday 16 November 12:00" in said
        assert "Monday 16 November 12:00" in history_line(line, words)

    def test_is_told_beside_the_agreed_time_in_the_next_reminder(self, room: Room):
        owner = agree(room)
        at(room)
        put_off(room, by=owner)
        at(room, DUE + SHORT)
        nudge = reminders(room, owner)[-1]
        for moment in (DUE, DUE + SHORT):
            assert f"<!date^{int(moment.timestamp())}^" in nudge.text

    def test_does_not_make_a_late_call_one_in_time(self, room: Room):
        owner = agree(room)
        at(room)
        put_off(room, Snooze.LONG, by=owner)
        room.clock.now = DUE + timedelta(hours=1, minutes=1)
        room.log(1, "lost")
        with room.desk.store.view() as view:
            done = worked.worked(view, since=DUE, hour=timedelta(hours=1))[owner]
        assert (done.agreed, done.kept) == (1, 0)

    def test_goes_on_where_it_was_put_off_to_when_a_call_is_taken_back(self, room: Room):
        owner = agree(room)
        at(room)
        put_off(room, Snooze.LONG, by=owner)
        room.log(1, "noanswer")
        undoing.undo(room.desk, by=owner)
        assert agreed(room).nag_at == DUE + timedelta(hours=1)

    def test_goes_on_where_it_was_put_off_to_when_another_time_is_taken_back(self, room: Room):
        owner = agree(room)
        at(room)
        put_off(room, Snooze.LONG, by=owner)
        done = agreements.set_time(room.desk, 1, DUE + timedelta(days=1), by=owner)
        agreements.take_back(room.desk, done.line, by=owner)
        assert (agreed(room).nag_at, agreed(room).due_at) == (DUE + timedelta(hours=1), DUE)

    def test_is_for_its_owner_or_a_manager(self, room: Room):
        owner = agree(room)
        at(room)
        with pytest.raises(Refused, match=r"lead\.of_another"):
            put_off(room, by=AVI if owner == NOA else NOA)
        assert put_off(room, by=MIRI).followup.snoozes == 1


class TestTwoPresses:
    def test_of_one_click_delivered_twice_are_one(self, room: Room):
        owner = agree(room)
        at(room)
        seen = mark(agreed(room))
        first = followups.put_off(room.desk, seen, Snooze.SHORT, by=owner, key="t")
        room.clock.forward(minutes=1)
        again = followups.put_off(room.desk, seen, Snooze.SHORT, by=owner, key="t")
        assert again.until == first.until
        assert room.history(1).count("snoozed_until") == 1

    @pytest.mark.parametrize("second", Snooze)
    def test_of_one_round_are_one(self, room: Room, second: Snooze):
        owner = agree(room)
        at(room)
        seen = mark(agreed(room))
        first = followups.put_off(room.desk, seen, Snooze.SHORT, by=owner)
        with pytest.raises(Refused, match=r"followup\.put_off") as said:
            followups.put_off(room.desk, seen, second, by=owner)
        assert said.value.params["when"] == agreed(room).nag_at == first.until

    def test_of_an_older_reminder_are_not_heard(self, room: Room):
        owner = agree(room)
        at(room)
        seen = mark(agreed(room))
        at(room, DUE + timedelta(minutes=10))
        with pytest.raises(Refused, match=r"followup\.newer"):
            followups.put_off(room.desk, seen, Snooze.SHORT, by=owner)
        assert put_off(room, by=owner).followup.snoozes == 1


class TestItIsRefused:
    def test_when_it_was_put_off_often_enough(self, room: Room):
        owner = agree(room)
        for _ in range(3):
            at(room, room.load(1).next_at or DUE)
            put_off(room, by=owner)
        at(room, room.load(1).next_at or DUE)
        with pytest.raises(Refused, match=r"followup\.snoozed_out") as said:
            put_off(room, by=owner)
        assert said.value.params["n"] == 3
        room.log(1, "followup", when=room.clock.now + SHORT, importance="high")
        at(room, agreed(room).due_at)
        assert put_off(room, by=owner).followup.snoozes == 1

    def test_as_often_as_the_playbook_says_at_the_moment(self, room: Room):
        owner = agree(room)
        at(room)
        room.desk.present.playbook = replace(BOOK, nag_snoozes=0)
        with pytest.raises(Refused, match=r"followup\.snoozed_out"):
            put_off(room, by=owner)

    def test_before_it_is_due(self, room: Room):
        owner = agree(room)
        with pytest.raises(Refused, match=r"followup\.not_due") as said:
            put_off(room, by=owner)
        assert said.value.params["when"] == DUE

    def test_when_it_ended(self, room: Room):
        owner = agree(room)
        at(room)
        seen = mark(agreed(room))
        room.log(1, "noanswer")
        with pytest.raises(Refused, match=r"followup\.ended"):
            followups.put_off(room.desk, seen, Snooze.SHORT, by=owner)
        with pytest.raises(Refused, match=r"followup\.ended"):
            followups.lead_of(room.desk, 1)

    def test_when_there_is_none(self, room: Room):
        with pytest.raises(Refused, match=r"followup\.ended"):
            followups.put_off(room.desk, Mark(77, 0, 1), Snooze.SHORT, by=NOA)


class TestPastTheCap:
    @pytest.fixture
    def often(self, room: Room) -> str:
        """Let a follow-up be put off as often as it may be; gives the owner."""
        owner = agree(room)
        for _ in range(3):
            at(room, room.load(1).next_at or DUE)
            put_off(room, by=owner)
        at(room, room.load(1).next_at or DUE)
        return owner

    def test_a_reminder_has_no_button_for_it(self, room: Room, often: str):
        called = [ActionId.NAG_DONE, ActionId.NAG_LOG, ActionId.NAG_HAND_OVER]
        assert buttons(reminders(room, often)[-1]) == called

    def test_another_rep_may_put_it_off_anew(self, room: Room, often: str):
        other = room.other(room.load(1))
        assign.assign_lead(room.desk, 1, to=other, by=often)
        at(room, room.clock.now)
        assert ActionId.SNOOZE_SHORT in buttons(reminders(room, other)[-1])
        assert put_off(room, by=other).followup.snoozes == 1


class TestAnotherRep:
    def test_is_reminded_again_though_the_lead_comes_back_to_them(self, room: Room):
        owner = agree(room)
        at(room)
        other = room.other(room.load(1))
        for to in (other, owner):
            assign.assign_lead(room.desk, 1, to=to, by=MIRI)
            at(room, room.clock.now + timedelta(minutes=1))
        assert buttons(reminders(room, owner)[-1])
        assert agreed(room).due_at == DUE


class TestUntilTomorrow:
    @pytest.mark.parametrize(
        ("due", "next_due"),
        [
            # Friday noon: not into Shabbat, but when calling is allowed after it.
            ((2026, 11, 20, 10, 0), (2026, 11, 21, 15, 16)),
            # Friday in summer: Shabbat ends after calling hours.
            ((2027, 6, 25, 10, 0), (2027, 6, 27, 6, 0)),
            # The night in which clocks go back: the same hour of the wall clock.
            ((2027, 10, 30, 16, 0), (2027, 10, 31, 17, 0)),
            # The night in which clocks go forward, on a Friday: after that Shabbat.
            ((2027, 3, 25, 10, 0), (2027, 3, 26, 9, 0)),
        ],
    )
    def test_is_the_same_hour_where_calling_is_allowed(
        self, tmp_path: Path, due: tuple[int, ...], next_due: tuple[int, ...]
    ):
        clock = FakeClock(utc(*due) - timedelta(days=1))
        with a_desk(tmp_path, clock) as room:
            owner = agree(room, when=utc(*due))
            at(room, utc(*due))
            room.clock.now = utc(*due)
            done = put_off(room, Snooze.TOMORROW, by=owner)
            assert done.until == utc(*next_due)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # a date's parts


class TestBeforeShabbat:
    def test_a_short_one_waits_until_it_is_over(self, tmp_path: Path):
        friday = utc(2026, 11, 20, 13, 40)
        clock = FakeClock(friday - timedelta(hours=5))
        with a_desk(tmp_path, clock) as room:
            owner = agree(room, when=friday)
            at(room, friday)
            done = put_off(room, Snooze.LONG, by=owner)
            over = room.desk.rest(friday).ends(friday + timedelta(hours=1))
            assert done.until == over
            assert over.astimezone(room.desk.settings.zone).weekday() == SATURDAY


SATURDAY = 5
