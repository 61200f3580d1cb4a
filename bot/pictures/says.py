"""What pictures and the page of the report say alike: periods, days, months, few samples."""

from datetime import date, datetime, timedelta
from typing import Literal

from babel.dates import format_skeleton, get_day_names

from bot.texts import Safe, Words
from bot.views.figures import ends
from rules.report import Report

ISRAEL = frozenset({"Asia/Jerusalem", "Asia/Tel_Aviv", "Israel"})
SUNDAY = 6

_Width = Literal["abbreviated", "short", "wide"]


def period_of(report: Report, words: Words) -> Safe:
    """Give a report's first and last day."""
    return words.say("picture.period", since=words.day(report.since), until=ends(report, words))


def of_window(report: Report, words: Words, *, judged: bool) -> Safe:
    """Give the days in which the leads came that closing is told of."""
    until = report.window.judged_until if judged else report.window.until
    last = words.day(until - timedelta(seconds=1))
    return words.say("picture.came", since=words.day(report.window.since), until=last)


def few_leads(report: Report, words: Words) -> Safe:
    """Say what is grey: fewer leads than can be judged."""
    return words.say("picture.few_leads", n=report.least_leads)


def few_calls(report: Report, words: Words) -> Safe:
    """Say what is grey: fewer calls than can be judged."""
    return words.say("picture.few_calls", n=report.least_calls)


def month(day: date, words: Words) -> Safe:
    """Give a month as it is named on a chart: 'Nov 2026'."""
    moment = datetime.combine(day, datetime.min.time())
    return Safe(format_skeleton("yMMM", moment, locale=words.locale))


def week(words: Words) -> tuple[int, ...]:
    """Give the weekdays (0 is Monday) as a week runs: in Israel and in Hebrew from Sunday."""
    days = tuple(range(7))
    from_sunday = words.locale == "he" or words.zone.key in ISRAEL
    return (SUNDAY, *days[:SUNDAY]) if from_sunday else days


def day_name(weekday: int, words: Words, *, short: bool = False) -> Safe:
    """Give a weekday's name, 0 is Monday; a `short` one fits above a column."""
    width: _Width = ("short" if words.locale == "he" else "abbreviated") if short else "wide"
    return Safe(get_day_names(width, locale=words.locale)[weekday])
