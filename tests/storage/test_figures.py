"""The digest's sums against a plain count of the same rows."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from statistics import median
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from rules.digest import Row, sum_money
from rules.lead import Attempt
from rules.money import Money
from rules.words import Outcome
from storage import calls, figures, leads
from storage.store import Store
from storage.tables import claims
from storage.unit import Unit
from tests.storage.making import NOON, add_lead, stored_lead
from tests.storage.plans import plan_of

HOUR = timedelta(hours=1)
SINCE, UNTIL = NOON, NOON + 5 * HOUR
OUTCOMES = [Outcome.NOANSWER, Outcome.NOTNOW, Outcome.SOLD, Outcome.LOST]

moments = st.integers(-2, 7).map(lambda hours: NOON + hours * HOUR)
money = st.builds(Money, st.sampled_from([-500, 0, 1, 1000]), st.sampled_from(["ILS", "USD"]))


@dataclass(frozen=True, slots=True)
class Call:
    at: Any
    outcome: Outcome
    answered: bool
    amount: Money
    undone: bool


@dataclass(frozen=True, slots=True)
class Story:
    campaign: str
    received_at: Any
    first_call: int | None
    costs: list[tuple[str, Any, Money | None]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)


campaigns = st.sampled_from(["", "a", "ב"])
stories = st.builds(
    Story,
    campaigns,
    moments,
    st.none() | st.integers(-1, 3),
    st.lists(st.tuples(campaigns, moments, st.none() | money), max_size=2),
    st.lists(
        st.builds(Call, moments, st.sampled_from(OUTCOMES), st.booleans(), money, st.booleans()),
        max_size=3,
    ),
)


def inside(moment: Any) -> bool:
    return bool(SINCE <= moment < UNTIL)


def write(unit: Unit, story: Story) -> None:
    lead = add_lead(unit, campaign=story.campaign, received_at=story.received_at)
    if story.first_call is not None:
        called = story.received_at + story.first_call * HOUR
        lead = leads.save(unit, replace(lead, first_call_at=called))
    for number, (campaign, at, cost) in enumerate(story.costs):
        values = {"lead_id": lead.id, "at": at, "campaign": campaign, "extra": {}}
        paid = {"cost_minor": cost.minor, "currency": cost.currency} if cost else {}
        leads.add_source(unit, values | paid | {"fingerprint": str(number)})
    for call in story.calls:
        amount = call.amount if call.outcome is Outcome.SOLD else None
        made = Attempt(call.outcome, "U1", call.at, answered=call.answered, amount=amount)
        number = calls.add_attempt(unit, lead, made, after=lead, ended_followup=None)
        if call.undone:
            calls.mark_undone(unit, number, at=NOON)


def count(told: list[Story]) -> dict[str, Row]:
    found: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(list))
    for story in told:
        if inside(story.received_at):
            found[story.campaign]["leads"].append(1)
            if story.first_call is not None:
                found[story.campaign]["responses"].append(max(0.0, story.first_call * 3600.0))
        for campaign, at, cost in story.costs:
            if cost and inside(at):
                found[campaign]["cost"].append(cost)
        for call in story.calls:
            if inside(call.at) and not call.undone:
                found[story.campaign]["calls"].append(call)
    return {campaign: row(campaign, parts) for campaign, parts in found.items()}


def all_of(told: list[Story]) -> float | None:
    """Give the median of what a plain count finds, whatever the campaign."""
    called = [one for one in told if inside(one.received_at) and one.first_call is not None]
    found = [max(0.0, (one.first_call or 0) * 3600.0) for one in called]
    return median(found) if found else None


def row(campaign: str, parts: dict[str, list[Any]]) -> Row:
    made = parts["calls"]
    sales = [call.amount for call in made if call.outcome is Outcome.SOLD]
    rang = [call for call in made if not (call.outcome is Outcome.SOLD and call.amount.minor < 0)]
    return Row(
        campaign=campaign,
        leads=len(parts["leads"]),
        calls=len(rang),
        answered=sum(call.answered for call in rang),
        sales=sum(amount.minor > 0 for amount in sales),
        revenue=sum_money(sales),
        cost=sum_money(parts["cost"]),
        called=len(parts["responses"]),
        response=median(parts["responses"]) if parts["responses"] else None,
    )


class TestCampaignRows:
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(told=st.lists(stories, max_size=5))
    def test_are_what_a_plain_count_gives(self, store: Store, told: list[Story]):
        with store.unit() as unit:
            for story in told:
                write(unit, story)
            rows = figures.campaign_rows(unit, since=SINCE, until=UNTIL)
            response = figures.response(unit, since=SINCE, until=UNTIL)
        found = {one.campaign: one for one in rows}
        assert found == count(told)
        assert len(found) == len(rows)
        assert response == all_of(told)

    def test_of_nothing_are_none(self, store: Store):
        with store.view() as view:
            assert figures.campaign_rows(view, since=SINCE, until=UNTIL) == []

    def test_come_of_one_periods_rows_through_indexes(self, store: Store):
        ask = lambda unit: figures.campaign_rows(unit, since=SINCE, until=UNTIL)  # noqa: E731
        found = plan_of(store, ask)
        assert "ix_leads_received" in found
        assert "ix_attempts_at" in found
        assert "ix_lead_sources_at" in found

    def test_add_sums_too_large_for_a_small_integer(self, store: Store):
        big = Money(10**15 - 1, "ILS")
        with store.unit() as unit:
            write(unit, Story("a", NOON, None, [("a", NOON, big), ("a", NOON, big)]))
            [found] = figures.campaign_rows(unit, since=SINCE, until=UNTIL)
        assert found.cost == (Money(2 * big.minor, "ILS"),)


class TestCredit:
    def test_is_what_vendors_accepted_in_these_days(self, store: Store):
        moments = [SINCE, UNTIL - HOUR, UNTIL, SINCE - HOUR, SINCE]
        states = [*["accepted"] * 4, "refused"]
        with store.unit() as unit:
            lead = add_lead(unit, received_at=NOON - 99 * HOUR)
            for number, (at, state) in enumerate(zip(moments, states, strict=True)):
                _claim(unit, lead.id, number, decided_at=at, state=state)
            [found] = figures.campaign_rows(unit, since=SINCE, until=UNTIL)
        assert (found.campaign, found.credit) == ("March", (Money(20, "ILS"),))


def _claim(unit: Unit, lead_id: int, number: int, **values: Any) -> None:
    source = {"lead_id": lead_id, "at": NOON - 99 * HOUR, "extra": {}, "fingerprint": str(number)}
    leads.add_source(unit, source)
    known = {"lead_id": lead_id, "source_id": number + 1, "campaign": "March", "credit_minor": 10}
    known |= {"currency": "ILS", "opened_at": NOON, "closes_at": NOON}
    unit.execute(insert(claims), known | values)


class TestFirstLeadAt:
    def test_is_none_without_a_lead(self, store: Store):
        with store.view() as view:
            assert figures.first_lead_at(view) is None

    def test_is_the_earliest_moment_a_lead_was_received(self, store: Store):
        stored_lead(store, received_at=NOON + HOUR)
        stored_lead(store, received_at=NOON - HOUR)
        with store.view() as view:
            assert figures.first_lead_at(view) == NOON - HOUR
