"""What who dropped a file is shown of it: one message that changes, and the rejects (C2)."""

from datetime import datetime
from pathlib import PurePath
from typing import Any

from bot.audience import words_of
from bot.desk import Desk
from bot.drops import REJECTS, load, place_of, put_place
from bot.orders import Drop, Prepared, Sent, SlackFile, SlackPost, SlackUpdate
from bot.team import hears_notices
from bot.views import drops as views
from rules.drops import ShowDrop
from storage import inbox
from storage.outbox import Row
from storage.unit import Unit, View


def prepare_show_drop(desk: Desk, view: View, row: Row) -> Prepared:
    """Show how a file stands now, in place of what its message said before."""
    effect: Any = row.effect
    found, place = load(view, effect.file), place_of(view, effect.file)
    if found is None or not hears_notices(desk, view, effect.rep):
        return Drop("manages_no_more")
    message = views.shown(found, words_of(desk, view, effect.rep))
    return [SlackUpdate(*place, message)] if place else [SlackPost(effect.rep, message)]


def stands(unit: Unit, effect: ShowDrop, done: Sent, *, now: datetime) -> None:
    """Remember where the message stands; one that is gone is written anew the next time."""
    put_place(unit, effect.file, (done.channel, done.ref), at=now)


def prepare_rejects(desk: Desk, view: View, row: Row) -> Prepared:
    """Give the rows that were rejected, with their reasons."""
    effect: Any = row.effect
    found = load(view, effect.file)
    kept = inbox.find(view, source=REJECTS, once_key=f"{effect.file}:{effect.asked}")
    if found is None or kept is None or not hears_notices(desk, view, effect.rep):
        return Drop("manages_no_more")
    message = views.rejects(found, words_of(desk, view, effect.rep))
    content = b"\xef\xbb\xbf" + kept.body
    name = f"rejects-{PurePath(found.name).stem}.csv"
    return [SlackFile(effect.rep, message, content, name)]
