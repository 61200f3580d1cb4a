"""Messages that come by themselves: reminders, news for managers, summaries."""

from collections.abc import Callable
from datetime import datetime

from bot.replies import Inbound
from bot.texts import Safe, Words, mention
from bot.views import chairs, handover, optouts, speed, wave
from bot.views.blocks import ActionId, Message, actions, button, section, spoken
from bot.views.card import card_buttons, title
from rules.effects import PostImport, TellManagers, TellOwner
from rules.guards import is_open
from rules.lead import Lead
from rules.phones import shown_phone
from rules.replies import without_details
from rules.stopping import Stop
from rules.words import Channel


def for_managers(told: TellManagers, lead: Lead | None, words: Words) -> Message:
    """Tell managers what only they should know."""
    own = _OWN.get(told.notice)
    if own:
        return own(told, words)
    params = {
        "about": told.about,
        "owner": mention(lead.owner) if lead and lead.owner else Safe(""),
    }
    name = title(lead, words) if lead else Safe("")
    text = words.say(f"notice.{told.notice}{'' if lead else '_alone'}", lead=name, **params)
    return _to_assign(text, lead, words)


def _low_answer(told: TellManagers, words: Words) -> Message:
    """Say that low-answer mode was switched, by which measure: 'answered/calls moment' (L2.5)."""
    answered, calls = told.about.partition(" ")[0].split("/")
    rate = words.percent(int(answered) / int(calls))
    text = words.say(f"notice.{told.notice}", rate=rate, calls=calls)
    return Message(text, (section(text),))


def _unclaimed_many(told: TellManagers, words: Words) -> Message:
    """Say how many leads nobody claims: 'count moment' (C1)."""
    text = words.say("notice.unclaimed_many", n=int(told.about.partition(" ")[0]))
    return Message(text, (section(text),))


_OWN: dict[str, Callable[[TellManagers, Words], Message]] = {
    "low_answer_on": _low_answer,
    "low_answer_off": _low_answer,
    "left": handover.left,
    "silent": speed.silent,
    "loose_ends": chairs.notice,
    "unclaimed_many": _unclaimed_many,
    "wave": wave.asked,
    "wave_over": wave.passed,
}


def _to_assign(text: Safe, lead: Lead | None, words: Words) -> Message:
    if lead is None or not lead.living:
        return Message(spoken(text), (section(text),))
    assign = button(words.plain.say("button.assign"), ActionId.ASSIGN, lead.id)
    return Message(spoken(text), (section(text), actions(assign)))


def unheard(said: Inbound, lead: Lead | None, words: Words, *, home: str) -> Message:
    """Tell managers of an SMS or mail that came in and no rep was told of (L2.3, L3.3)."""
    key = "unheard_alone" if lead is None else _unheard(said)
    name = title(lead, words) if lead else Safe("")
    sender = said.sender or shown_phone(said.phone, region=home)
    by = "_mail" if said.channel is Channel.EMAIL else ""
    text = words.say(f"notice.{key}{by}", lead=name, phone=sender, text=said.text)
    return _to_assign(text, lead, words)


def _unheard(said: Inbound) -> str:
    if not said.optout:
        return "unheard"
    return "unheard_optout_all" if said.stop is Stop.ALL else "unheard_optout"


def replied(said: Inbound, lead: Lead, words: Words, *, home: str) -> Message:
    """Tell the rep that a lead answered; the next step is one press (L2.3, L3.3)."""
    key = _opted_out(said) if said.optout else _replied(said)
    phone = shown_phone(lead.phone, region=home)
    text = words.lines(
        words.say(key, lead=title(lead, words), text=said.text),
        words.join(words.say("card.phone", phone=phone) if phone else "", said.sender),
    )
    write = button(words.plain.say("button.text"), ActionId.TEXT, lead.id)
    first = [write] if is_open(lead, Channel.SMS) else []
    return Message(spoken(text), (section(text), actions(*first, *card_buttons(lead, words))))


def _opted_out(said: Inbound) -> str:
    return "customer.opted_out_all" if said.stop is Stop.ALL else "customer.opted_out"


def _replied(said: Inbound) -> str:
    mail = said.channel is Channel.EMAIL
    return "customer.replied_mail" if mail else "customer.replied"


def in_thread(said: Inbound, lead: Lead, words: Words) -> Message:
    """Put a customer's words in the thread of the lead's post, for all who follow it (L2.3)."""
    text = words.say(_replied(said), lead=title(lead, words), text=without_details(said.text))
    return Message(spoken(text), (section(text),))


def for_owner(told: TellOwner, lead: Lead, words: Words, *, home: str) -> Message:
    """Tell the owner what a customer, or somebody else for them, asked for."""
    if told.notice.startswith("closed_"):
        return optouts.told(told, lead, words)
    again = told.notice == "came_again"
    moment = "" if again else told.about
    when = words.standing(datetime.fromisoformat(moment)) if moment else ""
    wrote = words.say("card.note", text=told.about) if again and told.about else ""
    reach = shown_phone(lead.phone, region=home) if lead.phone_raw else lead.email
    said = words.say(f"customer.{told.notice}", lead=title(lead, words))
    text = words.lines(words.join(said, when), wrote, words.join(reach))
    return Message(spoken(text), (section(text), actions(*card_buttons(lead, words))))


def imported(summary: PostImport, words: Words) -> Message:
    """Sum an imported file up in one post."""
    text = words.say(
        "import.summary",
        file=summary.file,
        created=words.say("import.new", n=summary.created),
        merged=summary.merged,
        rejected=summary.rejected,
    )
    best = button(words.plain.say("button.next"), ActionId.NEXT, "next", style="primary")
    return Message(text, (section(text), actions(best)))


def folded(count: int, words: Words) -> Message:
    """Say in one post that many leads came at once."""
    text = words.say("import.folded", n=count)
    return Message(text, (section(text),))
