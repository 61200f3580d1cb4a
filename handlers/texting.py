"""A rep's own SMS to a customer: the button, the modal, and taking it back."""

from dataclasses import replace
from typing import Any

from bot import texting
from bot.views import texting as views
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import Answer, Click, OpenModal, Say, answering


def open_modal(click: Click) -> Answer:
    """Ask for the words."""
    act = click.act
    found = texting.to_write(act.desk, click.number, by=act.who.slack_id)
    return OpenModal(answering(views.text_modal(found, act.who.words), click.body))


def send(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Send what the modal says."""
    text = values.get("text") or ""
    done = texting.write(act.desk, meta["lead"], text, by=act.who.slack_id, key=act.key)
    return views.written(done, act.who.words)


def take_back(click: Click) -> Answer:
    """Take an SMS back that has not left."""
    act = click.act
    number, _, about = click.value.partition(" ")
    lead_id = replace(click, value=number).number
    lead = texting.take_back(act.desk, lead_id, about, by=act.who.slack_id)
    return Say(views.taken_back(lead, act.who.words), instead=True)
