"""The fields of modals that ask of a call: when to speak again, and what was said."""

from datetime import datetime, timedelta
from typing import Any

from bot.texts import Words
from bot.views.blocks import Block, option
from bot.views.forms import asked
from rules.lead import Lead
from rules.talking import LONGEST_CALL, running_for
from rules.words import Importance

NOTE_LIMIT, SAID_LIMIT = 1000, 300
HOUR = timedelta(hours=1)


def importance(say: Words) -> Block:
    """Ask how important a follow-up is (L4.3, L4.4)."""
    options = [option(say.say(f"importance.{one}"), one) for one in Importance]
    radio = {
        "type": "radio_buttons",
        "action_id": "importance",
        "options": options,
        "initial_option": options[0],
    }
    return asked("importance", say.say("modal.importance"), radio)


def half_hour(now: datetime) -> datetime:
    """Give the half of the next hour: a time to begin with."""
    return (now + HOUR).replace(minute=0, second=0, microsecond=0) + HOUR / 2


def when(say: Words, block: str, *, at: datetime | None) -> Block:
    """Ask for a moment, beginning with `at`; without one it may stay open."""
    picker: dict[str, Any] = {"type": "datetimepicker", "action_id": "when"}
    if at is not None:
        picker["initial_date_time"] = int(at.timestamp())
    return asked(block, say.say(f"modal.{block}"), picker, optional=at is None)


def note(say: Words, *, needed: bool = False, begun: str = "") -> Block:
    """Ask what was learned; `begun` stands in it already (C4)."""
    text = {
        "type": "plain_text_input",
        "action_id": "note",
        "multiline": True,
        "max_length": NOTE_LIMIT,
    }
    filled = text | ({"initial_value": begun[:NOTE_LIMIT]} if begun else {})
    return asked("note", say.say("modal.note"), filled, optional=not needed)


def objection(say: Words, *, label: str = "modal.objection", needed: bool = False) -> Block:
    """Ask what keeps them from buying (C4, L4.2)."""
    return asked("objection", say.say(label), _line("objection"), optional=not needed)


def promise(say: Words) -> Block:
    """Ask what the rep promised (C4)."""
    return asked("promise", say.say("modal.promise"), _line("promise"), optional=True)


def _line(name: str) -> dict[str, Any]:
    return {"type": "plain_text_input", "action_id": name, "max_length": SAID_LIMIT}


def talk(say: Words, lead: Lead, *, now: datetime) -> Block:
    """Ask how many minutes the call took, filled in from the one that runs (L6.6)."""
    number = {
        "type": "number_input",
        "action_id": "talk",
        "is_decimal_allowed": False,
        "min_value": "0",
        "max_value": str(LONGEST_CALL // timedelta(minutes=1)),
    }
    running = running_for(lead, now=now)
    minutes = max(1, round(running / timedelta(minutes=1))) if running is not None else None
    filled = number | ({"initial_value": str(minutes)} if minutes else {})
    return asked("talk", say.say("modal.talk"), filled, optional=True)
