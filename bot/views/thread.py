"""What stands in the thread of a lead's post, and what its writers are told."""

from collections.abc import Sequence
from dataclasses import replace

from bot.texts import Safe, Words
from bot.views.blocks import Message, only, section
from bot.views.card import title
from bot.views.history import Called, history_line
from bot.views.replies import next_call
from rules.lead import Lead
from rules.replies import without_details
from storage.leads import Line

PRIVATE = frozenset({"note", "objection", "promise"})


def happened(lead: Lead, lines: Sequence[Line], words: Words, *, called: Called) -> Message:
    """Tell a channel what happened to a lead; what the rep wrote down is not for it (C5)."""
    told = [history_line(for_all(line), words, called=called) for line in lines]
    text = words.lines(Safe(f"*{title(lead, words)}*"), *told)
    return only(text)


def for_all(line: Line) -> Line:
    """Give a line without what only its rep and the managers may read."""
    data = {key: value for key, value in line.data.items() if key not in PRIVATE}
    if "text" in data:
        data["text"] = without_details(str(data["text"]))
    return replace(line, data=data)


def not_kept(words: Words) -> Message:
    """Say to who writes to the bot outside a lead's thread that nobody reads it, and what to do."""
    text = words.say("thread.not_kept")
    return Message(text, (section(text), next_call(words)))
