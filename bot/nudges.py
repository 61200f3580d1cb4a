"""Reminders of follow-ups: made of the present when they leave, retired when over (L4.3)."""

from datetime import datetime
from typing import Any

from bot.audience import lead_of, words_of
from bot.catchup import CATCH_UP, end_of, of_followup, refreshed
from bot.desk import Desk
from bot.orders import Drop, Order, Prepared, Sent, SlackPost, SlackUpdate
from bot.team import is_in_team
from bot.views import nudges
from bot.views.nudges import Due
from rules.effects import NudgeRep, RetireNudge
from rules.lead import FollowUp, Lead
from rules.nags import STUCK, left, mark
from rules.reminders import SendCatchUp
from storage import calls, nags, outbox, posts
from storage.outbox import Row
from storage.unit import Unit, View

NUDGE = "nudge"


def prepare_nudge(desk: Desk, view: View, row: Row) -> Prepared:
    """Make the reminder of a follow-up that is due, where no newer round has begun (L4.3)."""
    effect: Any = row.effect
    agreed, lead = calls.followup(view, effect.followup_id), lead_of(view, effect.lead_id)
    if agreed is None or lead is None or agreed.state != "open":
        return Drop("followup_ended")
    if agreed.rep != effect.rep:
        return Drop("owner_changed")
    if not is_in_team(desk, view, agreed.rep):
        return Drop("rep_left")
    if mark(agreed).nags > effect.nag:
        return Drop("superseded")
    words, home = words_of(desk, view, agreed.rep), desk.settings.default_region
    now = desk.clock()
    message = nudges.nudge(agreed, lead, words, desk.playbook, now=now, home=home)
    return [SlackPost(agreed.rep, message)]


def stands(unit: Unit, nudge: NudgeRep, done: Sent, *, now: datetime) -> None:
    """Keep where a reminder stands; now that it is the newest, older ones lose their buttons."""
    about = str(nudge.followup_id)
    older = [
        *posts.of_lead(unit, nudge.lead_id, purpose=NUDGE, about=about),
        *posts.of_lead(unit, nudge.lead_id, purpose=CATCH_UP),
    ]
    posts.add(
        unit,
        lead_id=nudge.lead_id,
        purpose=NUDGE,
        about=about,
        recipient=nudge.rep,
        channel=done.channel,
        ts=done.ref,
    )
    if older:
        outbox.add(unit, (RetireNudge(nudge.followup_id, nudge.lead_id),), now=now)


def left_late(desk: Desk, unit: Unit, row: Row, *, now: datetime) -> None:
    """Let the next round keep its distance to a reminder that waited for Slack until now (L4.3)."""
    effect = row.effect
    if now - row.created_at < STUCK or not isinstance(effect, NudgeRep | SendCatchUp):
        return
    about = (effect.lead_id,) if isinstance(effect, NudgeRep) else effect.leads
    found = [one for one in nags.of_leads(unit, about) if one.rep == effect.rep]
    nags.delay(unit, [left(one, now=now, playbook=desk.playbook) for one in found])


def prepare_retire_nudge(desk: Desk, view: View, row: Row) -> Prepared:
    """Take the buttons off reminders that are not the newest, or not due any more."""
    effect: Any = row.effect
    agreed, lead = calls.followup(view, effect.followup_id), lead_of(view, effect.lead_id)
    if agreed is None or lead is None:
        return Drop("no_post")
    orders = [*_retired(desk, view, agreed, lead), *refreshed(desk, view, lead.id)]
    return orders or Drop("no_post")


def _retired(desk: Desk, view: View, agreed: FollowUp, lead: Lead) -> list[Order]:
    standing = posts.of_lead(view, lead.id, purpose=NUDGE, about=str(agreed.id))
    places = [one.id for one in (*standing, *of_followup(view, agreed))]
    newest = max(places, default=0) if agreed.state == "open" and agreed.nags else 0
    return [
        SlackUpdate(
            post.channel,
            post.ts,
            nudges.retired(
                Due(lead, agreed, end_of(agreed, post.recipient)),
                words_of(desk, view, post.recipient),
            ),
            over=(post.id,),
        )
        for post in standing
        if post.id != newest or post.recipient != agreed.rep
    ]
