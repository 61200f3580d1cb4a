"""Modals: what a command would have in its text is asked for here."""

from datetime import datetime, timedelta
from typing import Any

from bot.texts import Words
from bot.views.blocks import (
    PLACEHOLDER_LIMIT,
    ActionId,
    ViewId,
    option,
    plain,
    section,
)
from bot.views.card import title
from bot.views.forms import asked, modal
from rules.guards import missing_marketing
from rules.lead import Lead
from rules.playbook import Playbook
from rules.team import Rep
from rules.words import Channel, Importance, Outcome

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


def log_modal(
    lead: Lead, words: Words, playbook: Playbook, *, menu: str, chosen: str, now: datetime
) -> dict[str, Any]:
    """Ask what came of a call: the outcome, and what that outcome needs to be told.

    `menu` names the outcomes on offer and `chosen` the one that is marked. After a conversation
    it asks by which channels the person agreed to hear more, where that is not known.
    """
    say = words.plain
    blocks = [section(f"*{title(lead, words)}*")]
    if len(MENUS[menu]) > 1:
        blocks.append(_outcomes(say, menu, chosen))
    blocks += _fields(say, chosen, now=now)
    missing = missing_marketing(lead, playbook) if chosen in TALKED else []
    blocks += [_agreed(say, missing)] if missing else []
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


def _fields(say: Words, chosen: str, *, now: datetime) -> list[dict[str, Any]]:
    if chosen == Outcome.FOLLOWUP:
        return [_importance(say), _when(say, "when_followup", now=now), _note(say)]
    if chosen == Outcome.NOTNOW:
        return [_when(say, "when_notnow", now=None), _note(say)]
    if chosen == Outcome.SOLD:
        hint = say.say("modal.amount_hint")
        amount = {"type": "plain_text_input", "action_id": "amount", "placeholder": plain(hint)}
        return [asked("amount", say.say("modal.amount"), amount), _note(say)]
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
    return asked("importance", say.say("modal.importance"), radio)


def _when(say: Words, block: str, *, now: datetime | None) -> dict[str, Any]:
    picker: dict[str, Any] = {"type": "datetimepicker", "action_id": "when"}
    if now is not None:
        later = (now + HOUR).replace(minute=0, second=0, microsecond=0) + HOUR / 2
        picker["initial_date_time"] = int(later.timestamp())
    return asked(block, say.say(f"modal.{block}"), picker, optional=now is None)


def _note(say: Words, *, needed: bool = False) -> dict[str, Any]:
    text = {
        "type": "plain_text_input",
        "action_id": "note",
        "multiline": True,
        "max_length": NOTE_LIMIT,
    }
    return asked("note", say.say("modal.note"), text, optional=not needed)


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
