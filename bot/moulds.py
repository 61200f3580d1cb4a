"""What many new leads have in common, decided once for all whose forms say the same (C2)."""

from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from bot.desk import Desk
from bot.grading import graded
from bot.routing import routed
from rules.conditions import asked_of
from rules.fields import Draft
from rules.lead import Lead
from rules.plan import first_call
from rules.playbook import Playbook
from rules.routes import pool_for
from rules.stages import made_mql
from rules.wave import on_hold
from rules.words import Step
from storage.lead_rows import new_lead, own_values

_SAID = attrgetter(
    *("kind", "direction", "campaign", "vendor", "banner", "product", "language", "region"),
    *("city", "age", "interests", "cost", "referrer", "referrer_close", "consent"),
    *("consent_text", "received_at", "phone.type"),
)
"""All that a lead has of its form, but for `own_values`."""
_OWN = frozenset({"phone", "email", "value"})
"""What a condition may ask of the person, which no two leads share; `extra.…` besides."""


@dataclass(frozen=True, slots=True)
class Mould:
    """A new lead as all that are like it begin, and its pool; `odd` is one that waits or climbs.

    `lead` is what is asked about, `waits` how it is kept as long as nobody has it.
    """

    lead: Lead
    waits: Lead
    pool: str
    odd: bool


class Moulds:
    """The moulds of one unit of work: leads that are alike go through the rules once.

    Where a route or a score asks for a number, an address or a source's own column each lead is
    another.
    """

    def __init__(self, desk: Desk, *, now: datetime) -> None:
        """Begin with none; `now` is UTC."""
        self._desk, self._now, self._book = desk, now, desk.playbook
        self._shared = not _asks_the_person(desk.playbook)
        self._made: dict[tuple[str, Any], Mould] = {}

    def of(self, draft: Draft) -> Mould:
        """Give the mould of a draft with a valid number."""
        zone = self._desk.zone_name(draft.phone.e164 if draft.phone else "", draft.region)
        if not self._shared:
            return self._make(draft, zone)
        like = zone, _SAID(draft)
        known = self._made.get(like)
        return known or self._made.setdefault(like, self._make(draft, zone))

    def _make(self, draft: Draft, zone: str) -> Mould:
        desk, book, now = self._desk, self._book, self._now
        there = Lead(0, "", draft.kind, zone=zone)
        lead = new_lead(
            draft,
            step=Step.CALL,
            at=now,
            grade=graded(desk, campaign=draft.campaign, kind=draft.kind, product=draft.product),
            next_at=first_call(now=now, phoning=desk.phoning(there, now=now)),
            zone=zone,
        )
        odd = made_mql(lead, book) is not None or on_hold(lead, book)
        return Mould(lead, routed(desk, lead), pool_for(book, lead).name, odd)


def _asks_the_person(book: Playbook) -> bool:
    asked = asked_of([*(one.when for one in book.routes), *(one.when for one in book.scores)])
    return any(name in _OWN or name.startswith("extra.") for name in asked)


def own_lead(lead: Lead, draft: Draft, *, number: int) -> Lead:
    """Give a lead of a mould as the person's own, under its number."""
    return replace(lead, id=number, **own_values(draft))
