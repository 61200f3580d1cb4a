"""What customers receive: SMS and mail, in their own language."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from bot.desk import Desk
from bot.orders import Mail, Sms
from bot.texts import Words
from rules.lead import Lead
from rules.words import Layer, Outcome, Step


def words_for(desk: Desk, lead: Lead) -> Words:
    """Give the texts in the customer's language and time zone; the team's where unknown."""
    language = lead.language.lower().split("-")[0]
    locale = {"iw": "he"}.get(language, language)
    chosen = locale if locale in {"he", "en"} else desk.settings.locale
    return Words(chosen, desk.zone_of(lead), mrkdwn=False)


def sms_of(desk: Desk, lead: Lead, layer: Layer, *, now: datetime) -> Sms:
    """Write the SMS of a layer (L2.1); after 'not now' it says when we call, as agreed."""
    words, book = words_for(desk, lead), desk.playbook
    key = f"sms.{layer}{_variant(lead)}"
    if key == "sms.sms_first" and not book.callback_phone:
        key = "sms.sms_first_nophone"
    body = words.say(
        key,
        name=first_name(lead) or words.say("card.there"),
        phone=book.callback_phone,
        sender=book.sender_name,
        when=words.when(lead.next_at, now=now) if lead.next_at else "",
    )
    return Sms(lead.phone_e164, body)


def mail_of(desk: Desk, lead: Lead, layer: Layer, *, now: datetime, key: str) -> Mail:
    """Write the mail of a layer (L3.1, L5.1), as text and as HTML, right to left in Hebrew."""
    words, book = words_for(desk, lead), desk.playbook
    text_key = f"mail.{layer}{_mail_variant(lead, layer)}"
    subject_key = f"{text_key.removesuffix('_open').removesuffix('_missing')}_subject"
    when = words.when(lead.next_at, now=now) if lead.next_at else ""
    name = first_name(lead)
    callback = words.say("mail.callback", phone=book.callback_phone) if book.callback_phone else ""
    parts = [
        words.say("mail.hello", name=name) if name else words.say("mail.hello_nobody"),
        *words.say(text_key, when=when).split("\n"),
        callback,
        words.say("mail.signed", sender=book.sender_name),
    ]
    kept = [part for part in parts if part]
    subject = words.say(subject_key)
    return Mail(lead.email, subject, "\n\n".join(kept), _html(words, subject, kept), key)


def _mail_variant(lead: Lead, layer: Layer) -> str:
    if layer is Layer.ASK_PHONE:
        return "" if lead.phone_raw else "_missing"
    return _variant(lead)


def _variant(lead: Lead) -> str:
    if lead.last_outcome != Outcome.NOTNOW:
        return ""
    return "_notnow" if lead.next_what is Step.CALL and lead.next_at else "_notnow_open"


def first_name(lead: Lead) -> str:
    """Give the first of a lead's names, '' where none is known."""
    return next(iter(lead.name.split()), "")


@lru_cache
def _environment() -> Environment:
    folder = Path(__file__).parent / "texts"
    return Environment(
        loader=FileSystemLoader(folder), autoescape=select_autoescape(["html", "j2"])
    )


def _html(words: Words, subject: str, paragraphs: list[str]) -> str:
    return (
        _environment()
        .get_template("mail.html.j2")
        .render(
            locale=words.locale,
            direction="rtl" if words.locale == "he" else "ltr",
            subject=subject,
            paragraphs=paragraphs,
        )
    )
