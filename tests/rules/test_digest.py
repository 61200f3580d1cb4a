"""The week's figures (L6.1-L6.4)."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.digest import Figures, Row, last_digest, make_figures, sum_money
from rules.money import Money
from rules.playbook import Playbook
from tests.rules.builders import NOW, PLAYBOOK, ZONE

MONEY = st.builds(Money, st.integers(-(10**9), 10**9), st.sampled_from(["ILS", "USD", "EUR"]))
SUNDAY = datetime(2026, 7, 5, tzinfo=ZONE)
WEEK = timedelta(days=7)


def figures(*rows):
    return make_figures(rows, since=NOW - WEEK, until=NOW)


class TestARow:
    @pytest.mark.parametrize(
        ("calls", "answered", "rate"), [(0, 0, None), (4, 1, 0.25), (3, 0, 0.0)]
    )
    def test_has_an_answer_rate_where_there_were_calls_l6_1(self, calls, answered, rate):
        assert Row("a", calls=calls, answered=answered).answer_rate == rate


class TestTheFigures:
    def test_put_the_campaign_with_most_leads_first_l6_2(self):
        rows = [Row("b", 1, 5), Row("c", 9), Row("d", 1, 7), Row("a", 1, 5)]
        assert [row.campaign for row in figures(*rows).campaigns] == ["c", "d", "a", "b"]

    def test_take_the_vendors_credit_off_the_cost_of_its_currency(self):
        ours = Row("a", cost=(Money(60, "ILS"), Money(7, "USD")), credit=(Money(50, "ILS"),))
        more = Row("b", credit=(Money(20, "USD"),))
        total = make_figures([ours, more], since=NOW - WEEK, until=NOW).total
        assert ours.spent == (Money(10, "ILS"), Money(7, "USD"))
        assert more.spent == (Money(-20, "USD"),)
        assert total.spent == (Money(-13, "USD"), Money(10, "ILS"))

    def test_add_everything_up(self):
        one = Row("a", 1, 2, 3, 4, (Money(5, "ILS"),), (Money(6, "USD"),), 1, 7.0)
        two = Row("b", 10, 20, 30, 40, (Money(50, "ILS"),), (Money(60, "ILS"),), 2, 70.0)
        total = make_figures([one, two], since=NOW - WEEK, until=NOW, response=40.0).total
        assert total == Row(
            "",
            11,
            22,
            33,
            44,
            (Money(55, "ILS"),),
            (Money(60, "ILS"), Money(6, "USD")),
            3,
            40.0,
        )

    @pytest.mark.parametrize(
        ("row", "empty"),
        [
            (Row("a"), True),
            (Row("a", leads=1), False),
            (Row("a", calls=1), False),
            (Row("a", cost=(Money(1, "ILS"),)), False),
        ],
        ids=["nothing", "a_lead", "a_call", "a_cost"],
    )
    def test_are_empty_only_when_nothing_happened(self, row, empty):
        assert figures(row).empty is empty

    def test_of_no_campaign_are_empty(self):
        assert figures() == Figures(NOW - WEEK, NOW, Row(""), ())
        assert figures().empty


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
