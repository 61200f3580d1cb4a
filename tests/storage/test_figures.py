"""What figures are summed of, against the rows it is read from (L6)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from rules.lead import Attempt
from rules.money import Money
from rules.report import ALL, Only
from rules.sums import LATER, NEVER, Came, Paid
from rules.words import Outcome
from storage import calls, figures, leads
from storage.store import Store
from storage.tables import attempts, claims, lead_sources, messages
from storage.tables import leads as leads_table
from storage.unit import Unit, View
from tests.storage.making import MINUTE, NOON, add_lead, stored_lead
from tests.storage.plans import fill, plan_of

HOUR = timedelta(hours=1)
SINCE, UNTIL = NOON, NOON + 5 * HOUR
WEEK: dict[str, Any] = {"since": SINCE, "until": UNTIL, "only": ALL}


def sell(unit: Unit, lead: Any, minor: int | None, *, at: Any = NOON, by: str = "U1") -> int:
    amount = None if minor is None else Money(minor, "ILS")
    made = Attempt(Outcome.SOLD, by, at, answered=True, amount=amount)
    return calls.add_attempt(unit, lead, made, after=lead, ended_followup=None)


def first_call(unit: Unit, lead: Any, after: timedelta) -> Any:
    called = replace(lead, first_call_at=lead.received_at + after, owner="U2")
    return leads.save(unit, called, before=lead)


class TestWhoCame:
    def test_are_counted_by_campaign_and_banner(self, store: Store):
        with store.unit() as unit:
            for at in (SINCE, UNTIL - MINUTE):
                add_lead(unit, campaign="a", banner="x", received_at=at)
            for at in (SINCE - MINUTE, UNTIL):
                add_lead(unit, campaign="a", banner="x", received_at=at)
            add_lead(unit, campaign="a", received_at=SINCE)
            found = figures.came(unit, **WEEK)
        assert sorted(found, key=lambda one: one.banner) == [
            Came("a", "", 1, 0, 0),
            Came("a", "x", 2, 0, 0),
        ]

    def test_waited_for_their_first_call_never_less_than_nothing(self, store: Store):
        with store.unit() as unit:
            for after in (5 * MINUTE, -HOUR):
                first_call(unit, add_lead(unit, received_at=SINCE), after)
            add_lead(unit, received_at=SINCE)
            found = figures.first_calls(unit, **WEEK)
        assert [(one.owner, sorted(one.seconds)) for one in found] == [("U2", [0.0, 300.0])]

    def test_are_those_of_a_campaign_or_of_a_rep_where_one_is_named(self, store: Store):
        with store.unit() as unit:
            first_call(unit, add_lead(unit, campaign="a", received_at=SINCE), MINUTE)
            add_lead(unit, campaign="b", received_at=SINCE)
            for only in (Only(campaign="a"), Only(rep="U2")):
                found = figures.came(unit, since=SINCE, until=UNTIL, only=only)
                assert found == [Came("a", "", 1, 1, 0)]


class TestSales:
    def test_are_of_the_period_and_stand(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit, campaign="a", received_at=SINCE - HOUR)
            sell(unit, lead, 500, at=SINCE)
            sell(unit, lead, -200, at=UNTIL - MINUTE)
            sell(unit, lead, 9, at=UNTIL)
            calls.mark_undone(unit, sell(unit, lead, 7), at=NOON)
            found = figures.sales(unit, **WEEK)
        assert [one.amount for one in found] == [Money(500, "ILS"), Money(-200, "ILS")]
        assert [(one.is_sale, one.is_refund) for one in found] == [(True, False), (False, True)]
        assert found[0].took == HOUR

    @pytest.mark.parametrize(
        ("after", "part"),
        [
            (None, NEVER),
            (timedelta(), 300),
            (5 * MINUTE, 300),
            (5 * MINUTE + timedelta(seconds=1), 900),
            (24 * HOUR, 86400),
            (25 * HOUR, LATER),
        ],
        ids=["never", "at_once", "five_minutes", "a_second_more", "a_day", "later"],
    )
    def test_say_how_soon_their_lead_was_called_c1(self, store: Store, after: Any, part: int):
        with store.unit() as unit:
            lead = add_lead(unit, received_at=SINCE)
            if after is not None:
                lead = first_call(unit, lead, after)
            sell(unit, lead, 1)
            [found] = figures.sales(unit, **WEEK)
        assert found.bucket == part

    def test_of_a_rep_are_those_they_logged_and_those_of_their_leads(self, store: Store):
        with store.unit() as unit:
            theirs = first_call(unit, add_lead(unit, received_at=SINCE), MINUTE)
            sell(unit, theirs, 1, by="U3")
            sell(unit, add_lead(unit, received_at=SINCE), 2, by="U2")
            sell(unit, add_lead(unit, received_at=SINCE), 3, by="U3")
            found = figures.sales(unit, since=SINCE, until=UNTIL, only=Only(rep="U2"))
        assert [one.amount for one in found] == [Money(1, "ILS"), Money(2, "ILS")]


class TestWhatWasPaid:
    def test_is_the_cost_of_sources_by_campaign_banner_and_currency(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            costs = [(SINCE, 5, "ILS"), (SINCE, 6, "ILS"), (SINCE, 7, "USD"), (UNTIL, 8, "ILS")]
            for number, (at, minor, currency) in enumerate(costs):
                source = {"lead_id": lead.id, "at": at, "campaign": "a", "banner": "x", "extra": {}}
                source |= {"fingerprint": str(number), "cost_minor": minor, "currency": currency}
                leads.add_source(unit, source)
            found = list(figures.paid(unit, **WEEK))
        assert sorted(found, key=lambda one: one.money.currency) == [
            Paid("a", "x", Money(11, "ILS"), SINCE),
            Paid("a", "x", Money(7, "USD"), SINCE),
        ]

    def test_may_be_more_than_a_small_integer_holds(self, store: Store):
        big = 10**15 - 1
        with store.unit() as unit:
            lead = add_lead(unit)
            for number in range(2):
                source = {"lead_id": lead.id, "at": NOON, "extra": {}, "fingerprint": str(number)}
                leads.add_source(unit, source | {"cost_minor": big, "currency": "ILS"})
            [found] = figures.paid(unit, **WEEK)
        assert found.money == Money(2 * big, "ILS")

    def test_comes_back_as_credit_when_it_is_accepted(self, store: Store):
        moments = [SINCE, UNTIL - HOUR, UNTIL, SINCE - HOUR, SINCE]
        states = [*["accepted"] * 4, "refused"]
        with store.unit() as unit:
            lead = add_lead(unit, received_at=NOON - 99 * HOUR)
            for number, (at, state) in enumerate(zip(moments, states, strict=True)):
                _claim(unit, lead.id, number, decided_at=at, state=state)
            found = list(figures.credited(unit, **WEEK))
        assert found == [Paid("March", "x", Money(20, "ILS"), SINCE)]


def _claim(unit: Unit, lead_id: int, number: int, **values: Any) -> None:
    source = {"lead_id": lead_id, "at": NOON - 99 * HOUR, "extra": {}, "fingerprint": str(number)}
    leads.add_source(unit, source | {"banner": "x"})
    known = {"lead_id": lead_id, "source_id": number + 1, "campaign": "March", "credit_minor": 10}
    known |= {"currency": "ILS", "opened_at": NOON, "closes_at": NOON}
    unit.execute(insert(claims), known | values)


class TestTheWayToThem:
    def test_is_one_range_of_an_index_each(self, store: Store):
        def ask(view: View) -> None:
            for one in (figures.came, figures.first_calls, figures.sales, figures.written):
                one(view, **WEEK)
            list(figures.paid(view, **WEEK))

        fill(store, leads_table, attempts, lead_sources, messages)
        found = plan_of(store, ask)
        for index in ("ix_leads_received", "ix_attempts_sold", "ix_lead_sources_at"):
            assert index in found
        assert "ix_messages_at" in found


class TestFirstLeadAt:
    def test_is_none_without_a_lead(self, store: Store):
        with store.view() as view:
            assert figures.first_lead_at(view) is None

    def test_is_the_earliest_moment_a_lead_was_received(self, store: Store):
        stored_lead(store, received_at=NOON + HOUR)
        stored_lead(store, received_at=NOON - HOUR)
        with store.view() as view:
            assert figures.first_lead_at(view) == NOON - HOUR
