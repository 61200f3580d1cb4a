"""Random leads with numbered calls, sales, costs and messages, and the same facts as a list."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, update

from rules.counting import Counting
from rules.playbook import Playbook, Product
from rules.rates import Costs
from rules.tiers import TierRules
from rules.words import Kind, Tier
from storage import leads
from storage.store import Store
from storage.tables import attempts, claims, lead_sources, messages
from storage.tables import leads as leads_table
from storage.unit import Unit
from tests.storage.making import add_lead, phone

NOW = datetime(2026, 11, 15, 8, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
REPS = ("U01NOA", "U01AVI", "")
BOOK = Playbook(
    tiers=TierRules(mature_days=10),
    counting=Counting(least=3, attribution_days=20, horizon_days=60),
    costs=Costs(Decimal(90), Decimal("0.2"), Decimal("0.01"), "", {"IL": Decimal("0.3")}),
    products=(Product("flat", margin=Decimal("0.3")), Product("sim")),
)


@dataclass(slots=True)
class Called:
    at: datetime
    nth: int
    answered: bool
    talk: int
    hour: int
    amount: int | None
    undone: bool


@dataclass(slots=True)
class One:
    """A lead as it stands; money is agorot."""

    id: int
    campaign: str
    banner: str
    kind: Kind
    product: str
    language: str
    region: str
    owner: str
    tier: Tier
    came: datetime
    reached: datetime | None
    gone: bool
    calls: list[Called] = field(default_factory=list)
    paid: list[tuple[str, str, int, int]] = field(default_factory=list)
    sms: list[tuple[datetime, str, str]] = field(default_factory=list)
    wrote: list[datetime] = field(default_factory=list)


def fill(store: Store, seed: int, *, most: int = 60) -> list[One]:
    """Fill a desk, with leads on the edges of every window too."""
    dice = random.Random(seed)
    with store.unit() as unit:
        found = [_one(unit, dice, number) for number in range(dice.randrange(most // 2, most))]
        unit.commit()
    return found


def _came(dice: random.Random) -> datetime:
    edges = (60 * DAY, 10 * DAY, 60 * DAY + MINUTE, 10 * DAY + MINUTE, MINUTE)
    if dice.random() < 0.15:
        return NOW - dice.choice(edges)
    return NOW - timedelta(seconds=dice.randrange(80 * 86_400))


def _one(unit: Unit, dice: random.Random, number: int) -> One:
    came = _came(dice)
    one = One(
        0,
        *(dice.choice(("a", "b", "")), dice.choice(("", "x")), dice.choice(list(Kind)[:3])),
        *(dice.choice(("flat", "sim")), dice.choice(("he", "en")), dice.choice(("", "North"))),
        owner=dice.choice(REPS),
        tier=dice.choice(list(Tier)),
        came=came,
        reached=None,
        gone=dice.random() < 0.05,
    )
    number_of = "+972522345678" if dice.random() < 0.8 else "+12125550123"
    about = ("campaign", "banner", "kind", "product", "language", "region")
    named: dict[str, Any] = {name: getattr(one, name) for name in about}
    one.id = add_lead(unit, received_at=came, at=came, phone=phone(number_of), **named).id
    if not one.gone:  # what a merge would have moved away
        _calls(unit, dice, one)
    _costs(unit, dice, one, number)
    _messages(unit, dice, one, number)
    stands: dict[str, Any] = {"owner": one.owner, "tier": one.tier, "reached_at": one.reached}
    if one.gone:
        stands["merged_into"] = 1
    unit.execute(update(leads_table).where(leads_table.c.id == one.id).values(stands))
    return one


def _calls(unit: Unit, dice: random.Random, one: One) -> None:
    at = one.came
    for nth in range(1, dice.randrange(6)):
        at += timedelta(seconds=dice.randrange(60, 12 * 86_400))
        if at >= NOW:
            return
        answered, undone = dice.random() < 0.4, dice.random() < 0.1
        amount = dice.choice((None, None, 99_900, 250_001, -5_000, 0)) if answered else None
        made = Called(
            at, nth, answered, dice.randrange(600), dice.randrange(9, 20), amount, undone=undone
        )
        outcome = "noanswer" if not answered else "lost" if amount is None else "sold"
        row = {"lead_id": one.id, "outcome": outcome, "by": "U01NOA", "at": at, "before": {}}
        row |= {"answered": answered, "nth": nth, "talk_seconds": made.talk, "currency": "ILS"}
        row |= {"local_hour": made.hour, "amount_minor": amount}
        unit.execute(insert(attempts), row | {"undone_at": at if undone else None})
        one.calls.append(made)
        if answered and not undone and one.reached is None:
            one.reached = at


def _costs(unit: Unit, dice: random.Random, one: One, number: int) -> None:
    for place in range(dice.randrange(3)):
        cost = dice.choice((0, 1_200, 9_999))
        row = {"lead_id": one.id, "at": one.came, "campaign": one.campaign, "currency": "ILS"}
        row |= {"banner": one.banner, "cost_minor": cost, "extra": {}}
        added = insert(lead_sources).returning(lead_sources.c.id)
        source = unit.execute(added, row | {"fingerprint": f"{number}/{place}"}).scalar_one()
        back = 200 if dice.random() < 0.3 else 0
        if back:
            claim = {"lead_id": one.id, "source_id": source, "campaign": one.campaign}
            claim |= {"state": "accepted", "credit_minor": back, "currency": "ILS"}
            moments = {"opened_at": one.came, "closes_at": NOW, "decided_at": NOW}
            unit.execute(insert(claims), claim | moments)
        one.paid.append((one.campaign, one.banner, cost, back))


def _messages(unit: Unit, dice: random.Random, one: One, number: int) -> None:
    if dice.random() < 0.5:
        at = one.came + timedelta(seconds=dice.randrange(20 * 86_400))
        state, layer = dice.choice(("sent", "failed")), dice.choice(("sms_first", "sms_followup"))
        row = {"lead_id": one.id, "outbox_id": number + 1, "channel": "sms", "layer": layer}
        unit.execute(insert(messages), row | {"state": state, "at": at, "changed_at": at})
        one.sms.append((at, state, layer))
    if dice.random() < 0.5:
        at = one.came + timedelta(seconds=dice.randrange(20 * 86_400))
        leads.add_line(unit, one.id, at=at, actor="", what="replied")
        one.wrote.append(at)
