"""Claim and Pass in Slack: buttons of cards, the modal, the commands, in both languages (C3)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.views.blocks import ActionId, Message, ViewId
from handlers.answers import OpenModal
from handlers.commands import answer_command
from rules.claiming import Reason
from tests.bot.test_claiming import CLAIMED_FIRST, buttons
from tests.bot.test_passing import THREE
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk, faults_of
from tests.handlers.test_actions import click, pick, submit


@pytest.fixture
def open_room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, playbook=CLAIMED_FIRST) as made:
        made.lead()
        made.deliver()
        yield made


@pytest.fixture
def three(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, team=THREE) as made:
        made.lead()
        made.deliver()
        yield made


def said(room: Room, who: str, text: str, trigger: str = "") -> Message:
    answer = answer_command(room.desk, {"user_id": who, "text": text, "trigger_id": trigger})
    assert faults_of(answer) == []
    return answer


class TestTheClaimButton:
    def test_gives_the_lead_to_the_first_and_tells_the_second_who(self, open_room: Room):
        won = click(open_room, AVI, ActionId.CLAIM, 1)
        assert "#1 Dana Cohen* is yours" in won.message.text
        lost = click(open_room, NOA, ActionId.CLAIM, 1)
        assert f"כבר אצל <@{AVI}>" in lost.message.text
        assert "10:00" in lost.message.text
        assert open_room.load(1).owner == AVI

    def test_of_a_summary_claims_what_waits_longest_and_so_does_the_command(self, open_room: Room):
        for n in range(2):
            open_room.lead(phone=f"052-234-{5000 + n}", email="")
        first = click(open_room, AVI, ActionId.CLAIM, 0)
        assert "#1 Dana Cohen* is yours" in first.message.text
        assert "#2 Dana Cohen* is yours" in said(open_room, AVI, "claim", "typed-t2").text
        assert "אצלך" in said(open_room, NOA, "לקחת", "typed-t3").text
        assert "Nothing waits in your pools" in said(open_room, AVI, "claim", "typed-t4").text

    def test_sent_again_by_slack_is_answered_the_same(self, open_room: Room):
        first = click(open_room, AVI, ActionId.CLAIM, 1, trigger="t1")
        again = click(open_room, AVI, ActionId.CLAIM, 1, trigger="t1")
        assert again.message == first.message
        assert open_room.history(1).count("claimed") == 1

    def test_of_an_old_card_says_where_the_lead_is(self, three: Room):
        lead = three.load(1)
        answer = click(three, three.other(lead), ActionId.CLAIM, 1)
        assert f"<@{lead.owner}>" in answer.message.text
        assert three.load(1).owner == lead.owner

    def test_stands_only_while_nobody_has_the_lead(self, open_room: Room):
        click(open_room, AVI, ActionId.CLAIM, 1)
        open_room.deliver()
        [post] = open_room.outside.channel()
        assert ActionId.CLAIM not in buttons(post)

    @pytest.mark.parametrize(
        ("text", "who", "answer"),
        [
            ("claim 1", AVI, "is yours"),
            ("לקחת 1", NOA, "אצלך"),
            ("claim 7", AVI, "There is no lead #7"),
        ],
    )
    def test_has_a_command_beside_it(self, open_room: Room, text: str, who: str, answer: str):
        assert answer in said(open_room, who, text).text


class TestWhy:
    def test_says_that_a_claimed_lead_was_taken(self, open_room: Room):
        said(open_room, AVI, "claim 1")
        assert f"<@{AVI}> took it from the pool" in said(open_room, AVI, "why 1").text

    def test_says_who_passed_a_lead_on_and_no_more_once_that_is_taken_back(self, three: Room):
        owner = three.load(1).owner
        said(three, owner, "pass 1")
        now = three.load(1).owner
        assert f"<@{owner}> handed it to <@{now}>" in said(three, MIRI, "why 1").text
        click(three, owner, ActionId.UNDO_PASSING, 1)
        assert f"<@{owner}> has it." in said(three, MIRI, "why 1").text


class TestThePassButton:
    def test_stands_on_the_owners_card_alone(self, three: Room):
        [mine] = three.outside.dms(three.load(1).owner)
        [post] = three.outside.channel()
        assert ActionId.PASSING in buttons(mine)
        assert ActionId.PASSING not in buttons(post)

    def test_asks_for_a_reason_and_passes_the_lead_on(self, three: Room):
        owner = three.load(1).owner
        opened = click(three, owner, ActionId.PASSING, 1)
        assert isinstance(opened, OpenModal)
        assert opened.view["callback_id"] == ViewId.PASSING
        chips = opened.view["blocks"][1]["element"]["options"]
        assert [one["value"] for one in chips] == list(Reason)
        done = submit(three, owner, opened.view, reason=pick("busy"), note={"value": "wants a van"})
        now = three.load(1).owner
        assert now != owner
        assert f"<@{now}>" in done.said.text
        undo = done.said.blocks[-1]["elements"][0]
        back = click(three, owner, undo["action_id"], undo["value"])
        assert back.instead
        assert three.load(1).owner == owner

    def test_writes_its_reason_into_the_history(self, three: Room):
        owner = three.load(1).owner
        view = click(three, owner, ActionId.PASSING, 1).view
        submit(three, owner, view, reason=pick("language"), note={"value": "Russian only"})
        shown = said(three, MIRI, "show 1").text
        assert f"passed on to <@{three.load(1).owner}>" in shown
        assert "They speak another language" in shown
        assert "Russian only" in shown

    def test_sent_twice_passes_once(self, three: Room):
        owner = three.load(1).owner
        view = click(three, owner, ActionId.PASSING, 1).view
        for _ in range(2):
            submit(three, owner, view, trigger="t-same", reason=pick("busy"))
        assert three.history(1).count("passed") == 1

    def test_of_a_card_that_is_anothers_now_says_whose(self, three: Room):
        owner = three.load(1).owner
        said(three, owner, "pass 1")
        told = click(three, owner, ActionId.PASSING, 1).message.text
        assert f"<@{three.load(1).owner}>" in told

    def test_in_hebrew_has_hebrew_words(self, three: Room):
        if three.load(1).owner != NOA:
            said(three, MIRI, f"assign 1 <@{NOA}>")
        view = click(three, NOA, ActionId.PASSING, 1).view
        assert view["title"]["text"] == "העברה הלאה"
        done = submit(three, NOA, view, reason=pick("busy"))
        assert "הועבר הלאה" in done.said.text

    @pytest.mark.parametrize("text", ["pass 1 no time today", "העברה 1 no time today"])
    def test_has_a_command_with_a_reason_in_ones_own_words(self, three: Room, text: str):
        owner = three.load(1).owner
        said(three, owner, text)
        assert three.load(1).owner != owner
        assert "no time today" in said(three, MIRI, "show 1").text

    def test_beyond_the_limit_says_what_to_do(self, three: Room):
        for _ in range(2):
            said(three, three.load(1).owner, "pass 1")
        last = three.load(1).owner
        told = click(three, last, ActionId.PASSING, 1).message.text
        expected = {NOA: "כבר הועבר הלאה 2 פעמים"}.get(last, "was passed on 2 times already")
        assert expected in told.replace("\u2068", "").replace("\u2069", "")
