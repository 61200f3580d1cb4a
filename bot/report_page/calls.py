"""The report's tables of calls: who answers, talk and its cost, what each rep did (L6.1, L6.6)."""

from dataclasses import replace

from babel import Locale

from bot.pictures.says import day_name, week
from bot.report_page.cells import NOTHING, Cell, Table, Writer
from bot.texts import Words
from rules.report import Report
from rules.report_calls import RepFigures, TalkLine, WeekHour

TALK = ("calls", "talked", "talk_time", "talk_cost", "sales", "per_sale")
REPS = ("reps", "given", "answered", "talk_time", "first_call", "sales", "revenue", "best_hour")


def tables(report: Report, writer: Writer) -> list[Table]:
    """Give who answers by kind, place and hour of the week; talk by campaign and place; reps."""
    words, told = writer.words, report.answering
    kinds = [(writer.name("", f"kind.{kind}"), writer.share(one)) for kind, one in told.kinds]
    places = [
        (
            _country(one.country, words),
            Cell(one.region, one.region.casefold()),
            writer.share(one.calls),
        )
        for one in (*told.countries, *told.regions)
    ]
    by_campaign = [
        _talk(one, writer.name(one.name, "digest.no_campaign"), writer)
        for one in report.talk.campaigns
    ]
    by_country = [_talk(one, _country(one.name, words), writer) for one in report.talk.countries]
    return [
        writer.table("kinds", ("kinds", "answered"), kinds),
        writer.table("places", ("countries", "regions", "answered"), places),
        _hours(report, writer),
        writer.table("talk_campaigns", ("campaigns", *TALK), by_campaign),
        writer.table("talk_countries", ("countries", *TALK), by_country),
        writer.table("reps", REPS, [_rep(one, writer) for one in report.reps]),
    ]


def _country(code: str, words: Words) -> Cell:
    name = str(Locale.parse(words.locale).territories.get(code, code))
    return Cell(name or words.say("report.unknown_place"), name.casefold())


def _hours(report: Report, writer: Writer) -> Table:
    """Give the hours of the week as rows, its days beside each other."""
    found = {(one.weekday, one.hour): one for one in report.answering.hours}
    days, hours = week(writer.words), sorted({hour for _, hour in found})
    rows = [
        (
            Cell(f"{hour:02}:00", str(hour)),
            *(_answered(found.get((day, hour)), writer) for day in days),
        )
        for hour in hours
    ]
    made = writer.table("hours", ("hours",), rows)
    names = tuple(day_name(day, writer.words) for day in days)
    return replace(made, heads=(*made.heads, *names))


def _answered(one: WeekHour | None, writer: Writer) -> Cell:
    if one is None or not one.calls.of:
        return NOTHING
    rate = writer.words.percent(one.rate)
    said = writer.words.say("report.hour_of", rate=rate, n=one.calls.of)
    return Cell(said, f"{one.rate:.6f}", one.calls.small)


def _talk(one: TalkLine, name: Cell, writer: Writer) -> tuple[Cell, ...]:
    return (
        name,
        writer.count(one.calls),
        writer.count(one.talked),
        writer.span(one.seconds, small=one.small),
        writer.amount(one.cost),
        writer.count(one.sales),
        writer.span(one.per_sale, small=one.small),
    )


def _rep(one: RepFigures, writer: Writer) -> tuple[Cell, ...]:
    best = one.best_hour
    return (
        writer.name(one.name, "fairness.gone"),
        writer.count(one.given),
        writer.share(one.calls),
        writer.span(one.talk_seconds),
        writer.median(one.response),
        writer.count(one.sales),
        writer.amount(one.revenue),
        NOTHING if best is None else Cell(f"{best.hour:02}:00", str(best.hour)),
    )
