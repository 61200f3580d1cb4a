"""`app.py encrypt`, `rekey` and `decrypt`: the database's key, while no bot runs (C5)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from bot import sealing
from bot.settings import Settings
from handlers.backup_terminal import bar, words_of

Yes = Annotated[bool, typer.Option(help="Put it in place; the old file is kept aside.")]


def commands(read: Callable[[], Settings]) -> typer.Typer:
    """Make `app.py encrypt`, `rekey` and `decrypt`; `read` gives the settings they are about."""
    cli = typer.Typer()

    @cli.command("encrypt")
    def encrypt(*, yes: Yes = False) -> None:
        """Encrypt the database under DATABASE_KEY."""
        _do(read(), sealing.encrypt, "encrypted", yes=yes)

    @cli.command("rekey")
    def rekey(*, yes: Yes = False) -> None:
        """Take the database from DATABASE_KEY_OLD to DATABASE_KEY."""
        _do(read(), sealing.rekey, "rekeyed", yes=yes)

    @cli.command("decrypt")
    def decrypt(*, yes: Yes = False) -> None:
        """Take the key off the database."""
        _do(read(), sealing.decrypt, "decrypted", yes=yes)

    return cli


def _do(settings: Settings, act: Callable[..., Any], said: str, *, yes: bool) -> None:
    words = words_of(settings)
    with bar(words) as tell:
        done = act(settings, yes=yes, at=datetime.now(UTC), progress=tell)
    if done.kept is None:
        typer.echo(words.say("cipher.tried", n=done.rows))
        return
    typer.echo(words.say(f"cipher.{said}", n=done.rows))
    typer.echo(words.say("cipher.kept", file=str(done.kept)))
