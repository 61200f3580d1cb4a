"""What `app.py quarantine` tells on the terminal: what was set aside, and what is done about it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import typer

from bot import quarantine
from bot.desk import Desk
from bot.views import quarantine as views
from handlers.terminal import bare, words_of

Number = Annotated[int, typer.Argument(min=1, help="As `quarantine list` gives it.")]
Why = Annotated[str, typer.Option(help="Why it is no lead.")]


def commands(opened: Callable[[], AbstractContextManager[Desk]]) -> typer.Typer:
    """Make the commands of `app.py quarantine`; `opened` gives the desk that they are about."""
    cli = typer.Typer(help="What came in and could not be used.", no_args_is_help=True)

    @cli.command("list")
    def show_all(page: Annotated[int, typer.Option(min=1)] = 1) -> None:
        """List what is set aside, the newest first."""
        with opened() as desk:
            tell_all(desk, page=page)

    @cli.command("show")
    def show(number: Number) -> None:
        """Show the beginning of what came."""
        with opened() as desk:
            tell_one(desk, number)

    @cli.command("retry")
    def retry(number: Number) -> None:
        """Read it again, after its source's map or format was mended."""
        with opened() as desk:
            tell_retried(desk, number)

    @cli.command("dismiss")
    def dismiss(number: Number, why: Why = "") -> None:
        """Put it away; it stays kept, and the managers' board lists it no more."""
        with opened() as desk:
            tell_dismissed(desk, number, why=why)

    return cli


def tell_all(desk: Desk, *, page: int) -> None:
    """Print a page of what is set aside, a line each; the first is 1."""
    words, found = words_of(desk), quarantine.listed(desk, by="", number=page - 1)
    if not found.total:
        typer.echo(words.say("aside.none"))
    for one in found.items:
        typer.echo(views.told(one, words))
    if found.last:
        pages = {"page": found.number + 1, "of": found.last + 1, "n": found.total}
        typer.echo(words.say("aside.page", **pages))


def tell_one(desk: Desk, number: int) -> None:
    """Print one that is set aside, with the beginning of what came."""
    words, found = words_of(desk), quarantine.opened(desk, number, by="")
    typer.echo(views.told(found.aside, words))
    typer.echo(found.text or words.say("aside.nothing"))
    if found.more:
        typer.echo(words.say("aside.more", n=found.more))


def tell_retried(desk: Desk, number: int) -> None:
    """Read one again and print what came of it."""
    done = quarantine.retry(desk, number, by="")
    typer.echo(bare(views.settled(done, words_of(desk))))


def tell_dismissed(desk: Desk, number: int, *, why: str) -> None:
    """Put one away and say so."""
    quarantine.dismiss(desk, number, why=why, by="")
    typer.echo(words_of(desk).say("aside.put_away", id=number))
