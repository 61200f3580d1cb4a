"""Passing a lead on: the next rep who never had it, within limits, taken back for a minute (C3)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import assign, passing
from bot.passing import pass_lead, take_back
from bot.views.blocks import ActionId
from rules.pools import Passing
from rules.refusals import Refused
from rules.words import Importance, Step
from storage import leads, reps
from tests.bot.test_claiming import buttons
from tests.desk import AVI, BOOK, MIRI, NOA, TEAM, FakeClock, Room, a_desk

DAN = "U01DAN"
THREE = f'{TEAM}[[rep]]\nslack_id = "{DAN}"\nname = "Dan"\nlocale = "en"\n'


@pytest.fixture
def three(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    """A desk with three reps and a manager."""
    with a_desk(tmp_path, clock, team=THREE) as made:
        yield made


def refused(room: Room, who: str, lead_id: int = 1) -> Refused:
    with pytest.raises(Refused) as caught:
        pass_lead(room.desk, lead_id, by=who)
    return caught.value


def set_state(room: Room, state: str, *ids: str) -> None:
    with room.desk.store.unit() as unit:
        reps.set_state(unit, ids, state)
        unit.commit()


class TestPassingOn:
    def test_gives_the_lead_to_the_next_rep_and_keeps_why(self, room: Room):
        lead = room.lead()
        room.deliver()
        done = pass_lead(room.desk, 1, by=lead.owner, reason="language", note="only French")
        assert done.lead.owner == room.other(lead)
        assert done.lead.passes == 1
        with room.desk.store.view() as view:
            line = leads.lines(view, 1, most=1)[0]
        assert (line.what, line.actor) == ("passed", lead.owner)
        assert (line.data["reason"], line.data["note"]) == ("language", "only French")
        room.deliver()
        [theirs] = room.outside.dms(done.lead.owner)
        [old] = room.outside.dms(lead.owner)
        assert "052-234-5678" in theirs.text
        assert "only French" in theirs.text
        assert "5678" not in old.text
        assert buttons(old) == []

    def test_goes_round_to_nobody_twice(self, three: Room):
        first = three.lead().owner
        second = pass_lead(three.desk, 1, by=first).lead.owner
        third = pass_lead(three.desk, 1, by=second).lead.owner
        assert {first, second, third} == {NOA, AVI, DAN}

    def test_takes_the_follow_up_along(self, room: Room):
        lead = room.lead()
        when = room.clock.now + timedelta(hours=1)
        room.log(1, "followup", when=when, importance=Importance.HIGH)
        pass_lead(room.desk, 1, by=lead.owner)
        agreed = room.followup(1)
        assert agreed
        assert (agreed.rep, agreed.due_at) == (room.other(lead), when)

    def test_twice_by_one_click_passes_once(self, three: Room):
        owner = three.lead().owner
        first = pass_lead(three.desk, 1, by=owner, key="t1")
        assert pass_lead(three.desk, 1, by=owner, key="t1") == first
        assert three.history(1).count("passed") == 1

    def test_is_for_its_owner_or_a_manager(self, three: Room):
        lead = three.lead()
        assert refused(three, three.other(lead)).key == "lead.of_another"
        assert pass_lead(three.desk, 1, by=MIRI).lead.owner != lead.owner

    def test_of_a_closed_lead_says_so(self, room: Room):
        owner = room.lead().owner
        room.log(1, "lost")
        assert refused(room, owner).key == "lead.closed"


class TestTheLimits:
    def test_of_one_lead_hold_for_reps(self, tmp_path: Path, clock: FakeClock):
        book = replace(BOOK, passing=Passing(per_lead=1))
        with a_desk(tmp_path, clock, team=THREE, playbook=book) as room:
            second = pass_lead(room.desk, 1, by=room.lead().owner).lead.owner
            stopped = refused(room, second)
            assert (stopped.key, stopped.params["n"]) == ("pass.often", 1)
            assert room.load(1).owner == second
            assert pass_lead(room.desk, 1, by=MIRI).lead.passes == 2

    def test_of_a_day_hold_for_each_rep(self, tmp_path: Path, clock: FakeClock):
        book = replace(BOOK, passing=Passing(per_day=1))
        with a_desk(tmp_path, clock, playbook=book) as room:
            mine = [room.lead(phone=f"052-234-{5000 + n}", email="") for n in range(4)]
            owner = mine[0].owner
            first, second = [one.id for one in mine if one.owner == owner]
            pass_lead(room.desk, first, by=owner)
            assert refused(room, owner, second).key == "pass.daily"
            clock.forward(days=1)
            assert pass_lead(room.desk, second, by=owner).lead.owner != owner

    def test_count_nothing_that_was_refused(self, room: Room):
        owner = room.lead().owner
        set_state(room, "away", *{NOA, AVI} - {owner})
        room.log(1, "followup", when=room.clock.now + timedelta(hours=1), importance=Importance.LOW)
        assert refused(room, owner).key == "pass.nobody"
        assert room.load(1).passes == 0
        assert room.load(1).owner == owner


class TestWhereNobodyIsFree:
    def passed(self, room: Room) -> str:
        owner = room.lead().owner
        room.deliver()
        set_state(room, "away", *{NOA, AVI} - {owner})
        done = pass_lead(room.desk, 1, by=owner, note="no time")
        assert (done.lead.owner, done.lead.next_what) == ("", Step.ASSIGN)
        return owner

    def test_waits_for_an_owner_and_the_managers_hear(self, room: Room):
        self.passed(room)
        room.deliver()
        assert "nobody else is free to take it" in room.outside.dms(MIRI)[-1].text
        assert ActionId.CLAIM in buttons(room.outside.channel()[0])
        assert room.history(1)[-1] == "passed_nobody"

    def test_does_not_come_back_to_who_passed_it(self, room: Room):
        owner = self.passed(room)
        assert assign.assign_held(room.desk) == 0
        set_state(room, "active", NOA, AVI)
        assert assign.assign_held(room.desk) == 1
        assert room.load(1).owner not in {"", owner}

    def test_keeps_no_other_lead_waiting(self, room: Room):
        owner = self.passed(room)
        set_state(room, "away", NOA, AVI)
        room.lead(phone="052-234-5999", email="")
        set_state(room, "active", owner)
        assert assign.assign_held(room.desk) == 1
        assert (room.load(1).owner, room.load(2).owner) == ("", owner)

    def test_can_be_taken_back(self, room: Room):
        owner = self.passed(room)
        lead = take_back(room.desk, 1, by=owner)
        assert (lead.owner, lead.next_what, lead.passes) == (owner, Step.CALL, 0)


class TestTakingItBack:
    def test_gives_it_back_within_a_minute_with_its_follow_up(self, room: Room):
        lead = room.lead()
        room.log(1, "followup", when=room.clock.now + timedelta(hours=1), importance=Importance.LOW)
        room.deliver()
        pass_lead(room.desk, 1, by=lead.owner)
        room.clock.forward(seconds=59)
        back = take_back(room.desk, 1, by=lead.owner)
        agreed = room.followup(1)
        assert agreed
        assert (back.owner, agreed.rep, back.passes) == (lead.owner, lead.owner, 0)
        room.deliver()
        assert all("5678" in one.text for one in room.outside.dms(lead.owner))
        assert all("5678" not in one.text for one in room.outside.dms(room.other(lead)))

    def test_is_refused_after_a_minute(self, room: Room):
        lead = room.lead()
        pass_lead(room.desk, 1, by=lead.owner)
        room.clock.forward(seconds=61)
        with pytest.raises(Refused, match=r"pass\.late"):
            take_back(room.desk, 1, by=lead.owner)

    def test_is_refused_once_the_new_owner_acted(self, room: Room):
        lead = room.lead()
        pass_lead(room.desk, 1, by=lead.owner)
        room.log(1, "noanswer")
        with pytest.raises(Refused, match=r"undo\.later"):
            take_back(room.desk, 1, by=lead.owner)
        assert room.load(1).owner == room.other(lead)

    def test_is_for_who_passed_it(self, room: Room):
        lead = room.lead()
        pass_lead(room.desk, 1, by=lead.owner)
        with pytest.raises(Refused, match=r"undo\.later"):
            take_back(room.desk, 1, by=room.other(lead))

    def test_happens_once(self, room: Room):
        lead = room.lead()
        pass_lead(room.desk, 1, by=lead.owner)
        first = take_back(room.desk, 1, by=lead.owner, key="t1")
        assert take_back(room.desk, 1, by=lead.owner, key="t1") == first
        with pytest.raises(Refused, match=r"undo\.done"):
            take_back(room.desk, 1, by=lead.owner, key="t2")

    def test_is_not_counted_as_one_of_the_day(self, tmp_path: Path, clock: FakeClock):
        book = replace(BOOK, passing=Passing(per_day=1))
        with a_desk(tmp_path, clock, playbook=book) as room:
            owner = room.lead().owner
            for _ in range(3):
                pass_lead(room.desk, 1, by=owner)
                take_back(room.desk, 1, by=owner)
            assert passing.for_passing(room.desk, 1, by=owner).owner == owner
