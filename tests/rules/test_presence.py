"""What Slack shows of reps, as a hint for who gets a lead (C3)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.playbook import OFF, PREFER, Playbook
from rules.pools import Pool, Route, Way
from rules.presence import AGAIN, AT_ONCE, FRESH, Look, quiet_until, shows_away, to_look_at
from rules.routes import WAITING, Verdict, choose
from rules.skips import Counts, Member, Question, Skip
from rules.words import Role
from tests.rules.builders import NOW, lead, rep

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
QUIET = (NOW - HOUR, NOW + 2 * HOUR)
AWAY, BUSY, HERE = Look(NOW, away=True), Look(NOW, quiet=QUIET), Look(NOW)
HINTS = Playbook(slack_hints=PREFER)

LOOKS = st.one_of(
    st.none(),
    st.builds(
        Look,
        st.timedeltas(timedelta(), 2 * FRESH).map(lambda ago: NOW - ago),
        st.booleans(),
        st.sampled_from([None, QUIET, (NOW - 2 * HOUR, NOW - HOUR), (NOW + HOUR, NOW + 2 * HOUR)]),
    ),
)
MEMBERS = st.lists(
    st.builds(
        lambda state, load, look, turn, given_: (state, load, look, turn, given_),
        st.sampled_from(["active", "active", "away", "paused"]),
        st.integers(0, 3),
        LOOKS,
        st.one_of(st.none(), st.floats(0, 5)),
        st.builds(Counts, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)),
    ),
    max_size=6,
)
WAYS = st.sampled_from([one for one in Way if one not in WAITING])


def member(slack_id: str, look: Look | None = None, at: datetime = NOW) -> Member:
    return Member(rep(slack_id), 0, at, look=look)


def ask(members: Sequence[Member], book: Playbook = HINTS) -> Verdict:
    return choose(Question(lead(), book, NOW), members)


def winner(verdict: Verdict) -> str:
    return verdict.choice.rep.slack_id if verdict.choice else ""


def skips(verdict: Verdict) -> dict[str, str]:
    return {one.rep: one.skip for one in verdict.considered if one.skip}


def is_hinted(look: Look | None) -> bool:
    return shows_away(look, now=NOW) or quiet_until(look, now=NOW) is not None


class TestALook:
    @pytest.mark.parametrize(
        ("look", "away"),
        [
            (None, False),
            (HERE, False),
            (AWAY, True),
            (Look(NOW - FRESH + MINUTE, away=True), True),
            (Look(NOW - FRESH, away=True), False),
            (Look(NOW + FRESH, away=True), False),
        ],
    )
    def test_shows_somebody_away_while_it_is_fresh(self, look, away):
        assert shows_away(look, now=NOW) is away

    @pytest.mark.parametrize(
        ("look", "until"),
        [
            (None, None),
            (HERE, None),
            (BUSY, QUIET[1]),
            (Look(NOW - FRESH, quiet=QUIET), None),
            (Look(NOW, quiet=(NOW, NOW + HOUR)), NOW + HOUR),
            (Look(NOW, quiet=(NOW - HOUR, NOW)), None),
            (Look(NOW, quiet=(NOW + MINUTE, NOW + HOUR)), None),
        ],
    )
    def test_says_until_when_nobody_disturbs_them(self, look, until):
        assert quiet_until(look, now=NOW) == until


class TestTheHints:
    def test_put_those_last_who_are_not_there(self):
        verdict = ask([member("U1", AWAY), member("U2", BUSY), member("U3", HERE), member("U4")])
        assert [one.rep for one in verdict.considered] == ["U3", "U4", "U1", "U2"]
        assert skips(verdict) == {"U1": Skip.SLACK_AWAY, "U2": Skip.SLACK_QUIET}
        assert verdict.choice is not None
        assert verdict.choice.of == 2

    def test_say_until_when_in_the_rep_s_own_time(self):
        far = Member(rep("U1", timezone="America/New_York"), 0, NOW, look=BUSY)
        told = ask([far, member("U2", BUSY), member("U3")]).considered
        assert [(one.rep, one.why) for one in told if one.skip] == [
            ("U1", ("07:00",)),
            ("U2", ("14:00",)),
        ]

    def test_hold_no_lead_where_nobody_else_is_left(self):
        verdict = ask([member("U1", AWAY), member("U2", BUSY)])
        assert (winner(verdict), skips(verdict)) == ("U1", {})

    def test_are_none_before_the_shift_begins(self):
        evening = NOW + HOUR
        verdict = ask([member("U1", AWAY, evening), member("U2", HERE, evening)])
        assert (winner(verdict), skips(verdict)) == ("U1", {})

    def test_are_none_by_default(self):
        assert winner(ask([member("U1", AWAY), member("U2")], Playbook())) == "U1"

    def test_leave_turns_and_charge_as_they_were(self):
        members = [replace(member("U1", AWAY), turn=3.0), replace(member("U2"), turn=7.0)]
        choice = ask(members).choice
        assert choice is not None
        assert (choice.rep.slack_id, choice.turn, choice.next_turn) == ("U2", 7.0, 8.0)

    @given(said=MEMBERS, way=WAYS, per_hour=st.integers(0, 3))
    def test_hold_for_any_team(self, said, way, per_hour):
        """Off they change nothing; on, who wins is there if anybody is who may have the lead."""
        members = [
            Member(rep(f"U{n}", state=state, capacity=3), load, NOW, turn, given_, look)
            for n, (state, load, look, turn, given_) in enumerate(said)
        ]
        blind = [replace(one, look=None) for one in members]
        looks = {one.rep.slack_id: one.look for one in members}
        pools = (Pool("p", way=way, per_hour=per_hour),)
        off = Playbook(slack_hints=OFF, pools=pools, routes=(Route("r", "p"),))
        on = replace(off, slack_hints=PREFER)
        plain, hinted = ask(blind, off), ask(members, on)
        assert ask(members, off) == plain
        could = [one.rep for one in plain.considered if not one.skip]
        there = [one for one in could if not is_hinted(looks[one])]
        assert winner(hinted) == next(iter(there or could), "")
        assert skips(plain).items() <= skips(hinted).items()


class TestWhoIsLookedAt:
    def test_is_who_works_now_and_takes_leads(self):
        team = [
            rep("U1"),
            rep("U2", state="paused"),
            rep("U3", state="away"),
            rep("U4", hours="Wed 09:00-18:00"),
            rep("U5", role=Role.MANAGER),
            rep("U6", role=Role.MANAGER),
        ]
        book = replace(HINTS, pools=(Pool("p", ("U6",)),))
        assert to_look_at(team, {}, book, now=NOW) == ["U1", "U6"]

    def test_is_the_longest_unseen_first_and_nobody_seen_just_now(self):
        team = [rep("U1"), rep("U2"), rep("U3"), rep("U4")]
        looks = {
            "U1": Look(NOW - AGAIN),
            "U2": Look(NOW - AGAIN + MINUTE),
            "U3": Look(NOW - 2 * AGAIN),
        }
        assert to_look_at(team, looks, HINTS, now=NOW) == ["U4", "U3", "U1"]

    def test_is_a_large_team_by_turns(self):
        """Each within the time that a look counts, with half a minute between two rounds."""
        team = [rep(f"U{n}") for n in range(200)]
        looks: dict[str, Look] = {}
        rounds = [NOW + n * MINUTE / 2 for n in range(200 // AT_ONCE)]
        for now in rounds:
            found = to_look_at(team, looks, HINTS, now=now)
            assert len(found) == AT_ONCE
            looks |= {one: Look(now) for one in found}
        assert len(looks) == 200
        assert rounds[-1] - NOW < FRESH
