"""One running demo and one browser for all tests of a worker that need them."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.demo.browser import PHONE, Demo, Tab, launched, need_chromium
from tests.demo.worlds import Worlds


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    need_chromium()
    with sync_playwright() as playwright, launched(playwright) as opened:
        yield opened


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    base = tmp_path_factory.getbasetemp()
    return Worlds((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "worlds")


@pytest.fixture(scope="session")
def demo(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser, worlds: Worlds
) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo") / "here"
    worlds.put("en", folder)
    running = Demo(folder)
    yield running
    assert running.stop() == 0


@pytest.fixture
def tab(demo: Demo, browser: Browser) -> Iterator[Tab]:
    opened = Tab(browser, demo.url)
    yield opened
    opened.close()


@pytest.fixture
def phone_tab(demo: Demo, browser: Browser) -> Iterator[Tab]:
    opened = Tab(browser, demo.url, size=PHONE)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def opening(demo: Demo) -> dict[str, Any]:
    """Give what the guide speaks of: its leads' numbers and their rep."""
    told: dict[str, Any] = json.loads((demo.folder / "en" / "opening.json").read_text("utf-8"))
    guide: dict[str, Any] = told["guide"]
    return guide


@pytest.fixture(scope="class")
def in_hebrew(demo: Demo, browser: Browser, worlds: Worlds) -> Iterator[None]:
    """Switch the world to Hebrew on the page, and back again after the class."""
    if not (demo.folder / "he").exists():
        worlds.put("he", demo.folder)
    opened = Tab(browser, demo.url)
    opened.speak("he")
    yield
    opened.speak("en")
    opened.close()


@pytest.fixture
def hebrew(demo: Demo, browser: Browser, in_hebrew: None) -> Iterator[Tab]:
    opened = Tab(browser, demo.url)
    yield opened
    opened.close()
