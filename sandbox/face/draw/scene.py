"""Where blocks are drawn, and what every element that can be touched says about itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from sandbox.face.draw.markup import mrkdwn, plain
from sandbox.face.draw.reader import Reader
from sandbox.face.draw.tags import Attrs, Html
from sandbox.face.draw.words import word
from sandbox.formstate import Typed, initial_of, place_of
from sandbox.reading import Element, Json, text_of

NO_ERRORS: Mapping[str, str] = MappingProxyType({})
_TYPING = ("plain_text_input", "number_input", "email_text_input", "url_text_input")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """For whom blocks are drawn, what was typed and refused; ``key`` is unique in the page."""

    reader: Reader
    typed: Typed
    errors: Mapping[str, str] = field(default_factory=dict)
    key: str = ""

    def word(self, key: str, **filling: object) -> str:
        """Return one of the page's own words in the reader's language."""
        return word(self.reader.locale, key, **filling)

    def held(self, element: Element) -> Any:
        """Return what an element holds: what was typed, else what it began with."""
        place = place_of(element)
        return self.typed[place] if place in self.typed else initial_of(element)

    def id(self, element: Element, role: str) -> str:
        """Return an id that nothing else in the page has; role tells an element's parts apart."""
        names = (self.key, element.block_id, element.action_id, role)
        return "/".join(quote(name, safe="") for name in names)


def many(node: Mapping[str, Any], key: str) -> list[Any]:
    """Return a list of the node's; empty where there is something else."""
    found = node.get(key)
    return list(found) if isinstance(found, list | tuple) else []


def dicts(node: Mapping[str, Any], key: str) -> list[Json]:
    """Return the objects in a list of the node's; other things in it are passed over."""
    return [item for item in many(node, key) if isinstance(item, dict)]


def words_html(text: Any, reader: Reader) -> Html:
    """Draw a text object by its type, or a plain string."""
    words = text_of(text)
    if isinstance(text, Mapping) and text.get("type") == "mrkdwn":
        return Html(mrkdwn(words, reader, verbatim=bool(text.get("verbatim"))))
    wanted = not isinstance(text, Mapping) or text.get("emoji") is not False
    return Html(plain(words, emoji=wanted))


def is_input(element: Element) -> bool:
    """Tell whether an element reports only when its view is submitted."""
    return element.block.get("type") == "input"


def marks(element: Element, scene: Scene) -> Attrs:
    """Return what the script reads from an element: who it is and how it reports."""
    named = {
        "data-act": element.action_id,
        "data-block": element.block_id,
        "data-kind": element.kind,
        "data-confirm": _confirm(element.raw.get("confirm"), scene.reader),
    }
    if not is_input(element):
        return named
    dispatched = _dispatch(element) if element.block.get("dispatch_action") else None
    return {**named, "data-input": True, "data-dispatch": dispatched}


def _dispatch(element: Element) -> str:
    config = element.raw.get("dispatch_action_config")
    given = many(config, "trigger_actions_on") if isinstance(config, dict) else []
    usual = ["on_enter_pressed"] if element.kind in _TYPING else ["on_change"]
    return " ".join(str(one) for one in given or usual)


def _confirm(raw: Any, reader: Reader) -> str | None:
    if not isinstance(raw, dict):
        return None
    told = {name: text_of(raw.get(name)) for name in ("title", "confirm", "deny")}
    style = raw.get("style", "primary")
    return json.dumps({**told, "text": words_html(raw.get("text"), reader), "style": style})


def placeholder(element: Element, scene: Scene) -> str:
    """Return an element's placeholder, or the page's own for its kind."""
    return text_of(element.raw.get("placeholder")) or scene.word(f"placeholder.{element.kind}")


def naming(element: Element, scene: Scene) -> Attrs:
    """Return what names a native control: its block's label, or its placeholder."""
    if not is_input(element):
        return {"aria-label": placeholder(element, scene)}
    return {
        "id": scene.id(element, "control"),
        "required": not element.block.get("optional", False),
        **described(element, scene),
    }


def group_naming(element: Element, scene: Scene) -> Attrs:
    """Return what names a group of controls, as a native control is named."""
    if not is_input(element):
        return {"aria-label": placeholder(element, scene)}
    return {"aria-labelledby": scene.id(element, "label"), **described(element, scene)}


def described(element: Element, scene: Scene) -> Attrs:
    """Return what ties a control to its block's hint and error."""
    wrong = element.block_id in scene.errors
    roles = [r for r, there in (("error", wrong), ("hint", element.block.get("hint"))) if there]
    ids = " ".join(scene.id(element, role) for role in roles)
    return {"aria-describedby": ids or None, "aria-invalid": "true" if wrong else None}
