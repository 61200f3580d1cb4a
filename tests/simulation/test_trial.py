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
