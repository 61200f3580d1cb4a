"""`/lead digest`: the newest one, or what was asked for, to whoever asked alone (L6)."""

from bot import digests
from bot.digests import Found
from bot.shared_reports import link_to
from bot.texts import Words
from bot.views import digest as views
from bot.views import weeks as week_views
from bot.views.blocks import Message
from bot.weekly_posts import beside_of
from handlers.act import Act
from rules.acts import AskDigest


def show(act: Act, command: AskDigest) -> Message:
    """Show the newest digest, or the figures of a campaign, a rep, a time."""
    found = digests.ask(act.desk, command, by=act.who.slack_id)
    team = found.own is None
    link = link_to(act.desk, found.report, manager=act.who.slack_id) if team else ""
    return said_of(found, act.who.words, link=link)


def said_of(found: Found, words: Words, *, link: str = "") -> Message:
    """Say what was asked for: a digest with the link to the whole report, or a rep's figures."""
    own = found.own
    if own is None:
        more = views.whole_report(words, link=link)
        told = found.told
        beside = beside_of(told, words, more=more) if told else views.Beside(more=more)
        return views.digest(found.report, words, beside)
    if found.name:
        return week_views.of_another(found.report, own.figures, found.name, words)
    return week_views.note(found.report, own.figures, own.waiting, words, asked=True)
