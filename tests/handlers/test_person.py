"""`/lead export`, the button that erases, and both on the terminal (C5)."""

import json
from contextlib import nullcontext

import pytest
from typer.testing import CliRunner, Result

from bot.orders import SlackFile
from bot.views.blocks import ActionId
from handlers.answers import Say
from handlers.person_terminal import commands
from tests.desk import AVI, MIRI, NOA, Room, payload
from tests.handlers.test_actions import click
from tests.handlers.test_cli import Terminal, terminal
from tests.handlers.test_commands import say

__all__ = ["terminal"]


def run(room: Room, *args: str, answer: str = "") -> Result:
    return CliRunner().invoke(commands(lambda: nullcontext(room.desk)), list(args), input=answer)


def told(answer: object) -> str:
    assert isinstance(answer, Say)
    return payload(answer.message).replace("\u2068", "").replace("\u2069", "")


class TestExport:
    @pytest.mark.parametrize("text", ["export 1", "ייצוא 1", "מידע 1"])
    def test_sends_the_file_to_the_manager_alone(self, room: Room, text: str):
        lead = room.lead()
        said = payload(say(room, MIRI, text))
        room.deliver()
        assert "on its way to you alone" in said
        assert ActionId.ERASE in said
        assert [one.to for one in room.outside.of(SlackFile)] == [MIRI]
        assert lead.id == 1

    @pytest.mark.parametrize("who", [AVI, NOA])
    def test_is_for_managers(self, room: Room, who: str):
        room.lead()
        assert ActionId.ERASE not in payload(say(room, who, "export 1"))
        room.deliver()
        assert room.outside.of(SlackFile) == []

    def test_says_of_no_lead_that_there_is_none(self, room: Room):
        assert "There is no lead #7" in payload(say(room, MIRI, "export 7"))


class TestTheButtonThatErases:
    def test_asks_first(self, room: Room):
        room.lead()
        said = say(room, MIRI, "export 1")
        [button] = [one for block in said.blocks for one in block.get("elements", [])]
        assert button["style"] == "danger"
        assert "Erase the person of #1" in button["confirm"]["title"]["text"]

    def test_erases_and_says_what_is_left_to_do(self, room: Room):
        lead = room.lead()
        room.deliver()
        said = told(click(room, MIRI, ActionId.ERASE, lead.id))
        room.deliver()
        assert "is erased. Calls, costs and sales stay" in said
        assert "2 messages in Slack are being cleared" in said
        assert "backups until they are rotated out" in said
        assert "somebody whose data was erased" in payload(room.outside.channel()[0])
        assert "was erased" in payload(say(room, MIRI, "show 1"))

    @pytest.mark.parametrize("who", [AVI, NOA])
    def test_does_nothing_for_a_rep(self, room: Room, who: str):
        lead = room.lead()
        click(room, who, ActionId.ERASE, lead.id)
        assert room.load(lead.id).name == "Dana Cohen"

    def test_pressed_again_says_that_it_is_done(self, room: Room):
        lead = room.lead()
        click(room, MIRI, ActionId.ERASE, lead.id)
        assert "was erased" in told(click(room, MIRI, ActionId.ERASE, lead.id))


class TestTheTerminal:
    def test_prints_what_is_held_as_json(self, room: Room):
        room.lead()
        found = json.loads(run(room, "export", "1").stdout)
        assert found["held"]["leads"][0]["email"] == "dana@example.com"

    def test_erases_after_a_yes(self, room: Room):
        lead = room.lead()
        assert run(room, "erase", "1", answer="n\n").exit_code == 1
        assert room.load(lead.id).name == "Dana Cohen"
        done = run(room, "erase", "1", answer="y\n")
        assert done.exit_code == 0
        assert "The person of #1 is erased" in done.output
        assert room.load(lead.id).name == ""

    def test_erases_without_asking_where_that_is_said(self, room: Room):
        lead = room.lead()
        assert "#1 is erased" in run(room, "erase", "1", "--yes").output
        assert room.load(lead.id).name == ""

    def test_refuses_who_is_not_there_in_one_line(self, terminal: Terminal):
        for command in (("export", "7"), ("erase", "7", "--yes")):
            done = terminal.run(*command)
            assert (done.code, done.err.strip().count("\n")) == (1, 0)
            assert "There is no lead #7" in done.err
