"""Notices to managers that nobody calls: made of the present, and ended when it is (C1, L4.3)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.audience import lead_of, team_words, words_of
from bot.desk import Desk
from bot.orders import Drop, Order, Prepared, Sent, SlackPost, SlackUpdate
from bot.placing import holders
from bot.routing import Standings
from bot.texts import Words
from bot.views import alarms
from bot.views.alarms import Alarm
from bot.views.blocks import Message
from rules.effects import TellManagers
from rules.ladder import waits
from rules.lead import FollowUp, Lead
from rules.nags import IGNORED, IGNORED_ONE
from storage import calls, nags, posts
from storage.outbox import Row
from storage.posts import Post
from storage.unit import Unit, View

SLOW, SLOW_MANY = "slow", "slow_many"
UNOWNED = frozenset(
    {"unassigned", "by_hand", "by_hand_late", "unclaimed", "passed", "passed_by_hand"}
)
MANY = frozenset({SLOW_MANY, IGNORED})
EXPLAINED = frozenset({"unassigned", "passed"})
"""Notices of leads that nobody can get now, which say why."""
ALARMS = frozenset({SLOW, IGNORED_ONE}) | UNOWNED | MANY
ALARM = "alarm"
LONGEST = 5


def prepare_alarm(desk: Desk, view: View, row: Row) -> Prepared:
    """Tell managers of the leads of a notice that still wait; those that do not are left out."""
    effect: Any = row.effect
    waiting, more = _waiting(view, effect)
    if not waiting:
        return Drop("nothing_waits")
    if effect.notice in EXPLAINED:
        waiting = [_explained(desk, view, one) for one in waiting]
    words = _words(desk, view, effect.to)
    to = effect.to or desk.settings.managers_channel
    message = _message(effect.notice, waiting, words, more=more)
    return [SlackPost(to, message, for_managers=not effect.to)]


def stands(unit: Unit, told: TellManagers, done: Sent, **_when: datetime) -> None:
    """Keep for each of its leads where a notice stands, and what it said of it."""
    waiting, more = _waiting(unit, told) if told.notice in ALARMS else ([], 0)
    for one in waiting:
        agreed = one.agreed.id if one.agreed else 0
        posts.add(
            unit,
            lead_id=one.lead.id,
            purpose=ALARM,
            about=f"{told.notice}:{one.lead.owner}:{agreed}:{more}",
            recipient=told.to,
            channel=done.channel,
            ts=done.ref,
        )


def _words(desk: Desk, view: View, recipient: str) -> Words:
    return words_of(desk, view, recipient) if recipient else team_words(desk)


def _message(notice: str, found: Sequence[Alarm], words: Words, *, more: int) -> Message:
    if notice in MANY:
        return alarms.many(notice, found, words, more=more)
    return alarms.one(notice, found[0], words)


def _waiting(view: View, told: TellManagers) -> tuple[list[Alarm], int]:
    """Give the leads that a notice names, while they wait, and how many it does not name.

    What is of many has 'count:numbers:moment': of leads, or of follow-ups.
    """
    if told.notice not in MANY:
        return _alone(view, told), 0
    count, ids, _ = told.about.split(":", 2)
    named = [int(one) for one in ids.split(",")]
    found = _named(view, told.notice, named)
    shown = found[:LONGEST] if told.notice == SLOW_MANY else found
    return shown, int(count) - len(named) + len(found) - len(shown)


def _alone(view: View, told: TellManagers) -> list[Alarm]:
    if told.notice == IGNORED_ONE:
        return _ignored(view, [int(told.about.partition(":")[0])])
    lead = lead_of(view, told.lead_id)
    found = lead and (waits(lead) if told.notice == SLOW else lead.living and not lead.owner)
    return [Alarm(lead)] if lead and found else []


def _explained(desk: Desk, view: View, alarm: Alarm) -> Alarm:
    """Give a lead that waits for an owner with those who were looked at and can't have it now."""
    standings = Standings(desk, view, now=desk.clock())
    found = standings.verdict(alarm.lead, without=holders(view, alarm.lead))
    return alarm if found.choice else replace(alarm, considered=found.considered)


def _named(view: View, notice: str, ids: Sequence[int]) -> list[Alarm]:
    if notice == IGNORED:
        return _ignored(view, ids)
    known = {one.id: one for one in nags.leads_of(view, ids)}
    return [Alarm(known[one]) for one in ids if one in known and waits(known[one])]


def _ignored(view: View, ids: Sequence[int]) -> list[Alarm]:
    found = [one for one in nags.open_ones(view, ids) if _is_ignored(one)]
    by_id = {one.id: one for one in nags.leads_of(view, [one.lead_id for one in found])}
    return [Alarm(by_id[one.lead_id], one) for one in found]


def _is_ignored(agreed: FollowUp) -> bool:
    """Say whether all its reminders were in vain, and none was planned anew since."""
    return bool(agreed.nags) and agreed.nag_at is None


def ended(desk: Desk, view: View, standing: Sequence[Post]) -> list[Order]:
    """Give the changes of a lead's notices, of those that `standing` names: it waits no more."""
    orders: list[Order] = []
    for post in standing:
        if not _end_of(view, post):
            continue
        lines = posts.at(view, channel=post.channel, ts=post.ts)
        found = [alarm for one in lines if (alarm := _now(view, one))]
        notice, _, _, more = post.about.split(":")
        words = _words(desk, view, post.recipient)
        message = _message(notice, found, words, more=int(more))
        orders.append(SlackUpdate(post.channel, post.ts, message, over=(post.id,)))
    return orders


def _now(view: View, line: Post) -> Alarm | None:
    """Give what has become of one line of a notice."""
    lead, agreed = _of(view, line)
    return Alarm(lead, agreed, _end(line, lead, agreed)) if lead else None


def _end_of(view: View, line: Post) -> str:
    lead, agreed = _of(view, line)
    return _end(line, lead, agreed) if lead else "over"


def _of(view: View, line: Post) -> tuple[Lead | None, FollowUp | None]:
    followup = int(line.about.split(":")[2])
    return lead_of(view, line.lead_id), calls.followup(view, followup) if followup else None


def _end(line: Post, lead: Lead, agreed: FollowUp | None) -> str:
    """Say why a lead waits no more as a notice said, "" while it does."""
    notice, owner, _, _ = line.about.split(":")
    if agreed and agreed.state != "open":
        return "called" if lead.last_at and lead.last_at > agreed.due_at else "over"
    if agreed is None and lead.first_call_at and notice not in UNOWNED:
        return "called"
    if lead.owner != owner:
        return "handed_over"
    if agreed:
        return "" if _is_ignored(agreed) else "put_off"
    return "" if (lead.living if notice in UNOWNED else waits(lead)) else "over"
