"""Hours of work, of calling and of quiet, by the wall clock of a zone."""

import contextlib
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.hours import (
    DayWindow,
    Week,
    inside,
    is_open,
    next_inside,
    next_open,
    next_outside,
    open_spans,
    read_week,
    read_window,
)

ZONE = ZoneInfo("Asia/Jerusalem")
ISRAEL = read_week("Sun-Thu 09:00-18:00, Fri 09:00-13:00")
CALLING = read_window("09:00-20:00")
QUIET = read_window("21:00-08:00")
DAY = 1440

ZONES = st.sampled_from(
    ["Asia/Jerusalem", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kathmandu"]
).map(ZoneInfo)
# Round the changes of clocks as often as anywhere else.
MOMENTS = st.one_of(
    st.tuples(st.just(datetime(2024, 1, 1, tzinfo=UTC)), st.integers(0, 4 * 365 * 86400)),
    st.tuples(st.just(datetime(2026, 3, 26, tzinfo=UTC)), st.integers(0, 2 * 86400)),
    st.tuples(st.just(datetime(2026, 10, 24, tzinfo=UTC)), st.integers(0, 2 * 86400)),
    st.tuples(st.just(datetime(2026, 4, 23, tzinfo=UTC)), st.integers(0, 2 * 86400)),
).map(lambda chosen: chosen[0] + timedelta(seconds=chosen[1], microseconds=chosen[1]))
SPAN = st.tuples(st.integers(0, 7 * DAY - 1), st.integers(1, DAY)).map(
    lambda span: (span[0], min(span[0] + span[1], 7 * DAY))
)


def apart(spans):
    chosen: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if not chosen or start > chosen[-1][1]:
            chosen.append((start, end))
    return Week(tuple(chosen))


WEEKS = st.lists(SPAN, min_size=1, max_size=6).map(apart)
CLOCKS = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
WINDOWS = st.builds(DayWindow, start=CLOCKS, end=CLOCKS)


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


class TestReadingAWeek:
    @pytest.mark.parametrize(
        ("text", "spans"),
        [
            ("", ()),
            ("  ", ()),
            ("Mon 09:00-18:00", ((540, 1080),)),
            ("monday 9:00 - 18:00", ((540, 1080),)),
            ("TUES 09:00–10:00", ((DAY + 540, DAY + 600),)),
            ("Sun 20:00-24:00", ((6 * DAY + 1200, 7 * DAY),)),
            ("Mon 09:00-12:00, Mon 11:00-14:00", ((540, 840),)),
            ("Mon 20:00-24:00, Tue 00:00-02:00", ((1200, DAY + 120),)),
            ("Mon-Sun 00:00-24:00", ((0, 7 * DAY),)),
            ("Sun-Mon 09:00-10:00", ((540, 600), (6 * DAY + 540, 6 * DAY + 600))),
        ],
    )
    def test_gives_minutes_from_monday_merged_and_sorted(self, text, spans):
        assert read_week(text) == Week(spans)

    def test_wraps_a_range_of_days_round_the_week(self):
        days = [start // DAY for start, _ in read_week("Fri-Mon 09:00-10:00").spans]
        assert days == [0, 4, 5, 6]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("always", "'always': write working hours"),
            ("Sun 09:00-18:00,", "''"),
            ("Fun 09:00-18:00", "'fun' is not a day"),
            ("S 09:00-18:00", "'s' is not a day"),
            ("Sun-Zzz 09:00-18:00", "'zzz' is not a day"),
            ("Sun 25:00-26:00", "25:00 is not a time"),
            ("Sun 09:60-18:00", "09:60 is not a time"),
            ("Sun 09:00-24:01", "24:01 is not a time"),
            ("Mon 9:00-10:00, Sun 18:00-09:00", "'Sun 18:00-09:00': ends before it starts"),
            ("Sun 09:00-09:00", "ends before it starts"),
        ],
    )
    def test_refuses_a_bad_part_by_name(self, text, said):
        with pytest.raises(ValueError, match=said):
            read_week(text)

    @given(text=st.text() | st.text("SunMoFri -:,0123456789"))
    def test_raises_nothing_but_value_error(self, text):
        with contextlib.suppress(ValueError):
            read_week(text)


class TestAWeek:
    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ("2026-11-22 09:00", True),
            ("2026-11-22 08:59", False),
            ("2026-11-22 17:59:59", True),
            ("2026-11-22 18:00", False),
            ("2026-11-27 12:00", True),
            ("2026-11-27 13:00", False),
            ("2026-11-28 12:00", False),
        ],
    )
    def test_is_open_from_its_start_up_to_its_end(self, at, expected):
        assert is_open(ISRAEL, at=local(at), zone=ZONE) is expected

    def test_without_spans_is_always_open(self):
        at = local("2026-11-28 03:00")
        assert is_open(Week(), at=at, zone=ZONE)
        assert next_open(Week(), at=at, zone=ZONE) == at

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ("2026-11-22 10:30", "2026-11-22 10:30"),
            ("2026-11-22 07:00", "2026-11-22 09:00"),
            ("2026-11-26 18:00", "2026-11-27 09:00"),
            ("2026-11-27 13:00", "2026-11-29 09:00"),
            ("2026-03-26 18:00", "2026-03-27 09:00"),
            ("2026-10-24 18:00", "2026-10-25 09:00"),
        ],
    )
    def test_opens_next_on_the_wall_clock(self, at, expected):
        found = next_open(ISRAEL, at=local(at), zone=ZONE)
        assert found == local(expected)
        assert found.tzinfo is UTC

    def test_whose_start_the_clocks_skip_opens_when_they_have_moved(self):
        week = read_week("Fri 02:30-04:00")
        found = next_open(week, at=local("2026-03-27 01:00"), zone=ZONE)
        assert found == local("2026-03-27 03:00")

    def test_whose_only_hour_the_clocks_skip_opens_a_week_later(self):
        week = read_week("Fri 02:10-02:20")
        found = next_open(week, at=local("2026-03-27 01:00"), zone=ZONE)
        assert found == local("2026-04-03 02:10")

    @given(week=WEEKS, at=MOMENTS, zone=ZONES)
    def test_is_open_at_its_next_opening_and_not_before(self, week, at, zone):
        found = next_open(week, at=at, zone=zone)
        assert found is not None
        assert found >= at
        assert is_open(week, at=found, zone=zone)
        if found > at:
            assert list(open_spans(week, start=at, end=found, zone=zone)) == []
            assert not is_open(week, at=found - timedelta(microseconds=1), zone=zone)


class TestReadingAWindow:
    @pytest.mark.parametrize(
        ("text", "window"),
        [
            ("21:00-08:00", DayWindow(time(21), time(8))),
            (" 9:00 – 20:30 ", DayWindow(time(9), time(20, 30))),
            ("21:00-24:00", DayWindow(time(21), time(0))),
            ("00:00-00:00", DayWindow(time(0), time(0))),
        ],
    )
    def test_gives_local_times(self, text, window):
        assert read_window(text) == window

    @pytest.mark.parametrize("text", ["", "21-8", "25:00-08:00", "24:00-08:00", "00:00-24:00"])
    def test_refuses_what_is_no_window(self, text):
        with pytest.raises(ValueError, match="'"):
            read_window(text)


class TestAWindow:
    @pytest.mark.parametrize(
        ("at", "quiet"),
        [
            ("2026-11-22 20:59", False),
            ("2026-11-22 21:00", True),
            ("2026-11-23 00:00", True),
            ("2026-11-23 07:59", True),
            ("2026-11-23 08:00", False),
        ],
    )
    def test_may_run_past_midnight(self, at, quiet):
        assert inside(QUIET, at=local(at), zone=ZONE) is quiet

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ("2026-11-22 12:00", "2026-11-22 12:00"),
            ("2026-11-22 07:00", "2026-11-22 09:00"),
            ("2026-11-22 20:00", "2026-11-23 09:00"),
        ],
    )
    def test_waits_for_its_next_start(self, at, expected):
        assert next_inside(CALLING, at=local(at), zone=ZONE) == local(expected)

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ("2026-11-22 12:00", "2026-11-22 12:00"),
            ("2026-11-22 22:00", "2026-11-23 08:00"),
            ("2026-11-23 03:00", "2026-11-23 08:00"),
            ("2026-03-26 22:00", "2026-03-27 08:00"),
        ],
    )
    def test_lets_go_at_its_end(self, at, expected):
        assert next_outside(QUIET, at=local(at), zone=ZONE) == local(expected)

    def test_with_equal_ends_is_never_quiet(self):
        never = read_window("08:00-08:00")
        at = local("2026-11-22 08:00")
        assert not inside(never, at=at, zone=ZONE)
        assert next_outside(never, at=at, zone=ZONE) == at
        assert next_inside(never, at=at + timedelta(hours=1), zone=ZONE) == at + timedelta(days=1)

    @given(window=WINDOWS, at=MOMENTS, zone=ZONES)
    def test_is_left_and_entered_in_utc_and_never_earlier(self, window, at, zone):
        out = next_outside(window, at=at, zone=zone)
        assert out >= at
        assert not inside(window, at=out, zone=zone)
        if window.start != window.end:
            entered = next_inside(window, at=at, zone=zone)
            assert entered >= at
            assert inside(window, at=entered, zone=zone)
            assert entered.utcoffset() == out.utcoffset() == timedelta(0)
