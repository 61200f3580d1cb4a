"""What customers receive: SMS and mail, in their own language."""

import unicodedata
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from bot.desk import Desk
from bot.orders import Mail, Sms
from bot.texts import Words
from rules.effects import SendEmail, SendSms
from rules.lead import Lead
from rules.words import Layer, Outcome

LONGEST_NAME = 40
_IN_NAMES = frozenset("'’`\"״׳-־.")


def words_for(desk: Desk, lead: Lead) -> Words:
    """Give the texts in the customer's language and time zone; the team's where unknown."""
    language = lead.language.lower().split("-")[0]
    locale = {"iw": "he"}.get(language, language)
    chosen = locale if locale in {"he", "en"} else desk.settings.locale
    return Words(chosen, desk.zone_of(lead), mrkdwn=False)


def sms_of(desk: Desk, lead: Lead, effect: SendSms, *, now: datetime) -> Sms:
    """Write the SMS of a layer (L2.1); after 'not now' it says when we call, as agreed."""
    words, book = words_for(desk, lead), desk.playbook
    variant = _variant(effect, now=now)
    if not variant and not book.callback_phone:
        variant = "_nophone"
    body = words.say(
        f"sms.{effect.layer}{variant}",
        name=first_name(lead) or words.say("card.there"),
        phone=book.callback_phone,
        sender=book.sender_name,
        when=_agreed(effect, words, now=now),
    )
    return Sms(lead.phone_e164, body)


def mail_of(desk: Desk, lead: Lead, effect: SendEmail, *, now: datetime, key: str) -> Mail:
    """Write the mail of a layer (L3.1, L5.1), as text and as HTML, right to left in Hebrew."""
    words, book = words_for(desk, lead), desk.playbook
    asks = effect.layer == Layer.ASK_PHONE
    missing = "" if lead.phone_raw else "_missing"
    text_key = f"mail.{effect.layer}{missing if asks else _variant(effect, now=now)}"
    subject_key = f"{text_key.removesuffix('_open').removesuffix('_missing')}_subject"
    name = first_name(lead)
    callback = words.say("mail.callback", phone=book.callback_phone) if book.callback_phone else ""
    parts = [
        words.say("mail.hello", name=name) if name else words.say("mail.hello_nobody"),
        *words.say(text_key, when=_agreed(effect, words, now=now)).split("\n"),
        callback,
        words.say("mail.signed", sender=book.sender_name),
    ]
    kept = [part for part in parts if part]
    subject = words.say(subject_key)
    return Mail(lead.email, subject, "\n\n".join(kept), _html(words, subject, kept), key)


def _variant(effect: SendSms | SendEmail, *, now: datetime) -> str:
    """Tell 'we tried' from 'as agreed': an hour that has passed on the way is promised no more."""
    if effect.after != Outcome.NOTNOW:
        return ""
    ahead = effect.agreed and datetime.fromisoformat(effect.agreed) > now
    return "_notnow" if ahead else "_notnow_open"


def _agreed(effect: SendSms | SendEmail, words: Words, *, now: datetime) -> str:
    return words.when(datetime.fromisoformat(effect.agreed), now=now) if effect.agreed else ""


def first_name(lead: Lead) -> str:
    """Give the first of a lead's names; '' where none is known, or what stands there is no name.

    Strangers fill this field, and it goes out from the company's own number.
    """
    first = next(iter(lead.name.split()), "")
    named = all(
        char.isalpha() or unicodedata.combining(char) or char in _IN_NAMES for char in first
    )
    return first if named and len(first) <= LONGEST_NAME else ""


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
