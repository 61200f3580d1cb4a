"""What is bought is scored soundly whatever leads came and sold (L6.3, L6.8)."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.scoring import Score, Span, Verdict
from rules.scoring_buying import score_weeks
from rules.weighing import Sums
from rules.words import Kind

SALE = 10_000
ONE_KIND, OTHER_KIND, *_ = Kind


def leads(count: int, sold: list[int] | int, cost: int = 0) -> Sums:
    """Give so many leads of which some sold for such amounts (or so many for a usual one)."""
    amounts = [SALE] * sold if isinstance(sold, int) else sold
    values = [*amounts, *[0] * (count - len(amounts))]
    net = [one - cost for one in values[:count]]
    return Sums(float(count), float(sum(net)), float(sum(one * one for one in net)))


amounts = st.lists(st.integers(-100_000, 10_000_000), max_size=8)


@st.composite
def sides(draw: st.DrawFn) -> Span:
    kinds = draw(st.sets(st.sampled_from(list(Kind)), max_size=3))
    net, sales, others = dict[Kind, Sums](), dict[Kind, Sums](), dict[Kind, Sums]()
    for kind in kinds:
        sold, cost = draw(amounts), draw(st.integers(0, 5000))
        count = draw(st.integers(max(len(sold), 1), 400))
        net[kind], sales[kind] = leads(count, sold, cost), leads(count, sold)
        theirs = draw(amounts)
        others[kind] = leads(draw(st.integers(len(theirs), 400)), theirs)
    return Span(net, sales, others, draw(st.floats(-1000, 1_000_000)))


long = st.floats(1 / 7, 26)
weeks = st.tuples(st.floats(4, 26), long)
PARTS = st.floats(0, 1)


def judged(before: Span, after: Span, lasted: tuple[float, float], part: float = 1.0) -> Score:
    return score_weeks(before, after, weeks=lasted, least=10, days=14, part=part)


class TestWhateverCame:
    @settings(deadline=None)
    @given(sides(), sides(), weeks, PARTS)
    def test_every_amount_is_finite_and_between_its_bounds(
        self, before: Span, after: Span, lasted: tuple[float, float], part: float
    ):
        found = judged(before, after, lasted, part)
        amounts = (found.now, found.expected, found.more, found.low, found.high)
        assert all(math.isfinite(one) for one in amounts)
        assert found.low <= found.more <= found.high

    @settings(deadline=None)
    @given(sides(), sides(), weeks, PARTS)
    def test_profit_and_harm_are_told_only_of_what_is_clear_of_nothing(
        self, before: Span, after: Span, lasted: tuple[float, float], part: float
    ):
        found = judged(before, after, lasted, part)
        assert found.low >= 0 or found.verdict is not Verdict.PAYS
        assert found.high <= 0 or found.verdict is not Verdict.HARMS

    @settings(deadline=None)
    @given(sides(), sides(), weeks, st.floats(0, 100_000))
    def test_more_that_pays_would_pay_at_a_lower_price_too(
        self, before: Span, after: Span, lasted: tuple[float, float], cheaper: float
    ):
        found = judged(before, after, lasted)
        again = judged(before, replace(after, price=after.price - cheaper), lasted)
        if found.verdict is Verdict.PAYS and found.now > 0:
            assert again.verdict is Verdict.PAYS


class TestSalesStillToCome:
    def test_are_the_less_certain_the_fewer_sales_tell_of_them(self):
        def told(times: int, part: float) -> tuple[float, float]:
            sold = leads(1000 * times, 100 * times)
            before, after = (
                Span({ONE_KIND: s}, {ONE_KIND: s}, {ONE_KIND: sold}) for s in (sold, sold + sold)
            )
            found = judged(before, after, (4.0, 4.0), part)
            return found.low / found.more, found.high / found.more

        for times in (1, 10):
            (low, high), (low_ripe, high_ripe) = told(times, 0.7), told(times, 1.0)
            assert low < low_ripe < 1 < high_ripe < high
        assert told(1, 0.7)[0] < told(10, 0.7)[0]


class TestKindsMixed:
    """The others get five times as many of a kind of which these leads have few."""

    @staticmethod
    def side(*, many: int, few: int, others_few: int) -> Span:
        net = {ONE_KIND: leads(many, many // 5), OTHER_KIND: leads(few, few // 5)}
        others = {ONE_KIND: leads(400, 80), OTHER_KIND: leads(others_few, others_few // 5)}
        return Span(net, net, others, price=500.0)

    def test_each_goes_by_the_others_of_its_own(self):
        before = self.side(many=400, few=30, others_few=400)
        after = self.side(many=400, few=150, others_few=2000)
        found = judged(before, after, (4.0, 4.0))
        assert found.verdict is Verdict.OPEN
        assert found.expected == pytest.approx(found.now)
        assert found.more == 0

    def test_one_of_which_there_are_few_others_goes_by_all_of_them(self):
        before = self.side(many=400, few=30, others_few=9)
        after = self.side(many=400, few=30, others_few=9)
        found = judged(before, after, (4.0, 4.0))
        assert (found.verdict, found.more) == (Verdict.OPEN, 0)
