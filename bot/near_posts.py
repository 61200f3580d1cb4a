"""Questions whether two leads are one person, as they stand: made of the present, ended (C2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.audience import team_words, words_of
from bot.desk import Desk
from bot.near import gathered
from bot.orders import Drop, Order, Prepared, Sent, SlackPost, SlackUpdate
from bot.team import hears_notices
from bot.texts import Words
from bot.views import near as views
from rules.near import AskSame, AskShared
from storage import leads, likenesses, posts
from storage.likenesses import OPEN
from storage.outbox import Row
from storage.posts import Post
from storage.unit import Unit, View

POST = AskSame.purpose


def prepare(desk: Desk, view: View, row: Row) -> Prepared:
    """Ask managers whether two leads are one person, while nobody decided."""
    effect: Any = row.effect
    if effect.to and not hears_notices(desk, view, effect.to):
        return Drop("manages_no_more")
    pair = likenesses.get(view, effect.pair)
    found = gathered(view, pair) if pair and pair.state == OPEN else None
    if found is None:
        return Drop("decided")
    message = views.question(found, words_for(desk, view, effect.to))
    to = effect.to or desk.settings.managers_channel
    return [SlackPost(to, message, for_managers=not effect.to)]


def stands(unit: Unit, told: AskSame | AskShared, done: Sent, **_when: datetime) -> None:
    """Keep where a question stands, whether two leads are one person or whose a form is."""
    posts.add(
        unit,
        lead_id=told.lead_id,
        purpose=told.purpose,
        about=told.about,
        recipient=told.to,
        channel=done.channel,
        ts=done.ref,
    )


def ended(desk: Desk, view: View, standing: Sequence[Post]) -> list[Order]:
    """Give the changes of a lead's questions that were decided."""
    orders: list[Order] = []
    for post in standing:
        pair = likenesses.get(view, int(post.about))
        if pair is None or (pair.state == OPEN and gathered(view, pair)):
            continue
        one, other = leads.load(view, pair.lead_id), leads.load(view, pair.other_id)
        if one and other:
            message = views.over(pair, one, other, words_for(desk, view, post.recipient))
            orders.append(SlackUpdate(post.channel, post.ts, message, over=(post.id,)))
    return orders


def words_for(desk: Desk, view: View, recipient: str) -> Words:
    """Give the texts for a manager, or for the managers' channel where none is named."""
    return words_of(desk, view, recipient) if recipient else team_words(desk)
