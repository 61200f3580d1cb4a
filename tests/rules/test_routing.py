"""Who gets a lead (C3)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.routing import Candidate, candidates, rotate
from rules.shifts import is_away
from rules.words import Role
from tests.rules.builders import NOW, rep

WEIGHTS = st.lists(st.floats(0.1, 10, allow_nan=False), min_size=1, max_size=6)


def team_of(weights):
    return {f"U{n}": rep(f"U{n}", weight=weight) for n, weight in enumerate(weights)}


def deal(team, count, *, present=None):
    """Hand leads out one after another; gives who got each. `team` keeps the turns."""
    given_to = []
    for _ in range(count):
        here = [one for key, one in team.items() if present is None or key in present]
        choice = rotate(list(team.values()), [Candidate(one, 0, NOW) for one in here])
        assert choice is not None
        team[choice.rep.slack_id] = choice.rep
        given_to.append(choice.rep.slack_id)
    return given_to


class TestTheRotationC3:
    def test_goes_round_in_order_when_all_weigh_the_same(self):
        assert deal(team_of([1, 1, 1]), 6) == ["U0", "U1", "U2", "U0", "U1", "U2"]

    def test_has_nobody_when_nobody_is_there(self):
        assert rotate([rep()], []) is None

    @given(weights=WEIGHTS, count=st.integers(1, 150))
    def test_puts_nobody_more_than_one_lead_ahead_of_their_share(self, weights, count):
        got = deal(team_of(weights), count)
        shares = [got.count(f"U{n}") / weight for n, weight in enumerate(weights)]
        for share, weight in zip(shares, weights, strict=True):
            assert share - min(shares) <= 1 / weight + 1e-6

    def test_comes_within_one_lead_of_the_weights(self):
        got = deal(team_of([1, 2, 0.5]), 70)
        assert [got.count(f"U{n}") for n in range(3)] == pytest.approx([20, 40, 10], abs=1)

    @given(
        count=st.integers(2, 6),
        before=st.integers(0, 60),
        missed=st.integers(0, 200),
        later=st.integers(1, 40),
    )
    def test_never_floods_who_was_absent(self, count, before, missed, later):
        team = team_of([1] * count)
        deal(team, before)
        deal(team, missed, present=set(team) - {"U0"})
        got = deal(team, later)
        assert got.count("U0") <= later // count + 2

    def test_does_not_starve_who_was_absent(self):
        team = team_of([1, 1])
        deal(team, 50, present={"U1"})
        assert deal(team, 10).count("U0") in {5, 6}

    def test_does_not_flood_a_newcomer(self):
        team = team_of([1, 1])
        deal(team, 100)
        team["U9"] = rep("U9")
        assert deal(team, 30).count("U9") in {9, 10, 11}

    def test_says_the_place_among_those_who_were_there(self):
        team = team_of([1, 1, 1])
        deal(team, 1)
        here = [Candidate(team["U2"], 0, NOW), Candidate(team["U1"], 0, NOW)]
        choice = rotate(list(team.values()), here)
        assert choice is not None
        assert (choice.rep.slack_id, choice.place, choice.of) == ("U1", 1, 2)
        assert choice.free_at == NOW

    def test_changes_nothing_of_the_winner_but_the_turn(self):
        choice = rotate([rep(weight=2)], [Candidate(rep(weight=2), 0, NOW)])
        assert choice is not None
        assert choice.rep == rep(weight=2, turn=0.5)


class TestWhoMayTakeALeadC3:
    def test_is_who_has_room(self):
        reps = [rep("UA", capacity=2), rep("UB", capacity=2), rep("UC", capacity=0)]
        found = candidates(reps, {"UA": 2, "UB": 1}, now=NOW)
        assert [(one.rep.slack_id, one.load) for one in found] == [("UB", 1)]

    @pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
    def test_is_no_manager(self, role):
        assert candidates([rep(role=role)], {}, now=NOW) == []

    def test_is_nobody_who_is_away(self):
        assert candidates([rep(state="away")], {}, now=NOW) == []

    def test_is_who_is_on_shift_now(self):
        reps = [rep("UA", hours="Mon-Sun 18:00-22:00"), rep("UB", hours="Tue 09:00-18:00")]
        found = candidates(reps, {}, now=NOW)
        assert [(one.rep.slack_id, one.free_at) for one in found] == [("UB", NOW)]

    def test_is_whose_shift_begins_first_when_nobody_is_on_shift(self):
        reps = [
            rep("UA", hours="Wed 09:00-18:00"),
            rep("UB", hours="Tue 18:00-22:00"),
            rep("UC", hours="Tue 18:00-20:00"),
        ]
        found = candidates(reps, {}, now=NOW)
        evening = datetime(2026, 7, 7, 15, 0, tzinfo=UTC)
        assert [(one.rep.slack_id, one.free_at) for one in found] == [
            ("UB", evening),
            ("UC", evening),
        ]

    def test_goes_by_the_hours_of_the_reps_own_zone(self):
        reps = [rep("UA", hours="Tue 09:00-18:00", timezone="America/New_York")]
        assert candidates(reps, {}, now=NOW)[0].free_at == datetime(2026, 7, 7, 13, 0, tzinfo=UTC)


class TestBeingAway:
    @pytest.mark.parametrize(
        ("state", "hours", "away"),
        [
            ("active", None, False),
            ("active", 5, False),
            ("away", None, True),
            ("away", 1, True),
            ("away", 0, False),
            ("away", -1, False),
            ("paused", None, True),
            ("paused", -1, True),
        ],
    )
    def test_lasts_until_its_moment(self, state, hours, away):
        until = NOW + timedelta(hours=hours) if hours is not None else None
        assert is_away(rep(state=state, away_until=until), now=NOW) is away
