"""What happens to a delivery that failed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.retries import (
    LONGEST,
    MOST_FAULTS,
    OLDEST,
    PERMANENT,
    Failure,
    GiveUp,
    Retry,
    decide_retry,
)
from tests.rules.builders import NOW

KEPT = "internal_error"
OUTAGES = ["ratelimited", "internal_error", "URLError", "smtp_451", "invalid_auth", "missing_scope"]


def decided(failure, attempts=1, age=timedelta(0)):
    return decide_retry(failure, attempts=attempts, tried_at=NOW - age, now=NOW)


def wait(attempts, code=KEPT):
    decision = decided(Failure(code), attempts)
    assert isinstance(decision, Retry)
    return decision.at - NOW


class TestAFailureThatMayPass:
    def test_is_tried_again_after_two_seconds_first(self):
        assert wait(1) == timedelta(seconds=2)

    def test_waits_twice_as_long_each_time_up_to_two_minutes(self):
        waits = [wait(attempts) for attempts in range(1, 12)]
        assert waits == [min(timedelta(seconds=2**n), LONGEST) for n in range(1, 12)]
        assert timedelta(minutes=2) == LONGEST

    @given(attempts=st.integers(1, 100_000))
    def test_never_waits_longer_than_two_minutes(self, attempts):
        assert timedelta(0) < wait(attempts) <= LONGEST

    @pytest.mark.parametrize("code", OUTAGES)
    def test_of_the_other_side_is_waited_out_for_a_day(self, code):
        assert isinstance(decided(Failure(code), 10_000, OLDEST), Retry)
        assert decided(Failure(code), 2, OLDEST + timedelta(seconds=1)) == GiveUp(code)

    def test_of_our_own_ends_after_some_tries(self):
        assert isinstance(decided(Failure("KeyError", ours=True), MOST_FAULTS - 1), Retry)
        assert decided(Failure("KeyError", ours=True), MOST_FAULTS) == GiveUp("KeyError")


class TestBeingAskedToWait:
    @given(
        seconds=st.floats(0, 86_400, allow_nan=False),
        attempts=st.integers(1, 1000),
    )
    def test_is_obeyed_to_the_second_and_never_uses_up_the_tries(self, seconds, attempts):
        failure = Failure("ratelimited", retry_after=seconds)
        decision = decided(failure, attempts)
        assert decision == Retry(NOW + timedelta(seconds=seconds))


class TestAPermanentFailure:
    @pytest.mark.parametrize("code", sorted(PERMANENT))
    @pytest.mark.parametrize("retry_after", [None, 5.0])
    def test_is_never_tried_again(self, code, retry_after):
        failure = Failure(code, retry_after=retry_after)
        assert decided(failure) == GiveUp(code)

    @pytest.mark.parametrize(
        "code",
        [
            "channel_not_found",
            "not_in_channel",
            "unknown_if_sent",
            "21211",
            "21610",
            "smtp_address",
            "smtp_permanent",
        ],
    )
    def test_is_known_by_the_other_sides_own_code(self, code):
        assert code in PERMANENT

    @pytest.mark.parametrize(
        "code",
        ["ratelimited", "internal_error", "service_unavailable", "timeout", "fatal_error", "20429"],
    )
    def test_is_not_one_that_passes(self, code):
        assert wait(1, code) == timedelta(seconds=2)
