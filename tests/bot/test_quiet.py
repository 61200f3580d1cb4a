"""Reminders while the rep is not at work: covered or waiting, by the playbook (L4.3)."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.audience import words_of
from bot.desk import Desk
from bot.views.history import history_line
from rules.playbook import DEPUTY, WAIT
from storage import leads, reps
from tests.bot.nagging import SHIFTS, agree, agreed, at, buttons, lead_of, reminders
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk

LATE_AVI = "Avi".join(
    part.replace("18:00", "22:00") if place else part
    for place, part in enumerate(SHIFTS.split("Avi"))
)
"""Avi works until 22:00."""

Open = Callable[..., AbstractContextManager[Room]]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # a date's parts


NOON = utc(2026, 11, 15, 10, 0)
EVENING = utc(2026, 11, 15, 17, 0)  # Sunday 19:00: the shift ended at 18:00
MONDAY = utc(2026, 11, 16, 7, 0)  # Monday 09:00


@pytest.fixture
def shifts(tmp_path: Path) -> Open:
    """Open a desk whose reps have hours, with some of the playbook's numbers changed."""

    @contextmanager
    def opened(now: datetime = NOON - timedelta(hours=2), **numbers: Any) -> Iterator[Room]:
        book = replace(BOOK, **numbers)
        with a_desk(tmp_path, FakeClock(now), team=SHIFTS, playbook=book) as room:
            yield room

    return opened


def of_noa(room: Room, when: datetime = NOON, number: int = 1) -> int:
    """Agree a hot follow-up with a customer of Noa's; gives the lead's id."""
    lead_id = lead_of(room, NOA, number)
    agree(room, lead_id, when=when)
    return lead_id


def set_away(desk: Desk, who: str = NOA, until: datetime | None = None) -> None:
    with desk.store.unit() as unit:
        reps.set_away(unit, who, until=until)
        unit.commit()


def set_back(desk: Desk, who: str = NOA) -> None:
    with desk.store.unit() as unit:
        reps.set_state(unit, [who], "active")
        unit.commit()


class TestAfterTheShift:
    def test_it_waits_for_the_next_one(self, shifts: Open):
        with shifts() as room:
            of_noa(room, EVENING)
            at(room, EVENING)
            at(room, MONDAY - timedelta(seconds=1))
            assert reminders(room, NOA) == reminders(room, AVI) == []
            at(room, MONDAY)
            [nudge] = reminders(room, NOA)
            assert f"<!date^{int(EVENING.timestamp())}^" in nudge.text
            assert room.load(1).owner == NOA

    def test_its_rounds_and_the_managers_follow_from_there(self, shifts: Open):
        with shifts() as room:
            of_noa(room, EVENING)
            at(room, EVENING)
            at(room, MONDAY)
            at(room, MONDAY + timedelta(minutes=10))
            assert len(reminders(room, NOA)) == 2
            assert room.outside.dms(MIRI) == []
            at(room, MONDAY + timedelta(minutes=20))
            assert len(room.outside.dms(MIRI)) == 1

    def test_goes_to_who_is_on_duty_where_deputies_are_asked(self, shifts: Open):
        with shifts(nag_off_shift=DEPUTY) as room:
            room.load_team(LATE_AVI)
            of_noa(room, EVENING)
            at(room, EVENING)
            assert room.load(1).owner == agreed(room).rep == AVI
            assert len(reminders(room, AVI)) == 1

    def test_waits_where_nobody_is_there(self, shifts: Open):
        with shifts(nag_off_shift=DEPUTY) as room:
            of_noa(room, EVENING)
            at(room, EVENING)
            at(room, EVENING + timedelta(hours=4))
            assert room.load(1).owner == NOA
            at(room, MONDAY)
            assert len(reminders(room, NOA)) == 1


class TestAShiftThatEndsInTheMiddleOfTheRounds:
    LATE = utc(2026, 11, 15, 15, 55)  # 17:55

    def test_lets_the_next_round_wait(self, shifts: Open):
        with shifts() as room:
            of_noa(room, self.LATE)
            at(room, self.LATE)
            at(room, self.LATE + timedelta(minutes=10))
            assert len(reminders(room, NOA)) == 1
            at(room, self.LATE + timedelta(minutes=40))
            assert room.outside.dms(MIRI) == []
            at(room, MONDAY)
            assert len(reminders(room, NOA)) == 2
            at(room, MONDAY + timedelta(minutes=10))
            assert len(room.outside.dms(MIRI)) == 1

    def test_gives_it_to_a_deputy_at_work_by_the_playbook(self, shifts: Open):
        with shifts(nag_off_shift=DEPUTY) as room:
            room.load_team(LATE_AVI)
            of_noa(room, self.LATE)
            at(room, self.LATE)
            at(room, self.LATE + timedelta(minutes=10))
            [older] = reminders(room, NOA)
            assert buttons(older) == []
            assert len(reminders(room, AVI)) == 1
            assert agreed(room).nags == 1

    def test_tells_the_managers_of_who_was_reminded_all_the_same(self, shifts: Open):
        started = utc(2026, 11, 15, 15, 45)
        with shifts() as room:
            of_noa(room, started)
            for after in (0, 10, 20):
                at(room, started + timedelta(minutes=after))
            assert len(reminders(room, NOA)) == 2
            assert len(room.outside.dms(MIRI)) == 1


class TestWhileTheRepIsAway:
    def test_a_deputy_takes_the_lead_with_its_card_and_reminders(self, shifts: Open):
        with shifts() as room:
            of_noa(room)
            set_away(room.desk)
            at(room)
            assert room.load(1).owner == agreed(room).rep == AVI
            assert room.history(1)[-1] == "covered"
            [nudge] = reminders(room, AVI)
            assert "asked for now" in nudge.text
            assert any("052-234-5001" in one.text for one in room.outside.dms(AVI)[:-1])
            assert reminders(room, NOA) == []
            assert all("052-234-5001" not in one.text for one in room.outside.dms(NOA))

    def test_the_history_says_who_stands_in(self, shifts: Open):
        with shifts() as room:
            of_noa(room)
            set_away(room.desk)
            at(room)
            with room.desk.store.view() as view:
                line, words = leads.lines(view, 1)[0], words_of(room.desk, view, AVI)
            assert f"<@{AVI}> stands in for <@{NOA}>" in history_line(line, words)

    def test_rounds_go_on_with_the_deputy(self, shifts: Open):
        with shifts() as room:
            of_noa(room)
            at(room)
            set_away(room.desk)
            at(room, NOON + timedelta(minutes=10))
            assert [buttons(one) for one in reminders(room, NOA)] == [[]]
            at(room, NOON + timedelta(minutes=20))
            assert len(reminders(room, AVI)) == 2
            assert room.outside.dms(MIRI) == []
            at(room, NOON + timedelta(minutes=30))
            assert len(room.outside.dms(MIRI)) == 1

    def test_many_are_handed_over_in_one_message(self, shifts: Open):
        with shifts() as room:
            for number in range(1, 6):
                of_noa(room, number=number)
            set_away(room.desk)
            before = len(room.outside.dms(AVI))
            at(room)
            assert {room.load(one).owner for one in range(1, 6)} == {AVI}
            assert len(room.outside.dms(AVI)) == before + 2
            assert len(reminders(room, AVI)) == 1

    def test_it_waits_where_the_playbook_says_so_and_comes_when_they_are_back(self, shifts: Open):
        with shifts(nag_away=WAIT) as room:
            of_noa(room)
            set_away(room.desk)
            at(room)
            at(room, NOON + timedelta(hours=2))
            assert reminders(room, NOA) == reminders(room, AVI) == room.outside.dms(MIRI) == []
            set_back(room.desk)
            at(room, NOON + timedelta(hours=2, minutes=15))
            assert len(reminders(room, NOA)) == 1

    def test_it_comes_when_the_time_is_over(self, shifts: Open):
        with shifts(nag_away=WAIT) as room:
            of_noa(room)
            set_away(room.desk, until=NOON + timedelta(minutes=7))
            at(room)
            at(room, NOON + timedelta(minutes=7))
            assert len(reminders(room, NOA)) == 1

    def test_it_is_covered_as_soon_as_somebody_is_there(self, shifts: Open):
        with shifts() as room:
            of_noa(room)
            for who in (NOA, AVI):
                set_away(room.desk, who)
            at(room)
            assert room.load(1).owner == NOA
            set_back(room.desk, AVI)
            at(room, NOON + timedelta(minutes=15))
            assert room.load(1).owner == AVI
            assert len(reminders(room, AVI)) == 1

    def test_it_moves_from_one_who_left_the_team(self, shifts: Open):
        with shifts() as room:
            of_noa(room)
            with room.desk.store.unit() as unit:
                reps.set_state(unit, [NOA], "paused")
                unit.commit()
            at(room)
            assert room.load(1).owner == AVI


class TestRest:
    def test_is_quiet_from_friday_afternoon_until_it_ends(self, tmp_path: Path):
        noon = utc(2026, 11, 20, 13, 45)
        with a_desk(tmp_path, FakeClock(noon - timedelta(hours=4))) as room:
            owner = agree(room, when=noon)
            at(room, noon)
            rest = room.desk.rest(noon)
            begins = next(start for start, _ in rest.spans if start > noon)
            at(room, max(begins, noon + timedelta(minutes=10)))
            at(room, noon + timedelta(hours=12))
            assert len(reminders(room, owner)) == 1
            assert room.outside.dms(MIRI) == []
            at(room, rest.ends(begins))
            assert len(reminders(room, owner)) == 2

    def test_is_not_quiet_for_what_was_agreed_inside_it(self, tmp_path: Path):
        saturday = utc(2026, 11, 21, 10, 0)
        with a_desk(tmp_path, FakeClock(saturday - timedelta(days=1, hours=2))) as room:
            owner = agree(room, when=saturday)
            at(room, saturday)
            assert len(reminders(room, owner)) == 1

    def test_ends_for_reps_with_hours_with_their_next_shift(self, shifts: Open):
        friday = utc(2026, 11, 20, 10, 0)  # 12:00, an hour before the shift ends
        with shifts(friday - timedelta(hours=2)) as room:
            of_noa(room, friday + timedelta(minutes=55))
            at(room, friday + timedelta(minutes=55))
            at(room, friday + timedelta(minutes=65))
            assert len(reminders(room, NOA)) == 1
            sunday = utc(2026, 11, 22, 7, 0)
            at(room, sunday - timedelta(seconds=1))
            assert len(reminders(room, NOA)) == 1
            at(room, sunday)
            assert len(reminders(room, NOA)) == 2


class TestTheNightInWhichClocksChange:
    def test_goes_back_keeps_the_wall_clock_of_the_shift(self, shifts: Open):
        saturday = utc(2027, 10, 30, 17, 30)
        with shifts(saturday - timedelta(days=3)) as room:
            of_noa(room, saturday)
            at(room, saturday)
            sunday = utc(2027, 10, 31, 7, 0)
            at(room, sunday - timedelta(seconds=1))
            assert reminders(room, NOA) == []
            at(room, sunday)
            assert len(reminders(room, NOA)) == 1

    def test_counts_rounds_by_minutes_that_pass(self, tmp_path: Path):
        night = utc(2027, 10, 30, 22, 55)  # 01:55, five minutes before 02:00 comes twice
        with a_desk(tmp_path, FakeClock(night - timedelta(hours=3))) as room:
            owner = agree(room, when=night)
            for after in (0, 10):
                at(room, night + timedelta(minutes=after))
            assert len(reminders(room, owner)) == 2
            at(room, night + timedelta(minutes=20))
            assert len(room.outside.dms(MIRI)) == 1
