"""What a reminder of a follow-up says, and that it is changed no more often than it must (L4.3)."""

from datetime import timedelta

import pytest

from bot.orders import SlackUpdate
from bot.texts import Words
from bot.views.nudges import noted
from rules.words import Importance
from tests.bot.nagging import DUE, agree, at, lead_of, reminders
from tests.desk import AVI, Room


def ends(room: Room, slack_id: str) -> list[str]:
    """Give what a person's reminders were changed to, in the order of the changes."""
    found = [one for one in room.outside.of(SlackUpdate) if one.channel == f"D-{slack_id}"]
    return [one.message.text for one in found if one.message.text.startswith("#")]


class TestWhatWasSaid:
    def test_is_told_apart_in_the_reminder(self, room: Room):
        lead_id = lead_of(room, AVI)
        room.log(
            lead_id, "followup", when=DUE, importance=Importance.HIGH,
            note="wants the blue one", promise="a price", objection="too dear",
        )  # fmt: skip
        at(room)
        said = reminders(room, AVI)[0].text
        for part in ("“wants the blue one”", "promised: “a price”", "objection: “too dear”"):
            assert part in said

    @pytest.mark.parametrize("locale", ["en", "he"])
    def test_of_nothing_is_nothing(self, room: Room, locale: str):
        words = Words(locale, room.desk.settings.zone)
        assert noted("", words) == ""
        assert "x" * 9 in noted("x" * 99, words, most=10)
        assert "x" * 10 not in noted("x" * 99, words, most=10)


class TestAReminderThatIsOver:
    def test_is_changed_once(self, room: Room):
        lead_id = lead_of(room, AVI)
        agree(room, lead_id)
        for minutes in (0, 10, 20):
            at(room, DUE + timedelta(minutes=minutes))
        room.log(lead_id, "lost")
        room.deliver()
        newer, done = ends(room, AVI)
        assert ("newer" in newer, "done" in done) == (True, True)
