"""Messages in Slack about somebody who was erased: each becomes a line that names nobody (C5)."""

import json
import re
from datetime import datetime
from typing import Any

from bot.alarms import ALARMS
from bot.audience import team_words, words_of
from bot.desk import Desk
from bot.orders import Drop, Order, Prepared, Sent, SlackPost, SlackUpdate
from bot.views import person as views
from rules.effect import Effect
from rules.effects import PostReply, TellManagers, TellOwner, TellReply
from rules.erasure import ClearPost
from rules.reminders import HandOver, SendAgenda, TellAway, TellStage
from rules.reports import SendWeek
from storage import erasing, person, posts
from storage.outbox import Row
from storage.unit import Unit, View

NEWS = (TellOwner, TellReply, PostReply, TellStage, TellManagers)
"""Messages about one lead that nobody has to find again but to clear them."""
LISTS = (SendAgenda, HandOver, TellAway, SendWeek)
"""Messages that name many."""
MOST = 60
_NAMED = re.compile(r"#(\d{1,9})\b", re.ASCII)


def keep_place(unit: Unit, effect: Effect, order: Order, done: Sent) -> None:
    """Keep where news and lists of leads stand; what stands of itself keeps that already."""
    if not isinstance(order, SlackPost):
        return
    for lead_id in _about(unit, effect, order):
        posts.add(
            unit,
            lead_id=lead_id,
            purpose=posts.TOLD,
            about="",
            recipient=effect.recipient,
            channel=done.channel,
            ts=done.ref,
        )


def _about(view: View, effect: Effect, order: SlackPost) -> list[int]:
    if isinstance(effect, LISTS):
        said = order.message.text + json.dumps(order.message.blocks)
        named = dict.fromkeys(int(one) for one in _NAMED.findall(said))
        return person.of_leads(view, list(named)[:MOST])
    alarm = isinstance(effect, TellManagers) and effect.notice in ALARMS
    lead_id = int(getattr(effect, "lead_id", 0))
    return [lead_id] if lead_id and isinstance(effect, NEWS) and not alarm else []


def prepare(desk: Desk, view: View, row: Row) -> Prepared:
    """Make the line, in the words of whom the message was for."""
    effect: Any = row.effect
    found = erasing.post(view, effect.post_id)
    if found is None:
        return Drop("no_post")
    recipient, channel, ts, of_many = found
    words = words_of(desk, view, recipient) if recipient else team_words(desk)
    return [SlackUpdate(channel, ts, views.cleared(words, of_many=of_many))]


def stands(unit: Unit, effect: ClearPost, _done: Sent, **_when: datetime) -> None:
    """Forget where the message stood: nobody has to find it any more."""
    erasing.forget_post(unit, effect.post_id)
