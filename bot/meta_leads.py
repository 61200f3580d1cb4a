"""Leads of Meta's forms: told of by number, kept, fetched, then read like any other (C2)."""

import hmac
import json
from hashlib import sha256
from typing import Any

from bot import audit, intake
from bot.bodies import Unreadable, read_json
from bot.desk import Desk
from bot.lead_forms import meta
from bot.orders import Drop, LeadForm, Prepared, Sent
from rules.doors import FetchLead
from rules.effect import Effect
from storage import inbox, outbox
from storage.inbox import RECEIVED, WAITING, Arrival
from storage.outbox import Row
from storage.unit import Unit, View

SOURCE = "facebook"
JSON = "application/json"
SIGNED = "sha256="


def is_signed(desk: Desk, body: bytes, signature: str) -> bool:
    """Say whether Meta signed exactly these bytes with the app's secret."""
    secret = desk.settings.facebook_app_secret
    made = SIGNED + hmac.new(secret.encode(), body, sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(made.encode(), signature.encode("utf-8", "replace"))


def receive(desk: Desk, body: bytes, *, dry_run: bool = False) -> tuple[int, int]:
    """Keep what a webhook told of, an intake for each lead; gives how many, and how many are new.

    What can't be read is set aside whole. Their forms are fetched by the outbox, so nothing is
    lost while Meta is down; the same notice again changes nothing.
    """
    try:
        told = dict(meta.notified(read_json(body)))
    except Unreadable:
        if not dry_run:
            mark = sha256(body).hexdigest()
            intake.receive(desk, SOURCE, body, content_type=JSON, once_key=mark)
        raise
    if dry_run:
        with desk.store.view() as view:
            known = [inbox.find(view, source=SOURCE, once_key=number) for number in told]
        return len(told), known.count(None)
    now = desk.clock()
    with desk.store.unit() as unit:
        new = inbox.keep_many(
            unit, source=SOURCE, bodies=told, content_type=JSON, at=now, state=WAITING
        )
        outbox.add(unit, [FetchLead(one) for one in new.values()], now=now)
        unit.commit()
    return len(told), len(new)


def prepare_fetch(_desk: Desk, view: View, row: Row) -> Prepared:
    """Ask for a form, unless it was settled meanwhile."""
    arrival = _waiting(view, row.effect)
    if arrival is None:
        return Drop("settled")
    return [LeadForm(str(json.loads(arrival.body)["leadgen_id"]))]


def fetched(unit: Unit, effect: Effect, done: Sent) -> None:
    """Keep a fetched form beside what was told of it; it is read next."""
    arrival = _waiting(unit, effect)
    form: Any = json.loads(done.body)
    if arrival is not None:
        body = meta.joined(arrival.body, form if isinstance(form, dict) else {})
        inbox.replace_body(unit, arrival.id, body=body, state=RECEIVED)


def settle_fetched(desk: Desk, effect: Effect) -> None:
    """Read a form that was fetched; where that fails the clock does it a minute later."""
    if isinstance(effect, FetchLead):
        with audit.comes_from(audit.HTTP):
            intake.settle(desk, effect.intake_id)


def _waiting(view: View, effect: Effect) -> Arrival | None:
    arrival = inbox.get(view, getattr(effect, "intake_id", 0))
    return arrival if arrival is not None and arrival.state == WAITING else None
