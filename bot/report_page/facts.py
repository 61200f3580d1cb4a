"""The report's few figures that are read first, and what every figure means in words (L6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.report_page.cells import Cell, Writer
from bot.texts import Safe
from rules.report import Report

TERMS = (
    *("profit", "conversion", "owned", "answered", "first_call", "closing", "lifetime"),
    *("same_mix", "sure", "small", "zone"),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure by its name, with what it was in the period before."""

    name: str
    text: str
    before: str = ""


_FACTS: dict[str, Callable[[Report, Writer], Cell]] = {
    "profit": lambda report, writer: writer.minor(report.total.profit.value),
    "sure": lambda report, writer: writer.interval(
        report.total.profit.low, report.total.profit.high
    ),
    "leads": lambda report, writer: writer.count(report.total.leads),
    "sales": lambda report, writer: writer.count(report.total.sales),
    "refunds": lambda report, writer: writer.count(report.total.refunds),
    "revenue": lambda report, writer: writer.amount(report.total.revenue),
    "lead_cost": lambda report, writer: writer.amount(report.total.lead_cost),
    "back": lambda report, writer: writer.times(report.total.return_on_spend),
    "conversion": lambda report, writer: writer.share(report.total.conversion),
    "young": lambda report, writer: writer.count(report.total.young),
    "answered": lambda report, writer: writer.share(report.total.calls),
    "reached": lambda report, writer: writer.share(report.answering.leads),
    "first_call": lambda report, writer: writer.median(report.response.took),
    "nine": lambda report, writer: writer.span(report.response.took.p90),
    "waiting": lambda report, writer: writer.count(report.response.waiting),
    "talk_time": lambda report, writer: writer.span(report.talk.total.seconds),
    "talk_cost": lambda report, writer: writer.amount(report.total.talk_cost),
    "kept": lambda report, writer: writer.share(report.followups.kept),
    "missed": lambda report, writer: writer.share(report.followups.missed),
    "listed": lambda report, writer: writer.share(report.mailing.returned),
    "claims": lambda report, writer: writer.count(report.claims.sent),
    "credit": lambda report, writer: writer.amount(report.claims.credit),
}


def facts(report: Report, writer: Writer) -> list[Fact]:
    """Give each figure of all that has anything to say, and what it was before."""
    found, earlier = [], report.before
    for key, write in _FACTS.items():
        cell = write(report, writer)
        if not cell.text:
            continue
        # The cohorts of two periods are almost the same leads: they aren't compared.
        was = write(earlier, writer).text if earlier and key not in {"conversion", "young"} else ""
        before = writer.words.say("report.before", text=Safe(was)) if was else ""
        found.append(Fact(writer.words.say(f"report.head_{key}"), cell.text, before))
    return found


def meanings(report: Report, writer: Writer) -> list[tuple[str, str]]:
    """Say what each figure means, with the days and the samples that it rests on."""
    window, words = report.window, writer.words
    filled = {
        "since": words.day(window.since),
        "judged": words.day(window.judged_until - timedelta(seconds=1)),
        "mature": window.mature_days,
        "attribution": window.attribution_days,
        "horizon": window.horizon_days,
        "leads": report.least_leads,
        "calls": report.least_calls,
        "zone": words.zone.key,
    }
    return [
        (words.say(f"report.term_{key}"), words.say(f"report.means_{key}", **filled))
        for key in TERMS
    ]
