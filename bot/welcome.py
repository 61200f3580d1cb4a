"""What new members and first administrators are told, made of the present when it leaves."""

from typing import Any

from bot.audience import words_of
from bot.desk import Desk
from bot.guide import steps
from bot.orders import Drop, Prepared, SlackPost
from bot.views import guide as views
from storage import reps
from storage.outbox import Row
from storage.unit import View


def prepare_welcome(desk: Desk, view: View, row: Row) -> Prepared:
    """Make the welcome of who was added to the team; nothing for who has left since."""
    effect: Any = row.effect
    rep = reps.get(view, effect.rep)
    if rep is None or rep.state == "paused":
        return Drop("rep_left")
    return [SlackPost(effect.rep, views.welcome(effect, rep, words_of(desk, view, effect.rep)))]


def prepare_guide(desk: Desk, view: View, row: Row) -> Prepared:
    """Make the guide of the first run for an administrator."""
    effect: Any = row.effect
    words = words_of(desk, view, effect.rep)
    return [SlackPost(effect.rep, views.guide(tuple(steps(desk, view)), words))]
