"""The demo in a real browser: what its guide promises, done by hand."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.demo.browser import Tab

pytestmark = pytest.mark.slow


class TestALead:
    def test_that_the_form_sends_is_posted_and_given(self, tab: Tab):
        number = tab.new_lead("Tamar Golan", "052-234-5671")
        expect(tab.message(f"#{number} ")).to_contain_text("052-234-5671")
        tab.channel("leads")
        card = tab.message(f"#{number} ")
        expect(card).to_contain_text("052-•••-••71")
        expect(card).not_to_contain_text("tamar@example.com")
        tab.shoot("leads-channel")

    def test_arrives_by_itself_while_the_switch_is_on(self, tab: Tab):
        tab.channel("leads")
        before = tab.feed.locator("article").last.get_attribute("data-key")
        tab.page.get_by_label("New leads arrive").check()
        newer = tab.feed.locator("article").last
        expect(newer).not_to_have_attribute("data-key", str(before))
        tab.page.get_by_label("New leads arrive").uncheck()


class TestACallNobodyAnswered:
    def test_sends_an_sms_and_a_mail_once_the_undo_has_passed(self, tab: Tab):
        number = tab.new_lead("Shira Peled", "052-234-5670")
        tab.type(f"/lead noanswer {number}")
        answer = tab.message("Undo works until")
        expect(answer).to_contain_text(re.compile(r"leave at \d\d:\d\d:\d\d \(in \d+ seconds?\)"))
        first = answer.inner_text()
        expect(answer).not_to_have_text(first)
        tab.shoot("noanswer")
        tab.run_clock("minutes")
        tab.tab("phone")
        tab.side.locator(".entry", has_text="Shira Peled").first.click()
        expect(tab.side.locator(".talk .out")).to_have_count(1)
        expect(tab.side.locator(".talk .out")).to_contain_text("tried to call you")
        expect(tab.side.locator(".talk .out")).to_contain_text("delivered")
        tab.shoot("phone")
        tab.side.get_by_role("button", name="Mails: 1").click()
        tab.side.locator(".entry").first.click()
        letter = tab.page.frame_locator(".pane-side iframe")
        expect(letter.locator("body")).to_contain_text("tried to call you")
        tab.shoot("mail")

    def test_is_answered_by_sms_and_the_rep_hears_of_it(self, tab: Tab):
        number = tab.new_lead("Rivka Adler", "052-234-5672")
        tab.tab("phone")
        tab.side.locator(".entry", has_text="Rivka Adler").click()
        tab.side.get_by_label(re.compile("^Write as ")).fill("Call me at five please")
        tab.side.get_by_role("button", name="Send SMS").click()
        expect(tab.side.locator(".talk .in")).to_contain_text("arrived")
        expect(tab.message("Call me at five please")).to_contain_text(f"#{number}")
        tab.side.get_by_role("button", name="STOP").click()
        expect(tab.message("asked not to get messages")).to_contain_text(f"#{number}")

    def test_can_be_tried_on_the_customers_phone(self, tab: Tab):
        tab.tab("phone")
        tab.side.locator(".entry").nth(1).click()
        tab.side.get_by_role("button", name="Call", exact=True).click()
        expect(tab.side.locator(".talk .call").last).to_contain_text("Log it")


class TestAPromise:
    def test_reminds_and_then_the_manager_is_told(self, tab: Tab, opening: dict[str, Any]):
        lead = opening["second_id"]
        tab.side.get_by_role("button", name="Type it for me").nth(1).click()
        expect(tab.message("Follow-up agreed")).to_contain_text(f"#{lead}")
        tab.run_clock("minutes")
        snooze = tab.page.get_by_role("button", name="Tomorrow", exact=True)
        nag = tab.feed.locator("article", has_text=f"#{lead}").filter(has=snooze)
        expect(nag).to_have_count(1)
        first = nag.get_attribute("data-key")
        tab.run_clock("minutes")
        # The new one stands before the older one loses its buttons.
        expect(nag.last).not_to_have_attribute("data-key", str(first))
        expect(nag).to_have_count(1)
        tab.shoot("nag")
        # On a busy machine the second may have come late by this clock, and the manager's later.
        tab.run_clock("hour")
        tab.act_as("manager")
        tab.page.locator(".pane-places .spot", has_text="managers").click()
        expect(tab.message(f"#{lead}")).to_be_visible()


class TestAModal:
    def test_says_what_is_wrong_and_then_takes_it(self, tab: Tab):
        number = tab.new_lead("Noam Shaked", "052-234-5673")
        tab.opens(tab.message(f"#{number} ").get_by_role("button", name="Sold"))
        amount = tab.modal.get_by_label("Amount")
        amount.fill("a lot")
        tab.modal.get_by_role("button", name="Save").click()
        expect(tab.modal.get_by_role("alert")).to_contain_text("can't read “a lot”")
        expect(amount).to_have_value("a lot")
        tab.shoot("modal-error")
        amount.fill("1,290")
        tab.modal.get_by_role("button", name="Save").click()
        expect(tab.modal).to_be_hidden()
        expect(tab.message("Sold for ₪1,290")).to_contain_text(f"#{number}")

    def test_closes_with_escape_and_changes_with_its_menu(self, tab: Tab):
        card = tab.feed.locator("article", has=tab.page.get_by_role("button", name="Talked")).last
        tab.opens(card.get_by_role("button", name="Talked"))
        tab.modal.locator("select[data-dispatch]").first.select_option(label="Sold")
        expect(tab.modal.get_by_label("Amount")).to_be_visible()
        tab.page.keyboard.press("Escape")
        expect(tab.modal).to_be_hidden()


class TestAThread:
    def test_begins_under_a_message_and_is_told_there(self, tab: Tab):
        number = tab.new_lead("Gal Sharon", "052-234-5676")
        tab.channel("leads")
        card = tab.feed.locator(":scope > *", has_text=f"#{number} Gal Sharon").last
        card.hover()
        card.get_by_role("button", name="Reply in thread").click()
        expect(tab.page.locator(".head h1")).to_contain_text("Thread")
        tab.type("I know her, let me take it")
        expect(tab.message("Written down")).to_contain_text(f"#{number}")
        expect(tab.feed.locator("article")).to_have_count(3)
        tab.page.get_by_role("button", name="Back to the channel").click()
        expect(card.get_by_role("button", name="1 reply")).to_be_visible()


class TestHome:
    def test_shows_the_reps_day_and_hands_out_the_next_call(self, tab: Tab):
        tab.new_lead("Yoel Barak", "052-234-5674")
        tab.page.get_by_role("button", name="Home").click()
        expect(tab.feed).to_contain_text("Your day")
        tab.feed.get_by_role("button", name="Next call").first.click()
        expect(tab.feed.get_by_role("button", name="No answer").first).to_be_visible()
        tab.shoot("home")

    def test_shows_a_manager_the_teams_week(self, tab: Tab):
        tab.act_as("manager")
        tab.page.get_by_role("button", name="Home").click()
        expect(tab.feed).to_contain_text("The team since")


class TestTheDigest:
    def test_comes_with_its_picture_when_the_clock_gets_there(self, tab: Tab):
        tab.channel("lead-digest")
        pictures = tab.feed.locator("article img[alt*='earned']")
        before = pictures.count()
        tab.run_clock("digest")
        expect(pictures).to_have_count(before + 1, timeout=30_000)
        assert pictures.last.evaluate("one => one.decode().then(() => one.naturalWidth)") > 300
        expect(tab.feed.locator("article", has_text="lead cost").last).to_be_visible()
        pictures.last.scroll_into_view_if_needed()
        tab.shoot("digest")
