"""Bounds of what is counted: against exact ones, and at the ends (L6.8)."""

import pytest
from scipy.stats import poisson

from rules.bounds import CHANCE, Range, counted, product, ratio, signed


class TestWhatIsCounted:
    @pytest.mark.parametrize("count", [1, 3, 20, 900])
    def test_is_bounded_as_poisson_says(self, count: int):
        found = counted(count)
        assert poisson.sf(count - 1, found.low) == pytest.approx(CHANCE)
        assert poisson.cdf(count, found.high) == pytest.approx(CHANCE)

    def test_that_is_none_may_still_be_some(self):
        assert counted(0).low == 0
        assert poisson.cdf(0, counted(0).high) == pytest.approx(CHANCE)

    def test_in_pieces_is_bounded_by_how_many_there_are(self):
        assert counted(3000.0, 1000.0) == counted(3).times(1000)

    def test_below_zero_may_be_above_it(self):
        found = counted(-10.0, 10.0)
        assert found.low == -counted(10.0, 10.0).high
        assert found.mean < 0 < found.high

    def test_of_no_size_is_as_it_is(self):
        assert counted(5.0, 0.0) == Range(5.0)


class TestTwoRanges:
    def test_multiplied_are_clear_of_nothing_only_where_both_are(self):
        clear, open_ = Range(5, 1, 1), Range(1, 2, 2)
        assert signed(clear, clear).low > 0
        assert signed(clear.times(-1), clear).high < 0
        assert signed(clear, open_).low < 0 < signed(clear, open_).high

    def test_turned_round_change_their_arms(self):
        assert Range(5, 1, 2).times(-2) == Range(-10, 4, 2)

    def test_added_have_arms_as_errors_have(self):
        assert Range(1, 3, 6).plus(Range(2, 4, 8)) == Range(3, 5, 10)

    def test_divided_and_multiplied_again_are_the_first(self):
        part = ratio(Range(6, 1, 2), Range(3))
        assert (part.mean, part.low, part.high) == pytest.approx((2, 5 / 3, 8 / 3))
        again = product(part, Range(3))
        assert (again.mean, again.low, again.high) == pytest.approx((6, 5, 8))

    def test_divided_by_what_may_be_little_may_be_much(self):
        part = ratio(Range(6), Range(3, 2, 3))
        assert (part.mean, part.low, part.high) == pytest.approx((2, 1, 6))

    @pytest.mark.parametrize("one", [Range(2, 2, 1), Range(0, 0, 1)])
    def test_multiplied_with_what_may_be_nothing_may_be_nothing(self, one: Range):
        found = product(one, Range(3, 1, 1))
        assert (found.mean, found.low) == (one.mean * 3, 0)
        assert found.high >= one.high * 3
