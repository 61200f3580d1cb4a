"""Leads between the chairs, as a manager reads of them: what grew, the lists, one list (C4)."""

import json
from collections.abc import Mapping

from bot.chairs import Found, Listed
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
from rules.chairs import EXPECTED, Loose
from rules.effects import TellManagers
from rules.lead import Lead

ALL = "all"


def notice(told: TellManagers, words: Words) -> Message:
    """Tell managers what the night's look at all leads found: what was mended, which lists grew."""
    about = json.loads(told.about)
    mended = words.say("chairs.mended", n=about["mended"]) if about["mended"] else ""
    more = [
        words.say("chairs.grew", what=_named(one, words), was=was, n=now)
        for one, (was, now) in about["grown"].items()
    ]
    text = words.lines(words.say("chairs.night"), mended, *more)
    look = button(words.plain.say("chairs.look"), ActionId.LOOSE_ENDS, ALL)
    return Message(spoken(text), (section(text), actions(look)))


def lists(found: Found, words: Words) -> Message:
    """Give how many leads stand in each list now, with a button that shows the list."""
    top = words.say("chairs.top" if found.loose else "chairs.none", ago=words.ago(found.at))
    lines = {one: _counted(one, n, words) for one in Loose if (n := found.loose.get(one))}
    aside = _aside(found.counts, words)
    blocks = [section(top), *(_with_look(line, one, words) for one, line in lines.items())]
    small = [context(aside)] if aside else []
    return Message(spoken(words.lines(top, *lines.values(), aside)), (*blocks, *small))


def _aside(counts: Mapping[str, int], words: Words) -> Safe:
    """Name the lists that come and go with the day's work."""
    usual = [_counted(one, counts[one], words) for one in Loose if one in EXPECTED & set(counts)]
    return words.say("chairs.usual", lists=words.join(*usual)) if usual else Safe("")


def _counted(one: Loose, count: int, words: Words) -> Safe:
    return words.say("chairs.counted", what=_named(one, words), n=count)


def _named(one: str, words: Words) -> Safe:
    return words.say(f"chairs.of.{one}")


def _with_look(line: Safe, one: Loose, words: Words) -> Block:
    look = button(words.plain.say("chairs.show"), ActionId.LOOSE_ENDS, one)
    return section(line) | {"accessory": look}


def one_list(found: Listed, words: Words) -> Message:
    """Name leads of one list with their owners, and how late they are; each can be assigned."""
    top = _counted(found.why, found.count, words)
    if not found.leads:
        text = words.say("chairs.empty", what=_named(found.why, words))
        return only(text)
    lines = {lead.id: _line(lead, found, words) for lead in found.leads}
    left = found.count - len(lines)
    more = words.say("day.more", n=left) if left > 0 else Safe("")
    rows = [_with_assign(line, lead_id, words) for lead_id, line in lines.items()]
    blocks = [section(Safe(f"*{top}*")), *rows, *([context(more)] if more else [])]
    return Message(spoken(words.lines(top, *lines.values(), more)), tuple(blocks))


def _line(lead: Lead, found: Listed, words: Words) -> Safe:
    since = ""
    if lead.next_at and lead.next_at <= found.now:
        since = words.say("chairs.late", ago=words.ago(lead.next_at))
    owner = mention(lead.owner) if lead.owner else words.say("card.unowned")
    return words.join(Safe(f"*{title(lead, words)}*"), owner, since)


def _with_assign(line: Safe, lead_id: int, words: Words) -> Block:
    assign = button(words.plain.say("button.assign"), ActionId.ASSIGN, lead_id)
    return section(line) | {"accessory": assign}
