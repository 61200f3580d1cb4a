"""A lead that a person types: whoever took the call has it, and its first call is now (K3)."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot import audit
from bot.api import Caller
from bot.api_changes import Change, change_lead
from bot.assign import NewOwner, hand_over
from bot.desk import Desk
from bot.forms import read_lead
from bot.leads import check_workable, open_lead
from bot.rotation import Rotation
from bot.sources import Batch
from bot.stages import Moved, move
from bot.taking import take_in
from bot.team import member
from rules.effects import PostCard, PostOwnerCard
from rules.fields import Draft
from rules.lead import Lead
from rules.lead_text import Said, read_lead_text
from rules.permissions import Act, may
from rules.refusals import Refused
from rules.routing import Choice
from rules.team import Rep
from rules.words import Kind, Stage, Step
from storage import inbox, leads, reps
from storage.unit import Unit

SOURCE = "typed"
JSON = "application/json"
ASKED = "asked"
CREATED, KNOWN, MERGED, PASSED = "created", "known", "merged", "passed"
CHANGED = ("name", "phone", "email", "campaign", "product", "kind", "referrer")
"""What the form changes of a lead that stands."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a lead that was typed: created, merged, passed on, or known and asked about.

    `opens` and `claims` say what the typist may do with one that was known, `intake_id` is what
    they typed.
    """

    status: str
    lead: Lead
    intake_id: int
    opens: bool = True
    claims: bool = False
    owner_name: str = ""


class _Nobody(Rotation):
    """A rotation that chooses nobody: who took the call has the lead."""

    def choose(
        self,
        lead: Lead,  # noqa: ARG002 - whoever it is
        without: Collection[str] = (),  # noqa: ARG002
        *,
        at_once: bool = False,  # noqa: ARG002
        handed: bool = False,  # noqa: ARG002
    ) -> Choice | None:
        """Choose nobody."""
        return None


def understood(desk: Desk, text: str) -> Said:
    """Read a lead out of one line of text."""
    book = desk.playbook
    return read_lead_text(
        text,
        campaigns=[one.name for one in book.campaigns],
        products=[one.name for one in book.products],
        region=desk.settings.default_region,
    )


def add(desk: Desk, given: Mapping[str, str], *, by: str, to: str = "", key: str = "") -> Added:
    """Take in a lead that a person typed, raw first; it is theirs and called now (K3).

    A manager may give it `to` another rep. Who is known already is only asked about, but another's
    customer whom nobody works comes back to their owner. The same `key` again changes nothing.
    Raises Refused: no way to reach, a number or address that is none.
    """
    now, taker = desk.clock(), to or by
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        _check_taker(unit, actor, taker)
        draft = read_draft_of(desk, given)
        body = json.dumps(dict(given), ensure_ascii=False).encode()
        kept = inbox.keep(unit, source=SOURCE, body=body, content_type=JSON, once_key=key, at=now)
        if kept is None:
            return _again(unit, key, actor)
        known = _find(unit, draft)
        if known and _is_anothers_past(known, actor):
            done = _pass_on(desk, unit, draft, kept, by=by, now=now)
        elif known:
            inbox.settle(unit, kept, state=ASKED, lead_id=known.id)
            done = _known(unit, known, kept, actor)
        else:
            lead = _create(desk, unit, draft, kept, by=by, taker=taker, now=now)
            inbox.settle(unit, kept, state=CREATED, lead_id=lead.id)
            done = Added(CREATED, lead, kept)
        unit.commit()
    return done


def read_draft_of(desk: Desk, given: Mapping[str, str]) -> Draft:
    """Read what was typed; raises Refused with what is missing or can't be read."""
    filled = {name: text for name, text in given.items() if text}
    draft = read_lead(desk, SOURCE, {"kind": Kind.INCOMING.value} | filled)
    if filled.get("phone") and not (draft.phone and draft.phone.e164):
        raise Refused("add.bad_phone")
    if filled.get("email") and not draft.email:
        raise Refused("add.bad_email")
    if not draft.reachable:
        raise Refused("add.no_way")
    return draft


def _check_taker(unit: Unit, actor: Rep, taker: str) -> None:
    if taker == actor.slack_id:
        return
    if not may(actor, Act.MANAGE):
        raise Refused("add.managers_give")
    target = reps.get(unit, taker)
    if target is None or target.state == "paused":
        raise Refused("assign.outsider", who=taker)


def _find(unit: Unit, draft: Draft) -> Lead | None:
    phone = draft.phone.e164 if draft.phone and draft.phone.valid else ""
    leads.lock_person(unit, phone=phone, email=draft.email)
    known = leads.find_person(unit, phone=phone, email=draft.email, name=draft.name)
    return leads.load(unit, known, lock=True) if known else None


def _again(unit: Unit, key: str, actor: Rep) -> Added:
    """Give what became of the same act before."""
    first = inbox.find(unit, source=SOURCE, once_key=key)
    lead = leads.load(unit, first.lead_id) if first and first.lead_id else None
    if first is None or lead is None:
        raise Refused("button.stale")
    if first.state == ASKED:
        return _known(unit, lead, first.id, actor)
    return Added(first.state, lead, first.id)


def _known(unit: Unit, lead: Lead, intake_id: int, actor: Rep) -> Added:
    owner = reps.get(unit, lead.owner) if lead.owner else None
    return Added(
        KNOWN,
        lead,
        intake_id,
        opens=may(actor, Act.NOTE, lead),
        claims=lead.living and may(actor, Act.CLAIM, lead),
        owner_name=owner.name if owner else "",
    )


def _is_anothers_past(lead: Lead, actor: Rep) -> bool:
    return bool(lead.owner) and not lead.working and not may(actor, Act.NOTE, lead)


def _pass_on(desk: Desk, unit: Unit, draft: Draft, kept: int, *, by: str, now: datetime) -> Added:
    """Take in what was typed of another's past customer as any door does: its owner is told."""
    rotation, batch = Rotation(desk, unit, now=now), Batch(SOURCE, post=True)
    _, lead = take_in(desk, unit, draft, rotation, batch, intake_id=kept, now=now)
    audit.write(desk, unit, by, "add", audit.of_lead(lead.id))
    inbox.settle(unit, kept, state=PASSED, lead_id=lead.id)
    return Added(PASSED, lead, kept)


def _create(
    desk: Desk, unit: Unit, draft: Draft, kept: int, *, by: str, taker: str, now: datetime
) -> Lead:
    """Make a draft the lead of who took the call, whose first call is now."""
    quiet = Batch(SOURCE, post=False)
    rotation = _Nobody(desk, unit, now=now)
    _, lead = take_in(desk, unit, draft, rotation, quiet, intake_id=kept, now=now)
    audit.write(desk, unit, by, "add", audit.of_lead(lead.id))
    at_once = replace(lead, next_at=now) if lead.next_what is Step.CALL else lead
    new = NewOwner(taker, by=by)
    owned, effects = hand_over(desk, unit, at_once, new, now=now, before=lead)
    card = PostOwnerCard(lead.id, taker, owned.version)
    desk.send(unit, owned, (PostCard(lead.id), card, *effects), now=now)
    return owned


def merge(desk: Desk, intake_id: int, *, by: str) -> Added:
    """Add what a person typed to the lead that was known; pressed again it changes nothing.

    Raises Refused for another's lead (C5), and for what was not asked about.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        kept = inbox.get(unit, intake_id, lock=True)
        if kept is None or kept.source != SOURCE or not kept.lead_id:
            raise Refused("button.stale")
        lead = open_lead(unit, kept.lead_id, by=actor)
        check_workable(unit, lead, by=actor, act=Act.NOTE)
        if kept.state != ASKED:
            return Added(MERGED, lead, intake_id)
        if not kept.body:
            raise Refused("button.stale")
        draft = read_draft_of(desk, json.loads(kept.body))
        batch, rotation = Batch(SOURCE, post=True), _Nobody(desk, unit, now=now)
        _, merged = take_in(desk, unit, draft, rotation, batch, intake_id=intake_id, now=now)
        audit.write(desk, unit, by, "add", audit.of_lead(merged.id))
        inbox.settle(unit, intake_id, state=MERGED, lead_id=merged.id)
        unit.commit()
    return Added(MERGED, merged, intake_id)


def to_edit(desk: Desk, lead_id: int, *, by: str) -> Lead:
    """Give a lead whose fields this person is about to mend; raises Refused otherwise (C5)."""
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        lead = open_lead(view, lead_id, by=actor)
        check_workable(view, lead, by=actor, act=Act.NOTE)
    return lead


def edit(desk: Desk, lead_id: int, given: Mapping[str, str], *, by: str) -> Lead:
    """Mend what was typed of a lead; what is left empty stays. Raises Refused (C5)."""
    read_draft_of(desk, given)
    before = to_edit(desk, lead_id, by=by)
    fields = {
        name: text
        for name in CHANGED
        if (text := given.get(name, "")) and text != shown_of(before)[name]
    }
    change_lead(desk, lead_id, Change(fields), by=Caller("slack", by))
    return to_edit(desk, lead_id, by=by)


def shown_of(lead: Lead) -> dict[str, str]:
    """Give a lead's fields as the form shows them."""
    texts = {name: str(getattr(lead, name)) for name in CHANGED if name != "phone"}
    return texts | {"phone": lead.phone_raw or lead.phone_e164}


def undo(desk: Desk, lead_id: int, *, by: str, reason: str, key: str = "") -> Moved:
    """Take a lead that was typed by mistake out of every queue (S3); `reason` is kept with it."""
    return move(desk, lead_id, Stage.DISQUALIFIED, by=by, reason=reason, key=key)
