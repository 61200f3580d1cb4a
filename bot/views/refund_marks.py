"""What a manager marks of claims: the two modals, the confirmations, taking one back (L5.5)."""

from typing import Any

from bot.refund_lists import Group
from bot.refund_marks import Batch, Marked
from bot.texts import Words
from bot.views.blocks import ActionId, Block, Message, ViewId, actions, button, plain, section
from bot.views.forms import asked, modal
from bot.views.refunds import all_claims, value_of
from rules.claims import ClaimState
from rules.money import Money

LONGEST_REASON, LONGEST_NUMBERS = 300, 1000


def accepted_modal(group: Group, words: Words) -> dict[str, Any]:
    """Ask for which claims a vendor gives money back, and how much."""
    say = words.plain
    amount = {"type": "plain_text_input", "action_id": "amount"}
    fields = [_numbers(say), asked("amount", say.say("refunds.amount"), amount, optional=True)]
    return _modal(ViewId.CLAIMS_ACCEPTED, "refunds.modal_accepted", group, fields, words)


def refused_modal(group: Group, words: Words) -> dict[str, Any]:
    """Ask which claims a vendor refused, and what it says."""
    say = words.plain
    text = {"type": "plain_text_input", "action_id": "reason", "max_length": LONGEST_REASON}
    fields = [_numbers(say), asked("reason", say.say("modal.reason"), text)]
    return _modal(ViewId.CLAIMS_REFUSED, "refunds.modal_refused", group, fields, words)


def _modal(
    view: ViewId, name: str, group: Group, fields: list[Block], words: Words
) -> dict[str, Any]:
    sent = group.states[ClaimState.SENT]
    credit = words.money(Money(sent.minor, sent.currency))
    told = words.say("refunds.waiting", vendor=group.vendor, n=sent.count, credit=credit)
    meta = {"vendor": group.vendor, "currency": group.currency}
    return modal(view, words.plain.say(name), [section(told), *fields], meta, words.plain)


def _numbers(say: Words) -> Block:
    text = {
        "type": "plain_text_input",
        "action_id": "claims",
        "max_length": LONGEST_NUMBERS,
        "placeholder": plain(say.say("refunds.numbers_hint")),
    }
    return asked("claims", say.say("refunds.numbers"), text, optional=True)


def marked(done: Marked, words: Words) -> Message:
    """Confirm a mark of a vendor's claims; the button takes it back."""
    gone = words.say("refunds.withdrawn", n=done.withdrawn) if done.withdrawn else ""
    if not done.count:
        text = words.lines(words.say("refunds.nothing_marked"), gone)
        return Message(text, (section(text),))
    text = words.lines(
        words.say(
            f"refunds.marked_{done.state}",
            vendor=done.batch.vendor,
            n=done.count,
            credit=words.money(done.credit),
        ),
        gone,
        words.say("refunds.lowers") if done.state is ClaimState.ACCEPTED else "",
    )
    value = value_of(done.batch, done.state, done.at.isoformat())
    undo = button(words.plain.say("button.undo"), ActionId.UNDO_CLAIMS, value)
    return Message(text, (section(text), actions(undo, all_claims(words.plain))))


def taken_back(done: Marked, words: Words) -> Message:
    """Confirm that a mark was taken back."""
    text = words.say(f"refunds.taken_back_{done.state}", vendor=done.batch.vendor, n=done.count)
    return Message(text, (section(text), actions(all_claims(words.plain))))


def batch_of(meta: dict[str, Any]) -> Batch:
    """Give the claims that a modal is about."""
    return Batch(meta["vendor"], meta["currency"])
