"""Block Kit's blocks as HTML."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sandbox.face.draw.elements import element_html
from sandbox.face.draw.inputs import input_block
from sandbox.face.draw.markdown import markdown
from sandbox.face.draw.markup import plain
from sandbox.face.draw.pictures import image_block, picture, video
from sandbox.face.draw.reader import Reader
from sandbox.face.draw.rich import rich_text
from sandbox.face.draw.scene import Scene, dicts, words_html
from sandbox.face.draw.tables import table
from sandbox.face.draw.tags import Html, join, tag
from sandbox.reading import Json, plain_of

_LARGEST, _SMALLEST = 1, 4


def draw_blocks(blocks: Sequence[Json], scene: Scene) -> Html:
    """Draw blocks within a scene."""
    return join(_block(block, _apart(block, index, scene)) for index, block in enumerate(blocks))


def _apart(block: Json, index: int, scene: Scene) -> Scene:
    """Return a scene whose ids differ for each block without an id of its own."""
    return scene if block.get("block_id") else replace(scene, key=f"{scene.key}.{index}")


def _block(block: Json, scene: Scene) -> Html:
    kind = str(block.get("type"))
    draw = _DRAWN.get(kind, _unknown)
    return tag("div", {"class": f"bk {kind}" if kind in _DRAWN else "bk"}, draw(block, scene))


def _unknown(block: Json, _scene: Scene) -> Html:
    return tag("div", {"dir": "auto"}, Html(plain(plain_of([block]))))


def _section(block: Json, scene: Scene) -> Html:
    text, fields = block.get("text"), dicts(block, "fields")
    parts = (
        [tag("div", {"class": "text", "dir": "auto"}, words_html(text, scene.reader))]
        if text
        else []
    )
    if fields:
        cells = (tag("div", {"dir": "auto"}, words_html(f, scene.reader)) for f in fields)
        parts.append(tag("div", {"class": "fields"}, *cells))
    main = tag("div", {"class": "main"}, *parts)
    return join([main, _accessory(block, scene)])


def _accessory(block: Json, scene: Scene) -> Html:
    raw = block.get("accessory")
    if not isinstance(raw, dict):
        return Html()
    return tag("div", {"class": "accessory"}, _touchable_or_picture(raw, block, scene))


def _touchable_or_picture(raw: Json, block: Json, scene: Scene) -> Html:
    if raw.get("type") == "image":
        return picture(raw, scene.reader)
    return element_html(raw, block=block, scene=scene)


def _header(block: Json, scene: Scene) -> Html:
    level = block.get("level")
    size = level if isinstance(level, int) and _LARGEST <= level <= _SMALLEST else _LARGEST
    attrs = {"class": f"size-{size}", "dir": "auto"}
    return tag(f"h{size + 2}", attrs, words_html(block.get("text"), scene.reader))


def _context(block: Json, scene: Scene) -> Html:
    return join(_small(item, scene.reader) for item in dicts(block, "elements"))


def _small(item: Json, reader: Reader) -> Html:
    if item.get("type") == "image":
        return picture(item, reader)
    return tag("div", {"dir": "auto"}, words_html(item, reader))


def _actions(block: Json, scene: Scene) -> Html:
    raws = dicts(block, "elements")
    return join(element_html(raw, block=block, scene=scene) for raw in raws)


def _context_actions(block: Json, scene: Scene) -> Html:
    rows = [button for raw in dicts(block, "elements") for button in _plain_buttons(raw)]
    return join(element_html(raw, block=block, scene=scene) for raw in rows)


def _plain_buttons(raw: Json) -> list[Json]:
    """Return an element of a context_actions block as ordinary buttons."""
    if raw.get("type") == "feedback_buttons":
        found = [raw.get("positive_button"), raw.get("negative_button")]
        own = {"type": "button", "action_id": raw.get("action_id", "")}
        return [{**one, **own} for one in found if isinstance(one, dict)]
    return [{**raw, "type": "button"}] if raw.get("type") == "icon_button" else [raw]


def _alert(block: Json, scene: Scene) -> Html:
    level = str(block.get("level", "default"))
    known = level if level in ("info", "warning", "error", "success") else "default"
    attrs = {"class": f"level {known}", "dir": "auto", "role": "note"}
    return tag("div", attrs, words_html(block.get("text"), scene.reader))


_Draw = Callable[[Json, Scene], Html]


def _for_reader(draw: Callable[[Json, Reader], Html]) -> _Draw:
    return lambda block, scene: draw(block, scene.reader)


def _rule(_block: Json, _scene: Scene) -> Html:
    return tag("hr", {})


def _markdown(block: Json, _scene: Scene) -> Html:
    return markdown(str(block.get("text", "")))


_DRAWN: Mapping[Any, _Draw] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "context_actions": _context_actions,
    "divider": _rule,
    "image": _for_reader(image_block),
    "video": _for_reader(video),
    "rich_text": _for_reader(rich_text),
    "markdown": _markdown,
    "table": table,
    "data_table": table,
    "input": input_block,
    "alert": _alert,
}
