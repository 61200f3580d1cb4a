"""HTML as values: whatever is not Html gets escaped, so nothing from outside becomes a tag."""

from collections.abc import Iterable, Mapping
from html import escape

Attrs = Mapping[str, str | int | bool | None]

_VOID = frozenset({"br", "hr", "img", "input"})


class Html(str):
    """A piece of HTML made here; every other string is text."""

    __slots__ = ()


def esc(text: str) -> Html:
    """Return text as HTML; what is HTML already stays as it is."""
    # A lone surrogate can come in JSON, and no page that holds one can be sent.
    return text if isinstance(text, Html) else Html(escape(text.encode(errors="replace").decode()))


def join(parts: Iterable[str], by: str = "") -> Html:
    """Return the pieces one after another."""
    return Html(esc(by).join(esc(part) for part in parts))


def tag(name: str, attrs: Attrs, *children: str) -> Html:
    """Return an element; an attribute that is True stands bare, None and False are left out."""
    written = "".join(_attribute(key, value) for key, value in attrs.items())
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(children)}</{name}>")


def _attribute(name: str, value: str | int | bool | None) -> str:  # noqa: FBT001 - as attributes are
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{esc(str(value))}"'
