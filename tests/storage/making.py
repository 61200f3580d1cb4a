"""Leads, attempts and moments for the storage's tests."""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from rules.fields import Draft
from rules.lead import Attempt, Lead
from rules.phones import Phone
from rules.words import Outcome, PhoneType, Step
from storage import calls, leads
from storage.store import Store
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
