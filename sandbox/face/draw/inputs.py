"""Input blocks: a label, a control, and the hint and error that belong to it."""

from sandbox.face.draw.elements import element_html
from sandbox.face.draw.scene import Scene, words_html
from sandbox.face.draw.tags import Html, join, tag
from sandbox.reading import Element, Json, text_of

_GROUPS = ("checkboxes", "radio_buttons")


def input_block(block: Json, scene: Scene) -> Html:
    """Draw an input block; its error, when there is one, is read out at once."""
    raw = block.get("element")
    if not isinstance(raw, dict) or "type" not in raw:
        return words_html(block.get("label"), scene.reader)
    element = Element(block=block, raw=raw)
    control = element_html(raw, block=block, scene=scene)
    return join([_label(element, scene), control, _error(element, scene), _hint(element, scene)])


def _label(element: Element, scene: Scene) -> Html:
    words = words_html(element.block.get("label"), scene.reader)
    if element.block.get("optional"):
        mark = tag("span", {"class": "optional"}, scene.word("optional"))
        words = join([words, " ", mark])
    attrs = {"class": "label", "id": scene.id(element, "label"), "dir": "auto"}
    if element.kind in _GROUPS or element.kind.startswith("multi_"):
        return tag("div", attrs, words)
    return tag("label", {**attrs, "for": scene.id(element, "control")}, words)


def _error(element: Element, scene: Scene) -> Html:
    wrong = scene.errors.get(element.block_id)
    if wrong is None:
        return Html()
    attrs = {"class": "error", "role": "alert", "id": scene.id(element, "error"), "dir": "auto"}
    return tag("div", attrs, wrong)


def _hint(element: Element, scene: Scene) -> Html:
    if not text_of(element.block.get("hint")):
        return Html()
    attrs = {"class": "hint", "id": scene.id(element, "hint"), "dir": "auto"}
    return tag("div", attrs, words_html(element.block["hint"], scene.reader))
