"""Buttons of reminders: what came of the call, another time, another rep (L4.3)."""

from collections.abc import Callable
from dataclasses import replace

from bot import followups
from bot.views import replies
from bot.views.blocks import ActionId
from handlers.answers import Answer, Click, Say
from handlers.dialogs import open_assign, open_log
from rules.nags import Snooze, read_mark
from rules.refusals import Refused


def log_call(menu: str, chosen: str) -> Callable[[Click], Answer]:
    """Give what asks for the outcome of a follow-up, with one chosen already."""

    def open_it(click: Click) -> Answer:
        lead_id = followups.lead_of(click.act.desk, click.number)
        return open_log(click, lead_id, menu=menu, chosen=chosen)

    return open_it


def put_off(span: Snooze) -> Callable[[Click], Answer]:
    """Give what puts a follow-up off."""

    def snooze(click: Click) -> Answer:
        act, seen = click.act, read_mark(click.value)
        done = followups.put_off(act.desk, seen, span, by=act.who.slack_id, key=act.key)
        return Say(replies.snoozed(done, act.who.words, now=act.desk.clock()))

    return snooze


def hand_over(click: Click) -> Answer:
    """Ask to whom the lead of a follow-up goes."""
    return open_assign(click, followups.lead_of(click.act.desk, click.number))


def choose(click: Click) -> Answer:
    """Do what was chosen in the menu of one line among many."""
    chosen = str(click.body["actions"][0]["selected_option"]["value"])
    name, _, value = chosen.partition(":")
    if name not in _MENU:
        raise Refused("button.stale")
    return _MENU[name](replace(click, value=value))


_MENU: dict[str, Callable[[Click], Answer]] = {
    ActionId.SNOOZE_SHORT: put_off(Snooze.SHORT),
    ActionId.SNOOZE_LONG: put_off(Snooze.LONG),
    ActionId.SNOOZE_TOMORROW: put_off(Snooze.TOMORROW),
    ActionId.NAG_HAND_OVER: hand_over,
}
