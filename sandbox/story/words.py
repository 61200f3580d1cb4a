"""The story's words in each language, read from the files beside this one."""

import tomllib
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

from sandbox.story.campaigns import PRODUCTS

HERE = Path(__file__).parent
LANGUAGES = ("en", "he")


@lru_cache
def words(language: str) -> dict[str, Any]:
    """Give the words of ``en`` or ``he`` by group and name."""
    return tomllib.loads((HERE / f"{language}.toml").read_text("utf-8"))


def playbook_text(locale: str) -> str:
    """Give the playbook file in a story's language."""
    known = words(locale)["campaign"].items()
    campaigns = {name: said["name"] for name, said in known}
    vendors = {f"{name}_vendor": said["vendor"] for name, said in known}
    filled = words(locale)["company"] | campaigns | vendors
    return Template((HERE / "playbook.toml").read_text("utf-8")).substitute(filled)


def product_name(locale: str, product: str) -> str:
    """Give the name under which a product of PRODUCTS is sold."""
    name: str = words(locale)["company"][PRODUCTS[product]]
    return name
