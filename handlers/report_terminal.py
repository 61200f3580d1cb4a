"""What is asked of the desk on the terminal: who would get a lead, the digest, shares, claims."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import claim_files, digests, fairness, figures, pictures, refund_lists, trial
from bot.desk import Desk
from bot.refund_marks import Batch
from bot.shared_reports import report_file
from bot.views import fairness as fairness_views
from bot.views import refunds as refund_views
from bot.views import routing as routing_views
from handlers.digests import said_of
from handlers.terminal import bare, words_of
from rules.refusals import Refused

Opened = Callable[[], AbstractContextManager[Desk]]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


def commands(opened: Opened) -> typer.Typer:
    """Make `app.py route`, `digest`, `fairness` and `refunds`; `opened` gives the desk."""
    cli = typer.Typer()
    _route(cli, opened)
    _digest(cli, opened)

    @cli.command("fairness")
    def share(
        picture: Annotated[
            Path | None, typer.Option(help="Write a chart to this PNG file.")
        ] = None,
    ) -> None:
        """Show who was given how many leads in the last four weeks, by rule and otherwise."""
        with opened() as desk:
            tell_fairness(desk, picture)

    @cli.command("refunds")
    def refunds(
        *,
        vendor: Annotated[str, typer.Option(help="Only this vendor's claims.")] = "",
        currency: Annotated[str, typer.Option(help="In which money; the team's own if none.")] = "",
        file: Annotated[Path | None, typer.Option(help="Write them to this .csv or .xlsx.")] = None,
    ) -> None:
        """Show what vendors owe for leads that nobody could reach, or write one's claim file."""
        with opened() as desk:
            tell_refunds(desk, vendor=vendor, currency=currency, file=file)

    return cli


def _route(cli: typer.Typer, opened: Opened) -> None:
    @cli.command("route")
    def route(
        *,
        lead: Annotated[int | None, typer.Option(help="One that is there, by its number.")] = None,
        kind: Annotated[str, typer.Option(help="cold, warm, incoming or referral")] = "",
        campaign: str = "",
        product: str = "",
        language: str = "",
        region: str = "",
        city: str = "",
        age: str = "",
        interests: Annotated[str, typer.Option(help="with commas")] = "",
        fields: Annotated[list[str] | None, typer.Option("--field", help="name=value")] = None,
    ) -> None:
        """Say who would get such a lead now, and why the others would not; nothing is stored."""
        said = {"kind": kind, "campaign": campaign, "product": product, "language": language}
        said |= {"region": region, "city": city, "age": age, "interests": interests}
        said |= dict(one.partition("=")[::2] for one in fields or ())
        with opened() as desk:
            tell_route(desk, lead, {name: one for name, one in said.items() if one})


def _digest(cli: typer.Typer, opened: Opened) -> None:
    @cli.command("digest")
    def show(
        *,
        since: Day = None,
        until: Day = None,
        campaign: Annotated[str, typer.Option(help="Only this campaign's figures.")] = "",
        rep: Annotated[str, typer.Option(help="Only this rep's: a name or a Slack id.")] = "",
        html: Annotated[Path | None, typer.Option(help="Write the whole report here.")] = None,
        post: Annotated[bool, typer.Option(help="Post it in the digest channel.")] = False,
    ) -> None:
        """Show the digest: the last whole week, or from a day up to another (not included)."""
        with opened() as desk:
            days = span_of(desk, since=since, until=until)
            if html:
                write_report(desk, days, html, campaign=campaign, rep=rep)
            elif post and not (campaign or rep):
                post_digest(desk, days)
            else:
                tell_digest(desk, days, campaign=campaign, rep=rep, post=post)


def tell_route(desk: Desk, lead_id: int | None, given: Mapping[str, str]) -> None:
    """Print who would get a lead that is there, or that is described, and why (C3)."""
    found = trial.try_fields(desk, given) if lead_id is None else trial.try_lead(desk, lead_id)
    typer.echo(routing_views.tried(found, words_of(desk)))


def tell_fairness(desk: Desk, picture: Path | None) -> None:
    """Print what each rep was given in four weeks; its chart is written to a file (C3)."""
    words = words_of(desk)
    found = fairness.four_weeks(desk)
    typer.echo(bare(fairness_views.fairness(found, words).text))
    chart = fairness_views.chart(found, words)
    if picture and not chart:
        typer.echo(words.say("fairness.no_chart"))
    elif picture and chart:
        picture.write_bytes(pictures.draw(chart))
        typer.echo(f"{picture}: {chart.alt}")


Days = tuple[datetime, datetime]


def span_of(desk: Desk, *, since: datetime | None, until: datetime | None) -> Days:
    """Give a period by the days of the team's zone: without them the last whole week.

    Raises Refused for an empty one.
    """
    first, last = figures.last_week(desk)
    zone = desk.settings.zone
    start = since.replace(tzinfo=zone) if since else first
    end = until.replace(tzinfo=zone) if until else (desk.clock() if since else last)
    if end <= start:
        raise Refused("terminal.period")
    return start, end


def post_digest(desk: Desk, days: Days) -> None:
    """Put a period's digest in line for the channel."""
    start, end = days
    asked = desk.clock().astimezone(UTC).isoformat()
    figures.post_digest(desk, since=start, until=end, asked=asked)
    typer.echo(words_of(desk).say("terminal.in_line"))


def write_report(desk: Desk, days: Days, file: Path, *, campaign: str, rep: str) -> None:
    """Write a period's report as a page that opens offline (L6); raises Refused."""
    found = digests.of_period(desk, days, campaign=campaign, rep=rep)
    words = words_of(desk)
    file.write_text(report_file(desk, found.report), "utf-8")
    typer.echo(words.say("terminal.report_written", file=str(file)))


def tell_digest(desk: Desk, days: Days, *, campaign: str, rep: str, post: bool) -> None:
    """Print a period's digest, or a campaign's or a rep's figures; raises Refused.

    Those are for managers, so none of them is posted.
    """
    if post:
        raise Refused("terminal.post_whole")
    words = words_of(desk)
    found = digests.of_period(desk, days, campaign=campaign, rep=rep)
    typer.echo(bare(said_of(found, words).text))


def tell_refunds(desk: Desk, *, vendor: str, currency: str, file: Path | None) -> None:
    """Print what vendors owe, or write a vendor's claim file (L5.5); raises Refused."""
    words = words_of(desk)
    if file is None:
        found = refund_lists.for_terminal(desk, vendor=vendor)
        typer.echo(bare(refund_views.overview(found, words).text))
        return
    batch = Batch(vendor, currency.upper() or desk.settings.currency)
    made = claim_files.to_save(desk, batch, file.suffix.lower().removeprefix("."), words)
    file.write_bytes(made.content)
    typer.echo(words.say("refunds.written", file=str(file), n=made.count))
