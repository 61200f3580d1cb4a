"""`app.py export` and `app.py erase`: all that is held on one person, and its end (C5)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import typer

from bot import erasing, exporting
from bot.desk import Desk
from bot.views import person as views
from handlers.terminal import bare, words_of

Lead = Annotated[int, typer.Argument(min=1, help="The lead's number.")]


def commands(opened: Callable[[], AbstractContextManager[Desk]]) -> typer.Typer:
    """Make the two commands; `opened` gives the desk that they are about."""
    cli = typer.Typer()

    @cli.command("export")
    def export(lead: Lead) -> None:
        """Print everything that is held on one person, as JSON."""
        with opened() as desk:
            tell_held(desk, lead)

    @cli.command("erase")
    def erase(
        lead: Lead,
        *,
        yes: Annotated[bool, typer.Option(help="Do not ask.")] = False,
    ) -> None:
        """Erase a person everywhere, for good; what they cost and bought stays, without them."""
        with opened() as desk:
            if not yes:
                typer.confirm(views.question(lead, words_of(desk)), abort=True)
            tell_erased(desk, lead)

    return cli


def tell_held(desk: Desk, lead_id: int) -> None:
    """Print what is held on a lead's person."""
    typer.echo(exporting.to_save(desk, lead_id).content, nl=False)


def tell_erased(desk: Desk, lead_id: int) -> None:
    """Erase a lead's person, write the database's file anew, and print what is left to do."""
    done = erasing.erase(desk, lead_id, by="")
    scrubbed = erasing.scrub(desk)
    said = views.erased(done.ids, done.posts, done.aside, done.linked, words_of(desk))
    typer.echo(bare(said.text))
    if not scrubbed:
        typer.echo(words_of(desk).say("person.later"))
