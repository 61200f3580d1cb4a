"""The modal of notifications: opened, and what was chosen in it."""

from typing import Any

from bot import preferences
from bot.views import preferences as views
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import Answer, Click, OpenModal, answering


def open_modal(click: Click) -> Answer:
    """Ask which kinds of notification a person wants."""
    act = click.act
    found = preferences.wanted(act.desk, by=act.who.slack_id)
    return OpenModal(answering(views.preferences_modal(found, act.who.words), click.body))


def submit(act: Act, _meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Keep what was chosen."""
    now = preferences.choose(act.desk, values.get("switches") or (), by=act.who.slack_id)
    return views.chosen(now, act.who.words)
