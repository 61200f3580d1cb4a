"""What is read of a move of a lead's stage: the modal, the confirmation, the news (S1-S3)."""

from typing import Any

from bot.stages import Moved
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
    section,
)
from bot.views.card import title
from bot.views.forms import asked, modal
from bot.views.history import SHORTEST
from rules.lead import Lead
from rules.reminders import TellStage
from rules.stages import LONGEST_REASON, offered
from rules.words import Stage

MANAGES = "_manager"
"""What the text of a choice is called by that means something else to who decides."""


def moved(done: Moved, words: Words) -> Message:
    """Confirm a move of a lead's stage; the button takes it back."""
    lead, stage = done.lead, words.say(f"stage.{done.lead.stage}")
    seconds = done.took.total_seconds()
    took = words.duration(seconds) if seconds >= SHORTEST else ""
    stood = words.say("stages.stood", stage=words.say(f"stage.{done.was}"), span=took)
    out = lead.stage is Stage.DISQUALIFIED and done.was is not lead.stage
    text = words.lines(
        words.say("stages.now", lead=title(lead, words), stage=stage),
        stood if took else "",
        words.say("stages.out") if out else "",
        words.say("stages.stopped", n=done.cancelled) if done.cancelled else "",
    )
    if not done.line:
        return only(text)
    undo = button(words.plain.say("button.undo"), ActionId.UNDO_STAGE, done.line)
    return Message(text, (section(text), actions(undo)))


def taken_back(done: Moved, words: Words) -> Message:
    """Confirm that a move was taken back."""
    stage = words.say(f"stage.{done.lead.stage}")
    text = words.say("stages.taken_back", lead=title(done.lead, words), stage=stage)
    return only(text)


def told(effect: TellStage, lead: Lead, words: Words) -> Message:
    """Tell who holds a lead what somebody did to its stage, and why (S3)."""
    who = mention(effect.by) if effect.by else words.say("playbook.itself")
    named = {"lead": title(lead, words), "who": who}
    text = words.lines(
        words.say(f"stages.told_{effect.notice}", **named),
        words.say("history.quoted", text=effect.reason) if effect.reason else "",
    )
    shown = button(words.plain.say("button.show"), ActionId.SHOW, lead.id)
    return Message(text, (section(text), actions(shown)))


def reason_field(say: Words, *, needed: bool) -> Block:
    """Ask for the reason of a move."""
    text = {
        "type": "plain_text_input",
        "action_id": "reason",
        "max_length": LONGEST_REASON,
    }
    return asked("reason", say.say("modal.reason"), text, optional=not needed)


def stage_modal(lead: Lead, words: Words, *, decides: bool) -> dict[str, Any]:
    """Ask to which stage a lead goes, and why; an SQO is a question where others decide (S2)."""
    say = words.plain
    options = [option(say.say(_choice(one, decides=decides)), one) for one in offered(lead)]
    radio = {
        "type": "radio_buttons",
        "action_id": "stage",
        "options": options,
        "initial_option": options[0],
    }
    blocks = [
        section(f"*{title(lead, words)}*"),
        asked("stage", say.say("modal.stage_label"), radio),
        reason_field(say, needed=False),
    ]
    return modal(ViewId.STAGE, say.say("modal.stage"), blocks, {"lead": lead.id}, say)


def _choice(stage: Stage, *, decides: bool) -> str:
    return f"stages.choose_{stage}{MANAGES if decides and stage is Stage.SQO else ''}"


def stage_door(lead: Lead, say: Words) -> list[Block]:
    """Give the row that leads from the modal of a living lead to its stages."""
    if not lead.living:
        return []
    return [actions(button(say.say("button.stage"), ActionId.STAGE, lead.id))]
