"""The report in a real browser: sorted by a press, printed, offline, for everybody (L6)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.report_page import report_html
from bot.texts import Words
from tests.bot.a_report import UNTIL, ZONE, report
from tests.demo.browser import PHONE, SHOTS

pytestmark = pytest.mark.slow

BOTH = pytest.mark.parametrize("language", ["en", "he"])
SIZES = pytest.mark.parametrize("size", [PHONE, (1280, 900)], ids=["phone", "wide"])


@contextmanager
def opened(
    browser: Browser,
    folder: Path,
    language: str,
    size: tuple[int, int] = PHONE,
    *,
    scripts: bool = True,
) -> Iterator[Page]:
    """Open the report's file without a network; nothing may be refused or go wrong in it."""
    file = folder / "report.html"
    page_text = report_html(report(), Words(language, ZONE), name="Good Cars", made=UNTIL)
    file.write_text(page_text, "utf-8")
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, java_script_enabled=scripts, offline=True
    )
    page, faults = context.new_page(), []
    page.on("console", lambda said: faults.append(said.text))
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("request", lambda asked: faults.append(asked.url) if asked.url[:4] == "http" else None)
    page.goto(file.as_uri())
    yield page
    context.close()
    assert faults == []


def profits(page: Page) -> list[str]:
    """Give the campaigns as the first table has them."""
    return page.locator("#campaigns_money ~ .wide tbody th").all_inner_texts()


def press(page: Page, head: str) -> None:
    page.locator("#campaigns_money ~ .wide thead").get_by_role(
        "button", name=head, exact=True
    ).click()


class TestTheReport:
    @BOTH
    @SIZES
    def test_keeps_nobody_out_and_is_as_wide_as_the_screen(
        self, browser: Browser, tmp_path: Path, language: str, size: tuple[int, int]
    ):
        with opened(browser, tmp_path, language, size) as page:
            assert [one["id"] for one in Axe().run(page).response["violations"]] == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            SHOTS.mkdir(exist_ok=True)
            page.screenshot(path=SHOTS / f"report_{language}_{size[0]}.png", full_page=True)

    @BOTH
    def test_shows_its_pictures(self, browser: Browser, tmp_path: Path, language: str):
        with opened(browser, tmp_path, language) as page:
            for one in page.locator("img").all():
                assert one.evaluate("one => one.decode().then(() => one.naturalWidth)") == 1000

    def test_is_sorted_by_a_press_and_back_by_another(self, browser: Browser, tmp_path: Path):
        with opened(browser, tmp_path, "en") as page:
            press(page, "Profit")
            assert profits(page)[0] == "Friend brings friend"
            assert profits(page)[2] == "פייסבוק־מרץ"
            head = page.locator("#campaigns_money ~ .wide thead th").nth(2)
            expect(head).to_have_attribute("aria-sort", "descending")
            press(page, "Profit")
            assert profits(page)[0] == "פייסבוק־מרץ"
            expect(head).to_have_attribute("aria-sort", "ascending")

    def test_sorts_names_from_their_first_letter_and_by_keyboard(
        self, browser: Browser, tmp_path: Path
    ):
        with opened(browser, tmp_path, "en") as page:
            page.locator("#campaigns_money ~ .wide thead button").first.focus()
            page.keyboard.press("Enter")
            assert profits(page)[:2] == ["Friend brings friend", "Newspaper"]

    def test_ranks_no_small_sample_either_way(self, browser: Browser, tmp_path: Path):
        with opened(browser, tmp_path, "en") as page:
            for _ in range(2):
                press(page, "Profit")
                assert profits(page)[-1] == "Newspaper"

    def test_has_what_is_empty_last_either_way(self, browser: Browser, tmp_path: Path):
        with opened(browser, tmp_path, "en") as page:
            for _ in range(2):
                press(page, "Profit, 95% interval")
                assert profits(page)[-1] == "Newspaper"

    def test_is_read_without_scripts(self, browser: Browser, tmp_path: Path):
        with opened(browser, tmp_path, "en", scripts=False) as page:
            assert len(profits(page)) == 4
            assert page.locator("thead button").count() == 0

    @BOTH
    def test_prints_all_of_every_table(self, browser: Browser, tmp_path: Path, language: str):
        with opened(browser, tmp_path, language, (1000, 700)) as page:
            page.emulate_media(media="print")
            for one in page.locator(".wide").all():
                assert one.evaluate("one => one.scrollWidth <= one.clientWidth")
            assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
