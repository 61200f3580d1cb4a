"""Rest: when nobody is called or written to, and the soonest moment outside."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.hours import DayWindow, read_window
from rules.rest import Rest, may_call, may_send, merged, next_calling, next_sending

ZONE = ZoneInfo("Asia/Jerusalem")
NEW_YORK = ZoneInfo("America/New_York")
CALLING = read_window("09:00-20:00")
QUIET = read_window("21:00-08:00")
NEVER = read_window("09:00-09:00")
MOMENT = timedelta(microseconds=1)
YEARS = timedelta(days=5 * 365)


def local(text, zone=ZONE):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def rest(*spans, zone=ZONE):
    return merged((local(start, zone), local(end, zone)) for start, end in spans)


# Friday 20 November 2026, sunset 16:38, to Saturday night.
SHABBAT = rest(("2026-11-20 15:58", "2026-11-21 17:18"))

ZONES = st.sampled_from(
    ["Asia/Jerusalem", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe"]
).map(ZoneInfo)
# Round the changes of clocks in Jerusalem and in New York as often as anywhere else.
STARTS = st.sampled_from(
    [
        (datetime(2026, 1, 1, tzinfo=UTC), 365),
        (datetime(2026, 3, 26, tzinfo=UTC), 3),
        (datetime(2026, 10, 24, tzinfo=UTC), 3),
        (datetime(2026, 3, 7, tzinfo=UTC), 3),
        (datetime(2026, 10, 31, tzinfo=UTC), 3),
    ]
)
MOMENTS = st.builds(
    lambda start, part: start[0] + part * timedelta(days=start[1]), STARTS, st.floats(0, 1)
)
LENGTHS = st.one_of(st.integers(-60, 4 * 1440), st.just(YEARS // timedelta(minutes=1)))
SPANS = st.lists(
    st.builds(lambda at, length: (at, at + timedelta(minutes=length)), MOMENTS, LENGTHS), max_size=8
)
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
WINDOWS = st.builds(DayWindow, start=CLOCKS, end=CLOCKS)


class TestMerging:
    @pytest.mark.parametrize(
        ("spans", "expected"),
        [
            ([], []),
            ([(1, 3), (5, 7)], [(1, 3), (5, 7)]),
            ([(5, 7), (1, 3)], [(1, 3), (5, 7)]),
            ([(1, 3), (3, 5)], [(1, 5)]),
            ([(1, 4), (2, 6)], [(1, 6)]),
            ([(1, 9), (2, 3)], [(1, 9)]),
            ([(1, 9), (2, 3), (8, 10), (11, 12)], [(1, 10), (11, 12)]),
            ([(3, 3)], []),
            ([(5, 3)], []),
            ([(1, 3), (2, 1)], [(1, 3)]),
        ],
    )
    def test_leaves_stretches_sorted_and_apart(self, spans, expected):
        hours = [(local(f"2026-11-20 {a:02}:00"), local(f"2026-11-20 {b:02}:00")) for a, b in spans]
        made = merged(hours).spans
        assert [tuple(moment.astimezone(ZONE).hour for moment in span) for span in made] == expected

    def test_gives_utc(self):
        start, end = SHABBAT.spans[0]
        assert start.utcoffset() == end.utcoffset() == timedelta(0)
        assert start == local("2026-11-20 15:58")

    @given(spans=SPANS, at=MOMENTS)
    def test_covers_what_one_of_them_covers(self, spans, at):
        made = merged(spans)
        assert made.covers(at) == any(start <= at < end for start, end in spans)
        flat = [moment for span in made.spans for moment in span]
        assert flat == sorted(set(flat))


class TestAStretch:
    @pytest.mark.parametrize(
        ("at", "covered"),
        [
            ("2026-11-20 15:57:59", False),
            ("2026-11-20 15:58", True),
            ("2026-11-21 00:00", True),
            ("2026-11-21 17:17:59", True),
            ("2026-11-21 17:18", False),
        ],
    )
    def test_holds_its_start_and_not_its_end(self, at, covered):
        assert SHABBAT.covers(local(at)) is covered

    @pytest.mark.parametrize(
        ("at", "end"),
        [
            ("2026-11-20 15:00", "2026-11-20 15:00"),
            ("2026-11-20 15:58", "2026-11-21 17:18"),
            ("2026-11-21 17:18", "2026-11-21 17:18"),
            ("2026-11-22 09:00", "2026-11-22 09:00"),
        ],
    )
    def test_gives_its_end_in_utc(self, at, end):
        found = SHABBAT.ends(local(at))
        assert found == local(end)
        assert found.utcoffset() == timedelta(0)

    def test_of_no_rest_covers_nothing(self):
        at = local("2026-11-21 12:00")
        assert not Rest().covers(at)
        assert Rest().ends(at) == at

    def test_is_of_moments_wherever_the_clock_hangs(self):
        assert SHABBAT.covers(local("2026-11-20 09:00", NEW_YORK))
        assert not SHABBAT.covers(local("2026-11-20 08:57", NEW_YORK))


class TestCalling:
    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ("2026-11-20 12:00", "2026-11-20 12:00"),
            ("2026-11-20 15:58", "2026-11-21 17:18"),
            ("2026-11-21 09:00", "2026-11-21 17:18"),
            ("2026-11-21 19:59", "2026-11-21 19:59"),
            ("2026-11-21 20:00", "2026-11-22 09:00"),
        ],
    )
    def test_waits_for_the_end_of_shabbat(self, at, expected):
        assert next_calling(CALLING, SHABBAT, at=local(at), zone=ZONE) == local(expected)

    def test_waits_for_the_morning_when_shabbat_ends_after_calling_hours(self):
        summer = rest(("2026-06-19 19:06", "2026-06-20 20:27"))
        found = next_calling(CALLING, summer, at=local("2026-06-19 19:30"), zone=ZONE)
        assert found == local("2026-06-21 09:00")

    def test_passes_rest_that_begins_before_the_hours_do(self):
        """The night before a holiday waits for the hours, and these lie in the holiday."""
        holiday = rest(("2026-09-21 06:00", "2026-09-21 19:17"))
        found = next_calling(CALLING, holiday, at=local("2026-09-20 22:00"), zone=ZONE)
        assert found == local("2026-09-21 19:17")

    def test_passes_one_stretch_after_another(self):
        days = [(f"2026-11-{day} 00:00", f"2026-11-{day} 23:00") for day in range(16, 27)]
        found = next_calling(CALLING, rest(*days), at=local("2026-11-16 10:00"), zone=ZONE)
        assert found == local("2026-11-27 09:00")

    def test_goes_by_the_customers_clock_and_the_teams_rest(self):
        """In New York it is Saturday morning when Shabbat ends in Jerusalem."""
        found = next_calling(CALLING, SHABBAT, at=local("2026-11-20 15:58"), zone=NEW_YORK)
        assert found == local("2026-11-21 10:18", NEW_YORK)

    @pytest.mark.parametrize(
        ("zone", "at", "ends", "hours"),
        [
            (ZONE, "2026-03-26 21:00", "2026-03-27 01:30", 11),
            (ZONE, "2026-10-24 21:00", "2026-10-25 01:30", 13),
            (NEW_YORK, "2026-03-07 21:00", "2026-03-08 01:30", 11),
            (NEW_YORK, "2026-10-31 21:00", "2026-11-01 00:30", 13),
        ],
    )
    def test_opens_by_the_wall_clock_after_a_night_when_it_changes(self, zone, at, ends, hours):
        night = rest((at, ends), zone=zone)
        found = next_calling(CALLING, night, at=local(at, zone), zone=zone)
        assert found.astimezone(zone).time() == time(9)
        assert found - local(at, zone).astimezone(UTC) == timedelta(hours=hours)

    def test_begins_after_a_rest_of_years(self):
        long = rest(("2026-01-01 00:00", "2036-01-01 21:00"))
        found = next_calling(CALLING, long, at=local("2026-11-20 12:00"), zone=ZONE)
        assert found == local("2036-01-02 09:00")

    def test_in_empty_hours_is_given_their_next_start_outside_rest(self):
        found = next_calling(NEVER, SHABBAT, at=local("2026-11-20 12:00"), zone=ZONE)
        assert found == local("2026-11-22 09:00")
        assert not may_call(NEVER, SHABBAT, at=found, zone=ZONE)

    @given(window=WINDOWS, spans=SPANS, at=MOMENTS, zone=ZONES)
    def test_ends_outside_rest_and_never_earlier(self, window, spans, at, zone):
        found = next_calling(window, merged(spans), at=at, zone=zone)
        assert found >= at
        assert found.utcoffset() == timedelta(0)
        assert not merged(spans).covers(found)

    @given(window=WINDOWS, spans=SPANS, at=MOMENTS, zone=ZONES, part=st.floats(0, 1))
    def test_is_in_its_hours_and_nowhere_sooner(self, window, spans, at, zone, part):
        kept = merged(spans)
        found = next_calling(window, kept, at=at, zone=zone)
        assert may_call(window, kept, at=found, zone=zone) is (window.start != window.end)
        if found > at:
            for sooner in (at, at + part * (found - MOMENT - at), found - MOMENT):
                assert not may_call(window, kept, at=sooner, zone=zone)


class TestSending:
    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ("2026-11-20 12:00", "2026-11-20 12:00"),
            ("2026-11-20 15:58", "2026-11-21 17:18"),
            ("2026-11-21 20:59", "2026-11-21 20:59"),
            ("2026-11-21 21:00", "2026-11-22 08:00"),
        ],
    )
    def test_waits_for_the_end_of_shabbat_and_of_the_night(self, at, expected):
        assert next_sending(QUIET, SHABBAT, at=local(at), zone=ZONE) == local(expected)

    def test_waits_for_the_morning_when_rest_ends_in_quiet_hours(self):
        summer = rest(("2026-06-19 19:06", "2026-06-20 21:05"))
        found = next_sending(QUIET, summer, at=local("2026-06-19 20:00"), zone=ZONE)
        assert found == local("2026-06-21 08:00")

    @pytest.mark.parametrize(
        ("zone", "evening", "hours"),
        [
            (ZONE, "2026-03-26 21:00", 10),
            (ZONE, "2026-10-24 21:00", 12),
            (NEW_YORK, "2026-03-07 21:00", 10),
            (NEW_YORK, "2026-10-31 21:00", 12),
        ],
    )
    def test_opens_by_the_wall_clock_after_a_night_when_it_changes(self, zone, evening, hours):
        at = local(evening, zone).astimezone(UTC)
        assert next_sending(QUIET, Rest(), at=at, zone=zone) - at == timedelta(hours=hours)

    def test_needs_no_more_than_the_one_minute_that_is_not_quiet(self):
        window = read_window("00:00-23:59")
        found = next_sending(window, SHABBAT, at=local("2026-11-20 12:00"), zone=ZONE)
        assert found == local("2026-11-21 23:59")

    def test_is_held_up_by_rest_alone_where_nothing_is_quiet(self):
        found = next_sending(NEVER, SHABBAT, at=local("2026-11-21 03:00"), zone=ZONE)
        assert found == local("2026-11-21 17:18")

    @given(window=WINDOWS, spans=SPANS, at=MOMENTS, zone=ZONES, part=st.floats(0, 1))
    def test_is_allowed_when_it_comes_and_not_sooner(self, window, spans, at, zone, part):
        kept = merged(spans)
        found = next_sending(window, kept, at=at, zone=zone)
        assert found >= at
        assert found.utcoffset() == timedelta(0)
        assert may_send(window, kept, at=found, zone=zone)
        if found > at:
            for sooner in (at, at + part * (found - MOMENT - at), found - MOMENT):
                assert not may_send(window, kept, at=sooner, zone=zone)


class TestWhetherNow:
    @pytest.mark.parametrize(
        ("at", "call", "send"),
        [
            ("2026-11-20 12:00", True, True),
            ("2026-11-20 08:30", False, True),
            ("2026-11-19 20:30", False, True),
            ("2026-11-19 22:00", False, False),
            ("2026-11-20 15:58", False, False),
            ("2026-11-21 17:18", True, True),
        ],
    )
    def test_one_may_call_or_write(self, at, call, send):
        assert may_call(CALLING, SHABBAT, at=local(at), zone=ZONE) is call
        assert may_send(QUIET, SHABBAT, at=local(at), zone=ZONE) is send
