"""HTML of mails and of the customer's pages, escaped by Jinja2."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.texts import Words

FOLDER = Path(__file__).parent / "texts"


@lru_cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html", "j2"]),
        undefined=StrictUndefined,
    )


def html(template: str, words: Words, **params: object) -> str:
    """Fill a template in the reader's language and direction."""
    direction = "rtl" if words.locale == "he" else "ltr"
    made = _environment().get_template(template)
    return made.render(locale=words.locale, direction=direction, words=words, **params)


def api_page(
    *,
    title: str,
    about: str,
    acts: Sequence[Mapping[str, Any]],
    types: Sequence[Mapping[str, Any]],
) -> str:
    """Make the page that tells programmers of the HTTP API; in English, as code is."""
    made = _environment().get_template("api.html.j2")
    return made.render(title=title, about=about, acts=acts, types=types, style=page_style())


@lru_cache
def page_style() -> str:
    """Give the style that every page carries."""
    return (FOLDER / "page.css").read_text("utf-8")


@lru_cache
def page_policy() -> str:
    """Give what a page may do (CSP): show itself, with this style, and send its own form."""
    return (
        f"default-src 'none'; style-src {_mark(page_style())}; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )


@lru_cache
def report_style() -> str:
    """Give the style of the digest's report."""
    return (FOLDER / "report.css").read_text("utf-8")


@lru_cache
def report_script() -> str:
    """Give what sorts the tables of the digest's report."""
    return (FOLDER / "report.js").read_text("utf-8")


@lru_cache
def report_policy() -> str:
    """Give what the digest's report may do (CSP): show itself, and sort; it asks for nothing."""
    return (
        f"default-src 'none'; style-src {_mark(report_style())};"
        f" script-src {_mark(report_script())}; img-src data:; form-action 'none';"
        " base-uri 'none'"
    )


def _mark(text: str) -> str:
    """Name what stands in a page by its hash, as the only such thing that may."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
