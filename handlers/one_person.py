"""`/lead merge`, `/lead unmerge` and the answers to whether two leads are one person (C2)."""

from bot import near, one_person, parting, shared_numbers, sharing, theirs
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


def same_person(click: Click) -> Answer:
    """Answer that a form under another name is of the lead that it was added to."""
    act = click.act
    done = theirs.accept(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(views.theirs(done, act.who.words))


def undo_theirs(click: Click) -> Answer:
    """Take back that a form is of a lead, and ask again whose it is."""
    act = click.act
    done = theirs.take_back(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(views.asked_again(done, act.who.words), instead=True)


def unshare(click: Click) -> Answer:
    """Take the mark off that several people share a lead's number."""
    act = click.act
    done = shared_numbers.unshare(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(views.unshared(*done, act.who.words))


def share_again(click: Click) -> Answer:
    """Mark a lead's number as shared again, where the mark was taken off by mistake."""
    act = click.act
    lead = shared_numbers.share(act.desk, click.number, by=act.who.slack_id, key=act.key)
    return Say(views.shared_again(lead, act.who.words), instead=True)


def click_unmerge(click: Click) -> Answer:
    """Take a merge back that was just made."""
    return Say(unmerge(click.act, Unmerge(click.number)), instead=True)
