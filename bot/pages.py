"""The pages that links in SMS and mail lead to: to refuse messages, to ask for a call (L3.3)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot import asks, links
from bot.asks import EMAIL, Ask
from bot.bodies import Unreadable, read_body
from bot.desk import Desk
from bot.html import html, page_style
from bot.links import Target
from bot.messages import words_for
from bot.optouts import close
from bot.texts import Safe, Words
from rules.cleaning import clean_text
from rules.guards import is_open
from rules.hours import DayWindow
from rules.lead import Lead
from rules.optouts import BY_PAGE, is_address
from rules.phones import Phone, email_key, masked_email, masked_phone
from rules.wishes import NOW, WISHES
from rules.words import CHANNELS, Channel, Step
from storage import leads, messages
from storage.unit import View

LONGEST = 60
FOUND, UNREADABLE, MISSING, GONE, BUSY = 200, 400, 404, 410, 503


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser is shown, and the status it comes with."""

    status: int
    html: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The number or address that a link was sent to, and the lead whose it was."""

    lead: Lead
    address: str

    @property
    def channel(self) -> Channel:
        """The channel on which it was sent."""
        return Channel.EMAIL if is_address(self.address) else Channel.SMS

    @property
    def shown(self) -> str:
        """The number or address as its owner knows it and nobody else (C5)."""
        if self.channel is Channel.EMAIL:
            return masked_email(self.address)
        return masked_phone(Phone(self.address, self.address, self.lead.phone_type, valid=True))


def offer_to_stop(desk: Desk, token: str) -> Page:
    """Show what may be refused here; changes nothing, since scanners of mail look too."""
    sent = _find(desk, token)
    if sent is None:
        return _missing(desk)
    words = words_for(desk, sent.lead)
    stop = words.say(f"page.stop_{sent.channel}", address=sent.shown)
    return _page(desk, words, "page_stop.html.j2", title=words.say("page.stop_title"), stop=stop)


def stop(desk: Desk, token: str, body: bytes, *, content_type: str) -> Page:
    """Close what was sent to at once, or everything where that was pressed (RFC 8058).

    Raises Refused when the database is busy.
    """
    sent = _find(desk, token)
    if sent is None:
        return _missing(desk)
    everything = _form(body, content_type).get("what") == "all"
    channels = CHANNELS if everything else (sent.channel,)
    now, words = desk.clock(), words_for(desk, sent.lead)
    with desk.store.unit() as unit:
        lead = leads.load(unit, sent.lead.id, lock=True)
        close(desk, unit, lead, channels, address=sent.address, actor="", how=BY_PAGE, now=now)
        unit.commit()
    what = "all" if everything else sent.channel
    said = words.say(f"page.stopped_{what}", address=sent.shown)
    return _said(desk, words, "stopped_title", said)


def _find(desk: Desk, token: str) -> Sent | None:
    """Find what a link to refuse was sent to, though the lead may have another by now."""
    with desk.store.view() as view:
        target = links.unsubscribe_target(view, token)
        lead = leads.load(view, target.lead_id) if target else None
        if target is None or lead is None:
            return None
        address = _address(view, lead, target)
    return Sent(lead, address) if address else None


def _address(view: View, lead: Lead, target: Target) -> str:
    own = _own(lead)
    known = [*own, *messages.addresses(view, lead.id)]
    meant = (one for one in known if links.went_to(view, target, one))
    return next(meant, "") or next(iter(own), "")


def _own(lead: Lead) -> list[str]:
    return [one for one in (email_key(lead.email), lead.phone_e164) if one]


def offer_a_call(desk: Desk, token: str) -> Page:
    """Show the customer's page; changes nothing, since scanners of mail look too (L3.3)."""
    found = _customer(desk, token)
    return found if isinstance(found, Page) else _asking(desk, found)


def ask(desk: Desk, token: str, body: bytes, *, content_type: str) -> Page:
    """Do what the customer pressed (L3.3); a number that can't be right is asked for again.

    Raises Refused when the database is busy.
    """
    lead = _customer(desk, token)
    if isinstance(lead, Page):
        return lead
    form = _form(body, content_type)
    by_mail = form.get("how") == EMAIL and is_open(lead, Channel.EMAIL)
    typed = "" if by_mail else form.get("phone", "")
    phone = asks.read_number(desk, lead, typed) if typed else None
    if phone and not phone.valid:
        return _asking(desk, lead, form=form, fault="page.bad_number")
    if phone and asks.is_closed(desk, lead, phone):
        return _asking(desk, lead, form=form, fault="page.closed_number")
    if not by_mail and phone is None and not lead.phone_valid:
        return _asking(desk, lead, form=form, fault="page.need_number")
    wish = form.get("when", NOW)
    once = form.get("once", "")
    pressed = Ask(
        EMAIL if by_mail else wish if wish in WISHES else NOW, phone, once and f"page:{once}"
    )
    after = asks.carry_out(desk, lead.id, pressed)
    return _thanks(desk, after, pressed) if after else _missing(desk)


def _customer(desk: Desk, token: str) -> Lead | Page:
    """Find whose page this is; one that is not there, too old or another's says whom to call."""
    now = desk.clock()
    with desk.store.view() as view:
        target = links.page_target(view, token, now=now)
        lead = leads.load(view, target.lead_id) if target else None
        if target is None or lead is None:
            return _missing(desk)
        theirs = any(links.went_to(view, target, one) for one in _own(lead))
    if target.expired or not theirs:
        words = words_for(desk, lead)
        said = words.say("page.late" if theirs else "page.moved")
        return _said(desk, words, "late_title", said, status=GONE)
    return lead


def _asking(
    desk: Desk, lead: Lead, *, form: Mapping[str, str] | None = None, fault: str = ""
) -> Page:
    words, given = words_for(desk, lead), form or {}
    known = masked_phone(lead.phone) if lead.phone_valid else ""
    return _page(
        desk,
        words,
        "page_ask.html.j2",
        status=UNREADABLE if fault else FOUND,
        title=words.say("page.ask_title"),
        hint=words.say("page.have_number", phone=known) if known else words.say("page.no_number"),
        label=words.say("page.other_number" if known else "page.your_number"),
        fault=words.say(fault) if fault else "",
        phone=given.get("phone", ""),
        chosen=given.get("when", NOW),
        wishes=[(one, _wish(desk, words, one)) for one in WISHES],
        email=EMAIL if is_open(lead, Channel.EMAIL) else "",
        once=secrets.token_urlsafe(12),
    )


def _wish(desk: Desk, words: Words, wish: str) -> Safe:
    window = desk.playbook.parts.get(wish)
    return words.say(f"page.{wish}", hours=_hours(words, window) if window else Safe(""))


def _hours(words: Words, window: DayWindow) -> Safe:
    return words.join(f"{window.start:%H:%M}–{window.end:%H:%M}")


def _thanks(desk: Desk, lead: Lead, pressed: Ask) -> Page:
    words, now = words_for(desk, lead), desk.clock()
    if pressed.wish == EMAIL:
        said = words.say("page.will_write", email=masked_email(lead.email))
    else:
        phone = masked_phone(lead.phone)
        later = lead.next_at if lead.next_what in {Step.CALL, Step.FOLLOW_UP} else None
        said = words.say("page.will_call_soon", phone=phone)
        if later and later > now:
            said = words.say("page.will_call", phone=phone, when=words.when(later, now=now))
    return _said(desk, words, "thanks_title", said)


def _missing(desk: Desk) -> Page:
    words = Words(desk.settings.locale, desk.settings.zone, mrkdwn=False)
    return _said(desk, words, "missing_title", words.say("page.missing"), status=MISSING)


def busy(desk: Desk) -> Page:
    """Say that nothing was stored, and to try again."""
    words = Words(desk.settings.locale, desk.settings.zone, mrkdwn=False)
    return _said(desk, words, "busy_title", words.say("page.busy"), status=BUSY)


def _said(desk: Desk, words: Words, title: str, text: str, *, status: int = FOUND) -> Page:
    title = words.say(f"page.{title}")
    return _page(desk, words, "page_said.html.j2", status=status, title=title, text=text)


def _page(
    desk: Desk, words: Words, template: str, *, status: int = FOUND, **params: object
) -> Page:
    phone = desk.playbook.callback_phone
    help_text = words.say("page.call_us", phone=phone) if phone else words.say("page.write_us")
    sender = desk.playbook.sender_name
    params |= {"sender": sender, "help_text": help_text, "style": page_style()}
    return Page(status, html(template, words, **params))


def _form(body: bytes, content_type: str) -> dict[str, str]:
    """Read a form; one that can't be read says nothing."""
    try:
        fields = read_body(body, content_type) or {}
    except Unreadable:
        return {}
    return {str(name): _one(value) for name, value in fields.items()}


def _one(value: Any) -> str:  # noqa: ANN401 - what a form or JSON holds
    first = value[0] if isinstance(value, list) and value else value
    return clean_text(str(first), length=LONGEST)
