"""The tier that leads like this one have earned (L1.1, L1.3, K5)."""

from dataclasses import replace
from math import isfinite

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.tiers import Basis, Cell, Grade, Group, TierRules, grade, grade_of, pinned
from rules.words import Kind, Tier

RULES = TierRules()
K5 = [
    (Kind.REFERRAL, 2.3, Tier.A),
    (Kind.INCOMING, 1.3, Tier.B),
    (Kind.WARM, 1.0, Tier.B),
    (Kind.COLD, 0.5, Tier.C),
]
WEBSITE = Group("Website", Kind.WARM, "Sim card")
FACEBOOK = Group("Facebook-March", Kind.WARM, "Sim card")
RADIO = Group("Radio", Kind.WARM, "Sim card")
FRIENDS = Group("Friends", Kind.REFERRAL, "Sim card")
FAIR = Group("Fair", Kind.COLD, "Sim card")
CALLERS = Group("", Kind.INCOMING, "")
# 1,000 leads of which 100 closed: the mean is 10%.
TEAM = [
    Cell(WEBSITE, 250, 50),
    Cell(FACEBOOK, 290, 20),
    Cell(RADIO, 10, 0),
    Cell(FRIENDS, 50, 20),
    Cell(FAIR, 400, 10),
]

GROUPS = st.builds(
    Group, st.sampled_from(["", "a", "b", "c"]), st.sampled_from(Kind), st.sampled_from(["", "p"])
)
LEADS = st.one_of(st.integers(0, 60), st.integers(0, 5_000), st.integers(0, 10**12))


@st.composite
def cells(draw, groups=GROUPS):
    counts = draw(st.dictionaries(groups, LEADS, max_size=20))
    return [Cell(group, leads, draw(st.integers(0, leads))) for group, leads in counts.items()]


def graded(group, team=TEAM, rules=RULES):
    return grade_of(group, grade(team, rules))


def warm(*counts):
    """Give a team of warm campaigns named 0, 1, 2…, each of (leads, closed)."""
    return [
        Cell(Group(str(number), Kind.WARM, ""), leads, closed)
        for number, (leads, closed) in enumerate(counts)
    ]


class TestATierL11:
    @pytest.mark.parametrize(
        ("score", "tier"),
        [
            (9.0, Tier.A),
            (2.0, Tier.A),
            (1.999, Tier.B),
            (1.0, Tier.B),
            (0.999, Tier.C),
            (0.5, Tier.C),
            (0.499, Tier.D),
            (0.0, Tier.D),
        ],
    )
    def test_goes_by_the_closing_rate_against_the_teams_mean(self, score, tier):
        assert RULES.tier_of(score) is tier

    def test_begins_where_the_manager_says(self):
        rules = TierRules(a=3.0, b=2.0, c=1.0)
        assert [rules.tier_of(score) for score in (3.0, 2.0, 1.0, 0.9)] == list(Tier)


class TestAWorkedExampleL13:
    @pytest.mark.parametrize(
        ("group", "counts", "rate", "tier", "basis"),
        [
            # Warm closes (70 + 50 x 0.1) / (550 + 50) = 12.5%, 1.25 times the mean.
            (WEBSITE, (250, 50), (50 + 50 * 0.125) / 300, Tier.B, Basis.MEASURED),
            (FACEBOOK, (290, 20), (20 + 50 * 0.125) / 340, Tier.C, Basis.MEASURED),
            (RADIO, (550, 70), 0.125, Tier.B, Basis.KIND),
            # Referral closes (20 + 50 x 0.23) / (50 + 50) = 31.5%.
            (FRIENDS, (50, 20), (20 + 50 * 0.315) / 100, Tier.A, Basis.MEASURED),
            # Cold closes (10 + 50 x 0.05) / (400 + 50) = 2.8%.
            (FAIR, (400, 10), (10 + 50 * 12.5 / 450) / 450, Tier.D, Basis.MEASURED),
            (CALLERS, (0, 0), 0.13, Tier.B, Basis.DEFAULT),
        ],
        ids=["website", "facebook", "radio", "friends", "fair", "callers"],
    )
    def test_comes_out_as_by_hand(self, group, counts, rate, tier, basis):
        one = graded(group)
        assert (one.group, (one.leads, one.closed)) == (group, counts)
        assert (one.tier, one.basis) == (tier, basis)
        assert one.rate == pytest.approx(rate)
        assert one.score == pytest.approx(rate / 0.1, abs=1e-6)

    def test_has_the_teams_mean_and_every_kind(self):
        grades = grade(TEAM, RULES)
        assert (grades.mean, grades.leads, grades.closed) == (0.1, 1000, 100)
        assert {kind: one.tier for kind, one in grades.kinds.items()} == {
            Kind.COLD: Tier.D,
            Kind.WARM: Tier.B,
            Kind.INCOMING: Tier.B,
            Kind.REFERRAL: Tier.A,
        }

    def test_has_a_grade_of_its_own_for_groups_of_enough_leads_only(self):
        assert set(grade(TEAM, RULES).groups) == {WEBSITE, FACEBOOK, FRIENDS, FAIR}


class TestNothingMeasuredK5:
    @pytest.mark.parametrize("team", [[], warm((0, 0)), warm((29, 0)), warm((10**9, 0))], ids=str)
    @pytest.mark.parametrize(("kind", "multiple", "tier"), K5)
    def test_leaves_every_kind_its_default(self, team, kind, multiple, tier):
        one = graded(Group("a", kind, "p"), team)
        assert (one.score, one.tier, one.basis) == (multiple, tier, Basis.DEFAULT)

    def test_has_no_mean(self):
        grades = grade([], RULES)
        assert (grades.mean, grades.leads, grades.closed, grades.groups) == (None, 0, 0, {})
        assert {one.rate for one in grades.kinds.values()} == {None}

    def test_and_none_closed_yet_is_told_with_its_sample(self):
        one = graded(Group("0", Kind.WARM, ""), warm((400, 0)))
        assert (one.leads, one.closed, one.rate, one.tier) == (400, 0, 0.0, Tier.B)

    def test_goes_by_the_managers_multiples(self):
        rules = TierRules(kinds={Kind.COLD: 2.0})
        assert graded(FAIR, [], rules).tier is Tier.A
        assert graded(FRIENDS, [], rules).tier is Tier.A


class TestAKind:
    @pytest.mark.parametrize(("leads", "basis"), [(29, Basis.DEFAULT), (30, Basis.KIND)])
    def test_is_measured_from_thirty_leads(self, leads, basis):
        team = [Cell(FRIENDS, leads, 1), *warm((1000, 100))]
        assert grade(team, RULES).kinds[Kind.REFERRAL].basis is basis

    @pytest.mark.parametrize("closed", range(1, 98, 6))
    def test_that_is_the_only_one_is_the_mean(self, closed):
        one = grade(warm((97, closed)), RULES).kinds[Kind.WARM]
        assert (one.score, one.tier) == (1.0, Tier.B)

    def test_has_no_rate_over_all_leads_where_nearly_all_close(self):
        one = graded(FRIENDS, [Cell(FRIENDS, 100, 100), *warm((100, 80))])
        # The mean is 0.9, so a referral's default would be 2.07: (100 + 50 x 2.07) / 150, twice.
        assert (one.rate, one.tier) == (1.0, Tier.B)
        assert one.score == pytest.approx((100 + 50 * 203.5 / 150) / 150 / 0.9, abs=1e-6)


class TestHowAlikeGroupsAre:
    def heard(self, team):
        """Give how far the last group moves from its kind's rate toward its own."""
        one, kind = graded(team[-1].group, team), grade(team, RULES).kinds[Kind.WARM]
        return (one.rate - kind.rate) / (one.closed / one.leads - kind.rate)

    @pytest.mark.parametrize(
        ("counts", "weight"),
        [
            ([(100, 19), (100, 20), (100, 20), (100, 21)], 50),
            ([(100, 10), (100, 50), (100, 90), (100, 30), (100, 70)], 50),
            ([(100, 19), (100, 20), (100, 20), (100, 20), (100, 21)], 500),
            # Between: (0.9 / 0.16 - 4) / 396 is the correlation within groups.
            ([(100, 14), (100, 17), (100, 20), (100, 23), (100, 26)], 396 / 1.625 - 1),
        ],
        ids=["too_few_groups", "far_apart", "alike", "between"],
    )
    def test_decides_how_heavy_their_kind_is(self, counts, weight):
        assert self.heard(warm(*counts)) == pytest.approx(100 / (100 + weight))

    def test_is_not_told_by_groups_that_all_closed(self):
        assert graded(Group("0", Kind.WARM, ""), warm(*[(40, 40)] * 6)).score == 1.0

    def test_is_not_told_by_groups_of_one_lead(self):
        team = warm(*[(1, number % 2) for number in range(6)])
        rules = replace(RULES, least_leads=0)
        assert graded(Group("1", Kind.WARM, ""), team, rules).rate == pytest.approx(26 / 51)

    def test_does_not_matter_where_the_manager_wants_no_prior(self):
        rules = replace(RULES, prior_leads=0, least_leads=0)
        team = [*TEAM, Cell(CALLERS, 0, 0)]
        assert graded(WEBSITE, team, rules).rate == pytest.approx(0.2)
        assert graded(CALLERS, team, rules).basis is Basis.DEFAULT


class TestTenLeadsCantMakeATier:
    @given(team=cells(), kind=st.sampled_from(Kind), leads=st.integers(0, 10), data=st.data())
    def test_whatever_they_do(self, team, kind, leads, data):
        new = Group("new", kind, "")
        closed = data.draw(st.integers(0, leads))
        grades = grade([*team, Cell(new, leads, closed)], RULES)
        assert grade_of(new, grades) == replace(grades.kinds[kind], group=new)

    @pytest.mark.parametrize("closed", [0, 1, 10])
    @pytest.mark.parametrize(("kind", "multiple", "tier"), K5)
    def test_not_even_the_first_of_their_kind(self, closed, kind, multiple, tier):
        new = Group("new", kind, "")
        others = [cell for cell in TEAM if cell.group.kind is not kind]
        one = graded(new, [*others, Cell(new, 10, closed)])
        assert (one.leads, one.closed) == (10, closed)
        assert (one.score, one.tier, one.basis) == (multiple, tier, Basis.DEFAULT)


class TestEveryGrade:
    @given(team=cells())
    def test_lies_between_the_groups_own_rate_and_its_kinds(self, team):
        grades = grade(team, RULES)
        for one in grades.groups.values():
            kind = grades.kinds[one.group.kind].rate
            assert one.rate is not None
            assert kind is not None
            low, high = sorted([one.closed / one.leads, kind])
            assert low - 1e-9 <= one.rate <= high + 1e-9

    @given(team=cells())
    def test_has_a_score_in_its_tiers_span(self, team):
        grades = grade(team, RULES)
        for one in [*grades.kinds.values(), *grades.groups.values()]:
            assert one.tier is RULES.tier_of(one.score)
            assert isfinite(one.score)
            assert one.rate is None or 0 <= one.rate <= 1

    @given(team=cells())
    def test_rests_on_the_counts_that_its_basis_names(self, team):
        grades = grade(team, RULES)
        for cell in team:
            one = grade_of(cell.group, grades)
            alike = [other for other in team if other.group.kind is cell.group.kind]
            of = [cell] if one.basis is Basis.MEASURED else alike
            assert one.leads == sum(other.leads for other in of)
            assert one.closed == sum(other.closed for other in of)

    @given(team=cells(), data=st.data())
    def test_does_not_hang_on_the_order_of_the_counts(self, team, data):
        shuffled = grade(data.draw(st.permutations(team)), RULES)
        for cell in team:
            one, other = graded(cell.group, team), grade_of(cell.group, shuffled)
            assert (one.leads, one.basis) == (other.leads, other.basis)
            assert one.score == pytest.approx(other.score, rel=1e-6, abs=1e-5)

    @given(team=cells(st.builds(Group, st.sampled_from("ab"), st.sampled_from(Kind), st.just(""))))
    def test_never_falls_when_one_lead_more_closed(self, team):
        assume(any(cell.closed for cell in team))
        for place, cell in enumerate(team):
            if cell.closed < cell.leads:
                better = [*team[:place], replace(cell, closed=cell.closed + 1), *team[place + 1 :]]
                least = graded(cell.group, team).score
                assert graded(cell.group, better).score >= least - 1e-5 * max(1.0, least)


class TestAPinnedTierL13:
    @pytest.mark.parametrize("tier", list(Tier))
    @given(group=GROUPS, team=cells())
    def test_is_the_managers_with_a_score_that_agrees(self, tier, group, team):
        one = graded(group, team)
        pin = pinned(one, tier, RULES)
        assert (pin.tier, pin.basis) == (tier, Basis.PINNED)
        assert RULES.tier_of(pin.score) is tier
        assert (pin.group, pin.leads, pin.closed, pin.rate) == (
            one.group,
            one.leads,
            one.closed,
            one.rate,
        )

    @pytest.mark.parametrize(
        ("score", "tier", "moved"),
        [(0.7, Tier.A, 2.0), (3.0, Tier.A, 3.0), (0.7, Tier.C, 0.7), (0.1, Tier.B, 1.0)],
    )
    def test_moves_the_score_no_farther_than_it_must(self, score, tier, moved):
        one = Grade(WEBSITE, 250, 50, 0.2, score, RULES.tier_of(score), Basis.MEASURED)
        assert pinned(one, tier, RULES).score == moved


class TestTheRules:
    def test_are_equal_when_their_numbers_are(self):
        assert TierRules() == TierRules(kinds=dict(RULES.kinds))
        assert TierRules() != TierRules(kinds={Kind.COLD: 0.1})
