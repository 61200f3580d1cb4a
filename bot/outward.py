"""SMS and mail as they leave: still wanted, at an hour that is allowed, not one too many."""

from datetime import datetime

from bot import receipts
from bot.bounces import mail_bounced
from bot.desk import Desk
from bot.mails import mail_of
from bot.messages import sms_of
from bot.orders import Drop, Mail, Prepared, Sent, Sms, Wait
from rules.lead import Lead
from rules.messages import WEEK, held_until, unwanted
from rules.phones import email_key
from rules.sending import SendEmail, SendSms
from rules.words import Channel, Layer
from storage import leads, messages, optouts
from storage.outbox import Row
from storage.unit import Unit, View


def prepare_sms(desk: Desk, view: View, row: Row) -> Prepared:
    """Make an SMS of the present, or say why it waits or is dropped (L2)."""
    return _prepare(desk, view, row, Channel.SMS)


def prepare_email(desk: Desk, view: View, row: Row) -> Prepared:
    """Make a mail of the present, or say why it waits or is dropped (L3)."""
    return _prepare(desk, view, row, Channel.EMAIL)


def _prepare(desk: Desk, view: View, row: Row, channel: Channel) -> Prepared:
    effect, now = _effect(row), desk.clock()
    lead = leads.load(view, effect.lead_id)
    if lead is None:
        return Drop("lead_gone")
    why = unwanted(lead, effect, asked_at=row.created_at, writing=desk.writing)
    if why:
        return Drop(why)
    address = address_of(lead, channel)
    if optouts.has(view, address, channel=channel):
        return Drop("not_allowed")
    until = _held(desk, view, lead, effect, address, now=now)
    if until is not None:
        return Wait(until)
    made = (
        sms_of(desk, view, lead, effect, now=now)
        if isinstance(effect, SendSms)
        else mail_of(desk, view, lead, effect, now=now, key=f"outbox-{row.id}")
    )
    return made if isinstance(made, Drop) else [made]


def _effect(row: Row) -> SendSms | SendEmail:
    if not isinstance(row.effect, SendSms | SendEmail):
        raise TypeError(f"{row.effect.kind} is no message to a customer")
    return row.effect


def address_of(lead: Lead, channel: Channel) -> str:
    """Give the form of a person's number or address by which it is matched."""
    return lead.phone_e164 if channel is Channel.SMS else email_key(lead.email)


def _held(
    desk: Desk,
    view: View,
    lead: Lead,
    effect: SendSms | SendEmail,
    address: str,
    *,
    now: datetime,
) -> datetime | None:
    """Give until when it must wait: quiet hours, rest, so many messages to this person (law)."""
    answers = Layer(effect.layer) == Layer.OTHER
    since = now - WEEK
    sent = [] if answers else messages.sent_to(view, address, channel=effect.kind, since=since)
    zone, rest = desk.zone_of(lead), desk.rest(now)
    return held_until(sent, now=now, playbook=desk.playbook, rest=rest, zone=zone)


def leaves_at(
    desk: Desk, view: View, lead: Lead, effect: SendSms | SendEmail, *, now: datetime
) -> datetime:
    """Give the moment (UTC) at which a message will leave that is asked for now, as it stands.

    After the time to undo, and held by all that holds it when it leaves.
    """
    due = desk.leaves_at(lead, now=now)
    address = address_of(lead, Channel(effect.kind))
    return _held(desk, view, lead, effect, address, now=due) or due


def write_down(
    desk: Desk, unit: Unit, row: Row, order: Sms | Mail, done: Sent, *, now: datetime
) -> None:
    """Write a message down that has left, in the lead's history and by the provider's id."""
    effect = _effect(row)
    leads.add_line(
        unit, effect.lead_id, at=now, actor="", what=f"sent_{effect.kind}", layer=effect.layer
    )
    _add(unit, row, address=_key(order.to), ref=done.ref, state=messages.SENT, code="", now=now)
    if isinstance(order, Sms):
        receipts.catch_up(desk, unit, done.ref, now=now)


def write_failed(desk: Desk, unit: Unit, row: Row, *, to: str, code: str, now: datetime) -> None:
    """Write down that a message will never leave, with the other side's code.

    `to` is the number or address at which it was tried, "" where it never came to that.
    """
    effect, address = _effect(row), _key(to)
    _add(unit, row, address=address, ref="", state=messages.FAILED, code=code, now=now)
    if isinstance(effect, SendSms):
        receipts.sms_failed(desk, unit, effect.lead_id, number=address, code=code, now=now)
    else:
        mail_bounced(desk, unit, address, code=code, now=now)


def _key(address: str) -> str:
    return email_key(address) if "@" in address else address


def _add(
    unit: Unit, row: Row, *, address: str, ref: str, state: str, code: str, now: datetime
) -> None:
    effect = _effect(row)
    messages.add(
        unit,
        lead_id=effect.lead_id,
        outbox_id=row.id,
        channel=effect.kind,
        layer=effect.layer,
        address=address,
        ref=ref,
        state=state,
        at=now,
        code=code,
    )
