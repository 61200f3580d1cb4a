"""What commands tell on the terminal: findings, the team, the digest."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot import (
    audit,
    claim_files,
    fairness,
    figures,
    mail_leads,
    pictures,
    refund_lists,
    team,
    trial,
)
from bot.desk import Desk
from bot.doctor import Finding
from bot.refund_marks import Batch
from bot.roster import Loaded
from bot.texts import Safe, Words
from bot.views import audit as audit_views
from bot.views import fairness as fairness_views
from bot.views import mail_leads as mail_views
from bot.views import refunds as refund_views
from bot.views import routing as routing_views
from bot.views.digest import digest
from rules.audit import Head

_SIGNS = {True: "ok     ", False: "MISSING", None: "note   "}


def tell_findings(findings: Sequence[Finding]) -> bool:
    """Print what the doctor found, a line each; tell whether the bot could work."""
    for found in findings:
        typer.echo(f"{_SIGNS[found.good]} {found.what}: {found.text}")
    return all(found.good is not False for found in findings)


def tell_loaded(desk: Desk, done: Loaded) -> None:
    """Print what became of a team file, and what of it stays as it was changed in Slack (C3)."""
    words = _words(desk)
    counts = {"added": done.added, "changed": done.changed, "paused": done.paused}
    typer.echo(words.say("team.loaded", **counts))
    for name, fields in done.left.items():
        told = [words.say(f"team_edit.field_{field}") for field in fields]
        typer.echo(words.say("team.stays", name=name, fields=Safe(", ".join(told))))


def tell_team(desk: Desk) -> None:
    """Print the team, a line a member; or how to make one."""
    members = team.whole_team(desk)
    if not members:
        typer.echo("nobody yet: write team.toml and run `python app.py team load team.toml`")
    for rep in members:
        hours = rep.hours or "always"
        typer.echo(f"{rep.slack_id}  {rep.name}  {rep.role}  {rep.state}  {hours} {rep.timezone}")


def tell_audit(desk: Desk, since: Head | None) -> bool:
    """Print whether the audit holds, to standard error where not; tell whether it does (C5)."""
    found = audit.verify(desk, since)
    typer.echo(audit_views.verified(found, _words(desk)), err=not found.holds)
    return found.holds


def tell_audit_of(desk: Desk, lead_id: int, *, since: datetime | None, most: int) -> None:
    """Print what was done with a lead (0: with everything), a line for each act (C5).

    `since` is a day in the team's zone.
    """
    start = since.replace(tzinfo=desk.settings.zone).astimezone(UTC) if since else None
    found = audit.listed(desk, lead_id, since=start, most=most)
    typer.echo(audit_views.listed(found, _words(desk)))


def tell_route(desk: Desk, lead_id: int | None, given: Mapping[str, str]) -> None:
    """Print who would get a lead that is there, or that is described, and why (C3)."""
    found = trial.try_fields(desk, given) if lead_id is None else trial.try_lead(desk, lead_id)
    typer.echo(routing_views.tried(found, _words(desk)))


def tell_mail(desk: Desk, raw: bytes, *, source: str) -> None:
    """Print what would become of a mail: of which source it is, what it says, how that ends."""
    typer.echo(mail_views.looked(mail_leads.look(desk, raw, source=source), _words(desk)))


def _words(desk: Desk) -> Words:
    return Words(desk.settings.locale, desk.settings.zone, mrkdwn=False)


def tell_fairness(desk: Desk, picture: Path | None) -> None:
    """Print what each rep was given in four weeks; its chart is written to a file (C3)."""
    words = _words(desk)
    found = fairness.four_weeks(desk)
    typer.echo(fairness_views.fairness(found, words).text.replace("*", ""))
    chart = fairness_views.chart(found, words)
    if picture and not chart:
        typer.echo(words.say("fairness.no_chart"))
    elif picture and chart:
        picture.write_bytes(pictures.draw(chart))
        typer.echo(f"{picture}: {chart.alt}")


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
    words = _words(desk)
    found = figures.digest_of(desk, since=start, until=end)
    typer.echo(digest(found, words).text.replace("*", ""))
    return True


def tell_refunds(desk: Desk, *, vendor: str, currency: str, file: Path | None) -> None:
    """Print what vendors owe, or write a vendor's claim file (L5.5); raises Refused."""
    words = _words(desk)
    if file is None:
        said = refund_views.overview(refund_lists.for_terminal(desk), words)
        typer.echo(said.text.replace("*", ""))
        return
    batch = Batch(vendor, currency.upper() or desk.settings.currency)
    made = claim_files.to_save(desk, batch, file.suffix.lower().removeprefix("."), words)
    file.write_bytes(made.content)
    typer.echo(words.say("refunds.written", file=str(file), n=made.count))
