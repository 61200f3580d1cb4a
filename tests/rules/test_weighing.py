"""Means that are drawn toward their kind, and the bar that a gain must clear (L6.8)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.weighing import NONE, Expected, Sums, bar, part_of

COUNTS = st.integers(1, 10_000)
PARTS = st.floats(0, 1)


class TestWhatIsExpected:
    def test_has_an_interval_of_nine_in_ten(self):
        found = Expected(10.0, 2.0)
        assert (found.low(), found.high()) == pytest.approx((6.71, 13.29), abs=0.01)

    def test_adds_up_as_independent_things_do(self):
        whole = Expected(3.0, 3.0).plus(Expected(1.0, 4.0))
        assert (whole.mean, whole.error) == (4.0, 5.0)

    def test_keeps_its_error_when_a_known_cost_is_taken_off(self):
        assert Expected(3.0, 1.0).less(5.0) == Expected(-2.0, 1.0)

    def test_turns_round_with_its_error(self):
        assert Expected(3.0, 1.0).times(-2) == Expected(-6.0, 2.0)

    @pytest.mark.parametrize(
        ("found", "sure"),
        [(Expected(0.0, 1.0), 0.5), (Expected(1.645, 1.0), 0.95), (Expected(1.0), 1.0)],
    )
    def test_says_how_likely_it_is_above_zero(self, found: Expected, sure: float):
        assert found.sure == pytest.approx(sure, abs=0.001)


class TestDrawing:
    KIND = Sums(1000, 70_000.0, 70 * 1000.0**2)

    def test_of_nobody_gives_the_kind(self):
        assert NONE.drawn(self.KIND, 50).mean == pytest.approx(70)

    def test_of_few_stays_near_the_kind_and_of_many_near_themselves(self):
        few, many = (Sums(count, count * 200.0, count * 2e5) for count in (10, 5000))
        assert few.drawn(self.KIND, 50).mean < 100
        assert many.drawn(self.KIND, 50).mean == pytest.approx(200, rel=0.02)

    def test_lends_no_more_certainty_than_there_is(self):
        assert NONE.drawn(Sums(5, 10.0, 20.0), 50).count == 5

    def test_toward_nothing_changes_nothing(self):
        own = Sums(10, 20.0, 50.0)
        assert own.drawn(NONE, 50) == own

    @given(COUNTS, PARTS, COUNTS, PARTS)
    def test_lies_between_both(self, own: int, part: float, kind: int, usual: float):
        one, other = Sums(own, own * part, own * part), Sums(kind, kind * usual, kind * usual)
        mean = one.drawn(other, 50).mean
        assert min(part, usual) - 1e-9 <= mean <= max(part, usual) + 1e-9

    def test_knows_nothing_of_nobody(self):
        assert math.isinf(NONE.each.error)


class TestTheBar:
    def test_is_higher_the_more_is_looked_at(self):
        heights = [bar(count) for count in (0, 1, 5, 50)]
        assert heights == sorted(heights)
        assert heights[0] == heights[1] == pytest.approx(2.89, abs=0.01)


class TestAPart:
    def test_is_never_certain(self):
        for answered, calls in ((0, 0), (0, 10), (10, 10)):
            found = part_of(answered, calls)
            assert 0 < found.mean < 1
            assert found.error > 0
