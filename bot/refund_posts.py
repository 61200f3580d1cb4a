"""Claims as managers are told of them: made of the present when it leaves (L5.5)."""

from typing import Any

from bot import claim_files, refund_lists
from bot.audience import lead_of, team_words, words_of
from bot.desk import Desk
from bot.orders import Drop, Prepared, SlackFile, SlackPost
from bot.refund_marks import Batch
from bot.refunds import CLOSING, OF_ONE
from bot.team import hears_notices
from bot.texts import Words
from bot.views import refunds as views
from rules.claims import WARNED_BEFORE
from rules.effects import TellManagers
from rules.money import Money
from storage.outbox import Row
from storage.unit import View


def prepare_notice(desk: Desk, view: View, told: TellManagers) -> Prepared:
    """Tell managers what can be claimed this week, or what closes soon; nothing where all is over.

    Who reads it manages: that was asked before.
    """
    words = words_of(desk, view, told.to) if told.to else team_words(desk)
    if told.notice in OF_ONE:
        return _of_one(desk, view, told, words)
    found = refund_lists.whole(desk, view)
    if told.notice == CLOSING:
        last = found.now + WARNED_BEFORE
        found = refund_lists.closing(found, until=last)
    if found.empty:
        return Drop("nothing_to_claim")
    message = views.told(found, words, weekly=told.notice != CLOSING)
    to = told.to or desk.settings.managers_channel
    return [SlackPost(to, message, for_managers=not told.to)]


def _of_one(desk: Desk, view: View, told: TellManagers, words: Words) -> Prepared:
    """Tell what became of a claim that a vendor has: 'second number vendor'."""
    lead = lead_of(view, told.lead_id)
    if lead is None:
        return Drop("lead_gone")
    _, claim, vendor = told.about.split(" ", 2)
    message = views.of_one(OF_ONE[told.notice], lead, int(claim), vendor, words)
    to = told.to or desk.settings.managers_channel
    return [SlackPost(to, message, for_managers=not told.to)]


def prepare_claim_file(desk: Desk, view: View, row: Row) -> Prepared:
    """Make a vendor's claim file of the present, for the manager who asked for it."""
    effect: Any = row.effect
    if not hears_notices(desk, view, effect.rep):
        return Drop("manages_no_more")
    batch, words = Batch(effect.vendor, effect.currency), words_of(desk, view, effect.rep)
    now = desk.clock()
    some = claim_files.proved(desk, view, batch, until=effect.until)
    if not some:
        return Drop("nothing_to_claim")
    made = claim_files.make(desk, batch, effect.form, some, words.plain)
    credit = Money(sum(one.claim.credit.minor for one in some), batch.currency)
    email = refund_lists.email_of(desk, batch.vendor)
    value = views.mark_value(batch, some[-1].claim.id, since=now)
    message = views.file_sent(batch, made, credit, email, words, value=value)
    return [SlackFile(effect.rep, message, made.content, made.name)]
