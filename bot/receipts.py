"""What became of an SMS: reports of its delivery, and what a failure means (L2.4, L5.1)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.bodies import FORM, Unreadable, read_body
from bot.desk import Desk
from bot.optouts import close
from rules.cleaning import clean_text
from rules.effect import Effect
from rules.effects import RefreshCard
from rules.guards import is_first_miss, is_unanswered, may_write
from rules.lead import Lead
from rules.messages import ask_phone
from rules.optouts import BY_PROVIDER
from rules.sending import SendEmail
from rules.sms_codes import FAILED, SENT, Meaning, is_news, meaning_of, state_of
from rules.words import Channel, Layer, PhoneType, Step
from storage import inbox, leads, messages
from storage.messages import Message
from storage.unit import Unit

SOURCE = "sms:status"
EARLY = "early"
LONGEST = 80
BY_CALL = frozenset({Step.CALL, Step.RETRY_UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Receipt:
    """A report on a message: the provider's id of it, its state, the code where it failed."""

    ref: str
    state: str
    code: str


def receive(desk: Desk, body: bytes) -> None:
    """Take in a report on an SMS, as the provider's form has it, in one commit.

    Twice, out of order, or of a message that is not ours, it changes nothing. One that overtook
    the record of its own sending is kept until then. Raises Unreadable when the form is no report,
    Refused when the database is busy.
    """
    now, receipt = desk.clock(), read_receipt(body)
    if receipt.state == SENT:
        return
    with desk.store.unit() as unit:
        message = messages.of_ref(unit, receipt.ref, lock=True)
        if message:
            _apply(desk, unit, message, receipt, now=now)
        else:
            _keep(unit, receipt, body, now=now)
        unit.commit()


def read_receipt(body: bytes) -> Receipt:
    """Read the provider's form; raises Unreadable when it names no message or no state."""
    fields = read_body(body, FORM) or {}
    ref, status, code = (
        clean_text(str(fields.get(name, "")), length=LONGEST)
        for name in ("MessageSid", "MessageStatus", "ErrorCode")
    )
    state = state_of(status)
    if not ref or not state:
        raise Unreadable("the form is no report on a message")
    return Receipt(ref, state, code if state == FAILED else "")


def _keep(unit: Unit, receipt: Receipt, body: bytes, *, now: datetime) -> None:
    kept = inbox.keep(
        unit, source=SOURCE, body=body, content_type=FORM, once_key=receipt.ref, at=now
    )
    if kept is not None:
        inbox.settle(unit, kept, state=EARLY, lead_id=None)


def catch_up(desk: Desk, unit: Unit, ref: str, *, now: datetime) -> None:
    """Apply the report that came before its message was written down, if one did."""
    early = inbox.find(unit, source=SOURCE, once_key=ref)
    message = messages.of_ref(unit, ref, lock=True) if early and early.body else None
    if early and message:
        _apply(desk, unit, message, read_receipt(early.body), now=now)


def _apply(desk: Desk, unit: Unit, message: Message, receipt: Receipt, *, now: datetime) -> None:
    if not is_news(message.state, receipt.state):
        return
    messages.set_state(unit, message.id, state=receipt.state, code=receipt.code, at=now)
    if receipt.state == FAILED and message.reaches:
        sms_failed(desk, unit, message.lead_id, number=message.address, code=receipt.code, now=now)


def sms_failed(
    desk: Desk, unit: Unit, lead_id: int, *, number: str, code: str, now: datetime
) -> None:
    """Do what follows from an SMS that did not arrive, for every lead with its number.

    `number` is E.164, `code` the provider's own, `now` UTC. It stands in the history either way.
    """
    meaning = meaning_of(code)
    leads.lock_person(unit, phone=number, email="")
    what = f"sms_failed_{meaning}"
    leads.add_line(unit, lead_id, at=now, actor="", what=what, code=code or "-")
    follow = _FOLLOWS.get(meaning)
    if follow:
        follow(desk, unit, number, now)
    lead = leads.load(unit, lead_id)
    if lead:
        desk.send(unit, lead, (RefreshCard(lead_id),), now=now)


def _is_landline(desk: Desk, unit: Unit, number: str, now: datetime) -> None:
    """Write no more SMS there; the mail goes at once (L2.4)."""
    for lead in leads.of_phone(unit, number):
        line = replace(lead, phone_type=PhoneType.LANDLINE)
        after = leads.save(unit, line, before=lead) if line != lead else lead
        _send(desk, unit, after, _first_mail(desk, after), now=now)


def _first_mail(desk: Desk, lead: Lead) -> tuple[Effect, ...]:
    """Give the mail that goes with the first missed call, where there was one (L3.1).

    Not to who wrote to us since we last called.
    """
    missed = lead.living and not is_first_miss(lead) and lead.reached_at is None
    called = lead.last_at
    wanted = missed and called and is_unanswered(lead, Layer.MAIL_FIRST, asked_at=called)
    allowed = may_write(lead, Layer.MAIL_FIRST, desk.playbook)
    return (SendEmail(lead.id, Layer.MAIL_FIRST),) if wanted and allowed else ()


def _is_nobodys(desk: Desk, unit: Unit, number: str, now: datetime) -> None:
    """Ask for a right number, unless somebody answered this one (L5.1)."""
    found = leads.of_phone(unit, number)
    if any(lead.reached_at for lead in found):
        return
    for lead in found:
        broken = replace(lead, phone_valid=False)
        if lead.living and lead.next_what in BY_CALL:
            broken = replace(
                broken, next_what=Step.WAIT_FOR_PHONE, next_at=None, held_by="", held_until=None
            )
        after = leads.save(unit, broken, before=lead) if broken != lead else lead
        asks = after.living and after.next_what is Step.WAIT_FOR_PHONE
        _send(desk, unit, after, ask_phone(after, desk.playbook) if asks else (), now=now)


def _has_opted_out(desk: Desk, unit: Unit, number: str, now: datetime) -> None:
    """Write no more SMS: the person stopped them at the provider (contract: Consent)."""
    close(desk, unit, None, (Channel.SMS,), address=number, actor="", how=BY_PROVIDER, now=now)


def _send(
    desk: Desk, unit: Unit, lead: Lead, effects: tuple[Effect, ...], *, now: datetime
) -> None:
    desk.send(unit, lead, (*effects, RefreshCard(lead.id)), now=now)


_FOLLOWS: dict[Meaning, Callable[[Desk, Unit, str, datetime], None]] = {
    Meaning.LANDLINE: _is_landline,
    Meaning.INVALID: _is_nobodys,
    Meaning.OPTED_OUT: _has_opted_out,
}
