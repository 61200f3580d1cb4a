"""Who got what, at a manager's click and on the terminal (C3)."""

from pathlib import Path

import pytest

from bot.views.blocks import ActionId
from handlers.report_terminal import tell_fairness
from tests.desk import AVI, MIRI, FakeClock, Room, a_desk
from tests.handlers.test_actions import click
from tests.handlers.test_commands import say


class TestTheButton:
    def test_stands_on_the_teams_board(self, room: Room):
        board = say(room, MIRI, "team")
        assert ActionId.FAIRNESS in {one.get("action_id") for one in _buttons(board.blocks)}

    def test_shows_each_reps_share(self, room: Room):
        room.lead()
        said = click(room, MIRI, ActionId.FAIRNESS, "show").message
        assert "One lead given in four weeks" in said.text
        assert _buttons(said.blocks) == []

    def test_tells_a_rep_nothing(self, room: Room):
        room.lead()
        for action in (ActionId.FAIRNESS, ActionId.FAIRNESS_POST):
            assert "given in four weeks" not in click(room, AVI, action, "show").message.text

    def test_posts_it_with_a_chart_where_there_is_a_channel(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, MANAGERS_CHANNEL="managers") as room:
            room.lead()
            said = click(room, MIRI, ActionId.FAIRNESS, "show").message
            assert [one["action_id"] for one in _buttons(said.blocks)] == [ActionId.FAIRNESS_POST]
            click(room, MIRI, ActionId.FAIRNESS_POST, "post")
            room.deliver()
            assert "given in four weeks" in room.outside.channel("managers")[-1].text


class TestTheTerminal:
    def test_writes_the_chart_to_a_file(
        self, room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ):
        room.lead()
        picture = tmp_path / "fair.png"
        tell_fairness(room.desk, picture)
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert str(picture) in capsys.readouterr().out


def _buttons(blocks: tuple[dict[str, object], ...]) -> list[dict[str, object]]:
    rows = [one["elements"] for one in blocks if one["type"] == "actions"]
    return [one for row in rows if isinstance(row, list) for one in row]
