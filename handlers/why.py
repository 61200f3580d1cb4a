"""`/lead why`, its button, and the tier that a manager chooses (L1.2, L1.3)."""

from typing import Any

from bot import learning, pins
from bot import why as bot_why
from bot.views import why as views
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import Answer, Click, OpenModal, Say, SayLater, answering
from handlers.errors import guarded
from rules.acts import Why
from rules.words import Tier


def why(act: Act, command: Why) -> Message:
    """Say why a lead has its tier and its rep, and what happens if nobody answers."""
    found = bot_why.explain(act.desk, command.lead_id, by=act.who.slack_id)
    return views.why(found, act.who.words)


def click_why(click: Click) -> Answer:
    """Do the same for the lead of a card."""
    return Say(why(click.act, Why(click.number)))


def choose_tier(click: Click) -> Answer:
    """Ask a manager for a lead's tier."""
    act = click.act
    lead = pins.pinnable(act.desk, click.number, by=act.who.slack_id)
    return OpenModal(answering(views.pin_modal(lead, act.who.words), click.body))


def measure(click: Click) -> Answer:
    """Measure now what is otherwise measured at night."""
    desk, who = click.act.desk, click.act.who

    def found() -> Message:
        return views.measured(learning.learn_now(desk, by=who.slack_id), who.words)

    return SayLater(lambda: guarded(found, who.words))


def pin_tier(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Carry out what the manager chose: for the lead, or for its campaign."""
    tier = None if values["tier"] == views.MEASURED else Tier(values["tier"])
    pin = pins.pin_campaign if values.get("scope") == views.CAMPAIGN else pins.pin_lead
    done = pin(act.desk, meta["lead"], tier, by=act.who.slack_id, key=act.key)
    return views.pinned(done, act.who.words)
