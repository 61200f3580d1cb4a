"""More leads than hands: what waits, what a day comes to, what is proposed and lifted (C1)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.hours import read_window
from rules.playbook import Playbook, Wave
from rules.rest import Rest, merged
from rules.team import Rep
from rules.wave import (
    HOLD,
    SHORTEN,
    Bar,
    Calls,
    Forecast,
    Hands,
    Option,
    bar_of,
    hands,
    hourly,
    lifted,
    on_hold,
    proposed,
    stricter,
)
from rules.words import Importance, Outcome, Queue, Role, Step, Tier
from rules.working import Working
from tests.rules.builders import lead

ZONE = ZoneInfo("Asia/Jerusalem")
# A Sunday, 10:00 in Israel.
NOW = datetime(2026, 11, 15, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NO_REST = Rest()
MIDNIGHT = NOW + 14 * HOUR
A, B, C, D = Tier
HELD = Playbook(wave=Wave(hold=(D,)))
CUT = Playbook(wave=Wave(attempts=2, shorten=(C,)))
COUNTS = st.integers(0, 300)
CALLS = st.builds(Calls, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)


def day(*, can: int = 100, left: timedelta = 8 * HOUR, **calls: Calls) -> Forecast:
    """Make a forecast of these calls by tier."""
    found = {tier: calls.get(tier.lower(), Calls()) for tier in Tier}
    return Forecast(found, Hands(4, 600.0, NOW + left), can)


def ask(forecast: Forecast, wave: Wave | None = None) -> Any:
    return proposed(forecast, wave or Wave(), now=NOW)


class TestALeadOnHold:
    @pytest.mark.parametrize(
        ("changes", "waits"),
        [
            ({}, True),
            ({"plan_step": 2}, True),
            ({"next_what": Step.ASSIGN, "owner": ""}, True),
            ({"next_what": Step.RETRY_UNAVAILABLE}, True),
            ({"tier": C}, False),
            ({"next_what": Step.FOLLOW_UP, "importance": Importance.LOW}, False),
            ({"next_what": Step.WAIT_FOR_PHONE}, False),
            ({"next_what": Step.MAILING_LIST}, False),
            ({"plan_step": 1, "last_outcome": Outcome.NOTNOW}, False),
            ({"plan_step": 1, "last_outcome": Outcome.NOANSWER}, True),
            ({"replied_at": NOW}, False),
            ({"replied_at": NOW, "last_at": NOW - HOUR}, False),
            ({"replied_at": NOW - HOUR, "last_at": NOW}, True),
        ],
    )
    def test_is_of_a_held_tier_unless_it_was_agreed_or_they_wrote(
        self, changes: dict[str, Any], waits: bool
    ):
        assert on_hold(lead(**({"tier": D} | changes)), HELD) is waits

    @pytest.mark.parametrize(
        ("tier", "made", "waits"), [(C, 0, False), (C, 1, False), (C, 2, True), (D, 5, False)]
    )
    def test_is_one_that_was_called_as_often_as_a_short_plan_says(
        self, tier: Tier, made: int, waits: bool
    ):
        assert on_hold(lead(tier=tier, plan_step=made), CUT) is waits

    def test_is_none_while_the_bar_is_as_usual(self):
        assert not any(on_hold(lead(tier=tier), Playbook()) for tier in Tier)

    @pytest.mark.parametrize(
        ("queue", "tiers"),
        [
            (Queue.FRESH, ((D,), ())),
            (Queue.PLANNED, ((D,), (C,))),
            (Queue.HIGH_FOLLOWUP, ((), ())),
            (Queue.LOW_FOLLOWUP, ((), ())),
        ],
    )
    def test_is_left_out_of_fresh_and_planned_calls_alone(self, queue: Queue, tiers: Any):
        assert stricter(Wave(hold=(D,), shorten=(C, D)), queue) == tiers


class TestTheCallsOfATier:
    ALL = Calls(agreed=1, first=20, early=300, late=4000, coming=50_000)

    @pytest.mark.parametrize(
        ("bar", "left"),
        [(Bar(), 54_321), (Bar((D,)), 1), (Bar(shorten=(D,)), 50_321), (Bar((D,), (D,)), 1)],
    )
    def test_are_fewer_under_a_bar(self, bar: Bar, left: int):
        assert self.ALL.under(bar, D) == left
        assert self.ALL.under(bar, C) == 54_321

    def test_are_counted_together_in_the_load(self):
        assert day(a=Calls(first=2), d=Calls(late=3)).load(Bar(shorten=(D,))) == 2


def shift(
    hours: str = "", *, calling: str = "09:00-20:00", rest: Rest = NO_REST, **rep: Any
) -> tuple[Rep, Working]:
    person = Rep("U1", "Avi", hours=hours, **rep)
    return person, Working(person.week, person.zone, read_window(calling), ZONE, rest)


def able(*shifts: tuple[Rep, Working], now: datetime = NOW) -> Hands:
    return hands(shifts, now=now, midnight=now.astimezone(ZONE).replace(hour=0) + DAY)


class TestTheHands:
    @pytest.mark.parametrize(
        ("hours", "minutes", "ends"),
        [
            ("Sun-Thu 09:00-18:00", 8 * 60, 8),
            ("Sun 10:30-11:00", 30, 1),
            ("Sun 08:00-10:00", 0, 0),
            ("Mon 09:00-18:00", 0, 0),
            ("Sun 09:00-12:00, Sun 16:00-22:00", 2 * 60 + 4 * 60, 10),
            ("", 10 * 60, 10),
        ],
    )
    def test_have_what_is_left_of_their_shift_in_calling_hours(
        self, hours: str, minutes: float, ends: int
    ):
        assert able(shift(hours)) == Hands(int(minutes > 0), minutes, NOW + ends * HOUR)

    @pytest.mark.parametrize(
        ("rep", "minutes"),
        [
            ({"state": "away"}, 0),
            ({"state": "paused"}, 0),
            ({"role": Role.MANAGER}, 0),
            ({"state": "away", "away_until": NOW + 2 * HOUR}, 6 * 60),
            ({"state": "away", "away_until": NOW - HOUR}, 8 * 60),
            ({"state": "away", "away_until": NOW + DAY}, 0),
        ],
    )
    def test_are_not_those_who_are_away(self, rep: dict[str, Any], minutes: float):
        found = able(shift("Sun-Thu 09:00-18:00", **rep))
        assert (found.reps, found.minutes) == (int(minutes > 0), minutes)

    def test_are_counted_together_until_the_last_shift_ends(self):
        found = able(shift("Sun 09:00-12:00"), shift("Sun 09:00-17:00"), shift("Mon 09:00-17:00"))
        assert found == Hands(2, 9 * 60, NOW + 7 * HOUR)

    def test_rest_on_a_holiday_and_from_fridays_noon(self):
        rest = merged([(NOW + HOUR, NOW + DAY)])
        assert able(shift("", rest=rest)) == Hands(1, 60, NOW + HOUR)
        assert able(shift("", rest=merged([(NOW - HOUR, NOW + DAY)]))) == Hands(0, 0, NOW)

    def test_work_an_hour_more_in_the_night_that_the_clock_goes_back(self):
        night = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)  # midnight; 02:00 comes twice
        person, working = shift("Sun 00:00-05:00", calling="00:00-23:59")
        found = hands([(person, working)], now=night, midnight=night + 25 * HOUR)
        assert found == Hands(1, 6 * 60, night + 6 * HOUR)

    def test_make_whole_calls(self):
        assert Hands(2, 90, NOW).calls(10) == 15
        assert Hands(2, 59, NOW).calls(1) == 0

    def test_of_nobody_have_no_time(self):
        assert able(now=NOW) == Hands(0, 0, NOW)


def called(*hours: int) -> list[tuple[str, datetime]]:
    """Give so many calls in each hour."""
    return [
        ("U1", NOW + n * HOUR + number * timedelta(seconds=10))
        for n, count in enumerate(hours)
        for number in range(count)
    ]


class TestTheCallsOfAnHour:
    def test_are_not_told_by_few(self):
        assert hourly(called(20, 20, 159)) is None
        assert hourly([]) is None

    @pytest.mark.parametrize(
        ("hours", "found"),
        [((100, 100), 100), ((100, 60, 40), 80), ((90, 60, 30, 20), 75), ((200,), 200)],
    )
    def test_are_those_of_the_busier_half_of_hours(self, hours: tuple[int, ...], found: float):
        """Quiet hours tell how few leads there were, not how many a rep can call."""
        assert hourly(called(*hours)) == found

    def test_are_each_reps_own(self):
        both = [*called(100), *(("U2", at) for _, at in called(100))]
        assert hourly(both) == 100


class TestAProposal:
    def test_holds_the_lowest_tier_with_the_numbers(self):
        found = ask(
            day(
                can=140,
                a=Calls(agreed=10, first=30),
                c=Calls(first=50, coming=16),
                d=Calls(agreed=10, first=70, late=20, coming=6),
            )
        )
        assert (found.load, found.coming, found.can, found.reps) == (212, 22, 140, 4)
        assert found.options == (
            Option(HOLD, (D,), fewer=96, left=116),
            Option(SHORTEN, (D,), fewer=20, left=192),
        )
        assert found.enough
        assert found.end == NOW + 8 * HOUR

    def test_names_c_too_where_d_alone_is_not_enough(self):
        found = ask(day(b=Calls(first=100), c=Calls(first=60), d=Calls(first=30)))
        assert found.options == (Option(HOLD, (D,), 30, 160), Option(HOLD, (C, D), 90, 100))
        assert found.enough

    def test_says_where_not_even_both_are_enough(self):
        found = ask(day(b=Calls(first=300), c=Calls(first=60), d=Calls(first=30)))
        assert [one.tiers for one in found.options] == [(D,), (C, D)]
        assert not found.enough

    def test_never_holds_a_or_b_but_may_cut_bs_plan_short(self):
        found = ask(day(a=Calls(first=100), b=Calls(first=60, early=9, late=40)))
        assert found.options == (Option(SHORTEN, (B,), 40, 169),)
        assert not found.enough

    def test_begins_with_the_lowest_tier_that_has_calls(self):
        found = ask(day(b=Calls(first=100), c=Calls(first=90)))
        assert found.options == (Option(HOLD, (C,), 90, 100),)

    def test_goes_on_above_what_is_on_hold_already(self):
        wave = Wave(hold=(D,), shorten=(C,))
        found = ask(day(b=Calls(first=100), c=Calls(first=90, late=70), d=Calls(first=900)), wave)
        assert found.load == 190
        assert found.options == (Option(HOLD, (C,), 90, 100),)

    def test_leaves_out_what_is_expected_of_held_tiers(self):
        found = ask(
            day(b=Calls(first=130, coming=5), c=Calls(first=9), d=Calls(coming=50)),
            Wave(hold=(D,)),
        )
        assert found.coming == 5

    @pytest.mark.parametrize(
        ("load", "can", "asked"),
        [
            (121, 100, True),
            (120, 100, False),
            (29, 10, False),
            (30, 10, True),
            (20, 0, True),
            (19, 0, False),
            (0, 0, False),
        ],
    )
    def test_comes_over_the_playbooks_limit_and_with_twenty_calls_too_many(
        self, load: int, can: int, asked: bool
    ):
        some = load // 2
        assert bool(ask(day(can=can, a=Calls(first=some), d=Calls(first=load - some)))) is asked

    @pytest.mark.parametrize(
        ("left", "tiers"), [(0, []), (49, []), (50, [(D,)]), (99, [(D,)]), (101, [(D,)])]
    )
    def test_leaves_calls_for_half_the_hands_at_least(self, left: int, tiers: list[Any]):
        """Where all that is left would be held, nobody would call anybody."""
        found = ask(day(b=Calls(first=left), d=Calls(first=500)))
        assert [one.tiers for one in (found.options if found else ())] == tiers

    def test_goes_no_further_down_than_that(self):
        found = ask(day(b=Calls(first=30), c=Calls(first=110), d=Calls(first=40)))
        assert found.options == (Option(HOLD, (D,), 40, 140),)
        assert not found.enough

    def test_shortens_no_plan_that_is_all_there_is(self):
        assert ask(day(b=Calls(late=500))) is None

    def test_goes_by_the_playbook(self):
        assert ask(day(b=Calls(first=80), d=Calls(first=50)), Wave(over=1.3)) is None
        assert ask(day(b=Calls(first=80), d=Calls(first=51)), Wave(over=1.3))

    @pytest.mark.parametrize(("left", "asked"), [(HOUR, True), (HOUR - HOUR / 60, False)])
    def test_does_not_come_in_the_last_hour_of_the_day(self, left: timedelta, asked: bool):
        assert bool(ask(day(b=Calls(first=80), d=Calls(first=500), left=left))) is asked

    def test_does_not_come_where_nothing_could_be_held(self):
        agreed = Calls(agreed=100)
        assert ask(day(a=Calls(first=500), b=agreed, c=agreed, d=agreed)) is None

    @given(forecast=st.builds(day, can=COUNTS, a=CALLS, b=CALLS, c=CALLS, d=CALLS))
    def test_says_numbers_that_come_true(self, forecast: Forecast):
        found = ask(forecast)
        if found is None:
            return
        assert found.load == forecast.load(Bar()) >= found.can + 20
        for one in found.options:
            bar = Bar(one.tiers) if one.what == HOLD else Bar(shorten=one.tiers)
            assert one.left == forecast.load(bar) == found.load - one.fewer
            assert one.fewer > 0


class TestABarThatWasBrought:
    @pytest.mark.parametrize(("load", "lifts"), [(79, True), (80, False), (100, False), (0, True)])
    def test_is_lifted_when_all_can_be_called_with_room(self, load: int, lifts: bool):
        """The held calls count in, so that the load does not jump back over the limit."""
        best = min(load, 60)
        forecast = day(b=Calls(first=best), d=Calls(first=load - best))
        found = lifted(forecast, Wave(hold=(D,)), Bar((D,)))
        assert found == (Bar((D,)) if lifts else Bar())

    def test_is_lifted_from_the_best_tier_on(self):
        forecast = day(b=Calls(first=40), c=Calls(first=30), d=Calls(first=50))
        assert lifted(forecast, Wave(hold=(C, D)), Bar((C, D))) == Bar((C,))
        assert lifted(forecast, Wave(hold=(D,)), Bar((D,))) == Bar()

    def test_makes_plans_whole_when_no_tier_has_to_wait(self):
        wave = Wave(hold=(D,), shorten=(C,))
        forecast = day(b=Calls(first=40), c=Calls(late=30), d=Calls(first=5))
        assert lifted(forecast, wave, bar_of(wave)) == bar_of(wave)
        fuller = replace(forecast, can=90)
        assert lifted(fuller, wave, bar_of(wave)) == Bar((D,))

    def test_leaves_what_a_manager_wrote(self):
        forecast = day(b=Calls(first=10), c=Calls(first=500))
        assert lifted(forecast, Wave(hold=(C, D)), Bar((D,))) == Bar((D,))

    @pytest.mark.parametrize(
        ("can", "left", "lifts"),
        [(100, 50, False), (100, 49, True), (100, 0, True), (39, 20, False), (38, 19, False)],
    )
    def test_is_lifted_when_hands_are_free(self, can: int, left: int, lifts: bool):
        """However many wait, nobody is kept from calling them for whom there is nothing else."""
        forecast = day(can=can, b=Calls(first=left), d=Calls(first=500))
        found = lifted(forecast, Wave(hold=(D,)), Bar((D,)))
        assert found == (Bar((D,)) if lifts else Bar())

    def test_is_lifted_for_free_hands_no_further_than_they_reach(self):
        wave = Wave(hold=(C, D))
        some = day(b=Calls(first=20), c=Calls(first=60), d=Calls(first=500))
        assert lifted(some, wave, bar_of(wave)) == Bar((C,))
        none = day(b=Calls(first=20), c=Calls(first=6), d=Calls(first=500))
        assert lifted(none, wave, bar_of(wave)) == Bar((C, D))

    def test_that_is_a_short_plan_is_lifted_when_hands_are_free(self):
        wave = Wave(shorten=(C,))
        assert lifted(day(c=Calls(late=500)), wave, bar_of(wave)) == bar_of(wave)

    def test_stays_while_nobody_can_call(self):
        assert lifted(day(can=0), Wave(hold=(D,)), Bar((D,))) == Bar()

    @given(forecast=st.builds(day, can=COUNTS, a=CALLS, b=CALLS, c=CALLS, d=CALLS))
    def test_is_not_lifted_by_the_numbers_that_brought_it(self, forecast: Forecast):
        found = ask(forecast)
        for one in found.options if found else ():
            brought = Bar(one.tiers) if one.what == HOLD else Bar(shorten=one.tiers)
            wave = Wave(hold=brought.hold, shorten=brought.shorten)
            assert lifted(forecast, wave, brought) == Bar()
