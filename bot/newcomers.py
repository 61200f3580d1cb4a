"""Rows of people whom nobody knows: decided in memory as `take_in` would, stored together (C2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot import audit, hooks
from bot.desk import Desk
from bot.moulds import Moulds, own_lead
from bot.rotation import Rotation
from bot.routing import chosen
from bot.sources import Batch, Form, dated, source_values
from rules.audit import Line, as_kept, changed
from rules.fields import Draft
from rules.lead import Lead
from rules.phones import email_key
from rules.routing import Choice
from storage import audit as stored
from storage import newcomers as storage
from storage.inbox import Kept
from storage.newcomers import Lines, Newcomer
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class _Decided:
    """A new lead that waits to be stored: its mould's, what it came of, and who got it."""

    lead: Lead
    draft: Draft
    kept: Kept
    choice: Choice | None


class Newcomers:
    """New leads of one unit of work: those of which nothing is known yet, and nothing is odd.

    Each is decided when its row comes, so the rotation goes on as row by row; they are stored
    together by `write`, before anybody looks for them.
    """

    def __init__(
        self, desk: Desk, unit: Unit, rotation: Rotation, batch: Batch, *, now: datetime
    ) -> None:
        """Take them in for a batch, unless it is posted; `now` is UTC."""
        self._desk, self._unit, self._rotation = desk, unit, rotation
        self._batch, self._now = batch, now
        self._found: list[_Decided] = []
        self._moulds = Moulds(desk, now=now)
        self._counted: set[str] = set()
        self._histories: dict[tuple[str, int, str], Lines] = {}
        self._owners: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        self._created = "created", {"source": batch.source}

    def among(self, drafts: Sequence[Draft]) -> list[bool]:
        """Say of each draft whether it may be a newcomer: of nobody known, nor of one before it."""
        of = [_keys(draft) for draft in drafts]
        phones = {phone for phone, _ in of if phone}
        known = storage.known(self._unit, phones, {key for _, key in of if key})
        may = []
        for draft, (phone, key) in zip(drafts, of, strict=True):
            may.append(
                self._is_plain(draft) and phone not in known and (not key or key not in known)
            )
            known |= {phone, key}
        return may

    def _is_plain(self, draft: Draft) -> bool:
        good = draft.phone is not None and draft.phone.valid
        return good and not self._batch.post and dated(draft, now=self._now) is draft

    def take(self, draft: Draft, kept: Kept) -> bool:
        """Decide on a draft that may be a newcomer; False where `take_in` has to."""
        mould = self._moulds.of(draft)
        if mould.odd:
            return False
        if mould.pool not in self._counted:
            self.write()  # what a pool's reps were given is counted in the tables, once
            self._counted.add(mould.pool)
        choice = self._rotation.choose(mould.lead)
        lead = mould.lead if choice else mould.waits
        self._found.append(_Decided(lead, draft, kept, choice))
        return True

    def write(self) -> None:
        """Store those who were decided on, with what is told of each, in their order."""
        if not self._found:
            return
        numbers = storage.next_numbers(self._unit, len(self._found))
        found = list(map(self._newcomer, numbers, self._found))
        storage.add(self._unit, found, at=self._now)
        self._audit(found)
        if hooks.listens(self._desk):
            self._tell(found)
        self._found.clear()

    def _newcomer(self, number: int, one: _Decided) -> Newcomer:
        form = Form(one.draft, self._batch, one.kept.id, self._now)
        to = chosen(one.choice, at=self._now) if one.choice else None
        source, lines = source_values(number, form), self._lines_of(one.choice)
        return Newcomer(number, one.lead, one.draft, one.kept, source, lines, to)

    def _lines_of(self, choice: Choice | None) -> Lines:
        """Give the history of who was given so: the same for all that one rep gets."""
        if choice is None:
            return (self._created,)
        like = choice.rep.slack_id, choice.of, choice.pool.way
        if like not in self._histories:
            to, of, how = like
            assigned = "assigned", {"to": to, "of": of, "how": how}
            self._histories[like] = self._created, assigned
        return self._histories[like]

    def _audit(self, found: Sequence[Newcomer]) -> None:
        """Write that each came and who got it, as `audit.write_created` and `write_lead` do."""
        at, origin = self._desk.clock(), audit.origin.get()
        created, nothing = as_kept(self._created[1]), dict[str, Any]()
        lines = []
        for one in found:
            of = audit.of_lead(one.number)
            lines.append(Line(at, "", "create", of, origin, nothing, created))
            if one.given:
                was, now = self._change(one)
                lines.append(Line(at, "", "assigned", of, origin, was, now))
        stored.add_many(self._unit, lines)

    def _change(self, one: Newcomer) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give what getting its owner changed of a lead: the same for all that one rep gets."""
        rep = one.given.rep if one.given else ""
        if rep not in self._owners:
            was, now = changed(one.lead, _owned(one))
            self._owners[rep] = as_kept(was), as_kept(now)
        return self._owners[rep]

    def _tell(self, found: Sequence[Newcomer]) -> None:
        """Tell other systems of each lead, that it came and who got it (C2)."""
        desk, unit, origin = self._desk, self._unit, audit.origin.get()
        for one in found:
            lead, owned = own_lead(one.lead, one.draft, number=one.number), _owned(one)
            hooks.happened(desk, unit, before=None, after=lead, act="create", origin=origin)
            if one.given:
                hooks.happened(desk, unit, before=lead, after=owned, act="assigned", origin=origin)


def _keys(draft: Draft) -> tuple[str, str]:
    return draft.phone.e164 if draft.phone else "", email_key(draft.email)


def _owned(one: Newcomer) -> Lead:
    rep, at = (one.given.rep, one.given.at) if one.given else ("", None)
    return replace(own_lead(one.lead, one.draft, number=one.number), owner=rep, owned_at=at)
