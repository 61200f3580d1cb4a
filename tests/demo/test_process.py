"""The demo as a process: it ends when told, remembers, and keeps out of another's way."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.demo.browser import Demo, Tab
from tests.demo.worlds import Worlds
from tests.handlers.test_cli import Terminal, terminal

__all__ = ["terminal"]

pytestmark = pytest.mark.slow


def beside(demo: Demo) -> Path:
    return demo.folder.with_name(f"{demo.folder.name}-2")


@pytest.fixture(scope="module")
def second(demo: Demo, worlds: Worlds) -> Iterator[Demo]:
    """Start a demo in the folder in which another one runs."""
    worlds.put("en", beside(demo))
    running = Demo(demo.folder)
    yield running
    running.stop()


class TestADemo:
    def test_beside_another_keeps_a_folder_and_an_address_of_its_own(
        self, demo: Demo, second: Demo
    ):
        assert second.url != demo.url
        assert (beside(demo) / "demo.log").exists()

    def test_remembers_its_world_and_its_clock(self, demo: Demo, second: Demo, browser: Browser):
        tab = Tab(browser, second.url)
        tab.type("/lead mine")
        tab.page.locator(".composer textarea").fill("left a word for later")
        tab.page.keyboard.press("Enter")
        expect(tab.message("left a word for later")).to_be_visible()
        tab.run_clock("hour")
        moment = tab.page.locator(".moment").inner_text()
        tab.close()
        assert second.stop() == 0
        assert "Traceback" not in (beside(demo) / "demo.log").read_text("utf-8")
        again = Demo(demo.folder)
        tab = Tab(browser, again.url)
        expect(tab.message("left a word for later")).to_be_visible()
        assert tab.page.locator(".moment").inner_text()[:-2] == moment[:-2]
        tab.close()
        assert again.stop(signal.SIGTERM) == 0

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
            (["--folder", "taken"], 1, "name another with --folder"),
        ],
        ids=["port", "locale", "folder"],
    )
    def test_says_what_is_wrong_with_its_options(
        self, terminal: Terminal, args: list[str], code: int, said: str
    ):
        terminal.write("taken", "x")
        done = terminal.run("demo", *args)
        assert (done.code, said in " ".join(done.err.split())) == (code, True), done.err
        assert "Traceback" not in done.err
