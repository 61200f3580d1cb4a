"""Layers 2 and 3: which messages an outcome sends, and whether one is still wanted."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rules.commands import LogOutcome
from rules.effects import Effect, SendEmail, SendSms
from rules.hours import next_outside
from rules.lead import Lead, reachable_by
from rules.phones import can_text
from rules.playbook import Playbook
from rules.words import Channel, Kind, Layer, PhoneType, Step


def wants_first_sms(lead: Lead) -> bool:
    """Say whether a first no-answer sends SMS: not to the cold (L2.1) or a landline (L2.4)."""
    return lead.kind is not Kind.COLD and can_text(lead.phone) and reachable_by(lead, Channel.SMS)


def wants_mail(lead: Lead) -> bool:
    """Say whether mail may go to this lead: it has an address and allows it (L3.1)."""
    return bool(lead.email) and reachable_by(lead, Channel.EMAIL)


def first_miss_messages(lead: Lead, act: LogOutcome) -> tuple[Effect, ...]:
    """Give the messages of the first call nobody answered (L2.1, L3.1); `lead` as it was before."""
    if lead.misses:
        return ()
    agreed = act.when.isoformat() if act.when else ""
    sms = (SendSms(lead.id, Layer.SMS_FIRST, act.outcome, agreed),)
    mail = (SendEmail(lead.id, Layer.MAIL_FIRST, act.outcome, agreed),)
    return (*(sms if wants_first_sms(lead) else ()), *(mail if wants_mail(lead) else ()))


def wants_voicemail(lead: Lead) -> bool:
    """Say whether the rep is shown words for a voice message: the line takes no SMS (L2.4)."""
    return lead.phone_type is PhoneType.LANDLINE


def still_wanted(lead: Lead, *, layer: Layer, asked_at: datetime) -> bool:
    """Say whether a message that was asked for at `asked_at` (UTC) is still true when it leaves.

    Nobody reached the person since, the lead lives, and law and person still allow it
    (contract: Outcomes).
    """
    if not lead.living or (lead.reached_at is not None and lead.reached_at > asked_at):
        return False
    if layer == Layer.SMS_FIRST:
        return wants_first_sms(lead)
    if layer == Layer.ASK_PHONE and lead.next_what is not Step.WAIT_FOR_PHONE:
        return False
    return wants_mail(lead)


def leaves_at(*, now: datetime, playbook: Playbook, zone: ZoneInfo) -> datetime:
    """Give the moment (UTC) a message leaves: after the time to undo, outside quiet hours."""
    return next_outside(
        playbook.quiet, at=now + timedelta(seconds=playbook.undo_seconds), zone=zone
    )
