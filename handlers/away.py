"""`/lead away`, `/lead back` and Home's buttons for them."""

from bot import away as bot_away
from bot.views import away as views
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import Answer, Click, Say
from rules.acts import Away, Back


def away(act: Act, command: Away) -> Message:
    """Set whoever asks away, and say what happens to their leads meanwhile."""
    done = bot_away.go_away(act.desk, by=act.who.slack_id, until=command.until, key=act.key)
    return views.gone(done, act.who.words, now=act.desk.clock())


def back(act: Act, _: Back) -> Message:
    """Let whoever asks take leads again."""
    return _back(act)


def _back(act: Act, began: str = "") -> Message:
    done = bot_away.come_back(act.desk, by=act.who.slack_id, began=began, key=act.key)
    return views.returned(done, act.who.words)


def go_away(click: Click) -> Answer:
    """Do so until they say that they are back."""
    return Say(away(click.act, Away()))


def come_back(click: Click) -> Answer:
    """Do so by the button, or take the absence back that the button's value names."""
    what, _, began = click.value.partition(":")
    return Say(_back(click.act, began), instead=what == "undo")
