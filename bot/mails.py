"""Mail to customers: text and HTML alike, with a way to refuse it and a way to ask for a call."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot import links
from bot.desk import Desk
from bot.html import html
from bot.messages import (
    HALF_FILLED,
    NO_REFUSAL,
    NO_SENDER,
    Facts,
    as_advertisement,
    facts_of,
    own_text,
)
from bot.orders import Drop, Mail
from rules.guards import is_advertising, is_commercial, names_sender
from rules.lead import Lead
from rules.phones import email_key
from rules.sending import SendEmail
from rules.templates import Chosen, Piece
from rules.words import Channel, Kind, Layer
from storage.unit import View

ROTATION = ("_first", "_second", "_third")
_SAME_SUBJECT = ("_open", "_missing", "_cold")


@dataclass(frozen=True, slots=True)
class Link:
    """An address that is pressed: what stands on it, where it leads; "" leads nowhere."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's subject, its paragraphs, a link to press, its small print.

    `own` are the paragraphs of a manager's text in pieces: only the manager's own words, never
    what filled them, may hold addresses that can be pressed.
    """

    subject: str
    parts: tuple[str, ...]
    link: Link
    signed: str = ""
    footer: tuple[str, ...] = ()
    refusal: Link = Link("", "")
    own: tuple[tuple[Piece, ...], ...] = ()


def mail_of(
    desk: Desk, view: View, lead: Lead, effect: SendEmail, *, now: datetime, key: str
) -> Mail | Drop:
    """Write the mail of a layer (L3.1-L3.3, L5.1), as text and as HTML, right to left in Hebrew.

    `now` is UTC, `key` makes the Message-ID. An advertisement says that it is one, who sends it
    and how to refuse (law); where it can't, it is dropped.
    """
    facts = facts_of(desk, view, lead, effect, now=now)
    own = own_text(desk, lead, effect, facts)
    letter = _of_manager(own) if own else _built_in(lead, effect, facts)
    if not any(letter.parts):
        return Drop(HALF_FILLED)
    refusal = links.unsubscribe_link(desk, view, lead.id, email_key(lead.email))
    layer = Layer(effect.layer)
    advert = is_advertising(lead, layer, desk.playbook)
    if advert and not names_sender(desk.playbook):
        return Drop(NO_SENDER)
    if not refusal and is_commercial(lead, layer, desk.playbook):
        return Drop(NO_REFUSAL)
    whole = _with_small_print(desk, lead, letter, facts, refusal=refusal, advert=advert)
    shown = html("mail.html.j2", facts.words, letter=whole)
    name = desk.playbook.sender_name
    return Mail(lead.email, whole.subject, _text(whole), shown, key, refusal, advert, name)


def _of_manager(own: Chosen) -> Letter:
    lines: list[list[Piece]] = [[]]
    for piece in own.pieces:
        first, *more = piece.text.split("\n")
        lines[-1].append(replace(piece, text=first))
        lines += [[replace(piece, text=line)] for line in more]
    shown = tuple(tuple(line) for line in lines if any(piece.text.strip() for piece in line))
    return Letter(own.subject, tuple(own.text.split("\n")), Link("", ""), own=shown)


def _built_in(lead: Lead, effect: SendEmail, facts: Facts) -> Letter:
    words, values = facts.words, facts.values
    text_key = f"mail.{effect.layer}{_variant(lead, effect, facts)}"
    subject_key = text_key
    for ending in _SAME_SUBJECT:
        subject_key = subject_key.removesuffix(ending)
    name, phone = values["name"], values["phone"]
    parts = (
        words.say("mail.hello", name=name) if name else words.say("mail.hello_nobody"),
        *words.say(text_key, when=values["when"]).split("\n"),
        words.say("mail.callback", phone=phone) if phone else "",
    )
    asks = effect.layer == Layer.ASK_PHONE
    label = words.say("mail.leave_phone" if asks else "mail.choose_time")
    subject = words.say(f"{subject_key}_subject")
    signed = words.say("mail.signed", sender=values["sender"])
    return Letter(subject, tuple(filter(None, parts)), Link(label, values["link"]), signed)


def _variant(lead: Lead, effect: SendEmail, facts: Facts) -> str:
    if effect.layer == Layer.MAILING_LIST:
        number = int(effect.about) if effect.about.isdigit() else 1
        return ROTATION[(number - 1) % len(ROTATION)]
    if effect.layer in {Layer.MAIL_FIRST, Layer.ASK_PHONE} and not facts.variant:
        if lead.kind is Kind.COLD:
            return "_cold"
        missing = effect.layer == Layer.ASK_PHONE and not lead.phone_raw
        return "_missing" if missing else ""
    return facts.variant


def _with_small_print(
    desk: Desk, lead: Lead, letter: Letter, facts: Facts, *, refusal: str, advert: bool
) -> Letter:
    words, values = facts.words, facts.values
    stop = Link(words.say("mail.stop"), refusal)
    if not advert:
        return replace(letter, refusal=stop)
    sender = values["sender"]
    who = words.join(sender, desk.playbook.address, values["phone"])
    agreed = Channel.EMAIL in {*lead.agreed, *(lead.consent or ())}
    why = words.say("advert.why_agreed" if agreed else "advert.why_details", sender=sender)
    subject = as_advertisement(letter.subject, words)
    return replace(letter, subject=subject, footer=(who, why), refusal=stop)


def _text(letter: Letter) -> str:
    """Give the mail as plain text: the same words, links written out."""
    link, stop = letter.link, letter.refusal
    parts = [
        *letter.parts,
        f"{link.label}: {link.url}" if link.url else "",
        letter.signed,
        "-- " if letter.footer or stop.url else "",
        *letter.footer,
        f"{stop.label}: {stop.url}" if stop.url else "",
    ]
    return "\n\n".join(part for part in parts if part.strip())
