"""The page's own parts around what Slack shows: templates and their words."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sandbox.face.draw.words import content

LOCALES = ("en", "he")
HERE = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def texts(locale: str) -> dict[str, str]:
    """Return every text of the page in ``en`` or ``he``, by 'part.name'."""
    parts = content(locale).items()
    named = ((f"{part}.{name}", text) for part, rows in parts for name, text in rows.items())
    return {name: text for name, text in named if isinstance(text, str)}


@cache
def sayer(locale: str) -> Callable[..., str]:
    """Return the function that says a text of this locale, filled with what it is given."""
    known = texts(locale)

    def say(key: str, **given: object) -> str:
        return known[key].format(**given)

    return say


def frame(template: str, /, *, locale: str, **given: Any) -> str:
    """Draw one template as HTML; everything given is escaped."""
    return _TEMPLATES.get_template(f"{template}.html").render(
        t=sayer(locale), locale=locale, **given
    )
