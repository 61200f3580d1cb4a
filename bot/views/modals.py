"""Modals: what a command would have in its text is asked for here."""

from datetime import datetime
from typing import Any

from bot.texts import Words
from bot.views import fields
from bot.views.blocks import (
    PLACEHOLDER_LIMIT,
    ActionId,
    Block,
    ViewId,
    option,
    plain,
    section,
)
from bot.views.card import title
from bot.views.forms import asked, modal
from bot.views.stages import stage_door
from rules.guards import missing_marketing
from rules.lead import Lead
from rules.playbook import Playbook
from rules.team import Rep
from rules.words import Channel, Outcome

NOTE = "note_only"
TALKED = (Outcome.FOLLOWUP, Outcome.NOTNOW, Outcome.SOLD, Outcome.LOST)
SOLD = (Outcome.SOLD,)
EVERY = (
    Outcome.NOANSWER,
    Outcome.BUSY,
    Outcome.VOICEMAIL,
    *TALKED,
    Outcome.INVALID,
    Outcome.UNAVAILABLE,
    NOTE,
)
MENUS: dict[str, tuple[str, ...]] = {"talked": TALKED, "sold": SOLD, "every": EVERY}
MOST_REPS = 100


def log_modal(
    lead: Lead, words: Words, playbook: Playbook, *, menu: str, chosen: str, now: datetime
) -> dict[str, Any]:
    """Ask what came of a call: the outcome, and what that outcome needs to be told.

    `menu` names the outcomes on offer and `chosen` the one that is marked. After a conversation
    it asks what was said and how long it took (C4, L6.6), and by which channels the person agreed
    to hear more, where that is not known.
    """
    say = words.plain
    blocks = [section(f"*{title(lead, words)}*")]
    if len(MENUS[menu]) > 1:
        blocks.append(_outcomes(say, menu, chosen))
    blocks += _fields(say, lead, playbook, chosen, now=now)
    missing = missing_marketing(lead, playbook) if chosen in TALKED else []
    blocks += [_agreed(say, missing)] if missing else []
    blocks += stage_door(lead, say) if MENUS[menu] == EVERY else []
    meta = {"lead": lead.id, "menu": menu, "chosen": chosen}
    return modal(ViewId.LOG, say.say("modal.log"), blocks, meta, say)


def _outcomes(say: Words, menu: str, chosen: str) -> dict[str, Any]:
    options = [option(say.say(f"outcome.{one}"), one) for one in MENUS[menu]]
    marked = next(one for one in options if one["value"] == chosen)
    select = {
        "type": "static_select",
        "action_id": ActionId.CHOOSE_OUTCOME.value,
        "options": options,
        "initial_option": marked,
    }
    return asked("outcome", say.say("modal.outcome"), select, dispatch=True)


def _fields(
    say: Words, lead: Lead, playbook: Playbook, chosen: str, *, now: datetime
) -> list[Block]:
    note = fields.note(say, needed=chosen == NOTE)
    if chosen == Outcome.NOTNOW:
        return [fields.when(say, "when_notnow", at=None), note]
    if chosen not in TALKED:
        return [note]
    said = [fields.promise(say), fields.talk(say, lead, now=now)]
    if chosen == Outcome.SOLD:
        return [_amount(say), note, *said]
    if chosen == Outcome.LOST:
        return [note, fields.objection(say), *said]
    again = [fields.importance(say), fields.when(say, "when_followup", at=fields.half_hour(now))]
    if playbook.product(lead.product).one_call:
        return [*again, fields.objection(say, label="modal.objection_low"), note, *said]
    return [*again, note, fields.objection(say), *said]


def _amount(say: Words) -> Block:
    hint = plain(say.say("modal.amount_hint"))
    amount = {"type": "plain_text_input", "action_id": "amount", "placeholder": hint}
    return asked("amount", say.say("modal.amount"), amount)


def _agreed(say: Words, channels: list[Channel]) -> dict[str, Any]:
    options = [option(say.say(f"channel.{one}"), one) for one in channels]
    boxes = {"type": "checkboxes", "action_id": "agreed", "options": options}
    return asked("agreed", say.say("modal.agreed"), boxes, optional=True)


def assign_modal(lead: Lead, reps: list[Rep], words: Words) -> dict[str, Any]:
    """Ask who gets the lead, of these reps."""
    say = words.plain
    options = [option(say.say("modal.rep", name=rep.name), rep.slack_id) for rep in reps]
    select = {
        "type": "static_select",
        "action_id": "rep",
        "options": options[:MOST_REPS],
        "placeholder": plain(say.say("modal.rep_hint"), PLACEHOLDER_LIMIT),
    }
    field = asked("rep", say.say("modal.rep_label"), select)
    blocks = [section(f"*{title(lead, words)}*"), field]
    return modal(ViewId.ASSIGN, say.say("modal.assign"), blocks, {"lead": lead.id}, say)
