"""What is brought in on the terminal: a file of leads, and a mail that is only looked at."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot import mail_leads
from bot.desk import Desk
from bot.views import mail_leads as views
from handlers.imports import Options, import_file
from handlers.terminal import words_of
from rules.refusals import Refused

Opened = Callable[[], AbstractContextManager[Desk]]


def commands(opened: Opened) -> typer.Typer:
    """Make `app.py import` and `app.py mail`; `opened` gives the desk that they are about."""
    cli = typer.Typer()
    _import(cli, opened)

    @cli.command("mail")
    def mail(
        file: Path,
        *,
        source: Annotated[str, typer.Option(help="Read it as a lead of this source.")] = "",
    ) -> None:
        """Say what would become of a mail in a file; nothing is stored."""
        with opened() as desk:
            if not file.is_file():
                raise Refused("import.no_file", file=str(file))
            tell_mail(desk, file.read_bytes(), source=source)

    return cli


def _import(cli: typer.Typer, opened: Opened) -> None:
    @cli.command("import")
    def import_leads(
        file: Path,
        *,
        campaign: str = "",
        vendor: str = "",
        kind: Annotated[str | None, typer.Option(help="cold, warm, incoming or referral")] = None,
        cost: Annotated[str, typer.Option(help="what one lead cost, such as 12.50")] = "",
        mapping: Annotated[list[str] | None, typer.Option("--map", help="Column=field")] = None,
        dry_run: Annotated[bool, typer.Option(help="Do all of it and keep nothing.")] = False,
        post: Annotated[bool, typer.Option(help="Post each lead's card.")] = False,
        rejects: Annotated[Path | None, typer.Option(help="Write rejected rows here.")] = None,
        sheet: Annotated[str, typer.Option(help="Of a workbook; else the first with rows.")] = "",
    ) -> None:
        """Import leads from a CSV, TSV or XLSX file; they fill the queues with one summary post."""
        mapped = tuple(mapping or ())
        options = Options(campaign, vendor, kind, cost, mapped, post, dry_run, rejects, sheet)
        with opened() as desk:
            typer.echo(import_file(desk, file, options, Console(stderr=True)))


def tell_mail(desk: Desk, raw: bytes, *, source: str) -> None:
    """Print what would become of a mail: of which source it is, what it says, how that ends."""
    typer.echo(views.looked(mail_leads.look(desk, raw, source=source), words_of(desk)))
