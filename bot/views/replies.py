"""What the person who acted is told: what happened, what happens next, how to undo it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.assign import Assigned
from bot.calls import Logged
from bot.followups import Snoozed
from bot.mine import MyLeads
from bot.next import Handed, Later
from bot.texts import Safe, Words, mention
from bot.undoing import Undone
from bot.views.agreements import style, time_buttons, ways_out
from bot.views.blocks import ActionId, Block, Message, actions, button, only, section
from bot.views.card import title
from bot.views.mending import mend_blocks, mend_lines
from rules.commands import VERBS
from rules.guards import may_be_called
from rules.lead import Lead
from rules.words import MISSED, Outcome, Queue, Step

LISTED = 10
BY_CALL = frozenset({Step.CALL, Step.RETRY_UNAVAILABLE})


def logged(done: Logged, words: Words) -> Message:
    """Confirm an outcome; the button takes it back."""
    if done.double:
        return only(_double(done, words))
    text = words.lines(
        _what(done, words),
        _on_the_way(done, words),
        _next(done, words),
        _evidence(done, words),
        style(done, words),
    )
    undo = button(words.plain.say("button.undo"), ActionId.UNDO, done.attempt_id)
    asked = done.act.outcome in MISSED and done.lead.working
    why = [button(words.plain.say("button.why"), ActionId.WHY, done.lead.id)] if asked else []
    row = actions(undo, *time_buttons(done, words), *why)
    whole = words.lines(text, mend_lines(done.mend, words))
    return Message(whole, (section(text), row, *mend_blocks(done.lead, done.mend, words)))


def _double(done: Logged, words: Words) -> Safe:
    said, lead = words.say(f"outcome.{done.act.outcome}"), title(done.lead, words)
    if not done.other:
        return words.say("reply.double", what=said, lead=lead)
    return words.say("reply.double_of", who=mention(done.other), what=said, lead=lead)


def _what(done: Logged, words: Words) -> Safe:
    act, lead = done.act, title(done.lead, words)
    said = words.say(f"outcome.{act.outcome}")
    if act.outcome is Outcome.SOLD and act.amount:
        key = "reply.refund" if act.amount.minor < 0 else "reply.sold"
        return words.say(key, lead=lead, amount=words.money(act.amount))
    if act.outcome in MISSED:
        return words.say("reply.missed", what=said, lead=lead, n=done.lead.misses)
    return words.say("reply.logged", what=said, lead=lead)


def _on_the_way(done: Logged, words: Words) -> Safe:
    """Say when the messages leave, in a line for each moment: a channel may be held up alone."""
    by_moment: dict[datetime, list[Safe]] = {}
    for one, at in zip(done.messages, done.leave_at, strict=True):
        by_moment.setdefault(at, []).append(words.say(f"channel.{one.kind}"))
    return words.lines(*(_leaving(names, at, done, words) for at, names in by_moment.items()))


def _leaving(names: list[Safe], at: datetime, done: Logged, words: Words) -> Safe:
    what, seconds = words.listed(*names), (at - done.now).total_seconds()
    if seconds < 1:
        return words.say("reply.leaving_now", what=what)
    if seconds <= 60:  # noqa: PLR2004 - a minute or less is 'now' to a person
        when = words.counted_down(at)
        return words.say("reply.leaving", what=what, when=when, n=len(names))
    return words.say("reply.waiting", what=what, when=words.when(at, now=done.now))


def _next(done: Logged, words: Words) -> Safe:
    lead = done.lead
    if lead.next_what is Step.MAILING_LIST:
        return _listed(done, words)
    if lead.next_what is Step.FOLLOW_UP and lead.next_at:
        return words.say(_agreed(done), when=words.in_full(lead.next_at, now=done.now))
    if done.act.when and lead.next_at and lead.next_what is Step.CALL:
        when = words.in_full(lead.next_at, now=done.now)
        return words.say("agreement.asked", n=lead.attempts + 1, when=when)
    if lead.next_at and lead.next_what in BY_CALL:
        when = words.when(lead.next_at, now=done.now)
        return words.say("reply.next", n=lead.attempts + 1, when=when)
    return words.say(f"step.{lead.next_what}") if lead.living else Safe("")


def _agreed(done: Logged) -> str:
    """Name the text of an agreed time: what becomes of it, where that is as usual."""
    said = done.act.importance
    if not said:
        return "reply.follow_up"
    usual = done.expected is None or done.expected.usual
    return f"reply.follow_up_{said}" if usual else "reply.follow_up_other"


def _listed(done: Logged, words: Words) -> Safe:
    """Say that there are no more calls, and whether the mailing list may write (L3.3)."""
    if done.no_mail:
        return words.say("reply.no_mail", why=words.say(f"no_mail.{done.no_mail}"))
    return words.say("reply.exhausted" if may_be_called(done.lead) else "reply.listed")


def _evidence(done: Logged, words: Words) -> Safe:
    """Say why the next attempt is at its hour, where calls enough speak for it (L6.1)."""
    if done.hour is None:
        return Safe("")
    part, found = words.say(f"part.{done.hour.part}"), done.hour.rate
    rate = words.percent(found.rate or 0)
    return words.say("reply.evidence", part=part, rate=rate, calls=f"{found.calls:,}")


def noted(lead: Lead, words: Words) -> Message:
    """Confirm a note."""
    return only(words.say("reply.noted", lead=title(lead, words)))


def undone(done: Undone, words: Words) -> Message:
    """Confirm that an outcome was taken back."""
    said = words.say(f"outcome.{done.outcome}")
    return only(words.say("reply.undone", what=said, lead=title(done.lead, words)))


def assigned(done: Assigned, words: Words) -> Message:
    """Confirm a new owner."""
    who = mention(done.to.slack_id)
    return only(words.say("reply.assigned", lead=title(done.lead, words), who=who))


def snoozed(done: Snoozed, words: Words, *, now: datetime) -> Message:
    """Confirm that a follow-up was put off."""
    agreed, when = (words.in_full(one, now=now) for one in (done.followup.due_at, done.until))
    return only(words.say("reply.snoozed", lead=title(done.lead, words), agreed=agreed, when=when))


def handed(found: Handed | Later, words: Words) -> Safe:
    """Say why this is the best call now, above its card; or what comes when nothing is due."""
    if isinstance(found, Later):
        return _later(found, words)
    why = reason(found.lead, words, now=found.now)
    if found.since:
        span = words.duration((found.now - found.since).total_seconds())
        return words.say("reply.next_still", why=why, span=span)
    return words.say("reply.next_pool" if found.of_pool else "reply.next_mine", why=why)


def _later(found: Later, words: Words) -> Safe:
    waits = held(found.held, words)
    if found.pooled and not waits:
        waits = words.say("reply.held_pool")
    if found.lead is None or found.at is None:
        return words.lines(words.say("reply.nobody_now" if waits else "reply.nothing_due"), waits)
    when, lead = words.when(found.at, now=found.now), title(found.lead, words)
    key = "reply.nothing_before_hours" if found.opens else "reply.nothing_before"
    return words.lines(words.say(key, when=when, lead=lead), waits)


def held(count: int, words: Words) -> Safe:
    """Say how many of a rep's leads get no call for now, and why (C1)."""
    return words.say("reply.held", n=count) if count else Safe("")


def reason(lead: Lead, words: Words, *, now: datetime) -> Safe:
    """Say in words why a lead is called when its time comes, and its tier (L1.4)."""
    key, since = f"reason.{lead.queue}", lead.received_at or now
    if lead.queue is Queue.FRESH and lead.attempts:
        key, since = "reason.returned", lead.fresh_at or since
    return words.say(
        key,
        tier=lead.tier,
        n=lead.attempts + 1,
        span=words.duration((now - since).total_seconds()),
        when=words.when(lead.next_at, now=now) if lead.next_at else "",
    )


def day(found: MyLeads, words: Words) -> Message:
    """Give the rep's day, with a button for the next call."""
    waits = held(found.held, words)
    lists = [*day_lists(found, words), *([waits] if waits else [])]
    if not lists:
        return only(words.say("day.empty"))
    blocks = (*(section(part) for part in lists), next_call(words))
    return Message(words.lines(*lists), blocks)


def day_lists(found: MyLeads, words: Words) -> list[Safe]:
    """Give a day's lists that are not empty: due now, today, those that wait for a number."""
    parts = [
        _list(found.due, "day.due", words, found),
        _list(found.today, "day.today", words, found),
        _waiting(found.waiting, Step.WAIT_FOR_PHONE, words),
        _waiting(found.waiting, Step.EMAIL, words),
    ]
    return [part for part in parts if part]


def next_call(words: Words) -> Block:
    """Make the row with the button that hands out the next call."""
    return actions(button(words.plain.say("button.next"), ActionId.NEXT, "next", style="primary"))


def _list(rows: Sequence[tuple[Lead, str]], key: str, words: Words, found: MyLeads) -> Safe:
    if not rows:
        return Safe("")
    lines = [
        words.join(
            Safe(f"• *{title(lead, words)}*"),
            words.when(lead.next_at, now=found.now) if lead.next_at else "",
            words.say(f"day.{why or 'call'}"),
        )
        for lead, why in rows[:LISTED]
    ]
    more = words.say("day.more", n=len(rows) - LISTED) if len(rows) > LISTED else ""
    return words.lines(words.say(key, n=len(rows)), *lines, more)


def _waiting(waiting: Sequence[Lead], step: Step, words: Words) -> Safe:
    rows = [lead for lead in waiting if lead.next_what is step]
    names = [Safe(f"• *{title(lead, words)}*") for lead in rows[:LISTED]]
    return words.lines(words.say(f"day.{step}", n=len(rows)), *names) if rows else Safe("")


def help_text(topic: str, words: Words) -> Message:
    """Explain one command, or all of them in a line each."""
    if topic in VERBS:
        return only(words.lines(words.say(f"help.{topic}"), _also(topic, words)))
    lines = [words.say(f"help.{verb}") for verb in VERBS]
    return only(words.lines(words.say("help.top"), *lines, words.say("help.end")))


def _also(topic: str, words: Words) -> Safe:
    verb = VERBS[topic]
    number = "123 " if verb.sample else ""
    example = Safe(f"/lead {topic} {number}{verb.sample}".strip())
    return words.say("help.also", aliases=", ".join(verb.aliases), example=example)


def refusal(key: str, params: dict[str, object], words: Words) -> Message:
    """Say why something was not done, and what to do instead."""
    said = only(words.say(f"refusal.{key}", **params))
    instead = ways_out(key, params, words)
    return replace(said, blocks=(*said.blocks, actions(*instead))) if instead else said
