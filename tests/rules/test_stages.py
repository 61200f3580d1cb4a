"""The life of a lead: its stages, its time in them, its points (S1-S3)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import stages
from rules.permissions import Act
from rules.pools import Score, Staging
from rules.refusals import Refused
from rules.words import LIVING, Kind, Stage, Step
from tests.rules.builders import NOW, PLAYBOOK, TOMORROW, lead

ANONYMOUS, ACQUAINTED, LEAD = Stage.ANONYMOUS, Stage.ACQUAINTED, Stage.LEAD
MQL, SQL, SQO = Stage.MQL, Stage.SQL, Stage.SQO
WON, LOST, OUT = Stage.WON, Stage.LOST, Stage.DISQUALIFIED
ALLOWED = {
    ANONYMOUS: {ACQUAINTED, LEAD, WON, LOST, OUT},
    ACQUAINTED: {LEAD, WON, LOST, OUT},
    LEAD: {MQL, SQL, SQO, WON, LOST, OUT},
    MQL: {LEAD, SQL, SQO, WON, LOST, OUT},
    SQL: {LEAD, MQL, SQO, WON, LOST, OUT},
    SQO: {LEAD, MQL, SQL, WON, LOST, OUT},
    WON: {OUT},
    LOST: {LEAD, MQL, OUT},
    OUT: {LEAD, MQL},
}
CELLS = [(was, to, to in ALLOWED[was]) for was in Stage for to in Stage]
BOOK = replace(
    PLAYBOOK,
    scores=(
        Score("brought", 5, ("kind = referral",)),
        Score("asked the price", 3, ("extra.price = yes",)),
        Score("everybody", 1),
    ),
    staging=Staging(mql_points=6),
)


class TestAMove:
    @pytest.mark.parametrize(("was", "to", "allowed"), CELLS)
    def test_is_allowed_by_the_table_alone(self, was: Stage, to: Stage, allowed: bool):
        if allowed:
            stages.check_move(lead(stage=was), to)
            return
        with pytest.raises(Refused) as refused:
            stages.check_move(lead(stage=was), to)
        assert refused.value.key == ("stage.stands" if was is to else "stage.not_from")

    @pytest.mark.parametrize("living", sorted(LIVING))
    def test_to_a_sale_a_loss_or_out_is_free_to_all_that_live(self, living: Stage):
        assert stages.TRANSITIONS[living] >= {WON, LOST, OUT}

    @pytest.mark.parametrize("was", [one for one in Stage if one is not OUT])
    def test_out_is_free_from_anywhere(self, was: Stage):
        assert OUT in stages.TRANSITIONS[was]

    @pytest.mark.parametrize(
        ("was", "to", "act"),
        [
            (LEAD, SQL, Act.STAGE),
            (SQL, OUT, Act.STAGE),
            (SQO, SQL, Act.STAGE),
            (SQL, SQO, Act.APPROVE),
            (OUT, LEAD, Act.APPROVE),
            (LOST, MQL, Act.APPROVE),
            (WON, OUT, Act.APPROVE),
        ],
    )
    def test_is_a_managers_where_it_is_an_sqo_or_was_closed(self, was: Stage, to: Stage, act: Act):
        assert stages.needed(lead(stage=was), to) is act

    def test_keeps_the_next_step_and_begins_another_time(self):
        before = lead(next_what=Step.CALL, next_at=TOMORROW, staged_at=NOW)
        after = stages.moved(before, SQL, now=TOMORROW)
        assert after == replace(before, stage=SQL, staged_at=TOMORROW)

    @pytest.mark.parametrize("was", list(Stage))
    def test_that_a_person_may_choose_is_neither_a_sale_nor_a_loss(self, was: Stage):
        assert set(stages.offered(lead(stage=was))) == ALLOWED[was] - {WON, LOST, ACQUAINTED}


class TestALeadThatIsDisqualified:
    @given(
        was=st.sampled_from(sorted(LIVING | {LOST})),
        step=st.sampled_from(list(Step)),
        held=st.sampled_from(["", "UDANA"]),
        importance=st.sampled_from(["", "high", "low"]),
    )
    def test_is_out_of_every_queue_and_plan(
        self, was: Stage, step: Step, held: str, importance: str
    ):
        before = lead(
            stage=was,
            next_what=step,
            next_at=NOW,
            held_by=held,
            held_until=TOMORROW,
            talking_by=held,
            importance=importance,
            ladder_at=NOW,
            climbs=True,
            pool="cars",
        )
        after = stages.disqualified(before, now=TOMORROW)
        assert (after.living, after.working, after.returned) == (False, False, False)
        assert (after.next_what, after.next_at, after.ladder_at) == (Step.NONE, None, None)
        assert (after.held_by, after.talking_by, after.importance, after.pool) == ("",) * 4

    def test_that_had_ended_keeps_the_moment_of_its_end(self):
        after = stages.disqualified(lead(stage=LOST, closed_at=NOW), now=TOMORROW)
        assert (after.closed_at, after.staged_at) == (NOW, TOMORROW)

    @pytest.mark.parametrize(
        ("changes", "followup_rep", "expected"),
        [
            ({"owner": "U1"}, "", ("U1",)),
            ({"owner": "U1", "held_by": "U1", "talking_by": "U1"}, "U1", ("U1",)),
            ({"owner": "U1", "held_by": "U2", "talking_by": "U3"}, "U4", ("U1", "U2", "U3", "U4")),
            ({"owner": ""}, "", ()),
        ],
    )
    def test_is_told_to_each_who_holds_it(
        self, changes: dict[str, str], followup_rep: str, expected: tuple[str, ...]
    ):
        assert stages.holders(lead(**changes), followup_rep=followup_rep) == expected


class TestALeadThatIsOpenedAgain:
    @pytest.mark.parametrize("to", [LEAD, MQL])
    def test_lives_and_forgets_its_end(self, to: Stage):
        closed = stages.disqualified(lead(tried=7), now=NOW)
        after = stages.reopened(closed, to, now=TOMORROW)
        assert (after.living, after.closed_at, after.tried) == (True, None, 0)
        assert after.staged_at == TOMORROW

    @pytest.mark.parametrize(("was", "to", "allowed"), CELLS)
    def test_is_one_that_was_closed(self, was: Stage, to: Stage, allowed: bool):
        expected = was not in LIVING and to in LIVING
        assert stages.is_reopening(lead(stage=was), to) is expected


class TestTheTimeInAStage:
    def test_runs_from_its_arrival_at_first(self):
        fresh = lead(received_at=NOW)
        assert stages.time_in_stage(fresh, now=NOW + timedelta(hours=3)) == timedelta(hours=3)

    def test_runs_from_the_move_after_one(self):
        moved = stages.moved(lead(received_at=NOW), SQL, now=TOMORROW)
        assert stages.time_in_stage(moved, now=TOMORROW + timedelta(hours=2)) == timedelta(hours=2)

    def test_is_none_where_the_clock_went_back(self):
        assert stages.time_in_stage(lead(received_at=TOMORROW), now=NOW) == timedelta(0)

    def test_is_none_where_it_is_not_known(self):
        assert stages.time_in_stage(lead(received_at=None), now=NOW) == timedelta(0)


class TestThePointsOfALead:
    @pytest.mark.parametrize(
        ("changes", "total", "names"),
        [
            ({"kind": Kind.COLD}, 1, ("everybody",)),
            ({"kind": Kind.REFERRAL}, 6, ("brought", "everybody")),
            ({"extra": {"price": "Yes"}}, 4, ("asked the price", "everybody")),
        ],
    )
    def test_are_those_of_the_scores_that_it_meets(
        self, changes: dict[str, object], total: int, names: tuple[str, ...]
    ):
        found = stages.points(lead(**changes), BOOK.scores)
        assert (found.total, found.names) == (total, names)

    def test_make_it_an_mql_from_the_playbooks_number_on(self):
        brought = lead(kind=Kind.REFERRAL)
        assert stages.made_mql(brought, BOOK) is not None
        assert stages.made_mql(lead(kind=Kind.COLD), BOOK) is None

    @pytest.mark.parametrize("stage", [MQL, SQL, SQO, WON, LOST, OUT])
    def test_never_move_one_that_is_further(self, stage: Stage):
        assert stages.made_mql(lead(kind=Kind.REFERRAL, stage=stage), BOOK) is None

    def test_count_for_nothing_where_the_playbook_asks_for_none(self):
        assert stages.made_mql(lead(kind=Kind.REFERRAL), replace(BOOK, staging=Staging())) is None
