"""A lead's history in words."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.texts import Safe, Words, mention
from rules.claiming import Reason
from rules.money import Money
from rules.optouts import BY_SMS
from rules.pools import Way
from rules.words import Channel
from storage.leads import Line

Called = Callable[[str], str]
"""How a member of the team is named: by a mention, or by name where that would call them."""
SHORTEST = 60
"""How many seconds at a stage are worth telling."""
CHOSEN = frozenset({Way.LEAST_LOADED, Way.BEST_MATCH, Way.BEST_CLOSER})
"""Ways in which it is not the rotation that chooses."""


def history_line(line: Line, words: Words, *, called: Called = mention) -> Safe:
    """Say one line of a lead's history; its moment stays right as days pass."""
    who = called(line.actor) if line.actor else ""
    return words.join(words.standing(line.at), _what(line, words, called), who)


def settled(lines: Iterable[Line]) -> list[Line]:
    """Leave out outcomes that were taken back, and their taking back, of lines oldest first."""
    kept: list[Line] = []
    for line in lines:
        undone = line.data["outcome"] if line.what == "undone" else None
        meant = [one for one in kept if one.what == "outcome" and one.data["outcome"] == undone]
        if meant:
            kept.remove(meant[-1])
        else:
            kept.append(line)
    return kept


def _what(line: Line, words: Words, called: Called) -> Safe:
    told = _TOLD.get(line.what)
    if told:
        return told(line, words)
    if "to" in line.data:
        return _handed(line, words, called)
    said = words.say(f"history.{line.what}", **_fillings(line, words))
    parts = [*_why(line, words), *_quoted(line, "note", words), *_heard(line, words)]
    return _listed([said, *parts])


def _handed(line: Line, words: Words, called: Called) -> Safe:
    """Say who has the lead from then on, and who had it before."""
    to, was = str(line.data["to"]), str(line.data.get("was") or "")
    how = line.data.get("how")
    if how in CHOSEN:
        return words.say(f"history.assigned_{how}", who=called(to))
    said = words.say(f"history.{line.what}", who=called(to), was=called(was) if was else "")
    return _listed([said, *_why(line, words), *_quoted(line, "note", words)])


def _why(line: Line, words: Words) -> list[Safe]:
    """Say for which of the reasons on offer somebody passed a lead on."""
    reason = line.data.get("reason")
    known = line.what.startswith("passed") and reason in set(Reason)
    return [words.say(f"claim.reason_{reason}")] if known else []


def _fillings(line: Line, words: Words) -> dict[str, object]:
    """Give what fills a line's text: moments in words, other texts and numbers as they are."""
    given = line.data.items()
    texts: dict[str, object] = {key: one for key, one in given if isinstance(one, str | int)}
    if "when" in texts:
        texts["when"] = words.in_full(datetime.fromisoformat(str(texts["when"])), now=line.at)
    return texts


def _note(line: Line, words: Words) -> Safe:
    return _listed([*_quoted(line, "text", words), *_heard(line, words)])


def _undone(line: Line, words: Words) -> Safe:
    return words.say("history.undone", what=words.say(f"outcome.{line.data['outcome']}"))


def _agreed(line: Line, words: Words) -> Safe:
    named = words.listed(*(words.say(f"channel.{one}") for one in line.data["channels"]))
    return words.say("history.agreed", channels=named)


def _channels(line: Line, words: Words) -> Safe:
    """Say which channels were closed or opened, by which door, and in which words."""
    data = line.data
    known, how = data.get("channels", list(Channel)), data.get("how", BY_SMS)
    named = words.listed(*(words.say(f"channel.{one}") for one in known))
    return _listed(
        [
            words.say(f"history.{line.what}_{how}", channels=named),
            *_quoted(line, "text", words),
        ]
    )


def _consent(line: Line, words: Words) -> Safe:
    """Say what a form agreed to, by which door it came, and in which words."""
    named = words.listed(*(words.say(f"channel.{one}") for one in line.data["channels"]))
    key = "history.consent" if named else "history.consent_none"
    said = words.say(key, channels=named, source=str(line.data["source"]))
    return _listed([said, *_quoted(line, "text", words)])


def _outcome(line: Line, words: Words) -> Safe:
    data = line.data
    parts = [words.say(f"outcome.{data['outcome']}")]
    if "minor" in data:
        parts.append(words.money(Money(int(data["minor"]), str(data["currency"]))))
    if "when" in data:
        parts.append(words.in_full(datetime.fromisoformat(str(data["when"])), now=line.at))
    if "talk" in data:
        parts.append(words.say("history.talk", span=words.duration(int(data["talk"]))))
    return _listed([*parts, *_quoted(line, "note", words), *_heard(line, words)])


def _heard(line: Line, words: Words) -> list[Safe]:
    """Say which objection was heard and what was promised."""
    named = ("objection", "promise")
    return [words.say(f"history.{one}", text=line.data[one]) for one in named if line.data.get(one)]


def _quoted(line: Line, name: str, words: Words) -> list[Safe]:
    text = line.data.get(name)
    return [words.say("history.quoted", text=str(text))] if text else []


def _listed(parts: list[Safe]) -> Safe:
    return Safe(", ".join(parts))


def _staged(line: Line, words: Words) -> Safe:
    """Say to which stage a lead went, and how long it had stood at the one before."""
    data, seconds = line.data, float(line.data["seconds"])
    stage, was = words.say(f"stage.{data['stage']}"), words.say(f"stage.{data['was']}")
    key = "history.staged" if seconds >= SHORTEST else "history.staged_soon"
    said = words.say(key, stage=stage, was=was, span=words.duration(seconds))
    return _listed([said, *_quoted(line, "note", words)])


def _stage_undone(line: Line, words: Words) -> Safe:
    return words.say("history.stage_undone", stage=words.say(f"stage.{line.data['stage']}"))


_TOLD: dict[str, Callable[[Line, Words], Safe]] = {
    "staged": _staged,
    "stage_undone": _stage_undone,
    "outcome": _outcome,
    "undone": _undone,
    "note": _note,
    "agreed": _agreed,
    "opted_out": _channels,
    "opted_in": _channels,
    "consent": _consent,
}
