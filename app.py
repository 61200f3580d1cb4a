"""The command line: what the program can be told to do on a machine."""

import logging
import os
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Any

import typer
from dotenv import dotenv_values

from bot import doctor
from bot.desk import Desk
from bot.doctor_backups import backup_findings
from bot.doctor_machine import clock_findings, door_findings, integrity_findings, room_findings
from bot.doctor_systems import systems_findings
from bot.logs import name_faults_alone, set_up_logs
from bot.manifest import manifest as manifest_of
from bot.settings import Settings, SettingsFaults, missing_for_slack
from bot.texts import LOCALES, Words
from handlers import (
    audit_terminal,
    backup_terminal,
    cipher_terminal,
    door_terminal,
    hook_terminal,
    person_terminal,
    quarantine_terminal,
    report_terminal,
    rollup_terminal,
    simulation_terminal,
    team_terminal,
    terminal,
)
from handlers.errors import in_words
from rules.refusals import Refused
from wiring import (
    Stop,
    build_bot,
    make_client,
    make_hubspot,
    open_desk,
    open_store,
    senders_of,
    wall_clock,
)

log = logging.getLogger("leads")
cli = typer.Typer(
    help="A sales team's lead desk in Slack.", no_args_is_help=True, pretty_exceptions_enable=False
)


def read_settings() -> Settings:
    """Read `.env` and the environment, which wins; raises Stop with every fault."""
    given = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    try:
        return Settings.from_env(given | dict(os.environ))
    except SettingsFaults as faults:
        raise Stop(str(faults)) from None


def opened() -> AbstractContextManager[Desk]:
    """Open the desk of the settings."""
    return open_desk(read_settings())


cli.add_typer(door_terminal.commands(opened))
cli.add_typer(team_terminal.commands(opened), name="team")
cli.add_typer(report_terminal.commands(opened))
cli.add_typer(rollup_terminal.commands(opened))
cli.add_typer(backup_terminal.commands(read_settings))
cli.add_typer(cipher_terminal.commands(read_settings))
cli.add_typer(person_terminal.commands(opened))
cli.add_typer(simulation_terminal.commands(read_settings))
cli.add_typer(audit_terminal.commands(opened), name="audit")
cli.add_typer(hook_terminal.commands(opened), name="hooks")
cli.add_typer(quarantine_terminal.commands(opened), name="quarantine")


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
    name_faults_alone()
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
    from handlers.imap import check_mailbox

    settings = read_settings()
    checks: list[tuple[str, doctor.Check]] = [
        ("settings", lambda: [*doctor.settings_findings(settings), *door_findings(settings)]),
        ("playbook", lambda: doctor.playbook_finding(settings)),
        ("disk", lambda: room_findings(settings)),
        ("database", lambda: _database_findings(settings)),
    ]
    if settings.bot_token:
        client = make_client(settings)
        checks.append(("Slack", lambda: _slack_findings(client, settings, create=create_channels)))
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


def _slack_findings(client: Any, settings: Settings, *, create: bool) -> list[doctor.Finding]:
    from bot.senders.slack import check_slack, slack_time

    found = check_slack(client, settings, create=create)
    return [*found, *clock_findings(slack_time(client), now=wall_clock())]


def _database_findings(settings: Settings) -> list[doctor.Finding]:
    with open_store(settings) as store:
        inside = [*doctor.store_findings(store), *doctor.changes_findings(settings, store)]
        saved = backup_findings(settings, store, now=wall_clock())
        whole = integrity_findings(store)
        return [*whole, *inside, *systems_findings(settings, store), *saved]


@cli.command()
def manifest() -> None:
    """Print the Slack app's manifest, ready to paste."""
    typer.echo(manifest_of(read_settings()), nl=False)


def own_words() -> Words:
    """Give the words of whoever types here, in their own language and zone."""
    given = dotenv_values(".env") | dict(os.environ)
    try:
        settings = Settings.from_env({one: given.get(one) or "" for one in ("LOCALE", "TIMEZONE")})
    except SettingsFaults:
        settings = Settings.from_env({})
    return Words(settings.locale, settings.zone, mrkdwn=False)


def main() -> None:
    """Run a command; what goes wrong is one clear line and exit code 1."""
    try:
        cli()
    except (Stop, KeyboardInterrupt) as stop:
        sys.exit(str(stop) or "interrupted")
    except Refused as refused:
        sys.exit(terminal.bare(in_words(refused, own_words())))
    except Exception as fault:
        if os.environ.get("LOG_LEVEL") == "DEBUG":
            raise
        # The first line alone: what a database adds to it may be a person's data.
        sys.exit(f"{type(fault).__name__}: {str(fault).partition(chr(10))[0][:300]}")


if __name__ == "__main__":
    main()
