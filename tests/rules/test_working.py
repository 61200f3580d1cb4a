"""The minutes that count for a lead that waits (C1)."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.hours import DayWindow, Week, is_open, read_week, read_window
from rules.rest import Rest, may_call, merged
from rules.working import HORIZON, Working
from tests.rules.test_hours import WEEKS, WINDOWS, ZONES

ISRAEL = ZoneInfo("Asia/Jerusalem")
NEW_YORK = ZoneInfo("America/New_York")
OFFICE = read_week("Sun-Thu 09:00-18:00, Fri 09:00-13:00")
CALLING = read_window("09:00-20:00")
MINUTE = timedelta(minutes=1)
SHABBAT = merged([(datetime(2026, 11, 20, 14, 0, tzinfo=UTC),
                   datetime(2026, 11, 21, 15, 45, tzinfo=UTC))])  # fmt: skip

# Whole minutes round the changes of clocks, so that a count minute by minute is exact.
STARTS = st.one_of(
    st.tuples(st.just(datetime(2026, 3, 26, tzinfo=UTC)), st.integers(0, 2 * 1440)),
    st.tuples(st.just(datetime(2026, 10, 24, tzinfo=UTC)), st.integers(0, 2 * 1440)),
    st.tuples(st.just(datetime(2026, 11, 1, tzinfo=UTC)), st.integers(0, 2 * 1440)),
    st.tuples(st.just(datetime(2026, 12, 30, tzinfo=UTC)), st.integers(0, 5 * 1440)),
).map(lambda chosen: chosen[0] + chosen[1] * MINUTE)
SHIFTS = st.one_of(st.just(Week()), WEEKS)


@st.composite
def rests(draw, start):
    """Give rest in the week after a moment, in whole minutes."""
    spans = draw(
        st.lists(st.tuples(st.integers(-600, 9000), st.integers(1, 3000)), min_size=0, max_size=3)
    )
    return merged((start + at * MINUTE, start + (at + length) * MINUTE) for at, length in spans)


@st.composite
def placed(draw):
    """Give a start and what counts from it on."""
    start = draw(STARTS)
    shift, calling, rest = draw(SHIFTS), draw(WINDOWS), draw(rests(start))
    return start, Working(shift, draw(ZONES), calling, draw(ZONES), rest)


def counts(working: Working, at: datetime) -> bool:
    """Say of one moment whether it counts."""
    on_shift = is_open(working.shift, at=at, zone=working.zone)
    return on_shift and may_call(working.calling, working.rest, at=at, zone=working.local)


def by_hand(working: Working, start: datetime, minutes: int) -> int:
    return sum(counts(working, start + n * MINUTE) for n in range(minutes))


def office(shift: Week = OFFICE, zone: ZoneInfo = ISRAEL, **more) -> Working:
    given: dict[str, Any] = {"calling": CALLING, "local": ISRAEL, "rest": Rest()} | more
    return Working(shift, zone, **given)


def local(text: str, zone: ZoneInfo = ISRAEL) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


class TestMinutesThatCount:
    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            ("2026-11-15 10:00", "2026-11-15 10:20", 20),
            ("2026-11-15 10:20", "2026-11-15 10:00", 0),
            ("2026-11-15 17:50", "2026-11-16 09:10", 20),
            ("2026-11-15 22:00", "2026-11-16 09:00", 0),
            ("2026-11-19 17:55", "2026-11-20 09:05", 10),
            ("2026-11-20 12:50", "2026-11-22 09:10", 20),
        ],
    )
    def test_are_those_of_the_shift(self, start, end, expected):
        assert office().minutes(local(start), local(end)) == expected

    def test_are_not_those_outside_the_customers_calling_hours(self):
        abroad = office(Week(), local=NEW_YORK)
        start = local("2026-11-15 15:30")  # 08:30 in New York
        assert abroad.minutes(start, start + timedelta(hours=1)) == 30

    def test_are_not_those_of_rest(self):
        always = office(Week(), rest=SHABBAT)
        start = local("2026-11-20 15:50")  # rest begins at 16:00
        assert always.minutes(start, local("2026-11-21 18:00")) == 10 + 15

    def test_are_to_the_second(self):
        start = local("2026-11-15 17:59:30")
        assert office().minutes(start, start + timedelta(seconds=90)) == 0.5

    def test_of_a_window_that_runs_past_midnight_run_on(self):
        night = office(Week(), calling=DayWindow(time(22), time(2)))
        assert night.minutes(local("2026-11-15 23:50"), local("2026-11-16 00:10")) == 20

    def test_end_at_the_horizon(self):
        always = office(Week(), calling=DayWindow(time(), time(23, 59)))
        start = local("2026-11-15 00:00")
        day = 24 * 60 - 1
        assert always.minutes(start, start + 2 * HORIZON) == 15 * day


class TestOverTheChangesOfTheClock:
    def test_an_hour_that_is_left_out_counts_for_nothing(self):
        night = office(read_week("Fri 01:00-05:00"), calling=DayWindow(time(), time(23, 59)))
        spring = local("2026-03-27 00:00")
        assert night.minutes(spring, spring + timedelta(hours=8)) == 3 * 60

    def test_an_hour_that_comes_twice_counts_twice(self):
        night = office(read_week("Sun 00:00-05:00"), calling=DayWindow(time(), time(23, 59)))
        autumn = local("2026-10-25 00:00")
        assert night.minutes(autumn, autumn + timedelta(hours=8)) == 6 * 60

    def test_a_step_lands_behind_the_change(self):
        night = office(read_week("Fri 01:00-05:00"), calling=DayWindow(time(), time(23, 59)))
        at = night.after(local("2026-03-27 01:50"), 20)
        assert at == local("2026-03-27 03:10")


class TestAfter:
    @pytest.mark.parametrize(
        ("start", "minutes", "expected"),
        [
            ("2026-11-15 10:00", 0, "2026-11-15 10:00"),
            ("2026-11-15 10:00", 20, "2026-11-15 10:20"),
            ("2026-11-15 22:00", 0, "2026-11-16 09:00"),
            ("2026-11-15 22:00", 5, "2026-11-16 09:05"),
            ("2026-11-15 17:50", 20, "2026-11-16 09:10"),
            ("2026-11-20 12:58", 5, "2026-11-22 09:03"),
        ],
    )
    def test_counts_on_in_the_next_shift(self, start, minutes, expected):
        assert office().after(local(start), minutes) == local(expected)

    def test_the_last_minute_of_a_shift_is_the_first_of_the_next(self):
        assert office().after(local("2026-11-15 17:55"), 5) == local("2026-11-16 09:00")

    def test_waits_for_the_end_of_rest(self):
        always = office(Week(), rest=SHABBAT)
        assert always.after(local("2026-11-20 15:57"), 5) == local("2026-11-21 17:47")

    def test_gives_a_moment_to_look_again_where_nothing_counts(self):
        never = office(calling=DayWindow(time(9), time(9)))
        start = local("2026-11-15 10:00")
        assert never.after(start, 5) == start + HORIZON
        assert never.minutes(start, start + HORIZON) == 0

    def test_gives_utc(self):
        assert office().after(local("2026-11-15 10:00"), 5).utcoffset() == timedelta()


class TestWhateverTheHours:
    @given(given=placed(), minutes=st.integers(0, 2 * 1440))
    def test_minutes_are_those_that_a_count_by_hand_finds(self, given, minutes):
        start, working = given
        found = working.minutes(start, start + minutes * MINUTE)
        assert found == by_hand(working, start, minutes)

    @given(given=placed(), minutes=st.floats(0, 3000, allow_nan=False))
    def test_after_is_the_inverse(self, given, minutes):
        start, working = given
        whole = timedelta(minutes=minutes) / MINUTE
        at = working.after(start, minutes)
        assume(at < start + HORIZON)
        assert working.minutes(start, at) == whole
        assert counts(working, at)

    @given(given=placed(), minutes=st.integers(0, 3000))
    def test_after_is_the_first_such_moment(self, given, minutes):
        start, working = given
        at = working.after(start, minutes)
        assume(start < at < start + HORIZON)
        before = at - timedelta(microseconds=1)
        assert working.minutes(start, before) < minutes or not counts(working, before)

    @given(given=placed(), few=st.integers(0, 3000), more=st.integers(0, 3000))
    def test_after_grows(self, given, few, more):
        start, working = given
        first, last = (working.after(start, n) for n in sorted((few, more)))
        assert start <= first <= last <= start + HORIZON

    @given(given=placed(), few=st.integers(0, 300), more=st.integers(0, 300))
    def test_one_stretch_after_another_is_both_together(self, given, few, more):
        start, working = given
        both = working.after(start, few + more)
        assume(both < start + HORIZON)
        assert working.after(working.after(start, few), more) == both
