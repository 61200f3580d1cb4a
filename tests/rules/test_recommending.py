"""When a proposal comes back, and what an accepted one brought (L6.8, L6.9)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.playbook import Playbook
from rules.proposal import Advice, Proposal, Sign
from rules.rates import Costs
from rules.recommending import Decided, Score, State, Verdict, may_come, score, spans_of, weighable
from rules.ripening import ripe
from rules.weighing import Sums
from rules.words import Kind

NOW = datetime(2026, 11, 15, 8, tzinfo=UTC)
DAY = timedelta(days=1)
ONE = Proposal(
    Advice.BUY_MORE,
    "friends",
    None,
    *(900, 800, 1000, 0.99, 100, Sign.CAMPAIGN_PROFIT),
    facts={"leads": 150},
)
REJECTED = Decided(State.REJECTED, NOW - DAY, 100, 400, 600)


def sums(count: int, each: float, spread: float = 10.0) -> Sums:
    return Sums(count, count * each, count * (each**2 + spread**2))


class TestComingBack:
    @pytest.mark.parametrize("state", [State.REJECTED, State.UNDONE])
    @pytest.mark.parametrize(
        ("leads", "gain", "comes"),
        [(150, 900, True), (149, 900, False), (150, 500, False), (300, 600, False)],
    )
    def test_needs_half_as_much_evidence_again_and_another_gain(
        self, state: State, leads: int, gain: int, comes: bool
    ):
        proposal = replace(ONE, gain=gain, facts={"leads": leads})
        assert may_come(proposal, replace(REJECTED, state=state), now=NOW) == comes

    @pytest.mark.parametrize(("days", "comes"), [(27, False), (28, True)])
    def test_of_what_was_accepted_rests_four_weeks(self, days: int, comes: bool):
        last = replace(REJECTED, state=State.ACCEPTED, at=NOW - days * DAY)
        assert may_come(ONE, last, now=NOW) == comes

    def test_is_free_for_what_is_new_or_lapsed(self):
        assert may_come(ONE, None, now=NOW)
        assert may_come(ONE, replace(REJECTED, state=State.LAPSED), now=NOW)


class TestWhatCanBeWeighed:
    def test_is_no_call_while_nobody_said_what_an_hour_costs(self):
        known = Playbook(costs=Costs(Decimal(60)))
        gone = set(weighable(known)) - set(weighable(Playbook()))
        assert gone == {Advice.TIER, Advice.MORE_ATTEMPTS}

    def test_is_never_what_was_found_not_to_pay(self):
        known = Playbook(costs=Costs(Decimal(60)))
        assert Advice.BAR not in weighable(known)


class TestSpans:
    def test_give_both_sides_the_same_time_and_keep_the_change_out_of_the_first(self):
        found = spans_of(NOW - 20 * DAY, now=NOW, mature_days=30)
        assert found is not None
        assert found.age == 10 * DAY
        assert found.after == (NOW - 20 * DAY, NOW - 10 * DAY)
        assert found.before[1] + found.age == NOW - 20 * DAY
        assert found.before[1] - found.before[0] == 28 * DAY

    def test_watch_no_longer_than_until_leads_are_judged(self):
        found = spans_of(NOW - 200 * DAY, now=NOW, mature_days=30)
        assert found is not None
        assert found.age == 30 * DAY
        assert found.before[1] - found.before[0] == 170 * DAY

    def test_are_none_in_the_first_two_days(self):
        assert spans_of(NOW - 2 * DAY + timedelta(seconds=1), now=NOW, mature_days=30) is None


class TestTheScore:
    def test_is_too_early_to_tell_of_few_leads(self):
        few = {Kind.WARM: sums(29, 50)}
        found = score({Kind.WARM: sums(500, 10)}, few, least=30, days=5)
        assert found == Score(Verdict.EARLY, 29, 500, 5)

    @pytest.mark.parametrize(
        ("was", "now", "verdict"),
        [(10, 50, Verdict.PAYS), (50, 10, Verdict.HARMS), (50, 50.5, Verdict.OPEN)],
    )
    def test_says_only_what_the_interval_bears(self, was: float, now: float, verdict: Verdict):
        found = score({Kind.WARM: sums(100, was)}, {Kind.WARM: sums(100, now)}, least=30, days=5)
        assert found.verdict is verdict
        assert found.low <= found.more <= found.high

    def test_compares_within_kinds_no_mix_of_them(self):
        """More referrals came after: each kind earns less, though all of them earn more."""
        before = {Kind.WARM: sums(90, 10, 2), Kind.REFERRAL: sums(10, 100, 2)}
        after = {Kind.WARM: sums(10, 8, 2), Kind.REFERRAL: sums(90, 95, 2)}
        assert score(before, after, least=30, days=5).verdict is Verdict.HARMS

    def test_leaves_out_a_kind_that_was_not_there_before(self):
        before, after = {Kind.WARM: sums(50, 10)}, {Kind.WARM: sums(50, 10)}
        with_new = after | {Kind.COLD: sums(400, 0)}
        found = score(before, with_new, least=30, days=5)
        assert (found.was, found.now, found.leads) == (10, 10, 450)

    @given(
        st.dictionaries(st.sampled_from(list(Kind)), st.integers(0, 99).map(lambda n: sums(n, 7)))
    )
    def test_of_the_same_is_never_a_difference(self, some: dict[Kind, Sums]):
        assert score(some, some, least=1, days=5).verdict in {Verdict.OPEN, Verdict.EARLY}


class TestRipening:
    def test_is_whole_where_all_leads_are_old(self):
        assert ripe({50: 10}, [(3, 50), (9, 50)], mature=30) == 1

    def test_sees_what_the_young_of_the_old_still_lack(self):
        """A tenth buys on day 3; on day 45 one of the nine that are left of the older ones."""
        found = ripe({60: 10, 30: 10}, [(3, 60), (45, 60), (3, 30)], mature=30)
        assert found == pytest.approx((0.1 + 0.2) / 2 / 0.2)

    def test_is_whole_where_nothing_is_known(self):
        assert ripe({}, [], mature=30) == ripe({40: 9}, [], mature=30) == 1

    @given(
        st.lists(
            st.tuples(st.integers(0, 90), st.integers(0, 90)).map(sorted).map(tuple), max_size=30
        ),
        st.dictionaries(st.integers(0, 90), st.integers(1, 20)),
    )
    def test_is_always_a_part(self, sold: list[tuple[int, int]], unsold: dict[int, int]):
        ages = dict(unsold)
        for _, age in sold:
            ages[age] = ages.get(age, 0) + 1
        assert 0 < ripe(ages, sold, mature=30) <= 1
