"""The report's tables of leads: response, closing, stages, messages (L6.2, L6.4)."""

from dataclasses import replace

from bot.pictures.response import name_of
from bot.report_page.cells import NOTHING, Cell, Table, Writer
from rules.report import Report
from rules.report_leads import Bucket, ClosedBy, Closing, StageFigures
from rules.report_rest import MessageFigures
from rules.words import Stage

_STAGES = tuple(Stage)
MESSAGES = (
    *("channel", "sent", "delivered", "failed", "wrote", "came_back", "opted_out"),
    *("sales", "message_cost"),
)


def tables(report: Report, writer: Writer) -> list[Table]:
    """Give sales by response, how soon leads close, where they stand, what messages brought."""
    standing = sum(one.standing for one in report.stages)
    return [
        writer.table("response", ("first_call", "bought", "same_mix"), _response(report, writer)),
        _closing(report, writer),
        writer.table(
            "stages",
            ("stage", "standing", "of_all", "entered", "stayed"),
            [_stage(one, standing, writer) for one in report.stages if one.standing or one.entered],
        ),
        writer.table("messages", MESSAGES, [_message(one, writer) for one in report.messages]),
    ]


def _response(report: Report, writer: Writer) -> list[tuple[Cell, ...]]:
    words, found, since = writer.words, report.response, 0
    rows: list[tuple[Cell, ...]] = []
    for one in found.curve:
        name = Cell(name_of(one, since, words), str(since))
        if one.closed.of:
            rows.append((name, writer.share(one.closed), writer.part(one.adjusted)))
        since = one.within or since
    never = Bucket(None, found.never)
    if never.closed.of:
        rows.append((Cell(words.say("picture.never")), writer.share(never.closed), NOTHING))
    return rows


def _closing(report: Report, writer: Writer) -> Table:
    days = [one.days for one in report.closing[0].within] if report.closing else []
    rows = [_closes(one, writer) for one in report.closing if one.leads]
    made = writer.table("closing", ("campaigns", "leads", "closed", "half", "took"), rows)
    heads = tuple(writer.words.say("report.closed_by", n=one) for one in days)
    return replace(made, heads=(*made.heads, *heads))


def _closes(one: Closing, writer: Writer) -> tuple[Cell, ...]:
    first = (
        writer.name(one.campaign, "digest.no_campaign")
        if one.campaign is not None
        else writer.name("", "report.all")
    )
    return (
        first,
        writer.count(one.leads),
        writer.count(one.closed),
        writer.span(one.median),
        writer.median(one.took),
        *(_by(each, writer) for each in one.within),
    )


def _by(one: ClosedBy, writer: Writer) -> Cell:
    if one.part is None:
        return NOTHING
    said = writer.words.percent(one.part)
    if one.low is not None and one.high is not None:
        said = writer.words.lines(said, writer.between(one.low, one.high))
    return Cell(said, f"{one.part:.6f}")


def _stage(one: StageFigures, total: int, writer: Writer) -> tuple[Cell, ...]:
    return (
        Cell(writer.words.say(f"stage.{one.stage}"), str(_STAGES.index(one.stage))),
        writer.count(one.standing),
        writer.part(one.standing / total if total else None),
        writer.count(one.entered),
        writer.median(one.took),
    )


def _message(one: MessageFigures, writer: Writer) -> tuple[Cell, ...]:
    channel = writer.words.say(f"channel.{one.channel}")
    kind = writer.words.say(f"report.layer_{one.layer or 'all'}")
    return (
        writer.name(writer.words.join(channel, kind), "report.layer_all"),
        writer.count(one.sent),
        writer.share(one.delivered),
        writer.share(one.failed),
        writer.share(one.answered),
        writer.share(one.came_back),
        writer.share(one.opted_out),
        writer.count(one.sales),
        writer.amount(one.cost),
    )
