"""The hours at which leads answer (L1.5, L6.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.answering import (
    BANDS,
    HourRate,
    band_of,
    best_hour,
    day_part_rate,
    hour_rate,
)

CALLING = range(9, 20)
MORNING_AND_LATE = {9: HourRate(100, 10), 17: HourRate(100, 40)}
# Leads who answer late in the afternoon, and half as often otherwise.
LATE = {hour: HourRate(200, 68 if hour in {16, 17} else 34) for hour in CALLING}

HOUR = st.integers(0, 23)
CALLS = st.one_of(st.integers(0, 5), st.integers(0, 10**12))


@st.composite
def tables(draw):
    counts = draw(st.dictionaries(HOUR, CALLS))
    return {hour: HourRate(calls, draw(st.integers(0, calls))) for hour, calls in counts.items()}


def bits(*hours):
    return sum(1 << hour for hour in set(hours))


def attempts(hours, count, allowed=CALLING):
    """Give the hours of so many calls in vain, each where it is best after those before."""
    made: list[int] = []
    for _ in range(count):
        made.append(best_hour(hours, allowed=allowed, tried=bits(*made)))
    return made


class TestAnHoursRateL61:
    @pytest.mark.parametrize(
        ("hour", "rate"),
        # The overall rate is 25%; fifty calls of it are added to each hour.
        [(9, 22.5 / 150), (17, 52.5 / 150), (12, 0.25)],
    )
    def test_is_drawn_toward_the_rate_of_all(self, hour, rate):
        assert hour_rate(MORNING_AND_LATE, hour) == pytest.approx(rate)

    @pytest.mark.parametrize(("prior", "rate"), [(0, 0.4), (100, 0.325), (10**9, 0.25)])
    def test_is_drawn_by_so_many_calls(self, prior, rate):
        assert hour_rate(MORNING_AND_LATE, 17, prior_calls=prior) == pytest.approx(rate)

    @pytest.mark.parametrize("prior", [0, 50])
    @pytest.mark.parametrize("hours", [{}, {9: HourRate()}], ids=["none", "no_calls"])
    def test_is_nothing_where_nobody_was_called(self, hours, prior):
        assert hour_rate(hours, 9, prior_calls=prior) == 0

    def test_of_no_calls_is_that_of_all_even_without_a_prior(self):
        assert hour_rate(MORNING_AND_LATE, 12, prior_calls=0) == 0.25

    @given(hours=tables(), hour=HOUR, prior=st.integers(0, 1000))
    def test_lies_between_its_own_and_that_of_all(self, hours, hour, prior):
        calls = sum(one.calls for one in hours.values())
        overall = sum(one.answered for one in hours.values()) / calls if calls else 0.0
        own = hours.get(hour, HourRate()).rate
        low, high = sorted([overall, overall if own is None else own])
        assert low - 1e-9 <= hour_rate(hours, hour, prior_calls=prior) <= high + 1e-9

    @pytest.mark.parametrize(("calls", "rate"), [(0, None), (4, 0.25)])
    def test_of_its_own_is_there_when_it_was_called(self, calls, rate):
        assert HourRate(calls, calls // 4).rate == rate


class TestTheBestHourL15:
    def test_is_where_such_leads_answer_most(self):
        assert best_hour(MORNING_AND_LATE, allowed=CALLING, tried=0) == 17

    def test_is_one_that_is_allowed(self):
        assert best_hour(MORNING_AND_LATE, allowed=[9, 10], tried=0) == 10

    def test_is_not_made_by_a_few_lucky_calls(self):
        hours = {9: HourRate(2, 2), 12: HourRate(200, 40), 17: HourRate(200, 80)}
        assert best_hour(hours, allowed=CALLING, tried=0) == 17

    def test_is_the_earlier_of_two_that_are_equal(self):
        assert best_hour(LATE, allowed=[17, 16], tried=0) == 16

    def test_is_not_the_one_tried_in_vain_nor_its_neighbour(self):
        assert best_hour(LATE, allowed=CALLING, tried=bits(16)) not in {15, 16, 17}

    def test_is_a_neighbour_sooner_than_the_same_again(self):
        assert best_hour(LATE, allowed=[16, 17], tried=bits(17)) == 16

    def test_is_the_same_again_where_no_other_ever_answers(self):
        hours = {hour: HourRate(10_000, 4_000 if hour == 17 else 40) for hour in CALLING}
        assert attempts(hours, 2) == [17, 17]

    def test_is_again_where_they_answer_most_when_all_were_tried(self):
        assert best_hour(LATE, allowed=CALLING, tried=bits(*CALLING)) == 16

    @pytest.mark.parametrize(
        ("hour", "percent", "best"),
        [(17, 39, 10), (17, 41, 17), (16, 19, 10), (18, 21, 18), (15, 13, 10), (19, 14, 19)],
    )
    def test_is_near_a_vain_one_only_where_they_answer_far_more(self, hour, percent, best):
        hours = {hour: HourRate(10**9, percent * 10**7), 10: HourRate(10**9, 10**8)}
        assert best_hour(hours, allowed=[10, hour], tried=bits(17)) == best

    def test_knows_that_midnight_is_near_eleven(self):
        assert best_hour({}, allowed=[0, 12], tried=bits(23)) == 12

    def test_needs_an_hour_that_is_allowed(self):
        with pytest.raises(ValueError, match="empty"):
            best_hour(LATE, allowed=[], tried=0)

    @given(hours=tables(), allowed=st.lists(HOUR, min_size=1), tried=st.integers(0, 2**24 - 1))
    def test_does_not_hang_on_the_order_in_which_hours_are_allowed(self, hours, allowed, tried):
        best = best_hour(hours, allowed=allowed, tried=tried)
        assert best in allowed
        assert best_hour(hours, allowed=sorted(set(allowed)), tried=tried) == best


class TestAttempts:
    def test_vary_over_the_day_before_anything_is_known(self):
        made = attempts({}, 4)
        assert made == [9, 12, 15, 18]
        assert [band_of(hour) for hour in made] == list(BANDS)

    def test_vary_over_the_day_whenever_it_begins(self):
        assert attempts({}, 4, range(8, 20)) == [8, 12, 15, 18]

    def test_vary_over_the_day_when_all_hours_are_alike(self):
        flat = {hour: HourRate(300, 60) for hour in CALLING}
        assert attempts(flat, 8) == attempts({}, 8)

    def test_vary_over_the_day_where_nobody_ever_answered(self):
        assert attempts({9: HourRate(500, 0)}, 4) == attempts({}, 4)

    def test_begin_at_the_best_hour_and_leave_it(self):
        made = attempts(LATE, 4)
        assert made[0] == 16
        assert len({band_of(hour) for hour in made}) >= 3

    @given(allowed=st.sets(HOUR, min_size=1))
    def test_take_every_hour_once_before_any_twice(self, allowed):
        assert set(attempts({}, len(allowed), sorted(allowed))) == allowed


class TestAPartOfTheDay:
    @pytest.mark.parametrize(
        ("hours", "band"),
        [
            (range(3, 12), "morning"),
            (range(12, 15), "noon"),
            (range(15, 18), "afternoon"),
            ([*range(18, 24), 0, 1, 2], "evening"),
        ],
        ids=["morning", "noon", "afternoon", "evening"],
    )
    def test_holds_its_hours_and_those_nearest(self, hours, band):
        assert {band_of(hour) for hour in hours} == {band}

    def test_has_the_calls_of_its_hours(self):
        assert day_part_rate(LATE, 16) == HourRate(600, 170)
        assert day_part_rate({8: HourRate(3, 1), 11: HourRate(4, 2)}, 9) == HourRate(7, 3)

    def test_has_none_where_nobody_was_called(self):
        assert day_part_rate({}, 16) == HourRate(0, 0)

    @pytest.mark.parametrize(("calls", "telling"), [(49, False), (50, True)])
    def test_is_spoken_of_from_fifty_calls(self, calls, telling):
        assert HourRate(calls, 1).telling is telling

    @given(hours=tables())
    def test_shares_no_call_with_another_and_leaves_none_out(self, hours):
        parts = [day_part_rate(hours, times[0]) for times in BANDS.values()]
        assert sum(one.calls for one in parts) == sum(one.calls for one in hours.values())
        assert sum(one.answered for one in parts) == sum(one.answered for one in hours.values())
