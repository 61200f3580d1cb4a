"""The page's own words, beside what apps and people say; they stand in texts/."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

_TEXTS = Path(__file__).parents[1] / "texts"


@lru_cache
def content(locale: str) -> dict[str, Any]:
    """Return all of the page's texts in a locale; English for an unknown one."""
    name = "he" if locale.startswith("he") else "en"
    return tomllib.loads((_TEXTS / f"{name}.toml").read_text("utf-8"))


def texts(locale: str) -> dict[str, Any]:
    """Return everything under ``[draw]`` in a locale's texts."""
    drawn: dict[str, Any] = content(locale)["draw"]
    return drawn


def word(locale: str, key: str, **filling: object) -> str:
    """Return the text under a dotted key, filled."""
    found: Any = texts(locale)
    for step in key.split("."):
        found = found[step]
    return str(found).format(**filling)


def counted(locale: str, key: str, count: int) -> str:
    """Return the text for so many things; one or two may have a form of their own."""
    forms = texts(locale)[key]
    return str(forms.get(str(count), forms["n"])).format(n=count)
