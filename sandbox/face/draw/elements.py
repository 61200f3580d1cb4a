"""Every element that can be touched, each by its own hand."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.face.draw import choosers, fields
from sandbox.face.draw.links import OUTSIDE, leads
from sandbox.face.draw.scene import Scene, dicts, marks, words_html
from sandbox.face.draw.tags import Html, tag
from sandbox.reading import Element, Json, plain_of


def element_html(raw: Json, *, block: Json, scene: Scene) -> Html:
    """Draw an element of a block; one of an unknown type is its words."""
    kind = raw.get("type")
    draw = DRAWN.get(kind) if isinstance(kind, str) else None
    if draw is None:
        return tag("span", {"dir": "auto"}, plain_of([raw]))
    return draw(Element(block=block, raw=raw), scene)


def button(element: Element, scene: Scene) -> Html:
    """Draw a button; one with an address is a link too."""
    raw, url = element.raw, str(element.raw.get("url", ""))
    style = raw.get("style")
    attrs = {
        "class": f"btn {style}" if style in ("primary", "danger") else "btn",
        **marks(element, scene),
        "data-value": element.value,
        "aria-label": raw.get("accessibility_label"),
        "dir": "auto",
    }
    words = tag("span", {}, words_html(raw.get("text"), scene.reader))
    if leads(url):
        return tag("a", {**attrs, "href": url, **OUTSIDE}, words)
    return tag("button", {**attrs, "type": "button"}, words)


def overflow(element: Element, scene: Scene) -> Html:
    """Draw the menu behind three dots."""
    rows = [_overflow_row(element, option, scene) for option in dicts(element.raw, "options")]
    dots = tag("summary", {"class": "btn", "aria-label": scene.word("more")}, "⋯")
    return tag("details", {"class": "overflow"}, dots, tag("div", {"class": "menu"}, *rows))


def _overflow_row(element: Element, option: Json, scene: Scene) -> Html:
    raw = {**option, "type": "overflow", "action_id": element.action_id}
    confirm: Mapping[str, Any] = {k: v for k, v in element.raw.items() if k == "confirm"}
    return button(Element(block=element.block, raw={**raw, **confirm}), scene)


DRAWN: Mapping[str, Callable[[Element, Scene], Html]] = {
    "button": button,
    "workflow_button": button,
    "overflow": overflow,
    "static_select": choosers.select,
    "external_select": choosers.select,
    "users_select": choosers.select,
    "channels_select": choosers.select,
    "conversations_select": choosers.select,
    "multi_static_select": choosers.multi,
    "multi_external_select": choosers.multi,
    "multi_users_select": choosers.multi,
    "multi_channels_select": choosers.multi,
    "multi_conversations_select": choosers.multi,
    "checkboxes": choosers.checkboxes,
    "radio_buttons": choosers.radio_buttons,
    "plain_text_input": fields.text_input,
    "rich_text_input": fields.rich_text_input,
    "number_input": fields.number_input,
    "email_text_input": fields.email_input,
    "url_text_input": fields.url_input,
    "datepicker": fields.datepicker,
    "timepicker": fields.timepicker,
    "datetimepicker": fields.datetimepicker,
    "file_input": fields.file_input,
}
