from datetime import UTC, date, datetime, time, timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.calendar import REST_DAYS, Calendar, first_moment, goals

JERUSALEM = ZoneInfo("Asia/Jerusalem")
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SUNDAY, EIGHT = 6, time(8)


class Seconds:
    """A real clock's seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def calendar(seconds: Seconds) -> Calendar:
    return Calendar(start=START, seconds=seconds)


class TestACalendar:
    def test_begins_where_it_is_told_and_runs_with_the_real_clock(
        self, calendar: Calendar, seconds: Seconds
    ):
        assert calendar.now() == START
        seconds.now += 90
        assert calendar.now() == START + timedelta(seconds=90)
        assert calendar.time() == calendar.now().timestamp()
        assert not calendar.hurries

    def test_hurries_to_a_moment_and_then_runs_on(self, calendar: Calendar, seconds: Seconds):
        calendar.run_to(START + timedelta(hours=1), within=4)
        seen = []
        for passing in (0, 1, 3, 5):
            seconds.now += passing
            seen.append((calendar.now() - START, calendar.hurries))
        assert seen == [
            (timedelta(0), True),
            (timedelta(minutes=15), True),
            (timedelta(hours=1), False),
            (timedelta(hours=1, seconds=5), False),
        ]

    def test_is_there_at_once_when_it_may_take_no_time(self, calendar: Calendar):
        calendar.run_to(START + timedelta(days=1), within=0)
        assert calendar.now() == START + timedelta(days=1)
        assert not calendar.hurries

    def test_goes_on_from_where_it_is_when_sent_on_while_it_hurries(
        self, calendar: Calendar, seconds: Seconds
    ):
        calendar.run_to(START + timedelta(hours=1), within=4)
        seconds.now += 2
        calendar.run_to(START + timedelta(hours=2), within=2)
        assert calendar.now() == START + timedelta(minutes=30)
        seconds.now += 2
        assert calendar.now() == START + timedelta(hours=2)

    def test_stays_where_it_is_when_sent_back(self, calendar: Calendar):
        calendar.run_to(START - timedelta(days=1), within=0)
        assert calendar.now() == START

    @given(
        st.lists(
            st.tuples(st.integers(-9999, 9999), st.integers(0, 60), st.floats(0, 90)), max_size=20
        )
    )
    def test_never_goes_back(self, steps: list[tuple[int, int, float]]):
        seconds = Seconds()
        calendar = Calendar(start=START, seconds=seconds)
        before = calendar.time()
        for minutes, within, passing in steps:
            calendar.run_to(START + timedelta(minutes=minutes), within=within)
            assert calendar.time() >= before
            before = calendar.time()
            seconds.now += passing
            assert calendar.time() >= before
            before = calendar.time()

    def test_may_be_sent_on_by_several_at_once(self, calendar: Calendar):
        hours = range(1, 9)
        runs = [
            Thread(target=calendar.run_to, args=(START + timedelta(hours=n),), kwargs={"within": 0})
            for n in hours
        ]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
        assert calendar.now() == START + timedelta(hours=8)


def local(moment: datetime) -> datetime:
    return moment.astimezone(JERUSALEM)


def goal(name: str, now: datetime, *, digest: tuple[int, time] = (SUNDAY, EIGHT)) -> datetime:
    return goals(now=now, zone=JERUSALEM, digest=digest)[name]


class TestTheGoals:
    def test_are_those_of_the_pages_buttons(self):
        assert set(goals(now=START, zone=JERUSALEM, digest=(SUNDAY, EIGHT))) == {
            "minutes",
            "hour",
            "morning",
            "digest",
        }

    def test_ten_minutes_and_an_hour_pass_as_they_are_on_any_night(self):
        # The hour after 01:30 in Jerusalem: at 02:00 it is 03:00.
        now = datetime(2026, 3, 26, 23, 30, tzinfo=UTC)
        assert goal("minutes", now) - now == timedelta(minutes=10)
        assert goal("hour", now) - now == timedelta(hours=1)
        assert local(goal("hour", now)).time() == time(3, 30)

    @pytest.mark.parametrize(
        ("now", "morning"),
        [
            ((2026, 3, 23, 10, 0), (2026, 3, 24)),
            ((2026, 3, 23, 8, 59), (2026, 3, 23)),
            ((2026, 3, 23, 9, 0), (2026, 3, 24)),
            ((2026, 3, 26, 12, 0), (2026, 3, 29)),
            ((2026, 3, 27, 7, 0), (2026, 3, 29)),
            ((2026, 3, 28, 23, 0), (2026, 3, 29)),
            ((2026, 10, 22, 12, 0), (2026, 10, 25)),
        ],
        ids=["day", "early", "at nine", "Thursday", "Friday", "Saturday", "clocks back"],
    )
    def test_the_next_morning_is_nine_on_a_working_day(
        self, now: tuple[int, ...], morning: tuple[int, ...]
    ):
        moment = datetime(*now, tzinfo=JERUSALEM)  # type: ignore[misc, arg-type]  # a date's parts
        found = local(goal("morning", moment))
        assert (found.year, found.month, found.day) == morning
        assert found.time() == time(9)

    def test_a_morning_after_the_clocks_moved_is_nine_by_the_new_time(self):
        spring = datetime(2026, 3, 26, 20, 0, tzinfo=JERUSALEM)
        assert goal("morning", spring).astimezone(UTC).hour == 6
        autumn = datetime(2026, 10, 24, 20, 0, tzinfo=JERUSALEM)
        assert goal("morning", autumn).astimezone(UTC).hour == 7

    def test_the_digest_is_its_next_day_and_hour_and_a_little_more(self):
        found = local(goal("digest", datetime(2026, 3, 24, 10, 0, tzinfo=JERUSALEM)))
        assert (found.date(), found.time()) == (date(2026, 3, 29), time(8, 0, 30))

    def test_the_digest_of_today_is_next_until_its_hour(self):
        sunday = datetime(2026, 3, 22, 7, 59, tzinfo=JERUSALEM)
        assert local(goal("digest", sunday)).date() == date(2026, 3, 22)
        later = local(goal("digest", sunday + timedelta(minutes=1)))
        assert later.date() == date(2026, 3, 29)

    def test_lie_ahead_in_the_hour_that_comes_twice(self):
        # 01:20 for the second time; the first 01:30, at which the digest came, is past.
        again = datetime(2026, 10, 25, 1, 20, fold=1, tzinfo=JERUSALEM)
        found = goal("digest", again, digest=(SUNDAY, time(1, 30)))
        assert local(found).date() == date(2026, 11, 1)

    @given(
        st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - its zone follows
        st.integers(0, 6),
        st.times(),
    )
    def test_always_lie_ahead(self, moment: datetime, weekday: int, hour: time):
        now = moment.replace(tzinfo=UTC)
        found = goals(now=now, zone=JERUSALEM, digest=(weekday, hour))
        assert all(one.timestamp() > now.timestamp() for one in found.values())
        assert local(found["morning"]).weekday() not in REST_DAYS
        assert found["digest"].timestamp() - now.timestamp() <= timedelta(days=7.1).total_seconds()


class TestTheFirstMoment:
    @given(st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001 - as above
    def test_is_the_newest_tuesday_at_ten(self, moment: datetime):
        today = moment.replace(tzinfo=UTC)
        found = first_moment(today=today, zone=JERUSALEM)
        day = local(found)
        assert (day.weekday(), day.time()) == (1, time(10))
        assert timedelta(0) <= local(today).date() - day.date() < timedelta(days=7)
        assert found.utcoffset() == timedelta(0)

    @pytest.mark.parametrize("away", range(7))
    def test_of_a_week_is_the_same_from_tuesday_to_monday(self, away: int):
        tuesday = datetime(2026, 3, 24, 12, 0, tzinfo=UTC)
        found = first_moment(today=tuesday + timedelta(days=away), zone=JERUSALEM)
        assert found == datetime(2026, 3, 24, 8, 0, tzinfo=UTC)

    def test_of_a_tuesday_after_midnight_in_the_zone_is_that_tuesday(self):
        monday_night = datetime(2026, 3, 23, 22, 30, tzinfo=UTC)
        assert local(first_moment(today=monday_night, zone=JERUSALEM)).day == 24
