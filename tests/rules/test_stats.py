"""The statistics of the figures: against scipy, and at the ends where nothing can be told (L6)."""

import math
import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import CensoredData, binomtest, ecdf

from rules.report_leads import ClosedBy
from rules.report_values import Estimate, Share, Spread
from rules.stats import Z, adjusted, around, closing_curve, same_mix, share, spread
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


LIVES = st.dictionaries(st.integers(0, 9), st.integers(1, 4), max_size=6)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
class TestHowLeadsClose:
    def test_counts_the_young_as_long_as_they_lived(self):
        found = closing_curve({5: 1}, {3: 1, 10: 1}, days=(4, 7, 30))
        assert [one.part for one in found.within] == [0.0, 0.5, None]

    def test_gives_the_time_in_which_half_closed(self):
        assert closing_curve({1: 1, 2: 1, 3: 1}, {9: 1}, days=()).median == 2
        assert closing_curve({1: 1}, {9: 2}, days=()).median is None

    def test_has_an_interval_around_each_part(self):
        [found] = closing_curve({1: 1, 2: 1, 4: 1}, {40: 7}, days=(30,)).within
        assert found.part == pytest.approx(0.3)
        assert found.low is not None
        assert found.high is not None
        assert 0 < found.low < 0.3 < found.high < 1

    @pytest.mark.parametrize(
        ("took", "lived", "parts"),
        [
            ({}, {}, [None, None]),
            ({}, {9: 1, 40: 0}, [0.0, None]),
            ({9: 1}, {}, [0.0, None]),
            ({1: 1, 40: 1}, {}, [0.5, 0.5]),
        ],
        ids=["nobody", "nobody_closed", "the_only_one", "all_closed"],
    )
    def test_tells_nothing_beyond_the_oldest_lead(self, took, lived, parts):
        found = closing_curve(took, lived, days=(7, 30)).within
        assert [one.part for one in found] == parts
        assert all(isinstance(one, ClosedBy) for one in found)
        bounds = [bound for one in found for bound in (one.low, one.high) if bound is not None]
        assert not any(map(math.isnan, bounds))

    @given(LIVES, LIVES, st.integers(0, 12))
    def test_is_what_scipy_tells_of_each_lead_alone(self, took, lived, day):
        [found] = closing_curve(took, lived, days=(day,)).within
        each: Any = [sorted(Counter(part).elements()) for part in (took, lived)]
        if not each[0] or day > max(each[0] + each[1]):
            assert found.part == (None if day > max(each[0] + each[1], default=-1) else 0.0)
            return
        curve: Any = ecdf(CensoredData(uncensored=each[0], right=each[1])).sf
        assert found.part == pytest.approx(1 - curve.evaluate(day))
        if 0 < curve.evaluate(day) < 1:
            bounds = curve.confidence_interval(method="log-log")
            wanted = 1 - bounds.high.evaluate(day), 1 - bounds.low.evaluate(day)
            assert (found.low, found.high) == pytest.approx(wanted, abs=1e-6)


COLD, WARM, HOT = Kind.COLD, Kind.WARM, Kind.REFERRAL
CELLS = st.dictionaries(
    st.integers(0, 5),
    st.dictionaries(st.sampled_from([COLD, WARM, HOT]), COUNTS, min_size=1),
    min_size=1,
)


def part(hits: int, of: int) -> Share:
    return share(hits, of, least=100)


class TestTheSameMixOfKinds:
    def test_turns_round_what_the_mix_alone_made_l6_2(self):
        morning = {HOT: part(540, 900), COLD: part(10, 100)}
        evening = {HOT: part(70, 100), COLD: part(180, 900)}
        found = same_mix({9: morning, 17: evening})
        assert 550 / 1000 > 250 / 1000
        assert found[17] > found[9]

    @given(hours=st.dictionaries(st.integers(0, 23), COUNTS, min_size=1))
    def test_of_one_kind_alone_changes_nothing(self, hours: dict[int, tuple[int, int]]):
        found = same_mix({hour: {WARM: part(*told)} for hour, told in hours.items()})
        for hour, (hits, of) in hours.items():
            assert found[hour] == pytest.approx(hits / of)

    @given(
        pairs=st.lists(
            st.tuples(st.integers(0, 100), st.integers(0, 100), *[st.integers(1, 9)] * 2),
            min_size=1,
            max_size=3,
        )
    )
    def test_puts_what_is_better_in_each_kind_first(self, pairs: list[tuple[int, int, int, int]]):
        kinds = list(zip((COLD, WARM, HOT), pairs, strict=False))
        worse = {kind: part(min(a, b) * n, 100 * n) for kind, (a, b, n, _) in kinds}
        better = {kind: part(max(a, b) * m, 100 * m) for kind, (a, b, _, m) in kinds}
        found = same_mix({"worse": worse, "better": better})
        assert found["better"] >= found["worse"] - 1e-6

    def test_finds_the_factors_that_made_the_calls(self):
        mixes = {9: (800, 100, 100), 13: (100, 800, 100), 17: (200, 300, 500)}
        made = {9: 1.0, 13: 1.5, 17: 2.0}
        cells = {
            hour: {
                kind: part(round(of * rate * made[hour]), of)
                for kind, of, rate in zip(
                    (HOT, WARM, COLD), mixes[hour], (0.4, 0.2, 0.1), strict=True
                )
            }
            for hour in mixes
        }
        found = same_mix(cells)
        assert found[13] / found[9] == pytest.approx(1.5)
        assert found[17] / found[9] == pytest.approx(2.0)

    @pytest.mark.parametrize("seed", range(4))
    def test_is_the_likeliest_of_such_factors(self, seed: int):
        dice, kinds = random.Random(seed), (COLD, WARM, HOT)
        made = np.array([[dice.randint(20, 200) for _ in kinds] for _ in range(5)])
        hits = np.array([[dice.randint(0, of // 2) for of in row] for row in made])

        def unlikely(factors: Any) -> float:
            """Weigh factors of five cells and of three kinds, as logarithms (Poisson)."""
            expected = made * np.exp(factors[:5])[:, None] * np.exp(factors[5:])
            return float((expected - hits * np.log(expected)).sum())

        best = minimize(unlikely, np.full(8, -1.0)).x
        mean = (made.sum(axis=0) * np.exp(best[5:])).sum() / made.sum()
        told = {
            at: {kind: part(int(h), int(of)) for kind, h, of in zip(kinds, *both, strict=True)}
            for at, both in enumerate(zip(hits, made, strict=True))
        }
        assert list(same_mix(told).values()) == pytest.approx(mean * np.exp(best[:5]), rel=1e-3)

    @given(cells=CELLS)
    def test_is_always_a_part(self, cells: dict[int, dict[Kind, tuple[int, int]]]):
        told = {
            at: {kind: part(*one) for kind, one in kinds.items()} for at, kinds in cells.items()
        }
        found = same_mix(told)
        assert set(found) == set(cells)
        assert all(0 <= one <= 1 for one in found.values())

    @pytest.mark.parametrize("cells", [{}, {9: {}}, {9: {WARM: Share()}}, {9: {WARM: Share(0, 5)}}])
    def test_of_nothing_is_no_number_that_is_none(self, cells: dict[int, dict[Kind, Share]]):
        assert set(same_mix(cells).values()) <= {0.0}


def test_the_interval_is_of_ninety_five_percent():
    assert math.erf(Z / math.sqrt(2)) == pytest.approx(0.95, abs=1e-6)
