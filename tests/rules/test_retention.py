"""How long personal data is kept (C5)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.retention import Retention, came_before, closed_before, is_night, months_before

NOW = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - made aware
    lambda one: one.replace(tzinfo=UTC)
)


class TestMonthsBefore:
    @pytest.mark.parametrize(
        ("months", "then"),
        [
            (0, (2026, 11, 30)),
            (1, (2026, 10, 30)),
            (9, (2026, 2, 28)),
            (11, (2025, 12, 30)),
            (12, (2025, 11, 30)),
            (33, (2024, 2, 29)),
        ],
    )
    def test_is_the_same_day_or_the_last_of_its_month(self, months: int, then: tuple[int, ...]):
        found = months_before(NOW, months)
        assert (found.year, found.month, found.day) == then
        assert found.time() == NOW.time()

    @given(MOMENTS, st.integers(0, 600))
    def test_is_so_many_months_away_whatever_the_day(self, now: datetime, months: int):
        then = months_before(now, months)
        assert (now.year - then.year) * 12 + now.month - then.month == months
        assert then.day <= now.day


class TestWhatGoes:
    def test_goes_where_the_playbook_says_after_how_long(self):
        assert closed_before(Retention(closed_months=12), now=NOW) == months_before(NOW, 12)
        assert came_before(180, now=NOW) == NOW - timedelta(days=180)

    def test_is_nothing_where_it_says_0(self):
        assert closed_before(Retention(), now=NOW) is None
        assert came_before(0, now=NOW) is None


class TestTheNight:
    @pytest.mark.parametrize(("hour", "night"), [(0, False), (1, True), (4, True), (5, False)])
    def test_is_by_the_teams_clock(self, hour: int, night: bool):
        zone = ZoneInfo("Asia/Jerusalem")
        assert is_night(datetime(2026, 11, 16, hour, 30, tzinfo=zone), zone=zone) is night
