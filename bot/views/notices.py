"""Messages that come by themselves: reminders, news for managers, summaries."""

from collections.abc import Callable
from datetime import datetime

from bot.replies import Inbound
from bot.texts import Safe, Words, mention
from bot.views import backups, breakers, chairs, handover, optouts, speed, wave
from bot.views.blocks import ActionId, Message, actions, button, only, section, spoken
from bot.views.card import card_buttons, title
from rules.effects import TellManagers, TellOwner
from rules.guards import is_open
from rules.lead import Lead
from rules.phones import shown_phone
from rules.replies import without_details
from rules.reports import PostImport
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
    return only(text)


def _of_so_many(told: TellManagers, words: Words) -> Message:
    """Say of how many leads something is true: 'count moment' (C1, C3)."""
    text = words.say(f"notice.{told.notice}", n=int(told.about.partition(" ")[0]))
    return only(text)


_OWN: dict[str, Callable[[TellManagers, Words], Message]] = {
    "low_answer_on": _low_answer,
    "low_answer_off": _low_answer,
    "left": handover.left,
    "silent": speed.silent,
    "loose_ends": chairs.notice,
    "unclaimed_many": _of_so_many,
    "by_hand_late_many": _of_so_many,
    "rerouted_many": _of_so_many,
    "wave": wave.asked,
    "wave_over": wave.passed,
    "backup_failed": backups.failed,
    "side_down": breakers.notice,
    "side_back": breakers.notice,
}


def _to_assign(text: Safe, lead: Lead | None, words: Words) -> Message:
    if lead is None or not lead.living:
        return only(text)
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


def replied(said: Inbound, lead: Lead, words: Words) -> Message:
    """Tell the rep that a lead answered; the next step is one press (L2.3, L3.3).

    Number and address stand on the card alone, which is masked once the lead is another's (C5);
    an address that the card does not know is named.
    """
    key = _opted_out(said) if said.optout else _replied(said)
    known = said.sender.casefold() == lead.email.casefold()
    text = words.lines(
        words.say(key, lead=title(lead, words), text=said.text),
        "" if known else words.join(said.sender),
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
    return only(text)


def for_owner(told: TellOwner, lead: Lead, words: Words) -> Message:
    """Tell the owner what a customer, or somebody else for them, asked for.

    Number and address stand on the card alone, which is masked once the lead is another's (C5).
    """
    if told.notice.startswith("closed_"):
        return optouts.told(told, lead, words)
    again = told.notice == "came_again"
    moment = "" if again else told.about
    when = words.standing(datetime.fromisoformat(moment)) if moment else ""
    wrote = words.say("card.note", text=told.about) if again and told.about else ""
    said = words.say(f"customer.{told.notice}", lead=title(lead, words))
    text = words.lines(words.join(said, when), wrote)
    return Message(spoken(text), (section(text), actions(*card_buttons(lead, words))))


def imported(summary: PostImport, words: Words, *, claims: bool) -> Message:
    """Sum an imported file up in one post, with how leads are claimed where there are `claims`."""
    text = words.say(
        "import.summary",
        file=summary.file,
        created=words.say("import.new", n=summary.created),
        merged=summary.merged,
        rejected=summary.rejected,
    )
    return _of_many(text, words, claims=claims)


def folded(count: int, words: Words, *, claims: bool) -> Message:
    """Say in one post that many leads came at once, and how they are called and claimed (C3)."""
    return _of_many(words.say("import.folded", n=count), words, claims=claims)


def _of_many(text: Safe, words: Words, *, claims: bool) -> Message:
    """Lead from leads that have no card of their own to the next call, and to the next claim."""
    say, whole = words.plain, words.lines(text, words.say("import.claims") if claims else "")
    best = button(say.say("button.next"), ActionId.NEXT, "next", style="primary")
    oldest = [button(say.say("button.claim_next"), ActionId.CLAIM, 0)] if claims else []
    return Message(whole, (section(whole), actions(best, *oldest)))
