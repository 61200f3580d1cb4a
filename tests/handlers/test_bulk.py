"""Reassigning a rep's leads in Slack: the modal counts, the summary takes it back (C3)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.views.blocks import ActionId, ViewId
from handlers.actions import answer_click
from handlers.answers import Errors, OpenModal, UpdateModal
from sandbox.blockkit import check_view
from tests.bot.test_bulk import fill, finish, owners
from tests.bot.test_passing import THREE
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk
from tests.handlers.test_actions import click, pick, state_of, submit


@pytest.fixture
def three(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, team=THREE) as made:
        fill(made, 12)
        yield made


def opened(room: Room, who: str = MIRI) -> dict[str, Any]:
    answer = click(room, who, ActionId.TEAM_REASSIGN, NOA)
    assert isinstance(answer, OpenModal)
    return answer.view


def choose(room: Room, view: dict[str, Any], field: str, value: str) -> dict[str, Any]:
    """Choose in a field of the open modal, and give the modal that it becomes."""
    values = state_of(view)
    values[field] = {ActionId.BULK_CHOOSE: pick(value)}
    body = {
        "type": "block_actions",
        "user": {"id": MIRI},
        "trigger_id": "t",
        "view": {"id": "V1", "hash": "h1", "state": {"values": values}, **view},
        "actions": [{"action_id": ActionId.BULK_CHOOSE.value, **pick(value)}],
    }
    answer = answer_click(room.desk, body)
    assert isinstance(answer, UpdateModal)
    assert check_view(view=answer.view, surface="modal") == []
    return answer.view


class TestTheModal:
    def test_says_how_many_there_are_and_names_the_number_on_its_button(self, three: Room):
        view = opened(three)
        assert view["callback_id"] == ViewId.BULK
        assert f"<@{NOA}>*: 12 open leads" in view["blocks"][0]["text"]["text"]
        assert view["submit"]["text"] == "Move 12"

    def test_counts_each_choice_before_anything_moves(self, three: Room):
        view = choose(three, opened(three), "kind", "referral")
        assert view["submit"]["text"] == "Move 4"
        assert "*4 leads* move" in view["blocks"][-1]["elements"][0]["text"]
        view = choose(three, view, "stage", "sql")
        assert view["submit"]["text"] == "Move 0"
        assert "No open lead is of this kind" in view["blocks"][-1]["elements"][0]["text"]
        assert owners(three) == [NOA] * 12

    def test_moves_what_was_chosen_and_offers_to_take_it_back(self, three: Room):
        view = choose(three, opened(three), "kind", "referral")
        done = submit(three, MIRI, choose(three, view, "to", AVI))
        assert f"4 leads of <@{NOA}> are moving" in done.said.text
        finish(three)
        assert owners(three).count(AVI) == 4
        undo = three.outside.dms(MIRI)[-1].blocks[-1]["elements"][0]
        said = click(three, MIRI, undo["action_id"], undo["value"])
        assert "are going back" in said.message.text
        finish(three)
        assert owners(three) == [NOA] * 12

    def test_that_would_move_nothing_stays_open(self, three: Room):
        view = choose(three, opened(three), "stage", "sql")
        assert isinstance(submit(three, MIRI, view), Errors)

    def test_is_for_managers(self, three: Room):
        told = click(three, AVI, ActionId.TEAM_REASSIGN, NOA).message.text
        assert "for managers" in told

    def test_is_in_hebrew_for_who_reads_hebrew(self, three: Room):
        three.load_team(THREE.replace('name = "נועה"', 'name = "נועה"\nrole = "manager"'))
        view = opened(three, NOA)
        assert view["title"]["text"] == "העברת לידים"
        assert view["submit"]["text"] == "להעביר 12"
