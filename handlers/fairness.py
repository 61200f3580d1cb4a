"""The fairness report by a button: privately, and with its chart in the managers' channel."""

from bot import fairness
from bot.views import fairness as views
from handlers.answers import Answer, Click, Say


def show(click: Click) -> Answer:
    """Show a manager what each rep was given (C3)."""
    act = click.act
    found = fairness.report(act.desk, by=act.who.slack_id)
    may_post = bool(act.desk.settings.managers_channel)
    return Say(views.fairness(found, act.who.words, may_post=may_post))


def post(click: Click) -> Answer:
    """Post the report with its chart where the managers read (C3)."""
    act = click.act
    fairness.post(act.desk, by=act.who.slack_id, asked=act.key)
    return Say(views.posted(act.who.words))
