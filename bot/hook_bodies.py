"""What other systems are told of a lead, made as it leaves (C2; contract: outgoing webhooks)."""

import json
from datetime import timedelta
from typing import Any

from bot.api_lead import lead_json
from bot.desk import Desk
from bot.hooks import is_gone, target_of
from bot.orders import Drop, Hook, Prepared, Wait
from rules.hooks import Event, Webhook, hook_key
from rules.lead import Lead
from rules.money import Money, decimal_amount
from storage import events, leads
from storage.events import Happened
from storage.outbox import Row
from storage.unit import View

SOON = timedelta(seconds=1)


def prepare_hook(desk: Desk, view: View, row: Row) -> Prepared:
    """Make what a target is told, of the lead as it is now; after all that came before (C2)."""
    effect: Any = row.effect
    target, event = target_of(desk, effect.target), events.get(view, effect.event_id)
    if target is None or is_gone(view, target):
        return Drop("target_gone")
    lead = leads.load(view, effect.lead_id)
    if event is None or lead is None:
        return Drop("event_gone")
    earlier = [hook_key(one, target.key) for one in events.before(view, event)]
    until = events.waits_until(view, earlier)
    if until is not None:
        return Wait(max(until, desk.clock() + SOON))
    body = _body(desk, view, event, lead)
    return [Hook(target.url, target.secret, webhook_id(event, target), body, target.private)]


def webhook_id(event: Happened, target: Webhook) -> str:
    """Give the id that is the same at every try, also when it is put out again."""
    return f"evt_{event.id}_{target.key}"


def _body(desk: Desk, view: View, event: Happened, lead: Lead) -> bytes:
    told_of = {"type": event.event, "at": event.at.isoformat(), **_said(view, event)}
    data = lead_json(desk, view, lead, full=True)
    body = {"type": event.event, "timestamp": event.at.isoformat()}
    whole = {**body, "data": {**data, "event": told_of}}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _said(view: View, event: Happened) -> dict[str, Any]:
    """Give what is told of the event itself; of an outcome what the attempt says."""
    data = {name: one for name, one in event.data.items() if name != "attempt_id"}
    made = events.attempt(view, event.data["attempt_id"]) if event.event == Event.OUTCOME else None
    if made is None:
        return data
    data |= {name: made[name] for name in ("outcome", "by", "talk_seconds", "note")}
    if made["amount_minor"] is not None:
        amount = decimal_amount(Money(made["amount_minor"], made["currency"]))
        data |= {"amount": str(amount), "currency": made["currency"]}
    return data | {"called_at": made["at"].isoformat()}
