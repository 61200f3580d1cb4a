"""What every page for customers is made of: its frame, what it says, the form that comes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.bodies import Unreadable, read_body
from bot.desk import Desk
from bot.html import html, page_style
from bot.messages import words_for
from bot.texts import LOCALES, Words
from rules.cleaning import clean_text
from rules.lead import Lead
from rules.phones import email_key

LONGEST = 60
FOUND, UNREADABLE, MISSING, GONE, TOO_MANY, BUSY = 200, 400, 404, 410, 429, 503


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser is shown, and the status it comes with."""

    status: int
    html: str


def words_of(desk: Desk, lead: Lead, language: str = "") -> Words:
    """Give the texts in the language that the customer switched to, else in their own."""
    own = words_for(desk, lead)
    return Words(language, own.zone, mrkdwn=False) if language in LOCALES else own


def addresses_of(lead: Lead) -> list[str]:
    """Give the addresses and the number that a link to this lead may have been sent to."""
    return [one for one in (email_key(lead.email), lead.phone_e164, lead.email.lower()) if one]


def missing(desk: Desk) -> Page:
    """Say that a link leads nowhere."""
    return said(desk, team_words(desk), "missing", status=MISSING)


def busy(desk: Desk) -> Page:
    """Say that nothing was stored, and to try again."""
    return said(desk, team_words(desk), "busy", status=BUSY)


def too_many(desk: Desk) -> Page:
    """Say that the page was asked for too often, and to wait a minute."""
    return said(desk, team_words(desk), "too_many", status=TOO_MANY)


def team_words(desk: Desk) -> Words:
    """Give the texts in the team's language, where the customer's is not known."""
    return Words(desk.settings.locale, desk.settings.zone, mrkdwn=False)


def said(desk: Desk, words: Words, what: str, *, text: str = "", status: int = FOUND) -> Page:
    """Make a page that says one thing: the text `what`, else `text`, under its title."""
    heading = words.say(f"page.{what}_title")
    text = text or words.say(f"page.{what}")
    return page(desk, words, "page_said.html.j2", status=status, title=heading, text=text)


def page(desk: Desk, words: Words, template: str, *, status: int = FOUND, **params: object) -> Page:
    """Fill a page's template, with who sends it and how to reach them otherwise."""
    phone = desk.playbook.callback_phone
    help_text = words.say("page.call_us", phone=phone) if phone else words.say("page.write_us")
    sender = desk.playbook.sender_name
    params |= {"sender": sender, "help_text": help_text, "style": page_style()}
    return Page(status, html(template, words, **params))


def read_form(body: bytes, content_type: str) -> Mapping[str, str]:
    """Read a form; one that can't be read says nothing."""
    try:
        fields = read_body(body, content_type) or {}
    except Unreadable:
        return {}
    return {str(name): _one(value) for name, value in fields.items()}


def _one(value: Any) -> str:  # noqa: ANN401 - what a form or JSON holds
    first = value[0] if isinstance(value, list) and value else value
    return clean_text(str(first), length=LONGEST)
