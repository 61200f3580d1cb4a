"""What is told about an opt-out: what is closed, what happens now, how to take it back."""

from collections.abc import Iterable, Sequence

from bot.optout_acts import OptedOut, TakenBack
from bot.texts import Safe, Words
from bot.views.blocks import ActionId, Message, actions, button, only, section, spoken
from bot.views.card import title
from rules.effects import TellOwner
from rules.lead import Lead
from rules.optouts import still_open
from rules.words import Step

NAMED = 5


def channels(known: Iterable[str], words: Words) -> Safe:
    """Name channels: 'SMS and email'."""
    return words.listed(*(words.say(f"channel.{one}") for one in known))


def opted_out(done: OptedOut, words: Words) -> Message:
    """Confirm what a customer asked for; the button takes back what was typed by mistake."""
    key = "optout.closed" if done.line else "optout.already"
    name, asked = title(done.lead, words), channels(done.channels, words)
    text = words.lines(
        words.say(key, lead=name, channels=asked),
        _named("optout.others", done.others, words),
        _allowed(done.lead, words),
        _what_now(done.lead, words, leaves=done.leaves) if done.line else "",
    )
    if not done.line:
        return only(text)
    undo = button(words.plain.say("button.undo"), ActionId.UNDO_OPTOUT, done.line)
    return Message(spoken(text), (section(text), actions(undo)))


def _named(key: str, leads: Sequence[Lead], words: Words) -> Safe:
    if not leads:
        return Safe("")
    names = [Safe(f"*{title(lead, words)}*") for lead in leads[:NAMED]]
    more = [words.say("optout.more", n=len(leads) - NAMED)] if len(leads) > NAMED else []
    return words.say(key, leads=words.listed(*names, *more))


def _allowed(lead: Lead, words: Words) -> Safe:
    allowed = still_open(lead)
    if not allowed:
        return words.say("optout.open_none")
    return words.say("optout.open", channels=channels(allowed, words))


def _what_now(lead: Lead, words: Words, *, leaves: bool) -> Safe:
    """Say what happens to the lead itself."""
    if not leaves:
        return words.say("optout.goes_on") if lead.working else Safe("")
    listed = lead.next_what is Step.MAILING_LIST
    return words.say("optout.parked" if listed else "optout.ended")


def taken_back(done: TakenBack, words: Words) -> Message:
    """Confirm that an opt-out was taken back, and say what of it stays."""
    name = title(done.lead, words)
    opened = channels(done.channels, words)
    text = words.lines(
        words.say("optout.taken_back", lead=name, channels=opened) if opened else "",
        words.say("optout.kept", lead=name, channels=channels(done.kept, words))
        if done.kept
        else "",
        _named("optout.changed", done.changed, words),
    )
    return only(text)


def told(effect: TellOwner, lead: Lead, words: Words) -> Message:
    """Tell the owner that somebody else closed a lead of theirs, and what happens now."""
    asked = channels(effect.about.split(","), words)
    text = words.lines(
        words.say(f"optout.{effect.notice}", lead=title(lead, words), channels=asked),
        _allowed(lead, words),
        _what_now(lead, words, leaves=not lead.working),
    )
    return only(text)
