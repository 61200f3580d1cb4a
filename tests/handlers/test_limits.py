"""How often the same may come."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handlers.limits import SPAN, Limit

NOW = datetime(2026, 11, 15, 8, 0, tzinfo=UTC)


class TestALimit:
    def test_takes_so_many_within_a_minute(self):
        limit = Limit(2)
        assert [limit.takes("a", now=NOW) for _ in range(3)] == [True, True, False]
        assert limit.takes("b", now=NOW)
        assert limit.takes("a", now=NOW + SPAN)

    def test_begins_anew_when_the_clock_was_put_back(self):
        limit = Limit(1)
        assert limit.takes("a", now=NOW)
        assert limit.takes("a", now=NOW - timedelta(hours=1))

    def test_forgets_those_seen_longest_ago(self):
        limit = Limit(1, keys=2)
        for key in "abc":
            assert limit.takes(key, now=NOW)
        assert not limit.takes("c", now=NOW)
        assert limit.takes("a", now=NOW)

    @given(st.lists(st.sampled_from("abcdef")))
    def test_takes_from_each_no_more_than_that(self, visits: list[str]):
        limit = Limit(3)
        taken = Counter(key for key in visits if limit.takes(key, now=NOW))
        assert taken == Counter({key: min(3, visits.count(key)) for key in visits})
