"""Why a lead has its tier and its rep, and what is ahead of it if nobody answers (L1.2, L1.3)."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.desk import Desk
from bot.leads import Shown, open_lead, shown
from bot.outward import address_of
from bot.placing import holders
from bot.routing import Standings
from bot.team import member
from rules import guards
from rules.lead import FollowUp, Lead
from rules.messages import WEEK, phone_asked, unwanted
from rules.outlook import Call, Letter, Outlook, outlook
from rules.permissions import Act, may
from rules.routes import Verdict
from rules.sending import SendEmail, SendSms
from rules.wave import on_hold
from rules.words import Channel, Layer
from storage import leads, messages, outbox
from storage.given import Given, newest
from storage.leads import Line
from storage.unit import View

LINES = 500
BY_RULE = frozenset({"inherited", "covered", "moved"})
GIVEN = frozenset({"assigned", "handed_over", "claimed", "passed", *BY_RULE})


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a lead stands as it does; `given` is the line of history by which it got its owner.

    `ahead` is None for who may not see the lead in full; `manages` when the reader decides how
    leads are shared out; the list writes every `mailing_days`. One that `waits` gets no call
    while there are more leads than hands. `chosen` says who was considered for its owner,
    `verdict` who is considered now for one without.
    """

    shown: Shown
    given: Line | None
    ahead: Outlook | None
    manages: bool
    mailing_days: int
    waits: bool = False
    chosen: Given | None = None
    verdict: Verdict | None = None


def explain(desk: Desk, lead_id: int, *, by: str) -> Explained:
    """Explain a lead to a member of the team; raises Refused where there is no such lead."""
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        lead = open_lead(view, lead_id, by=actor)
        known = shown(desk, view, lead, full=may(actor, Act.SEE, lead))
        lines = leads.lines(view, lead_id, most=LINES) if lead.owner else []
        ahead = look_ahead(desk, view, lead, known.followup, now=known.now) if known.full else None
        chosen, verdict = _routed(desk, view, lead, now=known.now)
    given = next((line for line in lines if line.what in GIVEN), None)
    mine = given if given and given.data["to"] == lead.owner else None
    book = desk.playbook
    waits = on_hold(lead, book)
    manages = may(actor, Act.MANAGE)
    return Explained(known, mine, ahead, manages, book.mailing_days, waits, chosen, verdict)


def _routed(
    desk: Desk, view: View, lead: Lead, *, now: datetime
) -> tuple[Given | None, Verdict | None]:
    """Give how a lead came to its owner, or who is considered for one that waits for one (C3)."""
    if not lead.living:
        return None, None
    if lead.owner:
        last = newest(view, lead.id)
        return (last if last and last.rep == lead.owner else None), None
    if on_hold(lead, desk.playbook):
        return None, None
    return None, Standings(desk, view, now=now).verdict(lead, without=holders(view, lead))


def look_ahead(
    desk: Desk, view: View, lead: Lead, followup: FollowUp | None, *, now: datetime
) -> Outlook:
    """Tell what happens to a lead if nobody answers from now (UTC) on, as things stand.

    What waits in the outbox already comes with it; what the settings let nobody send does not.
    """
    waiting = _waiting(desk, view, lead, now=now)
    sent = {str(channel): _sent(view, lead, channel, waiting, now=now) for channel in Channel}
    setting = desk.setting(lead, actor=lead.owner, now=now, followup=followup)
    found = outlook(lead, setting, sent=sent)
    steps = [one for one in found.steps if isinstance(one, Call) or _leaves(desk, view, lead, one)]
    in_order = tuple(sorted([*waiting, *steps], key=lambda step: step.at))
    return _as_settings_let(desk, replace(found, steps=in_order))


def _sent(
    view: View, lead: Lead, channel: Channel, waiting: list[Letter], *, now: datetime
) -> list[datetime]:
    address = address_of(lead, channel)
    left = messages.sent_to(view, address, channel=channel, since=now - WEEK) if address else []
    return [*left, *(one.at for one in waiting if one.effect.kind == channel)]


def _waiting(desk: Desk, view: View, lead: Lead, *, now: datetime) -> list[Letter]:
    """Give the lead's messages that were asked for, have not left, and are still wanted."""
    about = str(lead.missed_followup)
    asked: list[SendSms | SendEmail] = [
        SendSms(lead.id, Layer.SMS_FIRST),
        SendSms(lead.id, Layer.SMS_FOLLOWUP, about=about),
        SendEmail(lead.id, Layer.MAIL_FIRST),
        SendEmail(lead.id, Layer.MAIL_OFFER, about=about),
        phone_asked(lead),
        SendEmail(lead.id, Layer.MAILING_LIST, about=str(lead.mailings)),
    ]
    found = outbox.waiting(view, [one.once_key for one in asked])
    return [
        Letter(max(found[one.once_key][1], now), one)
        for one in asked
        if one.once_key in found
        and not unwanted(lead, one, asked_at=found[one.once_key][0], writing=desk.writing)
    ]


def _leaves(desk: Desk, view: View, lead: Lead, letter: Letter) -> bool:
    known = outbox.known(view, letter.effect.once_key)
    return desk.carries(letter.effect) and not known and not _lacks(desk, lead, letter.effect)


def _lacks(desk: Desk, lead: Lead, effect: SendSms | SendEmail) -> str:
    """Say what law asks for in marketing and a message can't say, "" where it says it all."""
    layer, book = Layer(effect.layer), desk.playbook
    if guards.is_advertising(lead, layer, book) and not guards.names_sender(book):
        return "no_sender"
    linked = bool(desk.settings.public_url) or not isinstance(effect, SendEmail)
    return "" if linked or not guards.is_commercial(lead, layer, book) else "no_page"


def _as_settings_let(desk: Desk, found: Outlook) -> Outlook:
    if found.mailing_at is None:
        return found
    if not desk.settings.smtp_url:
        return replace(found, mailing_at=None, no_mail="off")
    lacks = _lacks(desk, found.after, SendEmail(found.after.id, Layer.MAILING_LIST))
    return replace(found, mailing_at=None, no_mail=lacks) if lacks else found
