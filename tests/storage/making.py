"""Leads, attempts and moments for the storage's tests."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from rules.fields import Draft
from rules.lead import Attempt, Lead
from rules.phones import Phone
from rules.words import Outcome, PhoneType, Step
from storage import calls, leads
from storage.stages import Change
from storage.store import Store
from storage.tables import stages
from storage.unit import Unit, View

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PATIENCE = 20


def draft(**values: Any) -> Draft:
    return Draft(**({"name": "Dana"} | values))


def phone(number: str) -> Phone:
    return Phone(number, number, PhoneType.MOBILE, valid=True)


def add_lead(unit: Unit, *, at: datetime = NOON, step: Step = Step.CALL, **values: Any) -> Lead:
    return leads.add(unit, draft(**values), step=step, at=at)


def stored_lead(store: Store, **values: Any) -> Lead:
    with store.unit() as unit:
        lead = add_lead(unit, **values)
        unit.commit()
    return lead


def add_attempt(unit: Unit, lead: Lead, **values: Any) -> int:
    given: dict[str, Any] = {"outcome": Outcome.NOANSWER, "by": "U1", "at": NOON, "answered": False}
    made = Attempt(**(given | values))
    return calls.add_attempt(unit, lead, made, after=lead, ended_followup=None)


def reread(view: View, lead: Lead) -> Lead:
    found = leads.load(view, lead.id)
    assert found is not None
    return found


def stage_changes(view: View, lead_id: int) -> list[Change]:
    """Give a lead's changes of stage, oldest first."""
    columns = [stages.c[one.name] for one in fields(Change)]
    query = select(*columns).where(stages.c.lead_id == lead_id).order_by(stages.c.id)
    return [Change(*row) for row in view.execute(query)]


def at_once(acts: Iterable[Callable[[], object]]) -> list[BaseException]:
    """Run all in threads of their own, started together; gives what they raised."""
    given = list(acts)
    barrier = threading.Barrier(len(given))
    raised: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait(PATIENCE)
            act()
        except BaseException as fault:  # noqa: BLE001 - the test looks at it
            raised.append(fault)

    threads = [threading.Thread(target=run, args=(act,), daemon=True) for act in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not [one for one in threads if one.is_alive()], "a thread waits for ever"
    return raised
