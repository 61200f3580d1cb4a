"""Receive a lead: keep it raw, read it, merge it or create it, give it an owner (C2)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot import audit
from bot.assign import Rotation, give
from bot.bodies import Unreadable, read_body
from bot.desk import Desk
from bot.grading import graded
from bot.merging import merge
from bot.optouts import applied
from bot.routing import routed
from bot.sources import Batch, Form, add_source, dated
from bot.stages import by_points
from rules.campaigns import completed
from rules.effects import PostCard
from rules.fields import Defaults, Draft, read_draft, renamed
from rules.lead import Lead
from rules.plan import first_call
from rules.wave import on_hold
from rules.words import Step
from storage import inbox, leads
from storage.inbox import QUARANTINED, RECEIVED, Arrival
from storage.unit import Unit

LEFT_BEHIND = timedelta(minutes=1)
MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an intake; `malformed` when its body was not what it claimed to be."""

    intake_id: int
    status: str
    lead_id: int | None
    malformed: bool = False


def receive(
    desk: Desk, source: str, body: bytes, *, content_type: str, once_key: str = ""
) -> Receipt:
    """Take in one lead: raw bytes first, then what they say (contract: Intake).

    The same `once_key` of the same source gets the first answer again.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        intake_id = inbox.keep(
            unit, source=source, body=body, content_type=content_type, once_key=once_key, at=now
        )
        unit.commit()
    if intake_id is None:
        with desk.store.view() as view:
            known = inbox.find(view, source=source, once_key=once_key)
        if known and known.state != RECEIVED:
            return _receipt(known)
        intake_id = known.id if known else 0
    return settle(desk, intake_id)


def preview(desk: Desk, source: str, body: bytes, *, content_type: str) -> Receipt:
    """Say what would become of a body, and store nothing (contract: dry_run)."""
    try:
        data = read_body(body, content_type)
    except Unreadable:
        return Receipt(0, QUARANTINED, None, malformed=True)
    draft = read_lead(desk, source, data or {})
    if not draft.reachable:
        return Receipt(0, QUARANTINED, None)
    with desk.store.view() as view:
        phone = draft.phone.e164 if draft.phone and draft.phone.valid else ""
        known = leads.find_person(view, phone=phone, email=draft.email)
    return Receipt(0, "merged" if known else "created", known)


def read_lead(desk: Desk, source: str, data: Mapping[str, Any]) -> Draft:
    """Read what a source sent by its own names, with what is taken where it does not say."""
    settings, book = desk.settings, desk.playbook
    defaults = Defaults(
        region=settings.default_region, currency=settings.currency, kind=book.kind_of(source)
    )
    draft = read_draft(renamed(data, book.map_of(source)), defaults=defaults)
    return completed(draft, book.campaign(draft.campaign), currency=settings.currency)


def settle(desk: Desk, intake_id: int) -> Receipt:
    """Read what was kept and make or find its lead; what was settled before stays so."""
    now = desk.clock()
    with desk.store.unit() as unit:
        rotation = Rotation(desk, unit, now=now)
        arrival = inbox.get(unit, intake_id, lock=True)
        if arrival is None or arrival.state != RECEIVED:
            return _receipt(arrival) if arrival else Receipt(intake_id, QUARANTINED, None)
        receipt = _settle(desk, unit, arrival, rotation, now=now)
        unit.commit()
    return receipt


def _settle(
    desk: Desk, unit: Unit, arrival: Arrival, rotation: Rotation, *, now: datetime
) -> Receipt:
    try:
        data = read_body(arrival.body, arrival.content_type)
    except Unreadable:
        inbox.settle(unit, arrival.id, state=QUARANTINED, lead_id=None, reason=MALFORMED)
        return Receipt(arrival.id, QUARANTINED, None, malformed=True)
    draft = read_lead(desk, arrival.source, data or {})
    if not draft.reachable:
        inbox.settle(unit, arrival.id, state=QUARANTINED, lead_id=None, reason="unreachable")
        return Receipt(arrival.id, QUARANTINED, None)
    first = _answered_before(unit, arrival, draft)
    if first:
        inbox.settle(
            unit, arrival.id, state="duplicate", lead_id=first.lead_id, reason=str(first.intake_id)
        )
        return first
    batch = Batch(arrival.source, post=True)
    status, lead = take_in(desk, unit, draft, rotation, batch, intake_id=arrival.id, now=now)
    inbox.settle(unit, arrival.id, state=status, lead_id=lead.id)
    return Receipt(arrival.id, status, lead.id)


def _answered_before(unit: Unit, arrival: Arrival, draft: Draft) -> Receipt | None:
    leads.lock_external(unit, source=arrival.source, external_id=draft.external_id)
    known = leads.find_external(unit, source=arrival.source, external_id=draft.external_id)
    first = inbox.get(unit, known) if known else None
    return _receipt(first) if first else None


def _receipt(arrival: Arrival) -> Receipt:
    if arrival.state == "duplicate":
        return Receipt(int(arrival.reason), "merged", arrival.lead_id)
    malformed = arrival.reason == MALFORMED
    return Receipt(arrival.id, arrival.state, arrival.lead_id, malformed)


def take_in(
    desk: Desk,
    unit: Unit,
    draft: Draft,
    rotation: Rotation,
    batch: Batch,
    *,
    intake_id: int,
    now: datetime,
) -> tuple[str, Lead]:
    """Make a draft the lead of a known person, or a new one with an owner; gives which."""
    form = Form(draft, batch, intake_id, now)
    phone = draft.phone.e164 if draft.phone and draft.phone.valid else ""
    leads.lock_person(unit, phone=phone, email=draft.email)
    known = leads.find_person(unit, phone=phone, email=draft.email)
    if known:
        return "merged", merge(desk, unit, known, form, rotation)
    lead = _create(desk, unit, replace(form, draft=dated(draft, now=now)))
    add_source(unit, lead.id, form)
    leads.add_line(unit, lead.id, at=now, actor="", what="created", source=batch.source)
    audit.write(desk, unit, "", "create", audit.of_lead(lead.id), after={"source": batch.source})
    closed = by_points(desk, unit, applied(desk, unit, lead, now=now), now=now)
    return "created", _hand_out(desk, unit, closed, rotation, batch, now=now)


def _create(desk: Desk, unit: Unit, form: Form) -> Lead:
    """Add a new lead with its tier, its zone, its first call.

    It climbs the speed ladder unless it was imported, or came long after it was sent (C1).
    """
    draft, now = form.draft, form.now
    good = draft.phone.e164 if draft.phone and draft.phone.valid else ""
    grade = graded(desk, campaign=draft.campaign, kind=draft.kind, product=draft.product)
    step = Step.CALL if good else Step.WAIT_FOR_PHONE
    lead = leads.add(unit, draft, step=step, at=now, grade=grade)
    lead = desk.placed(lead)
    at = first_call(now=now, phoning=desk.phoning(lead, now=now))
    fresh = now - form.at <= timedelta(minutes=desk.playbook.speed.fresh_minutes)
    climbs = fresh and not form.batch.imported
    return replace(lead, climbs=climbs, next_at=at if step is Step.CALL else None)


def _hand_out(
    desk: Desk, unit: Unit, lead: Lead, rotation: Rotation, batch: Batch, *, now: datetime
) -> Lead:
    """Give a new lead to the rotation's choice; to nobody one that nobody may call or write to.

    One whose tier is on hold, while there are more leads than hands, waits (C1).
    """
    waits = not lead.living or on_hold(lead, desk.playbook)
    choice = None if waits else rotation.choose(lead)
    if choice is None and not batch.post:
        return leads.save(unit, routed(desk, lead))
    owned, effects = give(desk, unit, lead, choice, now=now)
    if batch.post:
        desk.send(unit, owned, (PostCard(lead.id), *effects), now=now)
    return owned


def resume(desk: Desk) -> int:
    """Settle what was kept and never read, because the process died between; gives how many."""
    before = desk.clock() - LEFT_BEHIND
    with desk.store.view() as view:
        left = inbox.unsettled(view, before=before, most=100)
    for intake_id in left:
        settle(desk, intake_id)
    return len(left)
