"""Passing a lead on: the next rep who never had it, within limits, taken back for a minute (C3)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import assign, passing
from bot.claiming import claim_lead
from bot.next import Handed, Later, next_lead
from bot.passing import pass_lead, take_back
from bot.views.blocks import ActionId
from rules.pools import Passing, Pool, Route, Way
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

    def test_waits_rather_than_going_back_to_who_had_it(self, three: Room):
        first = three.lead().owner
        second = pass_lead(three.desk, 1, by=first).lead.owner
        set_state(three, "away", *{NOA, AVI, DAN} - {first, second})
        assert pass_lead(three.desk, 1, by=second).lead.owner == ""

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
            third = pass_lead(room.desk, 1, by=MIRI).lead.owner
            assert refused(room, third).params["n"] == 2

    def test_of_none_says_that_none_is_passed_on(self, tmp_path: Path, clock: FakeClock):
        book = replace(BOOK, passing=Passing(per_lead=0))
        with a_desk(tmp_path, clock, team=THREE, playbook=book) as room:
            assert refused(room, room.lead().owner).key == "pass.never"

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
        told = room.outside.dms(MIRI)[-1]
        assert "nobody else is free to take it" in told.text
        assert "Away: <@" in told.text
        assert buttons(told) == [ActionId.ASSIGN, ActionId.WHY]
        assert ActionId.CLAIM in buttons(room.outside.channel()[0])
        assert room.history(1)[-1] == "passed_nobody"

    def test_because_of_a_language_is_said_so(self, room: Room):
        room.load_team(
            TEAM.replace('locale = "he"', 'languages = ["he"]').replace(
                'name = "Avi"', 'name = "Avi"\nlanguages = ["he"]'
            )
        )
        room.lead(language="fr")
        room.deliver()
        told = room.outside.dms(MIRI)[-1].text
        assert "has no owner" in told
        assert f"Don't speak the lead's language: <@{AVI}>, <@{NOA}>" in told

    def test_is_told_to_managers_each_time_that_it_waits_for_an_owner(self, room: Room):
        set_state(room, "away", NOA, AVI)
        room.lead()
        assign.assign_lead(room.desk, 1, to=NOA, by=MIRI)
        set_state(room, "paused", NOA)
        room.clock.forward(hours=1)
        room.log(1, "lost", by=MIRI)
        room.clock.forward(hours=1)
        room.lead(note="changed my mind")
        assert room.load(1).owner == ""
        told = [row for row in room.rows("tell_managers") if "unassigned" in str(row["payload"])]
        assert len(told) == 2

    def test_does_not_come_back_to_who_passed_it(self, room: Room):
        owner = self.passed(room)
        assert isinstance(next_lead(room.desk, by=owner), Later)
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

    @pytest.mark.parametrize(
        ("outcome", "step"), [("notnow", Step.CALL), ("unavailable", Step.RETRY_UNAVAILABLE)]
    )
    def test_is_called_when_it_was_to_be_called_before(self, room: Room, outcome: str, step: Step):
        owner = room.lead().owner
        when = room.clock.now + timedelta(days=2, hours=1)
        room.log(1, outcome, when=when if outcome == "notnow" else None)
        planned = room.load(1).next_at
        set_state(room, "away", *{NOA, AVI} - {owner})
        pass_lead(room.desk, 1, by=owner)
        set_state(room, "active", NOA, AVI)
        room.clock.forward(hours=1)
        assert assign.assign_held(room.desk) == 1
        lead = room.load(1)
        assert (lead.next_what, lead.next_at) == (step, planned)
        assert lead.owner not in {"", owner}

    def test_is_called_at_once_where_that_time_has_passed(self, room: Room):
        owner = room.lead().owner
        room.log(1, "notnow", when=room.clock.now + timedelta(minutes=30))
        set_state(room, "away", *{NOA, AVI} - {owner})
        pass_lead(room.desk, 1, by=owner)
        set_state(room, "active", NOA, AVI)
        room.clock.forward(hours=1)
        assert assign.assign_held(room.desk) == 1
        assert room.load(1).next_at == room.clock.now

    def test_is_called_at_once_when_it_came_again(self, room: Room):
        owner = room.lead().owner
        room.log(1, "notnow", when=room.clock.now + timedelta(days=2))
        set_state(room, "away", *{NOA, AVI} - {owner})
        pass_lead(room.desk, 1, by=owner)
        room.clock.forward(minutes=5)
        room.lead(note="please call")
        set_state(room, "active", NOA, AVI)
        assign.assign_held(room.desk)
        lead = room.load(1)
        assert lead.owner
        assert lead.next_at == room.clock.now

    def test_can_be_taken_back(self, room: Room):
        owner = self.passed(room)
        lead = take_back(room.desk, 1, by=owner)
        assert (lead.owner, lead.next_what, lead.passes) == (owner, Step.CALL, 0)


class TestAPoolThatWaitsForAPerson:
    """What is passed on goes back to its route's pool, past which `next` gives nothing (C3)."""

    def passed(self, room: Room, way: Way) -> str:
        owner = room.load(1).owner if room.rows() else room.lead().owner
        room.deliver()
        pools, routes = (Pool("vip", way=way),), (Route("all", "vip"),)
        room.desk.present.playbook = replace(BOOK, pools=pools, routes=routes)
        pass_lead(room.desk, 1, by=owner)
        room.deliver()
        return owner

    @pytest.mark.parametrize("way", [Way.BY_HAND, Way.CLAIM])
    def test_keeps_the_lead_from_who_asks_for_the_next(self, room: Room, way: Way):
        owner = self.passed(room, way)
        lead = room.load(1)
        assert (lead.pool, lead.next_what, lead.next_at) == ("vip", Step.ASSIGN, None)
        for who in (owner, room.other(replace(lead, owner=owner)), MIRI):
            assert isinstance(next_lead(room.desk, by=who), Later)

    def test_of_managers_is_said_to_them_and_not_that_nobody_is_free(self, room: Room):
        self.passed(room, Way.BY_HAND)
        told = room.outside.dms(MIRI)[-1]
        assert "Its route leaves it to you" in told.text
        assert "free" not in told.text
        assert buttons(told) == [ActionId.ASSIGN]

    def test_keeps_no_button_in_their_notice_once_somebody_has_the_lead(self, room: Room):
        self.passed(room, Way.BY_HAND)
        assign.assign_lead(room.desk, 1, to=AVI, by=MIRI)
        room.deliver()
        [told] = [one for one in room.outside.dms(MIRI) if "#1" in one.text]
        assert buttons(told) == []
        assert f"<@{AVI}>" in told.text

    def test_has_it_called_by_who_claims_it_at_the_time_that_was_planned(self, room: Room):
        room.lead()
        when = room.clock.now + timedelta(days=2, hours=1)
        room.log(1, "notnow", when=when)
        owner = self.passed(room, Way.CLAIM)
        taken = claim_lead(room.desk, 1, by=room.other(replace(room.load(1), owner=owner)))
        assert (taken.next_what, taken.next_at) == (Step.CALL, when)

    def test_gives_the_lead_back_at_the_time_that_was_planned(self, room: Room):
        room.lead()
        room.log(1, "unavailable")
        planned = room.load(1)
        owner = self.passed(room, Way.BY_HAND)
        back = take_back(room.desk, 1, by=owner)
        assert planned.next_what is Step.RETRY_UNAVAILABLE
        assert (back.next_what, back.next_at) == (planned.next_what, planned.next_at)
        assert (back.owner, back.pool) == (owner, "")


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

    def test_is_refused_once_the_new_owner_was_handed_it(self, room: Room):
        lead = room.lead()
        pass_lead(room.desk, 1, by=lead.owner)
        assert isinstance(next_lead(room.desk, by=room.other(lead)), Handed)
        with pytest.raises(Refused, match=r"undo\.later"):
            take_back(room.desk, 1, by=lead.owner)

    def test_is_refused_who_may_not_pass_it_on_any_more(self, three: Room):
        lead = three.lead()
        pass_lead(three.desk, 1, by=MIRI)
        three.load_team(THREE.replace('role = "manager"', 'role = "rep"'))
        with pytest.raises(Refused, match=r"lead\.of_another"):
            take_back(three.desk, 1, by=MIRI)
        assert three.load(1).owner != lead.owner

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
