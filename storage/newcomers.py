"""People whom nobody knows: asked for by their numbers and addresses, added many at once (C2)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select, union_all

from rules.fields import Draft
from rules.lead import Lead
from rules.phones import email_key
from storage import given, inbox, marks, suppression
from storage.bulk import among, insert_columns, insert_rows, numbers, values
from storage.given import Given
from storage.inbox import Kept
from storage.tables import history, lead_sources, leads, optouts, shared_phones
from storage.unit import Unit, View

Lines = tuple[tuple[str, dict[str, Any]], ...]
SAVED = 2
"""The version of a lead that was added and then saved with whoever got it."""
_OF_FORM = (
    *("direction", "campaign", "vendor", "banner", "product", "language", "region", "city"),
    *("phone_valid", "referrer", "referrer_close", "consent", "consent_text", "consent_at"),
    *("opted_out", "cost_minor", "currency", "score", "zone", "next_at", "received_at"),
    *("fresh_at", "pool", "age", "interests"),
)
_OWN = ("name", "email", "note", "ip")
_NOTHING = dict[str, Any]()
_WORDS = ("kind", "stage", "phone_type", "tier", "next_what", "queue")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A new lead as it is to be stored: of which intake and source, and whom it was given to.

    `lead` is what all that are like it begin as: without number and owner, and with nobody's name,
    phone, address and words, which `draft` has. `lines` are its history, each a kind and its data.
    """

    number: int
    lead: Lead
    draft: Draft
    kept: Kept
    source: Mapping[str, Any]
    lines: Lines
    given: Given | None


@lru_cache
def _known(dialect: str) -> Any:
    phone, key, shared = leads.c.phone_e164, leads.c.email_key, shared_phones.c.phone_e164
    return union_all(
        select(phone).where(among(dialect, phone, "phones"), phone != ""),
        select(key).where(among(dialect, key, "keys"), key != ""),
        select(shared).where(among(dialect, shared, "phones")),
        select(optouts.c.address).where(among(dialect, optouts.c.address, "both")),
    )


def known(view: View, phones: Collection[str], keys: Collection[str]) -> set[str]:
    """Give those of these numbers (E.164) and addresses (as keys) of which anything is known.

    A lead has them, several people share them, or somebody asked not to be contacted there.
    """
    hidden = {mark: one for one, mark in suppression.marks(view, (*phones, *keys)).items()}
    asked = {"phones": phones, "keys": keys, "both": (*phones, *keys, *hidden)}
    given = {name: values(view, found) for name, found in asked.items()}
    found = view.execute(_known(view.dialect), given).scalars()
    return {hidden.get(one, one) for one in found}


def next_numbers(unit: Unit, count: int) -> list[int]:
    """Give the numbers of the next so many leads, for whoever adds them now."""
    return numbers(unit, leads, count)


def add(unit: Unit, found: Sequence[Newcomer], *, at: datetime) -> None:
    """Add new leads with their intakes, sources and history, and whom they were given to.

    `at` is now, UTC. Each has the number that it was given by `next_numbers`.
    """
    insert_columns(unit, leads, _lead_columns(found, at=at))
    marks.mark_arrivals(unit, [one.lead.received_at for one in found])
    inbox.add_created(unit, [(one.kept, one.number) for one in found], at=at)
    insert_rows(unit, lead_sources, [one.source for one in found])
    same = {"at": at, "actor": ""}
    lines = [(one.number, *line) for one in found for line in one.lines]
    of, what, data = zip(*lines, strict=True)
    columns = {"lead_id": of, "what": what, "data": data}
    insert_columns(unit, history, columns | {name: [to] * len(of) for name, to in same.items()})
    given.add_many(unit, [(one.number, one.lead.tier, one.given) for one in found if one.given])


def _lead_columns(found: Sequence[Newcomer], *, at: datetime) -> dict[str, Sequence[Any]]:
    all_of, drafts = [one.lead for one in found], [one.draft for one in found]
    phones = [one.phone for one in drafts]
    given_to = [one.given for one in found]
    return {
        "id": [one.number for one in found],
        **{name: [getattr(one, name) for one in all_of] for name in _OF_FORM},
        **{name: [getattr(one, name).value for one in all_of] for name in _WORDS},
        **{name: [getattr(one, name) for one in drafts] for name in _OWN},
        "extra": [one.extra or _NOTHING for one in drafts],
        "phone_raw": [one.raw if one else "" for one in phones],
        "phone_e164": [one.e164 if one else "" for one in phones],
        "email_key": [email_key(one.email) for one in drafts],
        "owner": [one.rep if one else "" for one in given_to],
        "owned_at": [one.at if one else None for one in given_to],
        "working": [one.working for one in all_of],
        "created_at": [at] * len(found),
        "version": [SAVED] * len(found),
    }
