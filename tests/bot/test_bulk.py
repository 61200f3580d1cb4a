"""Many leads of a rep that a manager moves at once, and takes back whole (C3)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import bulk
from bot.bulk import begin, carry_on, portfolio, take_back
from bot.views.blocks import ActionId
from rules.bulk import Part
from rules.lead import Lead
from rules.pools import Pool, Route, Way
from rules.refusals import Refused
from rules.words import Importance, Stage, Step
from storage import chairs, kept, leads, reps
from storage.tables import reps as team
from storage.unit import View
from tests.bot.test_claiming import buttons
from tests.bot.test_passing import DAN, THREE
from tests.databases import only_postgresql
from tests.desk import AVI, MIRI, NOA, TEAM, FakeClock, Room, a_desk


@pytest.fixture
def three(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    """A desk with three reps and a manager; twelve leads, all Noa's."""
    with a_desk(tmp_path, clock, team=THREE) as made:
        fill(made, 12)
        yield made


def fill(room: Room, count: int, *, first: int = 0, language: str = "") -> None:
    with room.desk.store.unit() as unit:
        reps.set_state(unit, [AVI, DAN], "away")
        unit.commit()
    for n in range(count):
        kind = "referral" if n % 3 == 0 else "warm"
        phone = f"052-234-{5000 + first + n}"
        made = room.lead(phone=phone, email="", kind=kind, language=language)
        assert made.owner == NOA
    with room.desk.store.unit() as unit:
        reps.set_state(unit, [AVI, DAN], "active")
        unit.commit()
    room.deliver()


def owners(room: Room) -> list[str]:
    return [room.load(n).owner for n in range(1, 13)]


def finish(room: Room) -> int:
    """Let the clock carry all that was begun to its end; gives how many changed hands."""
    done = sum(iter(lambda: carry_on(room.desk), 0))
    room.deliver()
    return done


class TestMovingMany:
    def test_to_the_rotation_shares_them_out_and_tells_each_once(self, three: Room):
        assert begin(three.desk, NOA, by=MIRI).count == 12
        assert finish(three) == 12
        assert (owners(three).count(AVI), owners(three).count(DAN)) == (6, 6)
        for who in (AVI, DAN):
            [told] = three.outside.dms(who)
            assert "6 leads are yours now" in told.text
            assert f"a manager moved them to you from <@{NOA}>" in told.text
        told = three.outside.dms(MIRI)[-1]
        assert f"12 leads of <@{NOA}> have moved" in told.text
        assert f"6 to <@{AVI}>" in told.text
        assert buttons(told) == [ActionId.BULK_UNDO]
        assert all(buttons(one) == [] for one in three.outside.dms(NOA))

    def test_to_the_rotation_moves_leads_of_a_pool_that_waits_for_a_person_too(self, three: Room):
        pools = (Pool("hand", (NOA, DAN), Way.BY_HAND),)
        book = replace(three.desk.playbook, pools=pools, routes=(Route("all", "hand"),))
        three.desk.present.playbook = book
        begin(three.desk, NOA, by=MIRI)
        assert finish(three) == 12
        assert owners(three) == [DAN] * 12

    def test_goes_on_past_leads_whose_language_nobody_else_speaks(
        self, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(bulk, "AT_ONCE", 3)
        hebrew = TEAM.replace('name = "Avi"', 'name = "Avi"\nlanguages = ["he"]')
        with a_desk(tmp_path, clock, team=hebrew) as room:
            fill(room, 4, language="fr")
            fill(room, 2, first=4)
            begin(room.desk, NOA, by=MIRI)
            assert finish(room) == 2
            assert [room.load(n).owner for n in range(1, 7)] == [NOA] * 4 + [AVI] * 2
            told = room.outside.dms(MIRI)[-1].text
            assert "4 stay where they are: nobody else who is free speaks their language" in told

    def test_goes_on_past_leads_that_the_rotation_gives_to_nobody(self, three: Room):
        none = Pool("none", (NOA,)), Route("friends", "none", ("kind = referral",))
        book = replace(three.desk.playbook, pools=none[:1], routes=none[1:])
        three.desk.present.playbook = book
        begin(three.desk, NOA, by=MIRI)
        assert finish(three) == 8
        assert [n for n, owner in enumerate(owners(three)) if owner == NOA] == [0, 3, 6, 9]

    def test_to_one_rep_gives_that_one_all(self, three: Room):
        begin(three.desk, NOA, by=MIRI, to=AVI)
        assert finish(three) == 12
        assert owners(three) == [AVI] * 12

    def test_moves_only_the_part_that_was_asked_for(self, three: Room):
        part = Part(kind="referral")
        assert portfolio(three.desk, NOA, part, by=MIRI).count == 4
        begin(three.desk, NOA, by=MIRI, to=AVI, part=part)
        finish(three)
        assert [n for n, owner in enumerate(owners(three)) if owner == AVI] == [0, 3, 6, 9]

    @pytest.mark.parametrize(
        ("part", "count"),
        [
            (Part(tier="C"), 8),
            (Part(stage=Stage.LEAD), 12),
            (Part(stage=Stage.SQL), 0),
            (Part("warm", "C", "lead"), 8),
            (Part("warm", "A"), 0),
        ],
    )
    def test_counts_a_part_before_it_moves(self, three: Room, part: Part, count: int):
        tiers = {"referral": "A", "warm": "C"}
        with three.desk.store.engine.begin() as raw:
            for kind, tier in tiers.items():
                raw.exec_driver_sql(f"UPDATE leads SET tier = '{tier}' WHERE kind = '{kind}'")
        assert portfolio(three.desk, NOA, part, by=MIRI).count == count

    def test_takes_agreed_times_along(self, three: Room):
        when = three.clock.now + timedelta(hours=1)
        three.log(1, "followup", when=when, importance=Importance.HIGH)
        begin(three.desk, NOA, by=MIRI, to=DAN)
        finish(three)
        agreed = three.followup(1)
        assert agreed
        assert (agreed.rep, agreed.due_at, three.load(1).next_what) == (DAN, when, Step.FOLLOW_UP)

    def test_leaves_what_is_closed(self, three: Room):
        three.log(1, "lost")
        begin(three.desk, NOA, by=MIRI, to=DAN)
        assert finish(three) == 11
        assert three.load(1).owner == NOA

    def test_goes_in_batches_and_is_told_once(self, three: Room, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(bulk, "AT_ONCE", 5)
        begin(three.desk, NOA, by=MIRI, to=AVI)
        assert carry_on(three.desk) == 5
        three.deliver()
        assert three.outside.dms(AVI) == []
        assert finish(three) == 7
        assert len(three.outside.dms(AVI)) == 1
        assert len(three.rows("tell_reassigned")) == 1

    def test_leaves_the_rest_where_nobody_else_is_free(self, three: Room):
        with three.desk.store.unit() as unit:
            reps.set_state(unit, [AVI, DAN], "away")
            unit.commit()
        begin(three.desk, NOA, by=MIRI)
        finish(three)
        assert owners(three) == [NOA] * 12
        told = three.outside.dms(MIRI)[-1]
        assert "12 stay where they are" in told.text
        assert buttons(told) == []

    def test_sent_again_by_slack_begins_once(self, three: Room):
        begin(three.desk, NOA, by=MIRI, to=AVI, key="t1")
        begin(three.desk, NOA, by=MIRI, to=AVI, key="t1")
        finish(three)
        assert len(three.rows("tell_reassigned")) == 1


class TestMovingManyIsRefused:
    def test_to_reps(self, three: Room):
        with pytest.raises(Refused, match=r"team\.managers_only"):
            begin(three.desk, NOA, by=AVI)
        with pytest.raises(Refused, match=r"team\.managers_only"):
            portfolio(three.desk, NOA, by=AVI)

    def test_to_who_is_not_of_the_team(self, three: Room):
        with pytest.raises(Refused, match=r"assign\.outsider"):
            begin(three.desk, NOA, by=MIRI, to="U01GONE")

    def test_where_nothing_would_move(self, three: Room):
        with pytest.raises(Refused, match=r"bulk\.nobody"):
            begin(three.desk, AVI, by=MIRI)
        assert three.rows("tell_reassigned") == []


class TestTakingAMoveBack:
    def moved(self, room: Room) -> str:
        begin(room.desk, NOA, by=MIRI)
        finish(room)
        row = room.outside.dms(MIRI)[-1].blocks[-1]["elements"][0]
        return str(row["value"])

    def test_brings_all_back(self, three: Room):
        run = self.moved(three)
        three.clock.forward(minutes=9)
        take_back(three.desk, run, by=MIRI)
        assert finish(three) == 12
        assert owners(three) == [NOA] * 12
        assert f"12 leads are <@{NOA}>'s again" in three.outside.dms(MIRI)[-1].text

    def test_leaves_what_somebody_worked_on(self, three: Room):
        run = self.moved(three)
        three.clock.forward(minutes=1)
        worked = three.load(5)
        three.log(5, "noanswer")
        take_back(three.desk, run, by=MIRI)
        assert finish(three) == 11
        assert three.load(5).owner == worked.owner
        assert "1 stays with its new owner" in three.outside.dms(MIRI)[-1].text

    def test_works_for_ten_minutes_and_once(self, three: Room):
        run = self.moved(three)
        three.clock.forward(minutes=11)
        with pytest.raises(Refused, match=r"bulk\.over"):
            take_back(three.desk, run, by=MIRI)
        three.clock.forward(minutes=-5)
        take_back(three.desk, run, by=MIRI)
        finish(three)
        with pytest.raises(Refused, match=r"bulk\.over"):
            take_back(three.desk, run, by=MIRI)

    def test_of_what_never_was_is_refused(self, three: Room):
        with pytest.raises(Refused, match=r"button\.stale"):
            take_back(three.desk, "77", by=MIRI)

    def test_is_a_managers(self, three: Room):
        run = self.moved(three)
        with pytest.raises(Refused, match=r"team\.managers_only"):
            take_back(three.desk, run, by=AVI)


class TestOnEachDatabase:
    def test_all_move_and_come_back(self, either_room: Room):
        for n in range(6):
            either_room.lead(phone=f"052-234-{5000 + n}", email="")
        mine = [n for n in range(1, 7) if either_room.load(n).owner == NOA]
        part = Part(kind="warm", stage=Stage.LEAD)
        assert portfolio(either_room.desk, NOA, part, by=MIRI).count == len(mine)
        begin(either_room.desk, NOA, by=MIRI, part=part)
        assert finish(either_room) == len(mine)
        assert {either_room.load(n).owner for n in range(1, 7)} == {AVI}
        take_back(either_room.desk, "1", by=MIRI)
        assert finish(either_room) == len(mine)
        assert [n for n in range(1, 7) if either_room.load(n).owner == NOA] == mine


class TestBesideAnotherProcess:
    @pytest.fixture
    def one(self, either_room: Room) -> Room:
        """A desk with one lead, which a manager moves."""
        owner = either_room.lead().owner
        begin(either_room.desk, owner, by=MIRI)
        return either_room

    def ended(self, room: Room) -> tuple[str, int]:
        with room.desk.store.view() as view:
            return bulk.find(view, "1").ended, len(room.rows("tell_reassigned"))

    def test_that_ended_it_before_nothing_is_done(self, one: Room, monkeypatch: pytest.MonkeyPatch):
        finish(one)
        before = self.ended(one)
        one.clock.forward(minutes=1)
        seen, get = iter([{"last": 1, "open": ["1"]}]), kept.get
        monkeypatch.setattr(kept, "get", lambda view, key: next(seen, None) or get(view, key))
        assert carry_on(one.desk) == 0
        assert self.ended(one) == before

    @only_postgresql
    def test_that_ends_it_meanwhile_nothing_is_done(
        self, one: Room, monkeypatch: pytest.MonkeyPatch
    ):
        """It is ended after this one read how it stands, and before this one holds the team."""
        left_by, before = chairs.left_by, list[tuple[str, int]]()

        def ended_before(*args: Any, **more: Any) -> list[Lead]:
            monkeypatch.setattr(chairs, "left_by", left_by)
            one.clock.forward(minutes=1)
            finish(one)
            before.append(self.ended(one))
            return left_by(*args, **more)

        monkeypatch.setattr(chairs, "left_by", ended_before)
        assert carry_on(one.desk) == 0
        assert [self.ended(one)] == before

    @only_postgresql
    def test_the_team_is_held_from_before_a_run_is_numbered(
        self, either_room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        room, free, get = either_room, list[list[str]](), kept.get
        owner = room.lead().owner

        def look(view: View, key: str) -> Any:
            if key == bulk.RUNS:
                with room.desk.store.unit() as unit:
                    query = select(team.c.slack_id).with_for_update(skip_locked=True)
                    free.append(list(unit.execute(query).scalars()))
            return get(view, key)

        monkeypatch.setattr(kept, "get", look)
        begin(room.desk, owner, by=MIRI)
        assert free == [[]]


class TestTakingAMoveBackFromSomebodyPaused:
    def test_leaves_the_leads_where_they_are(self, three: Room):
        begin(three.desk, NOA, by=MIRI, to=AVI)
        finish(three)
        take_back(three.desk, "1", by=MIRI)
        with three.desk.store.unit() as unit:
            reps.set_state(unit, [NOA], "paused")
            unit.commit()
        assert finish(three) == 0
        assert owners(three) == [AVI] * 12


class TestALeadThatComesBack:
    """Who had it has it again, where they can speak with the person (C3, L3.3)."""

    @pytest.mark.parametrize(
        ("language", "stays"), [("he", True), ("fr", False), ("", True), ("he-IL", True)]
    )
    def test_goes_to_its_former_owner_who_speaks_its_language(
        self, tmp_path: Path, clock: FakeClock, language: str, stays: bool
    ):
        team = THREE.replace('name = "נועה"', 'name = "נועה"\nlanguages = ["he", "en"]')
        with a_desk(tmp_path, clock, team=team) as room:
            fill(room, 1)
            lead = room.load(1)
            with room.desk.store.unit() as unit:
                leads.save(unit, replace(lead, language=language), before=lead)
                unit.commit()
            room.log(1, "lost")
            room.receive(phone="052-234-5000", name="Dana Cohen", note="changed my mind")
            back = room.load(1)
            assert back.next_what is Step.CALL
            assert (back.owner == NOA) is stays
            assert back.owner
