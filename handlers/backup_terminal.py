"""`app.py backup` and `app.py restore`: the database kept safe, tried, and put back (C5)."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from bot import backups
from bot.settings import Settings
from bot.texts import Words
from bot.views import backups as views

Told = Callable[[str, float], None]


def commands(read: Callable[[], Settings]) -> typer.Typer:
    """Make `app.py backup` and `app.py restore`; `read` gives the settings that they are about."""
    cli = typer.Typer()

    @cli.command("backup")
    def backup() -> None:
        """Back the database up into BACKUP_DIR, and prove that it can be restored."""
        end_tidily()
        settings = read()
        words = words_of(settings)
        with bar(words) as tell:
            made = backups.take_and_note(settings, at=datetime.now(UTC), progress=tell)
        typer.echo(views.made(made, words, sealed=bool(settings.backup_key)))

    _restore(cli, read)
    return cli


def _restore(cli: typer.Typer, read: Callable[[], Settings]) -> None:
    @cli.command("restore")
    def restore(
        file: Path,
        *,
        yes: Annotated[bool, typer.Option(help="Replace the database; it is kept.")] = False,
        verify: Annotated[bool, typer.Option(help="Only prove that it can be restored.")] = False,
    ) -> None:
        """Put a backup in the place of the database, while no bot runs on it."""
        end_tidily()
        settings = read()
        words = words_of(settings)
        with bar(words) as tell:
            if verify:
                said = views.verified(backups.verify(settings, file, progress=tell), words)
            else:
                now = datetime.now(UTC)
                done = backups.restore(settings, file, yes=yes, at=now, progress=tell)
                said = views.restored(done, words)
        typer.echo(said)


def words_of(settings: Settings) -> Words:
    """Give the words for a terminal of settings that need no desk."""
    return Words(settings.locale, settings.zone, mrkdwn=False)


def end_tidily() -> None:
    """Let SIGTERM end a command as Ctrl-C does: no half file with people's data stays behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


@contextmanager
def bar(words: Words) -> Iterator[Told]:
    """Show how far each step is; `tell` takes the step's name and the share that is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    console = Console(stderr=True)
    quiet = not console.is_terminal
    with Progress(
        *columns, TimeRemainingColumn(), console=console, transient=True, disable=quiet
    ) as bar:
        task, steps = bar.add_task("", total=1.0), [""]

        def tell(step: str, share: float) -> None:
            if step != steps[-1]:
                steps.append(step)
                bar.reset(task, total=1.0, description=words.say(f"backup.step_{step}"))
            bar.update(task, completed=share)

        yield tell
