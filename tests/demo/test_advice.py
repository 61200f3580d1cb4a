"""What the digest recommends, decided by the manager in a real browser, in both languages."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from bot.texts import LOCALES, load
from sandbox.story.team import MANAGER, users
from tests.demo.browser import Demo, Tab
from tests.demo.worlds import Worlds

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def advised(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser, worlds: Worlds
) -> Iterator[Demo]:
    """Run a demo whose clock nobody turned: its digest is of the story alone."""
    folder = tmp_path_factory.mktemp("advised") / "here"
    for locale in LOCALES:
        worlds.put(locale, folder)
    running = Demo(folder)
    yield running
    assert running.stop() == 0


class Reader:
    """The manager in the digest's channel, who reads in a language."""

    def __init__(self, tab: Tab, locale: str) -> None:
        self.tab, self.locale, self.texts = tab, locale, load(locale)
        [name] = [user.real_name for user in users(locale) if user.id == MANAGER]
        tab.act_as(name)
        tab.channel("lead-digest")

    def begin(self, key: str) -> str:
        """Give how a text begins, up to the first thing that is filled in."""
        return self.texts[key].partition("{")[0].strip("* ")

    def asked(self, kind: str) -> Locator:
        """Give the buttons under a recommendation in the digest."""
        line = self.tab.feed.locator(".bk.section", has_text=self.begin(f"recommend.line.{kind}"))
        return line.first.locator("xpath=following-sibling::*[1]")

    def press(self, where: Locator, key: str) -> None:
        where.get_by_role("button", name=self.texts[key], exact=True).last.click()

    def answer(self, key: str) -> Locator:
        """Give the newest message that begins as this text does."""
        found = self.tab.message(self.begin(key))
        expect(found).to_be_visible()
        return found

    @property
    def version(self) -> int:
        """Give the number of the playbook's version that holds, as the playbook shows it."""
        # What is out of sight has no inner text: the newest one may stand below.
        pattern = re.compile(rf"{self.begin('playbook.version')}[\s\u2066-\u2069]*(\d+)")
        shown = self.tab.feed.locator("article", has_text=pattern)
        before = shown.count()
        self.tab.type("/lead playbook")
        expect(shown).to_have_count(before + 1)
        [number] = pattern.findall(shown.last.text_content() or "")
        return int(number)


@pytest.fixture(scope="module", params=LOCALES)
def reader(request: pytest.FixtureRequest, advised: Demo, browser: Browser) -> Iterator[Reader]:
    tab = Tab(browser, advised.url)
    tab.speak(request.param)
    yield Reader(tab, request.param)
    tab.close()


class TestARecommendation:
    def test_says_what_it_rests_on(self, reader: Reader):
        reader.press(reader.asked("tier"), "button.why_so")
        expect(reader.tab.modal).to_contain_text(reader.begin("recommend.interval"))
        expect(reader.tab.modal).to_contain_text(reader.begin("recommend.at_once"))
        reader.tab.shoot(f"advice-why-{reader.locale}")
        reader.tab.page.keyboard.press("Escape")

    def test_changes_the_playbook_once_accepted_and_is_taken_back(self, reader: Reader):
        reader.asked("tier").scroll_into_view_if_needed()
        reader.tab.shoot(f"advice-{reader.locale}")
        before = reader.version
        reader.press(reader.asked("tier"), "button.accept")
        done = reader.answer("recommend.accepted")
        expect(done).to_contain_text(re.compile("C.*A", re.DOTALL))
        assert reader.version == before + 1
        reader.press(reader.answer("recommend.accepted"), "button.undo")
        expect(reader.answer("recommend.undone")).to_contain_text(re.compile("A.*C", re.DOTALL))
        assert reader.version == before + 2

    def test_is_rejected_for_a_reason_and_open_again(self, reader: Reader):
        before = reader.version
        reader.press(reader.asked("buy_more"), "button.reject")
        no = reader.answer("recommend.rejected")
        no.locator("select").select_option(label=reader.texts["recommend.reason.doubt"])
        expect(reader.answer("recommend.kept")).to_contain_text(
            reader.texts["recommend.reason.doubt"]
        )
        reader.press(reader.answer("recommend.rejected"), "button.undo")
        again = reader.answer("recommend.open_again")
        expect(again.get_by_role("button", name=reader.texts["button.accept"])).to_be_visible()
        assert reader.version == before
