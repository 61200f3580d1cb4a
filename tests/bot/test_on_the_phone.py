"""A lead that is on the phone: nobody else is given it, nobody is nagged of it (C1, L4.3)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import assign, cover, followups, ladder, leads, talking
from rules.refusals import Refused
from rules.words import Importance
from storage import reps
from tests.bot.nagging import DUE, SHIFTS, agree, agreed, at, lead_of, reminders
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk

MINUTE, HALF_HOUR = timedelta(minutes=1), timedelta(minutes=30)


def call(room: Room, by: str, lead_id: int = 1) -> None:
    """Begin a call."""
    talking.start(room.desk, lead_id, by=by)


def go_away(room: Room, slack_id: str) -> None:
    with room.desk.store.unit() as unit:
        reps.set_away(unit, slack_id, until=None)
        unit.commit()


class TestAFollowUpThatComesDue:
    def test_is_not_nagged_of_until_half_an_hour_has_passed(self, room: Room):
        owner = agree(room)
        room.clock.now = DUE - MINUTE
        call(room, owner)
        for minutes in (0, 10, 20, 28):
            at(room, DUE + timedelta(minutes=minutes))
        assert reminders(room, owner) == []
        at(room, DUE + timedelta(minutes=29, seconds=1))
        assert len(reminders(room, owner)) == 1

    def test_is_nagged_of_soon_after_the_call_was_given_up(self, room: Room):
        owner = agree(room, lead_of(room, AVI, 1))
        other = lead_of(room, AVI, 2)
        call(room, AVI)
        at(room)
        call(room, AVI, other)
        at(room, DUE + MINUTE)
        assert len(reminders(room, owner)) == 1

    def test_is_not_told_to_the_managers_meanwhile(self, room: Room):
        owner = agree(room)
        at(room)
        at(room, DUE + timedelta(minutes=10))
        call(room, owner)
        at(room, DUE + timedelta(minutes=20))
        assert room.outside.dms(MIRI) == []
        room.log(1, "lost")
        room.tick(minutes=30)
        assert room.outside.dms(MIRI) == []

    def test_stays_with_a_rep_who_went_away_in_the_call(self, room: Room):
        owner = agree(room)
        room.clock.now = DUE - MINUTE
        call(room, owner)
        go_away(room, owner)
        at(room)
        assert room.load(1).owner == owner
        at(room, DUE + HALF_HOUR)
        assert room.load(1).owner != owner

    def test_of_low_importance_stays_too(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, team=SHIFTS) as room:
            lead_id = lead_of(room, NOA)
            agree(room, lead_id, importance=Importance.LOW)
            room.clock.now = DUE
            call(room, NOA, lead_id)
            go_away(room, NOA)
            assert cover.cover_due(room.desk) == 0
            room.clock.forward(HALF_HOUR)
            assert cover.cover_due(room.desk) == 1


class TestAFirstCall:
    def test_stays_with_a_rep_who_went_away_in_it(self, room: Room):
        owner = room.lead().owner
        call(room, owner)
        go_away(room, owner)
        ladder.climb_due(room.desk)
        assert room.load(1).owner == owner
        room.clock.forward(HALF_HOUR)
        ladder.climb_due(room.desk)
        assert room.load(1).owner != owner


class TestWhoeverTalks:
    @pytest.fixture
    def moved(self, room: Room) -> str:
        """Let a lead become another's in the middle of a call; gives who talks."""
        owner = room.lead().owner
        call(room, owner)
        assign.assign_lead(room.desk, 1, to=room.other(room.load(1)), by=MIRI)
        return owner

    def test_may_log_though_the_lead_became_anothers(self, room: Room, moved: str):
        assert leads.for_work(room.desk, 1, by=moved).id == 1
        room.clock.forward(minutes=5)
        new = room.load(1).owner
        when = room.clock.now + timedelta(hours=2)
        room.log(1, "followup", by=moved, when=when, importance="high")
        assert (agreed(room).rep, room.load(1).owner) == (new, new)
        with pytest.raises(Refused, match=r"lead\.of_another"):
            room.log(1, "lost", by=moved)

    def test_may_not_once_the_call_was_forgotten(self, room: Room, moved: str):
        room.clock.forward(hours=4, seconds=1)
        with pytest.raises(Refused, match=r"lead\.of_another"):
            room.log(1, "lost", by=moved)

    def test_may_do_nothing_else_with_it(self, room: Room, moved: str):
        with pytest.raises(Refused, match=r"lead\.of_another"):
            leads.add_note(room.desk, 1, "a note", by=moved)

    def test_keeps_nobody_else_from_the_refusal(self, room: Room):
        lead = room.lead()
        call(room, lead.owner)
        with pytest.raises(Refused, match=r"lead\.of_another"):
            room.log(1, "lost", by=room.other(lead))


class TestACallThatBeginsInTheSameMoment:
    def test_keeps_the_lead_from_a_stand_in(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        owner = agree(room)
        go_away(room, owner)
        room.clock.now = DUE
        take = followups._cover  # noqa: SLF001 - between the look and the hand-over

        def late(*given: Any, **named: Any) -> None:
            call(room, owner)
            take(*given, **named)

        monkeypatch.setattr(followups, "_cover", late)
        followups.nag_due(room.desk)
        assert room.load(1).owner == owner
