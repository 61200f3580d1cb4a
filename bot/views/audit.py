"""The audit on a terminal: whether it holds, and what it has of one lead (C5)."""

from collections.abc import Mapping
from typing import Any

from bot.audit import Listed
from bot.texts import Safe, Words
from rules.audit import Line
from storage.audit import Verified

SHORT = 12


def verified(found: Verified, words: Words) -> Safe:
    """Say how many lines hold, and the first that does not."""
    if found.broken:
        return words.say("audit.broken", id=found.broken, n=found.lines)
    if not found.lines:
        return words.say("audit.empty")
    return words.say("audit.verified", n=found.lines, digest=found.digest[:SHORT])


def listed(found: Listed, words: Words) -> Safe:
    """Tell what the audit has of a lead, a line each, the oldest first."""
    if not found.lines:
        return words.say("audit.nothing", id=found.lead_id)
    return words.lines(*(_line(one, words) for one in found.lines))


def _line(line: Line, words: Words) -> Safe:
    at = f"{line.at.astimezone(words.zone):%Y-%m-%d %H:%M:%S}"
    who = line.actor or words.say("audit.itself")
    head = words.say("audit.line", at=at, who=who, act=line.act, origin=line.origin)
    return words.join(head, *_changes(line.before, line.after, words))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], words: Words) -> list[Safe]:
    """Tell each value that is another now; one that only was added stands by itself."""
    told = []
    for name in [*before, *(one for one in after if one not in before)]:
        was, value = _shown(before.get(name)), _shown(after.get(name))
        if name in before:
            told.append(words.say("audit.change", name=name, before=was, after=value))
        else:
            told.append(words.say("audit.told", name=name, after=value))
    return told


def _shown(value: object) -> str:
    return "-" if value in (None, "", []) else str(value)
