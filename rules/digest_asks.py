"""What follows `/lead digest`: a campaign, a rep, a time, in any order (L6)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from rules.acts import AskDigest
from rules.arguments import Typed, Word, echo
from rules.phones import plain
from rules.refusals import Refused

FARTHEST: Final = 1100
LONGEST: Final = 60
_MOST_WORDS = 3
_FRESH = frozenset({"now", "this week", "עכשיו", "השבוע"})
_LAST_WEEK = frozenset({"last week", "week", "שבוע שעבר", "שבוע", "השבוע שעבר"})
_MONTHS = {
    **dict.fromkeys(("this month", "month", "החודש", "חודש"), 0),
    **dict.fromkeys(("last month", "חודש שעבר", "החודש שעבר"), 1),
}
_DAYS = {
    **dict.fromkeys(("d", "day", "days", "יום", "ימים"), 1),
    **dict.fromkeys(("w", "week", "weeks", "שבוע", "שבועות"), 7),
}
_NEAR = {**dict.fromkeys(("today", "היום"), 0), **dict.fromkeys(("yesterday", "אתמול"), 1)}
# A word in capitals alone may be a campaign.
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>|@([UW][A-Z0-9]{2,})")
_COUNTED = re.compile(rf"(\d{{1,4}}) ?({'|'.join(_DAYS)})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)
_SPAN = re.compile(r"(\d{4}-\d\d?-\d\d?)(?: ?(?:\.\.|–| - | to | עד ) ?|  ?)(\d{4}-\d\d?-\d\d?)")
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?", re.ASCII)
_TIME_LIKE = re.compile(r"\d{4}-\d[\d.-]*|\d{1,4}[dw]", re.ASCII)


def ask_digest(typed: Typed) -> AskDigest:
    """Read whose figures of which days are asked for; raises Refused for a time that is none.

    Days are by the clock of whoever typed it; what is no rep and no time is a campaign's name.
    """
    rep, words = _rep(typed.words)
    today = typed.now.astimezone(typed.zone).date()
    asked, words = _time(words, today)
    campaign = " ".join(word.raw for word in words).strip("\"'")[:LONGEST]
    if words and _TIME_LIKE.fullmatch(words[-1].text):
        raise Refused("digest.unreadable", word=echo(words[-1]))
    if asked.days and (asked.days[0] > today or (today - asked.days[0]).days > FARTHEST):
        raise Refused("digest.no_days", word=echo(typed.words[-1]))
    return replace(asked, rep=rep, campaign=campaign)


def _rep(words: tuple[Word, ...]) -> tuple[str, tuple[Word, ...]]:
    """Take the first mention out."""
    for place, word in enumerate(words):
        match = _MENTION.match(plain(word.raw))
        if match:
            return match[1] or match[2], (*words[:place], *words[place + 1 :])
    return "", words


def _time(words: tuple[Word, ...], today: date) -> tuple[AskDigest, tuple[Word, ...]]:
    """Take a time out of the end or the beginning, as long as one can be read."""
    for part, rest in _parts(words):
        text = " ".join(word.text for word in part)
        for read in _READERS:
            found = read(text, today)
            if found:
                return found, rest
    return AskDigest(), words


def _parts(words: tuple[Word, ...]) -> Iterator[tuple[tuple[Word, ...], tuple[Word, ...]]]:
    for count in range(min(_MOST_WORDS, len(words)), 0, -1):
        yield words[-count:], words[:-count]
        yield words[:count], words[count:]


def _named(text: str, today: date) -> AskDigest | None:
    if text in _FRESH:
        return AskDigest(fresh=True)
    if text in _LAST_WEEK:
        return AskDigest(last_week=True)
    if text in _NEAR:
        day = today - timedelta(days=_NEAR[text])
        return AskDigest(days=(day, day))
    if text in _MONTHS:
        first = today.replace(day=1)
        before = (first - timedelta(days=1)).replace(day=1)
        return _month(before if _MONTHS[text] else first, today)
    return None


def _counted(text: str, today: date) -> AskDigest | None:
    match = _COUNTED.fullmatch(text)
    days = int(match[1]) * _DAYS[match[2]] if match else 0
    if not 0 < days <= FARTHEST:
        return None
    return AskDigest(days=(today - timedelta(days=days - 1), today))


def _dated(text: str, today: date) -> AskDigest | None:
    span, month = _SPAN.fullmatch(text), _MONTH.fullmatch(text)
    if month:
        first = _day(f"{month[1]}-{month[2]}-1")
        return _month(first, today) if first else None
    ends = span.groups() if span else (text, text) if _DATE.fullmatch(text) else ()
    days = [found for one in ends if (found := _day(one))]
    if len(days) < len(("first", "last")) or days[0] > days[1]:
        return None
    return AskDigest(days=(days[0], days[1]))


def _month(first: date, today: date) -> AskDigest:
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return AskDigest(days=(first, max(first, min(last, today))))


def _day(text: str) -> date | None:
    try:
        year, month, day = map(int, text.split("-"))
        return date(year, month, day)
    except ValueError:
        return None


_READERS: Final[tuple[Callable[[str, date], AskDigest | None], ...]] = (_named, _counted, _dated)
