"""A lead as other systems read it: by the HTTP API and in outgoing webhooks (contract: HTTP)."""

from datetime import datetime
from typing import Any

from bot.desk import Desk
from bot.leads import Shown, shown
from rules.lead import FollowUp, Lead
from rules.money import Money, decimal_amount
from rules.phones import masked_email, masked_phone
from rules.words import Step
from storage import changes
from storage.leads import Line
from storage.messages import Message
from storage.unit import View

SAID = (
    *("id", "kind", "direction", "campaign", "vendor", "banner", "product", "stage", "tier"),
    *("name", "language", "region", "city", "age", "referrer_close", "attempts", "last_outcome"),
    *("merged_into", "version"),
)
"""What is told as it stands, to everybody who may see that there is such a lead."""
INWARD = frozenset({"undo"})
"""What a line of history holds for this program alone."""


def lead_json(desk: Desk, view: View, lead: Lead, *, full: bool) -> dict[str, Any]:
    """Give a lead as JSON; not `full` as its masked card shows it (contract: GET /api/leads/{id}).

    Moments are ISO 8601 in UTC with their offset; amounts are decimal text.
    """
    known = shown(desk, view, lead, full=full)
    return {
        **{name: getattr(lead, name) for name in SAID},
        **(_private(view, known) if full else _hidden(lead)),
        "masked": not full,
        "owner": _owner(known),
        "next_step": _next_step(lead, known.followup),
        "followup": _followup(known.followup),
        "opted_out": list(lead.opted_out),
        "interests": list(lead.interests),
        "sold": [_money(one) for one in known.sold],
        "received_at": _iso(lead.received_at),
        "created_at": _iso(changes.created(view, lead.id)),
        "first_call_at": _iso(lead.first_call_at),
        "closed_at": _iso(lead.closed_at),
    }


def _private(view: View, known: Shown) -> dict[str, Any]:
    lead = known.lead
    cost = None if lead.cost_minor is None else Money(lead.cost_minor, lead.currency)
    return {
        "external_ids": [
            {"source": source, "id": own} for source, own in changes.external_ids(view, lead.id)
        ],
        "phone": _phone(lead, raw=lead.phone_raw, e164=lead.phone_e164),
        "email": lead.email,
        "note": lead.note,
        "referrer": lead.referrer,
        "consent": None if lead.consent is None else list(lead.consent),
        "consent_text": lead.consent_text,
        "cost": _money(cost) if cost else None,
        "messages": _messages(view, lead, known.messages),
        "history": [_line(one) for one in known.lines],
    }


def _hidden(lead: Lead) -> dict[str, Any]:
    """Give what a lead of somebody else shows of its person (C5)."""
    return {
        "external_ids": [],
        "phone": _phone(lead, raw=masked_phone(lead.phone), e164=""),
        "email": masked_email(lead.email),
        "note": "",
        "referrer": "",
        "consent": None,
        "consent_text": "",
        "cost": None,
        "messages": [],
        "history": [],
    }


def _phone(lead: Lead, *, raw: str, e164: str) -> dict[str, Any]:
    return {"raw": raw, "e164": e164, "type": lead.phone_type, "valid": lead.phone_valid}


def _owner(known: Shown) -> dict[str, str] | None:
    lead, owner = known.lead, known.owner
    if not lead.owner:
        return None
    return {"slack_id": lead.owner, "name": owner.name if owner else ""}


def _next_step(lead: Lead, agreed: FollowUp | None) -> dict[str, Any]:
    what = lead.next_what if lead.working or lead.next_what is Step.MAILING_LIST else Step.NONE
    by = agreed.rep if agreed and what is Step.FOLLOW_UP else lead.owner
    return {
        "what": what,
        "at": None if what is Step.NONE else _iso(lead.next_at),
        "by": None if what is Step.NONE else by or None,
    }


def _followup(agreed: FollowUp | None) -> dict[str, Any] | None:
    if agreed is None:
        return None
    return {"importance": agreed.importance, "due_at": _iso(agreed.due_at)}


def _messages(view: View, lead: Lead, left: list[Message]) -> list[dict[str, Any]]:
    told = [(one.layer, one.channel, one.state, one.changed_at) for one in left]
    told += [
        (one.layer, one.channel, one.state, one.at) for one in changes.held_back(view, lead.id)
    ]
    newest = sorted(told, key=lambda one: one[3], reverse=True)
    return [
        {"layer": layer, "channel": channel, "state": state, "at": _iso(at)}
        for layer, channel, state, at in newest
    ]


def _line(line: Line) -> dict[str, Any]:
    data = {name: one for name, one in line.data.items() if name not in INWARD}
    return {"at": _iso(line.at), "actor": line.actor, "what": line.what, "data": data}


def _money(money: Money) -> dict[str, str]:
    return {"amount": str(decimal_amount(money)), "currency": money.currency}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
