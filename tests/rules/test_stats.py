"""The statistics of the figures: against scipy, and at the ends where nothing can be told (L6)."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from rules.report_leads import ClosedBy
from rules.report_values import Estimate, Share, Spread
from rules.stats import DAY, Z, adjusted, around, closing_curve, share, spread
from rules.words import Kind

TEAM = {Kind.REFERRAL: Share(40, 100), Kind.COLD: Share(10, 100)}
COUNTS = st.integers(1, 2000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


class TestAShare:
    @given(counts=COUNTS)
    def test_has_wilsons_interval_around_it(self, counts: tuple[int, int]):
        hits, of = counts
        found = share(hits, of, least=30)
        known = binomtest(hits, of).proportion_ci(method="wilson")
        assert found.rate == hits / of
        assert found.low == pytest.approx(known.low, abs=1e-6)
        assert found.high == pytest.approx(known.high, abs=1e-6)

    @pytest.mark.parametrize(("of", "small"), [(29, True), (30, False)])
    def test_is_small_where_too_few_were_asked(self, of: int, small: bool):
        assert share(3, of, least=30).small is small

    def test_of_nobody_is_no_number(self):
        assert share(0, 0, least=1) == Share()
        assert Share().rate is None


class TestTimes:
    @pytest.mark.parametrize(
        ("seconds", "median", "p90"),
        [
            ([5.0], 5.0, 5.0),
            ([9.0, 1.0], 5.0, 9.0),
            ([3.0, 1.0, 2.0], 2.0, 3.0),
            (list(map(float, range(1, 11))), 5.5, 9.0),
        ],
    )
    def test_have_a_middle_and_one_that_nine_in_ten_keep(self, seconds, median, p90):
        found = spread(seconds, least=2)
        assert (found.median, found.p90) == (median, p90)
        assert sum(one <= p90 for one in seconds) >= 0.9 * len(seconds)

    def test_of_nobody_are_none(self):
        assert spread([], least=1) == Spread()


class TestASum:
    def test_has_no_interval_without_parts(self):
        assert around(-50, 0) == Estimate(-50)

    def test_is_within_its_interval_nineteen_times_in_twenty(self):
        dice = random.Random(6)
        inside = 0
        for _ in range(400):
            count = sum(dice.random() < 0.5 for _ in range(400))
            sales = [dice.uniform(0, 200) for _ in range(count)]
            found = around(sum(sales), sum(one * one for one in sales))
            assert found.low is not None
            assert found.high is not None
            inside += found.low <= 200 * 100 <= found.high
        assert inside / 400 >= 0.95


class TestARateAdjustedForKinds:
    def test_does_not_flatter_a_campaign_of_hot_leads(self):
        hot = {Kind.REFERRAL: Share(20, 60)}
        assert hot[Kind.REFERRAL].rate == pytest.approx(1 / 3)
        assert adjusted(hot, TEAM, least=30) == pytest.approx(0.25 * 20 / 24)

    def test_turns_simpsons_trap_round(self):
        mostly_hot = {Kind.REFERRAL: Share(27, 90), Kind.COLD: Share(0, 10)}
        mostly_cold = {Kind.REFERRAL: Share(6, 10), Kind.COLD: Share(14, 90)}
        assert 27 / 100 > 20 / 100
        one, other = (adjusted(kinds, TEAM, least=30) for kinds in (mostly_hot, mostly_cold))
        assert one is not None
        assert other is not None
        assert one < 0.25 < other

    def test_of_the_team_itself_is_its_rate(self):
        assert adjusted(TEAM, TEAM, least=30) == pytest.approx(0.25)

    @pytest.mark.parametrize(
        ("kinds", "team"),
        [
            ({Kind.COLD: Share(3, 29)}, {Kind.COLD: Share(3, 29)}),
            ({Kind.COLD: Share(0, 50)}, {Kind.COLD: Share(0, 50)}),
            ({}, {}),
        ],
        ids=["too_few", "nobody_closed", "nobody"],
    )
    def test_is_none_where_it_would_be_a_guess(self, kinds, team):
        assert adjusted(kinds, team, least=30) is None


class TestHowLeadsClose:
    def test_counts_the_young_as_long_as_they_lived(self):
        took, lived = [DAY * 5.0], [DAY * 3.0, DAY * 10.0]
        found = closing_curve(took, lived, days=(4, 7, 30))
        assert [one.part for one in found.within] == [0.0, 0.5, None]

    def test_gives_the_time_in_which_half_closed(self):
        assert closing_curve([1.0, 2.0, 3.0], [9.0], days=()).median == 2.0
        assert closing_curve([1.0], [9.0, 9.0], days=()).median is None

    def test_has_an_interval_around_each_part(self):
        took = [DAY * n for n in (1.0, 2.0, 4.0)]
        [found] = closing_curve(took, [DAY * 40.0] * 7, days=(30,)).within
        assert found.part == pytest.approx(0.3)
        assert found.low is not None
        assert found.high is not None
        assert 0 < found.low < 0.3 < found.high < 1

    @pytest.mark.parametrize(
        ("took", "lived", "parts"),
        [
            ([], [], [None, None]),
            ([], [DAY * 9.0], [0.0, None]),
            ([DAY * 9.0], [], [0.0, None]),
            ([DAY * 1.0, DAY * 40.0], [], [0.5, 0.5]),
        ],
        ids=["nobody", "nobody_closed", "the_only_one", "all_closed"],
    )
    def test_tells_nothing_beyond_the_oldest_lead(self, took, lived, parts):
        found = closing_curve(took, lived, days=(7, 30)).within
        assert [one.part for one in found] == parts
        assert all(isinstance(one, ClosedBy) for one in found)
        bounds = [bound for one in found for bound in (one.low, one.high) if bound is not None]
        assert not any(map(math.isnan, bounds))


def test_the_interval_is_of_ninety_five_percent():
    assert math.erf(Z / math.sqrt(2)) == pytest.approx(0.95, abs=1e-6)
