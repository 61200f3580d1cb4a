"""The lists of leads between the chairs, at a manager's click (C4)."""

import pytest

from bot.views.blocks import ActionId
from tests.desk import AVI, MIRI, NOA, Room
from tests.handlers.test_actions import click


@pytest.fixture
def late(room: Room) -> Room:
    """A lead whose call is due for two days."""
    room.lead()
    room.clock.forward(days=2)
    return room


class TestTheLists:
    @pytest.mark.parametrize("value", ["all", "look", ""])
    def test_are_counted_when_they_are_asked_for(self, late: Room, value: str):
        said = click(late, MIRI, ActionId.LOOSE_ENDS, value).message
        assert "Late by more than a day: 1" in said.text
        [row] = [one for one in said.blocks if "accessory" in one]
        assert row["accessory"]["value"] == "day_late"

    def test_show_their_leads(self, late: Room):
        click(late, MIRI, ActionId.LOOSE_ENDS, "all")
        said = click(late, MIRI, ActionId.LOOSE_ENDS, "day_late").message
        assert "#1 Dana Cohen" in said.text
        assert said.blocks[1]["accessory"]["action_id"] == ActionId.ASSIGN

    def test_are_empty_once_they_were_seen_to(self, late: Room):
        click(late, MIRI, ActionId.LOOSE_ENDS, "all")
        late.log(1, "noanswer")
        said = click(late, MIRI, ActionId.LOOSE_ENDS, "day_late").message
        assert said.text == "Late by more than a day: none any more."

    @pytest.mark.parametrize("who", [NOA, AVI])
    @pytest.mark.parametrize("value", ["all", "day_late"])
    def test_are_the_managers(self, late: Room, who: str, value: str):
        said = click(late, who, ActionId.LOOSE_ENDS, value).message
        assert "Dana" not in said.text
        assert "lead mine" in said.text.replace("/", "")
