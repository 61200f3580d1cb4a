"""What left for customers, and what became of it."""

from datetime import timedelta
from typing import Any

import pytest

from rules.lead import Lead
from storage import messages
from storage.messages import DELIVERED, FAILED, SENT, Message
from storage.store import Store
from storage.unit import Unit
from tests.storage.making import MINUTE, NOON, add_lead
from tests.storage.plans import plan_of

NUMBER, ADDRESS = "+972522345678", "dana@example.com"
WEEK = timedelta(days=7)


def add(unit: Unit, lead: Lead, outbox_id: int, **values: Any) -> None:
    given: dict[str, Any] = {"channel": "sms", "layer": "sms_first", "address": NUMBER}
    given |= {"ref": f"SM{outbox_id}", "state": SENT, "at": NOON}
    messages.add(unit, lead_id=lead.id, outbox_id=outbox_id, **(given | values))


class TestAMessage:
    def test_keeps_every_field(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            add(unit, lead, 9, code="30006", state=FAILED)
            [found] = messages.of_lead(unit, lead.id)
        assert found == Message(
            found.id, lead.id, "sms", "sms_first", NUMBER, "SM9", FAILED, NOON, NOON, "30006"
        )

    def test_is_written_down_once_for_each_row_of_the_outbox(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            add(unit, lead, 1)
            add(unit, lead, 1, ref="SM2", at=NOON + MINUTE)
            add(unit, lead, 2)
            assert [one.ref for one in messages.of_lead(unit, lead.id)] == ["SM2", "SM1"]

    def test_comes_to_another_state_with_its_code(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            add(unit, lead, 1)
            add(unit, lead, 2)
            other, one = messages.of_lead(unit, lead.id)
            messages.set_state(unit, one.id, state=DELIVERED, code="", at=NOON + MINUTE)
            messages.set_state(unit, other.id, state=FAILED, code="30003", at=NOON + MINUTE)
            found = messages.of_lead(unit, lead.id)
        states = [(one.state, one.code, one.at, one.changed_at) for one in found]
        assert states == [
            (FAILED, "30003", NOON, NOON + MINUTE),
            (DELIVERED, "", NOON, NOON + MINUTE),
        ]


class TestTheMessagesOfALead:
    def test_come_newest_first_and_no_more_than_asked(self, store: Store):
        with store.unit() as unit:
            lead, other = add_lead(unit), add_lead(unit)
            for number in range(1, 4):
                add(unit, lead, number)
            add(unit, other, 4)
            found = messages.of_lead(unit, lead.id, most=2)
        assert [one.ref for one in found] == ["SM3", "SM2"]

    def test_went_to_these_numbers_and_addresses(self, store: Store):
        with store.unit() as unit:
            lead, other = add_lead(unit), add_lead(unit)
            add(unit, lead, 1)
            add(unit, lead, 2)
            add(unit, lead, 3, address=ADDRESS, channel="email")
            add(unit, lead, 4, address="", state=FAILED)
            add(unit, other, 5, address="+972522345679")
            assert sorted(messages.addresses(unit, lead.id)) == [NUMBER, ADDRESS]


class TestTheMessagesToAPerson:
    def test_are_those_that_left_on_the_channel_since_oldest_first(self, store: Store):
        with store.unit() as unit:
            lead, other = add_lead(unit), add_lead(unit)
            ats = [NOON, NOON - WEEK, NOON - WEEK - MINUTE, NOON - MINUTE]
            for number, at in enumerate(ats, start=1):
                add(unit, lead if number % 2 else other, number, at=at)
            add(unit, lead, 5, channel="email")
            add(unit, lead, 6, address=ADDRESS)
            add(unit, lead, 7, state=DELIVERED, at=NOON - 2 * MINUTE)
            add(unit, lead, 8, state=FAILED)
            found = messages.sent_to(unit, NUMBER, channel="sms", since=NOON - WEEK)
        assert found == [NOON - WEEK, NOON - 2 * MINUTE, NOON - MINUTE, NOON]

    def test_are_found_through_their_index(self, store: Store):
        ask = lambda unit: messages.sent_to(unit, NUMBER, channel="sms", since=NOON)  # noqa: E731
        assert "ix_messages_address" in plan_of(store, ask)


class TestTheProvidersId:
    @pytest.mark.parametrize("lock", [False, True])
    def test_finds_its_message(self, store: Store, lock: bool):
        with store.unit() as unit:
            lead = add_lead(unit)
            add(unit, lead, 1)
            add(unit, lead, 2)
            found = messages.of_ref(unit, "SM2", lock=lock)
            assert found is not None
            assert found == messages.of_lead(unit, lead.id)[0]
            assert messages.of_ref(unit, "SM3", lock=lock) is None

    def test_that_is_empty_finds_none(self, store: Store):
        with store.unit() as unit:
            add(unit, add_lead(unit), 1, ref="")
            assert messages.of_ref(unit, "") is None

    def test_is_found_through_its_index(self, store: Store):
        assert "ix_messages_ref" in plan_of(store, lambda unit: messages.of_ref(unit, "SM1"))
