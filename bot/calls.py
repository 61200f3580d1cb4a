"""The rep's acts: log an outcome, take it back, ask for the next call, see the day."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from bot.assign import hand_over
from bot.desk import Desk
from bot.leads import workable
from bot.team import member
from rules.commands import LogOutcome
from rules.effects import Effect, RefreshCard, RetireNudge, SendEmail, SendSms
from rules.hours import inside
from rules.lead import FollowUp, Lead
from rules.messages import leaves_at
from rules.nags import reopened
from rules.outcomes import Decision, Setting, decide, is_double
from rules.queue import Reason, rank, reason_to_call
from rules.refusals import Refused
from rules.words import Importance, Step
from storage import calls, inbox, leads, outbox
from storage.unit import Unit

AGENDA = 500
TRIES = 10
NO_OUTCOME_CHANGES = ("owner", "name", "phone_raw", "phone_e164", "email", "opted_out")


@dataclass(frozen=True, slots=True)
class Logged:
    """An outcome that was logged, or was already: the lead now, and what is on its way."""

    lead: Lead
    act: LogOutcome
    now: datetime
    double: bool = False
    attempt_id: int = 0
    messages: tuple[Effect, ...] = ()
    leave_at: datetime | None = None


def log_outcome(desk: Desk, act: LogOutcome, *, by: str, key: str = "") -> Logged:
    """Log what came of a call, in one commit; `key` names the click or command for redelivery.

    Raises Refused: no such lead, somebody else's, closed.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = workable(unit, act.lead_id, by=actor)
        first = inbox.first_time(unit, key, at=now)
        if not first or _is_double(unit, lead, act, by=by, now=now):
            return Logged(lead, act, double=True, now=now)
        setting = Setting(by, now, desk.playbook, desk.zone_of(lead))
        decision = decide(lead, act, setting)
        logged = _save(desk, unit, lead, decision, act, now=now)
        unit.commit()
    return logged


def _is_double(unit: Unit, lead: Lead, act: LogOutcome, *, by: str, now: datetime) -> bool:
    """Say whether this repeats the person's last act; another amount or time is another act."""
    if not is_double(lead, act, actor=by, now=now):
        return False
    if act.amount:
        last = calls.last_attempt(unit, by=by)
        return last is None or last["amount_minor"] == act.amount.minor
    return act.when is None or act.when == lead.next_at


def _save(
    desk: Desk, unit: Unit, before: Lead, decision: Decision, act: LogOutcome, *, now: datetime
) -> Logged:
    due = before.next_what is Step.FOLLOW_UP
    ended = calls.open_followup(unit, before.id) if due else None
    lead = leads.save(unit, _owned(decision, now=now), before=before)
    attempt_id = calls.add_attempt(
        unit, before, decision.attempt, ended_followup=ended.id if ended else None
    )
    if ended:
        _end(unit, ended, now=now)
    if decision.followup:
        calls.add_followup(unit, decision.followup, attempt_id=attempt_id)
    _write_line(unit, act, by=decision.attempt.by, now=now)
    messages = tuple(
        one
        for one in decision.effects
        if isinstance(one, SendSms | SendEmail)
        and desk.carries(one)
        and not outbox.known(unit, one.once_key)
    )
    retire = (RetireNudge(ended.id, before.id),) if ended and ended.nags else ()
    desk.send(unit, lead, (*decision.effects, *retire), now=now, attempt_id=attempt_id)
    zone = desk.zone_of(lead)
    leave = leaves_at(now=now, playbook=desk.playbook, zone=zone) if messages else None
    return Logged(lead, act, now=now, attempt_id=attempt_id, messages=messages, leave_at=leave)


def _owned(decision: Decision, *, now: datetime) -> Lead:
    """Give a lead that waited for an owner to whoever logged on it: they know it now."""
    lead = decision.lead
    return lead if lead.owner else replace(lead, owner=decision.attempt.by, owned_at=now)


def _end(unit: Unit, agreed: FollowUp, *, now: datetime) -> None:
    calls.end_followup(unit, agreed.id, state="ended")
    outbox.cancel_nudges(unit, agreed.id, now=now)


def _write_line(unit: Unit, act: LogOutcome, *, by: str, now: datetime) -> None:
    data: dict[str, object] = {"outcome": act.outcome}
    if act.note or act.reason:
        data["note"] = act.note or act.reason
    if act.when:
        data["when"] = act.when.isoformat()
    if act.amount:
        data |= {"minor": act.amount.minor, "currency": act.amount.currency}
    if act.talk_seconds:
        data["talk"] = act.talk_seconds
    leads.add_line(unit, act.lead_id, at=now, actor=by, what="outcome", **data)


@dataclass(frozen=True, slots=True)
class Undone:
    """An outcome that was taken back."""

    lead: Lead
    outcome: str


def undo(desk: Desk, *, by: str, key: str = "", attempt_id: int | None = None) -> Undone:
    """Take back a person's last outcome, where nothing has left the house yet (contract).

    `attempt_id` names the attempt that a button was made for; an older one is refused.
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
        restored = leads.save(unit, calls.as_before(lead, last["before"]))
        retired = _take_back_followup(unit, last["id"], now=now)
        calls.mark_undone(unit, last["id"], at=now)
        _reopen(desk, unit, last["ended_followup"], now=now)
        leads.add_line(unit, lead.id, at=now, actor=by, what="undone", outcome=last["outcome"])
        desk.send(unit, restored, (RefreshCard(lead.id), *retired), now=now)
        unit.commit()
    return Undone(restored, last["outcome"])


def _undoable(unit: Unit, last: Mapping[str, Any], *, now: datetime) -> Lead:
    lead = leads.load(unit, last["lead_id"], lock=True)
    if lead is None or calls.newest_of_lead(unit, lead.id) != last["id"]:
        raise Refused("undo.later", lead_id=last["lead_id"])
    was = calls.as_before(lead, last["before"])
    if any(getattr(was, name) != getattr(lead, name) for name in NO_OUTCOME_CHANGES):
        raise Refused("undo.later", lead_id=lead.id)
    if not outbox.cancel_of_attempt(unit, last["id"], now=now):
        raise Refused("undo.left", lead_id=lead.id, name=lead.name)
    return lead


def _take_back_followup(unit: Unit, attempt_id: int, *, now: datetime) -> tuple[Effect, ...]:
    agreed = calls.followup_of(unit, attempt_id)
    if agreed is None:
        return ()
    outbox.cancel_nudges(unit, agreed.id, now=now)
    return (RetireNudge(agreed.id, agreed.lead_id),) if agreed.nags else ()


def _reopen(desk: Desk, unit: Unit, followup_id: int | None, *, now: datetime) -> None:
    agreed = calls.followup(unit, followup_id) if followup_id else None
    if agreed:
        calls.save_followup(unit, reopened(agreed, now=now, playbook=desk.playbook))


@dataclass(frozen=True, slots=True)
class Handed:
    """The best call now and why; `of_pool` when it has just become the rep's."""

    lead: Lead
    reason: Reason
    of_pool: bool


def next_lead(desk: Desk, *, by: str, key: str = "") -> Handed | None:
    """Hand out the best call now among the rep's leads and the pool's (L1.4).

    A pool lead handed out becomes the rep's, so nobody else gets it; who comes second looks
    again. None when nothing is due.
    """
    for _ in range(TRIES):
        try:
            return _next_lead(desk, by=by, key=key)
        except Refused as refused:
            if refused.key != "lead.changed":
                raise
    raise Refused("desk.busy")


def _next_lead(desk: Desk, *, by: str, key: str) -> Handed | None:
    now = desk.clock()
    with desk.store.unit() as unit:
        member(unit, by, admins=desk.settings.admin_slack_ids)
        found = [
            *calls.callable_now(unit, owner=by, now=now),
            *calls.callable_now(unit, owner="", now=now),
        ]
        callable_now = [one for one in found if _may_ring(desk, *one, now=now)]
        if not callable_now:
            return None
        lead, importance = min(
            callable_now, key=lambda one: rank(one[0], high=one[1] == Importance.HIGH)
        )
        of_pool = not lead.owner
        if of_pool:
            inbox.first_time(unit, key, at=now)
            lead, effects = hand_over(unit, lead, to=by, by=by, now=now)
            desk.send(unit, lead, effects, now=now)
            unit.commit()
    return Handed(lead, reason_to_call(lead, high=importance == Importance.HIGH), of_pool)


def _may_ring(desk: Desk, lead: Lead, importance: str, *, now: datetime) -> bool:
    """Say whether the phone may ring: at the agreed time, or in calling hours (L1.5)."""
    return bool(importance) or inside(desk.playbook.calling, at=now, zone=desk.zone_of(lead))


@dataclass(frozen=True, slots=True)
class Day:
    """A rep's day: what is overdue, what is still to come today, what waits for a number."""

    overdue: list[tuple[Lead, str]]
    today: list[tuple[Lead, str]]
    waiting: list[Lead]
    now: datetime


def my_day(desk: Desk, *, by: str) -> Day:
    """Give a rep's day in the rep's own time zone."""
    now = desk.clock()
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        tomorrow = now.astimezone(actor.zone).date() + timedelta(days=1)
        midnight = datetime.combine(tomorrow, time(), actor.zone)
        found = calls.agenda(view, owner=by, until=midnight, most=AGENDA)
    timed = [(lead, why) for lead, why in found if lead.next_at is not None]
    return Day(
        overdue=[one for one in timed if one[0].next_at and one[0].next_at <= now],
        today=[one for one in timed if one[0].next_at and one[0].next_at > now],
        waiting=[lead for lead, _ in found if lead.next_at is None],
        now=now,
    )
