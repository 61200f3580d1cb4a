"""Times to speak again outside a call: agreed anew, moved, taken back (L4.1, L4.3)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot import audit
from bot.agreed import end, silence
from bot.desk import Desk
from bot.expected import expect
from bot.leads import workable
from bot.taking_back import own_change, put_back
from bot.team import member
from rules import agreements as rules
from rules import nags
from rules.agreements import Agreement
from rules.effect import Effect
from rules.effects import RefreshCard
from rules.expected import Expected
from rules.lead import FollowUp, Lead
from rules.permissions import Act, may
from rules.refusals import Refused
from rules.said import Said, split
from rules.team import Rep
from storage import agreements, calls, inbox, leads, pastlines
from storage.unit import Unit, View

CHANGED = (
    "owner",
    "owned_at",
    "plan_step",
    "plan_at",
    "missed_followup",
    "followup_misses",
    "importance",
    "next_what",
    "next_at",
)
"""What a change of an agreed time changes of a lead, and taking it back restores."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A lead whose next call has another time, and what takes that back: a line of history.

    `line` is 0 where the change was made before. `shifted` when the time asked for was put off
    until calling hours; `expected` tells of the reminder of a follow-up.
    """

    lead: Lead
    line: int = 0
    shifted: bool = False
    expected: Expected | None = None


def agree(desk: Desk, made: Agreement, *, by: str, key: str = "") -> Changed:
    """Agree a time to speak again that is no call's outcome, in one commit (L4.1).

    `key` names the modal for redelivery. Raises Refused: no such lead, somebody else's, closed, a
    time that stands already or has passed, more than a one-call product allows.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = workable(unit, made.lead_id, by=actor)
        if not inbox.first_time(unit, key, at=now):
            return Changed(lead)
        made = _told(made)
        _check(desk, unit, lead, made, actor, now=now)
        after, agreed = rules.agree(lead, made, by=by, now=now, playbook=desk.playbook)
        owned = after if after.owner else replace(after, owner=by, owned_at=now)
        saved = leads.save(unit, owned, before=lead)
        kept = calls.add_followup(unit, agreed, attempt_id=None)
        data = {
            "when": made.when.isoformat(),
            "importance": made.importance,
            **_said(made),
            "undo": _undo(lead, saved, followup=kept),
        }
        line = pastlines.write(unit, lead.id, at=now, actor=by, what="agreed_again", data=data)
        audit.write_lead(desk, unit, by, "agree", before=lead, after=saved)
        desk.send(unit, saved, (RefreshCard(lead.id),), now=now)
        told = expect(desk, unit, agreed, by=by)
        unit.commit()
    return Changed(saved, line, expected=told)


def _told(made: Agreement) -> Agreement:
    """Give an agreement with the objections and promises of its note in their own places (C4)."""
    said = split(made.note)
    objection, promise = made.objection or said.objection, made.promise or said.promise
    return replace(made, note=said.note, objection=objection, promise=promise)


def _said(made: Agreement) -> dict[str, object]:
    note = {"note": made.note} if made.note else {}
    return {**note, **Said("", made.objection, made.promise).data}


def _check(
    desk: Desk, unit: Unit, lead: Lead, made: Agreement, actor: Rep, *, now: datetime
) -> None:
    _check_free(unit, lead)
    if made.when <= now:
        raise Refused("when.past", when=made.when)
    if desk.playbook.product(lead.product).one_call:
        before = agreements.followups_of(unit, lead.id)
        rules.check_one_call(lead, made, manages=may(actor, Act.MANAGE), before=before)


def _check_free(view: View, lead: Lead) -> None:
    if not lead.living:
        raise Refused("lead.closed", lead_id=lead.id, name=lead.name, stage=lead.stage)
    if lead.ladder_at is not None:
        raise Refused("time.first", lead_id=lead.id, name=lead.name)
    agreed = calls.open_followup(view, lead.id)
    if agreed:
        raise Refused("followup.open", lead_id=lead.id, name=lead.name, when=agreed.due_at)


def to_agree(desk: Desk, lead_id: int, *, by: str) -> Lead:
    """Give a lead with which this person may agree a time; raises Refused otherwise."""
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        lead = workable(view, lead_id, by=actor)
        _check_free(view, lead)
        return lead


def to_move(desk: Desk, lead_id: int, *, by: str) -> Lead:
    """Give a lead whose next call this person may move; raises Refused otherwise."""
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        lead = workable(view, lead_id, by=actor)
        rules.check_movable(lead)
        return lead


def set_time(desk: Desk, lead_id: int, when: datetime, *, by: str, key: str = "") -> Changed:
    """Move a lead's next call, and the follow-up it keeps, to another time (UTC), in one commit.

    A time of which the customer does not know waits for calling hours (L1.5). Raises Refused: no
    such lead, somebody else's, nothing to move, a time that has passed.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = workable(unit, lead_id, by=actor)
        if not inbox.first_time(unit, key, at=now):
            return Changed(lead)
        rules.check_movable(lead)
        if when <= now:
            raise Refused("when.past", when=when)
        to = when if rules.asked_for(lead) else desk.phoning(lead, now=when).soonest(when)
        saved = leads.save(unit, rules.moved(lead, to=to), before=lead)
        was = calls.open_followup(unit, lead_id)
        retired = _move(desk, unit, was, to=to, now=now) if was else ()
        data = {"when": to.isoformat(), "undo": _undo(lead, saved, was=was)}
        line = pastlines.write(unit, lead_id, at=now, actor=by, what="time_changed", data=data)
        audit.write_lead(desk, unit, by, "move", before=lead, after=saved)
        desk.send(unit, saved, (RefreshCard(lead_id), *retired), now=now)
        told = expect(desk, unit, calls.open_followup(unit, lead_id), by=by)
        unit.commit()
    return Changed(saved, line, shifted=to != when, expected=told)


def _move(
    desk: Desk, unit: Unit, agreed: FollowUp, *, to: datetime, now: datetime
) -> tuple[Effect, ...]:
    calls.save_followup(unit, rules.moved_followup(agreed, to=to, playbook=desk.playbook))
    return silence(unit, agreed, now=now)


def _undo(
    before: Lead, after: Lead, *, followup: int = 0, was: FollowUp | None = None
) -> dict[str, Any]:
    """Give what it takes to take a change back.

    `followup` was made by it; the one that `was` there was moved.
    """
    return {
        "before": calls.snapshot(before, CHANGED),
        "after": calls.snapshot(after, CHANGED),
        "followup": was.id if was else followup,
        "moved_from": was.due_at.isoformat() if was else "",
        "nags": was.nags if was else 0,
    }


def take_back(desk: Desk, line_id: int, *, by: str, key: str = "") -> Lead:
    """Take back a change of a time that this person made; gives the lead as it stood before.

    Raises Refused when it was taken back, is another's, or something happened since.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        lead, change = own_change(desk, unit, line_id, *agreements.LINES, by=by, key=key, now=now)
        restored = put_back(unit, lead, change, changed=CHANGED)
        retired = _restore(desk, unit, restored, change.data["undo"], now=now)
        leads.add_line(unit, lead.id, at=now, actor=by, what="time_restored")
        audit.write_lead(desk, unit, by, "move_undo", before=lead, after=restored)
        desk.send(unit, restored, (RefreshCard(lead.id), *retired), now=now)
        unit.commit()
    return restored


def _restore(
    desk: Desk, unit: Unit, lead: Lead, undo: dict[str, Any], *, now: datetime
) -> tuple[Effect, ...]:
    """Put a follow-up back to its time, or take back the one that was made."""
    agreed = calls.followup(unit, undo["followup"]) if undo["followup"] else None
    if agreed is None or agreed.state != "open":
        return ()
    if not undo["moved_from"]:
        return end(unit, agreed, now=now, state="undone")
    due = datetime.fromisoformat(undo["moved_from"])
    was = replace(agreed, due_at=due, nags=undo["nags"], nag_at=None)
    stands = nags.due_of(lead, was)
    again = nags.reopened(was, due=stands, now=now, playbook=desk.playbook)
    calls.save_followup(unit, again)
    return silence(unit, agreed, now=now)
