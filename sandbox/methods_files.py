"""The Web API's way to upload a file: ask for a URL, send the bytes, complete."""

from dataclasses import replace
from typing import Any

from sandbox.apicontext import Args, Context, invalid, visible_channel
from sandbox.errors import SlackError
from sandbox.reading import Json
from sandbox.records import Channel, Message
from sandbox.state import new_id

MOST_CHANNELS = 100


def get_upload_url(ctx: Context, args: Args) -> Json:
    """Return where to send a file's bytes (Slack: files.getUploadURLExternal)."""
    length = args.number("length", 0)
    if length <= 0:
        raise invalid("[ERROR] must be greater than 0 [json-pointer:/length]")
    name = new_id("F")
    ctx.world.files[name] = {
        "id": name,
        "name": args.text("filename"),
        "title": args.text("filename"),
        "size": length,
        "alt_txt": args.text("alt_txt"),
    }
    return {"file_id": name, "upload_url": f"{ctx.base_url()}/upload/v1/{name}"}


def receive(ctx: Context, *, name: str, content: bytes) -> bool:
    """Keep a file's bytes; tell whether they were expected and complete."""
    known = ctx.world.files.get(name)
    if known is None or len(content) != known["size"]:
        return False
    known["content"] = content
    return True


def complete(ctx: Context, args: Args) -> Json:
    """Share uploaded files where the app is a member (Slack: files.completeUploadExternal)."""
    given: Any = args.structure("files")
    if not isinstance(given, list) or not given:
        raise invalid("[ERROR] missing required field: files")
    files = [_uploaded(ctx, entry) for entry in given]
    names = args.ids("channels") or args.ids("channel_id")
    if len(names) > MOST_CHANNELS:
        raise SlackError("invalid_channel")
    places = [_shared_place(ctx, name) for name in names]
    for place in places:
        _share(ctx, place, files, args)
    return {"files": [_told(entry) for entry in files]}


def _uploaded(ctx: Context, entry: Any) -> Json:
    known = ctx.world.files.get(entry.get("id", "")) if isinstance(entry, dict) else None
    if known is None or "content" not in known:
        raise SlackError("file_not_found")
    known["title"] = entry.get("title") or known["title"]
    return known


def _shared_place(ctx: Context, name: str) -> Channel:
    channel = visible_channel(ctx, name)
    if ctx.world.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _share(ctx: Context, channel: Channel, files: list[Json], args: Args) -> None:
    app = ctx.world.app
    message = Message(
        channel=channel.id,
        ts=ctx.world.new_ts(),
        user=app.bot_user_id,
        bot_id=app.bot_id,
        text=args.text("initial_comment"),
        files=tuple(_told(entry) for entry in files),
    )
    ctx.world.add_message(replace(message, thread_ts=args.text("thread_ts") or None))


def _told(entry: Json) -> Json:
    return {name: value for name, value in entry.items() if name != "content"}
