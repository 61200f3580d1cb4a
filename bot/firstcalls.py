"""What is told of first calls that wait: made of the present when it leaves (C1)."""

from datetime import datetime
from typing import Any

from bot.audience import lead_of, words_of
from bot.catchup import refreshed
from bot.desk import Desk
from bot.orders import Drop, Order, Prepared, Sent, SlackPost, SlackUpdate
from bot.speed import pace_of
from bot.team import is_in_team
from bot.views import speed
from rules.ladder import coming, nags, waits
from rules.lead import Lead
from rules.reminders import NudgeCall, RetireCall
from storage import outbox, posts, reps
from storage.outbox import Row
from storage.posts import Post
from storage.unit import Unit, View

NUDGE_CALL = "nudge_call"


def prepare_nudge_call(desk: Desk, view: View, row: Row) -> Prepared:
    """Make the reminder of a first call, while it waits for this rep."""
    effect: Any = row.effect
    lead = lead_of(view, effect.lead_id)
    if lead is None or not waits(lead):
        return Drop("called")
    if lead.owner != effect.rep or not is_in_team(desk, view, effect.rep):
        return Drop("owner_changed")
    if _mark(lead) != f"{effect.clock}:{effect.step}":
        return Drop("superseded")
    pace = pace_of(desk, lead, reps.get(view, lead.owner), now=desk.clock())
    home = desk.settings.default_region
    words = words_of(desk, view, effect.rep)
    return [
        SlackPost(effect.rep, speed.nudge(lead, words, then=coming(lead, pace=pace), home=home))
    ]


def stands(unit: Unit, nudge: NudgeCall, done: Sent, *, now: datetime) -> None:
    """Keep where a reminder stands; older ones of this lead lose their buttons."""
    older = posts.of_lead(unit, nudge.lead_id, purpose=NUDGE_CALL)
    posts.add(
        unit,
        lead_id=nudge.lead_id,
        purpose=NUDGE_CALL,
        about=f"{nudge.clock}:{nudge.step}",
        recipient=nudge.rep,
        channel=done.channel,
        ts=done.ref,
    )
    if older:
        outbox.add(unit, (RetireCall(nudge.lead_id),), now=now)


def prepare_retire_call(desk: Desk, view: View, row: Row) -> Prepared:
    """Take the buttons off reminders that are not the newest, or of a call that was made."""
    effect: Any = row.effect
    lead = lead_of(view, effect.lead_id)
    if lead is None:
        return Drop("lead_gone")
    standing = posts.of_lead(view, lead.id, purpose=NUDGE_CALL)
    older: list[Order] = [
        SlackUpdate(
            post.channel,
            post.ts,
            speed.retired(lead, words_of(desk, view, post.recipient), end=end),
            over=(post.id,),
        )
        for post in standing
        if (end := _end(lead, post))
    ]
    return [*older, *refreshed(desk, view, lead.id)] or Drop("no_post")


def _mark(lead: Lead) -> str:
    """Name the newest reminder of a lead."""
    clock = lead.clocked_at.isoformat() if lead.clocked_at else ""
    return f"{clock}:{nags(lead)}"


def _end(lead: Lead, post: Post) -> str:
    """Say why a reminder is over, "" while it is not."""
    if lead.first_call_at:
        return "called"
    if lead.owner != post.recipient:
        return "handed_over"
    if not waits(lead):
        return "over"
    return "" if post.about == _mark(lead) else "newer"


def prepare_tell_away(desk: Desk, view: View, row: Row) -> Prepared:
    """Tell a rep that they were set away, with a button that takes it back."""
    effect: Any = row.effect
    rep = reps.get(view, effect.rep)
    if rep is None or rep.state != "away":
        return Drop("back")
    return [SlackPost(effect.rep, speed.set_away(effect.moves, words_of(desk, view, effect.rep)))]
