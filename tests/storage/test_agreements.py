"""Agreed times: counted, and written down so that they can be taken back."""

from datetime import timedelta

from rules.lead import FollowUp
from rules.words import Importance
from storage import agreements, calls
from storage.store import Store
from storage.unit import Unit
from tests.storage.making import NOON, add_attempt, add_lead
from tests.storage.plans import plan_of

LATER = NOON + timedelta(hours=1)


def add(unit: Unit, lead_id: int, *, attempt_id: int | None = None) -> int:
    """Agree and end a follow-up; gives its number."""
    made = FollowUp(0, lead_id, "U1", Importance.LOW, LATER, NOON)
    number = calls.add_followup(unit, made, attempt_id=attempt_id)
    calls.end_followup(unit, number, state="ended")
    return number


class TestFollowUps:
    def test_of_a_lead_are_counted_and_no_others(self, store: Store):
        with store.unit() as unit:
            mine, other = add_lead(unit), add_lead(unit)
            for lead in (mine, mine, other):
                add(unit, lead.id)
            assert agreements.followups_of(unit, mine.id) == 2
            assert agreements.followups_of(unit, 99) == 0

    def test_that_were_taken_back_do_not_count(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            attempt = add_attempt(unit, lead)
            add(unit, lead.id, attempt_id=attempt)
            calls.mark_undone(unit, attempt, at=NOON)
            assert agreements.followups_of(unit, lead.id) == 0

    def test_are_found_through_their_index(self, store: Store):
        plan = plan_of(store, lambda unit: agreements.followups_of(unit, 1))
        assert "ix_followups_lead" in plan

    def test_without_a_call_have_a_number_of_their_own(self, store: Store):
        with store.unit() as unit:
            number = add(unit, add_lead(unit).id)
            kept = calls.followup(unit, number)
        assert kept is not None
        assert (kept.state, kept.importance, kept.due_at) == ("ended", Importance.LOW, LATER)
