"""The rep's acts: log an outcome, take it back, see the day."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from bot import audit
from bot.desk import Desk
from bot.expected import expect
from bot.leads import loggable
from bot.outward import leaves_at
from bot.speed import called
from bot.team import member
from rules.acts import LogOutcome
from rules.effect import Effect
from rules.effects import RefreshCard, RetireNudge
from rules.expected import Expected
from rules.lead import Attempt, FollowUp, Lead
from rules.nags import due_of, reopened
from rules.outcomes import Decision, Setting, decide, is_double
from rules.outlook import Evidence, evidence, no_mail
from rules.permissions import Act, may
from rules.refusals import Refused
from rules.said import Said, heard
from rules.sending import SendEmail, SendSms
from rules.stages import UNDONE
from rules.words import Outcome, Step
from storage import agreements, calls, inbox, leads, outbox, wave
from storage.stages import Cause
from storage.unit import Unit

AGENDA, MOST_HELD = 500, 10_000


@dataclass(frozen=True, slots=True)
class Logged:
    """An outcome that was logged, or was already: the lead now, and what is on its way.

    `other` logged the same a moment before, where somebody else did. `leave_at` has the moment
    (UTC) of each of the messages. `no_mail` says why the mailing list can't write to a lead that
    is on it, `hour` what speaks for the hour of the next attempt. `ended` when it ended a
    follow-up; `before` are the follow-ups that were agreed before, counted where the product is
    sold in `one_call` only; of any other, a close takes `meetings` as a rule. `expected` tells of
    the reminder of a follow-up that was agreed.
    """

    lead: Lead
    act: LogOutcome
    now: datetime
    double: bool = False
    other: str = ""
    attempt_id: int = 0
    messages: tuple[SendSms | SendEmail, ...] = ()
    leave_at: tuple[datetime, ...] = ()
    no_mail: str = ""
    hour: Evidence | None = None
    ended: bool = False
    one_call: bool = False
    meetings: int = 0
    before: int = 0
    expected: Expected | None = None


def log_outcome(desk: Desk, act: LogOutcome, *, by: str, key: str = "") -> Logged:
    """Log what came of a call, in one commit; `key` names the click or command for redelivery.

    Raises Refused: no such lead, somebody else's, closed.
    """
    now, act = desk.clock(), heard(act)
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = loggable(unit, act.lead_id, by=actor, now=now)
        first = inbox.first_time(unit, key, at=now)
        if not first or _is_double(unit, lead, act, now=now):
            other = lead.last_by if first and lead.last_by != by else ""
            return Logged(lead, act, now, double=True, other=other)
        due = lead.next_what is Step.FOLLOW_UP
        agreed = calls.open_followup(unit, lead.id) if due else None
        setting = desk.setting(lead, actor=by, now=now, followup=agreed)
        if act.outcome is Outcome.FOLLOWUP:
            setting = _counting(unit, lead, setting, manages=may(actor, Act.MANAGE))
        decision = decide(lead, act, setting)
        after = called(desk, unit, lead, _owned(decision, now=now), by=actor, now=now)
        decision = replace(decision, lead=after)
        ended = agreed if decision.ends_followup else None
        logged = _save(desk, unit, lead, decision, act, setting=setting, ended=ended)
        expected = expect(desk, unit, decision.followup, by=by)
        unit.commit()
    return replace(logged, expected=expected)


def _counting(unit: Unit, lead: Lead, setting: Setting, *, manages: bool) -> Setting:
    """Add what decides on a follow-up of a one-call product: one is the most it gets (L4.2)."""
    if not setting.playbook.product(lead.product).one_call:
        return setting
    return replace(setting, manages=manages, followups=agreements.followups_of(unit, lead.id))


def _is_double(unit: Unit, lead: Lead, act: LogOutcome, *, now: datetime) -> bool:
    """Say whether this repeats the lead's last attempt; another amount is another act."""
    if not is_double(lead, act, now=now):
        return False
    if act.amount is None:
        return True
    last = calls.newest_of_lead(unit, lead.id)
    return last is None or last["amount_minor"] == act.amount.minor


def _save(
    desk: Desk,
    unit: Unit,
    before: Lead,
    decision: Decision,
    act: LogOutcome,
    *,
    setting: Setting,
    ended: FollowUp | None,
) -> Logged:
    now = setting.now
    why = act.reason or act.note
    lead = leads.save(unit, decision.lead, before=before, cause=Cause(setting.actor, why))
    ended_id = ended.id if ended else None
    attempt_id = calls.add_attempt(
        unit, before, decision.attempt, after=lead, ended_followup=ended_id
    )
    if ended:
        _end(unit, ended, now=now)
    if decision.followup:
        calls.add_followup(unit, decision.followup, attempt_id=attempt_id)
    _write_line(unit, act, decision.attempt)
    audit.write_lead(desk, unit, setting.actor, "outcome", before=before, after=lead)
    messages = _new_messages(desk, unit, decision)
    retire = (RetireNudge(ended.id, before.id),) if ended and ended.nags else ()
    desk.send(unit, lead, (*decision.effects, *retire), now=now, attempt_id=attempt_id)
    leave = tuple(leaves_at(desk, unit, lead, one, now=now) for one in messages)
    logged = Logged(lead, act, now, attempt_id=attempt_id, messages=messages, leave_at=leave)
    return _with_what_is_next(logged, setting, ended=ended is not None)


def _with_what_is_next(logged: Logged, setting: Setting, *, ended: bool) -> Logged:
    """Add what is told of the next step: of its hour, the mailing list, the product's style."""
    lead, book = logged.lead, setting.playbook
    silent = no_mail(lead, setting) if lead.next_what is Step.MAILING_LIST else ""
    told = replace(logged, no_mail=silent, hour=evidence(lead, setting.phoning))
    if not ended and logged.act.outcome is not Outcome.FOLLOWUP:
        return told
    return replace(
        told,
        ended=ended,
        one_call=book.product(lead.product).one_call,
        meetings=book.meetings_of(lead.product),
        before=setting.followups,
    )


def _new_messages(desk: Desk, unit: Unit, decision: Decision) -> tuple[SendSms | SendEmail, ...]:
    """Give the messages to the customer that will leave now, and did not before."""
    return tuple(
        one
        for one in decision.effects
        if isinstance(one, SendSms | SendEmail)
        and desk.carries(one)
        and not outbox.known(unit, one.once_key)
    )


def _owned(decision: Decision, *, now: datetime) -> Lead:
    """Give a lead that waited for an owner to whoever logged on it: they know it now."""
    lead = decision.lead
    return lead if lead.owner else replace(lead, owner=decision.attempt.by, owned_at=now)


def _end(unit: Unit, agreed: FollowUp, *, now: datetime) -> None:
    calls.end_followup(unit, agreed.id, state="ended")
    outbox.cancel_nudges(unit, agreed.id, now=now)


def _write_line(unit: Unit, act: LogOutcome, attempt: Attempt) -> None:
    by, now = attempt.by, attempt.at
    data: dict[str, object] = {"outcome": act.outcome, **Said("", act.objection, act.promise).data}
    if act.note or act.reason:
        data["note"] = act.note or act.reason
    if act.when:
        data["when"] = act.when.isoformat()
    if act.amount:
        data |= {"minor": act.amount.minor, "currency": act.amount.currency}
    if attempt.talk_seconds:
        data["talk"] = attempt.talk_seconds
    leads.add_line(unit, act.lead_id, at=now, actor=by, what="outcome", **data)
    if act.agreed:
        leads.add_line(
            unit, act.lead_id, at=now, actor=by, what="agreed", channels=list(act.agreed)
        )


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
        cause = Cause(by, UNDONE, now)
        restored = leads.save(unit, calls.as_before(lead, last["before"]), cause=cause)
        retired = _take_back_followup(unit, last["id"], now=now)
        calls.mark_undone(unit, last["id"], at=now)
        _reopen(desk, unit, restored, last["ended_followup"], now=now)
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
    if not outbox.cancel_of_attempt(unit, last["id"], now=now):
        raise Refused("undo.left", lead_id=lead.id, name=lead.name)
    if not calls.stands_as_left(lead, last):
        raise Refused("undo.later", lead_id=lead.id)
    return lead


def _take_back_followup(unit: Unit, attempt_id: int, *, now: datetime) -> tuple[Effect, ...]:
    agreed = calls.followup_of(unit, attempt_id)
    if agreed is None:
        return ()
    outbox.cancel_nudges(unit, agreed.id, now=now)
    return (RetireNudge(agreed.id, agreed.lead_id),) if agreed.nags else ()


def _reopen(desk: Desk, unit: Unit, lead: Lead, followup_id: int | None, *, now: datetime) -> None:
    agreed = calls.followup(unit, followup_id) if followup_id else None
    if agreed:
        due, playbook = due_of(lead, agreed), desk.playbook
        calls.save_followup(unit, reopened(agreed, due=due, now=now, playbook=playbook))


@dataclass(frozen=True, slots=True)
class MyLeads:
    """A rep's leads: what is due now, what comes later today, what waits without a time.

    So many more are `held`: they get no call for now (C1).
    """

    due: list[tuple[Lead, str]]
    today: list[tuple[Lead, str]]
    waiting: list[Lead]
    now: datetime
    held: int = 0


def my_leads(desk: Desk, *, by: str) -> MyLeads:
    """Give a rep's leads of the day in the rep's own time zone."""
    now = desk.clock()
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        tomorrow = now.astimezone(actor.zone).date() + timedelta(days=1)
        midnight = datetime.combine(tomorrow, time(), actor.zone)
        bar = desk.playbook.wave
        found = calls.agenda(view, owner=by, until=midnight, most=AGENDA, wave=bar)
        held = wave.waiting(view, bar, by, most=MOST_HELD)
    timed = [(lead, why) for lead, why in found if lead.next_at is not None]
    return MyLeads(
        due=[one for one in timed if one[0].next_at and one[0].next_at <= now],
        today=[one for one in timed if one[0].next_at and one[0].next_at > now],
        waiting=[lead for lead, _ in found if lead.next_at is None],
        now=now,
        held=held,
    )
