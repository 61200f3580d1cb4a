"""A desk whose past says what to change: friends pay, Facebook does not, nor do SMS to tier D."""

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, update

from rules.playbook import Product
from rules.rates import Costs
from rules.words import Kind, Tier
from storage.tables import attempts, lead_sources, messages
from storage.tables import leads as leads_table
from storage.unit import Unit
from tests.desk import BOOK, Room
from tests.storage.making import add_lead

FRIENDS, FACEBOOK = "friends", "Facebook <March>"
COSTS = Costs(Decimal(60), Decimal(8))
PRODUCT = "car"
_numbers = itertools.count(1)


def add(
    room: Room,
    unit: Unit,
    campaign: str,
    *,
    days: float,
    sold: int = 0,
    texted: bool = False,
    **fields: Any,
) -> None:
    """Add a lead that came so many days ago, cost 50 and bought for so many agorot a day later."""
    at = room.clock.now - timedelta(days=days)
    about = {"product": PRODUCT, **fields}
    number = add_lead(unit, campaign=campaign, received_at=at, at=at, **about).id
    source = {"lead_id": number, "at": at, "campaign": campaign, "cost_minor": 5_000}
    source |= {"currency": "ILS", "extra": {}, "fingerprint": f"{next(_numbers)}"}
    unit.execute(insert(lead_sources), source)
    tier = update(leads_table).where(leads_table.c.id == number)
    unit.execute(tier.values(tier=Tier.D, owner="U01AVI"))
    if sold:
        row = {"lead_id": number, "outcome": "sold", "by": "U01AVI", "before": {}, "nth": 1}
        row |= {"at": at + timedelta(hours=1), "answered": True, "amount_minor": sold}
        unit.execute(insert(attempts), row | {"currency": "ILS"})
    if texted:
        sent = {"lead_id": number, "outbox_id": next(_numbers), "channel": "sms", "at": at}
        sent |= {"layer": "sms_first", "state": "sent", "changed_at": at}
        unit.execute(insert(messages), sent)


def lived(room: Room) -> None:
    """Let the desk have a past."""
    sold_whole = (Product(PRODUCT, margin=Decimal(1)),)
    room.desk.present.base = replace(BOOK, costs=COSTS, products=sold_whole)
    room.desk.present.playbook = room.desk.present.base
    with room.desk.store.unit() as unit:
        for place in range(112):
            sold = 60_000 if place % 3 == 0 else 0
            add(room, unit, FRIENDS, days=40 + place / 4, sold=sold, kind=Kind.WARM)
        for place in range(120):
            days, sold = 40 + place / 4, 20_000 if place % 40 == 0 else 0
            add(room, unit, FACEBOOK, days=days, sold=sold, kind=Kind.WARM, texted=True)
        unit.commit()
