"""First calls of who is away: others make them, past whatever stays where it is (C1)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import absence, ladder, talking
from rules.playbook import Wave
from rules.pools import Pool, Route, Way
from rules.words import Tier
from storage import reps
from storage.tables import leads
from storage.tables import reps as reps_table
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk

BOTH_AWAY = f"""
[[rep]]
slack_id = "{NOA}"
name = "Noa"
languages = ["he"]
[[rep]]
slack_id = "{AVI}"
name = "Avi"
deputy = "{MIRI}"
[[rep]]
slack_id = "{MIRI}"
name = "Miri"
role = "manager"
"""


@pytest.fixture
def pair(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    """A desk whose Avi has the manager for a deputy, and whose Noa has nobody."""
    with a_desk(tmp_path, clock, team=BOTH_AWAY) as room:
        yield room


def waiting(room: Room, owner: str, count: int, *, first: int = 0) -> list[int]:
    """Take in so many leads that one rep is to call first; gives their numbers."""
    with room.desk.store.unit() as unit:
        other = AVI if owner == NOA else NOA
        reps.set_away(unit, other, until=None)
        unit.commit()
    made = [
        room.lead(name=f"Lead {n}", phone=f"052-234-{5000 + first + n}", email="").id
        for n in range(count)
    ]
    with room.desk.store.unit() as unit:
        reps.set_back(unit, other)
        unit.commit()
    assert {room.load(one).owner for one in made} == {owner}
    return made


def away(room: Room, *people: str) -> None:
    with room.desk.store.unit() as unit:
        for one in people:
            reps.set_away(unit, one, until=None)
        unit.commit()


def covered(room: Room) -> int:
    return absence.cover_first_calls(room.desk, now=room.clock.now)


def with_owner(room: Room, made: list[int], owner: str) -> list[int]:
    return [one for one in made if room.load(one).owner == owner]


class TestTheFirstCallsOfTheAway:
    def test_go_past_those_that_get_no_call_for_now(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(absence, "AT_ONCE", 2)
        made = waiting(room, NOA, 5)
        with room.desk.store.unit() as unit:
            held = leads.update().where(leads.c.id.in_(made[:3]))
            unit.execute(held.values(tier=Tier.D))
            unit.commit()
        room.desk.present.playbook = replace(room.desk.playbook, wave=Wave(hold=(Tier.D,)))
        away(room, NOA)
        assert covered(room) == 2
        assert with_owner(room, made, AVI) == made[3:]
        assert covered(room) == 0

    def test_go_where_somebody_asked_though_their_tier_is_on_hold(self, room: Room):
        [lead] = waiting(room, NOA, 1)
        with room.desk.store.unit() as unit:
            asked = leads.update().where(leads.c.id == lead)
            unit.execute(asked.values(replied_at=room.clock.now))
            unit.commit()
        room.desk.present.playbook = replace(room.desk.playbook, wave=Wave(hold=tuple(Tier)))
        away(room, NOA)
        assert covered(room) == 1

    def test_go_past_those_whose_language_nobody_speaks(
        self, pair: Room, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(absence, "AT_ONCE", 3)
        made = waiting(pair, AVI, 8)
        with pair.desk.store.unit() as unit:
            french = {"language": "fr"}
            unit.execute(leads.update().where(leads.c.id.in_(made[:4])).values(french))
            unit.execute(reps_table.update().values(deputy=""))
            unit.commit()
        away(pair, AVI)
        assert covered(pair) == 4
        assert with_owner(pair, made, NOA) == made[4:]

    def test_of_a_pool_that_waits_for_a_person_go_to_its_reps(self, room: Room):
        made = waiting(room, AVI, 2)
        pools, routes = (Pool("vip", (NOA, AVI), Way.CLAIM),), (Route("all", "vip"),)
        room.desk.present.playbook = replace(room.desk.playbook, pools=pools, routes=routes)
        away(room, AVI)
        assert covered(room) == 2
        assert with_owner(room, made, NOA) == made

    def test_go_past_those_that_are_on_the_phone(self, room: Room):
        made = waiting(room, NOA, 3)
        talking.start(room.desk, made[0], by=NOA)
        away(room, NOA)
        assert covered(room) == 2
        assert with_owner(room, made, NOA) == made[:1]

    def test_go_past_those_for_whom_nobody_is_there(
        self, pair: Room, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(absence, "AT_ONCE", 2)
        of_noa, of_avi = waiting(pair, NOA, 3), waiting(pair, AVI, 3, first=50)
        away(pair, NOA, AVI)
        assert covered(pair) == 3
        assert with_owner(pair, of_avi, MIRI) == of_avi
        assert with_owner(pair, of_noa, NOA) == of_noa

    def test_are_told_in_one_message_however_many_batches_they_take(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(absence, "AT_ONCE", 3)
        waiting(room, NOA, 7)
        room.deliver()
        away(room, NOA)
        ladder.climb_due(room.desk)
        room.deliver()
        [told] = [one for one in room.outside.dms(AVI) if "leads are yours now" in one.text]
        assert "7 leads" in told.text.replace("*", "")
