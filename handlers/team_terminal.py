"""What `app.py team` tells on the terminal: who takes leads, and what became of a team file."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from bot import team
from bot.desk import Desk
from bot.roster import Loaded, load_team
from bot.texts import Safe
from handlers.terminal import words_of
from rules.refusals import Refused
from rules.team import Rep


def commands(opened: Callable[[], AbstractContextManager[Desk]]) -> typer.Typer:
    """Make the commands of `app.py team`; `opened` gives the desk that they are about."""
    cli = typer.Typer(help="The team: who takes leads.", no_args_is_help=True)

    @cli.command("load")
    def load(
        file: Path,
        *,
        replace: Annotated[bool, typer.Option(help="Pause whom it leaves out.")] = False,
    ) -> None:
        """Add and change reps from a team file, also while the bot runs."""
        with opened() as desk:
            if not file.is_file():
                raise Refused("import.no_file", file=str(file))
            tell_loaded(desk, load_team(desk, file.read_bytes(), replace=replace))

    @cli.command("list")
    def show() -> None:
        """Show the team."""
        with opened() as desk:
            tell_team(desk)

    return cli


def tell_loaded(desk: Desk, done: Loaded) -> None:
    """Print what became of a team file, and what of it stays as it was changed in Slack (C3)."""
    words = words_of(desk)
    counts = {"added": done.added, "changed": done.changed, "paused": done.paused}
    typer.echo(words.say("team.loaded", **counts))
    for name, fields in done.left.items():
        told = [words.say(f"team_edit.field_{field}") for field in fields]
        typer.echo(words.say("team.stays", name=name, fields=Safe(", ".join(told))))


def tell_team(desk: Desk) -> None:
    """Print the team, a line a member with hours in the member's own zone; or how to make one."""
    members = team.whole_team(desk)
    if not members:
        typer.echo(words_of(desk).say("team.nobody"))
    for rep in members:
        typer.echo(_line(desk, rep))


def _line(desk: Desk, rep: Rep) -> Safe:
    words = words_of(desk)
    said = {"role": words.say(f"team_edit.role_{rep.role}"), "zone": rep.timezone}
    said |= {"state": words.say(f"team_edit.is_{rep.state}")}
    hours = rep.hours or words.say("team_edit.always")
    return words.say("team.member", id=rep.slack_id, name=rep.name, hours=hours, **said)
