"""A customer's SMS or mail comes back: told to the rep at once, an opt-out obeyed (L2.3, L3.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.assign import tell_managers
from bot.bodies import FORM, Unreadable, read_body
from bot.desk import Desk
from bot.heard import heard
from bot.mime import read_letter
from bot.numbers import number_mailed
from bot.optouts import Asked, close_all, reopen
from bot.returns import bring_back
from bot.team import is_in_team
from rules.cleaning import clean_text
from rules.effects import PostReply, RefreshCard, TellManagers, TellReply
from rules.lead import Lead
from rules.letters import Letter, new_text
from rules.optouts import BY_SMS
from rules.phones import Phone, read_phone
from rules.replies import asked_to_stop, reads_as_optin
from rules.stopping import Stop
from rules.words import Channel, PhoneType, Stage
from storage import inbox, leads, optouts, outbox
from storage.unit import Unit, View

# The colon keeps it apart from the sources of intake, whose names have none.
SOURCE = "sms:inbound"
MAIL_SOURCE = "mail:inbound"
LONGEST = 1600
WORDLESS = "…"
STOP, START = "STOP", "START"


@dataclass(frozen=True, slots=True)
class Inbound:
    """An SMS that came in: the provider's id of it, the sender's number, the words.

    `asks` is how the provider took it: STOP or START where words of its own list came. A mail has
    a `sender` in place of a number, and what it asks was seen before.
    """

    sid: str
    phone: Phone
    text: str
    asks: str = ""
    channel: Channel = Channel.SMS
    sender: str = ""

    @property
    def stop(self) -> Stop:
        """What it asks to stop."""
        said = asked_to_stop(self.text)
        if self.channel is Channel.EMAIL:
            return Stop.UNSURE if said.certain else said
        return Stop.MESSAGES if self.asks == STOP and not said.certain else said

    @property
    def optout(self) -> bool:
        """Whether it asks for no more messages."""
        return self.stop.certain

    @property
    def optin(self) -> bool:
        """Whether it asks for messages again, coming from somebody who stopped them."""
        sms = self.channel is Channel.SMS
        return sms and (self.asks == START or reads_as_optin(self.text))


def receive(desk: Desk, body: bytes) -> None:
    """Take in one SMS as its provider's form has it, in one commit; the same again changes nothing.

    Raises Unreadable when the form holds no message, Refused when the database is busy.
    """
    now = desk.clock()
    message = read_message(body, region=desk.settings.default_region)
    with desk.store.unit() as unit:
        kept = inbox.keep(
            unit, source=SOURCE, body=body, content_type=FORM, once_key=message.sid, at=now
        )
        if kept is not None:
            found = _senders(unit, message)
            newest = found[0].id if found else None
            inbox.settle(unit, kept, state="answer", lead_id=newest)
            take_in(desk, unit, found, message, now=now)
            unit.commit()


def find(view: View, sid: str, *, region: str) -> Inbound | None:
    """Give a message that was taken in; `region` reads a number without its country."""
    kept = inbox.find(view, source=SOURCE, once_key=sid)
    if kept:
        return read_message(kept.body, region=region) if kept.body else None
    mail = inbox.find(view, source=MAIL_SOURCE, once_key=sid)
    return read_mail(read_letter(mail.body)) if mail and mail.body else None


def read_mail(letter: Letter) -> Inbound:
    """Give a mail as what a customer says: its new words, else its subject (L3.3)."""
    said = (clean_text(one, length=LONGEST) for one in (new_text(letter.text), letter.subject))
    text = next(filter(None, said), WORDLESS)
    nobody = Phone("", "", PhoneType.UNKNOWN, valid=False)
    return Inbound(letter.key, nobody, text, channel=Channel.EMAIL, sender=letter.sender)


def read_message(body: bytes, *, region: str) -> Inbound:
    """Read the provider's form; raises Unreadable when it names no sender or no id."""
    fields = read_body(body, FORM) or {}
    sid, sender, text, asks = (
        clean_text(str(fields.get(name, "")), length=LONGEST)
        for name in ("MessageSid", "From", "Body", "OptOutType")
    )
    if not sid or not sender:
        raise Unreadable("the form holds no message")
    return Inbound(sid, read_phone(sender, region=region), text or WORDLESS, asks.upper())


def _senders(unit: Unit, message: Inbound) -> Sequence[Lead]:
    """Give the leads with the sender's number, newest first, held until the unit ends."""
    leads.lock_person(unit, phone=message.phone.e164, email="")
    return leads.of_phone(unit, message.phone.e164, merged=True)


def take_in(
    desk: Desk, unit: Unit, found: Sequence[Lead], message: Inbound, *, now: datetime
) -> None:
    """Write it down with each lead and do what it asks; where no rep is told, the managers are.

    `found` are the sender's leads, newest first, held until the unit ends; `now` is UTC.
    """
    take = _opt_out if message.optout else _hear
    lived = {lead.id for lead in found if lead.living}
    told = [
        _tell_owner(desk, unit, lead, message, lived=lead.id in lived, now=now)
        for lead in take(desk, unit, found, message, now=now)
    ]
    if not any(told):
        notice = TellManagers("unheard", found[0].id if found else 0, about=message.sid)
        outbox.add(unit, tell_managers(desk, unit, notice), now=now)


def _tell_owner(
    desk: Desk, unit: Unit, lead: Lead, message: Inbound, *, lived: bool, now: datetime
) -> bool:
    """Tell the lead's rep, and say whether there is one; who bought is still somebody's.

    `lived` when it did until this message (S3). What is not sure is a rep's to read.
    """
    cared_for = lived or lead.living or lead.stage is Stage.WON or message.stop is Stop.UNSURE
    heard = cared_for and is_in_team(desk, unit, lead.owner)
    told = (TellReply(lead.id, lead.owner, message.sid),) if heard else ()
    desk.send(unit, lead, (*told, RefreshCard(lead.id)), now=now)
    return heard


def _opt_out(
    desk: Desk, unit: Unit, found: Sequence[Lead], message: Inbound, *, now: datetime
) -> list[Lead]:
    """Contact this person no more as they ask; gives their leads (contract: Consent)."""
    asked = Asked(message.stop.channels, "", BY_SMS, now, message.text)
    done = close_all(desk, unit, found, asked, address=message.phone.e164)
    closed = {one.after.id: one.after for one in done.changes}
    for lead in found:
        if lead.id not in closed:
            leads.add_line(unit, lead.id, at=now, actor="", what="replied", text=message.text)
    return list(({lead.id: lead for lead in found} | closed).values())


def _hear(
    desk: Desk, unit: Unit, found: Sequence[Lead], message: Inbound, *, now: datetime
) -> list[Lead]:
    """Put an answer where the rep sees it, and what waits for an answer away; gives the leads.

    Where nobody works this person now, their newest lead comes back as fresh (L3.3); not if they
    may have asked to be left alone.
    """
    if message.optin:
        found = _opt_in(desk, unit, found, message, now=now)
    found = [_write_down(desk, unit, lead, message, now=now) for lead in found]
    cared_for = any(lead.working or lead.stage is Stage.WON for lead in found)
    if cared_for or message.stop is not Stop.NO:
        return found
    return [
        lead if place else bring_back(desk, unit, lead, now=now) for place, lead in enumerate(found)
    ]


def _write_down(desk: Desk, unit: Unit, lead: Lead, message: Inbound, *, now: datetime) -> Lead:
    what = "replied_mail" if message.channel is Channel.EMAIL else "replied"
    leads.add_line(unit, lead.id, at=now, actor="", what=what, text=message.text)
    desk.send(unit, lead, (PostReply(lead.id, message.sid),), now=now)
    lead = heard(unit, lead, now=now)
    mailed = message.channel is Channel.EMAIL and message.stop is Stop.NO
    return number_mailed(desk, unit, lead, message.text, now=now) if mailed else lead


def _opt_in(
    desk: Desk, unit: Unit, found: Sequence[Lead], message: Inbound, *, now: datetime
) -> list[Lead]:
    """Open SMS again for a number that stopped them; from anybody else these are just words."""
    optouts.reopen(unit, message.phone.e164, (Channel.SMS,))
    return [
        reopen(desk, unit, lead, (Channel.SMS,), how=BY_SMS, now=now, said=message.text)
        for lead in found
    ]
