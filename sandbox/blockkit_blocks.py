"""Block Kit's blocks as a table of limits and of the surfaces that take them."""

from collections.abc import Mapping
from typing import Any

from sandbox.blockkit_elements import ELEMENTS, HTTP, ID
from sandbox.blockkit_rules import (
    Faults,
    Rule,
    Spec,
    anything,
    at,
    boolean,
    by_type,
    integer,
    items,
    one_of,
    shape,
    string,
    text,
)

MESSAGES = frozenset({"message"})
MODALS = frozenset({"modal"})
MESSAGES_AND_HOME = frozenset({"message", "home"})
SELECTS = tuple(name for name in ELEMENTS if name.endswith("_select"))
CHOOSERS = (*SELECTS, "checkboxes", "radio_buttons", "datepicker", "timepicker")
TYPED = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
IN_SECTION = (*CHOOSERS, "button", "overflow", "image", "workflow_button")
IN_ACTIONS = (
    *CHOOSERS, "datetimepicker", "button", "overflow", "workflow_button", "rich_text_input",
)  # fmt: skip
IN_INPUT = (*CHOOSERS, *TYPED, "datetimepicker", "rich_text_input", "file_input")
RICH_PARTS = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")

_IMAGE_URL = string(most=3000, pattern=HTTP, hint="must be a valid URL")


def _in_context(value: Any, pointer: str, surface: str) -> Faults:
    if isinstance(value, Mapping) and value.get("type") == "image":
        yield from by_type(ELEMENTS, only=("image",))(value, pointer, surface)
    else:
        yield from text(most=3000)(value, pointer, surface)


def _text_or_fields(value: Any, pointer: str, _surface: str) -> Faults:
    if "text" not in value and "fields" not in value:
        yield at(pointer, "missing required field: text or fields")


def _one_picture(value: Any, pointer: str, _surface: str) -> Faults:
    if ("image_url" in value) == ("slack_file" in value):
        yield at(pointer, "exactly one of image_url and slack_file is required")


def _unique_actions(value: Any, pointer: str, _surface: str) -> Faults:
    elements = value.get("elements")
    given = [
        e["action_id"]
        for e in (elements if isinstance(elements, list) else ())
        if isinstance(e, Mapping) and isinstance(e.get("action_id"), str)
    ]
    for name in sorted({name for name in given if given.count(name) > 1}):
        yield at(pointer, f"action_id `{name}` already exists in this block")


def _rich_part(value: Any, pointer: str, _surface: str) -> Faults:
    if not isinstance(value, Mapping):
        yield at(pointer, "must be an object")
        return
    if value.get("type") not in RICH_PARTS:
        yield at(f"{pointer}/type", f"unsupported type: {value.get('type')}")
    if not isinstance(value.get("elements"), list):
        yield at(pointer, "missing required field: elements")
    if value.get("type") == "rich_text_list":
        yield from _rich_list(value, pointer)


def _rich_list(value: Mapping[str, Any], pointer: str) -> Faults:
    if value.get("style") not in ("bullet", "ordered"):
        yield at(f"{pointer}/style", "must be one of: bullet, ordered")
    if value.get("indent", 0) not in range(9):
        yield at(f"{pointer}/indent", "must be between 0 and 8")


def _cell(value: Any, pointer: str, _surface: str) -> Faults:
    kinds = ("raw_text", "raw_number", "rich_text")
    if not isinstance(value, Mapping) or value.get("type") not in kinds:
        yield at(pointer, f"must be one of: {', '.join(kinds)}")


def _block(
    fields: Mapping[str, Rule],
    *,
    needs: tuple[str, ...] = (),
    checks: tuple[Rule, ...] = (),
    surfaces: frozenset[str] = frozenset({"message", "modal", "home"}),
) -> Spec:
    return Spec(
        fields={"block_id": ID, **fields},
        required=frozenset(needs),
        checks=checks,
        surfaces=surfaces,
    )


_CARD = _block(
    {
        "hero_image": anything,
        "icon": anything,
        "slack_icon": anything,
        "title": text(most=150),
        "subtitle": text(most=150),
        "body": text(most=200),
        "subtext": text(most=200),
        "actions": items(by_type(ELEMENTS, only=("button",)), most=3),
    },
    surfaces=MESSAGES_AND_HOME,
)

BLOCKS: Mapping[str, Spec] = {
    "divider": _block({}),
    "header": _block(
        {"text": text(most=150, plain=True), "level": integer(least=1, most=4)}, needs=("text",)
    ),
    "section": _block(
        {
            "text": text(most=3000),
            "fields": items(text(most=2000), most=10),
            "accessory": by_type(ELEMENTS, only=IN_SECTION),
            "expand": boolean,
        },
        checks=(_text_or_fields,),
    ),
    "context": _block({"elements": items(_in_context, most=10)}, needs=("elements",)),
    "actions": _block(
        {"elements": items(by_type(ELEMENTS, only=IN_ACTIONS), most=25)},
        needs=("elements",),
        checks=(_unique_actions,),
    ),
    "input": _block(
        {
            "label": text(most=2000, plain=True),
            "element": by_type(ELEMENTS, only=IN_INPUT),
            "hint": text(most=2000, plain=True),
            "optional": boolean,
            "dispatch_action": boolean,
        },
        needs=("label", "element"),
    ),
    "image": _block(
        {
            "image_url": _IMAGE_URL,
            "slack_file": anything,
            "alt_text": string(most=2000),
            "title": text(most=2000, plain=True),
        },
        needs=("alt_text",),
        checks=(_one_picture,),
    ),
    "video": _block(
        {
            "alt_text": string(most=2000),
            "title": text(most=199, plain=True),
            "thumbnail_url": _IMAGE_URL,
            "video_url": _IMAGE_URL,
            "author_name": string(most=49),
            "description": text(most=200, plain=True),
            "provider_icon_url": _IMAGE_URL,
            "provider_name": string(most=255),
            "title_url": _IMAGE_URL,
        },
        needs=("alt_text", "title", "thumbnail_url", "video_url"),
    ),
    "markdown": _block({"text": string(most=12_000)}, needs=("text",), surfaces=MESSAGES),
    "rich_text": _block({"elements": items(_rich_part, most=1000)}, needs=("elements",)),
    "table": _block(
        {
            "rows": items(items(_cell, most=20), most=100),
            "column_settings": items(anything, most=20, least=0),
        },
        needs=("rows",),
        surfaces=MESSAGES_AND_HOME,
    ),
    "alert": _block(
        {
            "text": text(most=200),
            "level": one_of("default", "info", "warning", "error", "success"),
        },
        needs=("text",),
        surfaces=MODALS,
    ),
    "data_table": _block(
        {
            "caption": string(most=1000),
            "page_size": integer(least=1, most=100),
            "rows": items(items(_cell, most=20), least=2, most=101),
            "row_header_column_index": integer(least=0, most=19),
        },
        needs=("caption", "rows"),
        surfaces=MESSAGES,
    ),
    "data_visualization": _block(
        {"title": string(most=50), "chart": anything}, needs=("title", "chart"), surfaces=MESSAGES
    ),
    "card": _CARD,
    "carousel": _block(
        {"elements": items(shape(_CARD), most=10)}, needs=("elements",), surfaces=MESSAGES
    ),
    "context_actions": _block(
        {"elements": items(anything, most=5)}, needs=("elements",), surfaces=MESSAGES
    ),
}
