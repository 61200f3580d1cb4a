"""What `app.py simulate` tells on the terminal: a playbook tried on a simulated team (L6.8)."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.present_playbook import load_playbook
from bot.settings import Settings
from bot.texts import Words
from handlers import simulation_report
from rules.playbook import Playbook

Weeks = Annotated[int, typer.Option(min=1, max=52, help="Measured, after four to begin with.")]
Seeds = Annotated[int, typer.Option(min=2, max=1000, help="How many times the dice are thrown.")]
Load = Annotated[float, typer.Option(min=0.1, max=5, help="Times as many leads.")]
Scenario = Annotated[str, typer.Option(help="A lead's age matters: none, shrunk or published.")]


def commands(settings: Callable[[], Settings]) -> typer.Typer:
    """Make `app.py simulate`; `settings` are read for the language and the playbook's file."""
    cli = typer.Typer()

    @cli.command("simulate")
    def simulate(
        *,
        weeks: Weeks = 8,
        seeds: Seeds = 20,
        scenario: Scenario = "shrunk",
        load: Load = 1.0,
        playbook: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
        report: Annotated[
            Path | None, typer.Option(help="Write every table into this Markdown file.")
        ] = None,
    ) -> None:
        """Try the playbook on a simulated call centre, beside others and the best there can be."""
        if scenario not in simulation_report.SCENARIOS:
            raise typer.BadParameter(f"must be one of {', '.join(simulation_report.SCENARIOS)}")
        found = settings()
        if playbook:
            found = replace(found, playbook_file=str(playbook))
        if report:
            _write(report, weeks=weeks, seeds=seeds)
            return
        words = Words(found.locale, found.zone, mrkdwn=False)
        tell(load_playbook(found), words, weeks=weeks, seeds=seeds, scenario=scenario, load=load)

    return cli


def tell(
    playbook: Playbook, words: Words, *, weeks: int, seeds: int, scenario: str, load: float
) -> None:
    """Print how a playbook does beside the baselines, on the same seeds (L6.8)."""
    with _bar() as bar:
        total = seeds * simulation_report.POLICY_RUNS
        task = bar.add_task(words.say("simulation.running"), total=total)
        head, *rows = simulation_report.policies(
            playbook,
            words,
            weeks=weeks,
            seeds=seeds,
            scenario=scenario,
            load=load,
            step=lambda: bar.advance(task),
        )
    title = simulation_report.title(words, weeks=weeks, seeds=seeds, scenario=scenario, load=load)
    table = Table(*head, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    Console(soft_wrap=True).print(table)


def _write(file: Path, *, weeks: int, seeds: int) -> None:
    with _bar() as bar:
        task = bar.add_task(file.name, total=simulation_report.runs(seeds))
        simulation_report.write(file, weeks=weeks, seeds=seeds, step=lambda: bar.advance(task))


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True)
