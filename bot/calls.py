"""Calls: what came of one is logged, with all that follows from it, in one commit."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot import audit
from bot.agreed import end
from bot.desk import Desk
from bot.expected import expect
from bot.leads import loggable
from bot.mending import NOTHING, Mend, mend_of
from bot.outward import leaves_at
from bot.speed import called
from bot.team import member
from rules.acts import LogOutcome
from rules.expected import Expected
from rules.lead import Attempt, FollowUp, Lead
from rules.outcomes import Decision, Setting, decide, is_double
from rules.outlook import Evidence, evidence, no_mail
from rules.permissions import Act, may
from rules.said import Said, heard
from rules.sending import SendEmail, SendSms
from rules.words import Outcome, Step
from storage import agreements, calls, inbox, leads, outbox
from storage.stages import Cause
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Logged:
    """An outcome that was logged, or was already: the lead now, and what is on its way.

    `other` logged the same a moment before, where somebody else did. `leave_at` has the moment
    (UTC) of each of the messages. `no_mail` says why the mailing list can't write to a lead that
    is on it, `hour` what speaks for the hour of the next attempt. `ended` when it ended a
    follow-up; `before` are the follow-ups that were agreed before, counted where the product is
    sold in `one_call` only; of any other, a close takes `meetings` as a rule. `expected` tells of
    the reminder of a follow-up that was agreed, `mend` what a number that is wrong may be.
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
    mend: Mend = NOTHING


def log_outcome(
    desk: Desk, act: LogOutcome, *, by: str, key: str = "", at: datetime | None = None
) -> Logged:
    """Log what came of a call, in one commit; `key` names the click or command for redelivery.

    `at` is when the call was (UTC; now where it is None). Raises Refused: no such lead, somebody
    else's, closed.
    """
    now, act = at or desk.clock(), heard(act)
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = loggable(unit, act.lead_id, by=actor, now=now)
        first = inbox.first_time(unit, key, at=desk.clock())
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
        mend = mend_of(desk, unit, logged.lead)
        unit.commit()
    return replace(logged, expected=expected, mend=mend)


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
    retired = end(unit, ended, now=now) if ended else ()
    if decision.followup:
        calls.add_followup(unit, decision.followup, attempt_id=attempt_id)
    _write_line(unit, act, decision.attempt)
    audit.write_lead(
        desk, unit, setting.actor, "outcome", before=before, after=lead, attempt_id=attempt_id
    )
    messages = _new_messages(desk, unit, decision)
    desk.send(unit, lead, (*decision.effects, *retired), now=now, attempt_id=attempt_id)
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
