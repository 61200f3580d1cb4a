"""The doors by which leads come in, tried on the page: a file, two who look alike, Meta's form."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from sandbox.story.samples import sample
from tests.demo.browser import Tab

pytestmark = pytest.mark.slow


class TestAFileOnTheApp:
    def test_is_looked_at_imported_and_summed_up(self, tab: Tab):
        tab.side.locator("[data-do=sample]").click()
        asks = tab.message("6 columns")
        expect(asks).to_contain_text("8 new, 1 known already, 1 would be rejected")
        tab.shoot("drop-asks")
        columns = tab.opens(asks.get_by_role("button", name="Choose columns"))
        columns.locator("select").first.select_option(value="cold")
        columns.get_by_role("button", name="Import").click()
        expect(tab.message("is imported")).to_contain_text("8 new, 1 known already, 1 rejected")
        expect(tab.feed.locator("article", has_text="rejects-leads-en.csv").last).to_be_visible()
        tab.shoot("drop-sum")

    def test_is_chosen_from_the_line_where_one_writes(self, tab: Tab, tmp_path: Path):
        name, content = sample("en")
        mine = tmp_path / f"mine-{name}"
        mine.write_bytes(content)
        tab.act_as("manager")
        tab.messages()
        tab.page.locator(".attach summary").click()
        with tab.page.expect_file_chooser() as chooser:
            tab.page.get_by_role("button", name="Choose a file").click()
        chooser.value.set_files(mine)
        expect(tab.message(f"{mine.name}: 6 columns")).to_be_visible()
        expect(tab.page.get_by_role("button", name="Choose a file")).to_be_hidden()

    def test_of_nothing_is_not_taken(self, tab: Tab, tmp_path: Path):
        empty = tmp_path / "empty.csv"
        empty.touch()
        tab.page.locator("input[type=file]").set_input_files(empty)
        expect(tab.page.locator(".pane-notice")).to_contain_text("The file was not taken")
        # The browser itself writes down every answer of 400 and above.
        assert [one for one in tab.faults if "409" not in one] == []
        tab.faults.clear()

    def test_is_refused_to_a_rep_in_words(self, tab: Tab):
        tab.page.locator(".attach summary").click()
        tab.page.get_by_role("button", name="Send a messy sample file").click()
        expect(tab.message("Only managers bring in files")).to_be_visible()


class TestTwoWhoLookAlike:
    def test_are_asked_about_and_merged_by_a_manager(self, tab: Tab):
        tab.side.locator("[data-do=near]").click()
        tab.act_as("manager")
        tab.page.locator(".pane-places .spot", has_text="managers").click()
        asked = tab.message("one person?")
        expect(asked).to_contain_text("Alike: the number but for one slip and the name")
        tab.shoot("near")
        asked.get_by_role("button", name="Merge").click()
        tab.page.locator("dialog.confirm").get_by_role("button", name="Merge").click()
        expect(tab.message("are one person now")).to_be_visible()
        expect(tab.message("is part of").get_by_role("button", name="Unmerge")).to_be_visible()


class TestAFormOnFacebook:
    def test_is_fetched_and_becomes_a_lead(self, tab: Tab):
        tab.channel("leads")
        cards = tab.feed.locator("article", has=tab.page.get_by_role("button", name="Assign"))
        before = cards.count()
        tab.side.locator("[data-do=meta]").click()
        expect(cards).to_have_count(before + 1)
        expect(cards.last).to_contain_text("Facebook")
        expect(cards.last).to_contain_text("seconds ago")


class TestHome:
    def test_adds_a_lead_by_its_form(self, tab: Tab):
        tab.home()
        form = tab.opens(tab.feed.get_by_role("button", name="Add a lead"))
        form.get_by_label("Name").fill("Gili Tamir")
        form.get_by_label("Phone").fill("054-234-7788")
        tab.shoot("add")
        form.get_by_role("button", name="Save").click()
        expect(tab.feed).to_contain_text("Gili Tamir is added and yours")
