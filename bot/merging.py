"""A form of a person who is known: what it says is kept, whoever works the lead is told (C2)."""

from dataclasses import replace
from datetime import datetime

from bot import audit
from bot.desk import Desk
from bot.heard import heard
from bot.optouts import applied
from bot.returns import bring_back, call_again, regraded, tell_owner
from bot.rotation import Rotation
from bot.sources import Form, add_source
from bot.speed import clocked
from bot.stages import by_points
from bot.whose import is_anothers, whose
from rules.effects import RefreshCard, TellOwner
from rules.fields import Draft
from rules.guards import may_be_called
from rules.lead import Lead
from rules.plan import first_call
from rules.words import Kind, Stage, Step
from storage import calls, leads
from storage.unit import Unit

HEAT = tuple(Kind)
FILLED = ("product", "language", "region", "city", "age", "interests", "referrer")
LONGEST_NOTE = 3000


def merge(desk: Desk, unit: Unit, lead_id: int, form: Form, rotation: Rotation) -> Lead:
    """Add what a form says to the lead of this person, and to its history (C2, C4).

    Where the batch is posted, who is not worked comes back to a rep as fresh, and who is and
    says something new is called as fresh (L3.3). What seems another person's fills nothing here.
    """
    before = leads.standing(unit, lead_id, lock=True)
    if before is None:
        raise RuntimeError(f"lead {lead_id} was found and is gone")
    lead_id, now = before.id, form.now
    fresh = add_source(unit, lead_id, form)
    if fresh:
        source = form.batch.source
        leads.add_line(unit, lead_id, at=now, actor="", what="merged", source=source)
    theirs = not is_anothers(before, form.draft)
    lead = _filled(desk, unit, before, form, fresh=fresh) if theirs else before
    if lead.next_what is not before.next_what:
        lead = clocked(desk, unit, lead, now=now)
    if lead != before:
        lead = leads.save(unit, lead, before=before)
    if fresh:
        audit.write_lead(
            desk, unit, "", "merge", before=before, after=lead, source=form.batch.source
        )
        asked = whose(desk, unit, before, form)
        desk.send(unit, lead, (RefreshCard(lead_id), *asked), now=now)
    if form.batch.post and (fresh or not lead.working):
        lead = _answered(desk, unit, heard(unit, lead, now=now), form, rotation)
    return by_points(desk, unit, lead, now=now)


def fill(desk: Desk, unit: Unit, lead: Lead, form: Form) -> Lead:
    """Let a form fill a lead whose person somebody says it is of, saved; its source is known (C2).

    Nobody is told, and no call is moved: that was done when it came.
    """
    filled = _filled(desk, unit, lead, form, fresh=True)
    return leads.save(unit, filled, before=lead) if filled != lead else lead


def _filled(desk: Desk, unit: Unit, before: Lead, form: Form, *, fresh: bool) -> Lead:
    """Give the lead with all that a form of this person says."""
    said = _consented(unit, before, form, fresh=fresh)
    said = _noted(unit, said, form.draft.note, now=form.now) if fresh else said
    return _added(desk, unit, said, form)


def _answered(desk: Desk, unit: Unit, lead: Lead, form: Form, rotation: Rotation) -> Lead:
    """Bring the lead back, or have it called as fresh; tell its owner where no card does."""
    now = form.now
    if not lead.working:
        back = bring_back(desk, unit, lead, now=now, rotation=rotation)
        if back is not lead:
            return back
    elif calls.open_followup(unit, lead.id) is None:
        lead = call_again(desk, unit, lead, now=now, rotation=rotation)
    told = TellOwner(lead.id, lead.owner, "came_again", form.draft.note, form.intake_id)
    tell_owner(desk, unit, told, lead, alone="came_alone")
    return lead


def _consented(unit: Unit, lead: Lead, form: Form, *, fresh: bool) -> Lead:
    """Let the newest list of channels agreed to stand, also for what was agreed in calls before.

    It opens nothing that the person closed (contract: Consent).
    """
    draft, known_at = form.draft, lead.consent_at or lead.received_at
    repeated = draft.consent == lead.consent and not fresh
    if draft.consent is None or repeated or (known_at and form.at < known_at):
        return lead
    data = {"channels": list(draft.consent), "source": form.batch.source, "of": form.at.isoformat()}
    data |= {"text": draft.consent_text} if draft.consent_text else {}
    leads.add_line(unit, lead.id, at=form.now, actor="", what="consent", **data)
    return replace(
        lead,
        consent=draft.consent,
        consent_text=draft.consent_text,
        consent_at=form.at,
        agreed=(),
    )


def _noted(unit: Unit, lead: Lead, note: str, *, now: datetime) -> Lead:
    """Put what they wrote now above what they wrote before, and in the history (C4)."""
    if not note or note in lead.note:
        return lead
    leads.add_line(unit, lead.id, at=now, actor="", what="wrote", text=note)
    both = "\n".join(filter(None, (note, lead.note)))
    return replace(lead, note=both[:LONGEST_NOTE])


def _added(desk: Desk, unit: Unit, lead: Lead, form: Form) -> Lead:
    """Give the lead with what was not known of it; a sale stays the sale that it was."""
    draft, now = form.draft, form.now
    filled = replace(lead, name=lead.name or draft.name, email=lead.email or draft.email)
    if lead.stage is not Stage.WON:
        filled = _described(filled, draft)
        if lead.living or form.batch.post:
            filled = _heated(filled, draft)
    reached = _with_number(desk, filled, draft, now=now)
    group = (lead.kind, lead.campaign, lead.product)
    if (reached.kind, reached.campaign, reached.product) != group:
        reached = regraded(desk, unit, reached)
    return applied(desk, unit, reached, now=now)


def _described(lead: Lead, draft: Draft) -> Lead:
    known = {name: getattr(lead, name) or getattr(draft, name) for name in FILLED}
    close = lead.referrer_close if lead.referrer else draft.referrer_close
    return replace(lead, referrer_close=close, **known)


def _heated(lead: Lead, draft: Draft) -> Lead:
    """Let a hotter kind take the place of a colder one, never the other way (K5)."""
    if HEAT.index(draft.kind) <= HEAT.index(lead.kind):
        return lead
    campaign = lead.campaign or draft.campaign
    return replace(lead, kind=draft.kind, direction=draft.direction, campaign=campaign)


def _with_number(desk: Desk, lead: Lead, draft: Draft, *, now: datetime) -> Lead:
    """Fill a number that was not known; a first good one puts a waiting lead in the queue."""
    phone = draft.phone
    waits = lead.living and lead.next_what is Step.WAIT_FOR_PHONE
    good = lead.phone_valid and not waits
    if phone is None or not phone.valid or good or lead.phone_e164 == phone.e164:
        return lead
    mended = desk.placed(
        replace(
            lead,
            phone_raw=phone.raw,
            phone_e164=phone.e164,
            phone_type=phone.type,
            phone_valid=True,
            unavailables=0,
        )
    )
    if not waits or not may_be_called(lead):
        return mended
    at = first_call(now=now, phoning=desk.phoning(mended, now=now))
    return replace(mended, next_what=Step.CALL, next_at=at)
