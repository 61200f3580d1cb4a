"""The Web API's conversations methods."""

import re

from sandbox.apicontext import Args, Context, known_user, need_scope, page, visible_channel
from sandbox.errors import SlackError
from sandbox.reading import Json
from sandbox.records import Channel, Message
from sandbox.shelves import new_id

MOST_NAME = 80
MOST_TOPIC = 250
MOST_IN_DM = 8
MOST_INVITED = 100
READ_SCOPES = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}
_NAME = re.compile(r"[^\W_A-Z]*(?:[-_]*[^\W_A-Z]+)*[-_]*")


def kind_of(channel: Channel) -> str:
    """Return a conversation's type, as conversations.list names it."""
    if channel.is_im:
        return "im"
    if channel.is_mpim:
        return "mpim"
    return "private_channel" if channel.is_private else "public_channel"


def list_all(ctx: Context, args: Args) -> Json:
    """List the conversations the app may see, page by page (Slack: conversations.list)."""
    kinds = args.ids("types") or ["public_channel"]
    for kind in kinds:
        if kind not in READ_SCOPES:
            raise SlackError("invalid_types")
        need_scope(ctx, READ_SCOPES[kind])
    found = [c for c in list(ctx.world.channels.values()) if _listed(ctx, c, kinds)]
    if args.flag("exclude_archived"):
        found = [c for c in found if not c.is_archived]
    rows, metadata = page(args, found, most=999)
    return {"channels": [as_json(ctx, c) for c in rows], "response_metadata": metadata}


def info(ctx: Context, args: Args) -> Json:
    """Describe a conversation (Slack: conversations.info)."""
    channel = visible_channel(ctx, args.text("channel"))
    need_scope(ctx, READ_SCOPES[kind_of(channel)])
    optional: Json = (
        {"num_members": len(channel.members)} if args.flag("include_num_members") else {}
    )
    if args.flag("include_locale"):
        optional["locale"] = "en-US"
    return {"channel": {**as_json(ctx, channel), **optional}}


def join(ctx: Context, args: Args) -> Json:
    """Join a public channel (Slack: conversations.join)."""
    channel = visible_channel(ctx, args.text("channel"))
    if kind_of(channel) != "public_channel":
        raise SlackError("method_not_supported_for_channel_type")
    _not_archived(channel)
    already = ctx.world.app.bot_user_id in channel.members
    if not already:
        channel.members.append(ctx.world.app.bot_user_id)
        ctx.world.touch()
    warning = {"warning": "already_in_channel"} if already else {}
    return {"channel": as_json(ctx, channel), **warning}


def create(ctx: Context, args: Args) -> Json:
    """Create a channel with the app in it (Slack: conversations.create)."""
    name, private = args.text("name"), args.flag("is_private")
    need_scope(ctx, "groups:write" if private else "channels:manage")
    _good_name(ctx, name)
    bot = ctx.world.app.bot_user_id
    channel = Channel(
        id=new_id("C"), name=name, creator=bot, is_private=private, members=[bot],
        created=int(ctx.world.calendar()),
    )  # fmt: skip
    with ctx.world.lock:
        ctx.world.channels[channel.id] = channel
        ctx.world.touch()
    return {"channel": as_json(ctx, channel)}


def open_direct(ctx: Context, args: Args) -> Json:
    """Open a DM with one person or several (Slack: conversations.open)."""
    if args.text("channel"):
        channel = visible_channel(ctx, args.text("channel"))
        return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}
    names = args.ids("users")
    if not names:
        raise SlackError("users_list_not_supplied")
    if len(names) > MOST_IN_DM:
        raise SlackError("too_many_users")
    for name in names:
        _reachable(ctx, name)
    channel = ctx.world.open_im(user=names[0]) if len(names) == 1 else _group(ctx, names)
    return {"channel": as_json(ctx, channel) if args.flag("return_im") else {"id": channel.id}}


def members(ctx: Context, args: Args) -> Json:
    """List a conversation's members, page by page (Slack: conversations.members)."""
    channel = visible_channel(ctx, args.text("channel"))
    need_scope(ctx, READ_SCOPES[kind_of(channel)])
    rows, metadata = page(args, list(channel.members))
    return {"members": rows, "response_metadata": metadata}


def invite(ctx: Context, args: Args) -> Json:
    """Invite people to a channel, all or none (Slack: conversations.invite)."""
    channel = visible_channel(ctx, args.text("channel"))
    _inside(ctx, channel)
    names = args.ids("users")
    if not names:
        raise SlackError("no_user")
    if len(names) > MOST_INVITED:
        raise SlackError("too_many_users")
    wrong = [{"ok": False, "error": e, "user": n} for n in names if (e := _cannot(ctx, channel, n))]
    if wrong:
        raise SlackError(str(wrong[0]["error"]), errors=wrong)
    channel.members.extend(names)
    ctx.world.touch()
    return {"channel": as_json(ctx, channel)}


def set_topic(ctx: Context, args: Args) -> Json:
    """Set a channel's topic (Slack: conversations.setTopic)."""
    channel = visible_channel(ctx, args.text("channel"))
    _inside(ctx, channel)
    if len(args.text("topic")) > MOST_TOPIC:
        raise SlackError("too_long")
    channel.topic = args.text("topic")
    ctx.world.touch()
    return {"channel": as_json(ctx, channel)}


def history(ctx: Context, args: Args) -> Json:
    """Return a conversation's messages, newest first (Slack: conversations.history)."""
    channel = visible_channel(ctx, args.text("channel"))
    if ctx.world.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    found = [m for m in reversed(channel.messages) if not m.is_reply]
    return _messages(args, [m for m in found if _between(m, args)])


def replies(ctx: Context, args: Args) -> Json:
    """Return a thread, oldest first (Slack: conversations.replies)."""
    channel = visible_channel(ctx, args.text("channel"))
    found = channel.thread(ts=args.text("ts"))
    if not found:
        raise SlackError("thread_not_found")
    return _messages(args, [m for m in found if _between(m, args)])


def as_json(ctx: Context, channel: Channel) -> Json:
    """Return a conversation as the Web API describes one to this app."""
    bot = ctx.world.app.bot_user_id
    common = {"id": channel.id, "created": channel.created, "is_archived": channel.is_archived}
    if channel.is_im:
        other = next((m for m in channel.members if m != bot), bot)
        return {**common, "is_im": True, "user": other, "is_open": True}
    return {
        **common,
        "name": channel.name,
        "name_normalized": channel.name,
        "creator": channel.creator,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": channel.is_mpim,
        "is_private": channel.is_private,
        "is_general": channel.name == "general",
        "is_member": bot in channel.members,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def _listed(ctx: Context, channel: Channel, kinds: list[str]) -> bool:
    inside = ctx.world.app.bot_user_id in channel.members
    return kind_of(channel) in kinds and (inside or kind_of(channel) == "public_channel")


def _not_archived(channel: Channel) -> None:
    if channel.is_archived:
        raise SlackError("is_archived")


def _inside(ctx: Context, channel: Channel) -> None:
    _not_archived(channel)
    if channel.is_im:
        raise SlackError("method_not_supported_for_channel_type")
    if ctx.world.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")


def _good_name(ctx: Context, name: str) -> None:
    if len(name) > MOST_NAME:
        raise SlackError("invalid_name_maxlength")
    if not _NAME.fullmatch(name):
        raise SlackError("invalid_name_specials")
    if ctx.world.channel_named(name) is not None:
        raise SlackError("name_taken")


def _reachable(ctx: Context, name: str) -> None:
    user = known_user(ctx, name)
    if user.is_bot:
        raise SlackError("cannot_dm_bot")
    if user.deleted:
        raise SlackError("user_disabled")


def _group(ctx: Context, names: list[str]) -> Channel:
    wanted = {*names, ctx.world.app.bot_user_id}
    with ctx.world.lock:
        for channel in ctx.world.channels.values():
            if channel.is_mpim and set(channel.members) == wanted:
                return channel
        channel = Channel(id=new_id("G"), name="mpdm", is_mpim=True, members=sorted(wanted))
        ctx.world.channels[channel.id] = channel
        return channel


def _cannot(ctx: Context, channel: Channel, name: str) -> str:
    if name == ctx.world.app.bot_user_id:
        return "cant_invite_self"
    if name not in ctx.world.users:
        return "user_not_found"
    return "already_in_channel" if name in channel.members else ""


def _between(message: Message, args: Args) -> bool:
    newest, oldest = args.text("latest"), args.text("oldest", "0")
    if args.flag("inclusive"):
        return float(oldest) <= float(message.ts) and (not newest or message.ts <= newest)
    return float(oldest) < float(message.ts) and (not newest or message.ts < newest)


def _messages(args: Args, found: list[Message]) -> Json:
    rows, metadata = page(args, found, most=999)
    more = bool(metadata["next_cursor"])
    told = [_told(m, metadata=args.flag("include_all_metadata")) for m in rows]
    return {"messages": told, "has_more": more, "response_metadata": metadata}


def _told(message: Message, *, metadata: bool) -> Json:
    kept = {"metadata": message.metadata} if metadata and message.metadata else {}
    return {**message.to_json(), **kept}
