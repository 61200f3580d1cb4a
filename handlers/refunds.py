"""`/lead refunds`: claims against vendors, their file, and what became of them (L5.5)."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from bot import claim_files, refund_lists
from bot import refund_marks as marks
from bot.refund_lists import Group
from bot.refund_marks import Answered, Batch
from bot.views import refund_marks as mark_views
from bot.views import refunds as views
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import Answer, Click, OpenModal, Say, answering, text_of
from rules.acts import Refunds
from rules.claims import ClaimState
from rules.money import Money, read_money
from rules.refusals import Refused

SHOWN = 40
MOST_NUMBERS = 10_000
_SPAN = re.compile(r"#?(\d{1,9})(?:[-–]#?(\d{1,9}))?", re.ASCII)


def show(act: Act, command: Refunds) -> Message:
    """Show all claims, or whether one lead can be claimed."""
    by, words = act.who.slack_id, act.who.words
    if command.lead_id:
        return views.of_lead(refund_lists.of_lead(act.desk, command.lead_id, by=by), words)
    return views.overview(refund_lists.overview(act.desk, by=by), words)


def show_all(click: Click) -> Answer:
    """Show all claims."""
    return Say(show(click.act, Refunds()))


def workbook(click: Click) -> Answer:
    """Make a vendor's claim file as a workbook."""
    return _file(click, claim_files.XLSX)


def table(click: Click) -> Answer:
    """Make a vendor's claim file as CSV."""
    return _file(click, claim_files.CSV)


def _file(click: Click, form: str) -> Answer:
    act, (batch, until) = click.act, _until(click)
    asked = act.key or act.desk.clock().isoformat()
    claim_files.ask(
        act.desk, batch, form, until=until, by=act.who.slack_id, asked=asked, key=act.key
    )
    return Say(views.asked_for(act.who.words))


def mark_sent(click: Click) -> Answer:
    """Mark a vendor's open claims as sent."""
    act, (batch, until) = click.act, _until(click)
    since, before = _moments(click)
    done = marks.mark_sent(
        *(act.desk, batch),
        until=until,
        since=since,
        before=before,
        by=act.who.slack_id,
        key=act.key,
    )
    return Say(mark_views.marked(done, act.who.words))


def open_accepted(click: Click) -> Answer:
    """Ask which claims a vendor accepted, and what it gives."""
    view = mark_views.accepted_modal(_waiting(click), click.act.who.words)
    return OpenModal(answering(view, click.body))


def open_refused(click: Click) -> Answer:
    """Ask which claims a vendor refused, and why."""
    view = mark_views.refused_modal(_waiting(click), click.act.who.words)
    return OpenModal(answering(view, click.body))


def submit_accepted(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Write down that a vendor accepted claims, and what it gives."""
    batch = mark_views.batch_of(meta)
    amount = _amount(text_of(values, "amount"), batch.currency)
    numbers = read_numbers(text_of(values, "claims"))
    return _answered(act, batch, Answered(ClaimState.ACCEPTED, numbers, amount))


def submit_refused(act: Act, meta: dict[str, Any], values: dict[str, Any]) -> Message:
    """Write down that a vendor refused claims, and what it says."""
    numbers = read_numbers(text_of(values, "claims"))
    said = Answered(ClaimState.REFUSED, numbers, reason=text_of(values, "reason"))
    return _answered(act, mark_views.batch_of(meta), said)


def _answered(act: Act, batch: Batch, said: Answered) -> Message:
    done = marks.answer(act.desk, batch, said, by=act.who.slack_id, key=act.key)
    return mark_views.marked(done, act.who.words)


def take_back(click: Click) -> Answer:
    """Take a mark back."""
    act, (batch, rest) = click.act, _value(click)
    try:
        state, at = ClaimState(rest[0]), datetime.fromisoformat(rest[1])
    except (IndexError, TypeError, ValueError):
        raise Refused("button.stale") from None
    done = marks.take_back(act.desk, batch, state, at, by=act.who.slack_id, key=act.key)
    return Say(mark_views.taken_back(done, act.who.words), instead=True)


def _value(click: Click) -> tuple[Batch, list[Any]]:
    try:
        vendor, currency, *rest = json.loads(click.value)
    except (TypeError, ValueError):
        raise Refused("button.stale") from None
    return Batch(str(vendor), str(currency)), rest


def _until(click: Click) -> tuple[Batch, int]:
    batch, rest = _value(click)
    if not rest or not isinstance(rest[0], int):
        raise Refused("button.stale")
    return batch, rest[0]


def _moments(click: Click) -> list[datetime | None]:
    """Give the moments (UTC) after and up to which windows close, where the button names them."""
    _, (_, *given) = _value(click)
    try:
        return [datetime.fromtimestamp(one, UTC) if one else None for one in [*given, 0, 0][:2]]
    except (TypeError, ValueError, OverflowError, OSError):
        raise Refused("button.stale") from None


def _waiting(click: Click) -> Group:
    """Give the vendor's claims of which some wait for an answer."""
    act, (batch, _) = click.act, _value(click)
    found = refund_lists.overview(act.desk, by=act.who.slack_id).groups
    for one in found:
        mine = (one.vendor, one.currency) == (batch.vendor, batch.currency)
        if mine and ClaimState.SENT in one.states:
            return one
    raise Refused("refunds.nothing_sent", vendor=batch.vendor)


def read_numbers(text: str) -> frozenset[int]:
    """Read the numbers of claims as typed ('12, 14-20'), none where none is named.

    Raises Refused for what is no number.
    """
    found: set[int] = set()
    for word in re.sub(r"\s*([-–])\s*", r"\1", text).replace(",", " ").split():
        match = _SPAN.fullmatch(word)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not 0 <= last - first < MOST_NUMBERS:
            raise Refused("refunds.bad_numbers", word=word[:SHOWN])
        found.update(range(first, last + 1))
    return frozenset(found)


def _amount(typed: str, currency: str) -> Money | None:
    if not typed:
        return None
    amount = read_money(typed, currency=currency)
    if amount is None:
        raise Refused("sold.bad_amount", word=typed[:SHOWN])
    return amount
