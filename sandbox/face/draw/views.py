"""Modals and the home tab."""

from collections.abc import Mapping

from sandbox.face.draw.blocks import draw_blocks
from sandbox.face.draw.reader import Reader
from sandbox.face.draw.scene import NO_ERRORS, Scene, words_html
from sandbox.face.draw.tags import Attrs, Html, join, tag
from sandbox.formstate import Typed
from sandbox.reading import text_of
from sandbox.records import View


def view_html(
    view: View, reader: Reader, *, typed: Typed, errors: Mapping[str, str], nested: bool
) -> str:
    """Draw a modal with its errors by block id; a nested one leads back to the one below.

    Buttons that close carry ``data-close``: ``one`` for this modal, ``all`` for the whole stack.
    """
    scene = Scene(reader=reader, typed=typed, errors=errors, key=view.id)
    title = f"{view.id}/title"
    return tag(
        "form",
        {"class": "view", "data-view": view.id, "aria-labelledby": title},
        _top(view, scene, title, nested=nested),
        tag("div", {"class": "body"}, draw_blocks(view.blocks, scene)),
        _bottom(view, scene),
    )


def home_html(view: View, reader: Reader, *, typed: Typed) -> str:
    """Draw a home tab."""
    scene = Scene(reader=reader, typed=typed, errors=NO_ERRORS, key=view.id)
    attrs = {"class": "view home", "data-view": view.id}
    return tag("form", attrs, draw_blocks(view.blocks, scene))


def _top(view: View, scene: Scene, name: str, *, nested: bool) -> Html:
    back = [_closing("back", scene.word("back"), "one", "‹")] if nested else []
    title = tag("h2", {"id": name, "dir": "auto"}, words_html(view.raw.get("title"), scene.reader))
    return tag("header", {}, *back, title, _closing("x", scene.word("close"), "all", "×"))


def _closing(name: str, label: str, which: str, sign: str) -> Html:
    attrs = {"type": "button", "class": name, "data-close": which, "aria-label": label}
    return tag("button", attrs, sign)


def _bottom(view: View, scene: Scene) -> Html:
    submit = view.raw.get("submit")
    usual = scene.word("cancel" if submit else "close")
    words = words_html(view.raw.get("close"), scene.reader) or usual
    attrs = {"type": "button", "class": "btn", "data-close": "one", "dir": "auto"}
    return tag("footer", {}, join([tag("button", attrs, words), _submit(view, scene)]))


def _submit(view: View, scene: Scene) -> Html:
    if not text_of(view.raw.get("submit")):
        return Html()
    off = view.raw.get("submit_disabled") is True
    attrs: Attrs = {"type": "submit", "class": "btn primary", "disabled": off, "dir": "auto"}
    return tag("button", attrs, words_html(view.raw["submit"], scene.reader))
