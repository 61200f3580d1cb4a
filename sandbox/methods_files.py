"""The Web API's way to upload a file: ask for a URL, send the bytes, complete."""

from dataclasses import replace
from mimetypes import guess_type
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from sandbox.apicontext import Args, Context, invalid, visible_channel
from sandbox.bounds import MOST_FILES, forget_oldest
from sandbox.errors import SlackError
from sandbox.reading import Json
from sandbox.records import Channel, Message
from sandbox.shelves import new_id

MOST_CHANNELS = 100
MOST_BYTES = 20 * 1024 * 1024
MOST_ALT_TEXT = 1000
_KINDS = {"": "binary", "jpeg": "jpg", "txt": "text"}


def get_upload_url(ctx: Context, args: Args) -> Json:
    """Return where to send a file's bytes (Slack: files.getUploadURLExternal)."""
    length = args.number("length", 0)
    if length <= 0:
        raise invalid("[ERROR] must be greater than 0 [json-pointer:/length]")
    if length > MOST_BYTES:
        raise SlackError("file_upload_size_restricted")
    if len(args.text("alt_txt")) > MOST_ALT_TEXT:
        raise SlackError("alt_txt_too_large")
    name = new_id("F")
    with ctx.world.lock:
        ctx.world.files[name] = {
            **_described(ctx, name, args.text("filename"), args.number("length", 0)),
            "alt_txt": args.text("alt_txt"),
        }
        forget_oldest(ctx.world.files, most=MOST_FILES)
    return {"file_id": name, "upload_url": f"{ctx.base_url()}/upload/v1/{name}"}


def receive(ctx: Context, *, name: str, content: bytes) -> bool:
    """Keep a file's bytes; tell whether they were expected and complete."""
    known = ctx.world.files.get(name)
    if known is None or len(content) != known["size"]:
        return False
    with ctx.world.lock:
        ctx.world.contents[name] = content
        forget_oldest(ctx.world.contents, most=MOST_FILES)
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
    return {"files": [dict(entry) for entry in files]}


def info(ctx: Context, args: Args) -> Json:
    """Return what is known of a file (Slack: files.info)."""
    known = ctx.world.files.get(args.text("file"))
    if known is None or known["id"] not in ctx.world.contents:
        raise SlackError("file_not_found")
    return {"file": dict(known)}


def given(ctx: Context, *, user: str, filename: str, content: bytes) -> Json:
    """Keep a file that a person gives, and return it as Slack has them."""
    name = new_id("F")
    made = {**_described(ctx, name, filename, len(content)), "user": user}
    with ctx.world.lock:
        ctx.world.files[name], ctx.world.contents[name] = made, content
        forget_oldest(ctx.world.files, most=MOST_FILES)
        forget_oldest(ctx.world.contents, most=MOST_FILES)
    return dict(made)


def _described(ctx: Context, name: str, filename: str, size: int) -> Json:
    """Return a file object as Slack has them, its bytes still to come."""
    world = ctx.world
    suffix = PurePath(filename).suffix.lower().removeprefix(".")
    owner, now, tail = world.app.bot_user_id, int(world.calendar()), quote(filename, safe="")
    private = f"{ctx.base_url()}/files-pri/{world.workspace.id}-{name}/{tail}"
    return {
        "id": name,
        "created": now,
        "timestamp": now,
        "name": filename,
        "title": filename,
        "mimetype": guess_type(filename)[0] or "application/octet-stream",
        "filetype": _KINDS.get(suffix, suffix),
        "user": owner,
        "size": size,
        "mode": "hosted",
        "is_external": False,
        "url_private": private,
        "url_private_download": private,
        "permalink": f"https://{world.workspace.domain}.slack.com/files/{owner}/{name}/{tail}",
    }


def _uploaded(ctx: Context, entry: Any) -> Json:
    known = ctx.world.files.get(entry.get("id", "")) if isinstance(entry, dict) else None
    if known is None or known["id"] not in ctx.world.contents:
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
        files=tuple(dict(entry) for entry in files),
    )
    ctx.world.add_message(replace(message, thread_ts=args.text("thread_ts") or None))
