"""`/lead stage` as people type it (contract: `/lead` in Slack)."""

from zoneinfo import ZoneInfo

import pytest

from rules.acts import MoveStage
from rules.commands import parse_command
from rules.refusals import Refused
from rules.words import Stage
from tests.rules.builders import NOW


def parse(text: str) -> object:
    return parse_command(text, now=NOW, zone=ZoneInfo("Asia/Jerusalem"), currency="ILS")


class TestTheCommand:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("stage 12 sql", MoveStage(12, Stage.SQL)),
            ("stage #12 SQO budget agreed", MoveStage(12, Stage.SQO, "budget agreed")),
            ("Stage 12 mql.", MoveStage(12, Stage.MQL)),
            ("stage 12 lead", MoveStage(12, Stage.LEAD)),
            (
                "stage 12 disqualified a competitor",
                MoveStage(12, Stage.DISQUALIFIED, "a competitor"),
            ),
            ("stage 12 dq: spam", MoveStage(12, Stage.DISQUALIFIED, "spam")),
            ("שלב 12 sql", MoveStage(12, Stage.SQL)),
            ("שלב 12 נפסל מתחרה שלנו", MoveStage(12, Stage.DISQUALIFIED, "מתחרה שלנו")),
            ("שלב 12 הזדמנות", MoveStage(12, Stage.SQO)),
            ("שלב 12 ליד", MoveStage(12, Stage.LEAD)),
        ],
    )
    def test_names_a_stage_and_a_reason(self, text: str, expected: MoveStage):
        assert parse(text) == expected

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("stage", "command.needs_id"),
            ("stage sql", "command.bad_id"),
            ("stage 12", "stage.needs_stage"),
            ("stage 12 won", "stage.unknown"),
            ("stage 12 warm", "stage.unknown"),
            ("שלב 12 נמכר", "stage.unknown"),
        ],
    )
    def test_says_what_it_needs(self, text: str, key: str):
        with pytest.raises(Refused) as refused:
            parse(text)
        assert refused.value.key == key
