"""The Web API's chat methods and pins."""

from dataclasses import replace
from typing import Any

from sandbox.apicontext import Args, Context, invalid, known_user, need_scope, visible_channel
from sandbox.errors import SlackError
from sandbox.posting import checked_content
from sandbox.reading import Json
from sandbox.records import Channel, Message

MOST_UPDATE_TEXT = 4000
_CUSTOM = ("username", "icon_emoji", "icon_url")


def post_message(ctx: Context, args: Args) -> Json:
    """Post to a channel, a DM or a user (Slack: chat.postMessage)."""
    if any(args.text(name) for name in _CUSTOM):
        need_scope(ctx, "chat:write.customize")
    channel = _destination(ctx, args.text("channel"))
    _may_write(ctx, channel)
    content = checked_content(world=ctx.world, args=args.raw, where=args.method)
    metadata = _metadata(args)
    _count_post(ctx, channel)
    draft = _draft(ctx, channel, content)
    message = ctx.world.add_message(
        replace(draft, thread_ts=_thread(channel, args), metadata=metadata)
    )
    return {"channel": channel.id, "ts": message.ts, "message": message.to_json()}


def update(ctx: Context, args: Args) -> Json:
    """Change an own message; what is left out is kept (Slack: chat.update)."""
    channel = _own_place(ctx, args.text("channel"))
    message = _own_message(ctx, channel, args.text("ts"), error="cant_update_message")
    if len(args.text("text")) > MOST_UPDATE_TEXT:
        raise SlackError("msg_too_long")
    content = checked_content(world=ctx.world, args=args.raw, where=args.method)
    if "metadata" in args.raw:
        content["metadata"] = _metadata(args)
    newer = ctx.world.change_message(message, **content, edited=ctx.world.new_ts())
    _keep_readable(ctx, newer, args)
    return {
        "channel": channel.id,
        "ts": newer.ts,
        "text": newer.text,
        "message": newer.to_json(),
    }


def delete(ctx: Context, args: Args) -> Json:
    """Delete an own message (Slack: chat.delete)."""
    channel = _own_place(ctx, args.text("channel"))
    message = _own_message(ctx, channel, args.text("ts"), error="cant_delete_message")
    ctx.world.remove_message(message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(ctx: Context, args: Args) -> Json:
    """Show a message to one member of a channel (Slack: chat.postEphemeral)."""
    channel = _own_place(ctx, args.text("channel"))
    _may_write(ctx, channel)
    user = known_user(ctx, args.text("user"), error="user_not_in_channel")
    if user.id not in channel.members:
        raise SlackError("user_not_in_channel")
    content = checked_content(world=ctx.world, args=args.raw, where=args.method)
    draft = replace(_draft(ctx, channel, content), thread_ts=args.text("thread_ts") or None)
    message = ctx.world.add_message(replace(draft, ephemeral_for=user.id))
    return {"message_ts": message.ts}


def get_permalink(ctx: Context, args: Args) -> Json:
    """Return a link to a message (Slack: chat.getPermalink)."""
    channel = visible_channel(ctx, args.text("channel"))
    message = channel.message(ts=args.text("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    place = f"https://{ctx.world.workspace.domain}.slack.com/archives/{channel.id}"
    parent = message.thread_ts
    tail = f"?thread_ts={parent}&cid={channel.id}" if parent else ""
    link = f"{place}/p{message.ts.replace('.', '')}{tail}"
    return {"channel": channel.id, "permalink": link}


def pin(ctx: Context, args: Args) -> Json:
    """Pin a message to its channel (Slack: pins.add)."""
    channel = _own_place(ctx, args.text("channel"))
    _may_write(ctx, channel)
    ts = args.text("timestamp")
    if channel.message(ts=ts) is None:
        raise SlackError("message_not_found")
    if ts in channel.pins:
        raise SlackError("already_pinned")
    channel.pins.append(ts)
    return {}


def _destination(ctx: Context, name: str) -> Channel:
    """Find where to post: an id, a public channel's name, or a user whose DM is opened."""
    user = ctx.world.users.get(name)
    if user is not None and not user.deleted and not user.is_bot:
        return ctx.world.open_im(user=user.id)
    named = ctx.world.channel_named(name)
    return visible_channel(ctx, named.id if named else name)


def _own_place(ctx: Context, name: str) -> Channel:
    if name.startswith(("U", "W")):
        raise SlackError("channel_not_found")
    return visible_channel(ctx, name)


def _may_write(ctx: Context, channel: Channel) -> None:
    if channel.is_archived:
        raise SlackError("is_archived")
    inside = ctx.world.app.bot_user_id in channel.members
    if not inside and "chat:write.public" not in ctx.world.app.scopes:
        raise SlackError("not_in_channel")


def _own_message(ctx: Context, channel: Channel, ts: str, *, error: str) -> Message:
    message = channel.message(ts=ts)
    if message is None:
        raise SlackError("message_not_found")
    if message.bot_id != ctx.world.app.bot_id:
        raise SlackError(error)
    return message


def _metadata(args: Args) -> Json | None:
    value: Any = args.structure("metadata")
    if not value and isinstance(value, dict | None):
        return None
    sound = isinstance(value, dict) and isinstance(value.get("event_payload"), dict)
    if not sound or not isinstance(value.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    return dict(value)


def _thread(channel: Channel, args: Args) -> str | None:
    ts = args.raw.get("thread_ts")
    if not ts:
        return None
    if not isinstance(ts, str):
        raise invalid("[ERROR] must be a string [json-pointer:/thread_ts]")
    parent = channel.message(ts=ts)
    if parent is None:
        raise SlackError("thread_not_found")
    return parent.thread_ts or parent.ts


def _count_post(ctx: Context, channel: Channel) -> None:
    seconds = ctx.limits.wait_for_post(channel=channel.id)
    if seconds:
        raise SlackError("ratelimited", retry_after=seconds)


def _draft(ctx: Context, channel: Channel, content: Json) -> Message:
    app = ctx.world.app
    return Message(
        channel=channel.id,
        ts=ctx.world.new_ts(),
        user=app.bot_user_id,
        bot_id=app.bot_id,
        **content,
    )


def _keep_readable(ctx: Context, message: Message, args: Args) -> None:
    """Complain when a new text stands over old blocks, which Slack keeps and still shows."""
    if message.blocks and "blocks" not in args.raw:
        ctx.world.fault(f"{args.method}: a new text without blocks leaves the old blocks standing")
