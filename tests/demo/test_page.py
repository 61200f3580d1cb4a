"""The page's manners: keyboard, small screens, assistive tools, long channels, both languages."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.demo.browser import PHONE, ROOT, WIDE, Demo, Tab

pytestmark = pytest.mark.slow

COUNT_CHANGES = """
feed => {
  window.added = 0;
  const count = (list) => { for (const one of list) window.added += one.addedNodes.length; };
  new MutationObserver(count).observe(feed, { childList: true });
}
"""


def serious(page: Page) -> list[str]:
    """Give what axe finds that keeps somebody out."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes']][:3]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def fits(page: Page) -> bool:
    width = page.evaluate("document.documentElement.scrollWidth")
    return bool(width <= page.viewport_size["width"]) if page.viewport_size else False


class TestAxe:
    @pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
    def test_finds_nothing_serious_in_any_part(
        self, demo: Demo, browser: Browser, size: tuple[int, int]
    ):
        tab = Tab(browser, demo.url, size=size)
        page = tab.page
        assert serious(page) == []
        for part in ("phone", "mail", "form", "guide"):
            if size == PHONE:
                page.locator("[data-do=shown][data-value=side]").click()
            tab.tab(part)
            expect(
                page.locator(f".side-tabs [data-value={part}][aria-pressed=true]")
            ).to_be_visible()
            assert (part, serious(page)) == (part, [])
        tab.close()

    def test_finds_nothing_serious_in_a_modal_and_on_home(self, tab: Tab):
        tab.opens(tab.feed.get_by_role("button", name="More").last)
        assert serious(tab.page) == []
        tab.page.keyboard.press("Escape")
        tab.page.get_by_role("button", name="Home").click()
        expect(tab.feed).to_contain_text("Your day")
        assert serious(tab.page) == []

    def test_finds_nothing_serious_on_a_phone_and_in_a_letter(self, tab: Tab):
        tab.tab("phone")
        tab.side.locator(".entry").first.click()
        expect(tab.side.locator(".phone")).to_be_visible()
        assert serious(tab.page) == []
        tab.tab("mail")
        tab.side.locator(".entry").first.click()
        expect(tab.side.locator("[data-do=mail][data-value='']")).to_be_visible()
        tab.side.locator(".entry").first.click()
        expect(tab.side.locator("iframe")).to_be_visible()
        assert serious(tab.page) == []


class TestTheKeyboard:
    def test_completes_a_command(self, tab: Tab):
        line = tab.page.get_by_role("combobox", name="Message leads")
        line.press_sequentially("/lead ne")
        expect(tab.page.locator(".completions li")).to_have_count(1)
        line.press("Tab")
        expect(line).to_have_value("/lead next")
        line.press("Enter")
        expect(line).to_have_value("")
        expect(tab.message("Only visible to you")).to_be_visible()

    def test_lists_every_subcommand_and_arrows_choose(self, tab: Tab):
        line = tab.page.get_by_role("combobox", name="Message leads")
        line.press_sequentially("/lead ")
        options = tab.page.locator(".completions li")
        expect(options.first).to_contain_text("/lead noanswer")
        assert options.count() > 12
        line.press("ArrowDown")
        expect(options.nth(1)).to_have_attribute("aria-selected", "true")
        line.press("Enter")
        expect(line).to_have_value("/lead busy ")
        line.press("Escape")

    def test_opens_a_modal_and_comes_back_to_its_button(self, tab: Tab):
        more = tab.feed.get_by_role("button", name="More").last
        more.focus()
        tab.page.keyboard.press("Enter")
        expect(tab.modal).to_be_visible()
        inside = "document.activeElement.closest('dialog') !== null"
        tab.page.wait_for_function(inside)
        tab.page.keyboard.press("Escape")
        expect(tab.modal).to_be_hidden()
        expect(more).to_be_focused()

    def test_recalls_what_was_typed_last(self, tab: Tab):
        line = tab.page.get_by_role("combobox", name="Message leads")
        tab.type("/lead mine")
        expect(line).to_have_value("")
        line.press("ArrowUp")
        expect(line).to_have_value("/lead mine")


class TestAReload:
    def test_finds_the_same_person_in_the_same_place(self, tab: Tab):
        tab.act_as("Avi")
        tab.channel("leads")
        expect(tab.page).to_have_url(re.compile(r"[?&]place=C"))
        tab.page.reload()
        expect(tab.page.locator(".head h1")).to_have_text("#leads")
        chosen = tab.page.locator("select[data-do=act_as] option:checked")
        expect(chosen).to_contain_text("Avi")


class TestAPhonesScreen:
    def test_shows_one_part_at_a_time_within_its_width(self, phone_tab: Tab):
        page = phone_tab.page
        for part, there in (
            ("places", ".pane-places"),
            ("side", ".pane-side"),
            ("place", ".desk .place"),
        ):
            page.locator(f"[data-do=shown][data-value={part}]").click()
            expect(page.locator(there)).to_be_visible()
            assert (part, fits(page)) == (part, True)
        phone_tab.shoot("phone-width")

    def test_shows_a_modal_within_its_width(self, phone_tab: Tab):
        phone_tab.opens(phone_tab.feed.get_by_role("button", name="More").last)
        box = phone_tab.modal.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE[0]
        phone_tab.shoot("phone-modal")


class TestALongChannel:
    @pytest.fixture
    def crowded(self, browser: Browser, tmp_path: Path) -> Iterator[Tab]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.demo.crowded", tmp_path],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        with process.stdin, process.stdout:
            opened = Tab(browser, process.stdout.readline().strip())
            yield opened
            opened.close()
            process.stdin.close()
            assert process.wait(timeout=15) == 0

    def test_of_500_messages_draws_only_what_is_new(self, crowded: Tab):
        crowded.channel("leads")
        crowded.page.get_by_role("button", name="Show earlier messages").click()
        expect(crowded.feed.locator("article")).to_have_count(500)
        crowded.feed.evaluate(COUNT_CHANGES)
        crowded.type("one more")
        expect(crowded.feed.locator("article").last).to_contain_text("one more")
        assert crowded.page.evaluate("window.added") == 1
        assert fits(crowded.page)


class TestHebrew:
    def test_is_the_whole_worlds_language_and_runs_from_right_to_left(self, hebrew: Tab):
        page = hebrew.page
        assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
            "he", "rtl",
        ]  # fmt: skip
        card = hebrew.message("אין מענה")
        expect(card.get_by_role("button", name="נמכר")).to_be_visible()
        line = card.locator(".bk.section [dir=auto]").first
        assert line.evaluate("one => getComputedStyle(one).direction") == "rtl"
        places, main = page.locator(".pane-places"), page.locator(".desk .place")
        right, left = places.bounding_box(), main.bounding_box()
        assert right is not None
        assert left is not None
        assert right["x"] > left["x"]
        hebrew.shoot("hebrew")
        hebrew.channel("leads")
        hebrew.shoot("hebrew-leads")
        assert serious(page) == []

    def test_shows_home_and_cards_from_right_to_left(self, hebrew: Tab):
        hebrew.home()
        expect(hebrew.feed).to_contain_text("היום שלך")
        expect(hebrew.feed).to_contain_text("השיחות הבאות")
        hebrew.shoot("hebrew-home")
        hebrew.messages()
        expect(hebrew.message("התחלת שיחה")).to_be_visible()
        hebrew.shoot("hebrew-card")
        hebrew.act_as("מירי")
        hebrew.home()
        expect(hebrew.feed).to_contain_text("שיחות ראשונות היום")
        hebrew.shoot("hebrew-manager")
        assert serious(hebrew.page) == []

    def test_answers_a_command_in_hebrew(self, hebrew: Tab):
        hebrew.type("/lead שלי")
        expect(hebrew.message("רק לך")).to_be_visible()
