"""The report's tables of campaigns and banners, and of what leads earn in time (L6.3, L6.5)."""

from collections.abc import Sequence
from dataclasses import replace

from bot.pictures.says import month
from bot.report_page.cells import NOTHING, Cell, Table, Writer
from rules.report import Line, Report
from rules.report_leads import MonthCohort

MONEY = (
    *("leads", "profit", "sure", "back", "revenue", "lead_cost"),
    *("talk_cost", "message_cost", "later", "lifetime"),
)
CLOSING = ("conversion", "young", "same_mix", "sales", "refunds", "answered", "first_call", "nine")
STEP_DAYS, STEPS = 30, (1, 2, 3, 6, 12)


def tables(report: Report, writer: Writer) -> list[Table]:
    """Give what each campaign earned, how its leads closed, its banners, and the cohorts."""
    found = []
    for key, lines in (("campaigns", report.campaigns), ("banners", report.banners)):
        money = [(_name(one, writer), *_money(one, writer)) for one in lines]
        closed = [(_name(one, writer), *_closing(one, writer)) for one in lines]
        found.append(writer.table(f"{key}_money", (key, *MONEY), money))
        found.append(writer.table(f"{key}_closing", (key, *CLOSING), closed))
    return [*found, _cohorts(report.cohorts, writer)]


def _name(one: Line, writer: Writer) -> Cell:
    text = one.campaign if one.banner is None else f"{one.campaign} · {one.banner}"
    return writer.name(text, "digest.no_campaign")


def _money(one: Line, writer: Writer) -> tuple[Cell, ...]:
    profit, worth = one.profit, one.lifetime
    earned = writer.minor(profit.value)
    per_lead = worth.per_lead.value if worth.per_lead else None
    told = writer.minor(per_lead)
    return (
        writer.count(one.leads),
        Cell(earned.text, earned.order, one.small),
        NOTHING if one.small else writer.interval(profit.low, profit.high),
        replace(writer.times(one.return_on_spend), small=one.small),
        writer.amount(one.revenue),
        writer.amount(one.lead_cost),
        writer.amount(one.talk_cost),
        writer.amount(one.message_cost),
        writer.amount(one.later),
        Cell(told.text, told.order, worth.small),
    )


def _closing(one: Line, writer: Writer) -> tuple[Cell, ...]:
    return (
        writer.share(one.conversion),
        writer.count(one.young),
        writer.part(one.adjusted),
        writer.count(one.sales),
        writer.count(one.refunds),
        writer.share(one.calls),
        writer.median(one.response),
        writer.span(one.response.p90, small=one.response.small),
    )


def _cohorts(cohorts: Sequence[MonthCohort], writer: Writer) -> Table:
    longest = max((len(one.curve) for one in cohorts), default=0)
    steps = [one for one in STEPS if one <= longest]
    rows = [
        (
            Cell(month(one.month, writer.words), one.month.isoformat()),
            writer.name(one.campaign or "", "report.all"),
            writer.count(one.leads),
            *(_earned(one, step, writer) for step in steps),
        )
        for one in cohorts
    ]
    ages = tuple(writer.words.duration(step * STEP_DAYS * 86400) for step in steps)
    made = writer.table("cohorts", ("month", "campaigns", "leads"), rows)
    return replace(made, heads=(*made.heads, *ages))


def _earned(one: MonthCohort, step: int, writer: Writer) -> Cell:
    if step > len(one.curve):
        return NOTHING
    made = writer.minor(one.curve[step - 1])
    return Cell(made.text, made.order, one.small)
