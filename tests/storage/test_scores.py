"""Which leads a recommendation is about, and what they earned by a certain age (L6.8)."""

from datetime import timedelta
from typing import Any

import pytest

from rules.money import Money
from rules.proposal import Advice
from rules.sums import Sale
from rules.weighing import Sums
from rules.words import Kind, Outcome, Tier
from storage import scores
from storage.store import Store
from storage.tables import leads, messages
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
        add(unit, campaign="a", days=20, sold={1: 7_000})
        which = scores.theirs(Advice.BUY_MORE, "a")
        given: dict[str, Any] = {"age": 10 * DAY, "margin": margin}
        found = scores.earned(unit, which, SPAN, cost=lambda calls, _: 7 * calls, **given)
        assert found == {
            Kind.WARM: Sums(2.0, 386.0, 293.0**2 + 93.0**2),
            Kind.REFERRAL: Sums(1.0, 0.0, 0.0),
        }
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
            SPAN,
            age=10 * DAY,
            margin=lambda _: 0,
            cost=lambda _, sms: 5 * sms,
        )
        assert found == {Kind.WARM: Sums(1.0, -5.0, 25.0)}
