"""A rep's own SMS: the modal that asks for it, and what is said when it is on its way."""

from typing import Any

from bot.texting import LONGEST, Texting
from bot.texts import Safe, Words
from bot.views.blocks import ActionId, Message, ViewId, actions, button, context, only, section
from bot.views.card import title
from bot.views.forms import asked, modal
from rules.lead import Lead

ONE_MINUTE = 60


def text_modal(found: Texting, words: Words) -> dict[str, Any]:
    """Ask for the words of an SMS to a lead, and say when it leaves."""
    say = words.plain
    field = {
        "type": "plain_text_input",
        "action_id": "text",
        "multiline": True,
        "focus_on_load": True,
    }
    blocks = [
        section(f"*{title(found.lead, words)}*"),
        asked("text", say.say("modal.text", most=LONGEST), field),
        context(words.join(_leaves(found, words), words.say("modal.text_hint"))),
    ]
    return modal(ViewId.TEXT, say.say("modal.texting"), blocks, {"lead": found.lead.id}, say)


def written(done: Texting, words: Words) -> Message:
    """Confirm a rep's SMS; the button takes it back while it waits."""
    said = words.say("text.written", lead=title(done.lead, words), n=done.segments)
    taking_back = words.say("text.undo")
    text = words.lines(said, Safe(f"{_leaves(done, words)} {taking_back}"))
    value = f"{done.lead.id} {done.about}"
    undo = button(words.plain.say("button.undo"), ActionId.UNDO_TEXT, value)
    return Message(text, (section(text), actions(undo)))


def taken_back(lead: Lead, words: Words) -> Message:
    """Confirm that a rep's SMS was taken back."""
    text = words.say("text.taken_back", lead=title(lead, words))
    return only(text)


def _leaves(found: Texting, words: Words) -> Safe:
    if (found.leaves_at - found.now).total_seconds() <= ONE_MINUTE:
        return words.say("text.leaves_now")
    return words.say("text.leaves_later", when=words.when(found.leaves_at, now=found.now))
