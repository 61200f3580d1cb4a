"""Whoever gives leads holds them before the team: nobody waits in a circle (C3)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot import assign, imports, placing
from bot.claiming import claim_lead
from rules.fields import Defaults
from storage import leads, reps
from storage.tables import leads as table
from tests.databases import just_before, only_postgresql
from tests.desk import AVI, NOA, Room


def held_leads(room: Room, count: int) -> list[int]:
    """Take in leads while nobody is there, and let everybody come back."""
    set_state(room, "away")
    found = [room.lead(phone=f"052-234-{5000 + n}", email="").id for n in range(count)]
    set_state(room, "active")
    return found


def set_state(room: Room, state: str) -> None:
    with room.desk.store.unit() as unit:
        reps.set_state(unit, [NOA, AVI], state)
        unit.commit()


def free(room: Room, lead_id: int) -> bool:
    """Say whether nobody holds a lead now."""
    query = select(table.c.id).where(table.c.id == lead_id)
    with room.desk.store.unit() as unit:
        return unit.execute(query.with_for_update(skip_locked=True)).first() is not None


def before_the_team(room: Room, look: Callable[[], Any], act: Callable[[], object]) -> None:
    """Look right before the team is held by what `act` does."""
    found = []

    def seen() -> None:
        found.append(look())

    with just_before(room.desk.store.engine, "SELECT reps.", seen):
        act()
    assert found == [False]


class TestLeadsThatWait:
    def test_that_are_given_meanwhile_do_not_stop_the_others(
        self, either_room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        room = either_room
        first, second = held_leads(room, 2)
        found = placing.can_be_given

        def claimed_after(*args: Any, **more: Any) -> list[int]:
            waiting = found(*args, **more)
            claim_lead(room.desk, first, by=NOA)
            return waiting

        monkeypatch.setattr(assign, "can_be_given", claimed_after)
        assert assign.assign_held(room.desk) == 1
        assert room.load(first).owner == NOA
        assert room.load(second).owner != ""

    def test_are_not_given_beyond_the_room_of_those_who_are_there(self, either_room: Room):
        room = either_room
        held_leads(room, 3)
        with room.desk.store.unit() as unit:
            reps.put(unit, [replace(one, capacity=1) for one in reps.everybody(unit)])
            unit.commit()
        assert placing.can_be_given(room.desk, now=room.clock.now) == [1, 2]
        assert assign.assign_held(room.desk) == 2

    @only_postgresql
    def test_are_left_to_who_holds_one(self, either_room: Room):
        room = either_room
        first, second = held_leads(room, 2)
        with room.desk.store.unit() as unit:
            assert leads.load(unit, first, lock=True) is not None
            assert assign.assign_held(room.desk) == 1
        assert room.load(first).owner == ""
        assert room.load(second).owner != ""

    @only_postgresql
    def test_are_held_before_the_team(self, either_room: Room, monkeypatch: pytest.MonkeyPatch):
        room = either_room
        [lead] = held_leads(room, 1)
        monkeypatch.setattr(assign, "can_be_given", lambda _desk, *, now: [lead] if now else [])
        before_the_team(room, lambda: free(room, lead), lambda: assign.assign_held(room.desk))


class TestAnImport:
    ROWS = ({"name": "Gil", "phone": "052-234-7777"}, {"name": "Dana", "phone": "052-234-5678"})

    @only_postgresql
    def test_holds_the_leads_of_its_people_before_the_team(self, either_room: Room):
        room = either_room
        lead = room.lead()
        before_the_team(room, lambda: free(room, lead.id), lambda: self.take(room))
        assert room.history(lead.id).count("merged") == 1

    def test_of_known_and_new_people_stays_as_it_was(self, either_room: Room):
        lead = either_room.lead()
        assert [one.status for one in self.take(either_room)] == ["created", "merged"]
        assert [one.status for one in self.take(either_room)] == ["merged", "merged"]
        assert either_room.load(lead.id).owner == lead.owner

    def take(self, room: Room) -> list[imports.RowResult]:
        rows = [dict(one) for one in self.ROWS]
        return imports.import_rows(
            room.desk,
            rows,
            defaults=Defaults("IL", "ILS"),
            mapping={},
            post=False,
            dry_run=False,
        )
