"""What every modal is made of: a field with its label, and the frame around the fields."""

import json
from typing import Any

from bot.texts import Words
from bot.views.blocks import TITLE_LIMIT, Block, ViewId, plain


def asked(
    block: str,
    label: str,
    element: dict[str, Any],
    *,
    optional: bool = False,
    dispatch: bool = False,
) -> Block:
    """Make a field; with `dispatch` its choice comes at once, before the modal is sent."""
    made: Block = {
        "type": "input",
        "block_id": block,
        "label": plain(label),
        "element": element,
        "optional": optional,
    }
    return made | ({"dispatch_action": True} if dispatch else {})


def modal(
    view_id: ViewId, name: str, blocks: list[Block], meta: dict[str, Any], say: Words
) -> dict[str, Any]:
    """Make a modal of these blocks; `meta` comes back with it, `say` are words without markup."""
    return {
        "type": "modal",
        "callback_id": view_id.value,
        "title": plain(name, TITLE_LIMIT),
        "submit": plain(say.say("modal.save"), TITLE_LIMIT),
        "close": plain(say.say("modal.cancel"), TITLE_LIMIT),
        "private_metadata": json.dumps(meta),
        "blocks": blocks,
    }
