"""The lists of leads between the chairs, for a manager (C4)."""

from bot import chairs
from bot.views import chairs as views
from bot.views.blocks import Message
from handlers.answers import Answer, Click, Say, SayLater
from handlers.errors import guarded
from rules.chairs import Loose


def loose_ends(click: Click) -> Answer:
    """Count all leads anew, or show one list of those that were counted last.

    Who asks while they are counted is told of that count.
    """
    desk, who = click.act.desk, click.act.who
    if click.value in set(Loose):
        found = chairs.listed(desk, Loose(click.value), by=who.slack_id)
        return Say(views.one_list(found, who.words))

    asked = desk.clock()

    def counted() -> Message:
        found = chairs.look_now(desk, by=who.slack_id, asked=asked)
        return views.lists(found, who.words)

    return SayLater(lambda: guarded(counted, who.words))
