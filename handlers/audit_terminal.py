"""What `app.py audit` tells on the terminal: whether it holds, and who did what (C5)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot import audit
from bot.audit import LISTED
from bot.desk import Desk
from bot.views import audit as views
from handlers.terminal import words_of
from rules.audit import Head, read_head
from rules.refusals import Refused


def commands(opened: Callable[[], AbstractContextManager[Desk]]) -> typer.Typer:
    """Make the commands of `app.py audit`; `opened` gives the desk that they are about."""
    cli = typer.Typer(help="The audit: who did what, when, from where.", no_args_is_help=True)

    @cli.command("verify")
    def verify(
        since: Annotated[str, typer.Option(help="COUNT:DIGEST, as it was noted before.")] = "",
    ) -> None:
        """Say whether the audit still is what was written; exit 1 names the first broken line."""
        head = read_head(since)
        with opened() as desk:
            if since and not head:
                raise Refused("terminal.head")
            if not tell_verified(desk, head):
                raise typer.Exit(1)

    @cli.command("show")
    def show(
        number: Annotated[int, typer.Argument(min=0, help="A lead, as by --lead.")] = 0,
        *,
        lead: Annotated[int, typer.Option(min=0, help="What was done with this lead alone.")] = 0,
        since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
        limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = LISTED,
    ) -> None:
        """Show who did what with a lead, or with everything, the oldest first."""
        with opened() as desk:
            tell_acts(desk, lead or number, since=since, most=limit)

    return cli


def tell_verified(desk: Desk, since: Head | None) -> bool:
    """Print whether the audit holds, to standard error where not; tell whether it does (C5)."""
    found = audit.verify(desk, since)
    typer.echo(views.verified(found, words_of(desk)), err=not found.holds)
    return found.holds


def tell_acts(desk: Desk, lead_id: int, *, since: datetime | None, most: int) -> None:
    """Print what was done with a lead (0: with everything), a line for each act (C5).

    `since` is a day in the team's zone.
    """
    start = since.replace(tzinfo=desk.settings.zone).astimezone(UTC) if since else None
    found = audit.listed(desk, lead_id, since=start, most=most)
    typer.echo(views.listed(found, words_of(desk)))
