"""Who may claim a lead and pass one on (C3)."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.bulk import goes_back
from rules.claiming import Passes, claim_refused, pass_refused, passes_on, shut, shut_pools
from rules.lead import Lead
from rules.playbook import Playbook, Wave
from rules.pools import Passing, Pool, Way
from rules.skips import Counts, Member, Question
from rules.team import Rep
from rules.words import CALLS, Kind, Role, Stage, Step, Tier

NOW = datetime(2026, 11, 15, 8, 0, tzinfo=UTC)
FREE = Lead(1, "Dana", Kind.WARM, next_what=Step.ASSIGN, phone_valid=True)
NOA = Rep("U01NOA", "Noa")
MIRI = Rep("U01MIRI", "Miri", role=Role.MANAGER)
POOLS = (
    Pool("north", ("U01NOA",), Way.CLAIM),
    Pool("south", ("U01AVI",), Way.CLAIM),
    Pool("all", way=Way.CLAIM),
    Pool("vip", way=Way.BY_HAND),
    Pool("desk", ("U01NOA",), Way.LEAST_LOADED),
)
BOOK = Playbook(pools=POOLS)
AS_NOA = Member(NOA, 0, NOW)
HELD_BACK = replace(BOOK, wave=Wave(hold=(Tier.C,)))


def claiming(
    lead: Lead, one: Member = AS_NOA, book: Playbook = BOOK, *, without: Collection[str] = ()
) -> str:
    return claim_refused(one, Question(lead, book, NOW, without))


class TestClaiming:
    @pytest.mark.parametrize(
        ("lead", "refused"),
        [
            (FREE, ""),
            (replace(FREE, pool="north"), ""),
            (replace(FREE, pool="all"), ""),
            (replace(FREE, pool="desk"), ""),
            (replace(FREE, pool="gone"), ""),
            (replace(FREE, pool="south"), "claim.outsider"),
            (replace(FREE, pool="vip"), "claim.by_hand"),
            (replace(FREE, next_what=Step.CALL), "claim.queued"),
            (replace(FREE, next_what=Step.MAILING_LIST), "claim.queued"),
            (replace(FREE, opted_out=(CALLS,)), "claim.queued"),
            (replace(FREE, stage=Stage.LOST), "claim.queued"),
        ],
    )
    def test_is_for_reps_of_the_pool_where_the_lead_waits(self, lead: Lead, refused: str):
        assert claiming(lead) == refused
        assert claiming(lead, replace(AS_NOA, rep=MIRI, load=999)) == ""

    @pytest.mark.parametrize(
        ("changes", "refused"),
        [
            ({}, ""),
            ({"load": 50}, "claim.full"),
            ({"rep": replace(NOA, state="away")}, ""),
            ({"free_at": NOW.replace(hour=20)}, ""),
            ({"rep": replace(NOA, weight=0)}, ""),
            ({"rep": replace(NOA, languages=("he",))}, "claim.language"),
            ({"given": Counts(1, 1, 1)}, ""),
            ({"given": Counts(2, 2, 2)}, "claim.cap_hour"),
            ({"given": Counts(0, 3, 3)}, "claim.cap_day"),
            ({"given": Counts(0, 0, 4)}, "claim.cap_week"),
        ],
    )
    def test_is_for_whom_routing_could_give_it_at_some_hour(
        self, changes: dict[str, Any], refused: str
    ):
        capped = replace(POOLS[2], per_hour=2, per_day=3, per_week=4)
        book = replace(BOOK, pools=(capped,))
        lead = replace(FREE, pool="all", language="fr")
        noa = replace(AS_NOA, **changes)
        noa = replace(noa, rep=replace(noa.rep, capacity=50))
        assert claiming(lead, noa, book) == refused

    def test_is_not_for_who_had_it(self):
        assert claiming(FREE, without=("U01NOA",)) == "claim.had_it"
        assert claiming(FREE, without=("U01AVI",)) == ""

    def test_waits_with_its_tier(self):
        assert claiming(FREE, book=HELD_BACK) == "claim.on_hold"
        assert claiming(replace(FREE, tier=Tier.A), book=HELD_BACK) == ""

    @given(st.sampled_from([*BOOK.pools, Pool("")]), st.sampled_from(Step), st.booleans())
    def test_is_shut_to_a_rep_wherever_the_card_shows_no_button(
        self, pool: Pool, step: Step, full: bool
    ):
        lead = replace(FREE, pool=pool.name, next_what=step)
        if shut(lead, BOOK):
            assert claiming(lead, replace(AS_NOA, load=999 * full)) == shut(lead, BOOK)


class TestBeingHandedALeadThatWaits:
    def test_is_for_reps_of_its_pool_unless_a_person_decides(self):
        assert shut_pools(NOA, BOOK) == ("north", "south", "all", "vip")
        assert shut_pools(MIRI, BOOK) == ("north", "south", "all", "vip", "desk")
        assert shut_pools(MIRI, Playbook(pools=(Pool("open"),))) == ()


class TestPassing:
    @pytest.mark.parametrize(
        ("passes", "today", "refused"),
        [(0, 0, ""), (1, 4, ""), (2, 0, "pass.often"), (0, 5, "pass.daily"), (2, 5, "pass.often")],
    )
    def test_has_limits_for_reps_and_none_for_managers(self, passes: int, today: int, refused: str):
        lead, done = replace(FREE, passes=passes), Passes("2026-11-15", today)
        assert pass_refused(lead, NOA, done, Playbook()) == refused
        assert pass_refused(lead, MIRI, done, Playbook()) == ""

    def test_is_never_allowed_where_the_limit_is_none(self):
        book = Playbook(passing=Passing(per_lead=0))
        assert pass_refused(FREE, NOA, Passes(), book) == "pass.never"

    @pytest.mark.parametrize(
        ("now", "count"),
        [
            (datetime(2026, 11, 15, 21, 59, tzinfo=UTC), 3),
            (datetime(2026, 11, 15, 22, 0, tzinfo=UTC), 0),
        ],
    )
    def test_is_counted_anew_when_the_reps_own_day_begins(self, now: datetime, count: int):
        assert passes_on(Passes("2026-11-15", 3), NOA, now=now).count == count


class TestGoingBack:
    MOVED = replace(FREE, owner="U01NOA", next_what=Step.CALL)

    @pytest.mark.parametrize(
        ("lead", "goes"),
        [
            (MOVED, True),
            (replace(MOVED, last_at=NOW.replace(hour=7)), True),
            (replace(MOVED, last_at=NOW.replace(hour=9)), False),
            (replace(MOVED, owner="U01AVI"), False),
            (replace(MOVED, stage=Stage.LOST), False),
            (replace(MOVED, talking_by="U01NOA", talking_at=NOW.replace(hour=9)), False),
        ],
    )
    def test_is_for_leads_that_nobody_worked_on_since(self, lead: Lead, goes: bool):
        later = NOW.replace(hour=9, minute=5)
        assert goes_back(lead, "U01NOA", since=NOW, now=later) is goes
