"""A bucket that fills by the clock: so many at once, then one each so many seconds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.pace import MOST_AHEAD, Pace, after_one, lets

NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def left(pace: Pace, moments: list[datetime]) -> list[datetime]:
    """Give at which of these moments one may leave, when each that may does."""
    found, full_at = [], None
    for now in moments:
        if lets(pace, full_at, now=now):
            full_at = after_one(pace, full_at, now=now)
            found.append(now)
    return found


class TestAPace:
    def test_lets_one_leave_each_second(self):
        moments = [NOON + SECOND * part / 4 for part in range(13)]
        assert left(Pace(1), moments) == [NOON + SECOND * one for one in range(4)]

    @pytest.mark.parametrize("burst", [1, 5, 10])
    def test_lets_so_many_leave_at_once_after_a_rest(self, burst: int):
        assert len(left(Pace(1, burst), [NOON] * 20)) == burst
        assert len(left(Pace(1, burst), [NOON] * 20 + [NOON + 3 * SECOND] * 20)) == burst + min(
            3, burst
        )

    def test_does_not_wait_for_a_clock_that_was_put_back(self):
        full_at = after_one(Pace(1), None, now=NOON + timedelta(hours=1))
        assert lets(Pace(1), full_at, now=NOON)
        assert after_one(Pace(1), full_at, now=NOON) == NOON + SECOND

    def test_never_waits_longer_than_a_minute_for_what_was_written(self):
        assert lets(Pace(1), NOON + MOST_AHEAD + 2 * SECOND, now=NOON)

    @given(st.integers(1, 10), st.lists(st.floats(0, 5), max_size=60))
    def test_is_never_broken_over_any_stretch(self, burst: int, later: list[float]):
        moments, now = [], NOON
        for seconds in later:
            now += timedelta(seconds=seconds)
            moments.append(now)
        found = left(Pace(1, burst), moments)
        for start, first in enumerate(found):
            for count, last in enumerate(found[start:], 1):
                assert count <= burst + (last - first).total_seconds() + 1e-6
