"""The customer's page: a number, mail instead, or a time to be called (L3.3, L5.1, L5.4)."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby

from bot import asks, links
from bot.asks import AT, EMAIL, TO_CALL, Ask
from bot.countries import Country, countries
from bot.desk import Desk
from bot.mending import country_of, is_theirs
from bot.page_parts import (
    FOUND,
    GONE,
    UNREADABLE,
    Page,
    addresses_of,
    missing,
    page,
    read_form,
    said,
    words_of,
)
from bot.texts import LOCALES, Safe, Words
from rules.guards import is_open
from rules.hours import DayWindow
from rules.lead import Lead
from rules.phones import Phone, masked_email, masked_phone, read_phone, shown_phone
from rules.repair import candidates, question
from rules.repair_rules import Hints
from rules.wishes import NOW, WISHES, offered_times
from rules.words import Channel
from storage import leads

CALL = "call"
NO_BREAK = "\u2011"
MOMENT = "%Y-%m-%dT%H:%MZ"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True, slots=True)
class Visit:
    """Whose page it is, until when (UTC) its link holds, in which words, and the form sent back.

    `via` is the number or address that the link was sent to.
    """

    lead: Lead
    until: datetime
    words: Words
    via: str
    form: Mapping[str, str] = field(default_factory=dict)


def offer_a_call(desk: Desk, token: str, *, language: str = "") -> Page:
    """Show the customer's page; changes nothing, since scanners of mail look too (L3.3)."""
    visit = _visit(desk, token, {}, language)
    return visit if isinstance(visit, Page) else _asking(desk, visit)


def ask(desk: Desk, token: str, body: bytes, *, content_type: str, language: str = "") -> Page:
    """Do what the customer pressed (L5.1); what can't be right is asked for again.

    Raises Refused when the database is busy.
    """
    visit = _visit(desk, token, read_form(body, content_type), language)
    if isinstance(visit, Page):
        return visit
    pressed = _pressed(desk, visit)
    if isinstance(pressed, Page):
        return pressed
    after = asks.carry_out(desk, visit.lead.id, pressed)
    return _thanks(desk, after, visit.words, pressed) if after else missing(desk)


def _visit(desk: Desk, token: str, form: Mapping[str, str], language: str) -> Visit | Page:
    """Find whose page this is; one that is not there, too old or moved on says what to do."""
    now = desk.clock()
    with desk.store.view() as view:
        target = links.page_target(view, token, now=now)
        lead = leads.load(view, target.lead_id) if target else None
        if target is None or lead is None:
            return missing(desk)
        sent_to = (one for one in addresses_of(lead) if links.went_to(view, target, one))
        theirs = next(sent_to, "")
        lead = leads.standing(view, lead.id) or lead
    words = words_of(desk, lead, language)
    if target.expired or not theirs:
        return said(desk, words, "late" if theirs else "moved", status=GONE)
    return Visit(lead, target.until or now, words, theirs, form)


def _pressed(desk: Desk, visit: Visit) -> Ask | Page:
    """Read what was pressed, or show the form again with what is wrong."""
    how, key = visit.form.get("how", ""), _key(visit.form)
    if how == CALL:
        return _call(desk, visit, key)
    if how != EMAIL:
        return _asking(desk, visit, fault=visit.words.say("page.unchosen"))
    if not is_open(visit.lead, Channel.EMAIL):
        return _asking(desk, visit, fault=visit.words.say("page.no_mail"))
    return Ask(EMAIL, _typed(desk, visit), key)


def _key(form: Mapping[str, str]) -> str:
    """Name a form and what it says: sent again with another number it counts anew."""
    once = form.get("once", "")
    told = hashlib.sha256(repr(sorted(form.items())).encode()).hexdigest()
    return once and f"page:{once}:{told[:16]}"


def _call(desk: Desk, visit: Visit, key: str) -> Ask | Page:
    """Read where and when to call, or show the form again with what is wrong."""
    form, phone = visit.form, _typed(desk, visit)
    fault = _fault(desk, visit, phone)
    if fault:
        return _asking(desk, visit, phone_fault=fault)
    wish = form.get("when", NOW)
    at = _chosen(desk, visit, wish)
    if at is None and _MOMENT.fullmatch(wish):
        return _asking(desk, visit, when_fault=visit.words.say("page.late_time"))
    wish = AT if at else wish if wish in WISHES else NOW
    return Ask(wish, phone, key, at, visit.via)


def _typed(desk: Desk, visit: Visit) -> Phone | None:
    typed = visit.form.get("phone", "")
    return read_phone(typed, region=_country(desk, visit)) if typed else None


def _chosen(desk: Desk, visit: Visit, wish: str) -> datetime | None:
    """Give the hour (UTC) that was chosen, where it is still on offer."""
    offered = _offered(desk, visit.lead)
    return next((one for one in offered if f"{one.astimezone(UTC):{MOMENT}}" == wish), None)


def _offered(desk: Desk, lead: Lead) -> tuple[datetime, ...]:
    now = desk.clock()
    return offered_times(now=now, phoning=desk.phoning(lead, now=now))


def _country(desk: Desk, visit: Visit) -> str:
    given = visit.form.get("country", "")
    known = {one.code for one in countries(visit.words.locale)}
    return given if given in known else country_of(desk, visit.lead)


def _fault(desk: Desk, visit: Visit, phone: Phone | None) -> str:
    """Say what is wrong with the number; "" where nothing is."""
    lead, words = visit.lead, visit.words
    if phone is None and not lead.phone_valid:
        return words.say("page.need_number")
    if phone and not is_theirs(desk, phone):
        return _unreadable(phone.raw, _country(desk, visit), words)
    called = phone.e164 if phone else lead.phone_e164
    closed = asks.is_closed(desk, lead, called, via=visit.via)
    return words.say("page.closed_number") if closed else ""


def _unreadable(typed: str, country: str, words: Words) -> str:
    """Say that a number can't be right, and what it may have been or what is amiss (L5.2)."""
    hints = Hints(country, country)
    for one in candidates(typed, hints)[:1]:
        near = shown_phone(read_phone(one.e164, region=country), region=country)
        return words.say("page.near_number", phone=near.replace("-", NO_BREAK))
    amiss = question(typed, hints)
    return words.say(f"page.number_{amiss}" if amiss else "page.bad_number")


def _asking(
    desk: Desk, visit: Visit, *, fault: str = "", phone_fault: str = "", when_fault: str = ""
) -> Page:
    lead, words, given = visit.lead, visit.words, visit.form
    known = masked_phone(lead.phone) if lead.phone_valid else ""
    return page(
        desk,
        words,
        "page_ask.html.j2",
        status=UNREADABLE if fault or phone_fault or when_fault else FOUND,
        title=words.say("page.ask_title"),
        hint=words.say("page.have_number", phone=known) if known else words.say("page.no_number"),
        label=words.say("page.other_number" if known else "page.your_number"),
        required=not known,
        fault=fault,
        phone_fault=phone_fault,
        when_fault=when_fault,
        phone=given.get("phone", ""),
        country=_country(desk, visit),
        countries=_named(words),
        chosen=given.get("when", NOW),
        wishes=[(one, _wish(desk, words, one)) for one in WISHES],
        days=_days(desk, visit),
        email=EMAIL if is_open(lead, Channel.EMAIL) else "",
        until=words.say("page.until", day=words.day(visit.until)),
        other=_other_language(words),
        once=secrets.token_urlsafe(12),
    )


def _named(words: Words) -> tuple[Country, ...]:
    return countries(words.locale)


def _days(desk: Desk, visit: Visit) -> list[tuple[Safe, list[tuple[str, str]]]]:
    """Give the hours on offer by day, in the customer's own clock."""
    words, zone = visit.words, visit.words.zone
    today = desk.clock().astimezone(zone).date()
    found = []
    for day, times in groupby(_offered(desk, visit.lead), lambda at: at.astimezone(zone).date()):
        hours = [(f"{at.astimezone(UTC):{MOMENT}}", at.astimezone(zone)) for at in times]
        gap = (day - today).days
        name = words.say(("page.today", "page.tomorrow")[gap]) if gap <= 1 else ""
        shown = [(value, f"{local:%H:%M}") for value, local in hours]
        found.append((words.join(name, words.day(hours[0][1])), shown))
    return found


def _other_language(words: Words) -> tuple[str, Safe]:
    """Give the language to switch to, and its own name for itself."""
    other = next(one for one in LOCALES if one != words.locale)
    return other, Words(other, words.zone, mrkdwn=False).say("page.language")


def _wish(desk: Desk, words: Words, wish: str) -> Safe:
    window = desk.playbook.parts.get(wish)
    return words.say(f"page.{wish}", hours=_hours(words, window) if window else Safe(""))


def _hours(words: Words, window: DayWindow) -> Safe:
    return words.join(f"{window.start:%H:%M}–{window.end:%H:%M}")


def _thanks(desk: Desk, lead: Lead, words: Words, pressed: Ask) -> Page:
    now = desk.clock()
    if pressed.wish == EMAIL:
        will = words.say("page.will_write", email=masked_email(lead.email))
        return said(desk, words, "thanks", text=will)
    if lead.next_what not in TO_CALL:
        return said(desk, words, "thanks", text=words.say("page.received"))
    phone, later = masked_phone(lead.phone), lead.next_at
    will = words.say("page.will_call_soon", phone=phone)
    if later and later > now:
        will = words.say("page.will_call", phone=phone, when=words.when(later, now=now))
    return said(desk, words, "thanks", text=will)
