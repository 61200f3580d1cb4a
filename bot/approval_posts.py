"""Questions for an SQO as managers see them: made of the present, and ended when decided (S2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.approvals import is_open
from bot.audience import lead_of, team_words, words_of
from bot.desk import Desk
from bot.orders import Drop, Order, Prepared, Sent, SlackPost, SlackUpdate
from bot.team import hears_notices
from bot.texts import Words
from bot.views import approvals as views
from rules.effects import RefreshCard
from rules.reminders import AskSqo
from storage import outbox, pastlines, posts, stages
from storage.outbox import Row
from storage.posts import Post
from storage.unit import Unit, View

POST = "sqo"
"""What such a message is for, where it stands in Slack."""


def prepare(desk: Desk, view: View, row: Row) -> Prepared:
    """Ask managers whether a lead is an SQO, or remind them, while nobody decided."""
    effect: Any = row.effect
    if effect.to and not hears_notices(desk, view, effect.to):
        return Drop("manages_no_more")
    lead = lead_of(view, effect.lead_id)
    asked = pastlines.written(view, effect.line, stages.ASKED)
    if lead is None or asked is None or not is_open(lead, asked):
        return Drop("decided")
    words = _words(desk, view, effect.to)
    message = views.question(asked, lead, words, again=bool(effect.again))
    to = effect.to or desk.settings.managers_channel
    return [SlackPost(to, message, for_managers=not effect.to)]


def stands(unit: Unit, told: AskSqo, done: Sent, *, now: datetime) -> None:
    """Keep where a question stands; an older post of it loses its buttons."""
    about = str(told.line)
    older = posts.of_lead(unit, told.lead_id, purpose=POST, about=about)
    posts.add(
        unit,
        lead_id=told.lead_id,
        purpose=POST,
        about=about,
        recipient=told.to,
        channel=done.channel,
        ts=done.ref,
    )
    if any(one.recipient == told.to for one in older):
        outbox.add(unit, (RefreshCard(told.lead_id),), now=now)


def ended(desk: Desk, view: View, standing: Sequence[Post]) -> list[Order]:
    """Give the changes of a lead's questions: those decided, and those asked again below."""
    newest = {(one.about, one.recipient): one.id for one in standing}
    orders: list[Order] = []
    for post in standing:
        lead = lead_of(view, post.lead_id)
        asked = pastlines.written(view, int(post.about), stages.ASKED)
        waits = lead is not None and asked is not None and is_open(lead, asked)
        if lead is None or asked is None:
            continue
        if waits and newest[post.about, post.recipient] == post.id:
            continue
        words = _words(desk, view, post.recipient)
        message = views.over(asked, lead, words, newer=waits)
        orders.append(SlackUpdate(post.channel, post.ts, message, over=(post.id,)))
    return orders


def _words(desk: Desk, view: View, recipient: str) -> Words:
    return words_of(desk, view, recipient) if recipient else team_words(desk)
