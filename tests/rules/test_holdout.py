"""Which leads an accepted change leaves under the former rules (L6.8)."""

from hypothesis import given
from hypothesis import strategies as st

from rules.holdout import PARTS, is_left_out


class TestALeadThatIsLeftOut:
    @given(st.integers(1, 10**9), st.integers(0, 500).map(lambda one: one / PARTS))
    def test_is_one_of_the_stated_part_of_any_thousand_in_a_row(self, first: int, part: float):
        left = sum(is_left_out(first + place, part) for place in range(PARTS))
        assert left == round(part * PARTS)

    @given(st.integers(1, 10**9), st.integers(0, 500), st.integers(0, 500))
    def test_stays_so_when_more_are(self, lead: int, one: int, other: int):
        less, more = sorted((one / PARTS, other / PARTS))
        assert is_left_out(lead, more) or not is_left_out(lead, less)

    def test_is_nobody_where_none_is_asked_for(self):
        assert not any(is_left_out(lead, 0.0) for lead in range(1, 5000))
