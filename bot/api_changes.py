"""What another system says of a lead is obeyed: its fields, its stage, its owner (C2, S3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot import approvals, audit
from bot.api import Caller, named
from bot.approvals import Asked
from bot.assign import assigned
from bot.desk import Desk
from bot.leads import check_workable, open_lead
from bot.numbers import call_now, with_number
from bot.optouts import Asked as Refusing
from bot.optouts import applied, carry_out
from bot.returns import regraded
from bot.team import member
from rules.acts import MoveStage
from rules.effects import RefreshCard
from rules.fields import Defaults, Draft, read_draft
from rules.lead import Lead
from rules.optouts import BY_COMMAND
from rules.permissions import Act
from rules.phones import Phone
from rules.refusals import Refused
from rules.team import Rep
from rules.words import Stage, Step
from storage import crm, leads, reps
from storage.crm import Link
from storage.unit import Unit

TEXTS = (
    *("name", "email", "kind", "direction", "campaign", "vendor", "banner", "product"),
    *("language", "region", "city", "age", "interests", "referrer", "referrer_close", "note"),
)
TOLD = (*TEXTS, "consent", "consent_text")
"""What may be changed of a lead besides its number, by the names of intake."""
GROUP = ("kind", "campaign", "product")


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be changed; what is None, "" or not among the `fields` stays as it is.

    `versions` are the lead's that the other system knows, None where it does not say.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    stage: Stage | None = None
    reason: str = ""
    owner: str = ""
    external_id: str = ""
    opted_out: tuple[str, ...] = ()
    versions: frozenset[int] | None = None


class Stale(Exception):
    """Raised when a lead is not any more what the other system knows of it."""


def change_lead(desk: Desk, lead_id: int, change: Change, *, by: Caller) -> bool:
    """Change a lead as another system says, all of it in one commit (C2).

    Says whether all was done; False where the managers are asked for an SQO (S2).
    Raises Stale, or Refused: no such lead, somebody else's, what may not be.
    """
    now, draft = desk.clock(), _draft(desk, change.fields)
    with desk.store.unit() as unit:
        actor = member(unit, by.actor, admins=desk.settings.admin_slack_ids)
        leads.lock_person(unit, phone=_good_number(draft), email=draft.email)
        lead = open_lead(unit, lead_id, by=actor)
        _check(unit, lead, change, actor)
        lead = _described(desk, unit, lead, draft, _named(change.fields), actor=actor, now=now)
        if change.external_id:
            link = Link(by.name, change.external_id, lead_id, "")
            crm.keep(unit, link, at=now)
        lead = _closed(desk, unit, lead, change.opted_out, actor, now=now)
        done = _moved(desk, unit, lead, change, actor, now=now)
        _give(desk, unit, lead_id, change.owner, actor, now=now)
        unit.commit()
    return done


def _draft(desk: Desk, given: Mapping[str, Any]) -> Draft:
    """Read fields as intake does; raises Refused for a number or an address that is none."""
    settings = desk.settings
    draft = read_draft(
        given, defaults=Defaults(region=settings.default_region, currency=settings.currency)
    )
    if "phone" in given and draft.phone is None:
        raise Refused("api.value", field="phone")
    if given.get("email") and not draft.email:
        raise Refused("api.value", field="email")
    return draft


def _named(given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the fields by the names they have on a lead: both parts of a name are its name."""
    parts = ("first_name", "last_name")
    return {"name" if one in parts else one: value for one, value in given.items()}


def _good_number(draft: Draft) -> str:
    return draft.phone.e164 if draft.phone and draft.phone.valid else ""


def _check(unit: Unit, lead: Lead, change: Change, actor: Rep) -> None:
    if change.versions is not None and lead.version not in change.versions:
        raise Stale
    if change.fields or change.external_id:
        check_workable(unit, lead, by=actor, act=Act.NOTE)
    if change.opted_out:
        check_workable(unit, lead, by=actor, act=Act.OPTOUT)


def _described(
    desk: Desk,
    unit: Unit,
    lead: Lead,
    draft: Draft,
    given: Mapping[str, Any],
    *,
    actor: Rep,
    now: datetime,
) -> Lead:
    """Change what is said of a lead, with a line of history that names the fields."""
    said = _said(lead, draft, given, now=now)
    new = draft.phone if draft.phone and not _same_number(lead, draft.phone) else None
    names = [one for one in given if one in TOLD and getattr(lead, one) != getattr(said, one)]
    names += ["phone"] if new else []
    if not names:
        return lead
    if any(name in GROUP for name in names):
        said = regraded(desk, unit, said)
    if "email" in names:
        _check_free(unit, said)
        said = applied(desk, unit, said, now=now)
    saved = leads.save(unit, said, before=lead) if said != lead else lead
    saved = _numbered(desk, unit, saved, new, now=now) if new else saved
    by = actor.slack_id
    leads.add_line(unit, lead.id, at=now, actor=by, what="changed", fields=", ".join(names))
    audit.write_lead(desk, unit, by, "change", before=lead, after=saved, fields=names)
    desk.send(unit, saved, (RefreshCard(lead.id),), now=now)
    return saved


def _same_number(lead: Lead, phone: Phone) -> bool:
    return phone.raw == lead.phone_raw or bool(phone.e164 and phone.e164 == lead.phone_e164)


def _said(before: Lead, draft: Draft, given: Mapping[str, Any], *, now: datetime) -> Lead:
    """Give a lead as it is described; channels agreed to take the place of those before."""
    told = {name: getattr(draft, name) for name in TEXTS if name in given}
    lead = replace(before, **told)
    lead = lead if lead.email == before.email else replace(lead, email_ok=True)
    text = draft.consent_text if "consent_text" in given else lead.consent_text
    if "consent" not in given:
        return replace(lead, consent_text=text)
    if draft.consent == lead.consent:
        return replace(lead, consent_text=text)
    return replace(lead, consent=draft.consent, consent_text=text, consent_at=now, agreed=())


def _numbered(desk: Desk, unit: Unit, lead: Lead, phone: Phone, *, now: datetime) -> Lead:
    """Give a lead the number that is told; who waited for a good one is called (L5)."""
    if not phone.valid:
        told = replace(lead, phone_raw=phone.raw, phone_e164=phone.e164, phone_type=phone.type)
        return leads.save(unit, replace(told, phone_valid=False), before=lead)
    given = with_number(desk, unit, lead, phone, now=now)
    waited = given.living and given.next_what is Step.WAIT_FOR_PHONE
    return call_now(desk, unit, given, now=now) if waited else given


def _check_free(unit: Unit, lead: Lead) -> None:
    """Raise Refused where the address is another lead's: people say whether they are one (C2)."""
    other = leads.find_person(unit, phone="", email=lead.email)
    if other not in {None, lead.id}:
        raise Refused("api.taken", lead_id=lead.id, name=lead.name, other=other)


def _closed(
    desk: Desk, unit: Unit, lead: Lead, channels: tuple[str, ...], actor: Rep, *, now: datetime
) -> Lead:
    """Close channels that were open; what was refused stays so, whatever is left out."""
    newly = tuple(one for one in channels if one not in lead.opted_out)
    if not newly:
        return lead
    carry_out(desk, unit, lead, Refusing(newly, actor.slack_id, BY_COMMAND, now))
    return leads.load(unit, lead.id) or lead


def _moved(
    desk: Desk, unit: Unit, lead: Lead, change: Change, actor: Rep, *, now: datetime
) -> bool:
    if change.stage is None or change.stage is lead.stage:
        return True
    act = MoveStage(lead.id, change.stage, change.reason or actor.name)
    done = approvals.moved_or_asked(desk, unit, lead, act, actor, now=now)
    return not isinstance(done, Asked)


def _give(desk: Desk, unit: Unit, lead_id: int, owner: str, actor: Rep, *, now: datetime) -> None:
    if not owner:
        return
    to = named(reps.everybody(unit), owner)
    if to is None:
        raise Refused("api.no_rep", name=owner)
    lead = open_lead(unit, lead_id, by=actor)
    if lead.owner != to.slack_id:
        assigned(desk, unit, lead, to.slack_id, actor, now=now)
