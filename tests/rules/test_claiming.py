"""Who may claim a lead and pass one on (C3)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.bulk import goes_back
from rules.claiming import Passes, claim_refused, pass_refused, passes_on, shut
from rules.lead import Lead
from rules.playbook import Playbook, Wave
from rules.pools import Passing, Pool, Way
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
HELD_BACK = replace(BOOK, wave=Wave(hold=(Tier.C,)))


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
        assert claim_refused(lead, NOA, BOOK, room=True) == refused
        assert claim_refused(lead, MIRI, BOOK, room=False) == ""

    def test_is_for_who_has_room(self):
        assert claim_refused(FREE, NOA, BOOK, room=False) == "claim.full"

    def test_waits_with_its_tier(self):
        assert claim_refused(FREE, NOA, HELD_BACK, room=True) == "claim.on_hold"
        assert claim_refused(replace(FREE, tier=Tier.A), NOA, HELD_BACK, room=True) == ""

    @given(st.sampled_from([*BOOK.pools, Pool("")]), st.sampled_from(Step), st.booleans())
    def test_is_shut_to_a_rep_wherever_the_card_shows_no_button(
        self, pool: Pool, step: Step, room: bool
    ):
        lead = replace(FREE, pool=pool.name, next_what=step)
        if shut(lead, BOOK):
            assert claim_refused(lead, NOA, BOOK, room=room) == shut(lead, BOOK)


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
        assert pass_refused(FREE, NOA, Passes(), book) == "pass.often"

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
