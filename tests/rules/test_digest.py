"""When the digest is due and of which days, and how money is added (L6)."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.digest import last_digest
from rules.money import Money, sum_money
from rules.playbook import Playbook
from tests.rules.builders import NOW, PLAYBOOK, ZONE

MONEY = st.builds(Money, st.integers(-(10**9), 10**9), st.sampled_from(["ILS", "USD", "EUR"]))
SUNDAY = datetime(2026, 7, 5, tzinfo=ZONE)
WEEK = timedelta(days=7)


class TestMoneyL63:
    @given(parts=st.lists(MONEY))
    def test_is_added_within_its_currency_and_never_across(self, parts):
        sums = sum_money(parts)
        for currency in ("ILS", "USD", "EUR"):
            expected = sum(part.minor for part in parts if part.currency == currency)
            assert sum(one.minor for one in sums if one.currency == currency) == expected
        assert len({one.currency for one in sums}) == len(sums)
        assert all(one.minor for one in sums)
        assert [abs(one.minor) for one in sums] == sorted(
            (abs(one.minor) for one in sums), reverse=True
        )


class TestTheWeeklyDigest:
    @pytest.mark.parametrize(
        ("now", "sunday"),
        [
            (SUNDAY + timedelta(hours=9), SUNDAY),
            (SUNDAY + timedelta(hours=8, minutes=59), SUNDAY - WEEK),
            (SUNDAY + timedelta(days=6, hours=23), SUNDAY),
        ],
        ids=["at_nine", "before_nine", "on_saturday"],
    )
    def test_is_due_on_sunday_at_nine_for_sunday_to_saturday_before_it(self, now, sunday):
        due, since, until = last_digest(now=now.astimezone(UTC), playbook=PLAYBOOK, zone=ZONE)
        assert due == sunday + timedelta(hours=9)
        assert (since, until) == (sunday - WEEK, sunday)

    def test_covers_a_week_by_the_calendar_when_the_clocks_change(self):
        now = datetime(2026, 3, 29, 12, tzinfo=UTC)
        _, since, until = last_digest(now=now, playbook=PLAYBOOK, zone=ZONE)
        assert (since.isoformat(), until.isoformat()) == (
            "2026-03-22T00:00:00+02:00",
            "2026-03-29T00:00:00+03:00",
        )

    @given(
        hours=st.integers(0, 3 * 366 * 24),
        weekday=st.integers(0, 6),
        at=st.times(min_value=time(4), max_value=time(23, 59)),
    )
    def test_is_always_the_newest_that_is_due(self, hours, weekday, at):
        now = NOW + timedelta(hours=hours)
        playbook = Playbook(digest_weekday=weekday, digest_at=at)
        due, since, until = last_digest(now=now, playbook=playbook, zone=ZONE)
        assert due <= now < due.astimezone(UTC) + WEEK + timedelta(hours=1)
        assert due.weekday() == until.weekday() == since.weekday() == weekday
        assert (until.date() - since.date(), due.date()) == (WEEK, until.date())
