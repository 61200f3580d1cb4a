"""What each outbox row becomes when it leaves: made of the present, checked once more."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot import figures, pictures, replies
from bot.desk import Desk
from bot.leads import shown
from bot.orders import (
    Drop,
    Mail,
    Order,
    Prepared,
    Sent,
    SlackPicture,
    SlackPost,
    SlackUpdate,
    Sms,
)
from bot.outward import prepare_email, prepare_sms, write_down
from bot.team import is_in_team
from bot.texts import Safe, Words
from bot.views import digest, notices
from bot.views.card import card
from rules.digest import Figures
from rules.effects import (
    NudgeRep,
    PostCard,
    PostDigest,
    PostDigestPicture,
    PostFolded,
    PostImport,
    PostOwnerCard,
    PostReply,
    RefreshCard,
    RetireNudge,
    TellManagers,
    TellOwner,
    TellReply,
)
from rules.lead import Lead
from rules.sending import SendEmail, SendSms
from storage import calls, leads, outbox, posts, reps
from storage.outbox import Row
from storage.unit import Unit, View

CARD, NUDGE = "card", "nudge"


def order_for(desk: Desk, row: Row) -> Prepared:
    """Make what a row sends now; or nothing, with the reason."""
    with desk.store.view() as view:
        return _PREPARE[type(row.effect)](desk, view, row)


def record(
    desk: Desk, unit: Unit, row: Row, sent: list[tuple[Order, Sent]], *, now: datetime
) -> None:
    """Keep where new messages stand; a card that grew old on its way is refreshed."""
    lead_id = getattr(row.effect, "lead_id", 0)
    for order, done in sent:
        if isinstance(order, SlackPost) and isinstance(row.effect, PostCard | PostOwnerCard):
            to = "" if isinstance(row.effect, PostCard) else order.to
            _stands(unit, lead_id, purpose=CARD, to=to, done=done)
            lead = leads.load(unit, lead_id)
            if lead and lead.version != order.seen_version:
                outbox.add(unit, (RefreshCard(lead_id),), now=now)
        if isinstance(order, SlackPost) and isinstance(row.effect, NudgeRep):
            _nudge_stands(unit, row.effect, order.to, done, now=now)
        if isinstance(order, Sms | Mail):
            write_down(desk, unit, row, order, done, now=now)
            outbox.add(unit, (RefreshCard(lead_id),), now=now)


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


def _nudge_stands(unit: Unit, nudge: NudgeRep, to: str, done: Sent, *, now: datetime) -> None:
    """Keep where a reminder stands; now that it is the newest, older ones lose their buttons."""
    about = str(nudge.followup_id)
    _stands(unit, nudge.lead_id, purpose=NUDGE, to=to, done=done, about=about)
    if len(posts.of_lead(unit, nudge.lead_id, purpose=NUDGE, about=about)) > 1:
        outbox.add(unit, (RetireNudge(nudge.followup_id, nudge.lead_id),), now=now)


def team_words(desk: Desk) -> Words:
    """Give the texts for channels: the team's language and time zone."""
    return Words(desk.settings.locale, desk.settings.zone)


def words_of(desk: Desk, view: View, slack_id: str) -> Words:
    """Give the texts for one person's private messages: their language and time zone."""
    rep = reps.get(view, slack_id)
    return Words(rep.locale, ZoneInfo(rep.timezone)) if rep else team_words(desk)


def _lead(view: View, lead_id: int) -> Lead | None:
    return leads.load(view, lead_id) if lead_id else None


def _post_card(desk: Desk, view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    lead = _lead(view, effect.lead_id)
    if lead is None:
        return Drop("lead_gone")
    known = shown(desk, view, lead, full=False)
    message = card(known, team_words(desk), desk.playbook, private=False)
    return [SlackPost(desk.settings.leads_channel, message, lead.version)]


def _post_owner_card(desk: Desk, view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    lead = _lead(view, effect.lead_id)
    if lead is None or lead.owner != effect.rep or not is_in_team(desk, view, effect.rep):
        return Drop("owner_changed")
    known = shown(desk, view, lead, full=True)
    message = card(known, words_of(desk, view, effect.rep), desk.playbook, private=True)
    return [SlackPost(effect.rep, message, lead.version)]


def _refresh_card(desk: Desk, view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    lead = _lead(view, effect.lead_id)
    standing = posts.of_lead(view, effect.lead_id, purpose=CARD) if lead else []
    if lead is None or not standing:
        return Drop("no_post")
    orders: list[Order] = []
    for post in standing:
        private = bool(post.recipient)
        words = words_of(desk, view, post.recipient) if private else team_words(desk)
        own = private and post.recipient == lead.owner
        known = shown(desk, view, lead, full=own and is_in_team(desk, view, lead.owner))
        message = card(known, words, desk.playbook, private=private)
        orders.append(SlackUpdate(post.channel, post.ts, message))
    return orders


def _nudge(desk: Desk, view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    agreed, lead = calls.followup(view, effect.followup_id), _lead(view, effect.lead_id)
    if agreed is None or lead is None or agreed.state != "open":
        return Drop("followup_ended")
    if not is_in_team(desk, view, agreed.rep):
        return Drop("rep_left")
    words = words_of(desk, view, agreed.rep)
    home = desk.settings.default_region
    message = notices.nudge(agreed, lead, words, desk.playbook, nag=effect.nag, home=home)
    return [SlackPost(agreed.rep, message)]


def _retire_nudge(desk: Desk, view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    agreed, lead = calls.followup(view, effect.followup_id), _lead(view, effect.lead_id)
    about = str(effect.followup_id)
    standing = posts.of_lead(view, effect.lead_id, purpose=NUDGE, about=about)
    if agreed is None or lead is None or not standing:
        return Drop("no_post")
    older = standing[:-1] if agreed.state == "open" and agreed.nags else standing
    return [
        SlackUpdate(
            post.channel,
            post.ts,
            notices.retired(agreed, lead, words_of(desk, view, post.recipient), post.recipient),
        )
        for post in older
    ]


def _tell_managers(desk: Desk, view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    words = words_of(desk, view, effect.to) if effect.to else team_words(desk)
    lead, home = _lead(view, effect.lead_id), desk.settings.default_region
    said = replies.find(view, effect.about, region=home) if effect.notice == "unheard" else None
    message = (
        notices.unheard(said, lead, words, home=home)
        if said
        else notices.for_managers(effect, lead, words)
    )
    to = effect.to or desk.settings.managers_channel
    return [SlackPost(to, message, for_managers=not effect.to)]


def _tell_reply(desk: Desk, view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    lead, home = _lead(view, effect.lead_id), desk.settings.default_region
    said = replies.find(view, effect.message, region=home)
    if said is None or lead is None or lead.owner != effect.rep:
        return Drop("owner_changed")
    if not is_in_team(desk, view, effect.rep):
        return Drop("rep_left")
    message = notices.replied(said, lead, words_of(desk, view, effect.rep), home=home)
    return [SlackPost(effect.rep, message)]


def _tell_owner(desk: Desk, view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    lead = _lead(view, effect.lead_id)
    if lead is None or lead.owner != effect.rep or not is_in_team(desk, view, effect.rep):
        return Drop("owner_changed")
    words, home = words_of(desk, view, effect.rep), desk.settings.default_region
    return [SlackPost(effect.rep, notices.for_owner(effect, lead, words, home=home))]


def _post_reply(desk: Desk, view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    lead, home = _lead(view, effect.lead_id), desk.settings.default_region
    said = replies.find(view, effect.message, region=home)
    standing = posts.of_lead(view, effect.lead_id, purpose=CARD)
    parent = next((one for one in standing if not one.recipient), None)
    if said is None or lead is None or parent is None:
        return Drop("no_post")
    message = notices.in_thread(said, lead, team_words(desk))
    return [SlackPost(parent.channel, message, thread=parent.ts)]


def _post_import(desk: Desk, _view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    message = notices.imported(effect, team_words(desk))
    return [SlackPost(desk.settings.leads_channel, message)]


def _post_folded(desk: Desk, _view: View, row: Row) -> Prepared:
    effect: Any = row.effect
    message = notices.folded(effect.count, team_words(desk))
    return [SlackPost(desk.settings.leads_channel, message)]


def _post_digest(desk: Desk, view: View, row: Row) -> Prepared:
    found = _digest_figures(view, row)
    return [SlackPost(desk.settings.digest_channel, digest.digest(found, team_words(desk)))]


def _post_digest_picture(desk: Desk, view: View, row: Row) -> Prepared:
    found, words = _digest_figures(view, row), team_words(desk).plain
    chart = pictures.chart(found, words, currency=desk.settings.currency)
    if chart is None:
        return Drop("no_money")
    png, to = pictures.draw(chart), desk.settings.digest_channel
    title = words.join(Safe(chart.title), Safe(chart.period))
    return [SlackPicture(to, png, "digest.png", title, chart.alt)]


def _digest_figures(view: View, row: Row) -> Figures:
    effect: Any = row.effect
    since, until = datetime.fromisoformat(effect.since), datetime.fromisoformat(effect.until)
    return figures.of_period(view, since=since, until=until)


Prepare = Callable[[Desk, View, Row], Prepared]
_PREPARE: dict[type, Prepare] = {
    PostCard: _post_card,
    PostOwnerCard: _post_owner_card,
    RefreshCard: _refresh_card,
    SendSms: prepare_sms,
    SendEmail: prepare_email,
    NudgeRep: _nudge,
    RetireNudge: _retire_nudge,
    TellManagers: _tell_managers,
    TellReply: _tell_reply,
    PostReply: _post_reply,
    TellOwner: _tell_owner,
    PostImport: _post_import,
    PostFolded: _post_folded,
    PostDigest: _post_digest,
    PostDigestPicture: _post_digest_picture,
}
