"""What apps answer outside the Web API: acks of commands, and posts to a response_url."""

from typing import Any

from sandbox.apicontext import Context
from sandbox.errors import OperationFailed, SlackError
from sandbox.posting import checked_content
from sandbox.reading import Json
from sandbox.records import Answer, Channel, Message
from sandbox.state import World
from sandbox.triggers import ResponseUrl

_TYPES = ("ephemeral", "in_channel")


def answer_from_ack(
    *, world: World, payload: Any, user: str, channel: Channel, typed: str
) -> Answer:
    """Show a slash command's ack and return it; raises OperationFailed when it is nonsense."""
    if payload in (None, "", {}):
        return Answer()
    if not isinstance(payload, dict):
        world.fault(f"ack of {typed}: must be an object")
        raise OperationFailed("dispatch_failed: the ack is not an object")
    kind = _kind(world, payload, where=f"ack of {typed}")
    public = kind == "in_channel"
    if public:
        _show_typed(world, user=user, channel=channel, typed=typed)
    if set(payload) == {"response_type"}:
        return Answer(response_type=kind, raw=payload)
    message = _ack_message(world, payload, user, channel, typed, public=public)
    return Answer(
        text=message.text,
        blocks=message.blocks,
        response_type=kind,
        raw=payload,
        message=message,
    )


def respond(*, ctx: Context, url: ResponseUrl, payload: Any) -> None:
    """Do what a POST to a response_url asks; raises SlackError.

    Replacing and deleting touch the message that the interaction came from, never the
    person's own command.
    """
    world = ctx.world
    if not isinstance(payload, dict):
        world.fault("response_url: must be an object")
        raise SlackError("invalid_payload")
    if payload.get("delete_original") and url.source is not None:
        world.remove_message(url.source)
        return
    _replace_or_show(world, url, payload)


def _replace_or_show(world: World, url: ResponseUrl, payload: Json) -> None:
    kind = _kind(world, payload, where="response_url")
    content = checked_content(world=world, args=payload, where="response_url")
    if payload.get("replace_original") and url.source is not None:
        empty: Json = {"text": "", "blocks": (), "attachments": ()}
        world.change_message(url.source, **{**empty, **content}, edited=world.new_ts())
        return
    only = None if kind == "in_channel" else url.user
    draft = _draft(world, channel=url.channel, only=only, content=content)
    _show(world, draft, thread_ts=payload.get("thread_ts"))


def _show(world: World, draft: Message, *, thread_ts: Any) -> None:
    if thread_ts:
        world.add_message(Message(**{**draft.__dict__, "thread_ts": str(thread_ts)}))
    else:
        world.add_message(draft)


def _kind(world: World, payload: Json, *, where: str) -> str:
    kind = payload.get("response_type", "ephemeral")
    if kind not in _TYPES:
        world.fault(f"{where}: must be one of: {', '.join(_TYPES)} [json-pointer:/response_type]")
        return "ephemeral"
    return str(kind)


def _show_typed(world: World, *, user: str, channel: Channel, typed: str) -> None:
    world.add_message(Message(channel=channel.id, ts=world.new_ts(), user=user, text=typed))


def _ack_message(
    world: World, payload: Json, user: str, channel: Channel, typed: str, *, public: bool
) -> Message:
    try:
        content = checked_content(world=world, args=payload, where=f"ack of {typed}")
    except SlackError as error:
        if error.code == "no_text":
            world.fault(f"ack of {typed}: no_text")
        raise OperationFailed(f"dispatch_failed: {error.code}") from None
    only = None if public else user
    return world.add_message(_draft(world, channel=channel.id, only=only, content=content))


def _draft(world: World, *, channel: str, only: str | None, content: Json) -> Message:
    return Message(
        channel=channel,
        ts=world.new_ts(),
        user=world.app.bot_user_id,
        bot_id=world.app.bot_id,
        ephemeral_for=only,
        **content,
    )
