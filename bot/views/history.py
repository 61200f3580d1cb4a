"""A lead's history in words."""

from datetime import datetime

from bot.texts import Safe, Words, mention
from rules.money import Money
from rules.optouts import BY_SMS
from rules.words import Channel
from storage.leads import Line


def history_line(line: Line, words: Words) -> Safe:
    """Say one line of a lead's history; its moment stays right as days pass."""
    who = mention(line.actor) if line.actor else ""
    return words.join(words.standing(line.at), _what(line, words), who)


def _what(line: Line, words: Words) -> Safe:
    data = line.data
    if line.what in {"outcome", "undone"}:
        said = words.say(f"outcome.{data['outcome']}")
        return (
            words.say("history.undone", what=said)
            if line.what == "undone"
            else _outcome(line, said, words)
        )
    if line.what in {"assigned", "handed_over"}:
        return words.say(f"history.{line.what}", who=mention(str(data["to"])))
    if line.what == "agreed":
        named = words.listed(*(words.say(f"channel.{one}") for one in data["channels"]))
        return words.say("history.agreed", channels=named)
    if line.what in {"opted_out", "opted_in"}:
        return _channels(line, words)
    if line.what == "consent":
        return _consent(line, words)
    texts = {key: value for key, value in data.items() if isinstance(value, str | int)}
    return words.say(f"history.{line.what}", **texts)


def _channels(line: Line, words: Words) -> Safe:
    """Say which channels were closed or opened, by which door, and in which words."""
    data = line.data
    known, how = data.get("channels", list(Channel)), data.get("how", BY_SMS)
    named = words.listed(*(words.say(f"channel.{one}") for one in known))
    said = words.say(f"history.{line.what}_{how}", channels=named)
    quoted = words.say("history.quoted", text=str(data["text"])) if "text" in data else ""
    return Safe(f"{said}, {quoted}") if quoted else said


def _consent(line: Line, words: Words) -> Safe:
    """Say what a form agreed to, by which door it came, and in which words."""
    named = words.listed(*(words.say(f"channel.{one}") for one in line.data["channels"]))
    key = "history.consent" if named else "history.consent_none"
    said = words.say(key, channels=named, source=str(line.data["source"]))
    text = line.data.get("text")
    return Safe(f"{said}, {words.say('history.quoted', text=str(text))}") if text else said


def _outcome(line: Line, said: Safe, words: Words) -> Safe:
    data = line.data
    parts = [said]
    if "minor" in data:
        parts.append(words.money(Money(int(data["minor"]), str(data["currency"]))))
    if "when" in data:
        parts.append(words.in_full(datetime.fromisoformat(str(data["when"]))))
    if "talk" in data:
        parts.append(words.say("history.talk", span=words.duration(int(data["talk"]))))
    if "note" in data:
        parts.append(words.say("history.quoted", text=str(data["note"])))
    return Safe(", ".join(parts))
