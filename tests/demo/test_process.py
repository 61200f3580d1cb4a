"""The demo as a process: it ends when told, remembers, and keeps out of another's way."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.demo.browser import ROOT, Demo, Tab
from tests.demo.worlds import Worlds

pytestmark = pytest.mark.slow


class TestADemo:
    def test_remembers_its_world_and_its_clock(
        self, tmp_path: Path, browser: Browser, worlds: Worlds
    ):
        worlds.put("en", tmp_path / "kept")
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

    def test_ends_by_ctrl_c_while_its_world_is_being_set_up(self, tmp_path: Path):
        begun = Demo(tmp_path / "cut", ready=False)
        assert begun.makes(tmp_path / "cut" / "en" / "leads.db")
        assert begun.stop() == 0
        assert "http" not in begun.rest

    @pytest.mark.parametrize(
        ("args", "code", "said"),
        [
            (["--port", "99999"], 2, "65535"),
            (["--locale", "fr"], 2, "en, he"),
            (["--folder", "app.py"], 1, "name another with --folder"),
        ],
        ids=["port", "locale", "folder"],
    )
    def test_says_what_is_wrong_with_its_options(self, args: list[str], code: int, said: str):
        done = subprocess.run(
            [sys.executable, "app.py", "demo", *args],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (done.returncode, said in done.stderr) == (code, True), done.stderr
        assert "Traceback" not in done.stderr
