"""A running demo as a process, and a browser's tab in it."""

import io
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from sandbox.town import PATIENCE

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
# Nothing of the browser's own may look for the outside.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SHOTS = ROOT / ".screenshots"
SHADES = 100
WIDE, PHONE = (1280, 800), (390, 844)
START_SECONDS, STOP_SECONDS = 60, 15
BUSY_SECONDS = "20"
"""How long this Slack waits on a machine that others use too; the real one waits for 3 seconds."""
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")

expect.set_options(timeout=15_000)


def need_chromium() -> None:
    """Skip where there is no Debian chromium; in CI there must be one."""
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail("CI has no /usr/bin/chromium: .ci/run installs it")
        pytest.skip("no /usr/bin/chromium here: apt-get install chromium")


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
    try:
        yield browser
    finally:
        browser.close()


def a_minute_on(shown: str) -> str:
    """Give what a clock shows a minute after it shows this."""
    [(hour, minute)] = re.findall(r"(\d+):(\d\d)", shown)
    later = (int(hour) * 60 + int(minute) + 1) % 1440
    return re.sub(r"\d+:\d\d", f"{later // 60:02}:{later % 60:02}", shown)


class Demo:
    """`python app.py demo` as a user starts it."""

    def __init__(self, folder: Path, *args: str, ready: bool = True) -> None:
        self.folder = folder
        self._lines: Queue[str] = Queue()
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        kept[PATIENCE] = BUSY_SECONDS
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "app.py", "demo", "--folder", folder, *args],
            cwd=ROOT,
            env=kept,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        Thread(target=self._read, daemon=True).start()
        self.url = self._address() if ready else ""

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as out:
            for line in out:
                self._lines.put(line)
        self._lines.put("")

    def _address(self) -> str:
        said = []
        while line := self._lines.get(timeout=START_SECONDS):
            said.append(line)
            if found := ADDRESS.search(line):
                return found.group(0)
        raise AssertionError(f"the demo ended without an address: {said}")

    @property
    def rest(self) -> str:
        """Give what it still said, up to its end."""
        return "".join(iter(lambda: self._lines.get(timeout=STOP_SECONDS), ""))

    def makes(self, path: Path) -> bool:
        """Wait until it has made a file, or ended without."""
        until = time.monotonic() + START_SECONDS
        while not path.exists() and self.process.poll() is None and time.monotonic() < until:
            select.select([], [], [], 0.02)
        return path.exists()

    @property
    def log(self) -> str:
        return "".join(one.read_text("utf-8") for one in self.folder.glob("demo.log"))

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End it as Ctrl-C does and give its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=STOP_SECONDS)


class Tab:
    """A tab with the page open, and what must never happen in it, written down."""

    def __init__(self, browser: Browser, url: str, *, size: tuple[int, int] = WIDE) -> None:
        self.faults: list[str] = []
        self._home = urlsplit(url).netloc
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        self.page: Page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda fault: self.faults.append(f"error: {fault}"))
        self.page.on("request", lambda one: self._asked(one.url))
        self.page.goto(url)
        expect(self.feed).not_to_be_empty()

    def _heard(self, said: object) -> None:
        kind, text = getattr(said, "type", ""), getattr(said, "text", "")
        if kind in ("error", "warning"):
            self.faults.append(f"console {kind}: {text}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self._home:
            self.faults.append(f"asked another host: {url}")

    def close(self) -> None:
        self.page.context.close()
        assert self.faults == []

    @property
    def feed(self) -> Locator:
        return self.page.locator(".pane-feed")

    @property
    def side(self) -> Locator:
        return self.page.locator(".pane-side")

    @property
    def modal(self) -> Locator:
        return self.page.locator("dialog.pane-sheet")

    def act_as(self, name: str) -> None:
        chosen = self.page.locator("select[data-do=act_as]")
        label = next(one for one in chosen.locator("option").all_inner_texts() if name in one)
        chosen.select_option(label=label)

    def speak(self, locale: str) -> None:
        """Switch the whole world's language, and wait until it is there."""
        if f"/{locale}" not in self.page.url:
            self.page.locator("select[data-do=locale]").select_option(locale)
            self.page.wait_for_url(re.compile(f"/{locale}$"), timeout=60_000)
        expect(self.feed.locator("article").first).to_be_visible(timeout=60_000)

    def channel(self, name: str) -> None:
        self.page.locator(".pane-places .spot", has_text="#").filter(has_text=name).last.click()
        expect(self.page.locator(".head h1")).to_have_text(f"#{name}")

    def messages(self) -> None:
        """Open what the app wrote to this person, and wait until it is there."""
        self.page.locator(".pane-places .spot", has_text="⚡").click()
        expect(self.page.locator(".head h1")).not_to_contain_text("#")

    def type(self, text: str) -> None:
        line = self.page.locator(".composer textarea")
        line.fill(text)
        line.press("Enter")

    def run_clock(self, goal: str) -> None:
        button = self.page.locator(f".pane-bar [data-do=clock][data-value={goal}]")
        clock = self.page.locator(".pane-bar .moment")
        was = clock.inner_text()
        button.click()
        # A run may be over before the page has drawn it; by itself the clock goes on by a minute.
        expect(clock).not_to_have_text(
            re.compile("|".join(map(re.escape, (was, a_minute_on(was)))))
        )
        expect(button).to_be_enabled(timeout=20_000)

    def tab(self, name: str) -> None:
        self.page.locator(f".side-tabs [data-value={name}]").click()

    def message(self, text: str | re.Pattern[str]) -> Locator:
        """Give the newest message with these words."""
        return self.feed.locator("article", has_text=text).last

    def new_lead(self, name: str, phone: str) -> int:
        """Send a lead through the form, look on as its owner, and give its number."""
        self.tab("form")
        self.side.get_by_label("Name").fill(name)
        self.side.get_by_label("Phone").fill(phone)
        self.side.get_by_label("Email").fill(f"{name.split(maxsplit=1)[0].lower()}@example.com")
        self.side.get_by_label("Campaign").select_option(index=2)
        self.side.get_by_role("button", name="Send").click()
        said = self.side.get_by_text(re.compile(r"It is lead #\d+ now"))
        expect(said).to_be_visible()
        number = int(re.findall(r"#(\d+)", said.inner_text())[0])
        self.channel("leads")
        card = self.message(f"#{number} {name}")
        expect(card).to_be_visible()
        self.act_as(card.locator(".mention").first.inner_text().removeprefix("@"))
        self.messages()
        expect(self.message(f"#{number} {name}")).to_be_visible()
        return number

    def shoot(self, name: str) -> None:
        """Take a picture of the page; it must show something within the window's width."""
        SHOTS.mkdir(exist_ok=True)
        taken = self.page.screenshot(path=SHOTS / f"{name}.png")
        with Image.open(io.BytesIO(taken)) as picture:
            assert len(picture.convert("RGB").getcolors(maxcolors=1 << 24) or ()) > SHADES
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def home(self) -> None:
        """Open the app's Home tab, and wait until it is there."""
        button = self.page.get_by_role("button", name=re.compile("^(Home|בית)$"))
        if not button.is_visible():
            self.messages()
        button.click()
        expect(self.feed.locator(".home")).to_be_visible()

    def opens(self, button: Locator) -> Locator:
        """Press a button that opens a modal, and give it."""
        button.click()
        expect(self.modal).to_be_visible()
        return self.modal
