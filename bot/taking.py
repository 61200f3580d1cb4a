"""Make what a form says a lead: that of a known person, or a new one with an owner (C2)."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot import audit
from bot.assign import give
from bot.desk import Desk
from bot.grading import graded
from bot.merging import merge
from bot.optouts import applied
from bot.rotation import Rotation
from bot.routing import routed
from bot.sources import Batch, Form, add_source, dated
from bot.stages import by_points
from rules.effects import PostCard
from rules.fields import Draft
from rules.lead import Lead
from rules.messages import ask_phone
from rules.plan import first_call
from rules.wave import on_hold
from rules.words import Step
from storage import leads
from storage.unit import Unit


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
    known = leads.find_person(unit, phone=phone, email=draft.email, name=draft.name)
    if known:
        return "merged", merge(desk, unit, known, form, rotation)
    lead = _create(desk, unit, replace(form, draft=dated(draft, now=now)))
    add_source(unit, lead.id, form)
    leads.add_line(unit, lead.id, at=now, actor="", what="created", source=batch.source)
    audit.write_created(desk, unit, lead, source=batch.source)
    closed = by_points(desk, unit, applied(desk, unit, lead, now=now), now=now)
    owned = _hand_out(desk, unit, closed, rotation, batch, now=now)
    if not owned.phone_valid:
        desk.send(unit, owned, ask_phone(owned, desk.playbook), now=now)
    return "created", owned


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
