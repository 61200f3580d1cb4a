"""When: moments as reps type them. Now is Monday 23 November 2026, 10:00 in Jerusalem."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.when import read_duration, read_when

JERUSALEM = ZoneInfo("Asia/Jerusalem")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ZONES = st.sampled_from(["Asia/Jerusalem", "America/New_York", "Australia/Lord_Howe", "UTC"])
MOMENTS = st.integers(-3 * 10**8, 3 * 10**8).map(lambda seconds: NOW + timedelta(seconds=seconds))
WORDS = (
    "in עוד בעוד 30 30m 99999999m 2h 3d שעה חצי tomorrow מחר mon יום ב שני 9:30 25:99 25/12 "
    "31/2 29/2 2026-12-25 9999-12-31 0000-00-00 25/12/9999 at ב-10 4pm 13pm 99 16:00"
)
PIECES = st.lists(st.sampled_from(WORDS.split()) | st.text(max_size=5), max_size=5)


def read(text, now=NOW, zone=JERUSALEM):
    found = read_when(text.split(" "), now=now, zone=zone)
    return found and (f"{found[0].astimezone(zone):%Y-%m-%d %H:%M}", found[1])


def taken_whole(text, shown):
    return read(text) == (shown, len(text.split(" ")))


class TestATimeAhead:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("30m", "2026-11-23 10:30"),
            ("in 30m", "2026-11-23 10:30"),
            ("in 30 min", "2026-11-23 10:30"),
            ("2h", "2026-11-23 12:00"),
            ("1.5h", "2026-11-23 11:30"),
            ("1h30m", "2026-11-23 11:30"),
            ("1h 30m", "2026-11-23 11:30"),
            ("in an hour", "2026-11-23 11:00"),
            ("in half an hour", "2026-11-23 10:30"),
            ("3d", "2026-11-26 10:00"),
            ("in 2 weeks", "2026-12-07 10:00"),
            ("עוד שעה", "2026-11-23 11:00"),
            ("עוד חצי שעה", "2026-11-23 10:30"),
            ("בעוד רבע שעה", "2026-11-23 10:15"),
            ("עוד 20 דקות", "2026-11-23 10:20"),
            ("עוד 20 דק׳", "2026-11-23 10:20"),
            ("בעוד שעתיים", "2026-11-23 12:00"),
            ("עוד שעה וחצי", "2026-11-23 11:30"),
            ("עוד יומיים", "2026-11-25 10:00"),
            ("\u200fעוד שעה\u200f", "2026-11-23 11:00"),
        ],
    )
    def test_is_counted_from_now(self, text, shown):
        assert taken_whole(text, shown)

    @pytest.mark.parametrize("text", ["0m", "99999999d", "99999999w", "30x", "in", "שעה", "עוד"])
    def test_is_none_where_it_goes_nowhere(self, text):
        assert read(text) is None

    @given(number=st.integers(1, 99999999), unit=st.sampled_from("mhdw"), now=MOMENTS, zone=ZONES)
    def test_lies_after_now_or_is_none(self, number, unit, now, zone):
        found = read_when([f"{number}{unit}"], now=now, zone=ZoneInfo(zone))
        assert found is None or found[0] > now

    def test_of_days_keeps_the_time_on_the_clock_when_clocks_change(self):
        now = datetime(2026, 3, 26, 10, 0, tzinfo=JERUSALEM)
        assert read("1d", now=now) == ("2026-03-27 10:00", 1)
        assert read("24h", now=now) == ("2026-03-27 11:00", 1)


class TestABareTime:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("16:00", "2026-11-23 16:00"),
            ("at 16:00", "2026-11-23 16:00"),
            ("ב-16:00", "2026-11-23 16:00"),
            ("ב16:00", "2026-11-23 16:00"),
            ("בשעה 16:00", "2026-11-23 16:00"),
            ("4pm", "2026-11-23 16:00"),
            ("4 PM", "2026-11-23 16:00"),
            ("4:30pm", "2026-11-23 16:30"),
            ("12pm", "2026-11-23 12:00"),
            ("12am", "2026-11-24 00:00"),
            ("9:30", "2026-11-24 09:30"),
            ("10:00", "2026-11-24 10:00"),
            ("１６：００", "2026-11-23 16:00"),
            ("“16:00”", "2026-11-23 16:00"),
        ],
    )
    def test_is_today_or_tomorrow_where_it_has_passed(self, text, shown):
        assert taken_whole(text, shown)

    @pytest.mark.parametrize("text", ["24:00", "25:00", "9:60", "13pm", "0am", "16", "16:0"])
    def test_is_none_where_no_clock_shows_it(self, text):
        assert read(text) is None


class TestANamedDay:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("today 16:00", "2026-11-23 16:00"),
            ("today 9:00", "2026-11-23 09:00"),
            ("היום 16:00", "2026-11-23 16:00"),
            ("tomorrow 10:00", "2026-11-24 10:00"),
            ("tomorrow, 11:00,", "2026-11-24 11:00"),
            ("tomorrow at 11", "2026-11-24 11:00"),
            ("tomorrow 4pm", "2026-11-24 16:00"),
            ("16:00 tomorrow", "2026-11-24 16:00"),
            ("tomorrow evening", "2026-11-24 18:00"),
            ("מחר 10:00", "2026-11-24 10:00"),
            ("מחר ב-11", "2026-11-24 11:00"),
            ("מחר בערב", "2026-11-24 18:00"),
            ("מחרתיים 9:00", "2026-11-25 09:00"),
            ("tomorrow", "2026-11-24 10:00"),
            ("מחר", "2026-11-24 10:00"),
        ],
    )
    def test_counts_from_today(self, text, shown):
        assert taken_whole(text, shown)

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("tue 9:30", "2026-11-24 09:30"),
            ("on Sunday 9:30", "2026-11-29 09:30"),
            ("mon 9:30", "2026-11-30 09:30"),
            ("mon 23:00", "2026-11-30 23:00"),
            ("יום ב 9:30", "2026-11-30 09:30"),
            ("יום ב׳ 9:30", "2026-11-30 09:30"),
            ("יום שני 9:30", "2026-11-30 09:30"),
            ("ביום ה 16:00", "2026-11-26 16:00"),
            ("יום ראשון ב-9:30", "2026-11-29 09:30"),
            ("thurs 9:30", "2026-11-26 09:30"),
            ("friday", "2026-11-27 10:00"),
            ("fri", "2026-11-27 10:00"),
            ("יום שישי", "2026-11-27 10:00"),
        ],
    )
    def test_of_the_week_is_the_next_after_today(self, text, shown):
        assert taken_whole(text, shown)

    def test_follows_the_reps_own_date(self):
        late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
        assert read("tomorrow 10:00", now=late) == ("2026-11-25 10:00", 2)


class TestADate:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("25/12 14:00", "2026-12-25 14:00"),
            ("25.12 14:00", "2026-12-25 14:00"),
            ("ב-25/12 14:00", "2026-12-25 14:00"),
            ("14:00 25/12", "2026-12-25 14:00"),
            ("25/12/27 14:00", "2027-12-25 14:00"),
            ("25/12/2026", "2026-12-25 10:00"),
            ("25/12", "2026-12-25 10:00"),
            ("2026-12-25 14:00", "2026-12-25 14:00"),
            ("2026-12-25", "2026-12-25 10:00"),
            ("1/2 9:00", "2027-02-01 09:00"),
            ("23/5 9:00", "2027-05-23 09:00"),
            ("23/11 11:00", "2026-11-23 11:00"),
            ("29/2 9:00", "2028-02-29 09:00"),
            ("2020-01-01 9:00", "2020-01-01 09:00"),
            ("1/1/2020 9:00", "2020-01-01 09:00"),
        ],
    )
    def test_without_a_year_is_the_next_such(self, text, shown):
        assert taken_whole(text, shown)

    @pytest.mark.parametrize(
        ("text", "now", "shown"),
        [
            ("22/11 10:00", "2026-11-23", "2026-11-22 10:00"),
            ("23/11 9:00", "2026-11-23", "2026-11-23 09:00"),
            ("24/5 12:00", "2026-11-23", "2026-05-24 12:00"),
            ("5/1", "2026-11-23", "2027-01-05 10:00"),
            ("28/12 10:00", "2027-01-05", "2026-12-28 10:00"),
            ("5/1 10:00", "2027-01-05", "2027-01-05 10:00"),
            ("29/2 10:00", "2028-03-05", "2028-02-29 10:00"),
        ],
    )
    def test_that_passed_within_half_a_year_is_not_next_years(self, text, now, shown):
        found = read(text, now=datetime.fromisoformat(f"{now}T08:00+00:00"))
        assert found == (shown, len(text.split()))

    @pytest.mark.parametrize("text", ["31/2 9:00", "0/1", "1/13 9:00", "2026-13-01", "0000-01-01"])
    def test_that_no_calendar_has_is_none_as_a_day(self, text):
        assert read(text) is None


class TestWhatFollows:
    @pytest.mark.parametrize(
        ("text", "shown", "taken"),
        [
            ("30m he drives", "2026-11-23 10:30", 1),
            ("16:00 sat with him", "2026-11-23 16:00", 1),
            ("tomorrow is better", "2026-11-24 10:00", 1),
            ("tomorrow 10 people", "2026-11-24 10:00", 1),
            ("מחר 10:00 להביא כרטיס", "2026-11-24 10:00", 2),
            ("mon 9:30 9:45", "2026-11-30 09:30", 2),
        ],
    )
    def test_is_left_to_the_note(self, text, shown, taken):
        assert read(text) == (shown, taken)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "call 16:00",
            "ב 9:30",
            "sat in a meeting",
            "sun is out",
            "24/7 busy",
            "1.5 million",
            "today he is busy",
            "mon\u2003cheri",
            "30minutes!",
        ],
    )
    def test_is_not_taken_for_a_moment(self, text):
        assert read(text) is None


class TestClocksThatChange:
    def test_move_a_skipped_time_forward(self):
        assert read("27/3/2026 2:30") == ("2026-03-27 03:30", 2)

    def test_give_a_repeated_time_its_first_turn(self):
        found = read_when(["2026-10-25", "1:30"], now=NOW, zone=JERUSALEM)
        assert found == (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), 2)


class TestAnyWords:
    @given(words=PIECES, now=MOMENTS, zone=ZONES)
    def test_never_raise_and_give_utc_within_the_words(self, words, now, zone):
        found = read_when(words, now=now, zone=ZoneInfo(zone))
        if found:
            assert found[0].utcoffset() == timedelta(0)
            assert 1 <= found[1] <= len(words)

    def test_are_safe_at_the_end_of_time(self):
        zone = ZoneInfo("America/New_York")
        for text in ("25/12/9999 14:00", "31/12/9999 23:00", "9999-12-31 23:59"):
            read_when(text.split(), now=NOW, zone=zone)


class TestADuration:
    @pytest.mark.parametrize(
        ("text", "seconds", "taken"),
        [
            ("4m", 240, 1),
            ("4 min ok", 240, 2),
            ("90s", 90, 1),
            ("1h 5m", 3900, 2),
            ("4m30s", 270, 1),
            ("4 דק׳", 240, 2),
            ("4 דקות", 240, 2),
            ("4m, ok", 240, 1),
        ],
    )
    def test_is_seconds_and_the_words_it_took(self, text, seconds, taken):
        assert read_duration(text.split()) == (seconds, taken)

    @pytest.mark.parametrize("text", ["", "4", "m", "4x", "16:00", "4d", "about 4m"])
    def test_is_none_where_there_is_no_unit_of_a_call(self, text):
        assert read_duration(text.split()) is None
