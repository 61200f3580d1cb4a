"""The audit on a terminal: whether it holds, and what it has of a lead or of everything (C5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.audit import Listed
from bot.texts import Safe, Words
from rules.audit import Head, Line
from storage.audit import Verified

MOMENT = "%Y-%m-%d %H:%M"
VALUES = {
    "last_outcome": "outcome",
    "consent": "channel",
    "agreed": "channel",
    "opted_out": "channel",
    "recommended": "recommend.advice",
    "rejected_for": "recommend.reason",
}
"""Whose words the values of a field are, where they are not the field's own."""
FIELDS = ("audit.field_", "team_edit.field_", "playbook.key.")
"""Where a field may have its name."""


def verified(found: Verified, words: Words) -> Safe:
    """Say how many lines hold with the head to note, or what is wrong with them."""
    if found.broken:
        return words.say("audit.broken", id=found.broken, n=found.lines)
    if found.emptied:
        return words.say("audit.emptied")
    if found.lacks:
        return words.say("audit.lacks", head=str(found.lacks))
    if not found.lines:
        return words.say("audit.empty")
    return words.say("audit.verified", n=found.lines, head=str(Head(found.lines, found.digest)))


def listed(found: Listed, words: Words) -> Safe:
    """Tell what the audit has, a line each, the oldest first, and whether there is more."""
    if not found.lines:
        return words.say("audit.nothing", id=found.lead_id) if found.lead_id else none(found, words)
    lines = (_line(one, found.names, words) for one in found.lines)
    more = words.say("audit.more", n=len(found.lines)) if found.more else ""
    return words.lines(*lines, more)


def none(found: Listed, words: Words) -> Safe:
    """Say that nothing is written down, since a moment where one was asked for."""
    if found.since is None:
        return words.say("audit.empty")
    return words.say("audit.nothing_since", when=_moment(found.since, words))


def _line(line: Line, names: Mapping[str, str], words: Words) -> Safe:
    at = f"{line.at.astimezone(words.zone):%Y-%m-%d %H:%M:%S}"
    who = names.get(line.actor, line.actor) or words.say("audit.itself")
    act = _known(f"audit.act_{line.act}", words) or line.act
    origin = _origin(line.origin, words)
    about = _about(line.subject, names, words)
    head = words.say("audit.line", at=at, who=who, act=act, about=about, origin=origin)
    return words.join(head, *_changes(line, names, words))


def _origin(written: str, words: Words) -> str:
    """Say by which door an act came; by the API's with the name of its token."""
    door, _, token = written.partition(":")
    said = _known(f"audit.from_{door}", words) or door
    return f"{said} ({token})" if token else said


def _known(key: str, words: Words) -> Safe:
    """Give a text that may not be there: an older line can tell of what is done no more."""
    return words.say(key) if words.has(key) else Safe("")


def _about(subject: str, names: Mapping[str, str], words: Words) -> str:
    kind, _, rest = subject.partition(":")
    if kind == "lead":
        return f"#{rest}"
    return names.get(rest) or words.join(_known(f"audit.about_{kind}", words) or kind, rest)


def _changes(line: Line, names: Mapping[str, str], words: Words) -> list[Safe]:
    """Tell each value that is another now; one that only was added stands by itself."""
    told, before, after = [], line.before, line.after
    for name in [*before, *(one for one in after if one not in before)]:
        field = next((one for one in (_known(f"{of}{name}", words) for of in FIELDS) if one), name)
        was, now = (_shown(name, one.get(name), names, words) for one in (before, after))
        if name in before:
            told.append(words.say("audit.change", name=field, before=was, after=now))
        else:
            told.append(words.say("audit.told", name=field, after=now))
    return told


def _shown(name: str, value: Any, names: Mapping[str, str], words: Words) -> str:  # noqa: ANN401 - of any field
    if value in (None, "", []):
        return "-"
    if isinstance(value, bool):
        return words.say("audit.yes" if value else "audit.no")
    if isinstance(value, list):
        return ", ".join(_shown(name, one, names, words) for one in value)
    text = str(value)
    if name.endswith(("_at", "_until")):
        return _moment_of(text, words)
    own, others = f"audit.{name}_{text}", f"{VALUES.get(name, name)}.{text}"
    return _known(own, words) or _known(others, words) or names.get(text, text)


def _moment_of(text: str, words: Words) -> str:
    try:
        return _moment(datetime.fromisoformat(text), words)
    except ValueError:
        return text


def _moment(moment: datetime, words: Words) -> str:
    return f"{moment.astimezone(words.zone):{MOMENT}}"
