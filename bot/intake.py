"""Receive a lead: keep it raw, read it, merge it or create it, give it an owner (C2)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.assign import Rotation, give
from bot.bodies import Unreadable, read_body
from bot.desk import Desk
from bot.grading import graded
from bot.optouts import applied
from bot.returns import bring_back
from rules.campaigns import completed
from rules.effects import PostCard, RefreshCard
from rules.fields import Defaults, Draft, read_draft, renamed
from rules.lead import Lead
from rules.outcomes import on_mailing_list
from rules.phones import email_key
from rules.plan import first_call
from rules.words import CALLS, Step
from storage import inbox, leads, optouts
from storage.inbox import QUARANTINED, RECEIVED, Arrival
from storage.unit import Unit

LEFT_BEHIND = timedelta(minutes=1)
MALFORMED = "malformed"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an intake; `malformed` when its body was not what it claimed to be."""

    intake_id: int
    status: str
    lead_id: int | None
    malformed: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """How rows of one file are taken in: the source they count for, and whether each is posted."""

    source: str
    post: bool


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
        rotation = Rotation(unit, now=now)
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
    phone = draft.phone.e164 if draft.phone and draft.phone.valid else ""
    leads.lock_person(unit, phone=phone, email=draft.email)
    known = leads.find_person(unit, phone=phone, email=draft.email)
    if known:
        lead = _merge(desk, unit, known, draft, batch, intake_id=intake_id, now=now)
        returns = batch.post and not lead.working
        if returns:
            lead = bring_back(desk, unit, lead, now=now, rotation=rotation)
        return "merged", lead
    lead = _create(desk, unit, _dated(draft, now=now), now=now)
    _add_source(unit, lead.id, draft, batch, intake_id=intake_id, now=now)
    leads.add_line(unit, lead.id, at=now, actor="", what="created", source=batch.source)
    return "created", _hand_out(desk, unit, lead, rotation, batch, now=now)


def _create(desk: Desk, unit: Unit, draft: Draft, *, now: datetime) -> Lead:
    """Add a new lead with its tier, its zone, its first call; what was closed before stays so."""
    good = draft.phone.e164 if draft.phone and draft.phone.valid else ""
    grade = graded(desk, campaign=draft.campaign, kind=draft.kind, product=draft.product)
    closed = optouts.of(unit, good, email_key(draft.email))
    step = Step.CALL if good else Step.WAIT_FOR_PHONE
    lead = leads.add(unit, draft, step=step, at=now, grade=grade, opted_out=closed)
    lead = desk.placed(lead)
    if CALLS in closed:
        return on_mailing_list(lead, now=now, playbook=desk.playbook)
    at = first_call(now=now, phoning=desk.phoning(lead, now=now))
    return replace(lead, next_at=at if step is Step.CALL else None)


def _dated(draft: Draft, *, now: datetime) -> Draft:
    """Take now for a moment of arrival that can't be: later than now, or from another century."""
    given = draft.received_at
    if given is None or EARLIEST <= given <= now:
        return draft
    extra = draft.extra | {"received_at": given.isoformat()}
    return replace(draft, received_at=None, extra=extra)


def _hand_out(
    desk: Desk, unit: Unit, lead: Lead, rotation: Rotation, batch: Batch, *, now: datetime
) -> Lead:
    choice = rotation.choose()
    if choice is None and not batch.post:
        return leads.save(unit, lead)
    owned, effects = give(desk, unit, lead, choice, now=now)
    if batch.post:
        desk.send(unit, owned, (PostCard(lead.id), *effects), now=now)
    return owned


def _merge(
    desk: Desk,
    unit: Unit,
    lead_id: int,
    draft: Draft,
    batch: Batch,
    *,
    intake_id: int,
    now: datetime,
) -> Lead:
    lead = leads.load(unit, lead_id, lock=True)
    if lead is None:
        raise RuntimeError(f"lead {lead_id} was found and is gone")
    fresh = _add_source(unit, lead_id, draft, batch, intake_id=intake_id, now=now)
    filled = applied(desk, unit, _filled(desk, lead, draft, now=now), now=now)
    if filled != lead:
        lead = leads.save(unit, filled)
    if fresh:
        leads.add_line(unit, lead_id, at=now, actor="", what="merged", source=batch.source)
        desk.send(unit, lead, (RefreshCard(lead_id),), now=now)
    return lead


def _filled(desk: Desk, lead: Lead, draft: Draft, *, now: datetime) -> Lead:
    """Fill what was not known; a first good number puts a waiting lead back in the queue."""
    filled = replace(lead, name=lead.name or draft.name, email=lead.email or draft.email)
    phone = draft.phone
    waits = lead.living and lead.next_what is Step.WAIT_FOR_PHONE
    good = lead.phone_valid and not waits
    if phone is None or not phone.valid or good or lead.phone_e164 == phone.e164:
        return filled
    mended = desk.placed(
        replace(
            filled,
            phone_raw=phone.raw,
            phone_e164=phone.e164,
            phone_type=phone.type,
            phone_valid=True,
        )
    )
    at = first_call(now=now, phoning=desk.phoning(mended, now=now))
    return replace(mended, next_what=Step.CALL, next_at=at) if waits else mended


def _add_source(
    unit: Unit, lead_id: int, draft: Draft, batch: Batch, *, intake_id: int, now: datetime
) -> bool:
    values: dict[str, Any] = {
        "lead_id": lead_id,
        "source": batch.source,
        "campaign": draft.campaign,
        "vendor": draft.vendor,
        "banner": draft.banner,
        "external_id": draft.external_id,
        "cost_minor": draft.cost.minor if draft.cost else None,
        "currency": draft.cost.currency if draft.cost else "",
        "extra": draft.extra,
    }
    marked = {**values, "extra": draft.extra if batch.post else {}}
    print_of = fingerprint({**marked, "name": draft.name, "note": draft.note})
    received = _dated(draft, now=now).received_at
    values |= {"intake_id": intake_id, "at": received or now, "fingerprint": print_of}
    return leads.add_source(unit, values)


def fingerprint(values: Mapping[str, Any]) -> str:
    """Give a short mark that is the same for the same content."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def resume(desk: Desk) -> int:
    """Settle what was kept and never read, because the process died between; gives how many."""
    before = desk.clock() - LEFT_BEHIND
    with desk.store.view() as view:
        left = inbox.unsettled(view, before=before, most=100)
    for intake_id in left:
        settle(desk, intake_id)
    return len(left)
