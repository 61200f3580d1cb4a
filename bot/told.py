"""What people are told by themselves, made of the present when it leaves."""

from typing import Any

from bot import quarantine, replies, weeks
from bot.alarms import ALARMS, prepare_alarm
from bot.audience import lead_of, team_words, words_of
from bot.bulk import find
from bot.desk import Desk
from bot.orders import Drop, Prepared, SlackPost
from bot.refund_posts import prepare_notice
from bot.refunds import NOTICES
from bot.team import hears_notices, is_in_team
from bot.views import notices, stages
from bot.views.bulk import reassigned
from storage import posts
from storage.outbox import Row
from storage.unit import View

CARD = posts.CARD


def prepare_tell_managers(desk: Desk, view: View, row: Row) -> Prepared:
    """Make a notice for the managers."""
    effect: Any = row.effect
    if effect.to and not hears_notices(desk, view, effect.to):
        return Drop("manages_no_more")
    if effect.notice in ALARMS:
        return prepare_alarm(desk, view, row)
    if effect.notice in NOTICES:
        return prepare_notice(desk, view, effect)
    if effect.notice == weeks.NOTICE:
        return weeks.prepare_reps(desk, view, effect)
    if effect.notice == "set_aside":
        return quarantine.prepare_notice(desk, view, effect)
    words = words_of(desk, view, effect.to) if effect.to else team_words(desk)
    lead, home = lead_of(view, effect.lead_id), desk.settings.default_region
    said = replies.find(view, effect.about, region=home) if effect.notice == "unheard" else None
    message = (
        notices.unheard(said, lead, words, home=home)
        if said
        else notices.for_managers(effect, lead, words)
    )
    to = effect.to or desk.settings.managers_channel
    return [SlackPost(to, message, for_managers=not effect.to)]


def prepare_tell_stage(desk: Desk, view: View, row: Row) -> Prepared:
    """Tell who held a lead what somebody did to its stage (S3)."""
    effect: Any = row.effect
    lead = lead_of(view, effect.lead_id)
    if lead is None or not is_in_team(desk, view, effect.rep):
        return Drop("rep_left")
    message = stages.told(effect, lead, words_of(desk, view, effect.rep))
    return [SlackPost(effect.rep, message)]


def prepare_tell_reply(desk: Desk, view: View, row: Row) -> Prepared:
    """Tell the owner what the customer wrote (L2.3)."""
    effect: Any = row.effect
    lead = lead_of(view, effect.lead_id)
    said = replies.find(view, effect.message, region=desk.settings.default_region)
    if said is None or lead is None or lead.owner != effect.rep:
        return Drop("owner_changed")
    if not is_in_team(desk, view, effect.rep):
        return Drop("rep_left")
    message = notices.replied(said, lead, words_of(desk, view, effect.rep))
    return [SlackPost(effect.rep, message)]


def prepare_tell_owner(desk: Desk, view: View, row: Row) -> Prepared:
    """Tell the owner what happened to the lead."""
    effect: Any = row.effect
    lead = lead_of(view, effect.lead_id)
    if lead is None or lead.owner != effect.rep or not is_in_team(desk, view, effect.rep):
        return Drop("owner_changed")
    words = words_of(desk, view, effect.rep)
    return [SlackPost(effect.rep, notices.for_owner(effect, lead, words))]


def prepare_tell_reassigned(desk: Desk, view: View, row: Row) -> Prepared:
    """Tell the manager who moved many leads where they are now."""
    effect: Any = row.effect
    if not hears_notices(desk, view, effect.rep):
        return Drop("manages_no_more")
    message = reassigned(find(view, effect.run), words_of(desk, view, effect.rep))
    return [SlackPost(effect.rep, message)]


def prepare_post_reply(desk: Desk, view: View, row: Row) -> Prepared:
    """Put the customer's words in the thread of the lead's post (L2.3)."""
    effect: Any = row.effect
    lead, home = lead_of(view, effect.lead_id), desk.settings.default_region
    said = replies.find(view, effect.message, region=home)
    standing = posts.of_lead(view, effect.lead_id, purpose=CARD)
    parent = next((one for one in standing if not one.recipient), None)
    if said is None or lead is None or parent is None:
        return Drop("no_post")
    message = notices.in_thread(said, lead, team_words(desk))
    return [SlackPost(parent.channel, message, thread=parent.ts)]
