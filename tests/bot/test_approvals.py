"""An SQO: asked for by a rep, decided once by a manager, with those who suit it best (S2, C3)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import approvals, assign, preferences, rematch, scoring, stages
from bot.approvals import Approved, Asked
from bot.leads import open_lead
from bot.orders import SlackPost
from rules.acts import MoveStage
from rules.lead import Lead
from rules.pools import Score, Staging
from rules.refusals import Refused
from rules.words import Stage
from storage import stages as stored
from storage.pastlines import Written
from storage.stages import Change
from tests.databases import only_postgresql
from tests.desk import AVI, BOOK, MIRI, NOA, TEAM, FakeClock, Room, a_desk
from tests.storage.making import stage_changes

DAN = "U01DAN"
SKILLED = f"""
[[rep]]
slack_id = "{NOA}"
name = "Noa"
[[rep]]
slack_id = "{AVI}"
name = "Avi"
products = ["Kia"]
regions = ["IL"]
[[rep]]
slack_id = "{MIRI}"
name = "Miri"
role = "manager"
[[rep]]
slack_id = "{DAN}"
name = "Dan"
products = ["Kia"]
"""
SECOND = f"""
[[rep]]
slack_id = "{DAN}"
name = "Dan"
role = "manager"
"""


def ask(room: Room, *, reason: str = "budget agreed", key: str = "") -> Asked:
    """Let the lead's owner ask the managers."""
    owner, command = room.load(1).owner, MoveStage(1, Stage.SQO, reason)
    done = approvals.request(room.desk, command, by=owner, key=key)
    assert isinstance(done, Asked)
    return done


def question(room: Room) -> Written:
    with room.desk.store.view() as view:
        found = stored.newest_asked(view, 1)
    assert found is not None
    return found


def approve(room: Room, *, by: str = MIRI, key: str = "") -> Approved:
    return approvals.approve(room.desk, question(room).id, by=by, key=key)


def reject(room: Room, reason: str = "no budget yet", *, by: str = MIRI, key: str = "") -> None:
    approvals.reject(room.desk, question(room).id, reason, by=by, key=key)


def changes(room: Room) -> list[Change]:
    with room.desk.store.view() as view:
        return stage_changes(view, 1)


def buttons(room: Room, slack_id: str, nth: int = -1) -> list[str]:
    """Give the buttons of one of a person's messages."""
    last = room.outside.dms(slack_id)[nth].blocks[-1]
    return [one["action_id"] for one in last.get("elements", ())] if last else []


def why(act: object) -> str:
    assert callable(act)
    with pytest.raises(Refused) as fault:
        act()
    return fault.value.key


@pytest.fixture
def asked(room: Room) -> Room:
    """Bring a lead in whose owner asked for an SQO, and who was asked was told."""
    room.lead()
    room.deliver()
    ask(room)
    room.deliver()
    return room


class TestAQuestion:
    def test_reaches_the_managers_with_its_reason(self, asked: Room):
        said = asked.outside.dms(MIRI)[-1].text
        assert "#1 Dana Cohen" in said
        assert "budget agreed" in said
        assert buttons(asked, MIRI) == ["approve_sqo", "reject_sqo", "lead_show"]

    def test_leaves_the_lead_at_its_stage_and_in_the_queue(self, asked: Room):
        lead = asked.load(1)
        assert (lead.stage, lead.working) == (Stage.LEAD, True)
        asked.log(1, "noanswer")

    def test_goes_to_the_managers_channel_where_there_is_one(
        self, tmp_path: Path, clock: FakeClock
    ):
        with a_desk(tmp_path, clock, MANAGERS_CHANNEL="managers") as room:
            room.lead()
            ask(room)
            room.deliver()
            [post] = [one for one in room.outside.of(SlackPost) if one.to == "managers"]
            assert post.for_managers

    def test_reaches_a_manager_whatever_they_switched_off(self, room: Room):
        preferences.choose(room.desk, (), by=MIRI)
        room.lead()
        ask(room)
        room.deliver()
        assert buttons(room, MIRI)[0] == "approve_sqo"

    def test_is_not_for_who_manages_no_more(self, room: Room):
        room.lead()
        ask(room)
        room.load_team(TEAM.replace('role = "manager"', 'role = "rep"'))
        room.deliver()
        assert room.outside.dms(MIRI) == []

    def test_is_asked_once(self, asked: Room):
        assert why(lambda: ask(asked)) == "stage.asked_already"

    def test_that_comes_again_is_asked_once(self, room: Room):
        room.lead()
        ask(room, key="t1")
        approvals.request(room.desk, MoveStage(1, Stage.SQO), by=room.load(1).owner, key="t1")
        assert room.history(1).count("sqo_asked") == 1

    def test_about_anothers_lead_is_refused(self, room: Room):
        other = room.other(room.lead())
        move = MoveStage(1, Stage.SQO)
        assert why(lambda: approvals.request(room.desk, move, by=other)) == "lead.of_another"

    def test_without_a_manager_is_refused(self, tmp_path: Path, clock: FakeClock):
        alone = f'[[rep]]\nslack_id = "{NOA}"\nname = "Noa"\n'
        with a_desk(tmp_path, clock, team=alone) as room:
            room.lead()
            assert why(lambda: ask(room)) == "stage.nobody_decides"

    def test_is_repeated_after_hours_and_the_older_one_loses_its_buttons(self, asked: Room):
        asked.tick(hours=3, minutes=59)
        before = len(asked.outside.dms(MIRI))
        asked.tick(minutes=2)
        assert len(asked.outside.dms(MIRI)) == before + 1
        assert "not decided" in asked.outside.dms(MIRI)[-1].text
        assert buttons(asked, MIRI)[0] == "approve_sqo"
        standing = [one for one in asked.outside.dms(MIRI) if "approve_sqo" in str(one.blocks)]
        assert len(standing) == 1

    def test_is_repeated_to_who_decides_by_then(self, asked: Room):
        asked.load_team(TEAM.replace('role = "manager"', 'role = "rep"') + SECOND)
        before = len(asked.outside.dms(MIRI))
        asked.tick(hours=4)
        assert "not decided" in asked.outside.dms(DAN)[-1].text
        assert len(asked.outside.dms(MIRI)) == before
        asked.tick(hours=4)
        assert len(asked.outside.dms(DAN)) == 1

    def test_that_was_decided_is_not_repeated(self, asked: Room):
        approve(asked)
        asked.deliver()
        before = len(asked.outside.dms(MIRI))
        asked.tick(hours=5)
        assert len(asked.outside.dms(MIRI)) == before


class TestAnApproval:
    def test_makes_it_an_sqo_and_tells_its_rep(self, asked: Room):
        owner = asked.load(1).owner
        done = approve(asked)
        assert done.lead.stage is Stage.SQO
        [change] = changes(asked)
        assert (change.stage, change.actor, change.reason) == (Stage.SQO, MIRI, "budget agreed")
        asked.deliver()
        said = asked.outside.dms(owner)[-1].text
        assert MIRI in said
        assert "#1 Dana Cohen" in said

    def test_ends_the_question_where_it_stands(self, asked: Room):
        approve(asked)
        asked.deliver()
        assert not [one for one in asked.outside.dms(MIRI) if "approve_sqo" in str(one.blocks)]

    def test_by_command_answers_the_question(self, asked: Room):
        done = approvals.request(asked.desk, MoveStage(1, Stage.SQO), by=MIRI)
        assert isinstance(done, Approved)
        assert why(lambda: approve(asked)) == "stage.approved_already"

    def test_is_for_managers(self, asked: Room):
        owner = asked.load(1).owner
        assert why(lambda: approve(asked, by=owner)) == "stage.manager_decides"

    def test_is_given_once(self, asked: Room):
        approve(asked)
        assert why(lambda: approve(asked)) == "stage.approved_already"
        assert len(changes(asked)) == 1

    def test_that_comes_again_is_given_once(self, asked: Room):
        approve(asked, key="t1")
        assert approve(asked, key="t1").lead.stage is Stage.SQO
        assert len(changes(asked)) == 1

    def test_by_a_second_manager_names_the_first(self, asked: Room):
        asked.load_team(TEAM + SECOND)
        approve(asked)
        with pytest.raises(Refused) as fault:
            approve(asked, by=DAN)
        assert fault.value.params["owner"] == MIRI

    def test_of_a_question_that_was_rejected_and_asked_again_is_of_the_new_one(self, asked: Room):
        old = question(asked).id
        reject(asked)
        ask(asked)
        assert why(lambda: approvals.approve(asked.desk, old, by=MIRI)) == "stage.rejected_already"
        assert approve(asked).lead.stage is Stage.SQO

    @pytest.mark.parametrize("to", [Stage.MQL, Stage.SQL])
    def test_stays_to_be_given_while_the_lead_goes_on_below(self, asked: Room, to: Stage):
        stages.move(asked.desk, 1, to, by=MIRI)
        asked.deliver()
        assert buttons(asked, MIRI)[0] == "approve_sqo"
        assert why(lambda: ask(asked)) == "stage.asked_already"
        assert approve(asked).lead.stage is Stage.SQO

    def test_stays_to_be_given_when_points_make_it_an_mql(self, tmp_path: Path, clock: FakeClock):
        scores = (Score("called", 5, ("attempts > 0",)),)
        book = replace(BOOK, staging=Staging(mql_points=5), scores=scores)
        with a_desk(tmp_path, clock, playbook=book) as room:
            room.lead()
            ask(room)
            room.log(1, "noanswer")
            assert scoring.rescore(room.desk) == 1
            assert room.load(1).stage is Stage.MQL
            assert approve(room).lead.stage is Stage.SQO

    def test_tells_who_asked_though_another_has_the_lead(self, asked: Room):
        lead = asked.load(1)
        assign.assign_lead(asked.desk, 1, to=asked.other(lead), by=MIRI)
        approve(asked)
        asked.deliver()
        for one in (lead.owner, asked.other(lead)):
            assert f"<@{MIRI}>" in asked.outside.dms(one)[-1].text
            assert "SQO" in asked.outside.dms(one)[-1].text

    def test_of_a_lead_that_moved_on_is_refused(self, asked: Room):
        stages.move(asked.desk, 1, Stage.DISQUALIFIED, by=MIRI, reason="spam")
        assert why(lambda: approve(asked)) == "stage.moved_on"
        asked.deliver()
        assert not [one for one in asked.outside.dms(MIRI) if "approve_sqo" in str(one.blocks)]

    def test_of_a_lead_that_was_sold_meanwhile_is_refused(self, asked: Room):
        asked.log(1, "lost")
        assert why(lambda: approve(asked)) == "stage.moved_on"

    def test_of_another_line_is_refused(self, asked: Room):
        assert why(lambda: approvals.approve(asked.desk, 1, by=MIRI)) == "button.stale"

    def test_of_a_lead_that_left_and_is_back_is_asked_for_again(self, asked: Room):
        old = question(asked).id
        done = stages.move(asked.desk, 1, Stage.DISQUALIFIED, by=MIRI, reason="spam")
        asked.deliver()
        stages.take_back(asked.desk, done.line, by=MIRI)
        assert why(lambda: approvals.approve(asked.desk, old, by=MIRI)) == "stage.moved_on"
        ask(asked)
        asked.deliver()
        assert buttons(asked, MIRI)[0] == "approve_sqo"
        assert approve(asked).lead.stage is Stage.SQO

    def test_is_not_given_by_taking_an_older_move_back(self, asked: Room):
        owner = asked.load(1).owner
        approve(asked)
        mine = stages.move(asked.desk, 1, Stage.LEAD, by=owner)
        ask(asked)
        asked.clock.forward(minutes=1)
        reject(asked)
        for by, key in ((owner, "stage.manager_decides"), (MIRI, "undo.later")):
            assert why(lambda who=by: stages.take_back(asked.desk, mine.line, by=who)) == key

    def test_that_a_rep_moved_on_from_is_a_managers_to_restore(self, asked: Room):
        approve(asked)
        asked.clock.forward(minutes=1)
        mine = stages.move(asked.desk, 1, Stage.LEAD, by=asked.load(1).owner)
        assert stages.take_back(asked.desk, mine.line, by=MIRI).lead.stage is Stage.SQO

    def test_can_be_taken_back(self, asked: Room):
        done = approve(asked)
        assert stages.take_back(asked.desk, done.line, by=MIRI).lead.stage is Stage.LEAD


class TestTwoManagersAtOnce:
    """The question is read again once the lead is held."""

    @only_postgresql
    @pytest.mark.parametrize("first", ["approved", "rejected"])
    def test_the_first_decides_and_the_other_reads_it(
        self, either_room: Room, monkeypatch: pytest.MonkeyPatch, first: str
    ):
        room = either_room
        room.lead()
        ask(room)

        def decided_before(*args: Any, **more: Any) -> Lead:
            monkeypatch.setattr(approvals, "open_lead", open_lead)
            (approve if first == "approved" else reject)(room)
            return open_lead(*args, **more)

        monkeypatch.setattr(approvals, "open_lead", decided_before)
        assert why(lambda: approve(room)) == f"stage.{first}_already"
        assert len(changes(room)) == (first == "approved")


class TestARejection:
    def test_is_told_to_who_asked_and_to_who_has_the_lead_by_now(self, asked: Room):
        lead = asked.load(1)
        assign.assign_lead(asked.desk, 1, to=asked.other(lead), by=MIRI)
        reject(asked)
        told = {str(row["payload"]["rep"]) for row in asked.rows("tell_stage")}
        assert told == {lead.owner, asked.other(lead)}

    def test_leaves_it_where_it_is_and_tells_its_rep_why(self, asked: Room):
        owner = asked.load(1).owner
        reject(asked)
        asked.deliver()
        assert asked.load(1).stage is Stage.LEAD
        assert "no budget yet" in asked.outside.dms(owner)[-1].text
        assert "sqo_rejected" in asked.history(1)

    def test_ends_the_question_where_it_stands(self, asked: Room):
        reject(asked)
        asked.deliver()
        said = next(one for one in asked.outside.dms(MIRI) if "is no SQO" in one.text)
        assert "no budget yet" in said.text

    def test_needs_a_reason(self, asked: Room):
        assert why(lambda: reject(asked, "")) == "stage.needs_reason"

    def test_is_for_managers(self, asked: Room):
        owner = asked.load(1).owner
        assert why(lambda: reject(asked, by=owner)) == "stage.manager_decides"

    def test_that_comes_again_is_made_once(self, asked: Room):
        reject(asked, key="t1")
        reject(asked, key="t1")
        assert asked.history(1).count("sqo_rejected") == 1

    def test_after_an_approval_is_refused(self, asked: Room):
        approve(asked)
        assert why(lambda: reject(asked)) == "stage.approved_already"


class TestARematch:
    @pytest.fixture
    def skilled(self, tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
        with a_desk(tmp_path, clock, team=SKILLED) as made:
            yield made

    def test_offers_who_suits_best_first_and_says_why(self, skilled: Room):
        lead = skilled.lead(product="Kia", region="IL")
        found = rematch.suited(skilled.desk, lead)
        named = {one.rep.slack_id: one.shares for one in found}
        assert named[AVI] == ("region", "product")
        assert named[DAN] == ("product",)
        ids = [one.rep.slack_id for one in found]
        assert ids.index(AVI) < ids.index(DAN)

    def test_leaves_out_managers_and_who_shares_nothing_but_the_owner(self, skilled: Room):
        lead = skilled.lead(product="Kia", region="IL")
        found = {one.rep.slack_id for one in rematch.suited(skilled.desk, lead)}
        assert MIRI not in found
        assert (NOA in found) == (lead.owner == NOA)

    def test_leaves_out_who_is_full(self, tmp_path: Path, clock: FakeClock):
        full = SKILLED.replace('name = "Dan"', 'name = "Dan"\ncapacity = 0')
        with a_desk(tmp_path, clock, team=full) as room:
            lead = room.lead(product="Kia")
            found = [one.rep.slack_id for one in rematch.suited(room.desk, lead)]
            assert DAN not in found

    def test_leaves_out_who_does_not_speak_the_leads_language(
        self, tmp_path: Path, clock: FakeClock
    ):
        french = SKILLED.replace('name = "Dan"', 'name = "Dan"\nlanguages = ["fr"]')
        with a_desk(tmp_path, clock, team=french) as room:
            suited = {
                lead.language: {one.rep.slack_id for one in rematch.suited(room.desk, lead)}
                for lead in (
                    room.lead(product="Kia", language="fr"),
                    room.lead(product="Kia", language="he", phone="052-234-5699", email=""),
                )
            }
            assert DAN in suited["fr"]
            assert DAN not in suited["he"]
