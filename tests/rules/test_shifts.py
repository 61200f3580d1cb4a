"""Who works when: hours, duties, absence (C1, L4.3)."""

from datetime import UTC, datetime, timedelta

import pytest

from rules.hours import Week, read_week, union
from rules.playbook import Duty
from rules.shifts import (
    duty_week,
    holidays_of,
    is_away,
    is_on_shift,
    next_shift,
    shift_week,
)
from rules.team import Rep

SUNDAY = datetime(2026, 11, 15, tzinfo=UTC)
"""02:00 in Jerusalem."""
OFFICE = "Sun-Thu 09:00-17:00"
EVENINGS = (Duty("evenings", ("U01NOA",), "Sun-Thu 17:00-21:00, Sat 20:00-22:00"),)


def rep(**known: object) -> Rep:
    return Rep("U01NOA", "Noa", **({"hours": OFFICE} | known))  # type: ignore[arg-type]  # fields


def at(hour: int, *, day: int = 0) -> datetime:
    """Give a local hour of the week that begins on Sunday, in UTC."""
    return SUNDAY + timedelta(days=day, hours=hour - 2)


class TestARepsShift:
    @pytest.mark.parametrize(
        ("hour", "duties", "works"),
        [
            (8, (), False),
            (9, (), True),
            (16, (), True),
            (17, (), False),
            (17, EVENINGS, True),
            (21, EVENINGS, False),
            (18, (Duty("others", ("U01AVI",), "Sun-Sat 00:00-24:00"),), False),
        ],
    )
    def test_is_their_hours_and_their_duties(
        self, hour: int, duties: tuple[Duty, ...], works: bool
    ):
        assert is_on_shift(rep(), duties, now=at(hour)) == works

    def test_without_hours_is_always(self):
        assert is_on_shift(rep(hours=""), EVENINGS, now=at(3, day=6))

    def test_is_over_while_they_are_away(self):
        away = rep(state="away", away_until=at(12))
        assert not is_on_shift(away, (), now=at(11))
        assert is_on_shift(away, (), now=at(12))

    def test_never_begins_for_who_was_paused(self):
        assert not is_on_shift(rep(state="paused"), (), now=at(11))

    def test_is_in_their_own_zone(self):
        new_york = rep(timezone="America/New_York")
        assert not is_on_shift(new_york, (), now=at(9))
        assert is_on_shift(new_york, (), now=at(16))


class TestDuty:
    def test_of_several_entries_counts_whole(self):
        two = (*EVENINGS, Duty("fridays", ("U01NOA", "U01AVI"), "Fri 08:00-12:00"))
        assert duty_week(rep(), two) == union([read_week(one.hours) for one in two])

    def test_is_none_for_whom_nobody_named(self):
        assert duty_week(Rep("U01AVI", "Avi"), EVENINGS) is None

    def test_joins_the_shift_where_they_touch(self):
        assert shift_week(rep(), EVENINGS).spans[0] == read_week("Mon 09:00-21:00").spans[0]


class TestTheNextShift:
    @pytest.mark.parametrize(
        ("known", "now", "begins"),
        [
            ({}, at(10), at(10)),
            ({}, at(7), at(9)),
            ({}, at(18), at(9, day=1)),
            ({}, at(18, day=4), at(9, day=7)),
            ({"state": "away", "away_until": at(15)}, at(10), at(15)),
            ({"state": "away", "away_until": at(20)}, at(10), at(9, day=1)),
            ({"state": "away", "away_until": at(9)}, at(10), at(10)),
            ({"state": "away"}, at(10), None),
            ({"state": "paused"}, at(10), None),
        ],
    )
    def test_begins_when_they_work_again(
        self, known: dict[str, object], now: datetime, begins: datetime | None
    ):
        assert next_shift(rep(**known), (), now=now) == begins

    def test_may_be_a_duty(self):
        assert next_shift(rep(), EVENINGS, now=at(23, day=5)) == at(20, day=6)


class TestAbsence:
    def test_ends_by_itself(self):
        assert is_away(rep(state="away", away_until=at(12)), now=at(11))
        assert not is_away(rep(state="away", away_until=at(12)), now=at(12))

    def test_without_an_end_lasts(self):
        assert is_away(rep(state="away"), now=at(10, day=300))


class TestWeeksTogether:
    def test_are_open_always_where_one_is(self):
        assert union([read_week(OFFICE), Week()]) == Week()


class TestAHoliday:
    """Sunday is one in the rep's country; Monday is not."""

    @pytest.mark.parametrize(
        ("hour", "day", "works"), [(10, 0, False), (10, 1, True), (23, 0, False)]
    )
    def test_is_off_shift(self, hour: int, day: int, works: bool):
        noa = rep(days_off=("2026-11-15",))
        assert is_on_shift(noa, EVENINGS, now=at(hour, day=day)) == works

    def test_lets_nobody_on_duty(self):
        assert not is_on_shift(rep(days_off=("2026-11-15",)), EVENINGS, now=at(18))

    def test_puts_the_next_shift_off(self):
        noa = rep(days_off=("2026-11-15", "2026-11-16"))
        assert next_shift(noa, (), now=at(10)) == at(9, day=2)

    def test_goes_by_the_reps_own_day(self):
        tokyo = rep(hours="", timezone="Asia/Tokyo", days_off=("2026-11-15",))
        assert not is_on_shift(tokyo, (), now=SUNDAY)
        assert is_on_shift(tokyo, (), now=SUNDAY + timedelta(hours=15))
        assert next_shift(tokyo, (), now=SUNDAY) == SUNDAY + timedelta(hours=15)

    def test_has_none_of_its_minutes_counted(self):
        assert holidays_of(rep(days_off=("2026-11-15",))) == [(at(0), at(24))]
