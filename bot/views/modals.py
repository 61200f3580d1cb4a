"""Modals: what a command would have in its text is asked for here."""

import json
from datetime import datetime, timedelta
from typing import Any

from bot.texts import Words
from bot.views.blocks import (
    PLACEHOLDER_LIMIT,
    TITLE_LIMIT,
    ActionId,
    ViewId,
    option,
    plain,
    section,
)
from bot.views.card import title
from rules.lead import Lead
from rules.team import Rep
from rules.words import Importance, Outcome

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
NOTE_LIMIT = 1000
HOUR = timedelta(hours=1)


def log_modal(lead: Lead, words: Words, *, menu: str, chosen: str, now: datetime) -> dict[str, Any]:
    """Ask what came of a call: the outcome, and what that outcome needs to be told.

    `menu` names the outcomes on offer and `chosen` the one that is marked.
    """
    say = words.plain
    blocks = [section(f"*{title(lead, words)}*")]
    if len(MENUS[menu]) > 1:
        blocks.append(_outcomes(say, menu, chosen))
    blocks += _fields(say, chosen, now=now)
    meta = {"lead": lead.id, "menu": menu, "chosen": chosen}
    return _modal(ViewId.LOG, say.say("modal.log"), blocks, meta, say)


def _outcomes(say: Words, menu: str, chosen: str) -> dict[str, Any]:
    options = [option(say.say(f"outcome.{one}"), one) for one in MENUS[menu]]
    marked = next(one for one in options if one["value"] == chosen)
    select = {
        "type": "static_select",
        "action_id": ActionId.CHOOSE_OUTCOME.value,
        "options": options,
        "initial_option": marked,
    }
    return _input("outcome", say.say("modal.outcome"), select, dispatch=True)


def _fields(say: Words, chosen: str, *, now: datetime) -> list[dict[str, Any]]:
    if chosen == Outcome.FOLLOWUP:
        return [_importance(say), _when(say, "when_followup", now=now), _note(say)]
    if chosen == Outcome.NOTNOW:
        return [_when(say, "when_notnow", now=None), _note(say)]
    if chosen == Outcome.SOLD:
        hint = say.say("modal.amount_hint")
        amount = {"type": "plain_text_input", "action_id": "amount", "placeholder": plain(hint)}
        return [_input("amount", say.say("modal.amount"), amount), _note(say)]
    if chosen == NOTE:
        return [_note(say, needed=True)]
    return [_note(say)]


def _importance(say: Words) -> dict[str, Any]:
    options = [option(say.say(f"importance.{one}"), one) for one in Importance]
    radio = {
        "type": "radio_buttons",
        "action_id": "importance",
        "options": options,
        "initial_option": options[0],
    }
    return _input("importance", say.say("modal.importance"), radio)


def _when(say: Words, block: str, *, now: datetime | None) -> dict[str, Any]:
    picker: dict[str, Any] = {"type": "datetimepicker", "action_id": "when"}
    if now is not None:
        later = (now + HOUR).replace(minute=0, second=0, microsecond=0) + HOUR / 2
        picker["initial_date_time"] = int(later.timestamp())
    return _input(block, say.say(f"modal.{block}"), picker, optional=now is None)


def _note(say: Words, *, needed: bool = False) -> dict[str, Any]:
    text = {
        "type": "plain_text_input",
        "action_id": "note",
        "multiline": True,
        "max_length": NOTE_LIMIT,
    }
    return _input("note", say.say("modal.note"), text, optional=not needed)


def _input(
    block: str,
    label: str,
    element: dict[str, Any],
    *,
    optional: bool = False,
    dispatch: bool = False,
) -> dict[str, Any]:
    made = {
        "type": "input",
        "block_id": block,
        "label": plain(label),
        "element": element,
        "optional": optional,
    }
    return made | ({"dispatch_action": True} if dispatch else {})


def _modal(
    view_id: ViewId, name: str, blocks: list[dict[str, Any]], meta: dict[str, Any], say: Words
) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": view_id.value,
        "title": plain(name, TITLE_LIMIT),
        "submit": plain(say.say("modal.save"), TITLE_LIMIT),
        "close": plain(say.say("modal.cancel"), TITLE_LIMIT),
        "private_metadata": json.dumps(meta),
        "blocks": blocks,
    }


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
    field = _input("rep", say.say("modal.rep_label"), select)
    blocks = [section(f"*{title(lead, words)}*"), field]
    return _modal(ViewId.ASSIGN, say.say("modal.assign"), blocks, {"lead": lead.id}, say)
