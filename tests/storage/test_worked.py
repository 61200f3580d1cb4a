"""The numbers of each member of the team: what counts as what, and for whom."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from rules.lead import Attempt, FollowUp
from rules.money import Money
from rules.words import Importance, Outcome
from storage import calls, leads
from storage.store import Store
from storage.tables import followups
from storage.unit import Unit
from storage.worked import Worked, first_calls, worked
from tests.databases import only_sqlite
from tests.storage.making import MINUTE, NOON, add_attempt, add_lead
from tests.storage.plans import plan_of

HOUR = timedelta(hours=1)


def of(unit: Unit, who: str = "U1") -> Worked:
    return worked(unit, since=NOON, hour=HOUR).get(who, Worked())


def agreed(unit: Unit, lead_id: int, due: datetime) -> int:
    made = FollowUp(0, lead_id, "U1", Importance.HIGH, due, NOON - HOUR)
    attempt = add_attempt(unit, leads.load(unit, lead_id), at=NOON - HOUR)  # type: ignore[arg-type]
    calls.add_followup(unit, made, attempt_id=attempt)
    newest = unit.execute(select(func.max(followups.c.id))).scalar()
    return int(newest or 0)


class TestWorked:
    def test_tells_calls_answers_and_conversations_apart(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            add_attempt(unit, lead)
            add_attempt(unit, lead, outcome=Outcome.NOTNOW, answered=True)
            add_attempt(unit, lead, outcome=Outcome.LOST, answered=True, talk_seconds=90)
            add_attempt(unit, lead, by="U2")
            found = of(unit)
            assert (found.calls, found.answered, found.meetings) == (3, 2, 1)
            assert found.talk_seconds == 90

    def test_adds_sales_and_takes_refunds_off(self, store: Store):
        sold: dict[str, Any] = {"outcome": Outcome.SOLD, "answered": True}
        with store.unit() as unit:
            lead = add_lead(unit)
            add_attempt(unit, lead, **sold, amount=Money(1000, "ILS"))
            add_attempt(unit, lead, **sold, amount=Money(-300, "ILS"))
            add_attempt(unit, lead, **sold, amount=Money(500, "USD"))
            found = of(unit)
            assert (found.calls, found.sales) == (2, 2)
            assert found.revenue == (Money(700, "ILS"), Money(500, "USD"))

    def test_leaves_out_what_was_taken_back_and_what_was_before(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            taken = add_attempt(unit, lead)
            calls.mark_undone(unit, taken, at=NOON)
            add_attempt(unit, lead, at=NOON - MINUTE)
            assert of(unit) == Worked()

    def test_counts_an_agreed_time_as_kept_within_its_hour(self, store: Store):
        with store.unit() as unit:
            for late in (-MINUTE, HOUR - MINUTE, HOUR):
                lead = add_lead(unit)
                ended = agreed(unit, lead.id, NOON + HOUR)
                calls.add_attempt(
                    unit,
                    lead,
                    replace(_called(), at=NOON + HOUR + late),
                    after=lead,
                    ended_followup=ended,
                )
            found = of(unit)
            assert (found.agreed, found.kept) == (3, 2)

    def test_has_the_waits_of_the_leads_that_are_theirs(self, store: Store):
        with store.unit() as unit:
            for owner, waited, at in (
                ("U1", 4.5, NOON),
                ("U1", None, NOON),
                ("U2", 9.0, NOON + MINUTE),
                ("U1", 7.0, NOON - MINUTE),
            ):
                lead = add_lead(unit)
                leads.save(unit, replace(lead, owner=owner, first_call_at=at, waited=waited))
            assert of(unit).waits == (4.5,)
            assert [one.waited for one in first_calls(unit, since=NOON)] == [4.5, 9.0]

    @only_sqlite
    def test_is_found_by_the_period_alone(self, store: Store):
        plan = plan_of(store, lambda unit: worked(unit, since=NOON, hour=HOUR))
        assert "SCAN" not in plan
        assert "SEARCH attempts USING INDEX ix_attempts_at (at>?)" in plan


def _called() -> Attempt:
    return Attempt(Outcome.NOANSWER, "U1", NOON, answered=False)
