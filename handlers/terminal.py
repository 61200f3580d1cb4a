"""What commands tell on the terminal, in the language of the settings."""

from collections.abc import Sequence

import typer

from bot.desk import Desk
from bot.doctor import Finding
from bot.texts import Words

RUNBOOK = "note    runbook: what to do about each stands in docs/runbook.md"
_SIGNS = {True: "ok     ", False: "MISSING", None: "note   "}


def words_of(desk: Desk) -> Words:
    """Give the words for a terminal: without Slack's marks and escapes."""
    return Words(desk.settings.locale, desk.settings.zone, mrkdwn=False)


def bare(text: str) -> str:
    """Take Slack's bold out of a text."""
    return text.replace("*", "")


def tell_findings(findings: Sequence[Finding]) -> bool:
    """Print what the doctor found, a line each; tell whether the bot could work.

    Where anything is amiss the last line names the page that says what to do.
    """
    for found in findings:
        typer.echo(f"{_SIGNS[found.good]} {found.what}: {found.text}")
    if any(found.good is not True for found in findings):
        typer.echo(RUNBOOK)
    return all(found.good is not False for found in findings)
