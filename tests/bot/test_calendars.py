"""The calendars of rest: sunsets and holidays as they were published."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from bot.calendars import known_countries, rest_of
from rules.rest import Rest, RestRules

ZONE = ZoneInfo("Asia/Jerusalem")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 7, 7, 9, 0, tzinfo=UTC)
ISRAEL = RestRules()
HOLIDAYS = RestRules(weekly="none")
AMERICA = RestRules(weekly="none", holidays="US", timezone="America/New_York")
NOTHING = RestRules(weekly="none", holidays="")
MARGIN = timedelta(minutes=40)
NEAR = timedelta(minutes=2)


def local(text, zone=ZONE):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def stretch(rules, day):
    """Give the one stretch that holds this day's noon by the clock in Jerusalem."""
    noon = local(f"{day} 12:00")
    (found,) = [span for span in rest_of(rules, now=NOW).spans if span[0] <= noon < span[1]]
    return found


def lasts(rules, day, start, end):
    """Tell whether the stretch round this day lies between two sunsets, margins apart."""
    begins, ends = stretch(rules, day)
    early, late = local(start) - MARGIN, local(end) + MARGIN
    return abs(begins - early) <= NEAR and abs(ends - late) <= NEAR


def rests(rules, day, zone=ZONE):
    return rest_of(rules, now=NOW).covers(local(f"{day} 12:00", zone))


class TestShabbat:
    @pytest.mark.parametrize(
        ("saturday", "friday_sunset", "saturday_sunset"),
        [
            ("2026-06-06", "2026-06-05 19:42", "2026-06-06 19:42"),
            ("2026-12-05", "2026-12-04 16:35", "2026-12-05 16:35"),
        ],
    )
    def test_is_from_before_one_sunset_to_after_the_next(
        self, saturday, friday_sunset, saturday_sunset
    ):
        assert lasts(ISRAEL, saturday, friday_sunset, saturday_sunset)

    def test_takes_its_margins_from_the_rules(self):
        plain = stretch(RestRules(before_minutes=0, after_minutes=0), "2026-06-06")
        wide = stretch(RestRules(before_minutes=18, after_minutes=72), "2026-06-06")
        assert plain[0] - wide[0] == timedelta(minutes=18)
        assert wide[1] - plain[1] == timedelta(minutes=72)

    def test_goes_by_the_sun_of_the_place(self):
        paris = RestRules(holidays="", latitude=48.857, longitude=2.352, timezone="Europe/Paris")
        begins, _ = stretch(paris, "2026-06-20")
        assert abs(begins + MARGIN - local("2026-06-19 21:57", ZoneInfo("Europe/Paris"))) <= NEAR

    def test_comes_on_the_right_day_where_the_sun_sets_after_midnight_in_utc(self):
        west = RestRules(
            holidays="", latitude=34.05, longitude=-118.24, timezone="America/Los_Angeles"
        )
        zone = ZoneInfo("America/Los_Angeles")
        rest = rest_of(west, now=NOW)
        assert not rest.covers(local("2026-06-19 19:20", zone))
        assert rest.covers(local("2026-06-19 19:40", zone))
        assert not rest.covers(local("2026-06-20 21:00", zone))

    def test_is_kept_by_the_clock_where_the_sun_does_not_set(self):
        north = RestRules(
            holidays="", latitude=69.65, longitude=18.96, timezone="Europe/Oslo", after_minutes=60
        )
        begins, ends = stretch(north, "2026-06-20")
        oslo = ZoneInfo("Europe/Oslo")
        assert begins == local("2026-06-19 17:20", oslo)
        assert ends == local("2026-06-20 19:00", oslo)

    def test_begins_and_ends_on_the_minute(self):
        moments = {one for span in rest_of(ISRAEL, now=NOW).spans for one in span}
        assert {(one.second, one.microsecond) for one in moments} == {(0, 0)}

    def test_can_be_left_out(self):
        assert not rests(HOLIDAYS, "2026-06-06")

    def test_comes_every_week_from_last_year_to_next(self):
        weekly = rest_of(RestRules(holidays=""), now=NOW).spans
        gaps = {
            round((later[0] - one[0]) / timedelta(days=1), 1) for one, later in pairwise(weekly)
        }
        assert gaps == {7.0}
        assert weekly[0][0] < local("2025-01-05 00:00")
        assert weekly[-1][1] > local("2027-12-25 00:00")

    def test_that_begins_on_new_years_eve_is_whole(self):
        """1 January 2028 is a Saturday, so its rest begins in 2027."""
        assert rest_of(ISRAEL, now=NOW).covers(local("2027-12-31 18:00"))
        assert rest_of(ISRAEL, now=datetime(2023, 6, 1, tzinfo=UTC)).covers(
            local("2022-01-01 00:30")
        )


class TestIsraelsHolidays:
    @pytest.mark.parametrize(
        ("day", "eve_sunset", "sunset"),
        [
            ("2026-04-02", "2026-04-01 18:59", "2026-04-02 19:00"),
            ("2026-04-08", "2026-04-07 19:03", "2026-04-08 19:04"),
            ("2026-09-12", "2026-09-11 18:50", "2026-09-13 18:48"),
            ("2026-09-13", "2026-09-11 18:50", "2026-09-13 18:48"),
            ("2026-09-21", "2026-09-20 18:38", "2026-09-21 18:37"),
        ],
    )
    def test_begin_the_evening_before(self, day, eve_sunset, sunset):
        assert lasts(HOLIDAYS, day, eve_sunset, sunset)

    def test_are_the_days_of_rest_by_law(self):
        year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
        assert [f"{day:%d.%m.}" for day in year if rests(HOLIDAYS, day)] == [
            "02.04.",
            "08.04.",
            "22.04.",
            "22.05.",
            "12.09.",
            "13.09.",
            "21.09.",
            "26.09.",
            "03.10.",
        ]

    @pytest.mark.parametrize(
        "day",
        [
            pytest.param("2026-03-03", id="Purim"),
            pytest.param("2026-04-05", id="Hol HaMoed"),
            pytest.param("2026-04-21", id="Remembrance Day"),
            pytest.param("2026-07-23", id="Tisha B'Av"),
            pytest.param("2026-12-08", id="Hanukkah"),
        ],
    )
    def test_leave_the_others_to_work(self, day):
        assert not rests(ISRAEL, day)

    def test_move_with_the_law(self):
        """In 2025 Independence Day would have fallen on a Saturday."""
        assert rests(HOLIDAYS, "2025-05-01")
        assert not rests(HOLIDAYS, "2025-05-03")

    @pytest.mark.parametrize(
        ("day", "eve_sunset", "sunset"),
        [
            pytest.param(
                "2026-09-12", "2026-09-11 18:50", "2026-09-13 18:48", id="a holiday on Shabbat"
            ),
            pytest.param(
                "2026-05-23", "2026-05-21 19:32", "2026-05-23 19:33", id="a Friday before it"
            ),
            pytest.param(
                "2025-04-13", "2025-04-11 19:05", "2025-04-13 19:06", id="a Sunday after it"
            ),
        ],
    )
    def test_that_touch_shabbat_are_one_stretch_with_it(self, day, eve_sunset, sunset):
        assert lasts(ISRAEL, day, eve_sunset, sunset)

    def test_that_do_not_touch_shabbat_leave_the_time_between(self):
        """Yom Kippur 2026 is a Monday: its eve begins on Sunday afternoon."""
        rest = rest_of(ISRAEL, now=NOW)
        assert not rest.covers(local("2026-09-20 12:00"))
        assert rest.covers(local("2026-09-20 18:30"))
        assert not rest.covers(local("2026-09-21 19:30"))


class TestHolidaysElsewhere:
    def test_are_the_local_day_from_midnight_to_midnight(self):
        rest = rest_of(AMERICA, now=NOW)
        fourth = local("2025-07-04 00:00", NEW_YORK)
        assert (fourth, fourth + timedelta(days=1)) in rest.spans

    def test_are_kept_when_they_are_observed_too(self):
        """4 July 2026 is a Saturday and observed on Friday."""
        fourth = local("2026-07-03 00:00", NEW_YORK)
        assert (fourth, fourth + timedelta(days=2)) in rest_of(AMERICA, now=NOW).spans

    def test_may_be_none(self):
        assert rest_of(NOTHING, now=NOW) == Rest()

    def test_of_a_country_that_nobody_knows_are_refused(self):
        with pytest.raises(NotImplementedError):
            rest_of(RestRules(holidays="XX"), now=NOW)

    def test_in_a_zone_that_nobody_knows_are_refused(self):
        with pytest.raises(ZoneInfoNotFoundError):
            rest_of(RestRules(timezone="Mars/Olympus"), now=NOW)


class TestDaysOfTheTeamsOwn:
    def test_are_whole_local_days(self):
        rules = RestRules(weekly="none", holidays="", also=(date(2026, 11, 3), date(2026, 11, 4)))
        assert rest_of(rules, now=NOW).spans == (
            (local("2026-11-03 00:00"), local("2026-11-05 00:00")),
        )

    def test_are_as_long_as_the_clocks_make_them(self):
        rules = RestRules(weekly="none", holidays="", also=(date(2026, 3, 27), date(2026, 10, 25)))
        lengths = [end - start for start, end in rest_of(rules, now=NOW).spans]
        assert lengths == [timedelta(hours=23), timedelta(hours=25)]

    def test_take_a_holiday_back(self):
        worked = RestRules(weekly="none", not_on=(date(2026, 4, 22),))
        assert rests(HOLIDAYS, "2026-04-22")
        assert not rests(worked, "2026-04-22")
        assert rests(worked, "2026-04-08")

    def test_take_a_holiday_back_and_leave_shabbat(self):
        worked = RestRules(not_on=(date(2026, 9, 12), date(2026, 9, 13)))
        assert rests(worked, "2026-09-12")
        assert not rests(worked, "2026-09-13")


class TestTheYears:
    def test_are_those_of_the_rules_zone(self):
        """When it is 2027 in Jerusalem, the holidays of 2028 are known."""
        new_year = local("2027-01-01 00:30").astimezone(UTC)
        assert new_year.year == 2026
        assert rest_of(ISRAEL, now=new_year).covers(local("2028-04-11 12:00"))
        assert not rest_of(HOLIDAYS, now=new_year - timedelta(hours=1)).covers(
            local("2028-04-11 12:00")
        )

    def test_are_worked_out_once(self):
        assert rest_of(ISRAEL, now=NOW) is rest_of(RestRules(), now=NOW + timedelta(days=30))


class TestKnownCountries:
    def test_have_two_letters(self):
        assert {"IL", "US", "GB"} <= known_countries()
        assert {len(code) for code in known_countries()} == {2}
