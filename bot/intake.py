"""Receive a lead: keep it raw, read it, merge it or create it, give it an owner (C2)."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot import trail
from bot.assign import tell_managers
from bot.bodies import MALFORMED, TOO_MANY, Unreadable
from bot.desk import Desk
from bot.forms import read_forms, read_lead
from bot.lead_forms import is_trial
from bot.lead_forms.adf import ENTITIES
from bot.rotation import Rotation
from bot.sources import Batch
from bot.taking import take_in
from rules.effects import TellManagers
from rules.fields import Draft
from storage import inbox, leads, outbox
from storage.inbox import QUARANTINED, RECEIVED, Arrival
from storage.unit import Unit, View

log = logging.getLogger(__name__)

LEFT_BEHIND = timedelta(minutes=1)
TOLD_AFTER = timedelta(minutes=2)
"""Of what is set aside; what comes meanwhile is told of together."""
DUPLICATE, SPLIT, TRIAL = "duplicate", "split", "test"
UNREACHABLE, FAULT = "unreachable", "fault"
OURS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""Faults in the reading itself, which would be the same at every try."""
UNREADABLE = frozenset({MALFORMED, TOO_MANY, ENTITIES})


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an intake, and why it was set aside where it was.

    A body with several leads has the `parts` into which it was split: the receipt of each. It
    says itself what became of the first.
    """

    intake_id: int
    status: str
    lead_id: int | None
    reason: str = ""
    parts: tuple["Receipt", ...] = ()

    @property
    def malformed(self) -> bool:
        """Whether its body was not what it claimed to be."""
        return self.reason in UNREADABLE


def receive(
    desk: Desk, source: str, body: bytes, *, content_type: str, once_key: str = ""
) -> Receipt:
    """Take in a lead, or each of a list: raw bytes first, then what they say (contract: Intake).

    The same `once_key` of the same source gets the first answer again.
    """
    now = desk.clock()
    with desk.meters.taking(source):
        with desk.store.unit() as unit:
            intake_id = inbox.keep(
                unit, source=source, body=body, content_type=content_type, once_key=once_key, at=now
            )
            unit.commit()
        if intake_id is None:
            with desk.store.view() as view:
                known = inbox.find(view, source=source, once_key=once_key)
            intake_id = known.id if known else 0
        receipt = settle(desk, intake_id)
    desk.meters.came(source, receipt.status)
    return receipt


def preview(
    desk: Desk, source: str, body: bytes, *, content_type: str, once_key: str = ""
) -> Receipt:
    """Say what would become of a body, and store nothing (contract: dry_run).

    Of what came before by this `once_key`, what became of it then.
    """
    with desk.store.view() as view:
        known = inbox.find(view, source=source, once_key=once_key) if once_key else None
    if known and known.state != RECEIVED:
        return settle(desk, known.id)
    try:
        forms = read_forms(desk, source, body, content_type)
    except Unreadable as fault:
        return Receipt(0, QUARANTINED, None, fault.reason)
    parts = tuple(_foreseen(desk, source, one) for one in forms)
    return replace(parts[0], parts=parts) if len(parts) > 1 else parts[0]


def _foreseen(desk: Desk, source: str, form: Mapping[str, Any]) -> Receipt:
    if is_trial(form):
        return Receipt(0, TRIAL, None)
    draft = read_lead(desk, source, form)
    if not draft.reachable:
        return Receipt(0, QUARANTINED, None, UNREACHABLE)
    with desk.store.view() as view:
        first = _first_of(view, source, draft)
        if first:
            return first
        phone = draft.phone.e164 if draft.phone and draft.phone.valid else ""
        known = leads.find_person(view, phone=phone, email=draft.email, name=draft.name)
    return Receipt(0, "merged" if known else "created", known)


def settle(desk: Desk, intake_id: int) -> Receipt:
    """Read what was kept and make or find its lead; what was settled before stays so."""
    with trail.of_intake(intake_id):
        return _settled(desk, intake_id)


def _settled(desk: Desk, intake_id: int) -> Receipt:
    now = desk.clock()
    with desk.store.unit() as unit:
        rotation = Rotation(desk, unit, now=now)
        arrival = inbox.get(unit, intake_id, lock=True)
        if arrival is None:
            return Receipt(intake_id, QUARANTINED, None)
        if arrival.state == RECEIVED:
            arrival = settle_now(desk, unit, arrival, rotation, now=now)
            if arrival.state == QUARANTINED:
                _tell(desk, unit, arrival, now=now)
            unit.commit()
            log.info("intake %s: %s, lead %s", intake_id, arrival.state, arrival.lead_id)
    return _whole(desk, arrival)


def _whole(desk: Desk, arrival: Arrival) -> Receipt:
    """Give what became of an intake; each lead of a list is settled by itself."""
    if arrival.state == DUPLICATE:
        with desk.store.view() as view:
            return _receipt(inbox.get(view, int(arrival.reason)) or arrival)
    if arrival.state != SPLIT:
        return _receipt(arrival)
    parts = tuple(settle(desk, int(one)) for one in arrival.reason.split(","))
    return Receipt(arrival.id, parts[0].status, parts[0].lead_id, parts[0].reason, parts)


def settle_now(
    desk: Desk, unit: Unit, arrival: Arrival, rotation: Rotation, *, now: datetime
) -> Arrival:
    """Read what came and make or find its lead, or set it aside, in the caller's unit (C2)."""
    source = arrival.source
    try:
        forms = read_forms(desk, source, arrival.body, arrival.content_type)
    except Unreadable as fault:
        return _ended(unit, arrival, QUARANTINED, reason=fault.reason)
    if len(forms) > 1:
        return _split(unit, arrival, forms, now=now)
    if is_trial(forms[0]):
        return _ended(unit, arrival, TRIAL)
    draft = read_lead(desk, source, forms[0])
    return settle_draft(desk, unit, arrival, draft, rotation, now=now)


def settle_draft(
    desk: Desk, unit: Unit, arrival: Arrival, draft: Draft, rotation: Rotation, *, now: datetime
) -> Arrival:
    """Make what a form says a lead, or find its lead; set it aside where it names no way to it."""
    if not draft.reachable:
        return _ended(unit, arrival, QUARANTINED, reason=UNREACHABLE)
    leads.lock_external(unit, source=arrival.source, external_id=draft.external_id)
    first = _first_of(unit, arrival.source, draft)
    if first:
        return _ended(unit, arrival, DUPLICATE, first.lead_id, str(first.intake_id))
    batch = Batch(arrival.source, post=True)
    status, lead = take_in(desk, unit, draft, rotation, batch, intake_id=arrival.id, now=now)
    return _ended(unit, arrival, status, lead.id)


def _tell(desk: Desk, unit: Unit, arrival: Arrival, *, now: datetime) -> None:
    """Tell managers of what was set aside, once in an hour for each source."""
    notice = TellManagers("set_aside", 0, about=f"{now:%Y-%m-%dT%H} {arrival.source}")
    outbox.add(unit, tell_managers(desk, unit, notice), now=now, due_at=now + TOLD_AFTER)


def _ended(
    unit: Unit, arrival: Arrival, state: str, lead_id: int | None = None, reason: str = ""
) -> Arrival:
    inbox.settle(unit, arrival.id, state=state, lead_id=lead_id, reason=reason)
    return replace(arrival, state=state, lead_id=lead_id, reason=reason)


def _split(
    unit: Unit, arrival: Arrival, forms: Sequence[Mapping[str, Any]], *, now: datetime
) -> Arrival:
    """Keep each lead of a list as an intake of its own; they are settled one by one."""
    bodies = {f"{arrival.id}:{n}": json.dumps(one).encode() for n, one in enumerate(forms)}
    made = inbox.keep_many(
        unit, source=arrival.source, bodies=bodies, content_type="application/json", at=now
    )
    return _ended(unit, arrival, SPLIT, reason=",".join(str(made[key]) for key in bodies))


def _first_of(view: View, source: str, draft: Draft) -> Receipt | None:
    """Give what became of a form when it came first, by its source's own number."""
    known = leads.find_external(view, source=source, external_id=draft.external_id)
    first = inbox.get(view, known) if known else None
    return _receipt(first) if first else None


def _receipt(arrival: Arrival) -> Receipt:
    return Receipt(arrival.id, arrival.state, arrival.lead_id, arrival.reason)


def resume(desk: Desk) -> int:
    """Settle what was kept and never read, because the process died between; gives how many."""
    now = desk.clock()
    around = {"before": now - LEFT_BEHIND, "after": now + LEFT_BEHIND}
    with desk.store.view() as view:
        left = inbox.unsettled(view, **around, most=100)
    for intake_id in left:
        try:
            settle(desk, intake_id)
        except OURS as fault:
            log.error("intake %s was not read: %s", intake_id, type(fault).__name__)
            _give_up(desk, intake_id)
    return len(left)


def _give_up(desk: Desk, intake_id: int) -> None:
    """Set aside what this program itself fails to read, so that it stops nothing behind it."""
    now = desk.clock()
    with desk.store.unit() as unit:
        arrival = inbox.get(unit, intake_id, lock=True)
        if arrival and arrival.state == RECEIVED:
            _tell(desk, unit, _ended(unit, arrival, QUARANTINED, reason=FAULT), now=now)
            unit.commit()
