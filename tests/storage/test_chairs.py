"""Leads between the chairs, asked of the database."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rules.chairs import Around, reason
from rules.lead import FollowUp, Lead
from rules.playbook import Playbook, Wave
from rules.team import Rep
from rules.words import CALLS, Importance, Outcome, Queue, Stage, Step, Tier
from storage import calls, chairs, leads
from storage.store import Store
from storage.unit import Unit
from storage.walks import FIRST, place_of
from tests.databases import only_postgresql, only_sqlite
from tests.storage.making import MINUTE, NOON, add_attempt, add_lead
from tests.storage.plans import plan_of

DANA, AVI = "U1", "U2"
LATER = NOON + timedelta(days=1)
HOLDS = Wave(hold=tuple(Tier))
TEAM = {DANA: Rep(DANA, "Dana")}
AROUNDS = [
    Around(now, TEAM, replace(Playbook(), wave=wave))
    for now in (NOON, NOON + timedelta(days=9))
    for wave in (Wave(), HOLDS, Wave(shorten=tuple(Tier)))
]


def put(unit: Unit, **changes: Any) -> Lead:
    """Add a lead of Dana's whose call is due."""
    added = add_lead(unit)
    given: dict[str, Any] = {"owner": DANA, "next_at": NOON} | changes
    return leads.save(unit, replace(added, **given))


def put_agreed(unit: Unit, importance: Importance = Importance.LOW, **changes: Any) -> Lead:
    """Add a lead of Dana's with a follow-up that is due."""
    lead = put(unit, next_what=Step.FOLLOW_UP, importance=importance, **changes)
    agreed = FollowUp(0, lead.id, lead.owner, importance, NOON, NOON)
    calls.add_followup(unit, agreed, attempt_id=add_attempt(unit, lead))
    return lead


@pytest.fixture
def unit(store: Store) -> Any:
    with store.unit() as made:
        yield made


class TestEveryLead:
    def test_is_seen_by_its_number_with_its_open_follow_up(self, unit: Unit):
        plain = put(unit, opted_out=("sms",))
        agreed = put_agreed(unit)
        found = chairs.standing(unit, after=0, most=10)
        assert [one.id for one, _ in found] == [plain.id, agreed.id]
        assert [one for _, one in found] == [None, calls.open_followup(unit, agreed.id)]
        seen, _ = found[0]
        assert (seen.owner, seen.opted_out) == (DANA, ("sms",))
        assert (seen.stage, seen.next_what, seen.next_at) == (Stage.LEAD, Step.CALL, NOON)

    def test_is_seen_with_all_that_decides_where_it_stands(self, unit: Unit):
        for lead in (
            put(unit, last_outcome=Outcome.NOTNOW, plan_step=3, last_at=NOON, replied_at=LATER),
            put_agreed(unit),
            put(unit, owner="", next_what=Step.ASSIGN),
        ):
            [(seen, agreed)] = chairs.standing(unit, after=lead.id - 1, most=1)
            for around in AROUNDS:
                assert reason(seen, agreed, around) == reason(lead, agreed, around)

    def test_is_seen_some_at_a_time(self, unit: Unit):
        numbers = [put(unit).id for _ in range(5)]
        first = chairs.standing(unit, after=0, most=3)
        rest = chairs.standing(unit, after=first[-1][0].id, most=3)
        assert [one.id for one, _ in (*first, *rest)] == numbers

    def test_that_is_closed_is_seen_only_with_an_open_follow_up(self, unit: Unit):
        put(unit, stage=Stage.WON)
        forgotten = put_agreed(unit, stage=Stage.LOST)
        assert [one.id for one, _ in chairs.standing(unit, after=0, most=10)] == [forgotten.id]

    @only_sqlite
    def test_is_walked_by_number(self, store: Store):
        plan = plan_of(store, lambda unit: chairs.standing(unit, after=5, most=10))
        assert "SEARCH leads USING INTEGER PRIMARY KEY" in plan
        assert "uq_followups_open" in plan
        assert "SCAN" not in plan


class TestWhatALeaverLeft:
    def test_is_what_they_worked_soonest_first(self, unit: Unit):
        later, soon = put(unit, next_at=LATER), put(unit)
        put(unit, owner=AVI)
        put(unit, stage=Stage.WON)
        put(unit, next_what=Step.MAILING_LIST)
        assert [one.id for one in chairs.left_by(unit, DANA, most=9)] == [soon.id, later.id]
        assert [one.id for one in chairs.left_by(unit, DANA, most=1)] == [soon.id]
        assert chairs.count_left_by(unit, DANA) == 2

    def test_has_times_agreed_with_who_refuses_all_other_calls(self, unit: Unit):
        agreed = put_agreed(unit, opted_out=(CALLS,))
        assert not agreed.working
        assert [one.id for one in chairs.left_by(unit, DANA, most=9)] == [agreed.id]
        assert chairs.with_left(unit, [DANA]) == [DANA]
        assert chairs.count_left_by(unit, DANA) == chairs.count_agreed_with(unit, DANA) == 1

    def test_is_walked_past_what_stays(self, unit: Unit):
        agreed = put_agreed(unit, opted_out=(CALLS,))
        untimed = put(unit, next_what=Step.WAIT_FOR_PHONE, next_at=None)
        later, soon, same = put(unit, next_at=LATER), put(unit), put(unit)
        after, walked = FIRST, list[int]()
        while some := chairs.left_by(unit, DANA, most=1, after=after):
            walked += [one.id for one in some]
            after = place_of(some[-1])
        assert walked == [soon.id, same.id, later.id, untimed.id, agreed.id]

    def test_may_be_nothing(self, unit: Unit):
        put(unit, owner=AVI)
        assert chairs.left_by(unit, DANA, most=9) == []
        assert chairs.with_left(unit, [DANA]) == []
        assert chairs.count_left_by(unit, DANA) == chairs.count_agreed_with(unit, DANA) == 0

    @only_postgresql
    def test_is_taken_by_one_at_a_time(self, store: Store):
        with store.unit() as unit:
            put(unit)
            put(unit)
            unit.commit()
        with store.unit() as one, store.unit() as other:
            assert len(chairs.left_by(one, DANA, most=1)) == 1
            assert len(chairs.left_by(other, DANA, most=9)) == 1

    def test_is_asked_of_many_at_once(self, unit: Unit):
        put(unit)
        put_agreed(unit, owner=AVI, opted_out=(CALLS,))
        put(unit, owner="U3", stage=Stage.LOST)
        assert chairs.with_left(unit, [DANA, AVI, "U3", "U4"]) == [DANA, AVI]
        assert chairs.with_left(unit, [AVI]) == [AVI]

    @only_sqlite
    def test_is_found_by_an_index(self, store: Store):
        def ask(unit: Unit) -> None:
            chairs.left_by(unit, DANA, most=9)
            chairs.with_left(unit, [DANA, AVI])
            chairs.count_left_by(unit, DANA)

        plan = plan_of(store, ask)
        assert "ix_leads_working" in plan
        assert "ix_followups_rep" in plan
        assert "SCAN leads" not in plan


class TestWhatIsDueWithTheAway:
    def due(self, unit: Unit, *queues: Queue, hold: tuple[Tier, ...] = ()) -> list[int]:
        given: dict[str, Any] = {"wave": Wave(hold=hold), "now": NOON}
        found = [one.id for one in chairs.due_of(unit, DANA, queues, **given, most=9)]
        assert bool(found) == chairs.any_due_of(unit, DANA, queues, **given)
        return found

    def test_is_of_the_queues_that_are_asked_for(self, unit: Unit):
        low, high = put_agreed(unit), put_agreed(unit, Importance.HIGH)
        fresh, planned = put(unit), put(unit, plan_step=2)
        assert self.due(unit, Queue.LOW_FOLLOWUP) == [low.id]
        assert set(self.due(unit, Queue.FRESH, Queue.PLANNED)) == {fresh.id, planned.id}
        assert self.due(unit, Queue.HIGH_FOLLOWUP) == [high.id]

    def test_has_come_already_and_is_theirs(self, unit: Unit):
        put(unit, next_at=NOON + MINUTE)
        put(unit, owner=AVI)
        put(unit, next_what=Step.EMAIL)
        put(unit, stage=Stage.LOST)
        assert self.due(unit, Queue.FRESH) == []

    def test_comes_longest_due_first(self, unit: Unit):
        new, old = put(unit), put(unit, next_at=NOON - MINUTE)
        assert self.due(unit, Queue.FRESH) == [old.id, new.id]

    def test_leaves_tiers_on_hold_alone_but_for_times_that_were_agreed(self, unit: Unit):
        put(unit, tier=Tier.C)
        asked = put(unit, tier=Tier.C, last_outcome=Outcome.NOTNOW)
        low = put_agreed(unit, tier=Tier.C)
        every = (Queue.FRESH, Queue.LOW_FOLLOWUP)
        assert self.due(unit, *every, hold=(Tier.C,)) == [asked.id, low.id]

    def test_is_of_no_follow_up_of_which_their_rep_is_still_reminded(self, unit: Unit):
        high = put_agreed(unit, Importance.HIGH)
        agreed = calls.open_followup(unit, high.id)
        assert agreed is not None
        calls.save_followup(unit, replace(agreed, nag_at=LATER))
        assert self.due(unit, Queue.HIGH_FOLLOWUP) == []

    def test_is_of_nobody_who_is_on_the_phone(self, unit: Unit):
        put(unit, talking_by=DANA, talking_at=NOON - MINUTE)
        late = put(unit, talking_by=DANA, talking_at=NOON - 30 * MINUTE)
        assert self.due(unit, Queue.FRESH) == [late.id]

    @only_sqlite
    def test_is_found_by_an_index(self, store: Store):
        plan = plan_of(store, lambda unit: self.due(unit, Queue.FRESH, Queue.LOW_FOLLOWUP))
        assert "ix_leads_working (owner=? AND next_at<?)" in plan
        assert "SCAN" not in plan


class TestSome:
    def test_leads_come_in_the_order_asked_for(self, unit: Unit):
        first, second = put(unit), put(unit)
        assert chairs.some(unit, (second.id, 99, first.id)) == [second, first]
