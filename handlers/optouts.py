"""`/lead optout` and the button that takes it back."""

from bot import optout_acts
from bot.views import optouts
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import Answer, Click, Say
from rules.acts import OptOut


def opt_out(act: Act, command: OptOut) -> Message:
    """Close what a customer asked for."""
    done = optout_acts.opt_out(act.desk, command, by=act.who.slack_id, key=act.key)
    return optouts.opted_out(done, act.who.words)


def take_back(click: Click) -> Answer:
    """Take an opt-out back that was typed by mistake."""
    act = click.act
    done = optout_acts.take_back(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(optouts.taken_back(done, act.who.words), instead=True)
