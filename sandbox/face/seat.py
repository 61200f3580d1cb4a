"""One browser tab: who sits there, where they look, and what they have seen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.records import Message

HOME, MESSAGES = "home", "messages"
WINDOW = 200
WIDEST = 5000
PARTS = ("places", "place", "side")
TABS = ("guide", "phone", "mail", "form")

Choice = str | list[str] | None


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A message as it was drawn, and what that drawing depended on."""

    message: Message
    depends: tuple[Any, ...]
    html: str


@dataclass(kw_only=True)
class Seat:
    """A tab's state; ``place`` is a channel's id or HOME, ``letter`` a mail's number in ``box``."""

    me: str
    place: str
    thread: str = ""
    shown: str = "place"
    tab: str = "guide"
    guided: bool = True
    phone: str = ""
    box: str = ""
    letter: int | None = None
    notice: str = ""
    answer: dict[str, str] | None = None
    window: int = WINDOW
    seen: dict[str, int] = field(default_factory=dict)
    drawn: dict[str, Drawn] = field(default_factory=dict)
    version: int = 0

    def go(self, place: str) -> None:
        """Look at another channel, direct message or the Home tab."""
        self.place, self.thread, self.shown, self.window = place, "", "place", WINDOW
        self.drawn.clear()

    def open_tab(self, tab: str) -> None:
        """Look at a part of the customer's side."""
        self.tab, self.shown = tab, "side"


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One touch on the page, as its script tells it."""

    do: str
    key: str = ""
    value: str = ""
    view: str = ""
    act: str = ""
    on: bool = False
    picked: Choice = None
    values: tuple[tuple[str, str, Choice], ...] = ()
    fields: dict[str, str] = field(default_factory=dict)


def read_hit(told: dict[str, Any]) -> Hit:
    """Return a touch from what the browser sent; what makes no sense in it is left out.

    A thread's link needs no word of its own.
    """
    thread = _text(told.get("thread"))
    return Hit(
        do="thread" if thread else _text(told.get("do")),
        key=_text(told.get("key")),
        value=thread or _text(told.get("value")),
        view=_text(told.get("view")),
        act=_text(told.get("act")),
        on=told.get("picked") is True,
        picked=_choice(told.get("picked")),
        values=tuple(_values(told.get("values"))),
        fields=_fields(told.get("fields")),
    )


def _text(given: Any) -> str:
    # A browser may cut a character in half; nothing could be sent on with it.
    return given.encode("utf-8", "replace").decode() if isinstance(given, str) else ""


def _choice(given: Any) -> Choice:
    if isinstance(given, list):
        return [_text(one) for one in given]
    return _text(given) if isinstance(given, str) else None


def _values(given: Any) -> Iterator[tuple[str, str, Choice]]:
    for row in given if isinstance(given, list) else ():
        if isinstance(row, list) and len(row) == len(("block", "act", "value")):
            yield _text(row[0]), _text(row[1]), _choice(row[2])


def _fields(given: Any) -> dict[str, str]:
    pairs = given.items() if isinstance(given, dict) else ()
    return {_text(name): _text(value) for name, value in pairs}
