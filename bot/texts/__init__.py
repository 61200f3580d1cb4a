"""Every word a person reads, in Hebrew and English as equals."""

import re
import tomllib
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, format_percent

from rules.money import Money, decimal_amount
from rules.team import PROGRAM

LOCALES = ("en", "he")
FSI, PDI = "\u2068", "\u2069"
# Marks that give a line its direction before its first letter does.
MARKS = {"en": "\u200e", "he": "\u200f"}
SOON_MINUTES = 60
WEEK_DAYS = 6
_LIVE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "*": "∗", "~": "∼", "`": "ˋ"})
_COMMANDS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)))
"""What a terminal obeys and nobody reads; line breaks and tabs stay."""
_HEBREW = ("\u0590", "\u05ff")
_CODE = re.compile("`[^`]*`")
_FIRST_HEBREW = re.compile("[*_]*[\u0590-\u05ff]")
_HEBREW_WORD = re.compile("[\u0590-\u05ff]+(?= [^\u0590-\u05ff])")


class Safe(str):
    """A text that needs no escaping and no isolation: a Slack token, or made of such."""

    __slots__ = ()


@lru_cache
def load(locale: str) -> dict[str, str]:
    """Give every text of a locale under its dotted key."""
    content = tomllib.loads((Path(__file__).parent / f"{locale}.toml").read_text("utf-8"))
    return {key: _CODE.sub(_in_typing_order, text) for key, text in _flatten(content)}


def _in_typing_order(code: re.Match[str]) -> str:
    """Keep what follows a Hebrew word of a command behind it, as it is typed."""
    return _HEBREW_WORD.sub(lambda word: f"{word[0]}{MARKS['en']}", code[0])


def _flatten(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for key, value in tree.items():
        name = f"{prefix}{key}"
        flat += _flatten(value, f"{name}.") if isinstance(value, dict) else [(name, value)]
    return flat


def escape(text: str) -> str:
    """Escape what Slack's mrkdwn would read as a token, a mention, a link or a style."""
    return text.translate(_LIVE)


def is_hebrew(text: str) -> bool:
    """Say whether a text has a Hebrew letter."""
    return any(_HEBREW[0] <= char <= _HEBREW[1] for char in text)


class Words:
    """The texts in one language, for one reader's time zone.

    What fills a text is escaped for Slack when `mrkdwn`, and isolated (U+2068 … U+2069) where
    its direction differs from the text's, so that numbers and Latin names never jump.
    """

    def __init__(self, locale: str, zone: ZoneInfo, *, mrkdwn: bool = True) -> None:
        self.locale = locale if locale in LOCALES else "en"
        self.zone = zone
        self.mrkdwn = mrkdwn
        self._texts = load(self.locale)

    @property
    def plain(self) -> "Words":
        """The same without Slack's escapes: for buttons, titles, SMS and mail."""
        return Words(self.locale, self.zone, mrkdwn=False)

    def say(self, key: str, **params: object) -> Safe:
        """Give the text of this key, filled; one thing has a form of its own where there is one."""
        if params.get("n") == 1 and f"{key}.one" in self._texts:
            key = f"{key}.one"
        filled = {name: self._fill(value) for name, value in params.items()}
        return Safe(self._texts[key].format(**filled).strip())

    def has(self, key: str) -> bool:
        """Say whether there is a text of this key."""
        return key in self._texts

    def lines(self, *parts: str) -> Safe:
        """Put the parts that are not empty under each other."""
        return Safe("\n".join(part for part in parts if part))

    def join(self, *parts: str) -> Safe:
        """Put the parts that are not empty beside each other."""
        return Safe(" · ".join(self._fill(part) for part in parts if part))

    def listed(self, *parts: str) -> Safe:
        """Name two things or more: 'SMS and email'."""
        if len(parts) < 2:  # noqa: PLR2004
            return Safe("".join(parts))
        key = "and" if _FIRST_HEBREW.match(parts[-1]) else "and_other"
        return self.say(key, first=Safe(", ".join(parts[:-1])), last=Safe(parts[-1]))

    def _fill(self, value: object) -> str:
        if isinstance(value, Safe):
            return value
        if isinstance(value, int):
            return str(value)
        text = str(value)
        text = text if text.isprintable() else text.translate(_COMMANDS)
        shown = escape(text) if self.mrkdwn else text
        return f"{FSI}{shown}{PDI}" if self._jumps(text) else shown

    def _jumps(self, text: str) -> bool:
        if self.locale == "he":
            return bool(text) and not text.isdigit() and not is_hebrew(text)
        return is_hebrew(text)

    def when(self, moment: datetime, *, now: datetime) -> Safe:
        """Give a moment as people say it: 'in 20 min', 'today 16:30', in full when far."""
        local, today = moment.astimezone(self.zone), now.astimezone(self.zone).date()
        gap = moment - now
        if timedelta(0) < gap < timedelta(minutes=SOON_MINUTES):
            return self.say("time.soon", minutes=max(1, round(gap.total_seconds() / 60)))
        clock = Safe(self._isolated(format_time(local, "HH:mm", locale=self.locale)))
        days = (local.date() - today).days
        if -1 <= days <= 1:
            return self.say(
                ("time.yesterday", "time.today", "time.tomorrow")[days + 1], clock=clock
            )
        return self.say("time.day", day=Safe(self._day(local.date(), today)), clock=clock)

    def in_full(self, moment: datetime, *, now: datetime | None = None) -> Safe:
        """Give a moment in full: 'Thursday 3 December 16:00'.

        With its year, unless that is the year of `now`.
        """
        local = moment.astimezone(self.zone)
        clock = Safe(self._isolated(format_time(local, "HH:mm", locale=self.locale)))
        # In Hebrew a month stands with its preposition.
        pattern = "EEEE d '\u05d1'MMMM" if self.locale == "he" else "EEEE d MMMM"
        if now is None or now.astimezone(self.zone).year != local.year:
            pattern += " y"
        day = Safe(format_date(local.date(), pattern, locale=self.locale))
        return self.say("time.day", day=day, clock=clock)

    def _day(self, day: date, today: date) -> str:
        if 0 < (day - today).days <= WEEK_DAYS:
            return format_date(day, "EEEE", locale=self.locale)
        skeleton = "MMMEd" if day.year == today.year else "yMMMEd"
        return format_skeleton(
            skeleton, datetime.combine(day, datetime.min.time()), locale=self.locale
        )

    def day(self, moment: datetime) -> Safe:
        """Give a date: 'Sun, Nov 15'."""
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        return Safe(format_skeleton("MMMEd", local, locale=self.locale))

    def standing(self, moment: datetime) -> Safe:
        """Give a moment that stays right on a message that stands: Slack says 'today' by itself.

        Outside Slack it is a moment in full.
        """
        fallback = Words(self.locale, self.zone, mrkdwn=False).in_full(moment)
        if not self.mrkdwn:
            return fallback
        bare = fallback.replace(FSI, "").replace(PDI, "")
        stamp = int(moment.timestamp())
        token = f"<!date^{stamp}^{{date_short_pretty}} {{time}}|{bare}>"
        return Safe(self._isolated(token))

    def counted_down(self, moment: datetime) -> Safe:
        """Give a moment of today to the second, and beside it how far away it is."""
        local = moment.astimezone(self.zone)
        token = f"<!date^{int(moment.timestamp())}^{{time_secs}} ({{ago}})|{local:%H:%M:%S}>"
        return Safe(self._isolated(token))

    def opens(self, text: str) -> str:
        """Give the mark by which a line runs the reader's way though this text runs the other."""
        return MARKS[self.locale] if self._jumps(text) else ""

    def ago(self, moment: datetime) -> Safe:
        """Give a running time that Slack keeps up to date by itself."""
        stamp = int(moment.timestamp())
        local = moment.astimezone(self.zone)
        fallback = f"{local:%Y-%m-%d %H:%M %Z}"
        return Safe(f"<!date^{stamp}^{{ago}}|{fallback}>") if self.mrkdwn else Safe(fallback)

    def money(self, amount: Money) -> Safe:
        """Give an amount as people write it: '₪1,290'."""
        value = decimal_amount(amount)
        whole = value == value.to_integral_value()
        text = format_currency(
            value,
            amount.currency,
            "¤#,##0" if whole else "¤#,##0.00",
            locale="en",
            currency_digits=False,
        )
        return Safe(self._isolated(text))

    def percent(self, part: float) -> Safe:
        """Give a part of one in hundredths: '31%'."""
        return Safe(self._isolated(format_percent(part, locale="en")))

    def duration(self, seconds: float) -> Safe:
        """Give a span: '40 sec', '12 min', '3 h 20 min', '15 hours', '2 days'."""
        minutes, hours = round(seconds / 60), seconds / 3600
        if seconds < 90:  # noqa: PLR2004
            return self.say("span.seconds", n=round(seconds))
        if minutes < 90:  # noqa: PLR2004
            return self.say("span.minutes", n=minutes)
        if hours < 48:  # noqa: PLR2004
            key = "span.hours_minutes" if minutes % 60 else "span.hours"
            return self.say(key, n=minutes // 60, minutes=minutes % 60)
        return self.say("span.days", n=round(hours / 24))

    def _isolated(self, text: str) -> str:
        return f"{FSI}{text}{PDI}" if self.locale == "he" else text


def mention(slack_id: str) -> Safe:
    """Give a real mention of a member, or the name of a program that acts by the HTTP API."""
    name = slack_id.removeprefix(PROGRAM)
    return Safe(f"<@{slack_id}>" if name == slack_id else name)
