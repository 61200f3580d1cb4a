"""How long a call took (L6.6)."""

from datetime import datetime, timedelta

import pytest

from rules.talking import IN_HAND, LONGEST_CALL, in_call, is_on_the_phone, running_for
from rules.words import ANSWERED, Outcome
from tests.rules.builders import NOW, after, lead

BEGAN = NOW - timedelta(minutes=4)
TALKING = lead(talking_by="UDANA", talking_at=BEGAN)


class TestTheTalkTimeL66:
    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_is_counted_from_the_start_of_an_answered_call(self, outcome: Outcome):
        seconds = after(TALKING, outcome).attempt.talk_seconds
        assert seconds == (240 if outcome in ANSWERED else None)

    @pytest.mark.parametrize("told", [0, 90])
    def test_is_what_the_rep_says_first(self, told: int):
        assert after(TALKING, "lost", talk_seconds=told).attempt.talk_seconds == told

    def test_is_not_counted_from_anothers_call(self):
        assert after(lead(talking_by="UAVI", talking_at=BEGAN), "lost").attempt.talk_seconds is None

    def test_is_not_known_where_no_clock_ran(self):
        assert after(lead(), "lost").attempt.talk_seconds is None

    @pytest.mark.parametrize(
        ("began", "seconds"),
        [
            (NOW - LONGEST_CALL, 4 * 3600),
            (NOW - LONGEST_CALL - timedelta(seconds=1), None),
            (NOW, 0),
            (NOW + timedelta(seconds=1), None),
        ],
    )
    def test_is_forgotten_after_four_hours(self, began: datetime, seconds: int | None):
        start = lead(talking_by="UDANA", talking_at=began)
        assert after(start, "lost").attempt.talk_seconds == seconds

    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_ends_with_any_outcome(self, outcome: Outcome):
        ended = after(TALKING, outcome).lead
        assert (ended.talking_by, ended.talking_at) == ("", None)


class TestWhoIsOnThePhone:
    @pytest.mark.parametrize(
        ("began", "talks"),
        [
            (None, False),
            (NOW, True),
            (NOW - IN_HAND + timedelta(seconds=1), True),
            (NOW - IN_HAND, False),
            (NOW + timedelta(seconds=1), False),
        ],
    )
    def test_is_kept_from_others_for_half_an_hour(self, began: datetime | None, talks: bool):
        called = lead(talking_by="UDANA", talking_at=began)
        assert is_on_the_phone(called, now=NOW) is in_call(began, now=NOW) is talks


class TestARunningCall:
    def test_tells_since_when(self):
        assert running_for(TALKING, now=NOW) == timedelta(minutes=4)

    @pytest.mark.parametrize("start", [lead(), lead(talking_by="U1"), lead(talking_at=BEGAN)])
    def test_is_none_where_nobody_talks(self, start):
        assert running_for(start, now=NOW) is None
