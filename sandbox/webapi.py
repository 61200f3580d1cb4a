"""The Web API's table of methods, and the one way every call goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox import methods_chat as chat
from sandbox import methods_conversations as conversations
from sandbox import methods_files as files
from sandbox import methods_people as people
from sandbox import methods_views as views
from sandbox.apicontext import Args, Context, need, need_scope, read_args
from sandbox.errors import SlackError
from sandbox.limits import POSTS_PER_MINUTE, TIERS
from sandbox.reading import Json

_READ = tuple(conversations.READ_SCOPES.values())
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_MANAGE = ("channels:manage", "groups:write")


@dataclass(frozen=True, kw_only=True)
class Method:
    """A method: what runs, its tier, required arguments, and scopes of which one is needed."""

    run: Callable[[Context, Args], Json]
    tier: int | None = 3
    required: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    token: str = "bot"  # noqa: S105 - a kind of token, not a token


def _connections_open(ctx: Context, _args: Args) -> Json:
    address = ctx.socket_url().replace("http://", "ws://", 1)
    return {"url": f"{address}/link/?ticket={ctx.issue_ticket()}&app_id={ctx.world.app.app_id}"}


def _write(run: Callable[[Context, Args], Json], tier: int | None, *required: str) -> Method:
    return Method(run=run, tier=tier, required=required, scopes=("chat:write",))


METHODS: Mapping[str, Method] = {
    "apps.connections.open": Method(run=_connections_open, token="app"),  # noqa: S106
    "auth.test": Method(run=people.auth_test, tier=None),
    "bots.info": Method(run=people.bots_info, required=("bot",), scopes=("users:read",)),
    "chat.delete": _write(chat.delete, 3, "channel", "ts"),
    "chat.getPermalink": Method(
        run=chat.get_permalink, tier=None, required=("channel", "message_ts")
    ),
    "chat.postEphemeral": _write(chat.post_ephemeral, 4, "channel", "user"),
    "chat.postMessage": _write(chat.post_message, None, "channel"),
    "chat.update": _write(chat.update, 3, "channel", "ts"),
    "conversations.create": Method(
        run=conversations.create, tier=2, required=("name",), scopes=_MANAGE
    ),
    "conversations.history": Method(
        run=conversations.history, required=("channel",), scopes=_HISTORY
    ),
    "conversations.info": Method(run=conversations.info, required=("channel",), scopes=_READ),
    "conversations.invite": Method(
        run=conversations.invite,
        required=("channel", "users"),
        scopes=(*_MANAGE, "channels:write.invites", "groups:write.invites"),
    ),
    "conversations.join": Method(
        run=conversations.join, required=("channel",), scopes=("channels:join",)
    ),
    "conversations.list": Method(run=conversations.list_all, tier=2, scopes=_READ),
    "conversations.members": Method(
        run=conversations.members, tier=4, required=("channel",), scopes=_READ
    ),
    "conversations.open": Method(
        run=conversations.open_direct, scopes=("im:write", "mpim:write", "groups:write")
    ),
    "conversations.replies": Method(
        run=conversations.replies, required=("channel", "ts"), scopes=_HISTORY
    ),
    "conversations.setTopic": Method(
        run=conversations.set_topic,
        tier=2,
        required=("channel",),
        scopes=(*_MANAGE, "channels:write.topic", "groups:write.topic"),
    ),
    "dnd.info": Method(run=people.dnd_info, scopes=("dnd:read",)),
    "dnd.teamInfo": Method(run=people.dnd_team_info, tier=2, scopes=("dnd:read",)),
    "files.completeUploadExternal": Method(
        run=files.complete, tier=4, required=("files",), scopes=("files:write",)
    ),
    "files.info": Method(run=files.info, tier=4, required=("file",), scopes=("files:read",)),
    "files.getUploadURLExternal": Method(
        run=files.get_upload_url, tier=4, required=("filename", "length"), scopes=("files:write",)
    ),
    "pins.add": Method(
        run=chat.pin, tier=2, required=("channel", "timestamp"), scopes=("pins:write",)
    ),
    "users.getPresence": Method(
        run=people.get_presence, required=("user",), scopes=("users:read",)
    ),
    "users.info": Method(run=people.info, tier=4, required=("user",), scopes=("users:read",)),
    "users.list": Method(run=people.list_all, tier=2, scopes=("users:read",)),
    "users.lookupByEmail": Method(
        run=people.lookup_by_email, required=("email",), scopes=("users:read.email",)
    ),
    "views.open": Method(run=views.open_view, tier=4, required=("trigger_id", "view")),
    "views.publish": Method(run=views.publish, tier=4, required=("user_id", "view")),
    "views.push": Method(run=views.push, tier=4, required=("trigger_id", "view")),
    "views.update": Method(run=views.update, tier=4, required=("view",)),
}


def answer_call(*, ctx: Context, name: str, token: str, raw: Mapping[str, Any]) -> Json:
    """Run one call and return its answer, ``ok`` included; never raises SlackError.

    A rate-limited answer has ``retry_after`` in seconds, for the header.
    """
    try:
        return {"ok": True, **_run(ctx, name, token, raw)}
    except SlackError as error:
        return {"ok": False, "error": error.code, **error.extra}


def _run(ctx: Context, name: str, token: str, raw: Mapping[str, Any]) -> Json:
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    _check_token(ctx, method, token)
    _count(ctx, name, method)
    need_scope(ctx, *method.scopes)
    args = read_args(raw=raw, method=name)
    need(args, *method.required)
    return method.run(ctx, args)


def _check_token(ctx: Context, method: Method, token: str) -> None:
    app = ctx.world.app
    if not token:
        raise SlackError("not_authed")
    if token not in (app.bot_token, app.app_token):
        raise SlackError("invalid_auth")
    if token != (app.bot_token if method.token == "bot" else app.app_token):  # noqa: S105
        raise SlackError("not_allowed_token_type")


def _count(ctx: Context, name: str, method: Method) -> None:
    special = POSTS_PER_MINUTE if name == "chat.postMessage" else None
    per_minute = TIERS[method.tier] if method.tier else special
    seconds = ctx.limits.wait_for_call(method=name, per_minute=per_minute)
    if seconds:
        raise SlackError("ratelimited", retry_after=seconds)
