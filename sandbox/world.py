"""The fixed side of a sandbox: who works here, which channels exist, which app is installed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

BOT = "bot"

DEFAULT_SCOPES = frozenset(
    {
        "channels:history",
        "channels:join",
        "channels:manage",
        "channels:read",
        "chat:write",
        "commands",
        "dnd:read",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "groups:write",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "mpim:write",
        "pins:write",
        "users:read",
        "users:read.email",
    }
)
DEFAULT_EVENTS = frozenset(
    {
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "member_joined_channel",
        "member_left_channel",
        "message.channels",
        "message.groups",
        "message.im",
        "team_join",
        "tokens_revoked",
        "user_change",
    }
)


@dataclass(frozen=True, kw_only=True)
class User:
    """A member of the workspace; ``tz`` is an IANA zone, ``locale`` like ``he-IL``.

    Between the two moments of ``dnd`` (seconds since 1970) nothing disturbs them.
    """

    id: str
    name: str
    real_name: str = ""
    locale: str = "en-US"
    tz: str = "Asia/Jerusalem"
    email: str | None = None
    presence: str = "active"
    dnd: tuple[int, int] | None = None
    is_admin: bool = False
    is_bot: bool = False
    is_guest: bool = False
    deleted: bool = False


@dataclass(frozen=True, kw_only=True)
class ChannelSpec:
    """A channel that exists from the start; ``members`` are user ids, ``"bot"`` is the app."""

    id: str
    name: str
    members: tuple[str, ...] = ()
    is_private: bool = False
    is_archived: bool = False


@dataclass(frozen=True, kw_only=True)
class AppConfig:
    """The installed app, and how patient Slack is with it (all durations in seconds)."""

    bot_token: str = "xoxb-test"  # noqa: S105 - a token of the sandbox
    app_token: str = "xapp-test"  # noqa: S105 - a token of the sandbox
    signing_secret: str = "secret"  # noqa: S105 - a secret of the sandbox
    scopes: frozenset[str] = DEFAULT_SCOPES
    events: frozenset[str] = DEFAULT_EVENTS
    commands: frozenset[str] | None = None
    should_escape: bool = True
    home_tab_enabled: bool = True
    app_id: str = "A0SANDBOX"
    bot_id: str = "B0SANDBOX"
    bot_user_id: str = "U0SANDBOX"
    name: str = "leads"
    verification_token: str = "legacy-verification-token"  # noqa: S105 - deprecated by Slack
    ack_timeout: float = 3.0
    trigger_lifetime: float = 3.0
    response_url_lifetime: float = 1800.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    post_burst: int = 3

    def bot_user(self) -> User:
        """Return the app's own member of the workspace."""
        return User(id=self.bot_user_id, name=self.name, real_name=self.name, is_bot=True)


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A Slack workspace before anything has happened in it."""

    users: tuple[User, ...]
    channels: tuple[ChannelSpec, ...] = ()
    id: str = "T0SANDBOX"
    name: str = "Sandbox"
    domain: str = "sandbox"

    @classmethod
    def small(
        cls,
        *,
        users: Sequence[User],
        channels: Sequence[str] = (),
        members: Mapping[str, Iterable[str]] | None = None,
        private: Iterable[str] = (),
    ) -> Self:
        """Build a workspace with every full member in every channel.

        ``members`` adds to a channel by name (``"bot"`` for the app, guests by id);
        channels named in ``private`` are private. Ids depend on names only.
        """
        everybody = tuple(u.id for u in users if not u.is_guest and not u.deleted)
        added, hidden = members or {}, frozenset(private)
        specs = tuple(
            ChannelSpec(
                id=channel_id(name=name),
                name=name,
                members=(*everybody, *added.get(name, ())),
                is_private=name in hidden,
            )
            for name in channels
        )
        return cls(users=tuple(users), channels=specs)


def channel_id(*, name: str) -> str:
    """Return the id that a channel of this name always has in a small workspace."""
    return "C0" + sha256(name.encode()).hexdigest()[:8].upper()
