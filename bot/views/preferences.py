"""The choice of notifications: each kind with what it is, and what stays all the same."""

from typing import Any

from bot.preferences import Wanted
from bot.texts import Words
from bot.views.blocks import ActionId, Block, Message, ViewId, button, context, only, option, plain
from bot.views.forms import asked, modal
from rules.words import Switch

DESCRIPTION_LIMIT = 75


def preferences_button(words: Words) -> Block:
    """Make the button that opens the choice."""
    return button(words.plain.say("button.preferences"), ActionId.PREFERENCES, "choose")


def preferences_modal(found: Wanted, words: Words) -> dict[str, Any]:
    """Ask which kinds of notification a person wants."""
    say = words.plain
    options = [_option(one, say) for one in found.kinds]
    boxes: dict[str, Any] = {"type": "checkboxes", "action_id": "switches", "options": options}
    on = [one for one in options if one["value"] in found.on]
    if on:
        boxes["initial_options"] = on
    field = asked("switches", say.say("switch.label"), boxes, optional=True)
    blocks = [field, context(words.say("switch.stays"))]
    return modal(ViewId.PREFERENCES, say.say("switch.title"), blocks, {}, say)


def _option(one: Switch, say: Words) -> Block:
    hint = plain(say.say(f"switch.{one}_hint"), DESCRIPTION_LIMIT)
    return option(say.say(f"switch.{one}"), one) | {"description": hint}


def chosen(now: Wanted, words: Words) -> Message:
    """Confirm what a person is told by itself from now on."""
    off = [words.say(f"switch.{one}") for one in now.kinds if one not in now.on]
    on = [words.say(f"switch.{one}") for one in now.kinds if one in now.on]
    text = words.lines(
        words.say("switch.on", kinds=words.listed(*on)) if on else "",
        words.say("switch.off", kinds=words.listed(*off)) if off else "",
        words.say("switch.stays") if off else "",
    )
    return only(text)
