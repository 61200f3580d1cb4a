"""Attempts and follow-ups: what was done, what was agreed, and back again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from rules.lead import STATE, Attempt, FollowUp, Lead
from rules.money import Money
from rules.words import Importance, Outcome, Stage, Step
from storage import calls, leads
from storage.store import Store
from storage.tables import attempts
from storage.unit import Unit
from tests.storage.making import MINUTE, NOON, add_attempt, add_lead, phone, reread
from tests.storage.test_leads import CHANGED, FULL

HOUR = timedelta(hours=1)


def agree(unit: Unit, lead: Lead, **values: Any) -> FollowUp:
    given: dict[str, Any] = {
        "lead_id": lead.id,
        "rep": "U1",
        "importance": Importance.HIGH,
        "due_at": NOON + HOUR,
        "agreed_at": NOON,
        "note": "הערה",
        "nag_at": NOON + HOUR,
    }
    attempt_id = add_attempt(unit, lead)
    calls.add_followup(unit, FollowUp(0, **(given | values)), attempt_id=attempt_id)
    found = calls.open_followup(unit, lead.id)
    assert found is not None
    return found


def change(unit: Unit, lead: Lead, **values: Any) -> Lead:
    return leads.save(unit, replace(lead, **values))


class TestAttempt:
    def test_keeps_every_field(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            made = Attempt(
                *(Outcome.SOLD, "U1", NOON),
                answered=True,
                local_hour=14,
                talk_seconds=240,
                note="נ",
                amount=SALE,
            )
            after = replace(lead, attempts=1)
            number = calls.add_attempt(unit, lead, made, after=after, ended_followup=5)
            row = calls.last_attempt(unit, by="U1")
        assert row is not None
        kept = {name: row[name] for name in row if name not in ("before", "after", "undone_at")}
        assert kept == {
            "id": number,
            "nth": 1,
            "lead_id": lead.id,
            "outcome": "sold",
            "by": "U1",
            "at": NOON,
            "answered": True,
            "local_hour": 14,
            "talk_seconds": 240,
            "note": "נ",
            "amount_minor": SALE.minor,
            "currency": "ILS",
            "ended_followup": 5,
        }

    def test_is_the_persons_last_one(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            first, second = add_attempt(unit, lead), add_attempt(unit, lead)
            other = add_attempt(unit, lead, by="U2")
            assert last(unit, "U1") == second
            assert last(unit, "U2") == other
            assert last(unit, "U3") is None
            calls.mark_undone(unit, second, at=NOON)
            assert last(unit, "U1") == first

    def test_is_the_leads_newest_one(self, store: Store):
        with store.unit() as unit:
            lead, other = add_lead(unit), add_lead(unit)
            first, second = add_attempt(unit, lead), add_attempt(unit, lead)
            add_attempt(unit, other)
            assert newest(unit, lead.id) == second
            calls.mark_undone(unit, second, at=NOON)
            assert newest(unit, lead.id) == first
            assert newest(unit, 77) is None

    def test_that_is_undone_takes_its_followup_along(self, store: Store):
        with store.unit() as unit:
            agreed = agree(unit, add_lead(unit))
            calls.mark_undone(unit, last(unit, "U1") or 0, at=NOON)
            found = calls.followup(unit, agreed.id)
            assert found == replace(agreed, state="undone", nag_at=None)


SALE = Money(-(10**14), "ILS")


def last(unit: Unit, by: str) -> int | None:
    row = calls.last_attempt(unit, by=by)
    return row["id"] if row else None


def newest(unit: Unit, lead_id: int) -> int | None:
    row = calls.newest_of_lead(unit, lead_id)
    return row["id"] if row else None


def snapshot(unit: Unit, attempt_id: int) -> dict[str, Any]:
    query = select(attempts.c.before).where(attempts.c.id == attempt_id)
    found: dict[str, Any] = unit.execute(query).scalar_one()
    return found


class TestAsBefore:
    @pytest.mark.parametrize("name", STATE)
    def test_restores_each_field(self, store: Store, name: str):
        with store.unit() as unit:
            before = change(unit, add_lead(unit, **FULL), **{name: CHANGED[name]})
            number = add_attempt(unit, before)
            row = snapshot(unit, number)
        now = replace(before, **OTHERS, version=9)
        assert calls.as_before(now, row) == replace(before, version=9)

    def test_restores_a_lead_of_which_nothing_was_known(self, store: Store):
        with store.unit() as unit:
            before = add_lead(unit)
            number = add_attempt(unit, before)
            row = snapshot(unit, number)
        now = replace(before, **{name: CHANGED[name] for name in STATE})
        assert calls.as_before(now, row) == before

    def test_can_be_saved(self, store: Store):
        with store.unit() as unit:
            before = change(unit, add_lead(unit), **CHANGED)
            add_attempt(unit, before)
            after = change(unit, before, **OTHERS)
            row = calls.last_attempt(unit, by="U1")
            assert row is not None
            leads.save(unit, calls.as_before(after, row["before"]))
            assert reread(unit, before) == replace(before, version=after.version + 1)


class TestStandsAsLeft:
    def test_tells_each_change_but_those_that_pass(self, store: Store):
        for name in STATE:
            with store.unit() as unit:
                before = add_lead(unit)
                after = change(unit, before, attempts=70, next_at=NOON - HOUR)
                made = Attempt(Outcome.NOANSWER, "U1", NOON, answered=False)
                calls.add_attempt(unit, before, made, after=after, ended_followup=None)
                row = calls.last_attempt(unit, by="U1")
                assert row is not None
                assert calls.stands_as_left(reread(unit, after), row), name
                now = change(unit, after, **{name: CHANGED[name]})
                assert calls.stands_as_left(now, row) is (name in calls.PASSING), name

    def test_does_not_hold_where_nobody_kept_what_was_left(self, store: Store):
        """Attempts of before this was kept can not be taken back any more."""
        with store.unit() as unit:
            lead = add_lead(unit)
            add_attempt(unit, lead)
            row = calls.last_attempt(unit, by="U1")
            assert row is not None
            assert row["after"] == {}
            assert not calls.stands_as_left(change(unit, lead, attempts=1), row)


OTHERS: dict[str, Any] = {
    "name": "Other",
    "stage": Stage.LOST,
    "owner": "U9",
    "attempts": 90,
    "misses": 91,
    "next_what": Step.NONE,
    "next_at": None,
    "closed_at": NOON + HOUR,
    "last_outcome": "lost",
    "opted_out": (),
}


class TestFollowUp:
    def test_keeps_every_field(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            agreed = agree(unit, lead)
            assert agreed == FollowUp(
                agreed.id,
                lead.id,
                "U1",
                Importance.HIGH,
                NOON + HOUR,
                NOON,
                note="הערה",
                nag_at=NOON + HOUR,
            )
            assert calls.followup(unit, agreed.id) == agreed
            assert type(agreed.importance) is Importance

    def test_is_open_once_for_each_lead(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            agree(unit, lead)
            with pytest.raises(IntegrityError):
                agree(unit, lead)

    def test_makes_room_when_it_ends(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            first = agree(unit, lead)
            calls.end_followup(unit, first.id, state="ended")
            second = agree(unit, lead)
            assert calls.open_followup(unit, lead.id) == second
            assert calls.followup(unit, first.id) == replace(first, state="ended", nag_at=None)

    def test_can_be_moved_to_another_time_and_rep(self, store: Store):
        with store.unit() as unit:
            agreed = agree(unit, add_lead(unit))
            moved = replace(agreed, rep="U2", due_at=NOON, nags=2, nag_at=None)
            calls.save_followup(unit, moved)
            assert calls.followup(unit, agreed.id) == moved

    def test_is_none_where_none_was_agreed(self, store: Store):
        with store.unit() as unit:
            assert calls.open_followup(unit, add_lead(unit).id) is None
            assert calls.followup(unit, 77) is None


def due(unit: Unit, at: Any, **values: Any) -> Lead:
    return change(unit, add_lead(unit, phone=phone("+972521234567")), next_at=at, **values)


class TestAgenda:
    def test_is_the_owners_up_to_a_moment_soonest_first(self, store: Store):
        with store.unit() as unit:
            late = due(unit, NOON + HOUR, owner="U1")
            early = due(unit, NOON - HOUR, owner="U1")
            due(unit, NOON + HOUR + MINUTE, owner="U1")
            due(unit, NOON, owner="U2")
            due(unit, NOON, owner="U1", stage=Stage.LOST)
            found = calls.agenda(unit, owner="U1", until=NOON + HOUR, most=9)
        assert [one for one, _ in found] == [early, late]

    def test_ends_with_those_that_wait_for_a_number(self, store: Store):
        with store.unit() as unit:
            waits = [due(unit, None, owner="U1", next_what=Step.WAIT_FOR_PHONE) for _ in range(2)]
            call = due(unit, NOON, owner="U1")
            ask: dict[str, Any] = {"owner": "U1", "until": NOON}
            assert [one for one, _ in calls.agenda(unit, **ask, most=9)] == [call, *waits]
            assert [one for one, _ in calls.agenda(unit, **ask, most=2)] == [call, waits[0]]
