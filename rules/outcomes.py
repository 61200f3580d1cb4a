"""What an outcome does to a lead: one small function for each, one table for all."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rules import agreements, guards
from rules.acts import LogOutcome
from rules.agreements import Agreement
from rules.answering import Hours
from rules.effect import Effect
from rules.effects import RefreshCard
from rules.ladder import retired
from rules.lead import Attempt, FollowUp, Lead, let_go
from rules.messages import Writing, ask_phone, first_messages, followup_messages
from rules.plan import Phoning, hour_bit, next_attempt, retry_unavailable
from rules.playbook import Playbook
from rules.refusals import Refused
from rules.rest import Rest
from rules.stages import moved
from rules.talking import talk_seconds
from rules.words import ANSWERED, Layer, Outcome, Stage, Step

DOUBLE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a decision needs to know besides the lead: who acts, when, by which numbers.

    `now` is UTC; `zone` is the customer's own; `followup` is the lead's open one; `hours` are
    those at which leads of its kind answer. Who `manages` may agree more follow-ups of a product
    that is sold in one call, of which there were `followups` before.
    """

    actor: str
    now: datetime
    playbook: Playbook
    zone: ZoneInfo
    rest: Rest = field(default_factory=Rest)
    followup: FollowUp | None = None
    hours: Hours = field(default_factory=dict)
    low_answer: bool = False
    manages: bool = False
    followups: int = 0

    @property
    def phoning(self) -> Phoning:
        """When the phone may ring."""
        return Phoning(self.playbook, self.rest, self.zone, self.hours)

    @property
    def writing(self) -> Writing:
        """What decides on messages."""
        return Writing(self.playbook, self.low_answer)


@dataclass(frozen=True, slots=True)
class Decision:
    """What changes: the lead's new state, the attempt, a new follow-up, the effects.

    `ends_followup` is False when a call before the agreed time leaves the agreement standing.
    """

    lead: Lead
    attempt: Attempt
    effects: tuple[Effect, ...]
    followup: FollowUp | None = None
    ends_followup: bool = True


def is_double(lead: Lead, act: LogOutcome, *, now: datetime) -> bool:
    """Say whether the same was logged within ten seconds (contract: Doubles); `now` is UTC.

    Whoever logs it, one call can't be two. Another time or importance is another act; a time
    from now on ('in 30 minutes') is a little later when it is said again.
    """
    if lead.last_at is None or abs(now - lead.last_at) >= DOUBLE:
        return False
    return lead.last_outcome == act.outcome and _agrees_the_same(lead, act)


def _agrees_the_same(lead: Lead, act: LogOutcome) -> bool:
    if act.importance not in {None, lead.importance}:
        return False
    return act.when is None or (lead.next_at is not None and abs(act.when - lead.next_at) < DOUBLE)


def decide(lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    """Carry an outcome out on a lead (L1.5, L2.1, L3.1, L4, L5; contract: Outcomes).

    Raises Refused where the lead's state does not allow it.
    """
    _check_open(lead, act)
    if act.when is not None and act.when <= setting.now:
        raise Refused("when.past", when=act.when)
    counted = _count(lead, act, setting)
    decision = _RULES[act.outcome](lead, counted, act, setting)
    after = _if_it_may_be_called(decision.lead, setting)
    talked = talk_seconds(lead, act, by=setting.actor, now=setting.now)
    attempt = replace(decision.attempt, talk_seconds=talked)
    effects = (*decision.effects, RefreshCard(lead.id), *retired(lead))
    return replace(decision, lead=after, attempt=attempt, effects=effects)


def _check_open(lead: Lead, act: LogOutcome) -> None:
    repeat_sale = act.outcome is Outcome.SOLD and lead.stage is Stage.WON
    if not lead.living and not repeat_sale:
        raise Refused("lead.closed", lead_id=lead.id, name=lead.name, stage=lead.stage)
    if is_refund(act) and lead.stage is not Stage.WON:
        raise Refused("sold.refund_unsold", lead_id=lead.id, name=lead.name)


def _count(lead: Lead, act: LogOutcome, setting: Setting) -> Lead:
    marked = replace(lead, last_outcome=act.outcome, last_by=setting.actor, last_at=setting.now)
    agreed = tuple(dict.fromkeys((*lead.agreed, *act.agreed)))
    if is_refund(act):
        return marked
    reached = act.outcome in ANSWERED
    return replace(
        let_go(marked),
        agreed=agreed,
        attempts=lead.attempts + 1,
        plan_step=lead.plan_step + 1,
        plan_at=lead.plan_at if lead.plan_step else setting.now,
        missed_followup=0 if reached else lead.missed_followup,
        followup_misses=0 if reached else lead.followup_misses,
        first_call_at=lead.first_call_at or setting.now,
        reached_at=setting.now if reached else lead.reached_at,
    )


def _if_it_may_be_called(lead: Lead, setting: Setting) -> Lead:
    """Keep whoever refused calls on the mailing list, but for a time that they agreed to."""
    if not lead.living or guards.may_be_called(lead) or lead.next_what is Step.FOLLOW_UP:
        return lead
    return on_mailing_list(lead, now=setting.now, playbook=setting.playbook)


def is_refund(act: LogOutcome) -> bool:
    """Say whether money goes back: that is no call and no meeting."""
    return act.amount is not None and act.amount.minor < 0


def _attempt(act: LogOutcome, setting: Setting) -> Attempt:
    return Attempt(
        outcome=act.outcome,
        by=setting.actor,
        at=setting.now,
        answered=act.outcome in ANSWERED,
        local_hour=setting.now.astimezone(setting.zone).hour,
        note=act.note or act.reason or act.objection,
        amount=act.amount,
    )


def _by_plan(lead: Lead, setting: Setting) -> Lead:
    at = next_attempt(lead, now=setting.now, phoning=setting.phoning)
    if at is None:
        return on_mailing_list(lead, now=setting.now, playbook=setting.playbook)
    return replace(lead, next_what=Step.CALL, next_at=at)


def on_mailing_list(lead: Lead, *, now: datetime, playbook: Playbook) -> Lead:
    """Give a lead as one that is called no more and gets mail at the playbook's rhythm (L3.3).

    `now` is UTC. Whether a mail may leave is asked each time one is due.
    """
    later = now + timedelta(days=playbook.mailing_days)
    return replace(lead, next_what=Step.MAILING_LIST, next_at=later, importance="")


def _missed(before: Lead, lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    agreed, writing = setting.followup, setting.writing
    tried = lead.tried | hour_bit(setting.now, setting.zone)
    missed = replace(lead, misses=lead.misses + 1, tried=tried)
    if _agreed_later(setting):
        return _standing(before, missed, act, setting, first_messages(before, act, writing))
    if agreed:
        missed = replace(missed, missed_followup=agreed.id, followup_misses=1)
    elif missed.missed_followup:
        missed = replace(missed, followup_misses=missed.followup_misses + 1)
    messages = followup_messages(before, missed, agreed, writing)
    if agreed is None:
        messages = (*messages, *first_messages(before, act, writing))
    return Decision(_by_plan(missed, setting), _attempt(act, setting), messages)


def _agreed_later(setting: Setting) -> FollowUp | None:
    """Give the follow-up whose time is still to come: only another agreement changes it (L4.1)."""
    missed = guards.is_missed_followup(setting.followup, now=setting.now)
    return None if missed else setting.followup


def _standing(
    before: Lead, lead: Lead, act: LogOutcome, setting: Setting, messages: tuple[Effect, ...]
) -> Decision:
    """Leave the next step as it was agreed: somebody called before the time."""
    kept = ("plan_step", "plan_at", "next_what", "next_at", "importance")
    after = replace(lead, **{name: getattr(before, name) for name in kept})
    return Decision(after, _attempt(act, setting), messages, ends_followup=False)


def _not_now(before: Lead, lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    missed = replace(lead, misses=lead.misses + 1)
    standing = None if act.when else _agreed_later(setting)
    said = replace(act, when=standing.due_at) if standing else act
    messages = first_messages(before, said, setting.writing)
    if standing:
        return _standing(before, missed, act, setting, messages)
    planned = _by_plan(missed, setting)
    after = replace(planned, next_what=Step.CALL, next_at=act.when) if act.when else planned
    return Decision(after, _attempt(act, setting), messages)


def _follow_up(_: Lead, lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    if act.when is None or act.importance is None:
        raise Refused("followup.needs_when", lead_id=lead.id)
    said = (act.note, act.objection, act.promise, act.talk_seconds)
    made, book = Agreement(lead.id, act.when, act.importance, *said), setting.playbook
    if book.product(lead.product).one_call:
        agreements.check_one_call(lead, made, manages=setting.manages, before=setting.followups)
    met = replace(lead, meetings=lead.meetings + 1)
    after, agreed = agreements.agree(met, made, by=setting.actor, now=setting.now, playbook=book)
    return Decision(after, _attempt(act, setting), (), followup=agreed)


def _sold(_: Lead, lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    if act.amount is None:
        raise Refused("sold.needs_amount", lead_id=lead.id)
    won = lead if lead.stage is Stage.WON else moved(lead, Stage.WON, now=setting.now)
    after = replace(
        won,
        meetings=lead.meetings + (0 if is_refund(act) else 1),
        closed_at=lead.closed_at or setting.now,
        next_what=Step.NONE,
        next_at=None,
    )
    return Decision(after, _attempt(act, setting), ())


def _lost(_: Lead, lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    after = replace(
        moved(lead, Stage.LOST, now=setting.now),
        meetings=lead.meetings + 1,
        closed_at=setting.now,
        next_what=Step.NONE,
        next_at=None,
    )
    if guards.may_write(after, Layer.MAILING_LIST, setting.playbook):
        after = on_mailing_list(after, now=setting.now, playbook=setting.playbook)
    return Decision(after, _attempt(act, setting), ())


def _invalid(_: Lead, lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    after = replace(lead, phone_valid=False, next_what=Step.WAIT_FOR_PHONE, next_at=None)
    return Decision(after, _attempt(act, setting), ask_phone(after, setting.playbook))


def _unavailable(before: Lead, lead: Lead, act: LogOutcome, setting: Setting) -> Decision:
    tries = lead.unavailables + 1
    if _agreed_later(setting):
        return _standing(before, replace(lead, unavailables=tries), act, setting, ())
    at = retry_unavailable(tries=tries, now=setting.now, phoning=setting.phoning)
    step = Step.RETRY_UNAVAILABLE if at else Step.WAIT_FOR_PHONE
    after = replace(lead, unavailables=tries, next_what=step, next_at=at)
    mail = () if at else ask_phone(after, setting.playbook)
    return Decision(after, _attempt(act, setting), mail)


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
