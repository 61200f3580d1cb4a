"""What customers are written: in their own language, by the manager's texts or our own."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot import links
from bot.desk import Desk
from bot.orders import Drop, Sms
from bot.texts import Safe, Words
from rules.guards import is_advertising, names_sender
from rules.lead import Lead
from rules.phones import email_key
from rules.sending import SendEmail, SendSms
from rules.templates import SMS_UNITS, Chosen, Moment, base_language, choose
from rules.words import Layer, Outcome, Step
from storage import calls, reps
from storage.unit import View

LONGEST_NAME, LONGEST_WORDS = 40, 60
HALF_FILLED, NO_REFUSAL, NO_SENDER = "half_filled", "no_unsubscribe_link", "no_sender"
_IN_NAMES = frozenset("'’`\"״׳-־")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?\.?")
_IN_WORDS = frozenset("'’`\"״׳-־–&+,() ")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text may tell its reader; what is not known is "".

    `variant` tells the text of an outcome from the layer's usual one, `values` fill templates.
    """

    words: Words
    variant: str
    values: Mapping[str, Safe]


def words_for(desk: Desk, lead: Lead) -> Words:
    """Give the texts in the customer's language and time zone; the team's where unknown."""
    locale = base_language(lead.language)
    chosen = locale if locale in {"he", "en"} else desk.settings.locale
    return Words(chosen, desk.zone_of(lead), mrkdwn=False)


def facts_of(
    desk: Desk, view: View, lead: Lead, effect: SendSms | SendEmail, *, now: datetime
) -> Facts:
    """Gather what a message may say at this moment (UTC)."""
    words, book, effect = words_for(desk, lead), desk.playbook, _as_it_stands(lead, effect)
    owner = reps.get(view, lead.owner) if lead.owner else None
    address = lead.phone_e164 if isinstance(effect, SendSms) else email_key(lead.email)
    products = {one.name for one in book.products}
    campaigns = {one.name for one in book.campaigns}
    values = {
        "name": first_name(lead),
        "phone": book.callback_phone,
        "sender": book.sender_name,
        "rep": owner.name if owner else "",
        "product": lead.product if lead.product in products else harmless(lead.product),
        "campaign": lead.campaign if lead.campaign in campaigns else harmless(lead.campaign),
        "referrer": harmless(lead.referrer),
    }
    filled = {name: words.join(value) for name, value in values.items()}
    filled["when"] = _agreed(view, effect, words, now=now)
    filled["link"] = Safe(links.page_link(desk, view, lead.id, address, now=now))
    return Facts(words, _variant(effect, now=now), filled)


def own_text(desk: Desk, lead: Lead, effect: SendSms | SendEmail, facts: Facts) -> Chosen | None:
    """Give the manager's own text for this moment, filled; None where none fits (L1.2)."""
    notnow = "_notnow" if facts.variant else ""
    return choose(
        desk.playbook.templates,
        moment=Moment(f"{effect.layer}{notnow}"),
        language=facts.words.locale,
        kind=lead.kind,
        values=facts.values,
    )


def sms_of(desk: Desk, view: View, lead: Lead, effect: SendSms, *, now: datetime) -> Sms | Drop:
    """Write the SMS of a layer (L2.1, L2.2); a rep's own words go as they are.

    An advertisement says that it is one, who sends it and how to refuse (law); where it can't,
    it is dropped, and so is what could only be said in part.
    """
    if effect.layer == Layer.OTHER:
        return Sms(lead.phone_e164, effect.text)
    facts = facts_of(desk, view, lead, effect, now=now)
    own = own_text(desk, lead, effect, facts)
    text = own.text if own else _built_in(effect, facts)
    if not text:
        return Drop(HALF_FILLED)
    if not is_advertising(lead, Layer(effect.layer), desk.playbook):
        return Sms(lead.phone_e164, text)
    if not names_sender(desk.playbook):
        return Drop(NO_SENDER)
    refusal = _refusal(desk, view, lead, facts.words)
    if not refusal:
        return Drop(NO_REFUSAL)
    sender = facts.values["sender"]
    tail = facts.words.lines("" if sender in text else sender, refusal)
    head = as_advertisement(text, facts.words)[: SMS_UNITS - len(tail) - 1]
    return Sms(lead.phone_e164, f"{head}\n{tail}")


def _built_in(effect: SendSms, facts: Facts) -> str:
    words, values = facts.words, facts.values
    if effect.layer == Layer.SMS_FOLLOWUP and not values["when"]:
        return ""
    variant = facts.variant or ("" if values["phone"] else "_nophone")
    return words.say(
        f"sms.{effect.layer}{variant}",
        name=values["name"] or words.say("card.there"),
        phone=values["phone"],
        sender=values["sender"],
        when=values["when"],
    )


def as_advertisement(text: str, words: Words) -> str:
    """Begin a text with the word that law asks for, unless it does already."""
    mark = words.say("advert.mark")
    begins = text.casefold().startswith(mark.rstrip(":").casefold())
    return text if begins else f"{mark} {text}"


def _refusal(desk: Desk, view: View, lead: Lead, words: Words) -> str:
    """Say how to refuse: by answering, or by a link where the sender is a name (law)."""
    if _hears_answers(desk.settings.twilio_from):
        return words.say("advert.stop")
    link = links.unsubscribe_link(desk, view, lead.id, lead.phone_e164)
    return words.say("advert.stop_link", link=Safe(link)) if link else ""


def _hears_answers(sender: str) -> bool:
    """Say whether an SMS can be answered: its sender is a number or a messaging service."""
    return sender.startswith("MG") or not any(char.isalpha() for char in sender)


def _as_it_stands(lead: Lead, effect: SendSms | SendEmail) -> SendSms | SendEmail:
    """Give a message with the hour that is agreed now: it may have been moved on the way."""
    promised = effect.agreed and effect.after == lead.last_outcome == Outcome.NOTNOW
    if not promised or lead.next_at is None or lead.next_what not in {Step.CALL, Step.FOLLOW_UP}:
        return effect
    return replace(effect, agreed=lead.next_at.isoformat())


def _variant(effect: SendSms | SendEmail, *, now: datetime) -> str:
    """Tell 'we tried' from 'as agreed': an hour that has passed on the way is promised no more."""
    if effect.after != Outcome.NOTNOW:
        return ""
    ahead = effect.agreed and datetime.fromisoformat(effect.agreed) > now
    return "_notnow" if ahead else "_notnow_open"


def _agreed(view: View, effect: SendSms | SendEmail, words: Words, *, now: datetime) -> Safe:
    if effect.after == Outcome.NOTNOW:
        promised = _variant(effect, now=now) == "_notnow"
        return words.when(datetime.fromisoformat(effect.agreed), now=now) if promised else Safe("")
    if effect.layer not in {Layer.SMS_FOLLOWUP, Layer.MAIL_OFFER} or not effect.about.isdigit():
        return Safe("")
    missed = calls.followup(view, int(effect.about))
    at = datetime.fromisoformat(effect.agreed) if effect.agreed else missed and missed.due_at
    return words.when(at, now=now) if at else Safe("")


def first_name(lead: Lead) -> str:
    """Give the first of a lead's names; '' where none is known, or what stands there is no name.

    Strangers fill this field, and it goes out from the company's own number: a full stop stands
    at its end or behind initials alone, where it makes no address.
    """
    first = next(iter(lead.name.split()), "")
    named = all(
        char.isalpha() or unicodedata.combining(char) or char in _IN_NAMES
        for char in first.removesuffix(".")
    )
    whole = named or _INITIALS.fullmatch(first)
    return first if whole and len(first) <= LONGEST_NAME else ""


def harmless(text: str) -> str:
    """Give what a stranger wrote where it is but short words, '' where it could hold a link."""
    plainly = all(
        char.isalnum() or unicodedata.combining(char) or char in _IN_WORDS for char in text
    )
    return text if plainly and len(text) <= LONGEST_WORDS else ""
