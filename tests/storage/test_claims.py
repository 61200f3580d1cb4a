"""Claims and what they rest on, in both databases (L5.5)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from rules.claims import Bought, ClaimState
from rules.lead import Lead
from rules.money import Money
from rules.words import Outcome
from storage import bought, calls, claims, leads, messages
from storage.store import Store
from storage.tables import leads as leads_table
from storage.unit import Unit
from tests.storage.making import MINUTE, NOON, add_attempt, add_lead
from tests.storage.plans import plan_of

DAY = timedelta(days=1)


def sell(unit: Unit, lead: Lead | None = None, *, at: datetime = NOON, **more: Any) -> Lead:
    """Let a vendor sell a lead, for forty shekels."""
    made = lead or add_lead(unit, name="Dana", vendor="Meta")
    values = {"lead_id": made.id, "at": at, "vendor": "Meta", "campaign": "March", "extra": {}}
    values |= {"cost_minor": 4000, "currency": "ILS", "fingerprint": at.isoformat()}
    leads.add_source(unit, values | more)
    return made


def sold(unit: Unit, *, after: int = 0, most: int = 9, vendor: str = "Meta") -> list[Bought]:
    return bought.sold(unit, vendors=[vendor], since=NOON - DAY, after=after, most=most)


def put(unit: Unit, one: Bought, state: ClaimState, **more: Any) -> bool:
    values = {"opened_at": NOON, "state": state, "reason": "invalid", "closes_at": NOON + 9 * DAY}
    values |= {"credit_minor": 4000, "currency": "ILS"}
    return claims.put(unit, one, values | more, was=("",))


class TestWhatWasBought:
    def test_has_the_calls_since_and_not_those_before_or_taken_back(self, store: Store):
        with store.unit() as unit:
            lead = sell(unit)
            add_attempt(unit, lead, at=NOON - MINUTE)
            add_attempt(unit, lead, at=NOON + 2 * MINUTE, outcome=Outcome.BUSY)
            add_attempt(unit, lead, at=NOON + MINUTE)
            undone = add_attempt(unit, lead, at=NOON + 3 * MINUTE, answered=True)
            calls.mark_undone(unit, undone, at=NOON)
            [one] = sold(unit)
        assert [call.outcome for call in one.tries] == [Outcome.NOANSWER, Outcome.BUSY]
        assert (one.heard, one.state, one.cost) == (False, "", Money(4000, "ILS"))
        assert (one.name, one.vendor, one.campaign, one.at) == ("Dana", "Meta", "March", NOON)

    def test_hears_an_answer_on_the_phone_and_in_writing_since(self, store: Store):
        with store.unit() as unit:
            spoke, wrote, before, silent = (sell(unit) for _ in range(4))
            add_attempt(unit, spoke, at=NOON + MINUTE, answered=True, outcome=Outcome.LOST)
            leads.add_line(unit, wrote.id, at=NOON + MINUTE, actor="", what="replied", text="hi")
            leads.add_line(unit, before.id, at=NOON - MINUTE, actor="", what="replied", text="hi")
            leads.add_line(unit, silent.id, at=NOON + MINUTE, actor="", what="auto_replied")
            assert [one.heard for one in sold(unit)] == [True, True, False, False]
            for number, how in ((before.id, "earlier"), (silent.id, "sms")):
                leads.add_line(unit, number, at=NOON, actor="", what="opted_out", how=how)
            assert [one.heard for one in sold(unit)] == [True, True, False, True]

    def test_knows_when_the_same_vendor_sold_the_person_before(self, store: Store):
        with store.unit() as unit:
            lead = sell(unit)
            sell(unit, lead, at=NOON + DAY, vendor="Other")
            sell(unit, lead, at=NOON + 2 * DAY)
            assert [one.before for one in sold(unit)] == [None, NOON]
            assert [one.before for one in sold(unit, vendor="Other")] == [None]

    def test_that_comes_by_two_doors_under_one_id_was_sold_once(self, store: Store):
        with store.unit() as unit:
            lead = sell(unit, external_id="m-1")
            sell(unit, lead, at=NOON + MINUTE, external_id="m-1", source="mail")
            sell(unit, lead, at=NOON + DAY, external_id="m-2")
            assert [one.before for one in sold(unit)] == [None, None, NOON + MINUTE]
            assert [one.same_sale for one in sold(unit)] == [False, True, False]

    def test_passes_over_who_was_reached_but_for_what_is_asked_or_came_twice(self, store: Store):
        with store.unit() as unit:
            asked, reached, again = (sell(unit) for _ in range(3))
            put(unit, sold(unit)[0], ClaimState.OPEN)
            sell(unit, again, at=NOON + MINUTE)
            for lead in (asked, reached, again):
                leads.save(unit, replace(lead, reached_at=NOON + DAY))
            found = sold(unit)
            assert [(one.lead_id, one.at) for one in found] == [
                (asked.id, NOON),
                (again.id, NOON + MINUTE),
            ]

    def test_comes_page_by_page_since_a_moment(self, store: Store):
        with store.unit() as unit:
            for number in range(3):
                sell(unit, external_id=str(number))
            sell(unit, at=NOON - 2 * DAY)
            first = sold(unit, most=2)
            rest = sold(unit, most=2, after=first[-1].source_id)
        assert [one.external_id for one in (*first, *rest)] == ["0", "1", "2"]

    def test_leaves_out_who_was_found_to_be_another(self, store: Store):
        with store.unit() as unit:
            gone = sell(unit)
            merged = update(leads_table).where(leads_table.c.id == gone.id)
            unit.execute(merged.values(merged_into=gone.id + 1))
            assert sold(unit) == []
            assert bought.of_lead(unit, gone.id, most=9) == []

    def test_of_a_lead_is_what_vendors_sold(self, store: Store):
        with store.unit() as unit:
            lead = sell(unit)
            sell(unit, lead, at=NOON + DAY, vendor="")
            [one] = bought.of_lead(unit, lead.id, most=9)
            assert bought.of_sources(unit, [one.source_id]) == [one]

    def test_without_terms_counts_who_was_called_and_not_reached(self, store: Store):
        with store.unit() as unit:
            for vendor, attempts in (("A", 1), ("B", 2), ("B", 1), ("B", 0), ("Meta", 3)):
                lead = sell(unit, vendor=vendor)
                leads.save(unit, replace(lead, attempts=attempts))
            found = bought.without_terms(unit, ["Meta"], since=NOON - DAY, most=9)
        assert found == [("B", 2), ("A", 1)]

    def test_has_its_messages_oldest_first(self, store: Store):
        with store.unit() as unit:
            lead = sell(unit)
            for number, state in enumerate(("sent", "failed")):
                messages.add(
                    unit,
                    lead_id=lead.id,
                    outbox_id=number,
                    channel="sms",
                    layer="sms_first",
                    address="+972522345678",
                    ref=str(number),
                    state=state,
                    at=NOON,
                )
            left = bought.messages_of(unit, [lead.id, 99])
        assert left == {lead.id: [(NOON, "sms", "sent"), (NOON, "sms", "failed")]}


class TestAClaim:
    def test_is_one_for_a_source(self, store: Store):
        with store.unit() as unit:
            sell(unit)
            [one] = sold(unit)
            assert put(unit, one, ClaimState.OPEN)
            assert not put(unit, one, ClaimState.OPEN)
            assert [again.state for again in sold(unit)] == ["open"]
            claims.change(unit, [1], {"state": ClaimState.SENT})
            assert sold(unit) == []
            assert [again.state for again in bought.of_sources(unit, [one.source_id])] == ["sent"]

    def test_changes_only_from_the_states_that_are_named(self, store: Store):
        with store.unit() as unit:
            sell(unit)
            [one] = sold(unit)
            put(unit, one, ClaimState.SENT)
            gone = {"state": ClaimState.WITHDRAWN}
            assert not claims.put(unit, one, gone, was=(ClaimState.OPEN,))
            assert claims.put(unit, one, gone, was=(ClaimState.SENT,))

    def test_is_found_by_vendor_currency_state_and_mark(self, store: Store):
        with store.unit() as unit:
            for _ in range(3):
                sell(unit)
            first, second, third = sold(unit)
            put(unit, first, ClaimState.OPEN)
            put(unit, second, ClaimState.OPEN, closes_at=NOON)
            put(unit, third, ClaimState.SENT, sent_at=NOON)

            def found(state: str, **more: Any) -> list[int]:
                known = claims.numbers(unit, "Meta", "ILS", state, **more)
                assert set(known.values()) <= {4000}
                return [one.source_id for one in claims.held(unit, known, state=state)]

            assert found("open") == [first.source_id, second.source_id]
            assert found("open", until=1) == [first.source_id]
            assert found("open", closing_after=NOON) == [first.source_id]
            assert found("open", closing_until=NOON) == [second.source_id]
            some = claims.of_vendor(unit, "Meta", "ILS", "open", most=9, closing_after=NOON)
            assert [one.source_id for one in some] == [first.source_id]
            assert claims.held(unit, [1, 2, 3], state="refused") == []
            assert found("sent", marked=("sent_at", NOON)) == [third.source_id]
            assert found("sent", marked=("sent_at", NOON + MINUTE)) == []
            assert claims.of_vendor(unit, "Meta", "USD", "open", most=9) == []

    def test_is_warned_of_once_before_its_window_closes(self, store: Store):
        with store.unit() as unit:
            for _ in range(4):
                sell(unit)
            soon, later, over, short = sold(unit)
            put(unit, soon, ClaimState.OPEN, closes_at=NOON + DAY)
            put(unit, later, ClaimState.OPEN, closes_at=NOON + 5 * DAY)
            put(unit, over, ClaimState.OPEN, closes_at=NOON - DAY)
            put(unit, short, ClaimState.SHORT, closes_at=NOON + 5 * DAY)
            told = [claims.warn(unit, after=NOON, until=NOON + 2 * DAY, at=NOON) for _ in range(2)]
            assert told == [2, 0]

    def test_that_closes_soonest_comes_first(self, store: Store):
        with store.unit() as unit:
            for _ in range(3):
                sell(unit)
            some = sold(unit)
            for one, days in zip(some, (3, 1, -1), strict=True):
                put(unit, one, ClaimState.SHORT, closes_at=NOON + days * DAY)
            found = claims.closing(unit, ClaimState.SHORT, after=NOON, most=9)
            assert [one.closes_at for one in found] == [NOON + DAY, NOON + 3 * DAY]
            assert claims.closing(unit, ClaimState.OPEN, after=NOON, most=9) == []


class TestTotals:
    def test_are_by_vendor_currency_and_state(self, store: Store):
        with store.unit() as unit:
            for _ in range(5):
                sell(unit)
            one, two, three, four, five = sold(unit)
            put(unit, one, ClaimState.OPEN, closes_at=NOON + DAY)
            put(unit, two, ClaimState.OPEN, credit_minor=10**10)
            put(unit, three, ClaimState.OPEN, currency="USD")
            put(unit, four, ClaimState.ACCEPTED, decided_at=NOON - 9 * DAY)
            put(unit, five, ClaimState.OPEN, closes_at=NOON - DAY)
            found = claims.totals(unit, open_after=NOON, decided_after=NOON - DAY)
            over = claims.lapsed(unit, closed_after=NOON - 7 * DAY, until=NOON)
        shown = [(one.currency, one.state, one.count, one.minor, one.closes_at) for one in found]
        assert shown == [
            ("ILS", "open", 2, 4000 + 10**10, NOON + DAY),
            ("USD", "open", 1, 4000, NOON + 9 * DAY),
        ]
        assert [(total.count, total.last) for total in over] == [(1, 5)]

    def test_of_what_closes_soon_come_through_an_index(self, store: Store):
        ask = lambda unit: claims.closing(unit, ClaimState.OPEN, after=NOON, most=9)  # noqa: E731
        assert "ix_claims_open" in plan_of(store, ask)
