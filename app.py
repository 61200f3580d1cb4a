"""The command line: what the program can be told to do on a machine."""

import logging
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from dotenv import dotenv_values

from bot import doctor
from bot.audit import LISTED
from bot.doctor_systems import systems_findings
from bot.logs import set_up_logs
from bot.manifest import manifest as manifest_of
from bot.roster import load_team
from bot.settings import Settings, SettingsFaults, missing_for_slack
from bot.texts import LOCALES, Words
from handlers import hook_terminal, quarantine_terminal, terminal
from rules.audit import read_head
from rules.refusals import Refused
from wiring import Stop, build_bot, make_client, make_hubspot, open_desk, open_store, senders_of

log = logging.getLogger("leads")
cli = typer.Typer(
    help="A sales team's lead desk in Slack.", no_args_is_help=True, pretty_exceptions_enable=False
)
team_cli = typer.Typer(help="The team: who takes leads.", no_args_is_help=True)
cli.add_typer(team_cli, name="team")
audit_cli = typer.Typer(help="The audit: who did what, when, from where.", no_args_is_help=True)
cli.add_typer(audit_cli, name="audit")


def read_settings() -> Settings:
    """Read `.env` and the environment, which wins; raises Stop with every fault."""
    given = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    try:
        return Settings.from_env(given | dict(os.environ))
    except SettingsFaults as faults:
        raise Stop(str(faults)) from None


cli.add_typer(hook_terminal.commands(lambda: open_desk(read_settings())), name="hooks")
cli.add_typer(quarantine_terminal.commands(lambda: open_desk(read_settings())), name="quarantine")


@cli.command()
def demo(
    *,
    locale: Annotated[str, typer.Option(help="en or he: the whole world's language")] = "en",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The page's; 0: any.")] = 0,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps itself.")] = Path("data/demo"),
    reset: Annotated[bool, typer.Option(help="Begin the story anew.")] = False,
) -> None:
    """Try everything here: a Slack in the browser, customers with phones, the bot among them."""
    try:
        from demo.house import House
        from demo.main import NoFolder, NoPort, Options, run_demo
        from handlers.slack import forget_settings
    except ImportError as lacking:
        raise Stop(f"the demo needs its extra ({lacking.name}): `make demo` sets it up") from None
    if locale not in LOCALES:
        raise typer.BadParameter(f"must be one of {', '.join(LOCALES)}", param_hint="--locale")
    options = Options(locale=locale, port=port, folder=folder, reset=reset)
    forget_settings(os.environ)
    try:
        run_demo(House(open_desk, senders_of, build_bot, Settings.from_env), options)
    except (NoFolder, NoPort) as fault:
        raise Stop(str(fault)) from None


@cli.command()
def run() -> None:
    """Run the bot: Slack, the web server, the clock, the deliveries."""
    from handlers.running import run_until_signalled
    from handlers.slack import forget_settings

    settings = read_settings()
    faults = missing_for_slack(settings)
    if faults:
        raise Stop("\n".join(faults))
    set_up_logs(level=settings.log_level, form=settings.log_format)
    forget_settings(os.environ)
    with open_desk(settings) as desk:
        log.info("listening on %s:%s", settings.http_host, settings.http_port)
        run_until_signalled(build_bot(desk))
    log.info("stopped")


@cli.command()
def check(
    *,
    create_channels: Annotated[bool, typer.Option(help="Make channels that are missing.")] = False,
) -> None:
    """Say what works and what is missing, one line each; exit 1 if the bot could not work."""
    from bot.senders.email import MailSender
    from bot.senders.slack import check_slack
    from handlers.imap import check_mailbox

    settings = read_settings()
    checks: list[tuple[str, doctor.Check]] = [
        ("settings", lambda: doctor.settings_findings(settings)),
        ("playbook", lambda: doctor.playbook_finding(settings)),
        ("database", lambda: _database_findings(settings)),
    ]
    if settings.bot_token:
        client = make_client(settings)
        checks.append(("Slack", lambda: check_slack(client, settings, create=create_channels)))
    if settings.geoip_file:
        checks.append(("places", lambda: doctor.places_finding(settings)))
    if settings.smtp_url:
        sender = MailSender(settings.smtp_url, sender=settings.mail_from)
        checks.append(("mail", lambda: doctor.mail_finding(sender.check)))
    if settings.imap_url:
        url = settings.imap_url
        checks.append(("mailbox", lambda: doctor.mailbox_finding(lambda: check_mailbox(url))))
    if settings.hubspot_token:
        checks.append(("HubSpot", lambda: doctor.hubspot_finding(make_hubspot(settings).check)))
    if not terminal.tell_findings(doctor.examine(checks)):
        raise typer.Exit(1)


def _database_findings(settings: Settings) -> list[doctor.Finding]:
    with open_store(settings) as store:
        inside = [*doctor.store_findings(store), *doctor.changes_findings(settings, store)]
        return [*inside, *systems_findings(settings, store)]


@cli.command("import")
def import_leads(
    file: Path,
    *,
    campaign: str = "",
    vendor: str = "",
    kind: Annotated[str | None, typer.Option(help="cold, warm, incoming or referral")] = None,
    cost: Annotated[str, typer.Option(help="what one lead cost, such as 12.50")] = "",
    mapping: Annotated[list[str] | None, typer.Option("--map", help="Column=field")] = None,
    dry_run: Annotated[bool, typer.Option(help="Do all of it and keep nothing.")] = False,
    post: Annotated[bool, typer.Option(help="Post each lead's card.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Write rejected rows here.")] = None,
    sheet: Annotated[str, typer.Option(help="Of a workbook; else the first with rows.")] = "",
) -> None:
    """Import leads from a CSV, TSV or XLSX file; they fill the queues with one summary post."""
    from rich.console import Console

    from handlers.imports import Options, import_file

    mapped = tuple(mapping or ())
    options = Options(campaign, vendor, kind, cost, mapped, post, dry_run, rejects, sheet)
    with open_desk(read_settings()) as desk:
        typer.echo(import_file(desk, file, options, Console(stderr=True)))


@cli.command()
def mail(
    file: Path,
    *,
    source: Annotated[str, typer.Option(help="Read it as a lead of this source.")] = "",
) -> None:
    """Say what would become of a mail in a file; nothing is stored."""
    if not file.is_file():
        raise Stop(f"there is no file {file}")
    with open_desk(read_settings()) as desk:
        terminal.tell_mail(desk, file.read_bytes(), source=source)


@team_cli.command("load")
def team_load(
    file: Path, *, replace: Annotated[bool, typer.Option(help="Pause whom it leaves out.")] = False
) -> None:
    """Add and change reps from a team file, also while the bot runs."""
    if not file.is_file():
        raise Stop(f"there is no file {file}")
    with open_desk(read_settings()) as desk:
        done = load_team(desk, file.read_bytes(), replace=replace)
        terminal.tell_loaded(desk, done)


@team_cli.command("list")
def team_list() -> None:
    """Show the team."""
    with open_desk(read_settings()) as desk:
        terminal.tell_team(desk)


@cli.command()
def route(
    *,
    lead: Annotated[int | None, typer.Option(help="A lead that is there, by its number.")] = None,
    kind: Annotated[str, typer.Option(help="cold, warm, incoming or referral")] = "",
    campaign: str = "",
    product: str = "",
    language: str = "",
    region: str = "",
    city: str = "",
    age: str = "",
    interests: Annotated[str, typer.Option(help="with commas")] = "",
    fields: Annotated[list[str] | None, typer.Option("--field", help="name=value")] = None,
) -> None:
    """Say who would get such a lead now, and why the others would not; nothing is stored."""
    said = {"kind": kind, "campaign": campaign, "product": product, "language": language}
    said |= {"region": region, "city": city, "age": age, "interests": interests}
    said |= dict(one.partition("=")[::2] for one in fields or ())
    with open_desk(read_settings()) as desk:
        terminal.tell_route(desk, lead, {name: one for name, one in said.items() if one})


@audit_cli.command("verify")
def audit_verify(
    since: Annotated[str, typer.Option(help="COUNT:DIGEST, as it was noted before.")] = "",
) -> None:
    """Say whether the audit still is what was written; exit 1 names the first line that is not."""
    head = read_head(since)
    if since and not head:
        raise Stop("--since must be COUNT:DIGEST, as `audit verify` prints it")
    with open_desk(read_settings()) as desk:
        whole = terminal.tell_audit(desk, head)
    if not whole:
        raise typer.Exit(1)


@audit_cli.command("show")
def audit_show(
    number: Annotated[int, typer.Argument(min=0, help="A lead, as by --lead.")] = 0,
    *,
    lead: Annotated[int, typer.Option(min=0, help="What was done with this lead alone.")] = 0,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = LISTED,
) -> None:
    """Show who did what with a lead, or with everything, the oldest first."""
    with open_desk(read_settings()) as desk:
        terminal.tell_audit_of(desk, lead or number, since=since, most=limit)


@cli.command()
def digest(
    *,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    post: Annotated[bool, typer.Option(help="Post it in the digest channel.")] = False,
) -> None:
    """Show the digest: the last whole week, or from a day up to another (not included)."""
    with open_desk(read_settings()) as desk:
        if not terminal.tell_digest(desk, since=since, until=until, post=post):
            raise Stop("--until must be after --since")


@cli.command()
def fairness(
    picture: Annotated[Path | None, typer.Option(help="Write a chart to this PNG file.")] = None,
) -> None:
    """Show who was given how many leads in the last four weeks, by rule and otherwise."""
    with open_desk(read_settings()) as desk:
        terminal.tell_fairness(desk, picture)


@cli.command()
def refunds(
    *,
    vendor: Annotated[str, typer.Option(help="Whose claims --file holds.")] = "",
    currency: Annotated[str, typer.Option(help="In which money; the team's own if none.")] = "",
    file: Annotated[Path | None, typer.Option(help="Write them to this .csv or .xlsx.")] = None,
) -> None:
    """Show what vendors owe for leads that nobody could reach, or write one's claim file."""
    with open_desk(read_settings()) as desk:
        terminal.tell_refunds(desk, vendor=vendor, currency=currency, file=file)


@cli.command()
def manifest() -> None:
    """Print the Slack app's manifest, ready to paste."""
    typer.echo(manifest_of(read_settings()), nl=False)


def main() -> None:
    """Run a command; what goes wrong is one clear line and exit code 1."""
    try:
        cli()
    except (Stop, KeyboardInterrupt) as stop:
        sys.exit(str(stop) or "interrupted")
    except Refused as refused:
        locale = (dotenv_values(".env") | dict(os.environ)).get("LOCALE") or "en"
        words = Words(locale, Settings.from_env({}).zone, mrkdwn=False)
        sys.exit(words.say(f"refusal.{refused.key}", **refused.params))
    except Exception as fault:
        if os.environ.get("LOG_LEVEL") == "DEBUG":
            raise
        sys.exit(f"{type(fault).__name__}: {' '.join(str(fault).split())[:300]}")


if __name__ == "__main__":
    main()
