"""Claims against vendors, as managers read them: all, of one lead, and the file's note (L5.5)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.claim_files import ClaimFile
from bot.refund_lists import Group, OfLead, Overview
from bot.refund_marks import Batch
from bot.texts import Safe, Words, mention
from bot.views.blocks import (
    ActionId,
    Block,
    Message,
    actions,
    button,
    context,
    only,
    section,
    spoken,
)
from bot.views.card import title
from rules.claims import Bought, ClaimState, Fault, Judged, days_left
from rules.lead import Lead
from rules.money import Money
from storage.claims import Total

LISTED, SHORTS, CALLS, NAME_LIMIT = 12, 5, 10, 60


def value_of(batch: Batch, *more: object) -> str:
    """Give what a button about a vendor's claims carries, with no sign that Slack reads."""
    value = json.dumps([batch.vendor, batch.currency, *more])
    return value.replace("<", "\\u003c").replace("&", "\\u0026")


def mark_value(
    batch: Batch, until: int, *, since: datetime | None = None, before: datetime | None = None
) -> str:
    """Give what a button carries that marks claims up to the number `until` as sent.

    Their windows close after `since` and not after `before` (UTC), where these are given.
    """
    moments = [int(one.timestamp()) if one else 0 for one in (since, before)]
    return value_of(batch, until, *moments)


def overview(found: Overview, words: Words) -> Message:
    """Tell of each vendor's claims, with buttons to send them and to write its answer down."""
    if found.empty:
        return _empty(found, words)
    return _message(words.say("refunds.title"), found, words)


def told(found: Overview, words: Words, *, weekly: bool) -> Message:
    """Tell managers by itself: each week of all claims, before windows close of what is urgent."""
    top = words.say("refunds.weekly" if weekly else "refunds.closing")
    said = _message(top, found, words)
    return (
        said if weekly else replace(said, blocks=(*said.blocks, actions(all_claims(words.plain))))
    )


def of_one(what: str, lead: Lead, claim: int, vendor: str, words: Words) -> Message:
    """Tell what became of a claim that a vendor has: its person was `reached`, or not, `again`."""
    named = {"lead": title(lead, words), "claim": claim, "vendor": _named(vendor)}
    text = words.say(f"refunds.sent_{what}", **named)
    show = button(words.plain.say("button.show"), ActionId.SHOW, lead.id)
    return Message(spoken(text), (section(text), actions(show, all_claims(words.plain))))


def all_claims(say: Words) -> Block:
    """Make the button that shows all claims."""
    return button(say.say("refunds.button_all"), ActionId.REFUNDS, "all")


def _message(top: Safe, found: Overview, words: Words) -> Message:
    groups = found.groups[:LISTED]
    left = len(found.groups) - len(groups)
    lines = {id(one): _group(one, found, words) for one in groups}
    more = words.say("refunds.more", n=left) if left else Safe("")
    short, terms = _short(found, words), _without(found, words)
    blocks = [section(top)]
    for one in groups:
        blocks += [section(lines[id(one)]), *_buttons(one, words.plain, now=found.now)]
    blocks += [section(one) for one in (more, short) if one]
    blocks += [context(terms)] if terms else []
    return Message(spoken(words.lines(top, *lines.values(), more, short, terms)), tuple(blocks))


def _empty(found: Overview, words: Words) -> Message:
    text = words.say("refunds.nothing" if found.vendors else "refunds.no_vendors")
    return only(words.lines(text, _without(found, words)))


def _group(one: Group, found: Overview, words: Words) -> Safe:
    head = words.say("refunds.group", vendor=_named(one.vendor), currency=Safe(one.currency))
    states = [
        words.say(f"refunds.{state}", **_sum(total, words))
        for state in (ClaimState.SENT, ClaimState.ACCEPTED, ClaimState.REFUSED)
        if (total := one.states.get(state))
    ]
    lapsed = words.say("refunds.lapsed", **_sum(one.lapsed, words)) if one.lapsed else ""
    opened = words.say("refunds.open", **_sum(one.open, words)) if one.open else ""
    left = _left(one.open.closes_at, words, now=found.now) if one.open else ""
    return words.lines(head, words.join(opened, left), words.join(*states), lapsed)


def _named(vendor: str) -> str:
    return vendor if len(vendor) <= NAME_LIMIT else f"{vendor[: NAME_LIMIT - 1]}…"


def _sum(total: Total, words: Words) -> dict[str, object]:
    return {"n": total.count, "credit": words.money(Money(total.minor, total.currency))}


def _left(closes_at: datetime, words: Words, *, now: datetime) -> Safe:
    days = days_left(closes_at, now=now, zone=words.zone)
    return words.say("refunds.left", n=days) if days else words.say("refunds.left_today")


def _buttons(one: Group, say: Words, *, now: datetime) -> list[Block]:
    batch, row = Batch(one.vendor, one.currency), []
    if one.open:
        value = mark_value(batch, one.open.last, since=now)
        row += [
            button(say.say("refunds.button_file"), ActionId.CLAIM_FILE, value, style="primary"),
            button(say.say("refunds.button_csv"), ActionId.CLAIM_FILE_CSV, value),
            button(say.say("refunds.button_sent"), ActionId.CLAIMS_SENT, value),
        ]
    if ClaimState.SENT in one.states:
        row += [
            button(say.say("refunds.button_accepted"), ActionId.CLAIMS_ACCEPTED, value_of(batch)),
            button(say.say("refunds.button_refused"), ActionId.CLAIMS_REFUSED, value_of(batch)),
        ]
    late = [_late(one.lapsed, batch, say, now=now)] if one.lapsed else []
    return [actions(*some) for some in (row, late) if some]


def _late(lapsed: Total, batch: Batch, say: Words, *, now: datetime) -> Block:
    value = mark_value(batch, lapsed.last, before=now)
    return button(say.say("refunds.button_late"), ActionId.CLAIMS_SENT, value)


def _short(found: Overview, words: Words) -> Safe:
    """Name leads that some more calls make claimable, with who has them and until when."""
    if not found.short:
        return Safe("")
    lines = [_missing_of(one, words) for one in found.short[:SHORTS]]
    left = len(found.short) - len(lines)
    more = words.say("day.more", n=left) if left else ""
    return words.lines(words.say("refunds.short"), *lines, more)


def _missing_of(one: Judged, words: Words) -> Safe:
    sold = one.bought
    name = sold.name or words.say("card.nameless")
    lead = words.say("card.title", id=sold.lead_id, name=name)
    named = mention(sold.owner) if words.mrkdwn else sold.owner
    owner = named if sold.owner else words.say("card.unowned")
    said = words.join(lead, owner, _named(sold.vendor), _missing(one, words))
    return Safe(f"• {said}")


def _missing(one: Judged, words: Words) -> Safe:
    days, day = one.days_missing, words.day(one.closes_at)
    key = "refunds.missing_days" if days > 1 else "refunds.missing"
    return words.say(key, n=one.tries_missing, days=days, day=day)


def _without(found: Overview, words: Words) -> Safe:
    if not found.without:
        return Safe("")
    named = [
        words.say("refunds.unreached", vendor=_named(vendor), n=count)
        for vendor, count in found.without
    ]
    return words.lines(
        words.say("refunds.without", vendors=words.join(*named)), words.say("refunds.add_terms")
    )


def of_lead(found: OfLead, words: Words) -> Message:
    """Say of each time that a lead was bought whether it can be claimed, why not, and the proof."""
    head = Safe(f"*{title(found.lead, words)}*")
    if not found.sales:
        return only(words.lines(head, words.say("refunds.not_bought")))
    parts = [words.lines(*_sale(*one, found, words)) for one in found.sales]
    return Message(
        spoken(words.lines(head, *parts)), (section(head), *(section(one) for one in parts))
    )


def _sale(sold: Bought, judged: Judged | None, found: OfLead, words: Words) -> Iterator[Safe]:
    cost = words.money(sold.cost) if sold.cost else words.say("refunds.cost_unknown")
    vendor, when = _named(sold.vendor), words.standing(sold.at)
    yield words.say("refunds.sale", vendor=vendor, when=when, cost=cost)
    yield from _verdict(judged, found, words) if judged else (words.say("refunds.fault_no_terms"),)
    yield from _proof(sold, found, words)


def _verdict(one: Judged, found: OfLead, words: Words) -> Iterator[Safe]:
    if one.claimable and one.credit:
        known = "listed" if one.bought.state == ClaimState.OPEN else "claimable"
        reason = words.say(f"refunds.reason_{one.reason}")
        said = words.say(f"refunds.{known}", reason=reason, credit=words.money(one.credit))
        yield words.join(said, _left(one.closes_at, words, now=found.now))
    for fault in one.faults:
        yield Safe(f"• {_fault(fault, one, words)}")
    if one.mendable:
        yield words.say("refunds.mend", missing=_missing(one, words))


def _fault(fault: Fault, one: Judged, words: Words) -> Safe:
    if fault is Fault.STANDS:
        return words.say(f"refunds.stands_{one.bought.state}")
    terms, tries = one.terms, one.bought.tries
    limits = {
        Fault.LATE: terms.first_call_hours,
        Fault.FEW_TRIES: terms.tries,
        Fault.FEW_DAYS: terms.over_days,
    }
    filled = {
        "n": limits.get(fault, 0),
        "tries": len(tries),
        "days": one.days,
        "day": words.day(one.closes_at),
        "reason": words.say(f"refunds.reason_{one.reason}"),
    }
    key = f"refunds.fault_{fault}"
    return words.say(f"{key}_uncalled" if fault is Fault.LATE and not tries else key, **filled)


def _proof(sold: Bought, found: OfLead, words: Words) -> Iterator[Safe]:
    """Give the newest calls and messages, each with its moment and what came of it."""
    rows = [(one.at, words.say(f"outcome.{one.outcome}")) for one in sold.tries]
    rows += [
        (at, words.join(words.say(f"channel.{channel}"), words.say(f"claim_file.sent_{state}")))
        for at, channel, state in found.sent
        if at >= sold.at
    ]
    if not rows:
        yield words.say("refunds.no_proof")
    for at, what in sorted(rows)[-CALLS:]:
        yield Safe(f"• {words.join(words.standing(at), what)}")
    if len(rows) > CALLS:
        yield words.say("day.more", n=len(rows) - CALLS)


def asked_for(words: Words) -> Message:
    """Say that the file is on its way."""
    return only(words.say("refunds.file_asked"))


def file_sent(
    batch: Batch, made: ClaimFile, credit: Money, email: str, words: Words, *, value: str
) -> Message:
    """Say what the claim file under this message holds, where it goes and what to press then.

    The button carries `value`, by which what is in the file is marked.
    """
    text = words.lines(
        words.say(
            "refunds.file", vendor=_named(batch.vendor), n=made.count, credit=words.money(credit)
        ),
        words.say("refunds.file_to", email=email) if email else "",
        words.say("refunds.file_next"),
    )
    sent = button(words.plain.say("refunds.button_sent"), ActionId.CLAIMS_SENT, value)
    return Message(spoken(text), (section(text), actions(sent)))
