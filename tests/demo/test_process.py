"""The demo as a process: it ends when told, remembers, and keeps out of another's way."""

import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.demo.browser import Demo, Tab

pytestmark = pytest.mark.slow


class TestADemo:
    def test_remembers_its_world_and_its_clock(self, tmp_path: Path, browser: Browser):
        first = Demo(tmp_path / "kept")
        tab = Tab(browser, first.url)
        tab.type("/lead mine")
        tab.page.locator(".composer textarea").fill("left a word for later")
        tab.page.keyboard.press("Enter")
        expect(tab.message("left a word for later")).to_be_visible()
        tab.run_clock("hour")
        moment = tab.page.locator(".moment").inner_text()
        tab.close()
        assert first.stop() == 0
        assert "Traceback" not in first.log
        again = Demo(tmp_path / "kept")
        tab = Tab(browser, again.url)
        expect(tab.message("left a word for later")).to_be_visible()
        assert tab.page.locator(".moment").inner_text()[:-2] == moment[:-2]
        tab.close()
        assert again.stop(signal.SIGTERM) == 0

    def test_beside_another_keeps_a_folder_and_an_address_of_its_own(
        self, demo: Demo, browser: Browser
    ):
        second = Demo(demo.folder)
        assert second.url != demo.url
        assert (demo.folder.with_name(f"{demo.folder.name}-2") / "en" / "leads.db").exists()
        assert second.stop() == 0
