"""Everything that is typed or picked natively: texts, numbers, dates, times, files."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.face.draw.dates import MOST_STAMP
from sandbox.face.draw.scene import Scene, many, marks, naming, placeholder
from sandbox.face.draw.tags import Attrs, Html, esc, tag
from sandbox.formstate import MOST_TYPED
from sandbox.reading import Element, plain_of


def text_input(element: Element, scene: Scene) -> Html:
    """Draw a text field of one or of many lines."""
    lengths = {
        "minlength": element.raw.get("min_length"),
        "maxlength": element.raw.get("max_length", MOST_TYPED),
    }
    held = _text(scene.held(element))
    if element.raw.get("multiline"):
        return _area(held, {**_typing(element, scene), **lengths})
    return tag("input", {"type": "text", "value": held, **_typing(element, scene), **lengths})


def rich_text_input(element: Element, scene: Scene) -> Html:
    """Draw a field for long text; what it holds is shown by its words alone."""
    return _area(_text(scene.held(element)), _typing(element, scene))


def _area(held: str, attrs: Attrs) -> Html:
    # A browser drops the first line end after the tag.
    return tag("textarea", {"rows": 4, **attrs}, esc("\n" + held))


def number_input(element: Element, scene: Scene) -> Html:
    """Draw a number field."""
    bounds = {
        "min": element.raw.get("min_value"),
        "max": element.raw.get("max_value"),
        "step": "any" if element.raw.get("is_decimal_allowed") else "1",
    }
    held = _text(scene.held(element))
    return tag("input", {"type": "number", "value": held, **_typing(element, scene), **bounds})


def _typed(kind: str) -> Callable[[Element, Scene], Html]:
    def draw(element: Element, scene: Scene) -> Html:
        held = _text(scene.held(element))
        return tag("input", {"type": kind, "value": held, **_typing(element, scene)})

    return draw


def _picked(kind: str) -> Callable[[Element, Scene], Html]:
    def draw(element: Element, scene: Scene) -> Html:
        held = _text(scene.held(element))
        return tag("input", {"type": kind, "value": held, **_common(element, scene)})

    return draw


email_input = _typed("email")
url_input = _typed("url")
datepicker = _picked("date")
timepicker = _picked("time")


def datetimepicker(element: Element, scene: Scene) -> Html:
    """Draw a field for a date and a time, in the reader's zone."""
    held = _local(scene.held(element), scene)
    return tag("input", {"type": "datetime-local", "value": held, **_common(element, scene)})


def file_input(element: Element, scene: Scene) -> Html:
    """Draw a field for files."""
    kinds = many(element.raw, "filetypes")
    limits = {
        "accept": ",".join(f".{kind}" for kind in kinds) or None,
        "multiple": element.raw.get("max_files", 2) != 1,
    }
    return tag("input", {"type": "file", **_common(element, scene), **limits})


def _common(element: Element, scene: Scene) -> Attrs:
    focus = element.raw.get("focus_on_load") is True
    return {
        "class": "field",
        **marks(element, scene),
        **naming(element, scene),
        "autofocus": focus,
    }


def _typing(element: Element, scene: Scene) -> Attrs:
    given = element.raw.get("placeholder")
    hint = {"placeholder": placeholder(element, scene)} if given else {}
    return {**_common(element, scene), **hint, "dir": "auto"}


def _text(held: Any) -> str:
    if isinstance(held, dict):
        return plain_of([held])
    return "" if held is None else str(held)


def _local(held: Any, scene: Scene) -> str:
    if not isinstance(held, int) or not 0 <= held <= MOST_STAMP:
        return ""
    return f"{datetime.fromtimestamp(held, scene.reader.zone):%Y-%m-%dT%H:%M}"
