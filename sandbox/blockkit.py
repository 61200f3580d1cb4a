"""Block Kit as Slack's servers check it: what an app sends in, sentences about faults out."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.blockkit_blocks import BLOCKS
from sandbox.blockkit_rules import Faults, Rule, anything, at, boolean, by_type, items, string, text
from sandbox.blockkit_rules import unknown_and_missing as _unknown_and_missing

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MOST_MARKDOWN = 12_000
MOST_VIEW_BYTES = 250_000
MOST_ATTACHMENTS = 100
MOST_CHARTS = 2

_BLOCK = by_type(BLOCKS)
_WORDS_24 = text(most=24, plain=True)
_COMMON: Mapping[str, Rule] = {
    "private_metadata": string(most=3000, least=0),
    "callback_id": string(most=255, least=0),
    "external_id": string(most=255, least=0),
    "type": anything,
    "blocks": anything,
}
_VIEWS: Mapping[str, Mapping[str, Rule]] = {
    "home": _COMMON,
    "modal": {
        **_COMMON,
        "title": _WORDS_24,
        "submit": _WORDS_24,
        "close": _WORDS_24,
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
}
_REQUIRED = {"home": frozenset({"blocks"}), "modal": frozenset({"blocks", "title"})}


def check_blocks(*, blocks: Any, surface: str, pointer: str = "/blocks") -> list[str]:
    """Return everything wrong with a list of blocks on a ``message``, ``modal`` or ``home``."""
    rule = items(_BLOCK, most=MOST_BLOCKS[surface], least=0)
    found = list(rule(blocks, pointer, surface))
    if isinstance(blocks, list | tuple):
        known = [b for b in blocks if isinstance(b, Mapping)]
        found += [*_same_block_ids(known, pointer), *_whole_payload(known, pointer)]
    return found


def check_view(*, view: Any, surface: str) -> list[str]:
    """Return everything wrong with a view meant to be a ``modal`` or a ``home`` tab."""
    if not isinstance(view, Mapping):
        return [at("/view", "must be an object")]
    if view.get("type") != surface:
        return [at("/view/type", f"must be one of: {surface}")]
    return [*_view_fields(view, surface), *_view_blocks(view, surface)]


def is_too_large(*, view: Any) -> bool:
    """Tell whether a view is over Slack's 250 KB."""
    return len(json.dumps(view, ensure_ascii=False).encode()) > MOST_VIEW_BYTES


def check_attachments(*, attachments: Any) -> list[str]:
    """Return everything wrong with a message's attachments."""
    rule = items(_attachment, most=MOST_ATTACHMENTS, least=0)
    return list(rule(attachments, "/attachments", "message"))


def _attachment(value: Any, pointer: str, _surface: str) -> Faults:
    if not isinstance(value, Mapping):
        yield at(pointer, "must be an object")
    elif "blocks" in value:
        where = f"{pointer}/blocks"
        yield from check_blocks(blocks=value["blocks"], surface="message", pointer=where)


def _view_fields(view: Mapping[str, Any], surface: str) -> Iterator[str]:
    fields = _VIEWS[surface]
    allowed, required = frozenset(fields), _REQUIRED[surface]
    yield from _unknown_and_missing(view, "/view", allowed=allowed, required=required)
    for name, rule in fields.items():
        # The SDK's View sends what was left out as null, and Slack takes that as left out.
        if view.get(name) is not None:
            yield from rule(view[name], f"/view/{name}", surface)


def _view_blocks(view: Mapping[str, Any], surface: str) -> Iterator[str]:
    blocks = view.get("blocks", ())
    yield from check_blocks(blocks=blocks, surface=surface, pointer="/view/blocks")
    kinds = [b.get("type") for b in blocks if isinstance(b, Mapping)]
    if surface == "modal" and "input" in kinds and not view.get("submit"):
        yield at("/view", "missing required field: submit (a view with input blocks needs it)")
    focused = json.dumps(blocks).count('"focus_on_load": true')
    if focused > 1:
        yield at("/view/blocks", "only one element may have focus_on_load")


def _same_block_ids(blocks: list[Mapping[str, Any]], pointer: str) -> Iterator[str]:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        name = block.get("block_id")
        if isinstance(name, str) and name in seen:
            yield at(f"{pointer}/{index}/block_id", f"block_id `{name}` already exists")
        elif isinstance(name, str):
            seen.add(name)


def _whole_payload(blocks: list[Mapping[str, Any]], pointer: str) -> Iterator[str]:
    markdown = sum(len(str(b.get("text", ""))) for b in blocks if b.get("type") == "markdown")
    if markdown > MOST_MARKDOWN:
        yield at(pointer, f"markdown must be less than {MOST_MARKDOWN + 1} characters in all")
    kinds = [b.get("type") for b in blocks]
    if kinds.count("data_visualization") > MOST_CHARTS:
        yield at(pointer, f"no more than {MOST_CHARTS} data_visualization blocks allowed")
    if kinds.count("table") > 1:
        yield at(pointer, "only one table allowed")
