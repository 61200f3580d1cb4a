"""What managers read of leads that nobody calls, and that it is over (C1, L4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass

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
from bot.views.nudges import asked_for
from bot.views.routing import lacking
from rules.lead import FollowUp, Lead
from rules.routing import Considered


@dataclass(frozen=True, slots=True)
class Alarm:
    """A lead of which managers are told, with its follow-up where one waits.

    `end` says why it waits no more: called, handed_over, put_off, over. `considered` are those who
    could not take one without an owner.
    """

    lead: Lead
    agreed: FollowUp | None = None
    end: str = ""
    considered: tuple[Considered, ...] = ()


def one(notice: str, alarm: Alarm, words: Words) -> Message:
    """Tell of one lead, by the notice's own text; they can give it to somebody."""
    if alarm.end:
        text = _ended(alarm, words)
        return only(text)
    lead = alarm.lead
    told = words.say(
        f"notice.{notice}", lead=title(lead, words), owner=_owner(lead), ago=_came(lead, words)
    )
    text = words.lines(told, lacking(alarm.considered, words))
    why = button(words.plain.say("button.why"), ActionId.WHY, lead.id)
    more = [why] if alarm.considered else []
    return Message(spoken(text), (section(text), actions(_assign(lead, words), *more)))


def many(notice: str, alarms: Sequence[Alarm], words: Words, *, more: int) -> Message:
    """Tell of many at once; `more` are not named."""
    waiting = sum(not alarm.end for alarm in alarms) + more
    top = words.say(f"notice.{notice}", n=waiting) if waiting else words.say("catch_up.over")
    rest = words.say("catch_up.rest", n=more) if more else Safe("")
    rows = [(alarm, _row(alarm, words)) for alarm in alarms]
    blocks = [_block(alarm, text, words) for alarm, text in rows]
    said = words.lines(top, *(text for _, text in rows), rest)
    return Message(spoken(said), (section(top), *blocks, *([context(rest)] if rest else [])))


def _row(alarm: Alarm, words: Words) -> Safe:
    if alarm.end:
        return _ended(alarm, words)
    lead, agreed = alarm.lead, alarm.agreed
    since = asked_for(lead, agreed, words) if agreed else _came(lead, words, key="catch_up.came")
    return words.join(Safe(f"*{title(lead, words)}*"), _owner(lead), since)


def _block(alarm: Alarm, text: Safe, words: Words) -> Block:
    row = section(text)
    return row if alarm.end else row | {"accessory": _assign(alarm.lead, words)}


def _ended(alarm: Alarm, words: Words) -> Safe:
    lead = alarm.lead
    end = alarm.end if lead.owner or alarm.end != "handed_over" else "over"
    return words.say(f"ended.{end}", lead=title(lead, words), owner=_owner(lead))


def _owner(lead: Lead) -> Safe:
    return mention(lead.owner) if lead.owner else Safe("")


def _came(lead: Lead, words: Words, *, key: str = "") -> Safe:
    ago = words.ago(lead.received_at) if lead.received_at else Safe("")
    return words.say(key, ago=ago) if key else ago


def _assign(lead: Lead, words: Words) -> Block:
    return button(words.plain.say("button.assign"), ActionId.ASSIGN, lead.id)
