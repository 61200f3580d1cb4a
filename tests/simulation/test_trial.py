"""Whether recommendations pay: the short form of the trial (L6.8, L6.9)."""

from dataclasses import replace
from statistics import mean

import pytest

from rules.proposal import Advice
from rules.proposals import RECOMMENDED
from simulation.params import SCENARIOS
from simulation.trial import BEFORE, TRIALS, Pair, Setting, Trial, live, pairs
from simulation.world import make_world

WEEKS = 14
# What friends bring is worth far more than it costs, the social campaign far less.
SETTING = Setting(load=0.4, times={"friends": {"per_day": 3}, "social": {"cost": 4}})
BUYING = Trial("all", (Advice.BUY_MORE, Advice.BUY_LESS), SETTING)


class TestRecommendations:
    @pytest.mark.slow
    @pytest.mark.parametrize("scenario", SCENARIOS)
    def test_raise_the_profit_whatever_a_leads_age_does(self, scenario: str):
        found = pairs(BUYING, scenario=scenario, seeds=range(2), weeks=WEEKS, data={})
        assert mean(one.gain for one in found) > 0
        for pair in found:
            weeks = [week for week, _ in pair.with_them.accepted]
            assert weeks
            assert min(weeks) >= BEFORE
            assert not pair.without.accepted

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["tier", "more_attempts"])
    def test_find_something_though_leads_cool_as_published(self, name: str):
        (trial,) = (one for one in TRIALS if one.name == name)
        found = pairs(trial, scenario="published", seeds=range(2), weeks=20, data={})
        assert mean(one.gain for one in found) > 0
        assert any(one.with_them.accepted for one in found)

    @pytest.mark.slow
    def test_of_a_strength_are_none_where_reps_are_alike(self):
        params = Setting().params("none")
        world = make_world(params, weeks=12, seed=2)
        lived = live(world, params, weeks=12, data={}, kinds=(Advice.STRENGTH,))
        assert not lived.accepted

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["strength_product", "strength_language"])
    def test_of_a_strength_send_such_leads_to_the_rep(self, name: str):
        (trial,) = (one for one in TRIALS if one.name == name)
        params = trial.setting.params("none")
        world = make_world(params, weeks=20, seed=0)
        lived = live(world, params, weeks=20, data={}, kinds=trial.kinds)
        skill = params.skills[0]
        (first, *_) = lived.accepted
        assert first[1].subject == f"{skill.field}={skill.value}"
        assert first[1].facts["rep"] == str(skill.rep)

    def test_that_none_accepts_change_nothing(self):
        params = replace(SETTING.params("shrunk"), sources=SETTING.params("shrunk").sources[:3])
        world = make_world(params, weeks=9, seed=1)
        alone, still = (
            live(world, params, weeks=9, data={}, kinds=kinds) for kinds in ((), (Advice.TEXTS,))
        )
        assert not alone.accepted
        assert Pair(alone, still).gain == 0

    def test_are_all_tried_and_only_what_pays_is_made(self):
        tried = {kind for trial in TRIALS for kind in trial.kinds}
        assert tried == set(Advice)
        assert set(RECOMMENDED) < set(Advice)
