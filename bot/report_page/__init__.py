"""The report as one page: every figure in tables, pictures, and what each means (L6).

It needs nothing from anywhere else, so it opens offline, prints, and is sent as one file.
"""

import base64
from dataclasses import dataclass
from datetime import datetime

from bot import pictures
from bot.html import html, report_policy, report_script, report_style
from bot.pictures.picture import Picture
from bot.pictures.says import period_of
from bot.report_page import calls, facts, leads, lines
from bot.report_page.cells import Writer
from bot.texts import Words
from bot.views.figures import notes
from rules.report import Only, Report


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a page holds it."""

    url: str
    alt: str


def report_html(report: Report, words: Words, *, name: str, made: datetime) -> str:
    """Give the page of a report (L6): of the team `name`, `made` at this moment (UTC); slow."""
    words = words.plain
    writer = Writer(words, report.currency)
    sections = (lines, leads, calls)
    tables = [one for part in sections for one in part.tables(report, writer) if one.rows]
    return html(
        "report.html.j2",
        words,
        title=words.say("report.title", period=period_of(report, words)),
        sender=name,
        only=_only(report.only, report, words),
        made=words.say("report.made", when=words.in_full(made)),
        empty=words.say("digest.empty").replace("`", "") if report.empty else "",
        facts=facts.facts(report, writer),
        missing=[one.replace("`", "") for one in notes(report, words)],
        pictures=[_shown(one) for one in pictures.of_report(report, words)],
        tables=tables,
        meanings=facts.meanings(report, writer),
        style=report_style(),
        script=report_script(),
        policy=report_policy(),
    )


def _only(only: Only, report: Report, words: Words) -> str:
    if only.campaign is not None:
        return words.say(
            "report.only_campaign", name=only.campaign or words.say("digest.no_campaign")
        )
    if only.rep is None:
        return ""
    named = next((one.name for one in report.reps if one.rep == only.rep and one.name), only.rep)
    return words.say("report.only_rep", name=named)


def _shown(one: Picture) -> Shown:
    return Shown(f"data:image/png;base64,{base64.b64encode(one.png).decode()}", one.alt)
