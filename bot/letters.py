"""A mail comes in: kept, found to be a lead's, and what it means is done (L3.3)."""

from datetime import datetime

from bot.bounces import mail_bounced
from bot.desk import Desk
from bot.mime import MOST_BYTES, read_letter
from bot.optouts import Asked, carry_out
from bot.orders import ADDRESS_REFUSED
from bot.replies import MAIL_SOURCE, read_mail, take_in
from rules.effects import RefreshCard
from rules.lead import Lead
from rules.letters import Bounce, Letter, asks_to_stop, bounce_of, is_automatic, written_to
from rules.optouts import BY_MAIL
from rules.phones import email_key, read_email
from rules.stopping import Stop
from rules.words import Channel
from storage import inbox, leads, messages
from storage.messages import Message
from storage.unit import Unit

RAW = "message/rfc822"


def receive(desk: Desk, raw: bytes) -> bool:
    """Take in one mail in one commit; the same again changes nothing. Says if it is a lead's.

    `raw` is its bytes, of which the first megabyte counts. A mail of nobody we know stays for
    people to read: managers are told of it, unless a machine wrote it. Raises Refused when the
    database is busy.
    """
    body = raw[:MOST_BYTES]
    letter = read_letter(body)
    if _is_own(desk, letter):
        return False
    now = desk.clock()
    with desk.store.unit() as unit:
        kept = inbox.keep(
            unit, source=MAIL_SOURCE, body=body, content_type=RAW, once_key=letter.key, at=now
        )
        if kept is None:
            known = inbox.find(unit, source=MAIL_SOURCE, once_key=letter.key)
            return bool(known and known.lead_id)
        bounce, about = bounce_of(letter), _message(unit, letter)
        lead = _lead(unit, letter, bounce, about)
        inbox.settle(unit, kept, state="answer", lead_id=lead.id if lead else None)
        if bounce:
            _take_bounce(desk, unit, lead, bounce, about, now=now)
        else:
            _take_letter(desk, unit, lead, letter, now=now)
        unit.commit()
    return lead is not None


def _is_own(desk: Desk, letter: Letter) -> bool:
    """Say whether it is a copy of what the desk sent, and not a report on that."""
    own = email_key(read_email(desk.settings.mail_from))
    return bool(own) and email_key(letter.sender) == own and not letter.report


def _message(unit: Unit, letter: Letter) -> Message | None:
    """Give the message of ours that it is about, if it names one; not to who was erased (C5)."""
    for ref in written_to(letter):
        found = messages.of_ref(unit, ref, lock=True)
        if found and found.reaches:
            return found
    return None


def _lead(unit: Unit, letter: Letter, bounce: Bounce | None, about: Message | None) -> Lead | None:
    """Give the lead that was written to, else the newest with the address; held until the end."""
    if about:
        leads.lock_person(unit, phone="", email=about.address)
        return leads.load(unit, about.lead_id, lock=True)
    address = bounce.recipient if bounce else letter.sender
    leads.lock_person(unit, phone="", email=address)
    return next(iter(leads.of_email(unit, address, merged=True)), None) if address else None


def _take_bounce(
    desk: Desk,
    unit: Unit,
    lead: Lead | None,
    bounce: Bounce,
    about: Message | None,
    *,
    now: datetime,
) -> None:
    """Write down what did not arrive, and write to a dead address no more."""
    if about and bounce.lasting:
        messages.set_state(unit, about.id, state=messages.FAILED, code=bounce.code, at=now)
    if lead is None:
        return
    tried = about.address if about else email_key(bounce.recipient)
    if bounce.of_address and lead.email_ok and tried == email_key(lead.email):
        mail_bounced(desk, unit, tried, code=ADDRESS_REFUSED, now=now)
        return
    what = "mail_refused" if bounce.lasting else "mail_delayed"
    leads.add_line(unit, lead.id, at=now, actor="", what=what, code=bounce.code)
    desk.send(unit, lead, (RefreshCard(lead.id),), now=now)


def _take_letter(
    desk: Desk, unit: Unit, lead: Lead | None, letter: Letter, *, now: datetime
) -> None:
    said = read_mail(letter)
    if is_automatic(letter):
        if lead:
            text = said.text
            leads.add_line(unit, lead.id, at=now, actor="", what="auto_replied", text=text)
            desk.send(unit, lead, (RefreshCard(lead.id),), now=now)
    elif (stop := asks_to_stop(letter)).certain:
        closed = stop.channels if stop is Stop.ALL else (Channel.EMAIL,)
        _stop_mail(desk, unit, lead, Asked(closed, "", BY_MAIL, now, said.text), letter)
    else:
        take_in(desk, unit, [lead] if lead else [], said, now=now)


def _stop_mail(desk: Desk, unit: Unit, lead: Lead | None, asked: Asked, letter: Letter) -> None:
    """Close mail for the address that it came from, and for the one that we wrote to."""
    own = email_key(lead.email) if lead else ""
    changed = [
        change.after.id
        for address in dict.fromkeys(filter(None, (own, email_key(letter.sender))))
        for change in carry_out(
            desk, unit, lead if address == own else None, asked, address=address
        ).changes
    ]
    if lead and lead.id not in changed:
        text = asked.said
        leads.add_line(unit, lead.id, at=asked.now, actor="", what="replied_mail", text=text)
