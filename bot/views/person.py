"""One person's data as managers read of it: the file, the question before erasing, the end (C5)."""

from bot.texts import Safe, Words
from bot.views.blocks import ActionId, Block, Message, actions, button, only, plain, section, spoken
from bot.views.card import title
from rules.lead import Lead

TITLE_LIMIT, TEXT_LIMIT, BUTTON_LIMIT = 100, 300, 30


def asked_for(lead: Lead, words: Words) -> Message:
    """Say that the file is on its way to who asked alone, with the button that erases."""
    text = words.say("person.asked", lead=title(lead, words))
    return Message(spoken(text), (section(text), actions(_erase(lead, words.plain))))


def file_sent(lead: Lead, count: int, words: Words) -> Message:
    """Say what the file under this message holds, and what to do with it."""
    return only(words.say("person.file", lead=title(lead, words), n=count))


def _erase(lead: Lead, say: Words) -> Block:
    sure: Block = {
        "title": plain(say.say("person.sure", id=lead.id), TITLE_LIMIT),
        "text": plain(say.say("person.sure_text"), TEXT_LIMIT),
        "confirm": plain(say.say("person.sure_yes"), BUTTON_LIMIT),
        "deny": plain(say.say("person.sure_no"), BUTTON_LIMIT),
        "style": "danger",
    }
    erase = button(say.say("person.button"), ActionId.ERASE, lead.id, style="danger")
    return erase | {"confirm": sure}


def erased(
    ids: tuple[int, ...], posts: int, aside: int, linked: tuple[tuple[str, str], ...], words: Words
) -> Message:
    """Say what was erased, what follows by itself, and what is left to a person to do."""
    others = words.join(*(f"{system} {number}" for system, number in linked))
    return only(
        words.lines(
            words.say("person.erased", id=ids[0]),
            words.say("person.erased_merged", n=len(ids) - 1) if len(ids) > 1 else "",
            words.say("person.erased_posts", n=posts) if posts else "",
            words.say("person.erased_aside", n=aside) if aside else "",
            words.say("person.erased_linked", records=others) if linked else "",
            words.say("person.erased_rest"),
        )
    )


def cleared(words: Words, *, of_many: bool) -> Message:
    """Make what stands where a message was about who was erased; `of_many` where it was a list."""
    return only(words.say("person.cleared_list" if of_many else "person.cleared"))


def question(lead_id: int, words: Words) -> Safe:
    """Ask on a terminal whether the person of a lead is to be erased for good."""
    return words.say("person.question", id=lead_id)
