"""What keeps an SMS or a mail from leaving: each rule of layers 2 and 3 by its own name."""

from datetime import datetime, timedelta

from rules.lead import FollowUp, Lead
from rules.phones import can_text
from rules.playbook import ASSUMED, DEFAULT_SENDER, Playbook
from rules.words import (
    CALLS,
    HIGH_TIERS,
    Channel,
    Kind,
    Layer,
    PhoneType,
    Stage,
    Step,
)

EARLY = timedelta(minutes=15)
ANSWER_WITHIN = timedelta(days=30)
MARKETING = frozenset({Layer.MAIL_OFFER, Layer.MAILING_LIST})
TO_REACH = frozenset({Layer.SMS_FIRST, Layer.SMS_FOLLOWUP, Layer.MAIL_FIRST, Layer.MAIL_OFFER})
"""Messages that are to bring a person to answer: they are out of date once one did."""


def is_first_miss(lead: Lead) -> bool:
    """Say whether nobody failed to reach the lead before: `lead` as it was (L2.1, L3.1)."""
    return lead.misses == 0


def is_not_cold(lead: Lead) -> bool:
    """Say whether the lead expects to hear from us: the cold get no first SMS (L2.1, K1)."""
    return lead.kind is not Kind.COLD


def takes_sms(lead: Lead) -> bool:
    """Say whether an SMS can reach the number: no landline, no broken one (L2.4)."""
    return can_text(lead.phone)


def is_landline(lead: Lead) -> bool:
    """Say whether the line takes no SMS but has a machine to speak to (L2.4)."""
    return lead.phone_type is PhoneType.LANDLINE


def is_worth_sms(lead: Lead, *, low_answer: bool) -> bool:
    """Say whether the lead gets SMS: in low-answer mode only tiers A and B do (L2.5)."""
    return not low_answer or lead.tier in HIGH_TIERS


def is_missed_followup(agreed: FollowUp | None, *, now: datetime) -> bool:
    """Say whether a call in vain at `now` (UTC) missed the agreed time (L2.2).

    A call up to fifteen minutes before counts; an earlier one leaves the agreement as it is.
    """
    return agreed is not None and now >= agreed.due_at - EARLY


def is_offer_due(lead: Lead, playbook: Playbook) -> bool:
    """Say whether so many calls past an agreed time were missed that an offer goes (L3.2)."""
    return lead.followup_misses == playbook.offer_after


def is_marketing(layer: Layer) -> bool:
    """Say whether a message is of the marketing class, the rest being service (contract)."""
    return layer in MARKETING


def is_advertising(lead: Lead, layer: Layer, playbook: Playbook) -> bool:
    """Say whether law asks for the mark of an advertisement: by the playbook, always to the cold.

    A rep's own answer to what the customer wrote is none (`is_asked`).
    """
    return layer in playbook.advertising or (lead.kind is Kind.COLD and layer != Layer.OTHER)


def is_commercial(lead: Lead, layer: Layer, playbook: Playbook) -> bool:
    """Say whether law asks for agreement to a message and a way to refuse it (30A)."""
    return is_marketing(layer) or is_advertising(lead, layer, playbook)


def names_sender(playbook: Playbook) -> bool:
    """Say whether an advertisement can say who sends it and how to reach them (law)."""
    named = playbook.sender_name.strip() not in {"", DEFAULT_SENDER}
    return named and bool(playbook.callback_phone.strip() or playbook.address.strip())


def has_consent(lead: Lead, channel: Channel, *, marketing: bool, playbook: Playbook) -> bool:
    """Say whether the person agreed, or may be taken to have agreed (contract: Consent).

    A consent list that came with the lead is exhaustive; what was agreed since adds to it.
    """
    if channel in lead.agreed:
        return True
    if lead.consent is not None:
        return channel in lead.consent
    rules = playbook.marketing if marketing else playbook.service
    return rules[lead.kind] == ASSUMED


def is_open(lead: Lead, channel: Channel) -> bool:
    """Say whether the person can be written to: not opted out, with an address that works."""
    if channel in lead.opted_out:
        return False
    if channel is Channel.EMAIL:
        return bool(lead.email) and lead.email_ok
    return takes_sms(lead)


def may_write(lead: Lead, layer: Layer, playbook: Playbook) -> bool:
    """Say whether law and the person allow this message, on its layer's channel.

    The one place where consent is asked. A rep's own SMS is an answer: see `is_asked`.
    """
    channel = channel_of(layer)
    if layer == Layer.OTHER:
        return is_open(lead, channel)
    marketing = is_commercial(lead, layer, playbook)
    return is_open(lead, channel) and has_consent(
        lead, channel, marketing=marketing, playbook=playbook
    )


def channel_of(layer: Layer) -> Channel:
    """Give the channel of a layer's messages."""
    is_sms = layer in {Layer.SMS_FIRST, Layer.SMS_FOLLOWUP, Layer.OTHER}
    return Channel.SMS if is_sms else Channel.EMAIL


def missing_marketing(lead: Lead, playbook: Playbook) -> list[Channel]:
    """Give the channels by which the person did not agree to get marketing, and did not refuse."""
    return [
        one
        for one in Channel
        if one not in lead.opted_out
        and not has_consent(lead, one, marketing=True, playbook=playbook)
    ]


def may_be_called(lead: Lead) -> bool:
    """Say whether the person may be called at all."""
    return lead.living and CALLS not in lead.opted_out


def lives_for(lead: Lead, layer: Layer) -> bool:
    """Say whether there is still somebody to write to: a lost lead stays on the list (L3.3).

    A rep may answer anybody who wrote.
    """
    on_list = layer == Layer.MAILING_LIST and lead.stage is Stage.LOST
    return lead.living or on_list or layer == Layer.OTHER


def is_unreached(lead: Lead, layer: Layer, *, asked_at: datetime) -> bool:
    """Say whether nobody reached the person since the message was asked for (UTC)."""
    after_all = layer in {Layer.OTHER, Layer.MAILING_LIST}
    return after_all or lead.reached_at is None or lead.reached_at <= asked_at


def is_unanswered(lead: Lead, layer: Layer, *, asked_at: datetime) -> bool:
    """Say whether the person did not write to us since the message was asked for (UTC)."""
    return layer not in TO_REACH or lead.replied_at is None or lead.replied_at <= asked_at


def is_asked(lead: Lead, layer: Layer, *, now: datetime) -> bool:
    """Say whether a rep's own SMS answers what the person wrote, in the month before `now` (UTC).

    Without that it would be an advertisement (law).
    """
    if layer != Layer.OTHER:
        return True
    return lead.replied_at is not None and now - lead.replied_at <= ANSWER_WITHIN


def reason_holds(lead: Lead, layer: Layer, *, about: str) -> bool:
    """Say whether what the message speaks of still stands: the follow-up, the list, the number."""
    if layer in {Layer.SMS_FOLLOWUP, Layer.MAIL_OFFER}:
        return about == str(lead.missed_followup)
    if layer == Layer.MAILING_LIST:
        return lead.next_what is Step.MAILING_LIST
    if layer == Layer.ASK_PHONE:
        unknown = lead.next_what is Step.ASSIGN and not lead.phone_valid
        return (unknown or lead.next_what is Step.WAIT_FOR_PHONE) and may_be_called(lead)
    return layer != Layer.SMS_FIRST or is_not_cold(lead)
