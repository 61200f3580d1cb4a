"""Whether an accepted recommendation pays, held against the other leads (L6.8)."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.scoring import Score, Span, Verdict, score, score_held, spans_of
from rules.weighing import Sums
from rules.words import Kind

NOW = datetime(2026, 11, 15, 8, tzinfo=UTC)
DAY = timedelta(days=1)
PRICE = 80_000.0
LOOKS, TRIED = 26, 150


def sums(count: int, each: float, spread: float = 10.0) -> Sums:
    return Sums(count, count * each, count * (each**2 + spread**2))


def side(own: Sums, others: Sums, *, kind: Kind = Kind.WARM, cost: float = 0.0) -> Span:
    """Make a span of leads of one kind, each of which cost so much in calls."""
    net = Sums(own.count, own.total - own.count * cost, own.squares)
    return Span({kind: net}, {kind: own}, {kind: others})


def bought(leads: int, sales: int) -> Sums:
    return Sums(leads, sales * PRICE, sales * PRICE**2)


class TestSpans:
    def test_give_both_sides_the_same_time_and_keep_the_change_out_of_the_first(self):
        found = spans_of(NOW - 20 * DAY, now=NOW, mature_days=30)
        assert found is not None
        assert found.age == 10 * DAY
        assert found.after == (NOW - 20 * DAY, NOW - 10 * DAY)
        assert found.before[1] + found.age == NOW - 20 * DAY
        assert found.before[1] - found.before[0] == 28 * DAY

    def test_watch_no_longer_than_until_leads_are_judged(self):
        found = spans_of(NOW - 100 * DAY, now=NOW, mature_days=30)
        assert found is not None
        assert found.age == 30 * DAY
        assert found.before[1] - found.before[0] == 70 * DAY
        assert found.weeks == (10, 10)

    def test_end_with_the_half_year_in_which_a_change_is_watched(self):
        half_a_year = spans_of(NOW - 182 * DAY, now=NOW, mature_days=30)
        later = spans_of(NOW - 182 * DAY, now=NOW + 400 * DAY, mature_days=30)
        assert half_a_year == later

    def test_are_none_in_the_first_two_days(self):
        assert spans_of(NOW - 2 * DAY + timedelta(seconds=1), now=NOW, mature_days=30) is None


class TestTheScore:
    def test_is_too_early_to_tell_of_few_leads(self):
        before, after = (side(sums(one, 10), sums(500, 10)) for one in (500, 29))
        assert score(before, after, least=30, days=5) == Score(Verdict.EARLY, 29, 500, 5)

    @pytest.mark.parametrize(
        ("was", "now", "verdict"),
        [(10, 50, Verdict.PAYS), (50, 10, Verdict.HARMS), (50, 50.5, Verdict.OPEN)],
    )
    def test_says_only_what_the_interval_bears(self, was: float, now: float, verdict: Verdict):
        before, after = (side(sums(100, one), sums(400, 30)) for one in (was, now))
        found = score(before, after, least=30, days=5)
        assert found.verdict is verdict
        assert found.low <= found.more <= found.high
        assert (found.was, found.expected, found.others) == (was, was, 400)

    def test_compares_within_kinds_no_mix_of_them(self):
        """More referrals came after: each kind earns less, though all of them earn more."""
        others = {Kind.WARM: sums(900, 10, 2), Kind.REFERRAL: sums(900, 100, 2)}
        own = {Kind.WARM: sums(90, 10, 2), Kind.REFERRAL: sums(60, 100, 2)}
        now = {Kind.WARM: sums(60, 7, 2), Kind.REFERRAL: sums(400, 95, 2)}
        found = score(Span(own, own, others), Span(now, now, others), least=30, days=5)
        assert found.verdict is Verdict.HARMS

    def test_leaves_out_a_kind_that_was_not_there_before(self):
        before = side(sums(50, 10), sums(500, 10))
        new = {Kind.WARM: sums(50, 10), Kind.COLD: sums(400, 0)}
        found = score(before, Span(new, new, before.others), least=30, days=5)
        assert (found.was, found.now, found.leads) == (10, 10, 450)

    @given(
        st.dictionaries(st.sampled_from(list(Kind)), st.integers(0, 99).map(lambda n: sums(n, 7)))
    )
    def test_of_the_same_is_never_a_difference(self, some: dict[Kind, Sums]):
        same = Span(some, some, some)
        found = score(same, same, least=1, days=5).verdict
        assert found in {Verdict.OPEN, Verdict.EARLY, Verdict.ALONE}


class TestTheMarket:
    """All leads earn half of what they did: that is nobody's doing."""

    BEFORE, AFTER = side(bought(900, 90), bought(900, 180)), side(bought(900, 45), bought(900, 90))

    def test_that_falls_makes_no_harm(self):
        found = score(self.BEFORE, self.AFTER, least=30, days=30)
        assert found.verdict is Verdict.OPEN
        assert found.expected == found.now == found.was / 2

    def test_that_stands_leaves_the_harm_to_the_change(self):
        stood = Span(self.AFTER.net, self.AFTER.sales, self.BEFORE.others)
        assert score(self.BEFORE, stood, least=30, days=30).verdict is Verdict.HARMS

    def test_that_falls_makes_no_call_cheaper(self):
        before, after = (
            side(bought(900, one), bought(9000, 10 * one), cost=1_000) for one in (90, 45)
        )
        found = score(before, after, least=30, days=30)
        assert (found.was, found.expected, found.now) == (7_000, 3_000, 3_000)

    def test_that_nobody_shows_leaves_nothing_to_say(self):
        alone = [Span(one.net, one.sales, {}) for one in (self.BEFORE, self.AFTER)]
        found = score(*alone, least=30, days=30)
        assert (found.verdict, found.was, found.now) == (Verdict.ALONE, 8_000, 4_000)

    def test_of_hardly_any_sales_leaves_nothing_to_say(self):
        few = side(bought(900, 90), bought(100, 2))
        assert score(few, self.AFTER, least=30, days=30).verdict is Verdict.ALONE

    def test_of_other_kinds_is_none(self):
        others = {Kind.REFERRAL: bought(900, 90)}
        other = [Span(one.net, one.sales, others) for one in (self.BEFORE, self.AFTER)]
        assert score(*other, least=30, days=30).verdict is Verdict.ALONE


class TestWhatWasLeft:
    def test_under_the_former_rules_is_what_it_is_held_against(self):
        changed, left = {Kind.WARM: sums(900, 50)}, {Kind.WARM: sums(90, 40)}
        found = score_held(changed, left, least=30, days=9)
        assert (found.verdict, found.held, found.others) == (Verdict.PAYS, True, 90)
        assert (found.now, found.expected, found.more) == (50, 40, 10)

    def test_of_few_leads_is_too_early(self):
        changed, left = {Kind.WARM: sums(900, 50)}, {Kind.WARM: sums(29, 40)}
        assert score_held(changed, left, least=30, days=9).verdict is Verdict.EARLY


def sold(dice: random.Random, leads: int, part: float) -> int:
    return sum(dice.random() < part for _ in range(leads))


class TestFalseAlarms:
    """Nothing changed: how often is it said all the same that it pays or harms?"""

    @pytest.mark.parametrize("part", [0.03, 0.05, 0.10])
    def test_of_thirty_leads_at_one_look_are_as_rare_as_promised(self, part: float):
        dice, told = random.Random(2), {Verdict.HARMS: 0, Verdict.PAYS: 0}
        for _ in range(2000):
            then = side(bought(240, sold(dice, 240, part)), bought(960, sold(dice, 960, part)))
            now = side(bought(30, sold(dice, 30, part)), bought(120, sold(dice, 120, part)))
            found = score(then, now, least=30, days=15).verdict
            if found in told:
                told[found] += 1
        assert sum(told.values()) <= 0.1 / LOOKS * 2000

    def test_of_no_sale_at_all_are_none(self):
        then, now = side(bought(240, 12), bought(960, 48)), side(bought(30, 0), bought(120, 6))
        assert score(then, now, least=30, days=15).verdict is Verdict.OPEN

    @pytest.mark.parametrize("market", [1.0, 0.5])
    @pytest.mark.parametrize("part", [0.03, 0.10])
    def test_in_half_a_year_of_weekly_looks_are_one_in_ten(self, part: float, market: float):
        dice = random.Random(1)
        told = sum(self._ever(dice, part, market) for _ in range(TRIED))
        assert told <= 0.1 * TRIED

    def _ever(self, dice: random.Random, part: float, market: float) -> bool:
        then = side(bought(240, sold(dice, 240, part)), bought(720, sold(dice, 720, part)))
        own, others = 0, 0
        said = set()
        for week in range(1, LOOKS + 1):
            own += sold(dice, 60, part * market)
            others += sold(dice, 180, part * market)
            now = side(bought(60 * week, own), bought(180 * week, others))
            said.add(score(then, now, least=30, days=7).verdict)
        return bool(said & {Verdict.HARMS, Verdict.PAYS})
