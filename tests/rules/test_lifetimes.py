"""What leads earn in time: young ones never lower it (L6.5)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from rules.lifetimes import Lifetimes, Month, lifetimes, months_of
from rules.money import Money
from rules.playbook import Playbook
from rules.pricing import pricing_of
from rules.rates import Exchange
from rules.sums import Sold

ZONE = ZoneInfo("Asia/Jerusalem")
UNTIL = datetime(2026, 11, 14, 22, tzinfo=UTC)
MONTHS = months_of(until=UNTIL, horizon_days=60, zone=ZONE)
DAYS = [month.day for month in MONTHS]


def sale(came: date, after: int, minor: int, campaign: str = "a") -> Sold:
    return Sold(campaign, DAYS.index(came), after // 30, "", Money(minor, "ILS"), UNTIL, 1)


def told(*sales: Sold, leads: int = 10) -> Lifetimes:
    pricing = pricing_of(Playbook(), Exchange("ILS", ZONE), at=UNTIL)
    came = [{"a": leads} for _ in MONTHS]
    return lifetimes(MONTHS, came, sales, pricing, horizon_days=60, least=30)


class TestMonths:
    def test_reach_past_the_horizon_to_the_month_that_runs(self):
        assert (DAYS[0], DAYS[-1]) == (date(2026, 6, 1), date(2026, 11, 1))
        assert all(one.until == other.since for one, other in pairwise(MONTHS))

    def test_are_the_teams_own(self):
        assert MONTHS[-1].since == datetime(2026, 10, 31, 22, tzinfo=UTC)

    def test_have_lived_as_long_as_their_youngest_lead(self):
        ages = {month.day.month: month.lived(UNTIL) for month in MONTHS}
        assert ages == {6: 4, 7: 3, 8: 2, 9: 1, 10: 0, 11: 0}

    def test_that_are_not_over_have_lived_nothing(self):
        month = Month(date(2026, 11, 1), UNTIL - timedelta(days=9), UNTIL + timedelta(days=9))
        assert month.lived(UNTIL) == 0


class TestACohort:
    def test_earns_by_age_as_far_as_all_lived(self):
        found = told(sale(DAYS[0], 3, 100), sale(DAYS[0], 35, 50), sale(DAYS[0], 36, -20))
        [first] = [one for one in found.cohorts if one.month == DAYS[0] and one.campaign == "a"]
        assert first.curve == (10.0, 13.0)
        [newest] = [one for one in found.cohorts if one.month == DAYS[-1] and one.campaign is None]
        assert (newest.curve, newest.leads, newest.small) == ((), 10, True)


class TestALeadsWorth:
    def test_rests_on_all_leads_that_lived_so_long(self):
        found = told(sale(DAYS[0], 3, 100), sale(DAYS[3], 3, 300), sale(DAYS[0], 35, 60)).of("a")
        assert found.curve == (400 / 40, 400 / 40 + 60 / 30)
        assert (found.leads, found.days, found.small) == (40, 60, False)
        assert found.per_lead is not None
        assert found.per_lead.low is not None
        assert found.per_lead.low < found.per_lead.value == 12.0

    def test_leaves_out_what_is_beyond_the_horizon_or_too_young_to_tell(self):
        assert told(sale(DAYS[0], 61, 100), sale(DAYS[4], 1, 100)).of("a").curve == (0.0, 0.0)

    def test_is_the_same_of_sales_that_are_alike_and_of_each_alone(self):
        alone = sale(DAYS[0], 3, 100)
        assert told(alone, alone, alone) == told(replace(alone, count=3))

    def test_of_an_unknown_campaign_is_empty(self):
        assert told().of("b").per_lead is None
