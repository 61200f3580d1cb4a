"""When a rep's day begins (L4.4)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.agenda import agenda_day, day_begins
from rules.hours import read_week
from rules.playbook import Duty
from rules.rest import Rest, merged
from tests.rules.builders import ZONE, rep

TUESDAY = date(2026, 7, 7)
SUMMER = timedelta(hours=3)


def begins(hours, day=TUESDAY, zone=ZONE):
    found = day_begins(read_week(hours), day, zone=zone)
    return f"{found:%H:%M}" if found else ""


class TestADay:
    @pytest.mark.parametrize(
        ("hours", "begin"),
        [
            ("Sun-Thu 10:30-18:00", "10:30"),
            ("Tue 16:00-20:00, Tue 08:00-12:00", "08:00"),
            ("Mon 09:00-18:00", ""),
            ("", "09:00"),
            ("Mon-Sun 00:00-24:00", "09:00"),
            ("Mon 22:00-24:00, Tue 00:00-06:00", ""),
            ("Mon 22:00-24:00, Tue 00:00-06:00, Tue 22:00-24:00", "22:00"),
            ("Tue 00:00-06:00", "00:00"),
        ],
    )
    def test_begins_at_its_first_opening(self, hours, begin):
        assert begins(hours) == begin

    def test_of_monday_goes_on_from_sundays_night(self):
        monday = date(2026, 7, 6)
        assert begins("Sun 22:00-24:00, Mon 00:00-06:00", monday) == ""
        assert begins("Mon 00:00-06:00", monday) == "00:00"

    def test_begins_by_the_wall_clock_after_clocks_change(self):
        found = day_begins(read_week("Sun 09:00-18:00"), date(2026, 10, 25), zone=ZONE)
        assert found == datetime(2026, 10, 25, 7, 0, tzinfo=UTC)

    @given(st.dates(date(2026, 1, 1), date(2027, 12, 31)))
    def test_is_the_local_one(self, day):
        zone = ZoneInfo("America/New_York")
        found = day_begins(read_week("Mon-Sun 08:00-16:00"), day, zone=zone)
        assert found is not None
        assert found.astimezone(zone).date() == day


def day_at(hour, minute=0, *, rest=None, duties=(), **changes):
    now = datetime(2026, 7, 7, hour, minute, tzinfo=UTC) - SUMMER
    who = rep(**({"hours": "Sun-Thu 09:00-18:00"} | changes))
    return agenda_day(who, duties, now=now, rest=rest or Rest())


class TestTheAgenda:
    @pytest.mark.parametrize(
        ("clock", "day"),
        [
            ((8, 59), None),
            ((9, 0), TUESDAY),
            ((10, 59), TUESDAY),
            ((11, 0), None),
        ],
    )
    def test_comes_within_two_hours_of_the_shifts_start(self, clock, day):
        assert day_at(*clock) == day

    @pytest.mark.parametrize("state", ["away", "paused"])
    def test_is_not_for_who_is_not_there(self, state):
        assert day_at(9, state=state) is None

    def test_is_for_who_is_back(self):
        back = datetime(2026, 7, 7, 6, 30, tzinfo=UTC)
        assert day_at(9, 0, state="away", away_until=back) is None
        assert day_at(9, 30, state="away", away_until=back) == TUESDAY

    def test_does_not_come_on_a_day_of_rest(self):
        begin = datetime(2026, 7, 7, 6, 0, tzinfo=UTC)
        for span in ((begin, begin + SUMMER), (begin + SUMMER / 3, begin + SUMMER)):
            assert day_at(10, 30, rest=merged([span])) is None
        evening = merged([(begin + 3 * SUMMER, begin + 6 * SUMMER)])
        assert day_at(10, 30, rest=evening) == TUESDAY

    def test_comes_with_the_duty_where_that_begins_first(self):
        early = Duty("early", ("UDANA",), "Tue 06:00-08:00")
        assert day_at(6, duties=(early,)) == TUESDAY
        assert day_at(9, duties=(early,)) is None
