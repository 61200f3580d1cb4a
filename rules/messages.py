"""Layers 2 and 3: which messages an outcome sends, whether one is still wanted, when it leaves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rules import guards
from rules.acts import LogOutcome
from rules.effect import Effect
from rules.holdout import is_left_out
from rules.lead import FollowUp, Lead
from rules.playbook import Playbook
from rules.rest import Rest, may_send, next_sending
from rules.sending import SendEmail, SendSms
from rules.words import Layer

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Writing:
    """What decides on messages besides the lead: the playbook, and the team's low-answer mode."""

    playbook: Playbook
    low_answer: bool = False


def first_messages(lead: Lead, act: LogOutcome, writing: Writing) -> tuple[Effect, ...]:
    """Give the messages of the first call nobody answered (L2.1, L3.1); `lead` as it was before."""
    if not guards.is_first_miss(lead):
        return ()
    agreed = act.when.isoformat() if act.when else ""
    sms = SendSms(lead.id, Layer.SMS_FIRST, act.outcome, agreed)
    mail = SendEmail(lead.id, Layer.MAIL_FIRST, act.outcome, agreed)
    return (*_if_wanted(sms, lead, writing), *_if_wanted(mail, lead, writing))


def followup_messages(
    before: Lead, after: Lead, agreed: FollowUp | None, writing: Writing
) -> tuple[Effect, ...]:
    """Give the messages of a call missed at or past an agreed time (L2.2, L3.2).

    One SMS for each follow-up, the first time only; an offer by mail after several tries. The
    first mail goes with it where no call was missed before.
    """
    if agreed is None:
        offer = SendEmail(after.id, Layer.MAIL_OFFER, about=str(after.missed_followup))
        due = after.missed_followup and guards.is_offer_due(after, writing.playbook)
        return _if_wanted(offer, after, writing) if due else ()
    sms = SendSms(
        after.id, Layer.SMS_FOLLOWUP, agreed=agreed.due_at.isoformat(), about=str(agreed.id)
    )
    first = SendEmail(after.id, Layer.MAIL_FIRST)
    mail = _if_wanted(first, after, writing) if guards.is_first_miss(before) else ()
    offer = SendEmail(after.id, Layer.MAIL_OFFER, about=str(agreed.id))
    at_once = guards.is_offer_due(after, writing.playbook)
    return (
        *_if_wanted(sms, after, writing),
        *mail,
        *(_if_wanted(offer, after, writing) if at_once else ()),
    )


def _if_wanted(effect: SendSms | SendEmail, lead: Lead, writing: Writing) -> tuple[Effect, ...]:
    layer = Layer(effect.layer)
    if isinstance(effect, SendSms) and not wants_sms(lead, layer, writing):
        return ()
    return (effect,) if guards.may_write(lead, layer, writing.playbook) else ()


def wants_sms(lead: Lead, layer: Layer, writing: Writing) -> bool:
    """Say whether the method has an SMS for this lead: L2.1, L2.4 and L2.5 together."""
    if layer == Layer.OTHER:
        return True
    warm = layer != Layer.SMS_FIRST or guards.is_not_cold(lead)
    low = writing.playbook.low_answer
    kept = low.mode == "on" and is_left_out(lead.id, low.left_out)
    return warm and guards.is_worth_sms(lead, low_answer=writing.low_answer and not kept)


def ask_phone(lead: Lead, playbook: Playbook) -> tuple[Effect, ...]:
    """Give the mail that asks for a right number (L5.1), where one may be written."""
    allowed = guards.may_be_called(lead) and guards.may_write(lead, Layer.ASK_PHONE, playbook)
    return (phone_asked(lead),) if allowed else ()


def phone_asked(lead: Lead) -> SendEmail:
    """Give the mail that asks for a right number: once for each that was wrong (L5.1)."""
    return SendEmail(lead.id, Layer.ASK_PHONE, about=lead.phone_e164 or lead.phone_raw)


def unwanted(
    lead: Lead, effect: SendSms | SendEmail, *, asked_at: datetime, writing: Writing
) -> str:
    """Say why a message asked for at `asked_at` (UTC) must not leave any more; "" when it may.

    Somebody reached the person since or they wrote to us, the lead is closed, its reason is gone,
    law or the person forbids it (contract: Outcomes, Consent), or low-answer mode came (L2.5).
    """
    layer = Layer(effect.layer)
    checks = {
        "closed": guards.lives_for(lead, layer),
        "reached": guards.is_unreached(lead, layer, asked_at=asked_at),
        "replied": guards.is_unanswered(lead, layer, asked_at=asked_at),
        "unasked": guards.is_asked(lead, layer, now=asked_at),
        "reason_gone": guards.reason_holds(lead, layer, about=effect.about),
        "not_allowed": guards.may_write(lead, layer, writing.playbook),
        "low_answer": isinstance(effect, SendEmail) or wants_sms(lead, layer, writing),
    }
    return next((why for why, holds in checks.items() if not holds), "")


def leaves_at(*, now: datetime, playbook: Playbook, rest: Rest, zone: ZoneInfo) -> datetime:
    """Give the moment (UTC) a message leaves: after the time to undo, not in quiet hours or rest.

    `zone` is the customer's own.
    """
    return next_sending(playbook.quiet, rest, at=now + playbook.undo_time, zone=zone)


def held_until(
    sent: list[datetime], *, now: datetime, playbook: Playbook, rest: Rest, zone: ZoneInfo
) -> datetime | None:
    """Give until when (UTC) a message that is due must wait, None: it may leave now.

    Quiet hours and rest hold it, and so many messages `sent` to the person on this channel, as
    moments (UTC) over the last week, that another would be too many.
    """
    free = max(
        _room(sent, most=playbook.per_day, span=DAY, now=now),
        _room(sent, most=playbook.per_week, span=WEEK, now=now),
    )
    if free <= now and may_send(playbook.quiet, rest, at=now, zone=zone):
        return None
    return next_sending(playbook.quiet, rest, at=free, zone=zone)


def _room(sent: list[datetime], *, most: int, span: timedelta, now: datetime) -> datetime:
    """Give when the oldest of the last `most` messages is out of the span; `now` if it is."""
    recent = sorted(sent)[-most:]
    return max(now, recent[0] + span) if len(recent) == most else now
