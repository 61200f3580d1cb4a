"""A lead's number put right: by `/lead phone`, by a button of its card, and taken back (L5.2)."""

import re

from bot import repairs
from bot.views import repairs as views
from bot.views.blocks import Message
from bot.views.card import title
from handlers.act import Act
from handlers.answers import Answer, Click, Say
from rules.acts import CorrectPhone
from rules.refusals import Refused

_VALUE = re.compile(r"([0-9]{1,9}):(\+[0-9]{5,15})")


def correct(act: Act, command: CorrectPhone) -> Message:
    """Set the number that was typed."""
    words, by = act.who.words, act.who.slack_id
    done = repairs.correct(act.desk, command.lead_id, command.typed, by=by, key=act.key)
    return views.mended(done, title(done.lead, words), words)


def use(click: Click) -> Answer:
    """Set a number that was proposed."""
    act, found = click.act, _VALUE.fullmatch(click.value)
    if not found:
        raise Refused("button.stale")
    words, by = act.who.words, act.who.slack_id
    done = repairs.use(act.desk, int(found[1]), found[2], by=by, key=act.key)
    return Say(views.mended(done, title(done.lead, words), words))


def decline(click: Click) -> Answer:
    """Write down that no proposed number is right."""
    act, words = click.act, click.act.who.words
    done = repairs.decline(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(views.declined(done, title(done.lead, words), words))


def take_back(click: Click) -> Answer:
    """Take the number back."""
    act, words = click.act, click.act.who.words
    lead = repairs.take_back(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(views.restored(title(lead, words), words), instead=True)
