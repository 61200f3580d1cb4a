"""What commands tell on the terminal: findings, the team, the digest."""

from collections.abc import Sequence
from datetime import UTC, datetime

import typer

from bot import figures, team
from bot.desk import Desk
from bot.doctor import Finding
from bot.texts import Words
from bot.views.digest import digest

_SIGNS = {True: "ok     ", False: "MISSING", None: "note   "}


def tell_findings(findings: Sequence[Finding]) -> bool:
    """Print what the doctor found, a line each; tell whether the bot could work."""
    for found in findings:
        typer.echo(f"{_SIGNS[found.good]} {found.what}: {found.text}")
    return all(found.good is not False for found in findings)


def tell_team(desk: Desk) -> None:
    """Print the team, a line a member; or how to make one."""
    members = team.whole_team(desk)
    if not members:
        typer.echo("nobody yet: write team.toml and run `python app.py team load team.toml`")
    for rep in members:
        hours = rep.hours or "always"
        typer.echo(f"{rep.slack_id}  {rep.name}  {rep.role}  {rep.state}  {hours} {rep.timezone}")


def tell_digest(
    desk: Desk, *, since: datetime | None, until: datetime | None, post: bool
) -> bool:  # fmt: skip
    """Print a period's digest, or put it in line for the channel; False for an empty period.

    The days are in the team's zone; without them it is the last whole week.
    """
    first, last = figures.last_week(desk)
    zone, now = desk.settings.zone, desk.clock()
    start = since.replace(tzinfo=zone) if since else first
    end = until.replace(tzinfo=zone) if until else (now if since else last)
    if end <= start:
        return False
    if post:
        figures.post_digest(desk, since=start, until=end, asked=now.astimezone(UTC).isoformat())
        typer.echo("in line for the digest channel; the running bot posts it")
        return True
    words = Words(desk.settings.locale, zone, mrkdwn=False)
    found = figures.digest_of(desk, since=start, until=end)
    typer.echo(digest(found, words).text.replace("*", ""))
    return True
