"""The day's agenda: what was agreed for today, how many calls are planned, what comes first."""

from dataclasses import dataclass
from datetime import datetime

from bot.texts import Safe, Words
from bot.views.blocks import Message, actions, section, spoken
from bot.views.card import title
from bot.views.nudges import noted
from bot.views.preferences import preferences_button
from bot.views.replies import next_call, reason
from rules.lead import Lead

NOTE = 80


@dataclass(frozen=True, slots=True)
class Listed:
    """Some of `count` leads, each with the note of its follow-up."""

    rows: tuple[tuple[Lead, str], ...]
    count: int


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a rep's day holds at `now` (UTC): `first` is what comes first.

    Of the hot follow-ups that are due, those `reminded` stand in a reminder of this time.
    """

    now: datetime
    first: Lead
    reminded: int
    high: Listed
    low: Listed
    planned: int
    fresh: int


def agenda(found: Agenda, words: Words) -> Message:
    """Give a rep the day: hot follow-ups by their times, low ones in order, counts (L4.4)."""
    counts = {
        "reminded": found.reminded,
        "high": found.high.count,
        "low": found.low.count,
        "planned": found.planned,
        "fresh": found.fresh,
    }
    told = [words.say(f"agenda.{name}", n=count) for name, count in counts.items() if count]
    top = words.lines(words.say("agenda.top"), words.join(*told), _first(found, words))
    lists = [
        _list(found.high, "agenda.list_high", words),
        _list(found.low, "agenda.list_low", words),
    ]
    parts = [top, *(one for one in lists if one)]
    row = actions(*next_call(words)["elements"], preferences_button(words))
    return Message(spoken(words.lines(*parts)), (*map(section, parts), row))


def _first(found: Agenda, words: Words) -> Safe:
    lead, name = found.first, title(found.first, words)
    if lead.next_at and lead.next_at > found.now:
        return words.say("agenda.first_later", lead=name, when=words.standing(lead.next_at))
    return words.say("agenda.first", lead=name, why=reason(lead, words, now=found.now))


def _list(listed: Listed, key: str, words: Words) -> Safe:
    if not listed.rows:
        return Safe("")
    lines = [_line(lead, note, words) for lead, note in listed.rows]
    left = listed.count - len(listed.rows)
    more = words.say("catch_up.more", n=left) if left else ""
    return words.lines(words.say(key), *lines, more)


def _line(lead: Lead, note: str, words: Words) -> Safe:
    when = words.standing(lead.next_at) if lead.next_at else Safe("")
    said = noted(note, words, most=NOTE)
    return words.join(Safe(f"• *{title(lead, words)}*"), when, said)
