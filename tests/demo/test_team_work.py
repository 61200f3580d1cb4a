"""Managers and reps on one team in a real browser: who is in it, who gets what, what is agreed."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from bot.texts import load
from tests.demo.browser import Demo, Tab

pytestmark = pytest.mark.slow

MANAGERS, MANAGER = "managers", "Miri"
PRESS_AT = "(button, at) => { setTimeout(() => button.click(), at - Date.now()); }"


def press(scope: Locator, name: str) -> None:
    scope.get_by_role("button", name=name, exact=True).last.click()


def manage(tab: Tab, *, name: str = MANAGER) -> None:
    """Look on as the manager, at what the app wrote to them."""
    tab.act_as(name)
    tab.messages()


def meet_managers(tab: Tab, *, name: str = MANAGER) -> None:
    tab.act_as(name)
    tab.page.locator(".pane-places .spot", has_text=MANAGERS).click()
    expect(tab.page.locator(".head h1")).to_contain_text(MANAGERS)


def confirm(tab: Tab, name: str) -> None:
    """Press the button of a modal, which then closes."""
    press(tab.modal, name)
    expect(tab.modal).to_be_hidden()


def refused(tab: Tab, command: str, why: str | re.Pattern[str]) -> None:
    tab.type(command)
    expect(tab.feed.locator("article").last).to_contain_text(why)


def owner_of(tab: Tab, number: int, *, manager: str = MANAGER) -> str:
    """Give whose a lead is, as its card tells the manager."""
    manage(tab, name=manager)
    tab.type(f"/lead show {number}")
    card = tab.feed.locator("article").last
    expect(card).to_contain_text(f"#{number} ")
    expect(card.get_by_role("button")).not_to_have_count(0)
    return card.locator(".mention").first.inner_text().removeprefix("@")


def ask_for_sqo(tab: Tab, number: int, reason: str) -> None:
    tab.type(f"/lead stage {number} sqo {reason}")
    expect(tab.message("The managers are asked")).to_contain_text(f"#{number} ")


class TestTheTeam:
    def test_is_changed_by_its_manager_and_the_rep_is_welcomed(self, tab: Tab):
        manage(tab)
        self.is_left_by_a_rep(tab)
        self.is_joined_by_a_rep(tab)
        self.has_a_rep_with_fewer_leads(tab)
        self.has_a_rep_who_rests_and_comes_back(tab)
        tab.act_as("Ronit")
        tab.messages()
        expect(tab.message("Welcome to the sales desk")).to_contain_text("@Miri Golan added you")

    def row(self, tab: Tab, name: str) -> Locator:
        """Ask for the list anew, and give the buttons after a person's line."""
        tab.type("/lead team")
        press(tab.feed, "Change the team")
        listed = tab.feed.locator("article", has_text="The team: ").last
        expect(listed).to_contain_text(name)
        line = listed.locator(".bk.section", has_text=f"@{name}")
        return line.locator("xpath=following-sibling::*[1]")

    def is_left_by_a_rep(self, tab: Tab):
        press(self.row(tab, "Ronit Peretz"), "Remove")
        expect(tab.modal).to_contain_text("Remove @Ronit Peretz from the team?")
        confirm(tab, "Remove")
        expect(tab.message("not in the team any more")).to_contain_text("@Ronit Peretz")

    def is_joined_by_a_rep(self, tab: Tab):
        tab.type("/lead team")
        press(tab.feed, "Add a rep")
        tab.modal.get_by_label("Who?").select_option(label="Ronit Peretz")
        tab.modal.get_by_label("Name").fill("Ronit Peretz")
        hours = tab.modal.get_by_label("Working hours")
        hours.fill("from nine")
        press(tab.modal, "Save")
        expect(tab.modal.get_by_role("alert")).to_contain_text("Write hours as")
        hours.fill("Sun-Thu 09:00-18:00")
        confirm(tab, "Save")
        expect(tab.message("gets leads from now on")).to_contain_text("@Ronit Peretz")

    def has_a_rep_with_fewer_leads(self, tab: Tab):
        press(self.row(tab, "Ronit Peretz"), "Edit")
        tab.modal.get_by_label("Open leads at once").fill("25")
        tab.shoot("team-edit")
        confirm(tab, "Save")
        tab.type("/lead team")
        expect(tab.message("The team since")).to_contain_text(re.compile(r"Ronit.* of 25 leads"))

    def has_a_rep_who_rests_and_comes_back(self, tab: Tab):
        press(self.row(tab, "Ronit Peretz"), "Pause")
        expect(tab.modal).to_contain_text("Pause @Ronit Peretz?")
        confirm(tab, "Pause")
        resume = self.row(tab, "Ronit Peretz")
        tab.shoot("team")
        press(resume, "Resume")
        expect(self.row(tab, "Ronit Peretz")).to_contain_text("Pause")


class TestWhoGotWhat:
    def test_is_shown_to_a_manager_and_posted_with_a_chart(self, tab: Tab):
        manage(tab)
        tab.type("/lead team")
        press(tab.feed, "Who got what")
        shown = tab.message("leads given in four weeks")
        expect(shown).to_contain_text(re.compile(r"\d+%; by weight \d+%"))
        tab.shoot("fairness")
        press(shown, "Post with a chart")
        meet_managers(tab)
        chart = tab.feed.locator("article img.upload, article .file img, article figure img").last
        expect(chart).to_be_visible()
        assert chart.evaluate("one => one.decode().then(() => one.naturalWidth)") > 300
        chart.scroll_into_view_if_needed()
        tab.shoot("fairness-chart")


class TestAnSqo:
    def test_is_approved_on_the_post_and_moves_to_who_suits_it(
        self, tab: Tab, opening: dict[str, Any]
    ):
        number = opening["second_id"]
        manage(tab, name=owner_of(tab, number))
        ask_for_sqo(tab, number, "wants two cars")
        meet_managers(tab)
        asked = tab.feed.locator("article", has_text="asks to make").last
        expect(asked).to_contain_text("wants two cars")
        press(asked, "Approve")
        offer = tab.message("Who would suit it best")
        assign = tab.page.get_by_role("button", name="Assign", exact=True)
        row = offer.locator(".bk.section", has=assign).first
        new = row.locator(".mention").first.inner_text().removeprefix("@")
        expect(tab.feed.get_by_role("button", name="Approve")).to_have_count(0)
        tab.shoot("sqo-approved")
        press(row, "Assign")
        manage(tab, name=new)
        card = tab.feed.locator("article", has_text=f"#{number} ")
        expect(card.filter(has_text=f"owner @{new}").last).to_be_visible()

    def test_is_rejected_with_a_reason_that_its_rep_reads(self, tab: Tab):
        number = tab.new_lead("Erez Biton", "052-234-5682")
        rep = tab.page.locator("select[data-do=act_as] option:checked").inner_text()
        ask_for_sqo(tab, number, "budget agreed")
        refused(tab, f"/lead stage {number} sqo again", "are asked about")
        meet_managers(tab)
        press(tab.message(f"#{number} Erez Biton"), "Reject")
        tab.modal.get_by_label("Why?").fill("no budget before spring")
        tab.shoot("sqo-reject")
        press(tab.modal, "Save")
        expect(tab.modal).to_be_hidden()
        manage(tab, name=rep)
        expect(tab.message("no budget before spring")).to_contain_text(f"#{number} Erez Biton")


class TestADisqualifiedLead:
    def test_loses_its_buttons_and_whoever_holds_it_is_told_and_refused(self, tab: Tab):
        number = tab.new_lead("Hadas Raz", "052-234-5683")
        rep = tab.page.locator("select[data-do=act_as] option:checked").inner_text()
        card = tab.feed.locator("article", has_text=f"#{number} Hadas Raz").first
        expect(card.get_by_role("button", name="No answer")).to_be_visible()
        manage(tab)
        refused(tab, f"/lead stage {number} disqualified", "Why?")
        tab.type(f"/lead stage {number} disqualified a competitor")
        expect(tab.message("out of every queue")).to_contain_text(f"#{number} Hadas Raz")
        manage(tab, name=rep)
        expect(tab.message("Don't call any more")).to_contain_text("a competitor")
        expect(card.get_by_role("button", name="No answer")).to_have_count(0)
        refused(tab, f"/lead noanswer {number}", re.compile("was disqualified by .*a competitor"))
        tab.shoot("disqualified")


class TestALeadForTheFirst:
    @pytest.fixture
    def second(self, demo: Demo, browser: Browser) -> Iterator[Tab]:
        opened = Tab(browser, demo.url)
        yield opened
        opened.close()

    def test_is_claimed_by_one_of_two_and_the_other_reads_who(self, tab: Tab, second: Tab):
        self.arrives(tab, "Open Sesame", "052-234-5684")
        reps = {"Noa Shalev": tab, "Avi Mizrahi": second}
        buttons = []
        for name, one in reps.items():
            one.act_as(name)
            one.channel("leads")
            buttons.append(one.message("Open Sesame").get_by_role("button", name="Claim"))
            expect(buttons[-1]).to_be_visible()
        at = tab.page.evaluate("Date.now()") + 500
        for button in buttons:
            button.evaluate(PRESS_AT, at)
        owner = self.winner(reps)
        [loser] = {*reps} - {owner}
        lost = reps[loser].feed.locator("article", has_text="Only visible to you").last
        expect(lost).to_contain_text(owner)
        reps[loser].shoot("claim-lost")
        for one in reps.values():
            expect(one.message("Open Sesame").get_by_role("button", name="Claim")).to_have_count(0)

    def arrives(self, tab: Tab, name: str, phone: str):
        """Send a lead whose address makes it one for the first who claims it."""
        tab.tab("form")
        tab.side.get_by_label("Name").fill(name)
        tab.side.get_by_label("Phone").fill(phone)
        tab.side.get_by_label("Email").fill("open@example.com")
        tab.side.get_by_role("button", name="Send").click()

    def winner(self, reps: dict[str, Tab]) -> str:
        first = next(iter(reps.values()))
        card = first.feed.locator("article", has_text="Open Sesame").first
        expect(card).to_contain_text("owner @")
        return card.locator(".mention").first.inner_text().removeprefix("@")


class TestInHebrew:
    def test_the_team_its_shares_and_an_sqo_are_read_and_decided(self, hebrew: Tab, demo: Demo):
        words = load("he")
        manager = hebrew.page.locator("select[data-do=act_as] option").last.inner_text()
        manage(hebrew, name=manager)
        self.shows_the_team(hebrew, words)
        told = json.loads((demo.folder / "he" / "opening.json").read_text("utf-8"))
        number = told["guide"]["second_id"]
        manage(hebrew, name=owner_of(hebrew, number, manager=manager))
        hebrew.type(f"/lead stage {number} sqo")
        expect(hebrew.message("SQO")).to_contain_text(f"#{number} ")
        meet_managers(hebrew, name=manager)
        press(hebrew.feed, words["button.approve"])
        expect(hebrew.message(words["sqo.best"])).to_contain_text(f"#{number} ")
        hebrew.shoot("hebrew-sqo")

    def shows_the_team(self, tab: Tab, words: Mapping[str, str]):
        tab.type("/lead team")
        press(tab.feed, words["team_edit.button_people"])
        listed = tab.feed.locator("article", has_text=words["team_edit.button_remove"]).last
        expect(listed).to_contain_text(words["team_edit.role_manager"])
        tab.shoot("hebrew-team")
        press(tab.feed, words["fairness.button"])
        expect(tab.message(words["fairness.how"])).to_contain_text(re.compile(r"\d+%"))
        tab.shoot("hebrew-fairness")
