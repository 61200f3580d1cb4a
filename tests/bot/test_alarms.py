"""Notices to managers of leads that nobody calls, which end when somebody did (C1, L4.3)."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot import assign
from bot.orders import SlackUpdate
from bot.texts import Words
from bot.views import alarms
from bot.views.alarms import Alarm
from bot.views.blocks import ActionId, Message
from rules.nags import Snooze
from tests.bot.climbing import at as at_clock
from tests.bot.climbing import away, desk, many, moment, team
from tests.bot.nagging import DUE, agree, at, buttons, lead_of, put_off
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, faults_of

ENDS = [0, 10, 20]
LATE = ("10:05", "10:10", "10:20", "10:30")
ALONE = team(avi="Mon 09:00-18:00")
"""Nobody but Noa works on Sunday."""


def ignored(room: Room, count: int) -> None:
    """Let hot follow-ups with so many customers of Avi's be ignored by him."""
    for number in range(1, count + 1):
        agree(room, lead_of(room, AVI, number))
    for minutes in ENDS:
        at(room, DUE + timedelta(minutes=minutes))


def notice(room: Room) -> Message:
    [one] = room.outside.dms(MIRI)
    return one


class TestTheNoticeOfAFirstCall:
    def slow(self, room: Room) -> str:
        owner = room.lead().owner
        for local in LATE:
            at_clock(room, f"2026-11-15 {local}")
        assert buttons(notice(room)) == [ActionId.ASSIGN]
        return owner

    @pytest.mark.parametrize(
        ("outcome", "said"), [("noanswer", "called"), ("lost", "called"), ("invalid", "called")]
    )
    def test_ends_with_the_call(self, tmp_path: Path, clock: FakeClock, outcome: str, said: str):
        with desk(tmp_path, clock, "2026-11-15 10:00", reps_file=ALONE) as room:
            self.slow(room)
            room.log(1, outcome)
            room.deliver()
            assert notice(room).text == f"*#1 Dana Cohen*: {said}."
            assert buttons(notice(room)) == []

    def test_says_who_has_it_now(self, tmp_path: Path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00", reps_file=ALONE) as room:
            self.slow(room)
            assign.assign_lead(room.desk, 1, to=AVI, by=MIRI)
            room.deliver()
            assert notice(room).text == f"*#1 Dana Cohen*: <@{AVI}> has it now."
            assert buttons(notice(room)) == []

    def test_stands_while_it_waits(self, tmp_path: Path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00", reps_file=ALONE) as room:
            self.slow(room)
            room.receive(name="Dana Cohen", phone="052-234-5678", note="again")
            room.tick(seconds=5)
            assert buttons(notice(room)) == [ActionId.ASSIGN]

    def test_is_changed_once(self, tmp_path: Path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00", reps_file=ALONE) as room:
            self.slow(room)
            for _ in range(3):
                room.log(1, "noanswer")
                room.deliver()
                room.clock.forward(minutes=1)
            place = f"D-{MIRI}"
            updates = [one for one in room.outside.of(SlackUpdate) if one.channel == place]
            assert len(updates) == 1


class TestTheNoticeOfMany:
    def test_marks_each_that_was_called(self, tmp_path: Path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00", reps_file=ALONE) as room:
            many(room, 7)
            for local in LATE:
                at_clock(room, f"2026-11-15 {local}")
            assert len(buttons(notice(room))) == 5
            room.log(2, "noanswer")
            room.deliver()
            assert len(buttons(notice(room))) == 4
            assert "*6 leads" in notice(room).text
            assert "*#2 Lead 1*: called." in notice(room).text
            assert "and 2 more" in notice(room).text

    def test_names_only_those_of_whom_it_tells(self, tmp_path: Path, clock: FakeClock):
        with desk(tmp_path, clock, "2026-11-15 10:00", reps_file=ALONE) as room:
            many(room, 4)
            room.clock.now = moment("2026-11-15 10:07")
            for number in range(3):
                room.lead(name=f"Later {number}", phone=f"052-234-600{number}", email="")
            for local in (*LATE[:2], "10:12", "10:17", "10:20", "10:27", "10:30", "10:37"):
                at_clock(room, f"2026-11-15 {local}")
            first, second = room.outside.dms(MIRI)
            assert ("*4 leads" in first.text, "Later" in first.text) == (True, False)
            assert ("*3 leads" in second.text, "Lead 0" in second.text) == (True, False)

    def test_says_so_when_nobody_waits_any_more(self, room: Room):
        ignored(room, 2)
        for number in (1, 2):
            room.log(number, "lost")
        room.deliver()
        said = notice(room).text
        assert said.startswith("Nothing in this reminder waits any more.")
        assert buttons(notice(room)) == []


class TestTheNoticeOfAFollowUp:
    def test_ends_with_the_call(self, room: Room):
        ignored(room, 1)
        room.log(1, "noanswer")
        room.deliver()
        assert notice(room).text == "*#1 Customer 1*: called."

    def test_ends_when_it_is_put_off(self, room: Room):
        ignored(room, 1)
        put_off(room, Snooze.LONG, by=AVI)
        room.deliver()
        assert "put off" in notice(room).text
        assert buttons(notice(room)) == []

    def test_comes_again_when_it_is_ignored_after_that(self, room: Room):
        ignored(room, 1)
        put_off(room, Snooze.SHORT, by=AVI)
        for minutes in (35, 45, 55):
            at(room, DUE + timedelta(minutes=minutes))
        older, newer = room.outside.dms(MIRI)
        assert (buttons(older), buttons(newer)) == ([], [ActionId.ASSIGN])

    def test_ends_with_another_rep(self, room: Room):
        ignored(room, 1)
        assign.assign_lead(room.desk, 1, to=NOA, by=MIRI)
        room.deliver()
        assert notice(room).text == f"*#1 Customer 1*: <@{NOA}> has it now."

    def test_ends_when_the_customer_refused_calls(self, room: Room):
        ignored(room, 1)
        room.log(1, "lost")
        room.deliver()
        assert buttons(notice(room)) == []


class TestTheNoticeOfALeadWithoutAnOwner:
    def test_ends_when_somebody_has_it(self, room: Room):
        for who in (NOA, AVI):
            away(room, who)
        room.lead()
        room.deliver()
        assert buttons(notice(room)) == [ActionId.ASSIGN, ActionId.WHY]
        away(room, AVI, until=room.clock.now)
        room.tick(seconds=5)
        room.deliver()
        assert notice(room).text == f"*#1 Dana Cohen*: <@{AVI}> has it now."


class TestItsWords:
    @pytest.mark.parametrize("locale", ["en", "he"])
    @pytest.mark.parametrize("name", ["<!channel>", "N" * 300, "דנה", ""])
    @pytest.mark.parametrize("end", ["", "called", "handed_over", "put_off", "over"])
    def test_fit_slack_however_long_they_are(self, room: Room, locale: str, name: str, end: str):
        words = Words(locale, room.desk.settings.zone)
        lead = room.lead(name=name)
        agree(room, lead.id)
        alarm = Alarm(room.load(lead.id), room.followup(lead.id), end)
        for single in ("slow", "followup_ignored", "unassigned"):
            assert faults_of(alarms.one(single, alarm, words)) == []
        for several in ("slow_many", "followups_ignored"):
            found = [alarm, Alarm(alarm.lead, end=end)] * 10
            assert faults_of(alarms.many(several, found, words, more=3)) == []
