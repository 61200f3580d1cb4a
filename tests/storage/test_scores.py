"""Which leads a recommendation is about, and what they earned by a certain age (L6.8)."""

from datetime import timedelta
from typing import Any

import pytest

from rules.holdout import is_left_out
from rules.money import Money
from rules.proposal import Advice
from rules.sums import Sale
from rules.weighing import Sums
from rules.words import Kind, Outcome, Tier
from storage import scores
from storage.store import Store
from storage.tables import claims, lead_sources, leads, messages
from storage.unit import Unit
from tests.storage.making import NOON, add_attempt, add_lead

DAY = timedelta(days=1)
SPAN = NOON - 40 * DAY, NOON - 20 * DAY


def add(unit: Unit, *, days: float = 30, sold: dict[float, int] | None = None, **about: Any) -> int:
    """Add a lead that came so many days ago, and what it bought so many days later."""
    tier = about.pop("tier", Tier.C)
    at = NOON - days * DAY
    lead = add_lead(unit, at=at, received_at=at, **about)
    unit.execute(leads.update().where(leads.c.id == lead.id).values(tier=tier))
    for later, minor in (sold or {}).items():
        amount = Money(minor, "ILS")
        when = at + later * DAY
        add_attempt(unit, lead, outcome=Outcome.SOLD, at=when, answered=True, amount=amount)
    return lead.id


@pytest.mark.parametrize(
    ("kind", "subject", "whose"),
    [
        (Advice.BUY_MORE, "a", {1, 2}),
        (Advice.BUY_LESS, "a/x", {2}),
        (Advice.TIER, "b", {3}),
        (Advice.TIER, "a/x", {5}),
        (Advice.BUY_MORE, "a~1x", {5}),
        (Advice.HOURS, "B", {2}),
        (Advice.MORE_ATTEMPTS, "C", {1, 4}),
        (Advice.BAR, "D", {3}),
        (Advice.TEXTS, "", {1, 3, 4}),
        (Advice.STRENGTH, "kind=referral", {3}),
        (Advice.STRENGTH, "language=he", {4}),
        (Advice.STRENGTH, "shoe=42", set()),
    ],
)
def test_a_recommendation_is_about_its_leads(
    store: Store, kind: Advice, subject: str, whose: set[int]
):
    with store.unit() as unit:
        add(unit, campaign="a")
        add(unit, campaign="a", banner="x", tier=Tier.B)
        add(unit, campaign="b", kind=Kind.REFERRAL, tier=Tier.D)
        add(unit, language="he")
        add(unit, campaign="a/x", tier=Tier.A)
        which = scores.theirs(kind, subject)
        assert set(unit.execute(leads.select().where(which)).scalars()) == whose


def test_leads_earn_by_their_age_less_their_calls_within_kinds(store: Store):
    def margin(sale: Sale) -> int:
        return sale.amount.minor // 2 if sale.amount else 0

    with store.unit() as unit:
        add(unit, campaign="a", sold={1: 1_000, 2: -400, 11: 9_000})
        add(unit, campaign="a", sold={9: 200})
        add(unit, campaign="a", kind=Kind.REFERRAL)
        add(unit, campaign="b", sold={1: 7_000})
        add(unit, campaign="b")
        add(unit, campaign="c", sold={1: 7_000})
        add(unit, campaign="a", days=20, sold={1: 7_000})
        which = scores.theirs(Advice.BUY_MORE, "a")
        others = scores.others_than(Advice.BUY_MORE, "a", bought=["a", "c"])
        given: dict[str, Any] = {"age": 10 * DAY, "margin": margin}
        found = scores.earned(unit, which, others, SPAN, cost=lambda calls, _: 7 * calls, **given)
        assert found.net == {
            Kind.WARM: Sums(2.0, 386.0, 293.0**2 + 93.0**2),
            Kind.REFERRAL: Sums(1.0, 0.0, 0.0),
        }
        assert found.sales == {
            Kind.WARM: Sums(2.0, 400.0, 300.0**2 + 100.0**2),
            Kind.REFERRAL: Sums(1.0, 0.0, 0.0),
        }
        assert found.others == {Kind.WARM: Sums(2.0, 3_500.0, 3_500.0**2)}
        assert scores.came(unit, which, SPAN) == 3


def test_leads_cost_the_sms_that_left_by_their_age(store: Store):
    with store.unit() as unit:
        number, at = add(unit, campaign="a"), NOON - 30 * DAY
        for place, state, later in ((1, "sent", 1), (2, "failed", 2), (3, "sent", 11)):
            row = {"lead_id": number, "outbox_id": place, "channel": "sms", "state": state}
            when = at + later * DAY
            unit.execute(messages.insert(), row | {"at": when, "changed_at": when})
        found = scores.earned(
            unit,
            scores.theirs(Advice.BUY_MORE, "a"),
            scores.others_than(Advice.BUY_MORE, "a"),
            SPAN,
            age=10 * DAY,
            margin=lambda _: 0,
            cost=lambda _, sms: 5 * sms,
        )
        assert found.net == {Kind.WARM: Sums(1.0, -5.0, 25.0)}
        assert found.sales == {Kind.WARM: Sums(1.0, 0.0, 0.0)}


def test_leads_are_parted_as_the_rule_parts_them(store: Store):
    with store.unit() as unit:
        numbers = {add(unit, campaign="a") for _ in range(60)}
        add(unit, campaign="b")
        changed, left = (
            set(unit.execute(leads.select().where(one)).scalars())
            for one in scores.parted(scores.theirs(Advice.BUY_MORE, "a"), 0.2)
        )
        assert left == {one for one in numbers if is_left_out(one, 0.2)}
        assert changed == numbers - left
        assert left


def test_leads_cost_what_their_sources_say_less_what_came_back(store: Store):
    with store.unit() as unit:
        first, second = add(unit, campaign="a"), add(unit, campaign="a", days=25)
        add(unit, campaign="a")
        later, other = add(unit, campaign="a", days=10), add(unit, campaign="b")
        for place, (lead, cost) in enumerate(
            [(first, 400), (first, 100), (second, 300), (later, 9), (other, 9)]
        ):
            row = {"lead_id": lead, "at": NOON, "campaign": "a", "cost_minor": cost}
            row |= {"currency": "USD" if lead == second else "ILS", "extra": {}}
            unit.execute(lead_sources.insert(), row | {"fingerprint": f"{place}"})
        for source, state in ((1, "accepted"), (2, "rejected")):
            claim = {"lead_id": first, "source_id": source, "state": state, "credit_minor": 150}
            moments = {"opened_at": NOON, "closes_at": NOON}
            unit.execute(claims.insert(), claim | moments | {"currency": "ILS"})
        money, known = scores.paid(unit, scores.theirs(Advice.BUY_MORE, "a"), SPAN)
        assert money == [Money(500, "ILS"), Money(300, "USD"), Money(-150, "ILS")]
        assert known == 2
