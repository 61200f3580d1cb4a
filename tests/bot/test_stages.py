"""The life of a lead at the desk: moved, disqualified, opened again, taken back (S1-S3)."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import (
    agreements,
    assign,
    leads,
    optout_acts,
    preferences,
    scoring,
    stages,
    talking,
    undoing,
)
from bot.stages import Moved
from rules.acts import OptOut
from rules.money import Money
from rules.pools import Pool, Route, Score, Staging, Way
from rules.refusals import Refused
from rules.stages import BY_OPTOUT, BY_POINTS, RETURNED, UNDONE
from rules.words import Importance, Stage, Step
from storage.stages import Change
from tests.desk import BOOK, DANA, MIRI, FakeClock, Room, a_desk
from tests.storage.making import stage_changes
from tests.test_structure import trees

OUT = Stage.DISQUALIFIED
CLAIMS = Pool("claims", way=Way.CLAIM)
SALE = Money(129_000, "ILS")
WHEN = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
SCORED = replace(
    BOOK,
    scores=(Score("brought by a friend", 5, ("kind = referral",)),),
    staging=Staging(mql_points=5),
)


def move(room: Room, to: Stage, *, by: str = MIRI, reason: str = "", key: str = "") -> Moved:
    return stages.move(room.desk, 1, to, by=by, reason=reason, key=key)


def out(room: Room, *, by: str = MIRI) -> Moved:
    return move(room, OUT, by=by, reason="a competitor")


def changes(room: Room) -> list[Change]:
    with room.desk.store.view() as view:
        return stage_changes(view, 1)


def refused(room: Room, to: Stage, *, by: str = MIRI, reason: str = "") -> str:
    with pytest.raises(Refused) as fault:
        move(room, to, by=by, reason=reason)
    return fault.value.key


class TestAMove:
    def test_is_the_owners_word_that_it_is_worth_selling_to(self, room: Room):
        lead = room.lead()
        room.clock.forward(hours=2)
        done = move(room, Stage.SQL, by=lead.owner, reason="asked for two")
        assert (done.lead.stage, done.was) == (Stage.SQL, Stage.LEAD)
        assert done.took == timedelta(hours=2)
        [change] = changes(room)
        assert (change.actor, change.reason, change.at) == (
            lead.owner,
            "asked for two",
            room.clock.now,
        )

    def test_leaves_the_next_step_and_gates_no_call_and_no_sale(self, room: Room):
        lead = room.lead()
        after = move(room, Stage.MQL).lead
        assert (after.next_what, after.next_at) == (lead.next_what, lead.next_at)
        room.log(1, "noanswer")
        assert room.load(1).stage is Stage.MQL

    def test_that_comes_again_is_made_once(self, room: Room):
        room.lead()
        move(room, Stage.SQL, key="t1")
        assert move(room, Stage.SQL, key="t1").line == 0
        assert len(changes(room)) == 1

    def test_is_told_to_the_owner_where_another_makes_it(self, room: Room):
        lead = room.lead()
        room.deliver()
        before = len(room.outside.dms(lead.owner))
        move(room, Stage.SQL)
        room.deliver()
        assert len(room.outside.dms(lead.owner)) == before + 1

    def test_of_ones_own_tells_nobody(self, room: Room):
        lead = room.lead()
        move(room, Stage.SQL, by=lead.owner)
        assert room.rows("tell_stage") == []

    def test_stands_on_the_cards_with_its_time(self, room: Room):
        room.lead()
        room.deliver()
        move(room, Stage.SQL)
        room.deliver()
        [card] = room.outside.channel()
        assert "SQL, reached <!date^" in card.text

    def test_to_the_stage_of_a_sale_is_left_to_the_outcome(self, room: Room):
        room.lead()
        assert refused(room, Stage.WON) == "stage.by_outcome"

    @pytest.mark.parametrize(
        ("to", "key"),
        [(Stage.LEAD, "stage.stands"), (Stage.ANONYMOUS, "stage.not_from")],
    )
    def test_where_it_may_not_go_is_refused(self, room: Room, to: Stage, key: str):
        room.lead()
        assert refused(room, to) == key

    def test_of_anothers_lead_is_refused(self, room: Room):
        other = room.other(room.lead())
        assert refused(room, Stage.SQL, by=other) == "lead.of_another"

    def test_to_an_sqo_is_not_a_reps(self, room: Room):
        lead = room.lead()
        assert refused(room, Stage.SQO, by=lead.owner) == "stage.manager_decides"


class TestEveryOtherChange:
    """One place writes them down, whoever makes them."""

    def test_of_an_outcome_is_written_down(self, room: Room):
        lead = room.lead()
        room.log(1, "lost", reason="too dear")
        [change] = changes(room)
        assert (change.stage, change.actor, change.reason) == (Stage.LOST, lead.owner, "too dear")

    def test_of_an_undo_is_written_down(self, room: Room):
        lead = room.lead()
        room.log(1, "lost")
        room.clock.forward(seconds=5)
        undoing.undo(room.desk, by=lead.owner)
        newest = changes(room)[-1]
        assert (newest.stage, newest.reason, newest.at) == (Stage.LEAD, UNDONE, room.clock.now)
        assert room.load(1).staged_at is None

    def test_of_an_opt_out_and_its_taking_back_is_written_down(self, room: Room):
        room.lead()
        done = optout_acts.opt_out(room.desk, OptOut(1), by=MIRI)
        room.clock.forward(seconds=5)
        optout_acts.take_back(room.desk, done.line, by=MIRI)
        assert [(one.stage, one.reason) for one in changes(room)] == [
            (OUT, BY_OPTOUT),
            (Stage.LEAD, UNDONE),
        ]

    def test_of_a_person_who_comes_back_is_written_down(self, room: Room):
        room.lead()
        room.log(1, "lost")
        room.clock.forward(days=1)
        room.receive(**DANA, key="again")
        assert [(one.stage, one.reason) for one in changes(room)] == [
            (Stage.LOST, ""),
            (Stage.LEAD, RETURNED),
        ]
        assert room.load(1).staged_at == room.clock.now

    def test_begins_at_its_moment_by_the_one_rule_that_moves(self):
        """Else a change of stage would have no time (S1)."""
        found = [
            f"{path}:{node.lineno}"
            for path, tree in trees("bot", "handlers", "rules").items()
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and getattr(node.func, "id", "") == "replace"
            and any(one.arg == "stage" for one in node.keywords)
            and path != "rules/stages.py"
        ]
        assert found == []


class TestALeadThatIsDisqualified:
    def test_needs_a_reason(self, room: Room):
        room.lead()
        assert refused(room, OUT) == "stage.needs_reason"

    def test_is_out_of_the_queue_and_written_down(self, room: Room):
        room.lead()
        after = out(room).lead
        assert (after.stage, after.next_what, after.next_at) == (OUT, Step.NONE, None)
        assert after.closed_at == room.clock.now
        assert room.history(1)[-1] == "staged"

    def test_is_told_to_its_holder_at_once(self, room: Room):
        lead = room.lead()
        room.deliver()
        out(room)
        room.deliver()
        said = room.outside.dms(lead.owner)[-1].text
        assert "#1 Dana Cohen" in said
        assert "a competitor" in said

    def test_is_told_to_its_holder_whatever_they_switched_off(self, room: Room):
        lead = room.lead()
        preferences.choose(room.desk, (), by=lead.owner)
        out(room)
        room.deliver()
        assert "a competitor" in room.outside.dms(lead.owner)[-1].text

    def test_is_told_to_who_is_on_the_phone_with_them_too(self, room: Room):
        lead = room.lead()
        other = room.other(lead)
        talking.start(room.desk, 1, by=lead.owner)
        assign.assign_lead(room.desk, 1, to=other, by=MIRI)
        out(room)
        told = {row["payload"]["rep"] for row in room.rows("tell_stage")}
        assert told == {lead.owner, other}

    def test_gets_no_message_that_waited(self, room: Room):
        room.lead(consent="sms,email")
        room.log(1, "noanswer")
        assert out(room).cancelled == 2
        room.tick(minutes=5)
        assert (room.outside.sms, room.outside.mails) == ([], [])
        assert set(room.states("sms")) == {"cancelled"}

    def test_has_no_follow_up_and_its_reminders_lose_their_buttons(self, room: Room):
        lead = room.lead()
        room.log(1, "followup", when=WHEN, importance=Importance.HIGH)
        room.clock.now = WHEN
        room.tick(seconds=1)
        assert room.outside.dms(lead.owner)[-1].blocks[-1]["type"] == "actions"
        nudge = len(room.outside.dms(lead.owner)) - 1
        out(room)
        room.deliver()
        assert room.followup(1) is None
        assert room.outside.dms(lead.owner)[nudge].blocks[-1]["type"] == "section"
        told = len(room.outside.dms(lead.owner))
        room.tick(minutes=30)
        assert len(room.outside.dms(lead.owner)) == told

    def test_has_no_button_on_its_cards_but_to_open_it_again(self, room: Room):
        room.lead()
        room.deliver()
        out(room)
        room.deliver()
        names = [one["action_id"] for one in room.outside.channel()[0].blocks[-1]["elements"]]
        assert names[0] == "lead_reopen"
        assert not {"lead_noanswer", "lead_sold", "lead_assign", "lead_more"} & set(names)

    def test_can_not_be_opened_again_from_the_card_of_a_rep(self, room: Room):
        lead = room.lead()
        room.deliver()
        out(room)
        room.deliver()
        assert all(one["type"] != "actions" for one in room.outside.dms(lead.owner)[0].blocks)

    def test_says_on_its_owners_card_who_and_why_and_in_the_channel_who(self, room: Room):
        lead = room.lead()
        room.deliver()
        out(room)
        room.deliver()
        assert "a competitor" in room.outside.dms(lead.owner)[0].text
        in_channel = room.outside.channel()[0].text
        assert MIRI in in_channel
        assert "a competitor" not in in_channel

    @pytest.mark.parametrize(
        "act",
        [
            lambda room: room.log(1, "noanswer"),
            lambda room: room.log(1, "followup", when=WHEN, importance=Importance.LOW),
            lambda room: assign.assign_lead(room.desk, 1, to=room.other(room.load(1)), by=MIRI),
            lambda room: agreements.set_time(room.desk, 1, WHEN, by=MIRI),
            lambda room: talking.start(room.desk, 1, by=MIRI),
        ],
        ids=["outcome", "follow-up", "assign", "time", "call"],
    )
    def test_takes_no_act_and_says_who_ended_it_and_why(
        self, room: Room, act: Callable[[Room], Any]
    ):
        room.lead()
        out(room)
        with pytest.raises(Refused) as fault:
            act(room)
        assert fault.value.key == "lead.disqualified"
        assert fault.value.params["owner"] == MIRI
        assert fault.value.params["reason"] == "a competitor"

    def test_takes_a_note(self, room: Room):
        lead = room.lead()
        out(room)
        leads.add_note(room.desk, 1, "called back by himself", by=lead.owner)
        assert room.history(1)[-1] == "note"

    def test_by_its_own_opt_out_says_so(self, room: Room):
        room.lead()
        optout_acts.opt_out(room.desk, OptOut(1), by=MIRI)
        with pytest.raises(Refused) as fault:
            room.log(1, "noanswer")
        assert fault.value.key == "lead.disqualified_optout"

    @pytest.mark.parametrize("outcome", ["sold", "lost"])
    def test_may_have_ended_before(self, room: Room, outcome: str):
        lead = room.lead()
        more: dict[str, Any] = {"amount": SALE} if outcome == "sold" else {}
        room.log(1, outcome, **more)
        assert refused(room, OUT, by=lead.owner, reason="fraud") == "stage.manager_reopens"
        assert out(room).lead.stage is OUT


class TestALeadThatIsOpenedAgain:
    @pytest.mark.parametrize("to", [Stage.LEAD, Stage.MQL])
    def test_is_called_as_fresh_by_its_rep(self, room: Room, to: Stage):
        lead = room.lead()
        room.deliver()
        out(room)
        room.clock.forward(hours=1)
        back = move(room, to, reason="it was a mix-up").lead
        assert (back.stage, back.owner, back.working) == (to, lead.owner, True)
        assert (back.next_what, back.closed_at) == (Step.CALL, None)
        assert [(one.stage, one.reason) for one in changes(room)] == [
            (OUT, "a competitor"),
            (to, "it was a mix-up"),
        ]
        room.deliver()
        room.log(1, "noanswer")

    def test_that_was_lost_lives_again_too(self, room: Room):
        room.lead()
        room.log(1, "lost")
        assert move(room, Stage.LEAD).lead.working

    def test_is_opened_by_managers_alone(self, room: Room):
        lead = room.lead()
        out(room)
        assert refused(room, Stage.LEAD, by=lead.owner) == "stage.manager_reopens"

    def test_is_not_one_who_asked_for_no_calls(self, room: Room):
        room.lead()
        optout_acts.opt_out(room.desk, OptOut(1), by=MIRI)
        assert refused(room, Stage.LEAD) == "stage.opted_out"


class TestTakingAMoveBack:
    def take_back(self, room: Room, done: Moved, *, by: str = MIRI) -> Moved:
        return stages.take_back(room.desk, done.line, by=by)

    def test_restores_the_stage_and_its_time(self, room: Room):
        room.lead()
        done = move(room, Stage.SQL)
        room.clock.forward(minutes=3)
        after = self.take_back(room, done).lead
        assert (after.stage, after.staged_at) == (Stage.LEAD, None)
        assert (changes(room)[-1].reason, changes(room)[-1].at) == (UNDONE, room.clock.now)

    def test_restores_where_the_lead_waited(self, tmp_path: Path, clock: FakeClock):
        book = replace(BOOK, pools=(CLAIMS,), routes=(Route("all", "claims"),))
        with a_desk(tmp_path, clock, playbook=book) as room:
            room.lead()
            done = out(room)
            assert done.lead.pool == ""
            after = self.take_back(room, done).lead
            assert (after.pool, after.next_what) == ("claims", Step.ASSIGN)

    def test_restores_what_a_disqualification_ended(self, room: Room):
        room.lead(consent="sms,email")
        room.log(1, "followup", when=WHEN, importance=Importance.HIGH)
        before = room.load(1)
        done = out(room)
        after = self.take_back(room, done).lead
        assert (after.next_what, after.next_at) == (before.next_what, before.next_at)
        agreed = room.followup(1)
        assert agreed is not None
        assert agreed.due_at == WHEN

    def test_lets_messages_leave_that_it_stopped(self, room: Room):
        room.lead(consent="sms,email")
        room.log(1, "noanswer")
        self.take_back(room, out(room))
        room.tick(minutes=5)
        assert len(room.outside.sms) == 1

    def test_is_done_once(self, room: Room):
        room.lead()
        done = move(room, Stage.SQL)
        self.take_back(room, done)
        with pytest.raises(Refused) as fault:
            self.take_back(room, done)
        assert fault.value.key == "undo.done"

    def test_is_refused_once_something_happened_since(self, room: Room):
        room.lead()
        done = move(room, Stage.SQL)
        move(room, Stage.MQL)
        with pytest.raises(Refused) as fault:
            self.take_back(room, done)
        assert fault.value.key == "undo.later"

    def test_brings_nobody_back_who_asked_for_no_calls_meanwhile(self, room: Room):
        room.lead()
        done = out(room)
        optout_acts.opt_out(room.desk, OptOut(1), by=MIRI)
        with pytest.raises(Refused) as fault:
            self.take_back(room, done)
        assert fault.value.key == "stage.opted_out"
        assert room.load(1).stage is OUT

    def test_is_for_who_made_it_and_for_managers(self, room: Room):
        lead = room.lead()
        done = move(room, Stage.SQL)
        with pytest.raises(Refused) as fault:
            self.take_back(room, done, by=lead.owner)
        assert fault.value.key == "undo.nothing"

    def test_is_possible_for_an_hour_where_it_was_a_disqualification(self, room: Room):
        room.lead()
        done = out(room)
        room.clock.forward(hours=1)
        assert self.take_back(room, done).lead.stage is Stage.LEAD

    def test_says_how_to_open_it_again_after_that(self, room: Room):
        room.lead()
        done = out(room)
        room.clock.forward(hours=1, seconds=1)
        with pytest.raises(Refused) as fault:
            self.take_back(room, done)
        assert fault.value.key == "stage.undo_late"
        assert room.load(1).stage is OUT
        assert move(room, Stage.LEAD).lead.stage is Stage.LEAD

    def test_of_another_stage_has_no_end(self, room: Room):
        room.lead()
        done = move(room, Stage.SQL)
        room.clock.forward(days=2)
        assert self.take_back(room, done).lead.stage is Stage.LEAD

    def test_of_a_line_that_is_no_move_is_refused(self, room: Room):
        room.lead()
        with pytest.raises(Refused) as fault:
            stages.take_back(room.desk, 1, by=MIRI)
        assert fault.value.key == "undo.nothing"


class TestPoints:
    @pytest.fixture
    def scored(self, tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
        with a_desk(tmp_path, clock, playbook=SCORED) as made:
            yield made

    def test_make_a_new_lead_an_mql(self, scored: Room):
        lead = scored.lead(kind="referral")
        assert lead.stage is Stage.MQL
        [change] = changes(scored)
        assert (change.actor, change.reason) == ("", BY_POINTS)
        assert "scored" in scored.history(1)
        assert lead.owner
        scored.deliver()
        assert "MQL, reached" in scored.outside.channel()[0].text

    def test_make_it_one_when_a_later_form_says_more(self, scored: Room):
        assert scored.lead().stage is Stage.LEAD
        scored.receive(**(DANA | {"kind": "referral"}), source="partner", key="x")
        assert scored.load(1).stage is Stage.MQL

    def test_leave_one_where_a_person_put_it(self, scored: Room):
        scored.lead(kind="referral")
        move(scored, Stage.LEAD)
        scored.receive(**(DANA | {"kind": "referral"}), source="partner", key="x")
        assert scoring.rescore(scored.desk) == 0
        assert scored.load(1).stage is Stage.LEAD

    @pytest.mark.parametrize(("outcome", "more"), [("sold", {"amount": SALE}), ("lost", {})])
    def test_go_on_counting_once_an_outcome_is_undone(
        self, scored: Room, outcome: str, more: dict[str, Any]
    ):
        owner = scored.lead().owner
        scored.log(1, outcome, **more)
        undoing.undo(scored.desk, by=owner)
        assert scored.load(1).stage is Stage.LEAD
        scored.receive(**(DANA | {"kind": "referral"}), source="partner", key="x")
        assert scored.load(1).stage is Stage.MQL

    def test_go_on_counting_once_a_move_is_taken_back(self, scored: Room):
        scored.lead()
        done = move(scored, Stage.SQL)
        stages.take_back(scored.desk, done.line, by=MIRI)
        scored.receive(**(DANA | {"kind": "referral"}), source="partner", key="x")
        assert scored.load(1).stage is Stage.MQL

    def test_of_leads_that_are_here_already_count_when_the_scores_change(self, scored: Room):
        present, book = scored.desk.present, scored.desk.playbook
        present.playbook = replace(book, scores=())
        scored.lead(kind="referral")
        assert scoring.rescore(scored.desk) == 0
        present.playbook = book
        assert scoring.rescore(scored.desk) == 1
        assert scored.load(1).stage is Stage.MQL

    def test_that_grow_with_the_work_count_the_next_day(self, scored: Room):
        book = scored.desk.playbook
        met = Score("spoke", 5, ("meetings >= 1",))
        scored.desk.present.playbook = replace(book, scores=(met,))
        scored.lead()
        scoring.rescore(scored.desk)
        scored.log(1, "followup", when=WHEN, importance=Importance.LOW)
        assert scoring.rescore(scored.desk) == 0
        scored.clock.forward(days=1)
        assert scoring.rescore(scored.desk) == 1

    def test_of_many_are_all_counted(self, scored: Room, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(scoring, "AT_ONCE", 2)
        book = scored.desk.playbook
        scored.desk.present.playbook = replace(book, scores=())
        for number in range(5):
            phone, email = f"052-234-567{number}", f"x{number}@example.com"
            scored.lead(kind="referral", phone=phone, email=email)
        scored.desk.present.playbook = book
        assert scoring.rescore(scored.desk) == 5

    def test_that_are_too_few_change_nothing(self, scored: Room):
        scored.lead()
        assert changes(scored) == []
