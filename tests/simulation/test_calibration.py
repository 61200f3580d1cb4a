"""The calibration's own checks: the dice give back the data that they were made from."""

import random
from bisect import bisect_left
from collections import Counter
from dataclasses import replace
from statistics import median

import pytest

from rules.playbook import Playbook
from rules.words import Tier
from simulation.centre import Centre
from simulation.chances import DAY, Chances
from simulation.comparing import work
from simulation.params import SCENARIOS, Params, Skill, Source, read_params
from simulation.policies import ROUND_ROBIN
from simulation.world import make_world

PARAMS = read_params("none")
# How many of the bank's clients got one call, two, ... and no more, as parts of all (Bank
# Marketing); of the seventh to the eleventh what is left, falling likewise.
STOPPED = (0.388, 0.277, 0.122, 0.078, 0.039, 0.029, 0.02, 0.014, 0.01, 0.008, 0.007)
FIRST, CALLS = 0.057, 12


def source(name: str) -> Source:
    return next(one for one in PARAMS.sources if one.name == name)


def chance(number: int) -> float:
    steps = PARAMS.answer["attempt"]
    part: float = steps[min(number, len(steps)) - 1]
    return FIRST * part


def shares(won: list[float]) -> list[float]:
    """Give the part of all wins that each call and those before it have."""
    return [sum(won[: number + 1]) / sum(won) for number in range(len(won))]


class TestCallsUntilAWin:
    def test_are_the_banks_where_clients_are_given_up_as_early(self):
        told = (0.48, 0.75, 0.87, 0.93, 0.95, 0.97)
        called = [1 - sum(STOPPED[: number - 1]) for number in range(1, CALLS + 1)]
        won = [part * chance(number) for number, part in enumerate(called, 1)]
        assert shares(won)[:6] == pytest.approx(told, abs=0.02)

    def test_come_later_where_nobody_is_given_up(self):
        told = (0.22, 0.41, 0.55, 0.66, 0.73, 0.80)
        still, won = 1.0, []
        for number in range(1, CALLS + 1):
            won.append(still * chance(number))
            still *= 1 - chance(number)
        assert shares(won)[:6] == pytest.approx(told, abs=0.03)


class TestReaching:
    @pytest.mark.parametrize("scenario", SCENARIOS)
    def test_six_calls_reach_a_part_that_is_known_of_such_teams(self, scenario: str):
        """Between 0.55 (InsideSales, 4 to 6 attempts) and 0.90 (LRM); of those who left details.

        Where age matters as published, the first call comes within the minute.
        """
        params = read_params(scenario)
        chances = Chances(params)
        missed = 1.0
        for attempt, age in enumerate((30.0, 1800, 7200, DAY, 3 * DAY, 6 * DAY), 1):
            at = 4 * DAY + 16 * 3600.0
            missed *= 1 - chances.answered(source("site"), attempt=attempt, at=at, age=age)
        reached = (1 - missed) * (1 - params.answer["unreachable"])
        assert 0.55 <= reached <= 0.90

    def test_is_never_done_on_a_saturday(self):
        chances = Chances(PARAMS)
        saturday = 6 * DAY + 12 * 3600.0
        assert chances.answered(source("site"), attempt=1, at=saturday, age=0) == 0


class TestClosing:
    def test_takes_as_long_as_it_did_at_olist(self):
        chances, dice = Chances(PARAMS), random.Random(1)
        ages = [chances.closing_age(dice.random()) / DAY for _ in range(4000)]
        assert 9 <= median(ages) <= 18
        assert max(ages) <= PARAMS.close["until_days"][-1]

    @pytest.mark.parametrize(("dice", "day"), [(0.0, 0), (1.0, 150)])
    def test_begins_at_once_and_ends(self, dice: float, day: int):
        assert Chances(PARAMS).closing_age(dice) / DAY == pytest.approx(day)

    def test_of_referrals_is_twice_that_of_forms(self):
        chances = Chances(PARAMS)
        friends, site = (chances.closes(source(one), attempt=1) for one in ("friends", "site"))
        assert friends / site == pytest.approx(2.3)

    def test_is_rarer_of_who_is_reached_at_last(self):
        chances = Chances(PARAMS)
        late, early = (chances.closes(source("site"), attempt=nth) for nth in (8, 7))
        assert late / early == pytest.approx(0.55)


class TestTraits:
    def test_leave_a_campaigns_closing_as_it_is(self):
        for known in PARAMS.traits.values():
            assert sum(one.share for one in known) == pytest.approx(1)
            assert sum(one.share * one.closes for one in known) == pytest.approx(1)

    def test_fall_as_often_as_they_should(self):
        world = make_world(PARAMS, weeks=8, seed=7)
        for name, known in PARAMS.traits.items():
            fallen = Counter(one.values[name] for one in world.arrivals)
            for one in known:
                assert fallen[one.name] / fallen.total() == pytest.approx(one.share, abs=0.03)

    def test_make_more_of_a_reps_calls_close_by_skill(self):
        car = {"kind": "warm", "product": "car", "language": "he", "region": "north"}
        params = replace(PARAMS, skills=(Skill(1, "product", "car", 2.0),))
        usual = 1.6 * 1.05
        assert [params.closes(rep, car) for rep in range(3)] == pytest.approx(
            [usual, 2 * usual, usual]
        )
        assert params.closes(1, {**car, "product": "phone"}) == pytest.approx(0.8 * 1.05)
        best = Chances(params).best_closes(source("site"), car)
        assert best == pytest.approx(0.15 * 2 * usual)


class TestAge:
    @pytest.mark.parametrize(
        ("seconds", "place"), [(0, 0), (60, 0), (61, 1), (3600, 3), (86401, 5), (10**7, 6)]
    )
    def test_is_looked_up_in_the_scenarios_table(self, seconds: float, place: int):
        params = read_params("published")
        assert bisect_left(params.age_until, seconds) == place
        known, usual = (
            Chances(one).answered(source("list"), attempt=1, at=4 * DAY + 39600.0, age=seconds)
            for one in (params, PARAMS)
        )
        assert known / usual == pytest.approx(params.ages[place])


class TestAWorld:
    def test_has_as_many_leads_as_it_should_and_is_the_same_again(self):
        world = make_world(PARAMS, weeks=8, seed=7)
        bought = [one for one in world.arrivals if one.mark < 1]
        expected = sum(one.per_day for one in PARAMS.sources) * 56
        assert len(bought) == pytest.approx(expected, rel=0.1)
        assert world == make_world(PARAMS, weeks=8, seed=7)
        assert world != make_world(PARAMS, weeks=8, seed=8)

    def test_closes_what_its_calibration_says(self):
        """Whoever is reached closes by its campaign's quality, whatever the policy."""
        params = _alone(PARAMS, "site")
        centre = Centre(make_world(params, weeks=10, seed=3), ROUND_ROBIN, Playbook(), params)
        work(centre, weeks=10)
        reached = [one for one in centre.cases if one.reached_at is not None]
        closes = sum(one.closes for one in reached) / len(reached)
        assert closes == pytest.approx(0.15, abs=0.05)
        assert {one.tier for one in centre.cases} == {Tier.B}


def _alone(params: Params, name: str) -> Params:
    kept = tuple(one for one in params.sources if one.name == name)
    return replace(params, sources=kept)
