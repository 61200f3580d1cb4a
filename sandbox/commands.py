"""Slash commands: what a person types, what Slack makes of it, what comes back."""

import re

from sandbox import payloads
from sandbox.apicontext import Context
from sandbox.delivery import Delivery
from sandbox.errors import ClientRefused
from sandbox.reading import Json
from sandbox.records import Answer, Channel
from sandbox.responses import answer_from_ack
from sandbox.state import World

_USER = re.compile(r"(?<![\w@.])@([\w.\-]+)")
_CHANNEL = re.compile(r"(?<![\w#&])#([\w\-]+)")
_LINK = re.compile(r"(?<![\w<|])https?://[^\s<>|]+")
_MAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_TOKENS = re.compile(f"{_LINK.pattern}|{_MAIL.pattern}|{_USER.pattern}|{_CHANNEL.pattern}")


def run(*, ctx: Context, delivery: Delivery, user: str, channel: Channel, typed: str) -> Answer:
    """Send a slash command and show its ack.

    Raises ClientRefused when Slack's client would not send it, OperationTimeout after 3 s,
    OperationFailed when the app breaks.
    """
    word, _, rest = typed.strip().partition(" ")
    _check(ctx.world, word=word, user=user, channel=channel)
    payload = _payload(ctx, user, channel, (word, escaped(world=ctx.world, text=rest.strip())))

    def send() -> Answer:
        ack = delivery.ask(kind="slash_commands", payload=payload)
        return answer_from_ack(
            world=ctx.world, payload=ack, user=user, channel=channel, typed=typed
        )

    delivery.last = send
    return send()


def escaped(*, world: World, text: str) -> str:
    """Return typed text as the app gets it: people, channels and links as tokens.

    ``#123`` stays as it is, because no channel has that name (Slack: should_escape).
    """
    text = _with_handles(world, text)
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if not world.app.should_escape:
        return plain
    return _TOKENS.sub(lambda match: _token(world, match), plain)


def _with_handles(world: World, text: str) -> str:
    """Take ``@`` with a whole name, as it is shown, for the person's handle."""
    people = [user for user in world.users.values() if user.real_name and not user.deleted]
    for user in sorted(people, key=lambda one: len(one.real_name), reverse=True):
        text = text.replace(f"@{user.real_name}", f"@{user.name}")
    return text


def _token(world: World, match: re.Match[str]) -> str:
    whole, person, channel = match.group(0), match.group(1), match.group(2)
    if person:
        return _person(world, person) or whole
    if channel:
        return _channel(world, channel) or whole
    return f"<{whole}>" if "://" in whole else f"<mailto:{whole}|{whole}>"


def _person(world: World, name: str) -> str | None:
    people = [u for u in world.users.values() if not u.deleted]
    found = [u for u in people if u.name == name.lower()]
    found = found or [u for u in people if u.real_name.partition(" ")[0] == name]
    return f"<@{found[0].id}|{found[0].name}>" if found else None


def _channel(world: World, name: str) -> str | None:
    found = world.channel_named(name)
    if found is None or not found.name or found.name != name:
        return None
    return f"<#{found.id}|{'' if found.is_private else found.name}>"


def _payload(ctx: Context, user: str, channel: Channel, words: tuple[str, str]) -> Json:
    token = ctx.response_urls.issue(channel=channel.id, user=user)
    return payloads.command(
        world=ctx.world,
        user=user,
        channel=channel,
        words=words,
        trigger_id=ctx.triggers.issue(user=user),
        response_url=f"{ctx.base_url()}/commands/{ctx.world.workspace.id}/{token}",
    )


def _check(world: World, *, word: str, user: str, channel: Channel) -> None:
    known = world.app.commands
    if not word.startswith("/") or (known is not None and word not in known):
        raise ClientRefused(f"{word} is not a valid command", why="command")
    if channel.is_private and user not in channel.members:
        raise ClientRefused("channel_not_found")
    if channel.is_archived:
        raise ClientRefused("is_archived")
