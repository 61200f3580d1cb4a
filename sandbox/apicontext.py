"""What every method of the Web API is given: the world, and its arguments read strictly."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.errors import SlackError
from sandbox.limits import Limits
from sandbox.reading import Json
from sandbox.records import Channel
from sandbox.state import World
from sandbox.triggers import ResponseUrls, Triggers
from sandbox.world import User

_STRUCTURES = frozenset({"attachments", "blocks", "files", "metadata", "view"})


@dataclass(frozen=True, kw_only=True)
class Context:
    """One sandbox's parts, as the methods of the Web API need them."""

    world: World
    limits: Limits
    triggers: Triggers
    response_urls: ResponseUrls
    base_url: Callable[[], str]
    socket_url: Callable[[], str]
    issue_ticket: Callable[[], str]


@dataclass(frozen=True, kw_only=True)
class Args:
    """The arguments of a call; form strings are turned into what they stand for."""

    raw: Mapping[str, Any]
    method: str = ""

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as a string."""
        value = self.raw.get(name)
        return default if value is None else str(value)

    def flag(self, name: str) -> bool:
        """Return an argument as a truth value; forms write it as 1, 0, true or false."""
        return str(self.raw.get(name, "")).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        """Return an argument as a whole number; raises invalid_arguments."""
        try:
            return int(self.raw.get(name) or default)
        except (TypeError, ValueError):
            raise invalid(f"[ERROR] must be an integer [json-pointer:/{name}]") from None

    def ids(self, name: str) -> list[str]:
        """Return a comma-separated argument as a list."""
        value = self.raw.get(name) or ""
        given = value if isinstance(value, list) else str(value).split(",")
        return [str(item).strip() for item in given if str(item).strip()]

    def structure(self, name: str) -> Any:
        """Return a JSON argument, parsed when it came as a string; None when left out."""
        return self.raw.get(name)


def invalid(*messages: str) -> SlackError:
    """Return invalid_arguments with its explanations."""
    return SlackError("invalid_arguments", response_metadata={"messages": list(messages)})


def read_args(*, raw: Mapping[str, Any], method: str) -> Args:
    """Return a call's arguments with nulls dropped and JSON strings parsed.

    Raises invalid_arguments for a string that should be JSON and is not.
    """
    given = {k: _parsed(k, v) for k, v in raw.items() if v is not None and k != "token"}
    return Args(raw=given, method=method)


def _parsed(name: str, value: Any) -> Any:
    if name not in _STRUCTURES or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise invalid(f"[ERROR] {name} must be valid JSON [json-pointer:/{name}]") from None


def need(args: Args, *names: str) -> None:
    """Raise invalid_arguments unless all of these were given and are not empty."""
    missing = [n for n in names if args.raw.get(n) in (None, "")]
    if missing:
        raise invalid(*(f"[ERROR] missing required field: {n}" for n in missing))


def need_scope(ctx: Context, *any_of: str) -> None:
    """Raise missing_scope unless the app has one of these scopes."""
    held = ctx.world.app.scopes
    if any_of and not held.intersection(any_of):
        raise SlackError("missing_scope", needed=",".join(any_of), provided=",".join(sorted(held)))


def visible_channel(ctx: Context, name: str) -> Channel:
    """Return a conversation the app may know of by id; raises channel_not_found."""
    channel = ctx.world.channels.get(name)
    bot = ctx.world.app.bot_user_id
    hidden = channel is not None and (channel.is_private or channel.is_im or channel.is_mpim)
    if channel is None or (hidden and bot not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def known_user(ctx: Context, name: str, *, error: str = "user_not_found") -> User:
    """Return a member of the workspace; raises user_not_found."""
    user = ctx.world.users.get(name)
    if user is None:
        raise SlackError(error)
    return user


def page(args: Args, rows: list[Any], *, default: int = 100, most: int = 1000) -> tuple[Any, Json]:
    """Return one page of rows and its response_metadata; raises invalid_cursor, invalid_limit."""
    limit = args.number("limit", default)
    if not 1 <= limit <= most:
        raise SlackError("invalid_limit")
    start = _offset(args.text("cursor"))
    following = str(start + limit) if start + limit < len(rows) else ""
    cursor = f"b2Zmc2V0-{following}" if following else ""
    return rows[start : start + limit], {"next_cursor": cursor}


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    offset = cursor.removeprefix("b2Zmc2V0-")
    if not offset.isdecimal():
        raise SlackError("invalid_cursor")
    return int(offset)
