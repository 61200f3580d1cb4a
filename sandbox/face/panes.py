"""The page's two kinds of element: a pane of keyed HTML, and the line in which one writes."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from nicegui import ui

from sandbox.face.draw.dates import ago_table
from sandbox.face.frames import sayer
from sandbox.face.parts import Items
from sandbox.face.stage import Hint

WORDS = ("send", "commands", "attach", "choose", "sample", "download")

Heard = Callable[[dict[str, Any]], Any]


class Pane(ui.element, component="static/pane.js"):
    """Keyed pieces of HTML; only those that changed are sent."""

    def __init__(
        self, name: str, *, locale: str, tag: str = "div", stick: bool = False,
        modal: bool = False, label: str = "", role: str = "", heard: Heard,
    ) -> None:  # fmt: skip
        super().__init__()
        self._props.update(
            name=name,
            tag=tag,
            stick=stick,
            modal=modal,
            label=label,
            role=role,
            ago=ago_table(locale),
        )
        self._sent: dict[str, str] = {}
        self._order: list[str] = []
        self._place: object = None
        self.on("hit", lambda told: heard(told.args))

    def show(self, items: Items, *, place: object = None) -> None:
        """Show these pieces; another ``place`` is shown from its end."""
        order = [key for key, _ in items]
        fresh = {key: html for key, html in items if self._sent.get(key) != html}
        moved = place != self._place
        if fresh or moved or order != self._order:
            self.run_method("patch", order, fresh, moved)
            self._sent, self._order, self._place = dict(items), order, place

    def tell_time(self, now: float) -> None:
        """Set the running times; ``now`` in seconds since 1970."""
        self.run_method("tick", now * 1000)


class Composer(ui.element, component="static/composer.js"):
    """The line in which a person writes."""

    def __init__(
        self, *, locale: str, hints: Sequence[Hint], said: Callable[[str], Any], heard: Heard
    ) -> None:
        super().__init__()
        say = sayer(locale)
        words = {name: say(f"composer.{name}") for name in WORDS}
        self._props.update(
            name="composer", hints=[asdict(hint) for hint in hints], words=words, locale=locale
        )
        self.on("say", lambda told: said(str(told.args)))
        self.on("hit", lambda told: heard(told.args))

    def call(self, label: str, *, me: str, place: str) -> None:
        """Say in the empty line what it is for, and who writes where."""
        given = {"label": label, "me": me, "place": place}
        if any(self._props.get(name) != value for name, value in given.items()):
            self._props.update(given)
            self.update()
