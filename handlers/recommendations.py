"""The buttons of what the digest recommends: a manager's decisions (L6.9)."""

from bot import deciding, recommending
from bot.views import recommendations as views
from handlers.answers import DIGITS, Answer, Click, OpenModal, Say
from rules.refusals import Refused


def show(click: Click) -> Answer:
    """List what waits for a decision, and what was accepted with what it brought."""
    act = click.act
    return Say(views.listed(recommending.told(act.desk, act.who.slack_id), act.who.words))


def accept(click: Click) -> Answer:
    """Do what is recommended."""
    act, number = click.act, _number(click.value)
    by = act.who.slack_id
    done = deciding.accept(act.desk, by, number, marked=click.value, key=act.key)
    return Say(views.accepted(done, act.who.words))


def reject(click: Click) -> Answer:
    """Leave all as it is."""
    act = click.act
    done = deciding.reject(act.desk, act.who.slack_id, click.number, key=act.key)
    return Say(views.rejected(done, act.who.words))


def say_why(click: Click) -> Answer:
    """Keep the reason that was picked."""
    act = click.act
    value = str(click.body["actions"][0]["selected_option"]["value"])
    reason = value.partition(":")[2]
    done = deciding.say_why(act.desk, act.who.slack_id, _number(value), reason)
    return Say(views.rejected(done, act.who.words), instead=True)


def undo(click: Click) -> Answer:
    """Take a decision back."""
    act = click.act
    done = deciding.undo(act.desk, act.who.slack_id, click.number, key=act.key)
    return Say(views.undone(done, act.who.words))


def why(click: Click) -> Answer:
    """Show what a recommendation rests on."""
    act = click.act
    one = deciding.known(act.desk, act.who.slack_id, click.number)
    return OpenModal(views.why(one, act.who.words))


def _number(value: str) -> int:
    """Give the number before the colon of a button's value."""
    number = value.partition(":")[0]
    if not number.isascii() or not number.isdigit() or len(number) > DIGITS:
        raise Refused("button.stale")
    return int(number)
