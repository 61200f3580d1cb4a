"""The JSON that Slack sends an app: commands, actions, submissions, events."""

from typing import Any
from uuid import uuid4

from sandbox.reading import Element, Json
from sandbox.records import Channel, Message, View
from sandbox.shelves import new_id
from sandbox.state import World

_VIEW_DEFAULTS: Json = {
    "private_metadata": "",
    "callback_id": "",
    "external_id": "",
    "clear_on_close": False,
    "notify_on_close": False,
    "submit": None,
    "close": None,
    "title": None,
}


def channel_name(channel: Channel) -> str:
    """Return the name that payloads carry; DMs and private channels have fixed ones."""
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name


def command(
    *, world: World, user: str, channel: Channel, words: tuple[str, str], trigger_id: str,
    response_url: str,
) -> Json:  # fmt: skip
    """Return a slash command's form; ``words`` are the command and its text."""
    return {
        "token": world.app.verification_token,
        "team_id": world.workspace.id,
        "team_domain": world.workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user,
        "user_name": world.users[user].name,
        "command": words[0],
        "text": words[1],
        "api_app_id": world.app.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def view_json(*, world: World, view: View, state: Json | None = None) -> Json:
    """Return a view as answers and payloads carry it; ``state`` is its typed values."""
    return {
        **_VIEW_DEFAULTS,
        **view.raw,
        "id": view.id,
        "team_id": world.workspace.id,
        "app_id": world.app.app_id,
        "app_installed_team_id": world.workspace.id,
        "bot_id": world.app.bot_id,
        "hash": view.hash,
        "root_view_id": view.root_view_id,
        "previous_view_id": view.previous_view_id,
        "state": {"values": state or {}},
    }


def _interaction(*, world: World, user: str, kind: str) -> Json:
    person = world.users[user]
    return {
        "type": kind,
        "user": {
            "id": user,
            "username": person.name,
            "name": person.name,
            "team_id": world.workspace.id,
        },
        "api_app_id": world.app.app_id,
        "token": world.app.verification_token,
        "team": {"id": world.workspace.id, "domain": world.workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_action(
    *, world: World, user: str, message: Message, action: Json, trigger_id: str,
    response_url: str, state: Json,
) -> Json:  # fmt: skip
    """Return block_actions of an element in a message; ephemeral ones carry no message."""
    channel = world.channels[message.channel]
    ephemeral = message.ephemeral_for is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    shown = {} if ephemeral else {"message": message.to_json()}
    return {
        **_interaction(world=world, user=user, kind="block_actions"),
        "container": container,
        "trigger_id": trigger_id,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        **shown,
        "state": {"values": state},
        "response_url": response_url,
        "actions": [action],
    }


def view_action(
    *, world: World, user: str, view: View, action: Json, trigger_id: str, state: Json
) -> Json:
    """Return block_actions of an element in a modal or a home tab."""
    return {
        **_interaction(world=world, user=user, kind="block_actions"),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": trigger_id,
        "view": view_json(world=world, view=view, state=state),
        "actions": [action],
    }


def submission(*, world: World, user: str, view: View, trigger_id: str, state: Json) -> Json:
    """Return a modal's view_submission."""
    return {
        **_interaction(world=world, user=user, kind="view_submission"),
        "trigger_id": trigger_id,
        "view": view_json(world=world, view=view, state=state),
        "response_urls": [],
    }


def closed(*, world: World, user: str, view: View, is_cleared: bool, state: Json) -> Json:
    """Return a modal's view_closed; ``is_cleared`` when the whole stack went."""
    return {
        **_interaction(world=world, user=user, kind="view_closed"),
        "view": view_json(world=world, view=view, state=state),
        "is_cleared": is_cleared,
    }


def suggestion(*, world: World, user: str, element: Element, query: str, place: Json) -> Json:
    """Return block_suggestion: a person types into an external select."""
    return {
        **_interaction(world=world, user=user, kind="block_suggestion"),
        "action_id": element.action_id,
        "block_id": element.block_id,
        "value": query,
        **place,
    }


def event(*, world: World, inner: Json) -> Json:
    """Return an event_callback with a new event_id around an event."""
    return {
        "token": world.app.verification_token,
        "team_id": world.workspace.id,
        "api_app_id": world.app.app_id,
        "event": inner,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(world.calendar()),
        "authorizations": [_authorization(world)],
        "is_ext_shared_channel": False,
        "event_context": f"4-{uuid4()}",
    }


def _authorization(world: World) -> dict[str, Any]:
    return {
        "enterprise_id": None,
        "team_id": world.workspace.id,
        "user_id": world.app.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
