"""Claiming a lead and passing one on: the buttons, the modal, and what is said afterwards (C3)."""

from typing import Any

from bot.passing import Passed
from bot.texts import Words, mention
from bot.views.blocks import (
    ActionId,
    Block,
    Message,
    ViewId,
    actions,
    button,
    only,
    option,
    plain,
    section,
)
from bot.views.card import title
from bot.views.forms import asked, modal
from rules.claiming import Reason
from rules.lead import Lead


def claimed(lead: Lead, words: Words) -> Message:
    """Tell who claimed a lead that it is theirs."""
    return only(words.say("claim.claimed", lead=title(lead, words)))


def passed(done: Passed, words: Words) -> Message:
    """Tell who passed a lead on who has it now; the button takes it back for a minute."""
    lead = done.lead
    who = mention(lead.owner) if lead.owner else ""
    key = "claim.passed" if lead.owner else "claim.passed_nobody"
    text = words.lines(words.say(key, lead=title(lead, words), who=who), words.say("claim.undo"))
    undo = button(words.plain.say("button.undo"), ActionId.UNDO_PASSING, lead.id)
    return Message(text, (section(text), actions(undo)))


def taken_back(lead: Lead, words: Words) -> Message:
    """Confirm that a lead is back with who passed it on."""
    who = mention(lead.owner)
    return only(words.say("claim.taken_back", lead=title(lead, words), who=who))


def pass_modal(lead: Lead, words: Words) -> dict[str, Any]:
    """Ask why a lead is passed on: a reason to choose, and the rep's own words."""
    say = words.plain
    options = [option(say.say(f"claim.reason_{one}"), one) for one in Reason]
    chips: Block = {"type": "radio_buttons", "action_id": "reason", "options": options}
    hint = plain(say.say("claim.note_hint"))
    note: Block = {
        "type": "plain_text_input",
        "action_id": "note",
        "max_length": 500,
        "placeholder": hint,
    }
    blocks = [
        section(f"*{title(lead, words)}*"),
        asked("reason", say.say("claim.reason"), chips),
        asked("note", say.say("claim.note"), note, optional=True),
    ]
    return modal(ViewId.PASSING, say.say("claim.pass"), blocks, {"lead": lead.id}, say)
