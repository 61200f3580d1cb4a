"""Whether buying more or less pays, by leads that came after it alone (L6.3, L6.8)."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from rules.scoring import Score, Span, Verdict
from rules.scoring_buying import score_weeks
from rules.weighing import NONE, Sums
from rules.words import Kind

VALUE = 80_000.0
LOOKS, TRIED, OTHERS, WEEKS = 26, 200, 180, 4
PAYS, HARMS, OPEN = Verdict.PAYS, Verdict.HARMS, Verdict.OPEN
Dice = np.random.Generator


def sold(leads: int, sales: int, each: float = VALUE) -> Sums:
    return Sums(leads, sales * each, sales * each**2)


def side(own: Sums, others: Sums, *, price: float = 4_000.0, cost: float = 0.0) -> Span:
    """Make a span of warm leads, each of which cost a price, and so much in calls."""
    net = Sums(own.count, own.total - own.count * cost, own.squares)
    return Span({Kind.WARM: net}, {Kind.WARM: own}, {Kind.WARM: others}, price)


def told(before: Span, after: Span, *, weeks: float = 4, fewer: bool = False) -> Score:
    return score_weeks(before, after, weeks=(4, weeks), least=30, days=30, fewer=fewer)


BEFORE = side(sold(400, 40), sold(900, 90))


class TestAWeek:
    @pytest.mark.parametrize(
        ("leads", "closing", "verdict"),
        [
            (3200, 0.10, PAYS),
            (800, 0.10, HARMS),
            (3200, 0.02, HARMS),
            (800, 0.02, PAYS),
            (3200, 0.05, OPEN),
            (1600, 0.10, OPEN),
        ],
    )
    def test_pays_by_how_many_more_come_and_what_one_of_them_earns(
        self, leads: int, closing: float, verdict: Verdict
    ):
        """A lead costs what five sales of a hundred earn."""
        others = sold(3600, 360)
        before, after = (
            side(sold(1600, 160), others),
            side(sold(leads, round(leads * closing)), others),
        )
        found = told(before, after)
        assert found.verdict is verdict
        assert found.more == found.now - found.expected
        assert found.more == round((leads - 1600) / 4 * (closing * VALUE - 4_000))
        assert found.low <= found.more <= found.high
        assert (found.weekly, found.leads, found.leads_before) == (True, leads, 1600)

    @pytest.mark.parametrize("lucky", [0, 4, 40, 200])
    def test_asks_nothing_of_what_leads_earned_before(self, lucky: int):
        after = side(sold(800, 80), sold(900, 90))
        before = side(sold(400, lucky), sold(900, 90))
        assert told(before, after) == told(BEFORE, after)

    @pytest.mark.parametrize("came", [2.0, 0.5])
    def test_is_held_against_how_many_leads_the_others_got(self, came: float):
        leads, others = round(400 * came), round(900 * came)
        found = told(BEFORE, side(sold(leads, leads // 10), sold(others, others // 10)))
        assert (found.verdict, found.more) == (OPEN, 0)

    def test_is_held_against_no_lead_of_another_kind(self):
        cold = {Kind.COLD: sold(900, 90)}
        before, after = (replace(BEFORE, others=cold) for _ in range(2))
        found = told(before, after)
        assert (found.verdict, found.now, found.more) == (Verdict.ALONE, 400_000, 0)

    def test_in_which_nobody_sold_anything_says_nothing(self):
        none = side(sold(400, 0), sold(900, 0))
        assert told(none, none).verdict is Verdict.ALONE

    def test_has_calls_in_what_a_lead_costs(self):
        found = told(BEFORE, side(sold(800, 80), sold(900, 90), cost=8_000))
        assert found.verdict is HARMS

    def test_never_pays_while_what_leads_cost_more_takes_it_back(self):
        """Each of the 100 a week there were before cost 20 less; 100 more earn 10 each."""
        after = side(sold(800, 160), sold(900, 90), price=6_000)
        assert told(BEFORE, after).verdict is PAYS
        dear = side(sold(800, 160), sold(900, 90), price=10_000)
        assert told(BEFORE, dear).verdict is OPEN
        assert told(replace(BEFORE, price=10_000), dear).verdict is PAYS

    def test_counts_the_sales_that_are_still_to_come(self):
        after = side(sold(800, 20), sold(900, 27))
        found = [
            score_weeks(BEFORE, after, weeks=(4, 4), least=30, days=9, part=one)
            for one in (1.0, 0.5, 0.49)
        ]
        assert [one.verdict for one in found] == [HARMS, OPEN, Verdict.EARLY]
        assert [one.now for one in found[:2]] == [-400_000, 0]

    def test_bears_more_given_back_than_was_sold(self):
        back = Sums(800, -VALUE, VALUE**2)
        found = told(BEFORE, side(back, sold(900, 90)))
        assert found.verdict is HARMS
        assert found.low < found.more < found.high

    @pytest.mark.parametrize(
        ("leads", "fewer", "weeks", "verdict"),
        [
            (0, True, 4, Verdict.FEW),
            (29, True, 1, Verdict.FEW),
            (29, True, 0.9, Verdict.EARLY),
            (29, False, 4, Verdict.EARLY),
        ],
    )
    def test_of_few_leads_says_so_where_less_was_to_be_bought(
        self, leads: int, fewer: bool, weeks: float, verdict: Verdict
    ):
        after = side(sold(leads, 0), sold(900, 90))
        assert told(BEFORE, after, weeks=weeks, fewer=fewer).verdict is verdict

    def test_of_no_sale_is_judged_by_how_large_the_others_are(self):
        """None of 45 is no harm where three of a hundred were to be expected, of 450 it is."""
        few, many = (side(sold(n, 0), sold(900, 90), price=2_400) for n in (45, 450))
        assert told(side(sold(30, 3), sold(900, 90), price=2_400), few).verdict is OPEN
        assert told(side(sold(200, 9), sold(900, 90), price=2_400), many).verdict is HARMS


def grown(dice: Dice, sums: Sums, leads: float, closing: float, spread: float) -> Sums:
    """Add a week of leads, whose sales differ by so much of their mean."""
    came = int(dice.poisson(leads))
    sales = int(dice.binomial(came, closing))
    wide = float(np.log1p(spread**2))
    each = VALUE * np.exp(dice.normal(-wide / 2, wide**0.5, sales))
    return sums + Sums(came, float(each.sum()), float((each**2).sum()))


def half_a_year(
    dice: Dice, *, closing: float, even: float, leads: tuple[int, int], spread: float = 0.0
) -> list[Verdict]:
    """Look each week, where the sales before were the extreme of two hundred stretches.

    So many `leads` came a week before and after; `even` is the closing rate that pays their price.
    """
    stretches = dice.binomial(4 * leads[0], closing, 200)
    extreme = stretches.min() if leads[1] < leads[0] else stretches.max()
    own, others = [sold(int(dice.poisson(4 * leads[0])), int(extreme)), NONE], [NONE, NONE]
    others[0] = grown(dice, NONE, 4 * OTHERS, closing, spread)
    found = []
    for week in range(1, LOOKS + 1):
        for place in (0, 1) if week > WEEKS else (1,):
            own[place] = grown(dice, own[place], leads[place], closing, spread)
            others[place] = grown(dice, others[place], OTHERS, closing, spread)
        before, after = (side(own[one], others[one], price=even * VALUE) for one in (0, 1))
        weeks = (max(week, WEEKS), week)
        fewer = leads[1] < leads[0]
        said = score_weeks(before, after, weeks=weeks, least=30, days=7, fewer=fewer)
        found.append(said.verdict)
    return found


def ever(years: Sequence[Sequence[Verdict]], verdict: Verdict, *, by: int = LOOKS) -> int:
    return sum(verdict in one[:by] for one in years)


class TestFalseAlarms:
    """A campaign earns its price to the coin, and is bought for its luck (one in twenty a side)."""

    @pytest.mark.parametrize("closing", [0.03, 0.10])
    @pytest.mark.parametrize("after", [15, 45, 75, 120])
    def test_after_chosen_weeks_are_rare_in_half_a_year_of_looks(self, closing: float, after: int):
        dice = np.random.default_rng(1)
        years = [
            half_a_year(dice, closing=closing, even=closing, leads=(60, after))
            for _ in range(TRIED)
        ]
        assert ever(years, PAYS) <= 0.05 * TRIED
        assert ever(years, HARMS) <= 0.05 * TRIED

    @pytest.mark.parametrize("after", [45, 120])
    def test_of_sales_that_differ_much_are_as_rare(self, after: int):
        dice = np.random.default_rng(2)
        years = [
            half_a_year(dice, closing=0.03, even=0.03, leads=(60, after), spread=1.0)
            for _ in range(TRIED)
        ]
        assert ever(years, PAYS) + ever(years, HARMS) <= 0.1 * TRIED

    @pytest.mark.parametrize("even", [0.05, 0.20])
    def test_where_nothing_more_or_less_was_bought_are_as_rare(self, even: float):
        dice = np.random.default_rng(3)
        years = [half_a_year(dice, closing=0.10, even=even, leads=(60, 60)) for _ in range(TRIED)]
        assert ever(years, PAYS) <= 0.05 * TRIED
        assert ever(years, HARMS) <= 0.05 * TRIED

    def test_of_sixty_leads_at_one_look_are_as_rare_as_promised(self):
        """Of three in a hundred six or more buy in one look of a hundred: that is no gain yet."""
        dice, then = np.random.default_rng(4), side(sold(240, 7), sold(720, 22), price=2_400)
        alarms = 0
        for sales in dice.binomial(60, 0.03, 4000):
            own = side(sold(60, int(sales)), sold(180, 5), price=2_400)
            alarms += told(then, own, weeks=0.5).verdict in {PAYS, HARMS}
        assert alarms <= 2 * 0.1 / (2 * LOOKS) * 4000


class TestATrueGain:
    @pytest.mark.parametrize(
        ("closing", "even", "after", "weeks"),
        [(0.10, 0.20, 45, 13), (0.10, 0.05, 75, 16), (0.10, 0.05, 120, 5), (0.03, 0.06, 45, 23)],
    )
    def test_is_found_in_nine_teams_of_ten(
        self, closing: float, even: float, after: int, weeks: int
    ):
        dice = np.random.default_rng(5)
        years = [
            half_a_year(dice, closing=closing, even=even, leads=(60, after)) for _ in range(TRIED)
        ]
        assert ever(years, PAYS, by=weeks) >= 0.9 * TRIED
        assert ever(years, HARMS) == 0

    def test_that_is_a_loss_is_told_as_harm(self):
        dice = np.random.default_rng(6)
        years = [half_a_year(dice, closing=0.10, even=0.05, leads=(60, 45)) for _ in range(TRIED)]
        assert ever(years, HARMS, by=16) >= 0.9 * TRIED
        assert ever(years, PAYS) == 0
