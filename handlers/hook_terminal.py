"""What `app.py hooks` tells on the terminal: who is told of leads, and what is sent again."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from bot import hooks
from bot.desk import Desk
from handlers.terminal import words_of
from rules.hooks import Event

LOOKS_BACK = timedelta(days=1)


def commands(opened: Callable[[], AbstractContextManager[Desk]]) -> typer.Typer:
    """Make the commands of `app.py hooks`; `opened` gives the desk that they are about."""
    cli = typer.Typer(help="Webhooks: who is told of leads.", no_args_is_help=True)

    @cli.command("list")
    def show() -> None:
        """Show each webhook of the playbook, and what waits for it."""
        with opened() as desk:
            tell_hooks(desk)

    @cli.command("replay")
    def replay(
        since: Annotated[datetime | None, typer.Option(help="Left out: a day ago.")] = None,
        lead: Annotated[int, typer.Option(help="Of this lead alone.")] = 0,
        event: Annotated[str, typer.Option(help="Such as lead.created.")] = "",
        target: Annotated[str, typer.Option(help="A webhook's name.")] = "",
    ) -> None:
        """Send again what other systems were told, under the same webhook-id."""
        with opened() as desk:
            send_again(desk, since=since, lead=lead, event=event, target=target)

    return cli


def tell_hooks(desk: Desk) -> None:
    """Print each webhook of the playbook, and what waits for it."""
    found, words = hooks.listed(desk), words_of(desk)
    if not found:
        typer.echo(words.say("hooks.none"))
    for hook, waits, gone in found:
        state = words.say("hooks.gone") if gone else words.say("hooks.waiting", n=waits)
        events = ", ".join(hook.events) or words.say("hooks.all")
        said = {"name": hook.key, "url": hook.url, "events": events, "state": state}
        typer.echo(words.say("hooks.line", **said))


def send_again(desk: Desk, *, since: datetime | None, lead: int, event: str, target: str) -> None:
    """Let webhooks leave again and print how many; `since` is in the team's zone.

    The last day where it is None. Raises typer.BadParameter for an event or target that is none.
    """
    keys = {name for hook, _, _ in hooks.listed(desk) for name in (hook.key, hook.name) if name}
    _check("--event", event, list(Event))
    _check("--target", target, sorted(keys))
    moment = since.replace(tzinfo=desk.settings.zone) if since else desk.clock() - LOOKS_BACK
    at = moment.astimezone(UTC)
    count = hooks.put_again(desk, since=at, lead_id=lead, event=event, target=target)
    words = words_of(desk)
    typer.echo(words.say("hooks.again", n=count, when=words.in_full(at)))


def _check(option: str, given: str, known: Sequence[str]) -> None:
    if given and given not in known:
        raise typer.BadParameter(f"there are: {', '.join(known) or 'none'}", param_hint=option)
