"""`/lead add`: the form and the line, whose lead it is, who was known before (K3)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.views.blocks import ActionId, Message
from handlers.adding import opens
from handlers.answers import Errors, OpenModal
from handlers.commands import answer_command
from rules.playbook import Campaign, Product
from rules.words import Kind, Stage, Step
from sandbox.blockkit import check_view
from tests.bot.test_claiming import buttons
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk, faults_of
from tests.handlers.test_actions import click, pick, submit

LINE = "add Dana Cohen 052-234-5678 facebook, wants a van"
BOTH = replace(BOOK, campaigns=(Campaign("facebook"),), products=(Product("van"),))


@pytest.fixture
def sellers(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, playbook=BOTH) as made:
        yield made


def body(who: str, text: str, trigger: str = "t1") -> dict[str, Any]:
    return {"user_id": who, "text": text, "trigger_id": trigger, "response_url": "http://x/y"}


def said(room: Room, who: str, text: str, trigger: str = "t1") -> Message:
    answer = answer_command(room.desk, body(who, text, trigger))
    assert faults_of(answer) == []
    return answer


def form(room: Room, who: str, text: str = "add") -> dict[str, Any]:
    opened = opens(room.desk, body(who, text))
    assert isinstance(opened, OpenModal)
    assert check_view(view=opened.view, surface="modal") == []
    return opened.view


def begun(view: dict[str, Any]) -> dict[str, Any]:
    elements = {one["block_id"]: one["element"] for one in view["blocks"] if one["type"] == "input"}
    texts = {
        name: one.get("initial_value") or one.get("initial_option", {}).get("value")
        for name, one in elements.items()
    }
    return {name: text for name, text in texts.items() if text}


class TestALine:
    def test_becomes_the_typists_lead_whose_first_call_is_now(self, sellers: Room):
        answer = said(sellers, AVI, LINE)
        assert "#1 Dana Cohen* is added and yours; its first call is now" in answer.text
        assert "Note: wants a van" in answer.text
        lead = sellers.load(1)
        assert (lead.owner, lead.kind, lead.campaign) == (AVI, Kind.INCOMING, "facebook")
        assert (lead.next_what, lead.next_at) == (Step.CALL, sellers.clock())
        [source] = sellers.sources(1)
        assert source["source"] == "typed"

    def test_puts_the_card_with_its_opening_before_them(self, sellers: Room):
        said(sellers, AVI, LINE)
        sellers.deliver()
        [card] = sellers.outside.dms(AVI)
        assert "052-234-5678" in card.text
        assert len(sellers.outside.channel()) == 1

    def test_sent_again_by_slack_changes_nothing(self, sellers: Room):
        assert said(sellers, AVI, LINE) == said(sellers, AVI, LINE)
        assert len(sellers.sources(1)) == 1

    def test_of_a_manager_is_for_whom_they_mention(self, sellers: Room):
        answer = said(sellers, MIRI, f"add <@{NOA}|noa> Dana 052-234-5678")
        assert f"for <@{NOA}>" in answer.text
        assert sellers.load(1).owner == NOA

    def test_of_a_rep_is_for_nobody_else(self, sellers: Room):
        answer = said(sellers, AVI, f"add <@{NOA}|noa> Dana 052-234-5678")
        assert "Only a manager" in answer.text

    def test_in_hebrew_is_answered_in_hebrew(self, sellers: Room):
        answer = said(sellers, NOA, "הוסף דנה כהן 052-234-5678 פייסבוק")
        assert "נוסף ושייך לך" in answer.text
        assert sellers.load(1).campaign == "facebook"

    def test_can_be_taken_back(self, sellers: Room):
        said(sellers, AVI, LINE)
        undone = click(sellers, AVI, ActionId.ADD_UNDO, 1)
        assert "out of every queue" in undone.message.text
        assert sellers.load(1).stage is Stage.DISQUALIFIED

    def test_can_be_mended(self, sellers: Room):
        said(sellers, AVI, LINE)
        opened = click(sellers, AVI, ActionId.ADD_EDIT, 1)
        assert begun(opened.view)["name"] == "Dana Cohen"
        done = submit(sellers, AVI, opened.view, phone={"value": "054-234-5678"})
        assert "has the new details" in done.said.text
        assert sellers.load(1).phone_e164 == "+972542345678"

    def test_is_mended_by_nobody_else(self, sellers: Room):
        said(sellers, AVI, LINE)
        assert f"<@{AVI}>" in click(sellers, NOA, ActionId.ADD_EDIT, 1).message.text


class TestWhoIsKnown:
    def test_is_the_typists_to_open_or_to_add_to(self, sellers: Room):
        said(sellers, AVI, LINE)
        answer = said(sellers, AVI, "add Dana 052-234-5678 dana@x.com", "t2")
        assert "a lead of yours already" in answer.text
        assert {ActionId.SHOW, ActionId.ADD_MERGE} <= set(buttons(answer))
        assert sellers.load(1).email == ""
        kept = next(
            one["value"]
            for block in answer.blocks
            for one in block.get("elements", ())
            if one["action_id"] == ActionId.ADD_MERGE
        )
        for _ in range(2):
            merged = click(sellers, AVI, ActionId.ADD_MERGE, kept)
            assert "was added to" in merged.message.text
        assert sellers.load(1).email == "dana@x.com"
        assert len(sellers.sources(1)) == 2

    def test_of_another_is_named_with_no_button_and_no_details(self, sellers: Room):
        said(sellers, AVI, LINE)
        answer = said(sellers, NOA, "add מישהי 052-234-5678", "t2")
        assert f"<@{AVI}>" in answer.text
        assert "5678" not in answer.text
        assert buttons(answer) == []
        stolen = click(sellers, NOA, ActionId.ADD_MERGE, 2)
        assert f"<@{AVI}>" in stolen.message.text
        assert len(sellers.sources(1)) == 1

    def test_and_was_anothers_customer_comes_back_to_them(self, sellers: Room):
        said(sellers, AVI, LINE)
        sellers.log(1, "lost", by=AVI)
        sellers.deliver()
        heard = len(sellers.outside.dms(AVI))
        for _ in range(2):
            answer = said(sellers, NOA, "add Dana Cohen 052-234-5678 wants to buy today", "t2")
            assert f"הועבר אל <@{AVI}>" in answer.text
            assert "5678" not in answer.text
        lead = sellers.load(1)
        assert (lead.owner, lead.working) == (AVI, True)
        assert len(sellers.sources(1)) == 2
        assert "wants to buy today" in lead.note
        sellers.deliver()
        assert len(sellers.outside.dms(AVI)) == heard + 1


class TestTheForm:
    @pytest.mark.parametrize("text", ["add", "הוסף", "add Dana Cohen", "add check " + LINE[4:]])
    def test_opens_with_what_was_understood(self, sellers: Room, text: str):
        assert form(sellers, AVI, text)["title"]["text"] == "New lead"

    def test_shows_a_line_before_it_is_kept(self, sellers: Room):
        view = form(sellers, AVI, "add ? Dana Cohen 052-234-5678 facebook van")
        assert begun(view) == {
            "name": "Dana Cohen",
            "phone": "052-234-5678",
            "kind": "incoming",
            "campaign": "facebook",
            "product": "van",
        }
        submit(sellers, AVI, view)
        assert sellers.load(1).name == "Dana Cohen"

    @pytest.mark.parametrize("text", ["mine", LINE, "addd", ""])
    def test_does_not_open_for_other_commands(self, sellers: Room, text: str):
        assert opens(sellers.desk, body(AVI, text)) is None

    def test_does_not_open_for_a_guest(self, sellers: Room):
        assert opens(sellers.desk, body("U01GUEST", "add")) is None

    def test_takes_a_lead_in(self, sellers: Room):
        given: dict[str, Any] = {"name": {"value": "Dana"}, "email": {"value": "dana@x.com"}}
        done = submit(sellers, AVI, form(sellers, AVI), kind=pick("referral"), **given)
        assert "is added and yours" in done.said.text
        assert (sellers.load(1).kind, sellers.load(1).owner) == (Kind.REFERRAL, AVI)

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({}, "phone"),
            ({"phone": "12"}, "phone"),
            ({"phone": "052-234-5678", "email": "dana@"}, "email"),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(
        self, sellers: Room, given: dict[str, str], field: str
    ):
        filled: dict[str, Any] = {name: {"value": text} for name, text in given.items()}
        answer = submit(sellers, NOA, form(sellers, NOA), **filled)
        assert isinstance(answer, Errors)
        assert list(answer.errors) == [field]

    def test_asks_a_manager_for_whom(self, sellers: Room):
        view = form(sellers, MIRI, f"add check <@{AVI}> 052-234-5678")
        submit(sellers, MIRI, view)
        assert sellers.load(1).owner == AVI

    def test_is_offered_by_a_button_too(self, sellers: Room):
        answer = said(sellers, AVI, "add")
        assert buttons(answer) == [ActionId.ADD_LEAD]
        assert isinstance(click(sellers, AVI, ActionId.ADD_LEAD, "form"), OpenModal)
