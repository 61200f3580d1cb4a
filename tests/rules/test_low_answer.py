"""SMS for high tiers only, where few calls are answered (L2.5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.low_answer import switched
from rules.playbook import LowAnswer

RULES = LowAnswer(below=0.15, above=0.20, calls=200)


class TestLowAnswerModeL25:
    @pytest.mark.parametrize(
        ("on", "rate", "calls", "then"),
        [
            (False, 0.30, 200, False),
            (False, 0.15, 200, False),
            (False, 0.14, 200, True),
            (False, 0.00, 200, True),
            (True, 0.14, 200, True),
            (True, 0.15, 200, True),
            (True, 0.20, 200, True),
            (True, 0.21, 200, False),
            (False, 0.00, 199, False),
            (True, 1.00, 199, True),
            (False, 0.00, 0, False),
        ],
    )
    def test_begins_below_one_part_and_ends_above_another(
        self, on: bool, rate: float, calls: int, then: bool
    ):
        assert switched(on=on, rate=rate, calls=calls, rules=RULES) is then

    @given(st.booleans(), st.lists(st.floats(0.15, 0.20), max_size=50))
    def test_does_not_flap_between_the_two(self, on: bool, rates: list[float]):
        for rate in rates:
            assert switched(on=on, rate=rate, calls=200, rules=RULES) is on

    @given(st.lists(st.floats(0, 1), max_size=50))
    def test_switches_only_where_the_rate_has_crossed_both(self, rates: list[float]):
        on, last = False, 1.0
        for rate in rates:
            then = switched(on=on, rate=rate, calls=500, rules=RULES)
            if then is not on:
                assert abs(rate - last) > RULES.above - RULES.below - 1e-9
                last = rate
            last = max(last, rate) if not then else min(last, rate)
            on = then

    @given(st.floats(0, 1), st.integers(200, 10**6))
    def test_is_settled_by_one_measure(self, rate: float, calls: int):
        once = switched(on=False, rate=rate, calls=calls, rules=RULES)
        assert switched(on=once, rate=rate, calls=calls, rules=RULES) is once
