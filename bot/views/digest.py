"""The digest in Slack and on a terminal: the same figures in the same words (L6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.texts import Safe, Words
from bot.views.blocks import Block, Message, context, divider, header, section, spoken
from bot.views.figures import (
    campaigns,
    closed_said,
    ends,
    figure_lines,
    minor_said,
    notes,
    unusual_said,
    work,
)
from rules.digest import WEEK
from rules.report import Report

MIDWEEK = timedelta(days=3)
FIRST_DAYS = (6, 0)
"""Weeks that have a number begin on Sunday, or on Monday."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands in a digest beside its figures.

    `advice` is what to change and what became of it, with its buttons, `said` the same as text;
    `more` says how to come to the whole report. One that comes `late` was due then (UTC).
    """

    advice: tuple[Block, ...] = ()
    said: str = ""
    more: str = ""
    late: datetime | None = None


NOTHING = Beside()


def digest(report: Report, words: Words, beside: Beside = NOTHING) -> Message:
    """Give a period's digest: its profit, what to change, the figures that are read in a minute."""
    head, late = headline(report, words), _late(beside, words)
    small_print = [context(late)] if late else []
    if report.empty:
        empty = words.lines(words.say("digest.empty"), *_before(report, words))
        blocks = [header(_heading(report, words)), *small_print, section(empty), *beside.advice]
        blocks += [section(beside.more)] if beside.more else []
        text = words.lines(head, late, empty, beside.said, beside.more)
        return Message(spoken(text), tuple(blocks))
    told = [_total(report, words), *_groups(report, words)]
    small = words.lines(*notes(report, words), words.say("digest.note"))
    text = words.lines(head, late, beside.said, *told, beside.more, small)
    blocks = [header(_heading(report, words)), *small_print, *beside.advice]
    blocks += [divider()] if beside.advice else []
    blocks += [section(one) for one in (*told, beside.more) if one]
    return Message(spoken(text), (*blocks, context(small)))


def whole_report(words: Words, *, link: str = "", by_command: bool = False) -> Safe:
    """Say how to come to the whole report: by a link, by a manager's command, or as a file."""
    if link:
        return words.say("digest.whole", url=Safe(link))
    return words.say("digest.ask_whole" if by_command else "digest.whole_file")


def _heading(report: Report, words: Words) -> Safe:
    return headline(report, words.plain, bold=False)


def headline(report: Report, words: Words, *, bold: bool = True) -> Safe:
    """Give the first line: the profit against the period before."""
    total, before, currency = report.total, report.before, report.currency
    period = period_of(report, words)
    if report.empty:
        key, given = "digest.quiet", {}
    else:
        key = "digest.headline"
        given = {
            "profit": minor_said(total.profit.value, words, currency),
            "leads": words.say("digest.from_leads", n=total.leads),
        }
        if before is not None and not before.empty:
            key = f"digest.headline_{_length(report)}"
            given["before"] = minor_said(before.total.profit.value, words, currency)
    said = words.say(key, period=period, **given)
    return words.say("digest.bold", what=said) if bold else said


def period_of(report: Report, words: Words) -> Safe:
    """Name a period, a week by its number, with the campaign where it is one's."""
    first, last = report.since, ends(report, words)
    if _length(report) == "week":
        number = (report.days[0] + MIDWEEK).isocalendar().week
        named = words.say("digest.week", number=number)
    elif report.days[0] == report.days[1]:
        named = last
    else:
        named = words.say("digest.span", since=words.day(first), until=last)
    name = report.only.campaign
    return named if name is None else words.say("digest.of_campaign", name=name, period=named)


def _length(report: Report) -> str:
    """Say what a period is called: a week, one that is still running, any other."""
    first, last = report.days
    is_week = (last - first).days + 1 == WEEK and first.weekday() in FIRST_DAYS
    return "running" if report.running else "week" if is_week else "before"


def _before(report: Report, words: Words) -> list[Safe]:
    before = report.before
    if before is None or before.empty:
        return []
    profit = minor_said(before.total.profit.value, words, report.currency)
    leads = words.say("digest.leads", n=before.total.leads)
    return [words.say("digest.empty_before", leads=leads, profit=profit)]


def _late(beside: Beside, words: Words) -> Safe:
    if beside.late is None:
        return Safe("")
    return words.say("digest.late", when=words.standing(beside.late))


def _total(report: Report, words: Words) -> Safe:
    span = words.say("digest.title", since=words.day(report.since), until=ends(report, words))
    closed = closed_said(report.total, words)
    lines = figure_lines(report.total, words, report.currency)
    return words.lines(words.say("digest.bold", what=span), *lines, closed)


def _groups(report: Report, words: Words) -> list[Safe]:
    """Give the figures in paragraphs, each under its name; none that would be empty."""
    parts = (
        ("campaigns", campaigns(report, words) if report.only.campaign is None else []),
        ("work", work(report, words)),
        ("unusual", unusual_said(report, words)),
    )
    return [
        words.lines(words.say(f"digest.head_{name}"), *lines) for name, lines in parts if any(lines)
    ]
