"""The rep's day and the manager's board in a real browser, in both languages, on a phone too."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.demo.browser import Tab
from tests.demo.test_team_work import owner_of

pytestmark = pytest.mark.slow

DATED = re.compile(r"\d\d:\d\d")


class TestARepsHome:
    def test_lists_what_is_due_and_comes_next_with_working_buttons(self, tab: Tab):
        tab.home()
        expect(tab.feed.get_by_role("heading").first).to_be_in_viewport()
        expect(tab.feed).to_contain_text(re.compile("Next calls|Overdue"))
        expect(tab.feed).to_contain_text("Your numbers since")
        tab.shoot("home-rep")
        tab.opens(tab.feed.get_by_role("button", name="Log", exact=True).first)
        tab.page.keyboard.press("Escape")
        tab.feed.get_by_role("button", name="Show", exact=True).first.click()
        expect(tab.feed.get_by_role("button", name="Start call").first).to_be_visible()

    def test_is_read_on_a_phone(self, phone_tab: Tab):
        phone_tab.home()
        expect(phone_tab.feed).to_contain_text("Your day")
        phone_tab.shoot("home-phone")

    def test_says_who_is_away_and_takes_them_back(self, tab: Tab):
        tab.act_as("Ronit")
        tab.home()
        tab.feed.get_by_role("button", name="I am away").click()
        back = tab.feed.get_by_role("button", name="I am back")
        expect(back.first).to_be_visible()
        tab.shoot("home-away")
        back.first.click()
        expect(tab.feed.get_by_role("button", name="I am away")).to_be_visible()

    def test_switches_notifications(self, tab: Tab):
        tab.act_as("Ronit")
        tab.home()
        tab.opens(tab.feed.get_by_role("button", name="Notifications"))
        expect(tab.modal.get_by_role("checkbox")).to_have_count(7)
        tab.shoot("notifications")
        tab.page.keyboard.press("Escape")


class TestAManagersHome:
    def test_shows_how_fast_the_team_answers_and_who_carries_what(self, tab: Tab):
        tab.act_as("manager")
        tab.home()
        expect(tab.feed).to_contain_text("First calls today")
        expect(tab.feed).to_contain_text("Reps: 5")
        tab.shoot("home-manager")


class TestALeadThatNobodyCalls:
    def test_is_reminded_of_and_goes_to_somebody_else(self, tab: Tab):
        tab.run_clock("digest")
        number = tab.new_lead("Uri Shaham", "052-234-5679")
        owner = tab.page.locator("select[data-do=act_as] option:checked").inner_text()
        tab.run_clock("minutes")
        reminder = tab.message(re.compile(f"#{number} .*waits|waits.*#{number} "))
        expect(reminder).to_be_visible()
        tab.shoot("ladder-reminder")
        tab.run_clock("minutes")
        tab.run_clock("minutes")
        tab.channel("leads")
        post = tab.message(f"#{number} Uri Shaham")
        expect(post.locator(".mention").first).not_to_have_text(f"@{owner}")


class TestTheGuide:
    def test_goes_on_with_whoever_has_its_lead_by_now(self, tab: Tab, opening: dict[str, Any]):
        for _ in range(3):
            tab.run_clock("minutes")
        tab.tab("guide")
        line = f"/lead noanswer {opening['lead_id']}"
        tab.side.locator(f"[data-do=type][data-value='{line}']").click()
        expect(tab.message("Undo works until")).to_contain_text(f"#{opening['lead_id']} ")


class TestTheCard:
    def test_has_all_that_is_known_before_the_call(self, tab: Tab, opening: dict[str, Any]):
        lead = opening["second_id"]
        tab.act_as(owner_of(tab, lead))
        tab.messages()
        tab.type(f"/lead note {lead} likes blue promise: to send photos")
        expect(tab.message("Written down")).to_contain_text(f"#{lead}")
        tab.type(f"/lead show {lead}")
        card = tab.message("likes blue")
        expect(card).to_contain_text("to send photos")
        expect(card).to_contain_text(DATED)
        tab.shoot("card")


class TestTheBoard:
    def test_shows_todays_response_in_the_channel(self, tab: Tab):
        tab.channel("leads")
        expect(tab.message("Response today")).to_be_visible()
        tab.shoot("board")
