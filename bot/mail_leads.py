"""The mailbox as a door for leads: mails of vendors that the playbook names (C2)."""

from dataclasses import dataclass

from bot import intake, letters
from bot.desk import Desk
from bot.forms import read_lead
from bot.intake import Receipt
from bot.mail_bodies import RAW_MAIL, read_mail
from bot.mime import MOST_BYTES, read_head, read_letter
from bot.replies import MAIL_SOURCE
from rules.fields import Draft
from rules.lead import Lead
from rules.letters import Letter, answers_by_itself, bounce_of, written_to
from rules.mail_fields import source_of
from rules.phones import email_key, read_email
from rules.playbook import Source
from storage import inbox, leads, messages


@dataclass(frozen=True, slots=True)
class Looked:
    """What would become of a mail: of which source it is a lead, what it says, how that ends.

    Without a `source` it goes the way of customers' answers.
    """

    sender: str
    subject: str
    source: str
    draft: Draft | None = None
    receipt: Receipt | None = None


def receive(desk: Desk, raw: bytes) -> bool:
    """Take in one mail: as a lead where a source of the playbook takes it, else as an answer.

    Its first megabyte is kept raw, then read; the same mail again changes nothing and is not read
    again. Says if it was the desk's. Raises Refused when the database is busy.
    """
    body = raw[:MOST_BYTES]
    before = _before(desk, read_head(body))
    if before is not None:
        return before
    letter = read_letter(body)
    source = _door(desk, letter, body)
    if not source:
        return letters.receive(desk, raw)
    intake.receive(desk, source, body, content_type=RAW_MAIL, once_key=letter.key)
    return True


def _before(desk: Desk, head: Letter) -> bool | None:
    """Say whether a mail that came before was the desk's, None for one that has to be read.

    One that was nobody's has to be where a source takes it by now.
    """
    door = source_of(desk.playbook.sources, head.sender, head.subject)
    sources = [MAIL_SOURCE, *([door.name] if door else [])]
    with desk.store.view() as view:
        found = inbox.settled(view, sources=sources, once_key=head.key)
    if found is None:
        return None
    source, lead_id = found
    ours = source != MAIL_SOURCE or lead_id is not None
    return None if door and not ours else ours


def look(desk: Desk, raw: bytes, *, source: str = "") -> Looked:
    """Say what would become of a mail, as a lead of `source` where that is given; keeps nothing."""
    body = raw[:MOST_BYTES]
    letter = read_letter(body)
    door = source or _door(desk, letter, body)
    if not door:
        return Looked(letter.sender, letter.subject, "")
    region = desk.settings.default_region
    data = read_mail(body, desk.playbook.source(door), region=region)
    receipt = intake.preview(desk, door, body, content_type=RAW_MAIL)
    return Looked(letter.sender, letter.subject, door, read_lead(desk, door, data), receipt)


def _door(desk: Desk, letter: Letter, body: bytes) -> str:
    """Give the source whose lead a mail is, "" for none.

    What we sent ourselves, reports on that and answers to it are none, whoever they are from; nor
    what a machine answers, nor what a lead writes who names nobody else.
    """
    found = source_of(desk.playbook.sources, letter.sender, letter.subject)
    own = email_key(read_email(desk.settings.mail_from))
    if found is None or letter.report or email_key(letter.sender) == own:
        return ""
    if answers_by_itself(letter) or bounce_of(letter):
        return ""
    with desk.store.view() as view:
        answers = any(messages.of_ref(view, ref) for ref in written_to(letter))
        known = leads.find_person(view, phone="", email=letter.sender)
        lead = leads.load(view, known) if known else None
    if answers or (lead and _names_no_other(desk, body, found, lead)):
        return ""
    return found.name


def _names_no_other(desk: Desk, body: bytes, source: Source, lead: Lead) -> bool:
    """Say whether a mail from a lead's address names no other way to reach anybody."""
    data = read_mail(body, source, region=desk.settings.default_region)
    draft = read_lead(desk, source.name, data)
    phone = draft.phone.e164 if draft.phone and draft.phone.valid else ""
    return phone in {"", lead.phone_e164} and email_key(draft.email) in {"", email_key(lead.email)}
