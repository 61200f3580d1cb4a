"""The customer's page in a real browser: on a phone, in both languages, without JavaScript."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot import links
from handlers.web import make_web
from rules.words import Importance, Step
from tests.demo.browser import PHONE, SHOTS
from tests.desk import FakeClock, Room, a_desk

pytestmark = pytest.mark.slow

BOTH = pytest.mark.parametrize("language", ["en", "he"])
PATIENCE = 10


@contextmanager
def served(room: Room) -> Iterator[str]:
    """Serve a desk's web server in this process, at a port that is free; gives its address."""
    web = make_web(room.desk, slack=None, reaches_slack=lambda: True)
    server = uvicorn.Server(uvicorn.Config(web, port=0, log_config=None, access_log=False))
    started = threading.Event()
    begin = server.startup

    async def startup(*args: Any, **options: Any) -> None:
        await begin(*args, **options)
        started.set()

    server.startup = startup  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(PATIENCE)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


@pytest.fixture
def desk(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, PUBLIC_URL="https://leads.example.com") as made:
        yield made


@pytest.fixture
def here(desk: Room) -> Iterator[str]:
    with served(desk) as address:
        yield address


def link(room: Room, here: str, lead_id: int = 1) -> str:
    lead = room.load(lead_id)
    with room.desk.store.view() as view:
        made = links.page_link(room.desk, view, lead.id, lead.email, now=room.clock.now)
    return made.replace("https://leads.example.com", here)


@contextmanager
def opened(browser: Browser, url: str, *, scripts: bool = True) -> Iterator[Page]:
    """Open an address as a phone does; nothing may be refused or go wrong in it."""
    size = {"width": PHONE[0], "height": PHONE[1]}
    context = browser.new_context(viewport=size, java_script_enabled=scripts)  # type: ignore[arg-type]
    page, faults = context.new_page(), []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(url)
    yield page
    context.close()
    assert [one for one in faults if "400" not in one and "429" not in one] == []


def barriers(page: Page) -> list[str]:
    """Give what axe finds that keeps somebody out."""
    return [one["id"] for one in Axe().run(page).response["violations"]]


def shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def submit(page: Page) -> None:
    page.locator("button[value=call]").click()


class TestThePageOnAPhone:
    @BOTH
    def test_keeps_nobody_out(self, desk: Room, here: str, browser: Browser, language: str):
        desk.lead(language=language, phone="")
        with opened(browser, link(desk, here)) as page:
            assert barriers(page) == []
            shoot(page, f"customer_{language}")

    @BOTH
    def test_with_a_fault_keeps_nobody_out_and_leads_to_the_field(
        self, desk: Room, here: str, browser: Browser, language: str
    ):
        desk.lead(language=language, phone="")
        with opened(browser, link(desk, here)) as page:
            page.locator("#phone").fill("0054-345-6789")
            submit(page)
            expect(page.locator("#phone")).to_be_focused()
            expect(page.locator("#phone")).to_have_value("0054-345-6789")
            expect(page.locator("[role=alert]")).to_contain_text("054\u2011345\u20116789")
            assert barriers(page) == []
            shoot(page, f"customer_fault_{language}")

    @BOTH
    def test_says_thanks(self, desk: Room, here: str, browser: Browser, language: str):
        desk.lead(language=language)
        with opened(browser, link(desk, here)) as page:
            submit(page)
            expect(page.locator("h1")).to_have_text({"en": "Thank you", "he": "תודה"}[language])
            assert barriers(page) == []
            shoot(page, f"customer_thanks_{language}")

    def test_runs_from_right_to_left_and_switches(self, desk: Room, here: str, browser: Browser):
        desk.lead(language="he")
        with opened(browser, link(desk, here)) as page:
            expect(page.locator("html")).to_have_attribute("dir", "rtl")
            page.get_by_role("link", name="English").click()
            expect(page.locator("html")).to_have_attribute("dir", "ltr")
            submit(page)
            expect(page.locator("h1")).to_have_text("Thank you")

    def test_is_walked_through_by_keyboard(self, desk: Room, here: str, browser: Browser):
        desk.lead(language="en")
        with opened(browser, link(desk, here)) as page:
            walked = []
            for _ in range(5):
                page.keyboard.press("Tab")
                walked.append(
                    page.evaluate("document.activeElement.id || document.activeElement.value")
                )
            assert walked == ["country", "phone", "when", "call", "email"]
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
            assert outline == "3px"

    def test_that_was_opened_too_often_says_so(self, desk: Room, here: str, browser: Browser):
        desk.lead()
        address = link(desk, here)
        with opened(browser, address) as page:
            for _ in range(20):
                page.reload()
            expect(page.locator("h1")).to_have_text("Too often just now")
            assert barriers(page) == []


class TestWithoutJavaScript:
    @BOTH
    def test_takes_a_number_of_another_country_and_an_hour(
        self, desk: Room, here: str, browser: Browser, language: str
    ):
        desk.lead(language=language, phone="052-23", region="IL")
        desk.log(1, "invalid")
        with opened(browser, link(desk, here), scripts=False) as page:
            page.locator("#country").select_option("GB")
            page.locator("#phone").fill("020 7946 0958")
            page.locator("#when").select_option("2026-11-16T14:00Z")
            submit(page)
            expect(page.locator("main")).to_contain_text("16:00")
        lead = desk.load(1)
        assert (lead.phone_e164, lead.next_what) == ("+442079460958", Step.FOLLOW_UP)
        agreed = desk.followup(1)
        assert agreed is not None
        assert agreed.importance is Importance.HIGH

    def test_takes_the_wish_for_mail(self, desk: Room, here: str, browser: Browser):
        desk.lead(language="en", phone="")
        with opened(browser, link(desk, here), scripts=False) as page:
            page.get_by_role("button", name="Write me a mail instead").click()
            expect(page.locator("main")).to_contain_text("d•••@example.com")
        assert desk.load(1).next_what is Step.EMAIL
