"""The call plan as a manager writes it (L1.2)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.cadence import PARTS, Slot, plan_of, read_slot

PART = st.sampled_from(["", *PARTS])
SLOTS = (
    st.builds(Slot, after=st.integers(0, 3650 * 24 * 60).map(lambda one: timedelta(minutes=one)))
    | st.builds(Slot, day=st.integers(1, 365), part=PART)
    | st.builds(Slot, part=PART)
)


class TestAnAttemptOfThePlan:
    @pytest.mark.parametrize(
        ("text", "slot"),
        [
            ("now", Slot(after=timedelta())),
            ("30m", Slot(after=timedelta(minutes=30))),
            ("2h", Slot(after=timedelta(hours=2))),
            ("3d", Slot(after=timedelta(days=3))),
            ("next", Slot()),
            ("next morning", Slot(part="morning")),
            ("next evening", Slot(part="evening")),
            ("day 3", Slot(day=3)),
            ("day 14 noon", Slot(day=14, part="noon")),
            ("  Day  5   Afternoon ", Slot(day=5, part="afternoon")),
        ],
    )
    def test_is_read(self, text, slot):
        assert read_slot(text) == slot

    @pytest.mark.parametrize(
        "text",
        [
            *("", "soon", "next week", "next morning evening", "morning", "tomorrow"),
            *("day", "day 0", "day 366", "day -1", "day 3 night", "day three"),
            *("30", "-30m", "1.5h", "30 m", "4000d", "99999999m"),
            *(None, 3, True, ["now"], {"day": 3}),
        ],
        ids=str,
    )
    def test_is_nothing_else(self, text):
        assert read_slot(text) is None

    @given(slot=SLOTS)
    def test_is_written_as_it_is_read(self, slot):
        assert read_slot(str(slot)) == slot

    @pytest.mark.parametrize(
        ("given_", "written"),
        [("60m", "1h"), ("24h", "1d"), ("90m", "90m"), ("0m", "now"), ("DAY 3", "day 3")],
    )
    def test_is_written_in_the_largest_unit_that_fits(self, given_, written):
        assert str(read_slot(given_)) == written


class TestAPlan:
    def test_is_made_of_its_attempts(self):
        assert plan_of("now", "day 3") == (Slot(after=timedelta()), Slot(day=3))

    @pytest.mark.parametrize("texts", [(), ("30m",), ("now", "soon"), ("next", "now")], ids=str)
    def test_begins_now_and_has_no_hole(self, texts):
        with pytest.raises(ValueError, match="not a call plan"):
            plan_of(*texts)
