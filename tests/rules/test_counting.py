"""Of which leads figures are told, and of which days (L6)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.counting import Counting, is_running, period_before, window_of

ZONE = ZoneInfo("Asia/Jerusalem")


def midnight(*day: int) -> datetime:
    return datetime.combine(date(*day), datetime.min.time(), ZONE)


class TestTheWindow:
    def test_holds_leads_old_enough_to_judge_and_those_that_are_not(self):
        found = window_of(
            since=midnight(2026, 11, 8),
            until=midnight(2026, 11, 15),
            counting=Counting(),
            mature_days=30,
            zone=ZONE,
        )
        assert found.judged_until == midnight(2026, 10, 16)
        assert found.since == midnight(2026, 7, 18)
        assert found.until == midnight(2026, 11, 15)
        assert found.since.tzinfo is UTC

    def test_is_as_long_as_a_longer_period(self):
        year = window_of(
            since=midnight(2026, 1, 1),
            until=midnight(2027, 1, 1),
            counting=Counting(),
            mature_days=30,
            zone=ZONE,
        )
        assert year.since == midnight(2026, 1, 1)


class TestThePeriodBefore:
    @pytest.mark.parametrize(
        ("since", "until", "before"),
        [
            (midnight(2026, 11, 8), midnight(2026, 11, 15), midnight(2026, 11, 1)),
            (midnight(2026, 10, 25), midnight(2026, 11, 1), midnight(2026, 10, 18)),
            (midnight(2026, 11, 1), midnight(2026, 11, 8), midnight(2026, 10, 25)),
            (midnight(2026, 3, 22), midnight(2026, 3, 29), midnight(2026, 3, 15)),
        ],
        ids=["a_week", "clocks_go_back", "right_after_that", "clocks_go_on"],
    )
    def test_has_as_many_days(self, since: datetime, until: datetime, before: datetime):
        assert period_before(since, until, zone=ZONE) == (before, since)

    def test_of_a_day_that_is_not_over_ends_at_the_same_hour(self):
        since = midnight(2026, 11, 8)
        until = since + timedelta(days=2, hours=5)
        three = timedelta(days=3)
        assert period_before(since, until, zone=ZONE) == (since - three, until - three)

    def test_of_a_day_that_is_not_over_keeps_to_the_teams_clock(self):
        since = midnight(2026, 10, 25)
        until = since + timedelta(hours=10)
        before = datetime(2026, 10, 24, 10, tzinfo=ZONE)
        assert period_before(since, until, zone=ZONE) == (midnight(2026, 10, 24), before)

    def test_that_began_at_any_moment_is_as_long(self):
        since = midnight(2026, 11, 8) + timedelta(hours=3)
        until = since + timedelta(days=2, hours=5)
        assert period_before(since, until, zone=ZONE) == (since - (until - since), since)

    @pytest.mark.parametrize(
        ("first", "last", "running"), [(0, 0, False), (0, 5, True), (5, 5, False), (5, 0, False)]
    )
    def test_is_asked_for_days_of_which_the_last_is_not_over(
        self, first: int, last: int, running: bool
    ):
        since = midnight(2026, 11, 8) + timedelta(hours=first)
        until = midnight(2026, 11, 10) + timedelta(hours=last)
        assert is_running(since, until, zone=ZONE) is running
