"""What the tests of the page share: a reader, and HTML taken apart again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.face.draw.blocks import draw_blocks
from sandbox.face.draw.reader import Reader
from sandbox.face.draw.scene import NO_ERRORS, Scene
from sandbox.formstate import Typed
from sandbox.reading import Json

NOW = datetime(2025, 11, 25, 8, 0, tzinfo=UTC)
STAMP = int(NOW.timestamp())


def a_reader(
    *, locale: str = "en", file_url: Callable[[str], str] = lambda name: f"/files/{name}"
) -> Reader:
    return Reader(
        me="U1",
        people={"U1": "Noa Barak", "U2": "דנה"},
        channels={"C1": "leads"},
        zone=ZoneInfo("Asia/Jerusalem"),
        locale=locale,
        now=NOW,
        file_url=file_url,
    )


def blocks_html(
    blocks: Sequence[Json], reader: Reader, *, typed: Typed, errors: Mapping[str, str] = NO_ERRORS
) -> str:
    """Draw blocks that stand alone in a page."""
    return draw_blocks(blocks, Scene(reader=reader, typed=typed, errors=errors))


class Page(HTMLParser):
    """HTML as a list of elements, each a name and its attributes, and all its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "br":
            self.words += "\n"
        if tag not in ("br", "hr", "img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, name: str, **attrs: Any) -> list[dict[str, str | None]]:
        """Return the attributes of all such elements; ``data_act`` stands for ``data-act``."""
        wanted = {key.replace("_", "-").strip("-"): value for key, value in attrs.items()}
        return [a for n, a in self.elements if n == name and wanted.items() <= a.items()]

    def one(self, name: str, **attrs: Any) -> dict[str, str | None]:
        [found] = self.all(name, **attrs)
        return found
