"""Reading Block Kit as a person does: all its words, and everything that can be touched."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

INTERACTIVE = frozenset(
    {
        "button",
        "channels_select",
        "checkboxes",
        "conversations_select",
        "datepicker",
        "datetimepicker",
        "email_text_input",
        "external_select",
        "file_input",
        "multi_channels_select",
        "multi_conversations_select",
        "multi_external_select",
        "multi_static_select",
        "multi_users_select",
        "number_input",
        "overflow",
        "plain_text_input",
        "radio_buttons",
        "rich_text_input",
        "static_select",
        "timepicker",
        "url_text_input",
        "users_select",
        "workflow_button",
    }
)
_WORDS = ("title", "text", "label", "hint", "alt_text", "caption", "placeholder", "description")
_NESTED = ("fields", "element", "elements", "accessory", "rows", "options", "option_groups")


@dataclass(frozen=True, kw_only=True)
class Element:
    """An interactive element where it stands: its JSON and its block's."""

    block: Json
    raw: Json

    @property
    def action_id(self) -> str:
        """The id an app listens to; empty when the app gave none."""
        return str(self.raw.get("action_id", ""))

    @property
    def block_id(self) -> str:
        """The id of the block around the element."""
        return str(self.block.get("block_id", ""))

    @property
    def kind(self) -> str:
        """The element's type, for example ``static_select``."""
        return str(self.raw["type"])

    @property
    def text(self) -> str:
        """The words on the element, or its placeholder."""
        return text_of(self.raw.get("text")) or text_of(self.raw.get("placeholder"))

    @property
    def value(self) -> str:
        """A button's value; empty for everything else."""
        return str(self.raw.get("value", ""))


def text_of(value: Any) -> str:
    """Return the words of a text object or a plain string; empty for anything else."""
    if isinstance(value, Mapping):
        return str(value.get("text", "")) if isinstance(value.get("text"), str) else ""
    return value if isinstance(value, str) else ""


def elements_of(blocks: Sequence[Json]) -> list[Element]:
    """Return all interactive elements of the blocks, in reading order."""
    return [Element(block=block, raw=raw) for block in blocks for raw in _interactive(block)]


def plain_of(blocks: Sequence[Json]) -> str:
    """Return every word on the blocks, one piece a line."""
    return "\n".join(piece for block in blocks for piece in _words(block) if piece)


def _interactive(node: Any) -> Iterator[Json]:
    if isinstance(node, list):
        for item in node:
            yield from _interactive(item)
    elif isinstance(node, dict):
        if node.get("type") in INTERACTIVE:
            yield node
        for key in ("element", "elements", "accessory", "actions", "blocks"):
            yield from _interactive(node.get(key))


def _words(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _words(item)
    elif isinstance(node, dict):
        yield from _own_words(node)
        for key in (*_NESTED, "blocks", "actions", "body", "subtitle"):
            yield from _words(node.get(key))


def _own_words(node: Json) -> Iterator[str]:
    for key in _WORDS:
        value = node.get(key)
        if isinstance(value, dict) and not isinstance(value.get("text"), str):
            yield from _words(value)
        else:
            yield text_of(value)
    if node.get("type") == "link" and "text" not in node:
        yield str(node.get("url", ""))
