"""Which of the leads that a manager moved at once go back (C3)."""

from datetime import timedelta
from typing import Any

import pytest

from rules.bulk import goes_back
from rules.words import Stage
from tests.rules.builders import NOW, lead

SINCE = NOW - timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


class TestALeadThatMoved:
    @pytest.mark.parametrize(
        ("changes", "back"),
        [
            ({}, True),
            ({"last_at": SINCE}, True),
            ({"last_at": SINCE + MINUTE}, False),
            ({"owner": "UAVI"}, False),
            ({"owner": ""}, False),
            ({"stage": Stage.WON}, False),
            ({"stage": Stage.DISQUALIFIED}, False),
            ({"talking_at": NOW - MINUTE, "talking_by": "UDANA"}, False),
        ],
    )
    def test_goes_back_where_it_still_is_and_nobody_worked_on_it(
        self, changes: dict[str, Any], back: bool
    ):
        assert goes_back(lead(**changes), "UDANA", since=SINCE, now=NOW) is back
