"""What each outbox row becomes when it leaves: made of the present, checked once more."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot import (
    alarms,
    approval_posts,
    board,
    catchup,
    drop_posts,
    erasing_posts,
    exporting,
    firstcalls,
    near_posts,
    nudges,
    sharing,
)
from bot.agenda import prepare_agenda
from bot.audience import lead_of, team_words, words_of
from bot.board import prepare_board
from bot.catchup import prepare_catch_up
from bot.desk import Desk
from bot.firstcalls import prepare_nudge_call, prepare_retire_call, prepare_tell_away
from bot.handed import prepare_hand_over
from bot.home import prepare_show_home
from bot.hook_bodies import prepare_hook
from bot.hubspot import prepare_contact, pushed
from bot.leads import shown
from bot.meta_leads import fetched, prepare_fetch
from bot.nudges import prepare_nudge, prepare_retire_nudge
from bot.orders import (
    Contact,
    Drop,
    LeadForm,
    Mail,
    Order,
    Prepared,
    Sent,
    SlackPost,
    SlackUpdate,
    Sms,
)
from bot.outward import prepare_email, prepare_sms, write_down
from bot.refund_posts import prepare_claim_file
from bot.team import is_in_team
from bot.threads import LINES, prepare_lines, tell_lines
from bot.told import (
    CARD,
    prepare_post_reply,
    prepare_tell_managers,
    prepare_tell_owner,
    prepare_tell_reassigned,
    prepare_tell_reply,
    prepare_tell_stage,
)
from bot.views import notices
from bot.views.card import card
from bot.weekly_posts import prepare_digest, prepare_digest_picture, prepare_fairness
from bot.weeks import prepare_week
from bot.welcome import prepare_guide, prepare_welcome
from rules.doors import FetchLead
from rules.drops import SendRejects, ShowDrop
from rules.effects import (
    NudgeRep,
    PostCard,
    PostOwnerCard,
    PostReply,
    RefreshCard,
    RetireNudge,
    TellManagers,
    TellOwner,
    TellReply,
)
from rules.erasure import ClearPost, SendPerson
from rules.hooks import PushContact, SendHook
from rules.near import AskSame, AskShared
from rules.pools import Way
from rules.reminders import (
    AskSqo,
    HandOver,
    NudgeCall,
    PostBoard,
    PostLines,
    RetireCall,
    SendAgenda,
    SendCatchUp,
    SendGuide,
    ShowHome,
    TellAway,
    TellReassigned,
    TellStage,
    WelcomeRep,
)
from rules.reports import (
    PostDigest,
    PostDigestPicture,
    PostFairness,
    PostFolded,
    PostImport,
    SendClaimFile,
    SendWeek,
)
from rules.sending import SendEmail, SendSms
from storage import leads, outbox, posts, preferences
from storage.outbox import Row
from storage.unit import Unit, View

REFRESHED = (CARD, alarms.ALARM, approval_posts.POST, near_posts.POST, sharing.POST)
"""What such messages are for that change with their lead."""


def order_for(desk: Desk, row: Row) -> Prepared:
    """Make what a row sends now; or nothing, with the reason."""
    effect = row.effect
    with desk.store.view() as view:
        if effect.switch and preferences.is_off(view, effect.recipient, effect.switch):
            return Drop("switched_off")
        return _PREPARE[type(effect)](desk, view, row)


def record(
    desk: Desk, unit: Unit, row: Row, sent: list[tuple[Order, Sent]], *, now: datetime
) -> None:
    """Keep where new messages stand; a card that grew old on its way is refreshed."""
    lead_id = getattr(row.effect, "lead_id", 0)
    posts.end(unit, [one for order, _ in sent for one in _over(order)])
    nudges.left_late(desk, unit, row, now=now)
    for order, done in sent:
        erasing_posts.keep_place(unit, row.effect, order, done)
        if isinstance(order, SlackPost) and isinstance(row.effect, PostCard | PostOwnerCard):
            _card_stands(unit, row.effect, order, done, now=now)
        if isinstance(order, SlackPost | SlackUpdate) and type(row.effect) in _STANDS:
            _STANDS[type(row.effect)](unit, row.effect, done, now=now)
        if isinstance(order, Contact | LeadForm):
            _answered(unit, row, order, done, now=now)
        elif isinstance(order, Sms | Mail):
            write_down(desk, unit, row, order, done, now=now)
            outbox.add(unit, (RefreshCard(lead_id),), now=now)
        if isinstance(order, SlackPost) and isinstance(row.effect, PostLines):
            _stands(unit, lead_id, purpose=LINES, to="", done=done, about=str(order.newest_line))
    if isinstance(row.effect, RefreshCard | PostLines):
        due = now + desk.playbook.undo_time
        outbox.add(unit, tell_lines(unit, lead_id), now=now, due_at=due)


def _answered(
    unit: Unit, row: Row, order: Contact | LeadForm, done: Sent, *, now: datetime
) -> None:
    """Keep what another system answered: a contact's number, a form."""
    if isinstance(order, LeadForm):
        fetched(unit, row.effect, done)
    else:
        pushed(unit, getattr(row.effect, "lead_id", 0), order, done, now=now)


def _card_stands(
    unit: Unit, effect: PostCard | PostOwnerCard, order: SlackPost, done: Sent, *, now: datetime
) -> None:
    to = "" if isinstance(effect, PostCard) else order.to
    _stands(unit, effect.lead_id, purpose=CARD, to=to, done=done)
    lead = leads.load(unit, effect.lead_id)
    if lead and lead.version != order.seen_version:
        outbox.add(unit, (RefreshCard(effect.lead_id),), now=now)


def _over(order: Order) -> tuple[int, ...]:
    return order.over if isinstance(order, SlackUpdate) else ()


def _stands(
    unit: Unit, lead_id: int, *, purpose: str, to: str, done: Sent, about: str = ""
) -> None:
    posts.add(
        unit,
        lead_id=lead_id,
        purpose=purpose,
        about=about,
        recipient=to,
        channel=done.channel,
        ts=done.ref,
    )


def _post_card(desk: Desk, view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    lead = lead_of(view, effect.lead_id)
    if lead is None or lead.merged_into is not None:
        return Drop("lead_gone")
    known = shown(desk, view, lead, full=False)
    message = card(known, team_words(desk), desk.playbook, private=False)
    return [SlackPost(desk.settings.leads_channel, message, lead.version)]


def _post_owner_card(desk: Desk, view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    lead = lead_of(view, effect.lead_id)
    if lead is None or lead.owner != effect.rep or not is_in_team(desk, view, effect.rep):
        return Drop("owner_changed")
    known = shown(desk, view, lead, full=True)
    message = card(known, words_of(desk, view, effect.rep), desk.playbook, private=True)
    return [SlackPost(effect.rep, message, lead.version)]


def _refresh_card(desk: Desk, view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    lead = lead_of(view, effect.lead_id)
    found = posts.of_purposes(view, effect.lead_id, REFRESHED) if lead else []
    if lead is None or not found:
        return Drop("no_post")
    orders: list[Order] = []
    for post in (one for one in found if one.purpose == CARD):
        private = bool(post.recipient)
        words = words_of(desk, view, post.recipient) if private else team_words(desk)
        own = private and post.recipient == lead.owner
        known = shown(desk, view, lead, full=own and is_in_team(desk, view, lead.owner))
        message = card(known, words, desk.playbook, private=private)
        orders.append(SlackUpdate(post.channel, post.ts, message))
    orders += alarms.ended(desk, view, [one for one in found if one.purpose == alarms.ALARM])
    asked = [one for one in found if one.purpose == approval_posts.POST]
    orders += approval_posts.ended(desk, view, asked)
    orders += near_posts.ended(desk, view, [one for one in found if one.purpose == near_posts.POST])
    orders += sharing.ended(desk, view, [one for one in found if one.purpose == sharing.POST])
    return orders or Drop("no_post")


def _post_import(desk: Desk, _view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    message = notices.imported(effect, team_words(desk), claims=_claims(desk))
    return [SlackPost(desk.settings.leads_channel, message)]


def _post_folded(desk: Desk, _view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    message = notices.folded(effect.count, team_words(desk), claims=_claims(desk))
    return [SlackPost(desk.settings.leads_channel, message)]


def _claims(desk: Desk) -> bool:
    """Say whether some leads wait to be claimed, for which a card of their own would be needed."""
    return any(one.way is Way.CLAIM for one in desk.playbook.pools)


Prepare = Callable[[Desk, View, Row], Prepared]
_STANDS: dict[type, Callable[..., None]] = {
    NudgeRep: nudges.stands,
    NudgeCall: firstcalls.stands,
    PostBoard: board.stands,
    SendCatchUp: catchup.stands,
    TellManagers: alarms.stands,
    AskSqo: approval_posts.stands,
    ShowDrop: drop_posts.stands,
    AskSame: near_posts.stands,
    AskShared: near_posts.stands,
    ClearPost: erasing_posts.stands,
}
_PREPARE: dict[type, Prepare] = {
    PostCard: _post_card,
    PostOwnerCard: _post_owner_card,
    RefreshCard: _refresh_card,
    SendSms: prepare_sms,
    SendEmail: prepare_email,
    NudgeRep: prepare_nudge,
    RetireNudge: prepare_retire_nudge,
    NudgeCall: prepare_nudge_call,
    RetireCall: prepare_retire_call,
    TellAway: prepare_tell_away,
    TellStage: prepare_tell_stage,
    AskSqo: approval_posts.prepare,
    AskSame: near_posts.prepare,
    AskShared: sharing.prepare,
    TellReassigned: prepare_tell_reassigned,
    PostBoard: prepare_board,
    SendCatchUp: prepare_catch_up,
    SendAgenda: prepare_agenda,
    HandOver: prepare_hand_over,
    TellManagers: prepare_tell_managers,
    TellReply: prepare_tell_reply,
    PostReply: prepare_post_reply,
    PostLines: prepare_lines,
    TellOwner: prepare_tell_owner,
    PostImport: _post_import,
    PostFolded: _post_folded,
    PostDigest: prepare_digest,
    PostDigestPicture: prepare_digest_picture,
    PostFairness: prepare_fairness,
    SendClaimFile: prepare_claim_file,
    SendWeek: prepare_week,
    ShowHome: prepare_show_home,
    WelcomeRep: prepare_welcome,
    SendGuide: prepare_guide,
    SendHook: prepare_hook,
    PushContact: prepare_contact,
    ShowDrop: drop_posts.prepare_show_drop,
    SendRejects: drop_posts.prepare_rejects,
    FetchLead: prepare_fetch,
    SendPerson: exporting.prepare,
    ClearPost: erasing_posts.prepare,
}
