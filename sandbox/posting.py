"""Checking what an app wants to show, whichever way it comes: API, ack or response_url."""

from collections.abc import Mapping
from typing import Any

from sandbox.blockkit import check_attachments, check_blocks, check_view, is_too_large
from sandbox.errors import SlackError
from sandbox.reading import Json
from sandbox.state import World

MOST_TEXT = 40_000
NO_TEXT_FOR_READERS = "blocks without a top-level text: screen readers and notifications get none"


def checked_content(*, world: World, args: Mapping[str, Any], where: str) -> Json:
    """Return a message's ``text``, ``blocks`` and ``attachments`` as Slack would keep them.

    Only what was given is returned. Faults are written down; raises invalid_blocks,
    invalid_attachments or no_text.
    """
    content = {n: args[n] for n in ("blocks", "attachments") if args.get(n) is not None}
    text = args.get("text")
    _refuse_bad(world, content, where)
    if not text and not any(content.values()) and content.get("blocks") is None:
        raise SlackError("no_text")
    if content.get("blocks") and not text:
        world.fault(f"{where}: {NO_TEXT_FOR_READERS}")
    kept = {name: tuple(value) for name, value in content.items()}
    return kept if text is None else {**kept, "text": _as_text(world, text, where)}


def checked_view(*, world: World, view: Any, surface: str, where: str) -> Json:
    """Return a view that may be shown; raises invalid_arguments or view_too_large."""
    found = check_view(view=view, surface=surface)
    for sentence in found:
        world.fault(f"{where}: {sentence}")
    if found:
        messages = {"messages": [f"[ERROR] {sentence}" for sentence in found]}
        raise SlackError("invalid_arguments", response_metadata=messages)
    if is_too_large(view=view):
        world.fault(f"{where}: the view is larger than 250 KB")
        raise SlackError("view_too_large")
    return {name: value for name, value in view.items() if value is not None}


def _refuse_bad(world: World, content: Json, where: str) -> None:
    found = check_blocks(blocks=content.get("blocks", []), surface="message")
    _refuse(world, found, where, "invalid_blocks")
    found = check_attachments(attachments=content.get("attachments", []))
    _refuse(world, found, where, "invalid_attachments")


def _refuse(world: World, found: list[str], where: str, code: str) -> None:
    for sentence in found:
        world.fault(f"{where}: {sentence}")
    if found:
        messages = {"messages": [f"[ERROR] {sentence}" for sentence in found]}
        raise SlackError(code, errors=found, response_metadata=messages)


def _as_text(world: World, text: Any, where: str) -> str:
    if not isinstance(text, str):
        world.fault(f"{where}: text must be a string")
        raise SlackError("invalid_arguments")
    if len(text) > MOST_TEXT:
        world.fault(f"{where}: text of {len(text)} characters was truncated at {MOST_TEXT}")
    return text[:MOST_TEXT]
