"""Whose next mail is due (L3.3), and to which addresses mail went."""

from dataclasses import replace
from datetime import datetime

from rules.words import Step
from storage import leads, mailing, messages
from storage.store import Store
from storage.unit import Unit
from tests.storage.making import MINUTE, NOON, add_lead
from tests.storage.plans import plan_of


def listed(unit: Unit, at: datetime | None, step: Step = Step.MAILING_LIST) -> int:
    lead = add_lead(unit)
    return leads.save(unit, replace(lead, next_what=step, next_at=at)).id


class TestDue:
    def test_gives_whose_time_has_come_longest_due_first(self, store: Store):
        with store.unit() as unit:
            now, before = listed(unit, NOON), listed(unit, NOON - MINUTE)
            listed(unit, NOON + MINUTE)
            listed(unit, NOON - MINUTE, Step.CALL)
            listed(unit, None)
            found = [one.id for one in mailing.due(unit, now=NOON, most=10)]
            assert found == [before, now]
            assert [one.id for one in mailing.due(unit, now=NOON, most=1)] == [before]
            assert mailing.any_due(unit, now=NOON)
            assert not mailing.any_due(unit, now=NOON - 2 * MINUTE)

    def test_asks_the_index(self, store: Store):
        assert "ix_leads_mailing" in plan_of(
            store, lambda unit: mailing.due(unit, now=NOON, most=9)
        )


class TestAddresses:
    def test_are_each_given_once(self, store: Store):
        with store.unit() as unit:
            lead, other = add_lead(unit), add_lead(unit)
            for row, (owner, address) in enumerate(
                [(lead, "a@x.il"), (lead, "a@x.il"), (lead, "+972522345678"), (other, "b@x.il")]
            ):
                messages.add(
                    unit,
                    lead_id=owner.id,
                    outbox_id=row,
                    channel="email",
                    layer="mail_first",
                    address=address,
                    ref="",
                    state=messages.SENT,
                    at=NOON,
                )
            assert sorted(messages.addresses(unit, lead.id)) == ["+972522345678", "a@x.il"]
