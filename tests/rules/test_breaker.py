"""A side that is down is left alone, and tried again by one order at a time (C5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.breaker import (
    ANSWERED,
    DIFFERENT,
    FIRST_PAUSE,
    LASTS,
    PROBE_SECONDS,
    Breaker,
    Sign,
    State,
    after_failure,
    begin_probe,
    end_probe,
    read_sign,
)
from rules.retries import Failure

LONGEST = 30.0


def fails(breaker: Breaker, order: int, at: float, sign: Sign = Sign.DOWN) -> Breaker:
    return after_failure(breaker, order, sign, at=at, longest=LONGEST)


def opened(at: float = 0.0) -> Breaker:
    """Give a breaker that opened at this second."""
    made = ANSWERED
    for order in range(DIFFERENT):
        made = fails(made, order, at)
    return made


class TestASign:
    @pytest.mark.parametrize(
        ("code", "sign"),
        [
            ("internal_error", Sign.DOWN),
            ("invalid_auth", Sign.DOWN),
            ("http_503", Sign.DOWN),
            ("TimeoutError", Sign.DOWN),
            ("SMTPServerDisconnected", Sign.DOWN),
            ("smtp_421", Sign.DOWN),
            ("503", Sign.DOWN),
            ("20500", Sign.DOWN),
            ("20003", Sign.DOWN),
            ("unknown_if_sent", Sign.DOWN),
            ("hook_timeout", Sign.DOWN),
            ("hook_502", Sign.DOWN),
            ("hubspot_unreachable", Sign.DOWN),
            ("hubspot_401", Sign.DOWN),
            ("meta_190", Sign.DOWN),
            ("smtp_451", Sign.MAYBE),
            ("some_new_error", Sign.MAYBE),
            ("channel_not_found", Sign.ANSWERS),
            ("21614", Sign.ANSWERS),
            ("smtp_address", Sign.ANSWERS),
        ],
    )
    def test_is_read_off_the_sides_own_code(self, code: str, sign: Sign):
        assert read_sign(Failure(code)) is sign

    def test_of_a_side_that_asks_for_rest_is_an_answer(self):
        assert read_sign(Failure("ratelimited", retry_after=30)) is Sign.ANSWERS

    def test_of_our_own_fault_says_nothing(self):
        assert read_sign(Failure("ZeroDivisionError", ours=True)) is Sign.NOTHING

    def test_of_one_refused_order_is_an_answer_but_for_the_servers_fault(self):
        assert read_sign(Failure("hook_404", alone=True)) is Sign.ANSWERS
        assert read_sign(Failure("hook_500", alone=True)) is Sign.DOWN


class TestABreaker:
    def test_opens_when_different_orders_fail_in_a_row(self):
        made = ANSWERED
        for order in range(DIFFERENT - 1):
            made = fails(made, order, 0, Sign.MAYBE)
            assert made.state(0) is State.CLOSED
        assert fails(made, DIFFERENT, 0, Sign.MAYBE).state(0) is State.OPEN

    def test_does_not_open_for_one_order_that_fails_often(self):
        made = ANSWERED
        for second in range(500):
            made = fails(made, 1, second, Sign.MAYBE)
        assert made.state(500) is State.CLOSED

    def test_opens_when_a_side_that_is_down_lasts(self):
        made = fails(fails(ANSWERED, 1, 10.0), 1, 10.0 + LASTS - 1)
        assert made.state(71) is State.CLOSED
        made = fails(made, 1, 10.0 + LASTS)
        assert (made.state(70), made.since) == (State.OPEN, 10.0)

    def test_begins_anew_with_each_answer(self):
        made = ANSWERED
        for order in range(DIFFERENT - 1):
            made = fails(made, order, 0)
        assert fails(made, 99, 0, Sign.ANSWERS) == ANSWERED

    def test_is_half_open_when_its_pause_is_over(self):
        made = opened()
        assert made.state(FIRST_PAUSE - 0.1) is State.OPEN
        assert made.state(FIRST_PAUSE) is State.HALF_OPEN

    def test_lets_no_second_order_beside_the_one_that_is_tried(self):
        trying = begin_probe(opened(), at=FIRST_PAUSE)
        assert trying.state(FIRST_PAUSE) is State.OPEN
        assert trying.state(FIRST_PAUSE + PROBE_SECONDS) is State.HALF_OPEN

    def test_waits_twice_as_long_after_each_try_up_to_its_ceiling(self):
        made, at, waits = opened(), 0.0, []
        for order in range(5):
            at = made.until
            made = fails(begin_probe(made, at=at), order, at)
            waits.append(made.until - at)
        assert waits == [10, 20, LONGEST, LONGEST, LONGEST]

    def test_closes_when_its_try_is_answered(self):
        trying = begin_probe(opened(), at=FIRST_PAUSE)
        assert fails(trying, 7, 6, Sign.ANSWERS) == ANSWERED

    def test_tries_another_at_once_when_the_first_was_not_to_be_sent(self):
        trying = begin_probe(opened(), at=FIRST_PAUSE)
        assert end_probe(trying, at=6).state(6) is State.HALF_OPEN
        assert fails(trying, 7, 6, Sign.NOTHING).state(6) is State.HALF_OPEN

    def test_is_not_moved_by_what_was_in_hand_when_it_opened(self):
        made = opened()
        assert fails(made, 99, 3) == made

    @given(st.lists(st.floats(0, 100), max_size=60))
    def test_costs_few_tries_however_many_orders_wait(self, later: list[float]):
        made, at, tries = ANSWERED, 0.0, 0
        for order, seconds in enumerate(later):
            at += seconds
            if made.state(at) is State.OPEN:
                continue
            tries += 1
            made = begin_probe(made, at=at) if made.pause else made
            made = fails(made, order, at)
            assert made.pause <= LONGEST
        assert tries <= DIFFERENT + at / FIRST_PAUSE
