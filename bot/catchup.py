"""Many things that came due for one person at once, in one message (L4.3, C1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.audience import words_of
from bot.desk import Desk
from bot.orders import Drop, Order, Prepared, Sent, SlackPost, SlackUpdate
from bot.team import is_in_team
from bot.views.nudges import Due, catch_up
from rules import ladder
from rules.effects import RetireNudge
from rules.lead import FollowUp, Lead
from rules.nags import mark, read_mark
from rules.reminders import SendCatchUp
from storage import nags, outbox, posts
from storage.outbox import Row
from storage.posts import Post
from storage.unit import Unit, View

CATCH_UP = "catch_up"
NAGS = "nags"
SHOWN = 20


def prepare_catch_up(desk: Desk, view: View, row: Row) -> Prepared:
    """Make one message of all that waits still; what has ended since is left out."""
    effect: Any = row.effect
    if not is_in_team(desk, view, effect.rep):
        return Drop("rep_left")
    waiting = _waiting(view, effect)
    if not waiting:
        return Drop("nothing_waits")
    message = catch_up(
        waiting[:SHOWN],
        words_of(desk, view, effect.rep),
        desk.playbook,
        about=effect.about,
        home=desk.settings.default_region,
        more=len(waiting[SHOWN:]),
    )
    return [SlackPost(effect.rep, message)]


def _waiting(view: View, sent: SendCatchUp) -> list[Due]:
    """Give what waits of a message's leads, the longest first."""
    known = {one.id: one for one in nags.leads_of(view, sent.leads)}
    if sent.about == NAGS:
        agreed = nags.of_leads(view, sent.leads)
        found = [Due(known[one.lead_id], one) for one in agreed if one.nags]
        return [one for one in found if one.agreed and one.agreed.rep == sent.rep]
    found = [Due(known[one]) for one in sent.leads if one in known]
    return [one for one in found if not _call_end(one.lead, sent.rep)]


def _call_end(lead: Lead, recipient: str) -> str:
    """Say why a first call waits no more for a person, "" while it does (C1)."""
    if lead.owner != recipient:
        return "handed_over"
    return "" if ladder.waits(lead) else "over"


def end_of(agreed: FollowUp, recipient: str) -> str:
    """Say why a reminder is over: ended, put off, another's, or a newer one stands below."""
    if agreed.rep != recipient:
        return "handed_over"
    if agreed.state != "open":
        return "over"
    return "newer" if agreed.nags else "put_off"


def stands(unit: Unit, sent: SendCatchUp, done: Sent, *, now: datetime) -> None:
    """Keep for each of its leads where the message stands; older reminders lose their buttons."""
    shown = _waiting(unit, sent)[:SHOWN]
    for one in shown:
        posts.add(
            unit,
            lead_id=one.lead.id,
            purpose=CATCH_UP,
            about=_about(one),
            recipient=sent.rep,
            channel=done.channel,
            ts=done.ref,
        )
    again = [one.agreed for one in shown if one.agreed and one.agreed.nags > 1]
    outbox.add(unit, [RetireNudge(one.id, one.lead_id) for one in again], now=now)


def _about(due: Due) -> str:
    """Name what one line of a message is about: a round of a follow-up, a step of the ladder."""
    if due.agreed:
        return f"{NAGS}:{mark(due.agreed).text}"
    return f"calls:{ladder.nags(due.lead)}"


def of_followup(view: View, agreed: FollowUp) -> list[Post]:
    """Give the messages that name this follow-up among others, oldest first."""
    found = posts.of_lead(view, agreed.lead_id, purpose=CATCH_UP)
    return [one for one in found if one.about.startswith(f"{NAGS}:{agreed.id}.")]


def refreshed(desk: Desk, view: View, lead_id: int) -> list[Order]:
    """Give the changes of messages in which this lead stands and waits no more."""
    orders: list[Order] = []
    for post in posts.of_lead(view, lead_id, purpose=CATCH_UP):
        now_due = _lines(view, post)
        if any(one.end for one in now_due if one.lead.id == lead_id):
            message = catch_up(
                now_due,
                words_of(desk, view, post.recipient),
                desk.playbook,
                about=post.about.partition(":")[0],
                home=desk.settings.default_region,
            )
            orders.append(SlackUpdate(post.channel, post.ts, message, over=(post.id,)))
    return orders


def _lines(view: View, post: Post) -> list[Due]:
    """Give what has become of each line of a message."""
    lines = posts.at(view, channel=post.channel, ts=post.ts)
    known = {one.id: one for one in nags.leads_of(view, [one.lead_id for one in lines])}
    agreed = {one.id: one for one in nags.of_leads(view, list(known), ended=True)}
    return [_now(one, known[one.lead_id], agreed) for one in lines if one.lead_id in known]


def _now(line: Post, lead: Lead, known: Mapping[int, FollowUp]) -> Due:
    """Give what has become of one line of a message; `known` are the follow-ups by number."""
    about, _, rest = line.about.partition(":")
    if about != NAGS:
        end = _call_end(lead, line.recipient)
        return Due(lead, end=end or ("newer" if rest != str(ladder.nags(lead)) else ""))
    seen = read_mark(rest)
    agreed = known.get(seen.followup_id)
    if agreed is None:
        return Due(lead, end="over")
    current = agreed.state == "open" and agreed.rep == line.recipient and mark(agreed) == seen
    return Due(lead, agreed, "" if current else end_of(agreed, line.recipient))
