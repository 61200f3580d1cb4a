"""What other systems are told, in order, and put out again (C2)."""

from datetime import timedelta
from typing import Any

from rules.hooks import SendHook, hook_key
from storage import events, outbox
from storage.events import Happened
from storage.store import Store
from storage.unit import Unit
from tests.storage.making import NOON, add_attempt, add_lead, stored_lead

HOUR = timedelta(hours=1)


def happen(unit: Unit, lead_id: int, *, hours: int = 0, event: str = "lead.stage") -> int:
    return events.add(unit, Happened(0, NOON + hours * HOUR, lead_id, event, "slack", {}))


class TestEvents:
    def test_come_back_as_they_were(self, store: Store):
        lead = stored_lead(store)
        with store.unit() as unit:
            new = Happened(0, NOON, lead.id, "lead.stage", "http:crm", {"stage": "sql"})
            number = events.add(unit, new)
            unit.commit()
        with store.view() as view:
            assert events.get(view, number) == Happened(
                number, NOON, lead.id, "lead.stage", "http:crm", {"stage": "sql"}
            )
            assert events.get(view, number + 1) is None

    def test_are_found_by_moment_lead_and_sort(self, store: Store):
        with store.unit() as unit:
            one, two = add_lead(unit).id, add_lead(unit).id
            first = happen(unit, one)
            second = happen(unit, two, hours=1, event="lead.created")
            third = happen(unit, one, hours=2)
            asked: dict[str, Any] = {"after": 0, "lead_id": 0, "event": "", "most": 9}

            def ids(**more: Any) -> list[int]:
                return [each.id for each in events.since(unit, **({"at": NOON} | asked | more))]

            assert ids() == [first, second, third]
            assert ids(at=NOON + HOUR) == [second, third]
            assert ids(lead_id=one) == [first, third]
            assert ids(event="lead.created") == [second]
            assert ids(after=first, most=1) == [second]
            told = events.get(unit, third)
            assert told is not None
            assert events.before(unit, told) == [first]

    def test_of_an_attempt_are_forgotten_with_it(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            attempt = add_attempt(unit, lead)
            about = Happened(0, NOON, lead.id, "lead.outcome", "", {"attempt_id": attempt})
            gone, kept = events.add(unit, about), happen(unit, lead.id)
            events.forget_attempt(unit, lead.id, attempt)
            assert events.get(unit, gone) is None
            assert events.get(unit, kept) is not None
            made = events.attempt(unit, attempt)
            assert made is not None
            assert made["outcome"] == "noanswer"

    def test_never_get_the_number_of_one_that_was_forgotten(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            attempt = add_attempt(unit, lead)
            about = Happened(0, NOON, lead.id, "lead.outcome", "", {"attempt_id": attempt})
            gone = events.add(unit, about)
            events.forget_attempt(unit, lead.id, attempt)
            events.forget_old(unit, before=NOON + HOUR, most=9)
            assert happen(unit, lead.id, hours=2) > gone
            told = events.since(unit, at=NOON, after=0, lead_id=0, event="", most=9)
            assert [one.event for one in told] == ["lead.stage"]

    def test_of_long_ago_are_forgotten(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            gone, kept = happen(unit, lead.id), happen(unit, lead.id, hours=2)
            events.forget_old(unit, before=NOON + HOUR, most=9)
            assert [events.get(unit, one) is None for one in (gone, kept)] == [True, False]


class TestPutAgain:
    def test_lets_what_ended_leave_once_more(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            hooks = [SendHook(number, lead.id, "crm") for number in (1, 2)]
            keys = [hook_key(number, "crm") for number in (1, 2, 3)]
            outbox.add(unit, hooks, now=NOON)
            (row,) = outbox.claim(unit, owner="x", now=NOON, lease=HOUR, most=1)
            outbox.finish(unit, row, state=outbox.SENT, now=NOON)
            assert events.waits_until(unit, keys[:1]) is None
            assert events.put_again(unit, keys, now=NOON + HOUR) == set(keys[:2])
            assert events.waits_until(unit, keys) == NOON + HOUR
            assert events.waiting(unit) == {"hook:crm": 2}
