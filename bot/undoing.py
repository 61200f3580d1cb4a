"""A person's last outcome, taken back while nothing has left the house (contract: undo)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import audit
from bot.agreed import reopen, silence
from bot.desk import Desk
from bot.leads import check_there
from bot.team import member
from rules.effect import Effect
from rules.effects import RefreshCard
from rules.lead import Lead
from rules.refusals import Refused
from rules.stages import UNDONE
from storage import calls, events, inbox, leads, outbox
from storage.stages import Cause
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Undone:
    """An outcome that was taken back."""

    lead: Lead
    outcome: str


def undo(desk: Desk, *, by: str, key: str = "", attempt_id: int | None = None) -> Undone:
    """Take back a person's last outcome, where nothing has left the house yet (contract).

    `attempt_id` names the attempt that a button was made for; an older one is refused. So is one
    whose lead changed since: what happened to it meanwhile would be lost.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        member(unit, by, admins=desk.settings.admin_slack_ids)
        if not inbox.first_time(unit, key, at=now):
            raise Refused("undo.done")
        last = calls.last_attempt(unit, by=by)
        if last is None or (attempt_id is not None and last["id"] != attempt_id):
            raise Refused("undo.nothing")
        lead = _undoable(unit, last, now=now)
        events.forget_attempt(unit, lead.id, last["id"])
        cause = Cause(by, UNDONE, now)
        restored = leads.save(unit, calls.as_before(lead, last["before"]), cause=cause)
        retired = _take_back_followup(unit, last["id"], now=now)
        calls.mark_undone(unit, last["id"], at=now)
        reopen(desk, unit, restored, last["ended_followup"], now=now)
        leads.add_line(unit, lead.id, at=now, actor=by, what="undone", outcome=last["outcome"])
        audit.write_lead(desk, unit, by, "undo", before=lead, after=restored)
        desk.send(unit, restored, (RefreshCard(lead.id), *retired), now=now)
        unit.commit()
    return Undone(restored, last["outcome"])


def _undoable(unit: Unit, last: Mapping[str, Any], *, now: datetime) -> Lead:
    lead = leads.load(unit, last["lead_id"], lock=True)
    newest = calls.newest_of_lead(unit, last["lead_id"])
    if lead is None or newest is None or newest["id"] != last["id"]:
        raise Refused("undo.later", lead_id=last["lead_id"])
    check_there(unit, lead)
    if not outbox.cancel_of_attempt(unit, last["id"], now=now):
        raise Refused("undo.left", lead_id=lead.id, name=lead.name)
    if not calls.stands_as_left(lead, last):
        raise Refused("undo.later", lead_id=lead.id)
    return lead


def _take_back_followup(unit: Unit, attempt_id: int, *, now: datetime) -> tuple[Effect, ...]:
    agreed = calls.followup_of(unit, attempt_id)
    return silence(unit, agreed, now=now) if agreed else ()
