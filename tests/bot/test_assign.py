"""Who gets a lead (C3): the rotation, nobody, somebody by hand."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot import assign
from bot.rotation import Rotation
from rules.refusals import Refused
from rules.words import Importance, Step
from storage import leads, reps
from tests.desk import AVI, MIRI, NOA, TEAM, FakeClock, Room, a_desk
from tests.rules import builders

HOURS = f"""
[[rep]]
slack_id = "{NOA}"
name = "Noa"
hours = "Sun-Thu 09:00-12:00"
[[rep]]
slack_id = "{AVI}"
name = "Avi"
hours = "Sun-Thu 13:00-23:00"
[[rep]]
slack_id = "{MIRI}"
name = "Miri"
role = "manager"
"""


def owners(room: Room, count: int) -> list[str]:
    """Give the owners of so many new leads, one after the other."""
    start = 1 + sum(1 for _ in room.rows("post_card"))
    return [
        room.lead(phone=f"052-234-{5000 + n}", email="").owner for n in range(start, start + count)
    ]


def away(room: Room, slack_id: str, state: str = "away") -> None:
    with room.desk.store.unit() as unit:
        reps.set_state(unit, [slack_id], state)
        unit.commit()


class TestTheRotation:
    def test_takes_turns(self, room: Room):
        found = owners(room, 6)
        assert found in ([NOA, AVI] * 3, [AVI, NOA] * 3)

    def test_holds_the_team_from_its_first_choice_on(self, room: Room):
        asked: list[str] = []
        engine = room.desk.store.engine

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            asked.extend(["team"] if "FROM reps" in statement else [])

        event.listen(engine, "before_cursor_execute", note)
        with room.desk.store.unit() as unit:
            rotation = Rotation(room.desk, unit, now=room.clock.now)
            assert asked == []
            found = [rotation.choose(builders.lead()) for _ in range(4)]
        assert asked == ["team"]
        assert len({one.rep.slack_id for one in found if one}) == 2

    def test_leaves_managers_out(self, room: Room):
        assert MIRI not in owners(room, 4)

    def test_goes_by_weight(self, tmp_path, clock: FakeClock):
        with a_desk(tmp_path, clock, team=TEAM.replace('locale = "he"', "weight = 3.0")) as room:
            found = owners(room, 8)
        assert (found.count(NOA), found.count(AVI)) == (6, 2)

    @pytest.mark.parametrize("state", ["away", "paused"])
    def test_leaves_out_who_is_not_there(self, room: Room, state: str):
        away(room, NOA, state)
        assert owners(room, 3) == [AVI] * 3

    def test_does_not_flood_who_comes_back(self, room: Room):
        away(room, NOA)
        owners(room, 5)
        away(room, NOA, "active")
        found = owners(room, 4)
        assert (found.count(NOA), found.count(AVI)) == (2, 2)

    def test_prefers_who_is_on_shift(self, tmp_path, clock: FakeClock):
        with a_desk(tmp_path, clock, team=HOURS) as room:
            assert owners(room, 2) == [NOA, NOA]
            clock.forward(hours=3)
            assert owners(room, 2) == [AVI, AVI]

    def test_gives_at_once_to_whose_shift_begins_first(self, tmp_path, clock: FakeClock):
        clock.set(2026, 11, 15, 22, 0)
        with a_desk(tmp_path, clock, team=HOURS) as room:
            assert owners(room, 1) == [NOA]

    def test_stops_at_capacity(self, tmp_path, clock: FakeClock):
        small = TEAM.replace('locale = "he"', "capacity = 1")
        with a_desk(tmp_path, clock, team=small) as room:
            assert owners(room, 4).count(NOA) == 1

    def test_counts_only_leads_that_are_worked(self, tmp_path, clock: FakeClock):
        small = TEAM.replace('locale = "he"', "capacity = 1")
        with a_desk(tmp_path, clock, team=small) as room:
            away(room, AVI)
            [mine] = owners(room, 1)
            assert mine == NOA
            room.log(1, "lost")
            assert owners(room, 1) == [NOA]


class TestALeadThatRefusedCalls:
    def test_keeps_its_step_with_its_new_owner(self, room: Room):
        lead = room.lead()
        with room.desk.store.unit() as unit:
            closed = replace(lead, opted_out=("calls",), next_what=Step.ASSIGN)
            leads.save(unit, closed)
            unit.commit()
        assign.assign_lead(room.desk, 1, to=room.other(lead), by=MIRI)
        assert room.load(1).next_what is Step.ASSIGN


class TestALeadForNobody:
    def nobody(self, room: Room) -> None:
        away(room, NOA)
        away(room, AVI)

    def test_is_held_posted_and_told_to_managers_once(self, room: Room):
        self.nobody(room)
        lead = room.lead()
        assert (lead.owner, lead.next_what) == ("", Step.ASSIGN)
        room.deliver()
        room.tick(seconds=10)
        assert len(room.outside.channel()) == 1
        [told] = room.outside.dms(MIRI)
        assert "#1 Dana Cohen" in told.text
        assert "nobody is available" in told.text

    def test_goes_to_the_first_who_is_there_again(self, room: Room):
        self.nobody(room)
        room.lead()
        room.tick(seconds=10)
        away(room, AVI, "active")
        room.tick(minutes=30)
        lead = room.load(1)
        assert (lead.owner, lead.next_what, lead.next_at) == (AVI, Step.CALL, lead.owned_at)
        assert len(room.outside.dms(AVI)) == 1
        [card] = room.outside.channel()
        assert f"<@{AVI}>" in card.text

    def test_still_waits_for_a_number_when_it_has_none(self, room: Room):
        self.nobody(room)
        room.lead(phone="")
        away(room, AVI, "active")
        room.tick(minutes=30)
        lead = room.load(1)
        assert (lead.owner, lead.next_what, lead.next_at) == (AVI, Step.WAIT_FOR_PHONE, None)

    def test_still_waits_for_a_number_when_a_manager_gives_it(self, room: Room):
        self.nobody(room)
        room.lead(phone="")
        assign.assign_lead(room.desk, 1, to=AVI, by=MIRI)
        assert room.load(1).next_what is Step.WAIT_FOR_PHONE

    def test_is_told_in_the_managers_channel_where_there_is_one(self, tmp_path, clock: FakeClock):
        with a_desk(tmp_path, clock, MANAGERS_CHANNEL="bosses") as room:
            self.nobody(room)
            room.lead()
            room.deliver()
            assert len(room.outside.channel("bosses")) == 1
            assert room.outside.dms(MIRI) == []

    def test_is_told_to_administrators_where_nobody_manages(self, tmp_path, clock: FakeClock):
        alone = TEAM.replace('role = "manager"', "")
        with a_desk(tmp_path, clock, team=alone, ADMIN_SLACK_IDS="U01BOSS") as room:
            for one in (NOA, AVI, MIRI):
                away(room, one)
            room.lead()
            room.deliver()
            assert len(room.outside.dms("U01BOSS")) == 1

    def test_stays_held_where_everybody_is_full(self, tmp_path, clock: FakeClock):
        full = TEAM.replace("slack_id", "capacity = 0\nslack_id")
        with a_desk(tmp_path, clock, team=full) as room:
            room.lead()
            room.tick(minutes=5)
            assert room.load(1).owner == ""

    def test_is_fine_without_any_team(self, tmp_path, clock: FakeClock):
        with a_desk(tmp_path, clock, team="") as room:
            assert room.lead().owner == ""
            room.deliver()


class TestGivingByHand:
    def test_moves_the_lead_and_its_card(self, room: Room):
        lead = room.lead()
        room.deliver()
        other = room.other(lead)
        done = assign.assign_lead(room.desk, 1, to=other, by=lead.owner)
        assert (done.lead.owner, done.to.slack_id) == (other, other)
        room.deliver()
        [new] = room.outside.dms(other)
        [old] = room.outside.dms(lead.owner)
        assert "052-234-5678" in new.text
        assert "dana@example.com" in new.text
        assert "5678" not in old.text
        assert "dana@" not in old.text
        assert f"<@{other}>" in room.outside.channel()[0].text

    def test_shows_it_in_full_again_to_whom_it_comes_back(self, room: Room):
        lead = room.lead()
        room.deliver()
        for to in (room.other(lead), lead.owner):
            assign.assign_lead(room.desk, 1, to=to, by=MIRI)
            room.deliver()
        assert all("5678" in one.text for one in room.outside.dms(lead.owner))
        assert all("5678" not in one.text for one in room.outside.dms(room.other(lead)))

    def test_takes_the_follow_up_along(self, room: Room):
        lead = room.lead()
        when = room.clock.now + timedelta(hours=1)
        room.log(1, "followup", when=when, importance=Importance.HIGH)
        assign.assign_lead(room.desk, 1, to=room.other(lead), by=MIRI)
        agreed = room.followup(1)
        assert agreed
        assert (agreed.rep, agreed.due_at) == (room.other(lead), when)
        room.tick(hours=1)
        assert any("⏰" in one.text for one in room.outside.dms(room.other(lead)))
        assert not any(
            "052-234-5678" in one.text and "⏰" in one.text for one in room.outside.dms(lead.owner)
        )

    def test_leaves_no_reminder_with_the_number_to_whom_had_it(self, room: Room):
        lead = room.lead()
        when = room.clock.now + timedelta(hours=1)
        room.log(1, "followup", when=when, importance=Importance.HIGH)
        room.tick(hours=1)
        assert len(room.outside.dms(lead.owner)) == 2
        room.clock.forward(minutes=1)
        assign.assign_lead(room.desk, 1, to=room.other(lead), by=MIRI)
        room.tick(seconds=5)
        for old in room.outside.dms(lead.owner):
            assert "234" not in old.text
            assert "actions" not in [block["type"] for block in old.blocks]
        assert any("⏰" in one.text for one in room.outside.dms(room.other(lead)))

    def test_is_for_its_owner_or_a_manager(self, room: Room):
        lead = room.lead()
        with pytest.raises(Refused, match=r"lead\.of_another"):
            assign.assign_lead(room.desk, 1, to=room.other(lead), by=room.other(lead))
        assign.assign_lead(room.desk, 1, to=room.other(lead), by=MIRI)

    @pytest.mark.parametrize("to", ["U01NOBODY", ""])
    def test_to_an_outsider_is_refused(self, room: Room, to: str):
        lead = room.lead()
        with pytest.raises(Refused, match=r"assign\.outsider"):
            assign.assign_lead(room.desk, 1, to=to, by=lead.owner)

    def test_to_who_has_it_is_refused(self, room: Room):
        lead = room.lead()
        with pytest.raises(Refused, match=r"assign\.already"):
            assign.assign_lead(room.desk, 1, to=lead.owner, by=lead.owner)

    def test_by_a_rep_counts_as_one_that_they_pass_on(self, room: Room):
        lead = room.lead()
        other = room.other(lead)
        assign.assign_lead(room.desk, 1, to=other, by=lead.owner, note="knows her")
        assert room.load(1).passes == 1
        assign.assign_lead(room.desk, 1, to=lead.owner, by=other)
        with pytest.raises(Refused, match=r"pass\.often"):
            assign.assign_lead(room.desk, 1, to=other, by=lead.owner)
        assign.assign_lead(room.desk, 1, to=other, by=MIRI)
        with room.desk.store.view() as view:
            first = [one for one in leads.lines(view, 1) if one.what == "handed_over"][-1]
        assert first.data["note"] == "knows her"

    @pytest.mark.parametrize("lacks", ["away", "full", "language"])
    def test_by_a_rep_is_to_who_can_take_it(self, tmp_path: Path, clock: FakeClock, lacks: str):
        more = {"away": "", "full": "capacity = 0", "language": 'languages = ["he"]'}[lacks]
        team = TEAM.replace('name = "Avi"', f'name = "Avi"\n{more}')
        with a_desk(tmp_path, clock, team=team) as room:
            away(room, AVI)
            lead = room.lead(language="fr")
            away(room, AVI, "away" if lacks == "away" else "active")
            assert lead.owner == NOA
            with pytest.raises(Refused, match=rf"assign\.{lacks}") as refused:
                assign.assign_lead(room.desk, 1, to=AVI, by=NOA)
            assert refused.value.params["owner"] == AVI
            assert refused.value.params["owner_name"] == "Avi"
            assert room.load(1) == lead
            assert assign.assign_lead(room.desk, 1, to=AVI, by=MIRI).lead.owner == AVI

    def test_delivered_twice_is_answered_twice_the_same(self, room: Room):
        lead = room.lead()
        other = room.other(lead)
        first = assign.assign_lead(room.desk, 1, to=other, by=lead.owner, key="t1")
        again = assign.assign_lead(room.desk, 1, to=other, by=lead.owner, key="t1")
        assert (again.lead, again.to) == (first.lead, first.to)
        assert room.history(1).count("handed_over") == 1

    @pytest.mark.parametrize("by", ["U01NOBODY", ""])
    def test_by_an_outsider_is_refused(self, room: Room, by: str):
        room.lead()
        with pytest.raises(Refused, match=r"team\.outsider"):
            assign.assign_lead(room.desk, 1, to=NOA, by=by)


class TestTheClockOfAFirstCall:
    def test_begins_when_the_rotation_gives_the_lead(self, room: Room):
        lead = room.lead()
        assert (lead.climbs, lead.clocked_at) == (True, room.clock.now)
        assert lead.ladder_at == room.clock.now + timedelta(minutes=5)

    def test_begins_when_a_lead_that_was_held_is_given(self, room: Room):
        for one in (NOA, AVI):
            away(room, one)
        assert room.lead().ladder_at is None
        away(room, AVI, "active")
        room.clock.forward(minutes=40)
        assign.assign_held(room.desk)
        assert room.load(1).clocked_at == room.clock.now

    def test_begins_again_by_hand_and_keeps_what_it_waited(self, room: Room):
        lead = room.lead()
        room.clock.forward(minutes=7)
        assign.assign_lead(room.desk, 1, to=room.other(lead), by=MIRI)
        given = room.load(1)
        assert (given.clocked_at, given.waited) == (room.clock.now, 7)
        room.clock.forward(minutes=2)
        room.log(1, "noanswer")
        assert room.load(1).waited == 9

    def test_begins_when_somebody_takes_it_from_the_pool(self, room: Room):
        lead = room.lead()
        with room.desk.store.unit() as unit:
            pooled = leads.save(unit, replace(lead, owner="", ladder_at=None))
            new = assign.NewOwner(AVI, AVI)
            owned, _ = assign.hand_over(room.desk, unit, pooled, new, now=room.clock.now)
            unit.commit()
        assert (owned.owner, owned.clocked_at) == (AVI, room.clock.now)

    def test_is_none_for_a_lead_that_was_called(self, room: Room):
        lead = room.lead()
        room.log(1, "noanswer")
        assign.assign_lead(room.desk, 1, to=room.other(lead), by=MIRI)
        assert room.load(1).ladder_at is None

    def test_is_none_without_a_number_and_begins_when_one_comes(self, room: Room):
        lead = room.lead(phone="")
        assert (lead.climbs, lead.ladder_at) == (True, None)
        room.clock.forward(minutes=30)
        room.lead()
        assert room.load(lead.id).clocked_at == room.clock.now
