"""`/lead merge`, `/lead unmerge` and the answers to whether two leads are one person (C2)."""

from bot import near, one_person, parting, sharing
from bot.views import near as views
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import Answer, Click, Say
from rules.acts import Merge, Unmerge


def merge(act: Act, command: Merge) -> Message:
    """Make two leads one; with none named, list those that may be."""
    by, words = act.who.slack_id, act.who.words
    if not command.other_id:
        return views.listed(near.listed(act.desk, by=by), words)
    done = one_person.merge(act.desk, command.lead_id, command.other_id, by=by, key=act.key)
    return views.joined(done, words)


def unmerge(act: Act, command: Unmerge) -> Message:
    """Make two leads of one again."""
    done = parting.unmerge(act.desk, command.lead_id, by=act.who.slack_id, key=act.key)
    return views.parted(done, act.who.words)


def click_merge(click: Click) -> Answer:
    """Make the two leads of a question one."""
    act = click.act
    done = near.merge(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(views.joined(done, act.who.words))


def keep_apart(click: Click) -> Answer:
    """Answer that the two leads of a question are different people."""
    act = click.act
    done = near.keep_apart(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(views.different(done, act.who.words))


def give_away(click: Click) -> Answer:
    """Answer that a form with a lead's number is of another person, who gets a lead."""
    act = click.act
    done = sharing.split(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(views.split(done, act.who.words))


def click_unmerge(click: Click) -> Answer:
    """Take a merge back that was just made."""
    return Say(unmerge(click.act, Unmerge(click.number)), instead=True)
