"""When a proposal comes back, and what can be weighed (L6.8, L6.9)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.playbook import Playbook
from rules.proposal import Advice, Proposal, Sign, place_of, subject_of, touches
from rules.rates import Costs
from rules.recommending import Decided, State, may_come, unweighed, weighable
from rules.ripening import by_age, ripe

NOW = datetime(2026, 11, 15, 8, tzinfo=UTC)
DAY = timedelta(days=1)
ONE = Proposal(
    Advice.BUY_MORE,
    "friends",
    None,
    *(900, 800, 1000, 0.99, 100, Sign.CAMPAIGN_PROFIT),
    facts={"leads": 150},
)
REJECTED = Decided(State.REJECTED, NOW - DAY, 500, 400, 600, leads=100, fresh=50)


class TestComingBack:
    @pytest.mark.parametrize("state", [State.REJECTED, State.UNDONE])
    @pytest.mark.parametrize(
        ("fresh", "gain", "comes"),
        [(50, 900, True), (49, 900, False), (50, 550, False), (900, 600, False), (50, 300, True)],
    )
    def test_needs_half_of_the_leads_new_and_another_gain(
        self, state: State, fresh: int, gain: int, comes: bool
    ):
        last = replace(REJECTED, state=state, fresh=fresh)
        assert may_come(replace(ONE, gain=gain), last, now=NOW) == comes

    def test_of_twice_the_gain_is_another_however_little_was_known(self):
        last = replace(REJECTED, low=1, high=5_000)
        assert may_come(replace(ONE, gain=1_000), last, now=NOW)
        assert not may_come(replace(ONE, gain=999), last, now=NOW)

    def test_in_a_steady_team_needs_no_larger_sample_than_there_was(self):
        """The horizon slides, so that its leads never become more."""
        steady = replace(REJECTED, leads=1200, fresh=1250, at=NOW - 365 * DAY)
        assert may_come(replace(ONE, gain=9_000, facts={"leads": 1250}), steady, now=NOW)

    def test_of_leads_that_are_none_waits_for_one(self):
        assert not may_come(ONE, replace(REJECTED, leads=0, fresh=0), now=NOW)

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
        assert gone == set(unweighed(Playbook())) == {Advice.TIER, Advice.MORE_ATTEMPTS}
        assert not unweighed(known)

    def test_is_never_what_was_found_not_to_pay(self):
        known = Playbook(costs=Costs(Decimal(60)))
        assert Advice.BAR not in weighable(known)


class TestASubject:
    @pytest.mark.parametrize(
        ("campaign", "banner", "subject"),
        [("a", "b", "a/b"), ("a/b", "", "a~1b"), ("a/b", "c/~1", "a~1b/c~1~01"), ("a", "", "a")],
    )
    def test_is_read_as_it_was_written(self, campaign: str, banner: str, subject: str):
        assert subject_of(campaign, banner) == subject
        assert place_of(subject) == (campaign, banner)

    @given(st.text(min_size=1), st.text())
    def test_is_never_anothers(self, campaign: str, banner: str):
        assert place_of(subject_of(campaign, banner)) == (campaign, banner)


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


class TestTwoDecisions:
    @pytest.mark.parametrize("kind", [Advice.BUY_MORE, Advice.BUY_LESS])
    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("a", "a", True),
            ("a", "a/b", True),
            ("a/b", "a", True),
            ("a/b", "a/b", True),
            ("a/b", "a/c", False),
            ("a", "a~1b", False),
            ("a", "ab", False),
        ],
    )
    def test_on_buying_are_the_same_by_place(self, kind: Advice, one: str, other: str, same: bool):
        assert touches((Advice.BUY_MORE, one), (kind, other)) == same

    @pytest.mark.parametrize(("tier", "same"), [("A", True), ("B", False)])
    def test_on_attempts_are_the_same_by_tier(self, tier: str, same: bool):
        assert touches((Advice.FEWER_ATTEMPTS, "A"), (Advice.MORE_ATTEMPTS, tier)) == same

    def test_of_other_sorts_are_two(self):
        assert not touches((Advice.BUY_MORE, "A"), (Advice.MORE_ATTEMPTS, "A"))
        assert not touches((Advice.TIER, "a"), (Advice.BUY_LESS, "a"))
        assert touches((Advice.HOURS, "A"), (Advice.HOURS, "A"))


class TestTheAgeOfSales:
    CAME = (0.1, 0.2, 0.2, 0.4)

    @pytest.mark.parametrize(
        ("days", "part"), [(0, 0), (1, 0.25), (1.5, 0.375), (2, 0.5), (3.5, 0.75), (90, 1)]
    )
    def test_says_what_part_of_them_has_come(self, days: float, part: float):
        assert by_age(self.CAME, days * DAY) == pytest.approx(part)

    def test_says_nothing_where_nobody_bought(self):
        assert by_age((), DAY) == by_age((0.0, 0.0), DAY) == 1
