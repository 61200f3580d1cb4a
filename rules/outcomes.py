"""What an outcome does to a lead: one small function for each, one table for all."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rules.commands import LogOutcome
from rules.effects import Effect, RefreshCard, SendEmail
from rules.lead import Attempt, FollowUp, Lead
from rules.messages import first_miss_messages, wants_mail
from rules.plan import next_attempt, retry_unavailable
from rules.playbook import Playbook
from rules.refusals import Refused
from rules.words import ANSWERED, Importance, Layer, Outcome, Stage, Step

DOUBLE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a decision needs to know besides the lead: who acts, when, by which numbers.

    `now` is UTC; `zone` is the customer's own.
    """

    actor: str
    now: datetime
    playbook: Playbook
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Decision:
    """What changes: the lead's new state, the attempt, a new follow-up, the effects."""

    lead: Lead
    attempt: Attempt
    effects: tuple[Effect, ...]
    followup: FollowUp | None = None


def is_double(lead: Lead, act: LogOutcome, *, actor: str, now: datetime) -> bool:
    """Say whether the same person logged the same within ten seconds (contract: Doubles)."""
    return (
        lead.last_outcome == act.outcome
        and lead.last_by == actor
        and lead.last_at is not None
        and abs(now - lead.last_at) < DOUBLE
    )


def decide(lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    """Carry an outcome out on a lead (L1.5, L2.1, L3.1, L4, L5; contract: Outcomes).

    Raises Refused where the lead's state does not allow it.
    """
    _check_open(lead, act)
    counted = _count(lead, act, setting)
    decision = _RULES[act.outcome](lead, counted, act, setting)
    return replace(decision, effects=(*decision.effects, RefreshCard(lead.id)))


def _check_open(lead: Lead, act: LogOutcome) -> None:
    repeat_sale = act.outcome is Outcome.SOLD and lead.stage is Stage.WON
    if not lead.living and not repeat_sale:
        raise Refused("lead.closed", lead_id=lead.id, name=lead.name, stage=lead.stage)
    if is_refund(act) and lead.stage is not Stage.WON:
        raise Refused("sold.refund_unsold", lead_id=lead.id, name=lead.name)


def _count(lead: Lead, act: LogOutcome, setting: Setting) -> Lead:
    marked = replace(lead, last_outcome=act.outcome, last_by=setting.actor, last_at=setting.now)
    if is_refund(act):
        return marked
    return replace(
        marked,
        attempts=lead.attempts + 1,
        plan_step=0 if act.outcome is Outcome.FOLLOWUP else lead.plan_step + 1,
        first_call_at=lead.first_call_at or setting.now,
        reached_at=setting.now if act.outcome in ANSWERED else lead.reached_at,
    )


def is_refund(act: LogOutcome) -> bool:
    """Say whether money goes back: that is no call and no meeting."""
    return act.amount is not None and act.amount.minor < 0


def _attempt(act: LogOutcome, setting: Setting) -> Attempt:
    return Attempt(
        outcome=act.outcome,
        by=setting.actor,
        at=setting.now,
        answered=act.outcome in ANSWERED,
        talk_seconds=act.talk_seconds,
        note=act.note or act.reason,
        amount=act.amount,
    )


def _by_plan(lead: Lead, setting: Setting) -> Lead:
    at = next_attempt(
        step=lead.plan_step, now=setting.now, playbook=setting.playbook, zone=setting.zone
    )
    step = Step.CALL if at else Step.MAILING_LIST
    return replace(lead, next_what=step, next_at=at)


def _missed(before: Lead, lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    after = _by_plan(replace(lead, misses=lead.misses + 1), setting)
    return Decision(after, _attempt(act, setting), first_miss_messages(before, act))


def _not_now(before: Lead, lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    planned = _by_plan(replace(lead, misses=lead.misses + 1), setting)
    after = replace(planned, next_what=Step.CALL, next_at=act.when) if act.when else planned
    return Decision(after, _attempt(act, setting), first_miss_messages(before, act))


def _follow_up(_: Lead, lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    if act.when is None or act.importance is None:
        raise Refused("followup.needs_when", lead_id=lead.id)
    high = act.importance is Importance.HIGH
    first_nag = timedelta(minutes=setting.playbook.nag_rep[0])
    agreed = FollowUp(
        id=0,
        lead_id=lead.id,
        rep=lead.owner or setting.actor,
        importance=act.importance,
        due_at=act.when,
        agreed_at=setting.now,
        note=act.note,
        nag_at=act.when + first_nag if high else None,
    )
    after = replace(lead, meetings=lead.meetings + 1, next_what=Step.FOLLOW_UP, next_at=act.when)
    return Decision(after, _attempt(act, setting), (), followup=agreed)


def _sold(_: Lead, lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    if act.amount is None:
        raise Refused("sold.needs_amount", lead_id=lead.id)
    after = replace(
        lead,
        meetings=lead.meetings + (0 if is_refund(act) else 1),
        stage=Stage.WON,
        closed_at=lead.closed_at or setting.now,
        next_what=Step.NONE,
        next_at=None,
    )
    return Decision(after, _attempt(act, setting), ())


def _lost(_: Lead, lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    after = replace(
        lead,
        meetings=lead.meetings + 1,
        stage=Stage.LOST,
        closed_at=setting.now,
        next_what=Step.NONE,
        next_at=None,
    )
    return Decision(after, _attempt(act, setting), ())


def _invalid(_: Lead, lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    after = replace(lead, phone_valid=False, next_what=Step.WAIT_FOR_PHONE, next_at=None)
    return Decision(after, _attempt(act, setting), _ask_phone(after))


def _unavailable(_: Lead, lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    tries = lead.unavailables + 1
    at = retry_unavailable(
        tries=tries, now=setting.now, playbook=setting.playbook, zone=setting.zone
    )
    step = Step.RETRY_UNAVAILABLE if at else Step.WAIT_FOR_PHONE
    after = replace(lead, unavailables=tries, next_what=step, next_at=at)
    return Decision(after, _attempt(act, setting), () if at else _ask_phone(after))


def _ask_phone(lead: Lead) -> tuple[Effect, ...]:
    return (SendEmail(lead.id, Layer.ASK_PHONE),) if wants_mail(lead) else ()


Rule = Callable[[Lead, Lead, LogOutcome, Setting], Decision]
_RULES: dict[Outcome, Rule] = {
    Outcome.NOANSWER: _missed,
    Outcome.BUSY: _missed,
    Outcome.VOICEMAIL: _missed,
    Outcome.NOTNOW: _not_now,
    Outcome.FOLLOWUP: _follow_up,
    Outcome.SOLD: _sold,
    Outcome.LOST: _lost,
    Outcome.INVALID: _invalid,
    Outcome.UNAVAILABLE: _unavailable,
}
