"""Leads that wait for their first call: found by their index, whatever the number of leads (C1)."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rules.ladder import NAGGED
from rules.lead import Lead
from rules.playbook import Wave
from rules.words import Step, Tier
from storage import ladder, leads
from storage.ladder import Waiting
from storage.store import Store
from storage.tables import leads as table
from storage.unit import Unit
from tests.storage.making import MINUTE, NOON, PATIENCE, add_attempt, add_lead, phone
from tests.storage.plans import plan_of


def waiting(unit: Unit, number: int = 0, **changes: Any) -> Lead:
    """Add a lead that waits for its first call, with a step that is due."""
    made = add_lead(unit, name=f"Lead {number}", phone=phone(f"+97252234{5000 + number}"))
    given: dict[str, Any] = {
        "owner": "U1",
        "climbs": True,
        "next_at": NOON,
        "clocked_at": NOON,
        "ladder_at": NOON,
    }
    return leads.save(unit, replace(made, **(given | changes)))


def found(unit: Unit, *, most: int = 10) -> list[int]:
    return [one.id for one in ladder.due(unit, now=NOON, most=most)]


class TestWhatIsDue:
    def test_is_what_has_a_clock_whose_step_has_come(self, store: Store):
        with store.unit() as unit:
            assert not ladder.any_due(unit, now=NOON)
            waiting(unit, 1, ladder_at=NOON + MINUTE)
            waiting(unit, 2, ladder_at=None)
            assert not ladder.any_due(unit, now=NOON)
            mine = waiting(unit, 3)
            assert ladder.any_due(unit, now=NOON)
            assert found(unit) == [mine.id]

    def test_comes_owner_by_owner_up_to_so_many(self, store: Store):
        with store.unit() as unit:
            second = waiting(unit, 1, owner="U2").id
            third = waiting(unit, 2, owner="U2", ladder_at=NOON - MINUTE).id
            first = waiting(unit, 3, owner="U1").id
            assert found(unit) == [first, third, second]
            assert found(unit, most=2) == [first, third]

    def test_is_found_by_its_index(self, store: Store):
        plan = plan_of(store, lambda unit: ladder.due(unit, now=NOON, most=5))
        assert "ix_leads_ladder" in plan
        assert "ix_leads_ladder" in plan_of(store, lambda unit: ladder.any_due(unit, now=NOON))


class TestTwoReplicas:
    @pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
    def test_each_take_what_the_other_does_not_hold(self, store: Store):
        with store.unit() as unit:
            numbers = [waiting(unit, n).id for n in range(4)]
            unit.commit()
        taken, held, done = [], threading.Event(), threading.Event()

        def other() -> None:
            with store.unit() as unit:
                taken.append(found(unit, most=3))
                held.set()
                done.wait(PATIENCE)

        thread = threading.Thread(target=other, daemon=True)
        thread.start()
        assert held.wait(PATIENCE)
        with store.unit() as unit:
            taken.append(found(unit))
        done.set()
        thread.join(PATIENCE)
        assert taken == [numbers[:3], numbers[3:]]


class TestSaving:
    def test_keeps_the_clocks_and_counts_as_a_change(self, store: Store):
        with store.unit() as unit:
            before = [waiting(unit, n) for n in range(2)]
            later = [
                replace(one, ladder_at=NOON + MINUTE, ladder_step=NAGGED, clocked_at=NOON - MINUTE)
                for one in before
            ]
            ladder.save(unit, later)
            after = [leads.load(unit, one.id) for one in before]
        assert after == [replace(one, version=one.version + 1) for one in later]

    def test_nothing_is_fine(self, store: Store):
        with store.unit() as unit:
            ladder.save(unit, [])


class TestWhoHadALead:
    def test_are_all_to_whom_it_was_given(self, store: Store):
        with store.unit() as unit:
            first, second = waiting(unit, 1), waiting(unit, 2)
            for what, to in (("assigned", "U1"), ("handed_over", "U2"), ("moved", "U3")):
                leads.add_line(unit, first.id, at=NOON, actor="", what=what, to=to)
            leads.add_line(unit, first.id, at=NOON, actor="U9", what="note", text="hello")
            had = ladder.holders(unit, [first.id, second.id])
        assert had == {first.id: {"U1", "U2", "U3"}}


class TestTheLeadsOfWhoIsAway:
    def test_are_those_that_are_to_be_called(self, store: Store):
        with store.unit() as unit:
            mine = waiting(unit, 1)
            waiting(unit, 2, owner="U2")
            waiting(unit, 3, ladder_at=None)
            waiting(unit, 4, next_at=NOON + MINUTE)
            waiting(unit, 5, next_what=Step.WAIT_FOR_PHONE)
            waiting(unit, 6, first_call_at=NOON)
            given = ladder.first_of(unit, "U1", wave=Wave(), now=NOON, most=10)
            assert [one.id for one in given] == [mine.id]
            assert ladder.any_first_of(unit, ["U1"], wave=Wave(), now=NOON)
            assert not ladder.any_first_of(unit, ["U3"], wave=Wave(), now=NOON)

    @pytest.mark.parametrize(
        ("since", "found"), [(0, []), (29, []), (30, [1]), (31, [1]), (-1, [1])]
    )
    def test_are_left_while_they_are_on_the_phone(self, store: Store, since: int, found: list[int]):
        with store.unit() as unit:
            waiting(unit, 1, talking_by="U1", talking_at=NOON - since * MINUTE)
            given = ladder.first_of(unit, "U1", wave=Wave(), now=NOON, most=10)
        assert [one.id for one in given] == found

    def test_past_those_that_get_no_call_for_now(self, store: Store):
        with store.unit() as unit:
            for number in range(1, 4):
                waiting(unit, number)
            called = waiting(unit, 4)
            unit.execute(table.update().where(table.c.id == called.id).values(tier=Tier.B))
            given = ladder.first_of(unit, "U1", wave=Wave(hold=(Tier.C,)), now=NOON, most=2)
            assert [one.id for one in given] == [called.id]

    def test_are_found_by_an_index(self, store: Store):
        plan = plan_of(store, lambda unit: ladder.any_first_of(unit, ["U1"], wave=Wave(), now=NOON))
        assert "ix_leads_" in plan


class TestAPersonsAttempts:
    def test_are_counted_by_the_newest(self, store: Store):
        with store.unit() as unit:
            lead = waiting(unit)
            assert ladder.newest_attempt(unit, "U1") == 0
            add_attempt(unit, lead)
            newest = add_attempt(unit, lead)
            add_attempt(unit, lead, by="U2")
            assert ladder.newest_attempt(unit, "U1") == newest


class TestResponses:
    def test_are_of_the_first_calls_in_a_time(self, store: Store):
        with store.unit() as unit:
            for number, minutes in enumerate((0, 7, 60)):
                called = NOON + minutes * MINUTE
                waiting(unit, number, first_call_at=called, waited=float(minutes), ladder_at=None)
            waiting(unit, 8, first_call_at=NOON, waited=None, ladder_at=None)
            given = ladder.responses(unit, since=NOON, until=NOON + timedelta(hours=1))
        assert given == ladder.Responses((0.0, 7.0), (0.0, 420.0))

    def test_are_found_by_their_index(self, store: Store):
        day = timedelta(days=1)
        plan = plan_of(store, lambda unit: ladder.responses(unit, since=NOON, until=NOON + day))
        assert "ix_leads_first_call" in plan


class TestWhoWaits:
    def test_are_counted_with_the_first_to_come(self, store: Store):
        with store.unit() as unit:
            assert self.count(unit) == Waiting()
            first = waiting(unit, 1)
            waiting(unit, 3, next_what=Step.WAIT_FOR_PHONE)
            waiting(unit, 4, first_call_at=NOON)
            waiting(unit, 5, ladder_at=None)
            assert self.count(unit) == Waiting(1, first.received_at)
            assert self.count(unit, wave=Wave(hold=(Tier.C,))) == Waiting()

    def count(self, unit: Unit, **more: Any) -> Waiting:
        return ladder.waiting(unit, now=NOON, long=NOON - 5 * MINUTE, **more)

    def test_are_told_apart_by_when_their_clocks_began(self, store: Store):
        with store.unit() as unit:
            long = waiting(unit, 1, clocked_at=NOON - 5 * MINUTE)
            waiting(unit, 2, clocked_at=NOON - 4 * MINUTE)
            for number, minutes in ((3, 2), (4, 1)):
                waiting(unit, number, clocked_at=NOON + minutes * MINUTE)
            found = self.count(unit)
            assert (found.count, found.long, found.ahead) == (2, 1, 2)
            assert found.opens == NOON + MINUTE
            given: dict[str, Any] = {"now": NOON, "long": NOON - 5 * MINUTE, "most": 9}
            assert ladder.waiting_long(unit, **given) == [long]
            assert ladder.waiting_long(unit, **given, wave=Wave(hold=(Tier.C,))) == []

    def test_are_found_by_their_index(self, store: Store):
        plans = [
            plan_of(store, lambda unit: ladder.waiting(unit, now=NOON, long=NOON)),
            plan_of(store, lambda unit: ladder.waiting_long(unit, now=NOON, long=NOON, most=5)),
        ]
        assert all("ix_leads_ladder" in plan for plan in plans)
