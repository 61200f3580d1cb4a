"""Who comes back is called as fresh; who bought or refused calls stays where they are (L3.3)."""

from dataclasses import replace
from typing import Any

import pytest

from bot.assign import assign_lead
from bot.returns import bring_back
from rules.lead import Lead
from rules.words import CALLS, Stage, Step
from storage import leads, reps
from tests.desk import AVI, MIRI, NOA, TEAM, Room


def returned(room: Room, *, by_mail: bool = False, **changes: Any) -> tuple[Lead, Lead]:
    """Bring a lead back; gives it as it was and as it is."""
    room.lead()
    with room.desk.store.unit() as unit:
        first = leads.load(unit, 1)
        assert first is not None
        before = leads.save(unit, replace(first, **changes))
        bring_back(room.desk, unit, before, now=room.clock.now, by_mail=by_mail)
        unit.commit()
    return before, room.load(1)


class TestComingBack:
    @pytest.mark.parametrize("by_mail", [False, True])
    def test_is_not_for_who_bought(self, room: Room, by_mail: bool):
        before, after = returned(
            room,
            by_mail=by_mail,
            stage=Stage.WON,
            closed_at=room.clock.now,
            next_what=Step.NONE,
            next_at=None,
        )
        assert after == before
        assert "returned" not in room.history(1)

    @pytest.mark.parametrize("stage", [Stage.LEAD, Stage.LOST, Stage.DISQUALIFIED])
    def test_is_not_for_who_refused_calls(self, room: Room, stage: Stage):
        before, after = returned(room, stage=stage, next_what=Step.MAILING_LIST, opted_out=(CALLS,))
        assert after == before

    @pytest.mark.parametrize("stage", [Stage.LEAD, Stage.LOST, Stage.DISQUALIFIED])
    def test_by_mail_is_also_for_who_refused_calls(self, room: Room, stage: Stage):
        _, after = returned(
            room, by_mail=True, stage=stage, next_what=Step.MAILING_LIST, opted_out=(CALLS,)
        )
        assert (after.stage, after.next_what, after.next_at) == (Stage.LEAD, Step.EMAIL, None)
        assert after.working

    def test_begins_everything_anew(self, room: Room):
        _, after = returned(
            room,
            next_what=Step.MAILING_LIST,
            plan_step=8,
            unavailables=3,
            tried=7,
            missed_followup=4,
            followup_misses=2,
        )
        assert (after.plan_step, after.unavailables, after.tried) == (0, 0, 0)
        assert (after.missed_followup, after.followup_misses) == (0, 0)
        assert (after.next_what, after.next_at) == (Step.CALL, room.clock.now)


class TestTheRepOfALead:
    """Nobody loses a lead to a form; who comes back is given to who can speak with them (C3)."""

    def of_noa(self, room: Room) -> Lead:
        lead = room.lead(language="fr")
        if lead.owner != NOA:
            assign_lead(room.desk, 1, to=NOA, by=MIRI)
        room.load_team(TEAM.replace('name = "נועה"', 'name = "נועה"\nlanguages = ["he"]'))
        return room.load(1)

    def test_keeps_it_when_it_asks_again_whatever_they_speak(self, room: Room):
        self.of_noa(room)
        room.log(1, "noanswer")
        room.lead(note="please call me")
        assert room.load(1).owner == NOA

    @pytest.mark.parametrize("other_is", ["active", "away"])
    def test_who_comes_back_is_given_to_somebody_else_only_where_there_is_one(
        self, room: Room, other_is: str
    ):
        self.of_noa(room)
        room.log(1, "lost")
        with room.desk.store.unit() as unit:
            reps.set_state(unit, [AVI], other_is)
            unit.commit()
        room.lead(note="changed my mind")
        assert room.load(1).owner == (AVI if other_is == "active" else NOA)
