"""Each rep's share of what was given, beside their weight's (C3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.fairness import Handed, shares
from rules.team import Rep
from rules.words import Role, Tier

NOA, AVI, MIRI = Rep("U1", "Noa", weight=2.0), Rep("U2", "Avi"), Rep("U3", "Miri", Role.MANAGER)
TEAM = (NOA, AVI, MIRI)


def handed(rep: str, leads: int, *, week: int = 0, tier: Tier = Tier.C, how: str = "rotation"):
    return Handed(rep, week, tier, how, leads)


class TestAShare:
    def test_stands_beside_the_weights(self):
        noa, avi = shares(TEAM, [handed("U1", 6), handed("U2", 4)], weeks=1)
        assert (noa.rep, noa.leads, noa.part, round(noa.due, 3)) == ("U1", 6, 0.6, 0.667)
        assert (avi.rep, avi.leads, avi.part, round(avi.due, 3)) == ("U2", 4, 0.4, 0.333)

    @pytest.mark.parametrize("how", ["claim", "by_hand", "handed_over", "moved"])
    def test_counts_only_what_rules_chose(self, how: str):
        noa, _ = shares(TEAM, [handed("U1", 3), handed("U1", 2, how=how)], weeks=1)
        assert (noa.leads, noa.others, noa.part) == (3, 2, 1.0)
        assert noa.tiers[Tier.C] == 5

    def test_is_told_by_tier_and_week(self):
        rows = [handed("U1", 1, week=0, tier=Tier.A), handed("U1", 2, week=2)]
        noa, _ = shares(TEAM, rows, weeks=4)
        assert noa.weeks == (1, 0, 2, 0)
        assert (noa.tiers[Tier.A], noa.tiers[Tier.C]) == (1, 2)

    def test_of_who_got_none_is_shown_too(self):
        assert [(one.rep, one.leads) for one in shares(TEAM, [handed("U1", 1)], weeks=1)] == [
            ("U1", 1),
            ("U2", 0),
        ]

    def test_of_who_left_is_shown_with_nothing_due(self):
        gone = shares(TEAM, [handed("U9", 1)], weeks=1)[0]
        assert (gone.rep, gone.leads, gone.due) == ("U9", 1, 0.0)

    def test_of_a_team_whose_weights_are_all_zero_is_due_nothing(self):
        [noa] = shares((Rep("U1", "Noa", weight=0.0),), [handed("U1", 1)], weeks=1)
        assert (noa.part, noa.due) == (1.0, 0.0)


_ROWS = st.lists(
    st.builds(
        Handed,
        st.sampled_from(["U1", "U2", "U9"]),
        st.integers(0, 3),
        st.sampled_from(list(Tier)),
        st.sampled_from(["rotation", "best_match", "claim", "handed_over"]),
        st.integers(1, 50),
    ),
    max_size=20,
)


class TestAllShares:
    @given(_ROWS)
    def test_add_up_to_what_was_given(self, rows: list[Handed]):
        found = shares(TEAM, rows, weeks=4)
        assert sum(one.leads + one.others for one in found) == sum(one.leads for one in rows)
        assert sum(sum(one.tiers.values()) for one in found) == sum(one.leads for one in rows)
        whole = 1.0 if any(one.leads for one in found) else 0.0
        assert sum(one.part for one in found) == pytest.approx(whole)
