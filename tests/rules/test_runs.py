"""Leads that are alike, one after the other: each goes to whom it would go to alone (C3)."""

from collections.abc import Hashable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.matching import Closing
from rules.playbook import Duty, Playbook
from rules.pools import Pool, Route, Way
from rules.routes import choose, pool_for
from rules.runs import Run, alike
from rules.skips import Counts, Member, Question
from rules.words import Role, Tier
from tests.rules.builders import NOW, lead, rep

LATER = timedelta(hours=1)
ASKED = [Way.ROTATION, Way.ROUND_ROBIN, Way.LEAST_LOADED, Way.BEST_MATCH, Way.BEST_CLOSER]
ONE = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["active", "active", "active", "away", "paused"]),
        "role": st.sampled_from([Role.REP, Role.REP, Role.MANAGER]),
        "languages": st.sampled_from([(), ("he",), ("en", "he")]),
        "weight": st.sampled_from([1.0, 2.0, 0.0]),
        "capacity": st.sampled_from([100, 3, 0]),
    }
)
MEMBER = st.tuples(
    ONE,
    st.integers(0, 2),
    st.sampled_from([0 * LATER, LATER, 9 * LATER]),
    st.sampled_from([None, 0.0, 1.5, 3.0]),
)
POOL = st.builds(
    Pool,
    st.just("north"),
    reps=st.sampled_from([(), ("U0", "U1", "U2")]),
    way=st.sampled_from(ASKED),
    per_hour=st.sampled_from([0, 2]),
    over_caps=st.sampled_from([(), (Tier.A,)]),
    owed=st.booleans(),
)
LEADS = st.lists(
    st.builds(
        lead,
        language=st.sampled_from(["", "he", "en"]),
        tier=st.sampled_from([Tier.A, Tier.C]),
        product=st.sampled_from(["", "flat"]),
    ),
    min_size=1,
    max_size=14,
)


def given_one(member: Member, turn: float | None, *, won: bool) -> Member:
    """Give a rep after a lead was given: to them, or past them."""
    count = member.given
    counts = Counts(count.hour + 1, count.day + 1, count.week + 1) if won else count
    return replace(member, turn=turn, load=member.load + won, given=counts)


class TestARun:
    @given(
        team=st.lists(MEMBER, min_size=1, max_size=5),
        pool=POOL,
        leads=LEADS,
        duty=st.sampled_from([(), ("U1",)]),
        hints=st.sampled_from(["off", "prefer"]),
    )
    def test_gives_what_each_lead_alone_is_given(self, team, pool, leads, duty, hints):
        book = Playbook(
            pools=(pool,),
            routes=(Route("all", "north"),),
            duties=(Duty("always", duty, "Sun-Sat 00:00-24:00"),) if duty else (),
            slack_hints=hints,
        )
        members = [
            Member(rep(f"U{n}", **one), load, NOW + after, turn)
            for n, (one, load, after, turn) in enumerate(team)
        ]
        runs = dict[Hashable, Run]()
        for one in leads:
            closings = {"U0": Closing(5, 2)} if one.product and pool.way is Way.BEST_CLOSER else {}
            asked = Question(one, book, NOW, closings=closings)
            run = runs.setdefault(alike(one, "all", pool_for(book, one)), Run())
            verdict = run.choose(asked, list(members))
            assert verdict == choose(asked, members)
            if choice := verdict.choice:
                moved = {**choice.moved, choice.rep.slack_id: choice.next_turn}
                members = [
                    given_one(one, moved[name], won=name == choice.rep.slack_id)
                    if (name := one.rep.slack_id) in moved
                    else one
                    for one in members
                ]

    def test_looks_only_at_who_changed(self, monkeypatch):
        pool = Pool("")
        members = [Member(rep(f"U{n}"), 0, NOW, float(n)) for n in range(5)]
        asked, run = Question(lead(), Playbook(), NOW), Run()
        first = run.choose(asked, list(members)).choice
        assert first is not None
        members[0] = given_one(members[0], first.next_turn, won=True)
        monkeypatch.setattr("rules.runs.choose", None)
        second = run.choose(asked, list(members))
        assert second.choice is not None
        assert (second.pool, second.choice.rep.slack_id) == (pool, "U0")
        assert second == choose(asked, members)


class TestLeadsThatAreAlike:
    @pytest.mark.parametrize(
        ("way", "changes", "same"),
        [
            (Way.ROTATION, {"city": "Haifa", "product": "flat"}, True),
            (Way.ROTATION, {"language": "he"}, False),
            (Way.ROTATION, {"tier": Tier.A}, False),
            (Way.BEST_MATCH, {"city": "Haifa"}, False),
            (Way.BEST_MATCH, {"name": "Dana"}, True),
            (Way.BEST_CLOSER, {"product": "flat"}, False),
            (Way.BEST_CLOSER, {"city": "Haifa"}, True),
        ],
    )
    def test_differ_in_nothing_that_their_pool_asks(self, way, changes, same):
        pool = Pool("north", way=way)
        assert (alike(lead(), "", pool) == alike(lead(**changes), "", pool)) is same
