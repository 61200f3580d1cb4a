"""Leads as their rows have them: read back, and written for the first time."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from rules.fields import Draft
from rules.lead import Lead
from rules.money import Money
from rules.phones import Phone, email_key
from rules.tiers import Grade
from rules.words import Kind, PhoneType, Queue, Stage, Step, Tier
from storage.rows import plain
from storage.tables import leads

COLUMNS = [leads.c[one.name] for one in fields(Lead)]
_READ: dict[str, Any] = {
    "kind": Kind,
    "stage": Stage,
    "phone_type": PhoneType,
    "next_what": Step,
    "tier": Tier,
    "interests": tuple,
    "agreed": tuple,
    "opted_out": tuple,
    "consent": lambda value: None if value is None else tuple(value),
}
_READ_AT = [(place, _READ[one.name]) for place, one in enumerate(fields(Lead)) if one.name in _READ]
_COPIED = [
    "ip",
    "name",
    "kind",
    "direction",
    "campaign",
    "vendor",
    "banner",
    "product",
    "language",
    "region",
    "city",
    "age",
    "email",
    "referrer",
    "referrer_close",
    "note",
    "consent_text",
    "extra",
]
_OF_LEAD = _COPIED[1:]


def to_lead(row: Iterable[Any]) -> Lead:
    """Make a lead of its columns' values, in order."""
    values = list(row)
    for place, read in _READ_AT:
        values[place] = read(values[place])
    return Lead(*values)


def new_row(draft: Draft, *, step: Step, at: datetime, grade: Grade | None) -> dict[str, Any]:
    """Give the values of a new lead as its draft says; `at` is now, UTC."""
    return {
        **{name: getattr(draft, name) for name in _COPIED},
        **_phone_values(draft.phone),
        "stage": Stage.LEAD,
        "interests": list(draft.interests),
        "email_key": email_key(draft.email),
        "consent": plain(draft.consent),
        "consent_at": None if draft.consent is None else draft.received_at or at,
        "opted_out": [],
        "tier": grade.tier if grade else Tier.C,
        "score": grade.score if grade else 0.0,
        "queue": Queue.FRESH,
        **_cost_values(draft.cost),
        "next_what": step,
        "working": True,
        "received_at": draft.received_at or at,
        "fresh_at": draft.received_at or at,
        "created_at": at,
    }


def _phone_values(phone: Phone | None) -> dict[str, Any]:
    return {
        "phone_raw": phone.raw if phone else "",
        "phone_e164": phone.e164 if phone else "",
        "phone_type": phone.type if phone else PhoneType.UNKNOWN,
        "phone_valid": bool(phone and phone.valid),
    }


def own_values(draft: Draft) -> dict[str, Any]:
    """Give what a lead has of its person alone: name, number, address and words."""
    phone = draft.phone
    return {
        "name": draft.name,
        "phone_raw": phone.raw if phone else "",
        "phone_e164": phone.e164 if phone else "",
        "email": draft.email,
        "note": draft.note,
        "extra": draft.extra,
    }


def _cost_values(cost: Money | None) -> dict[str, Any]:
    return {"cost_minor": cost.minor if cost else None, "currency": cost.currency if cost else ""}


def new_lead(
    draft: Draft, *, step: Step, at: datetime, grade: Grade, next_at: datetime | None, zone: str
) -> Lead:
    """Give the lead that `new_row` makes of a draft, before it has its number.

    `at` is now, `next_at` its first call, both UTC; `zone` is its time zone, "" the team's.
    """
    came = draft.received_at or at
    return Lead(
        id=0,
        **{name: getattr(draft, name) for name in _OF_LEAD},
        **_phone_values(draft.phone),
        **_cost_values(draft.cost),
        interests=draft.interests,
        consent=draft.consent,
        consent_at=None if draft.consent is None else came,
        tier=grade.tier,
        score=grade.score,
        zone=zone,
        next_what=step,
        next_at=next_at,
        received_at=came,
        fresh_at=came,
    )
