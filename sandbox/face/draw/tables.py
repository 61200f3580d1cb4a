"""Tables, which scroll within a box of their own."""

from collections.abc import Sequence
from typing import Any
from unicodedata import bidirectional

from sandbox.face.draw.emojis import drawn, with_emoji
from sandbox.face.draw.rich import rich_text
from sandbox.face.draw.scene import Scene, many
from sandbox.face.draw.tags import Attrs, Html, tag
from sandbox.reading import Json, plain_of

# Slack's left is where a reader begins.
_ALIGNED = {"left": "start", "center": "center", "right": "end"}


def table(block: Json, scene: Scene) -> Html:
    """Draw a table block; its first row names the columns."""
    rows = [row for row in many(block, "rows") if isinstance(row, list | tuple)]
    looks = [_look(one) for one in many(block, "column_settings")]
    title = str(block.get("caption") or scene.word("table"))
    named = [tag("caption", {"dir": "auto"}, title)] if block.get("caption") else []
    head = tag("thead", {}, *(_row(row, looks, scene, head=True) for row in rows[:1]))
    body = tag("tbody", {}, *(_row(row, looks, scene, head=False) for row in rows[1:]))
    inner = tag("table", {"dir": _direction(plain_of([block]))}, *named, head, body)
    box: Attrs = {"class": "table", "role": "region", "aria-label": title, "tabindex": 0}
    return tag("div", box, inner)


def _direction(words: str) -> str:
    """Return a table's direction by its first letter: a browser passes over isolated cells."""
    kinds = (bidirectional(char) for char in words)
    first = next((kind for kind in kinds if kind in ("L", "R", "AL")), "")
    return {"": "auto", "L": "ltr"}.get(first, "rtl")


def _look(setting: Any) -> str:
    if not isinstance(setting, dict):
        return ""
    aligned = _ALIGNED.get(str(setting.get("align")), "start")
    return f"{aligned} wrap" if setting.get("is_wrapped") else aligned


def _row(cells: Sequence[Any], looks: Sequence[str], scene: Scene, *, head: bool) -> Html:
    drawn_cells = []
    for index, cell in enumerate(cells):
        look = looks[index] if index < len(looks) else ""
        attrs = {"class": look or None, "scope": "col" if head else None}
        drawn_cells.append(tag("th" if head else "td", attrs, _cell(cell, scene)))
    return tag("tr", {}, *drawn_cells)


def _cell(cell: Any, scene: Scene) -> Html:
    """Draw a cell apart from its row's direction, which is the table's."""
    if not isinstance(cell, dict):
        return Html()
    if cell.get("type") == "rich_text":
        return rich_text(cell, scene.reader)
    shown = cell.get("text", cell.get("value", ""))
    return tag("bdi", {}, drawn(with_emoji(str(shown))))
