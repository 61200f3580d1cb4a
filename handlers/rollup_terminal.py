"""What `app.py rollup` tells on the terminal: how far calls are summed; or sums them anew (L6)."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot import rollups
from bot.desk import Desk
from bot.imports import BREATH
from bot.views.rollups import compared, stands
from handlers.terminal import words_of


def commands(opened: Callable[[], AbstractContextManager[Desk]]) -> typer.Typer:
    """Make `app.py rollup`; `opened` gives the desk that it is about."""
    cli = typer.Typer()

    @cli.command("rollup")
    def rollup(
        *,
        rebuild: Annotated[bool, typer.Option(help="Sum all anew, and compare.")] = False,
    ) -> None:
        """Say how far calls are summed by the hour, for the digest; exit 1 where sums are wrong."""
        with opened() as desk:
            if not (tell_rebuilt(desk, Console(stderr=True)) if rebuild else tell_standing(desk)):
                raise typer.Exit(1)

    return cli


def tell_standing(desk: Desk) -> bool:
    """Print how far the sums have come, and what waits to be summed anew."""
    typer.echo(stands(rollups.standing(desk), words_of(desk)))
    return True


def tell_rebuilt(desk: Desk, console: Console) -> bool:
    """Sum everything anew under a progress bar, compare, and print what was found; tells if equal.

    The bot may run meanwhile.
    """
    words = words_of(desk)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task(words.say("rollup.summing"), total=rollups.count(desk) or None)
        for calls in rollups.rebuild(desk):
            bar.advance(task, calls)
            time.sleep(BREATH)  # lets the running bot write to the database
    found = rollups.compare(desk)
    typer.echo(compared(found, words), err=bool(found.unequal))
    return not found.unequal
