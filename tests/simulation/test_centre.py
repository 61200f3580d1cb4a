"""The simulated team: it works by the playbook's own rules, and the same seed is the same team."""

from dataclasses import replace
from itertools import pairwise

import pytest

from rules.answering import HourRate
from rules.cadence import plan_of
from rules.hours import read_window
from rules.playbook import Campaign, LowAnswer, Playbook, Wave
from rules.pools import Pool, Route
from rules.proposal import subject_of
from rules.words import Kind, Tier
from simulation.calendar import UNKNOWN, Answers, after_miss, first_call, shift_of
from simulation.cases import Case
from simulation.centre import Centre
from simulation.chances import DAY
from simulation.comparing import HINDSIGHT, compare, spread, work
from simulation.counting import WEEK
from simulation.measures import bound, measured
from simulation.params import HOUR, read_params
from simulation.policies import FIRST_COME, PLAYBOOK, POLICIES, ROUND_ROBIN, Policy
from simulation.world import World, make_world

BOOK = Playbook()
PARAMS = read_params("shrunk").loaded(0.5)
WEEKS = 6


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(PARAMS, weeks=WEEKS, seed=1)


def team(world: World, playbook: Playbook = BOOK, policy: Policy = PLAYBOOK) -> Centre:
    centre = Centre(world, policy, playbook, PARAMS)
    work(centre, weeks=WEEKS)
    return centre


@pytest.fixture(scope="module")
def lived(world: World) -> Centre:
    return team(world)


class TestADay:
    def test_has_calls_only_on_shift(self, lived: Centre):
        for call in lived.calls:
            start, end = shift_of(PARAMS, BOOK, rep=call.rep, day=int(call.at // DAY))
            assert start <= call.at < end

    def test_gives_each_rep_one_call_at_a_time(self, lived: Centre):
        for rep in range(lived.reps):
            own = [one for one in lived.calls if one.rep == rep]
            assert all(one.at + one.seconds <= then.at for one, then in pairwise(own))

    def test_is_the_same_again(self, world: World, lived: Centre):
        assert team(world).calls == lived.calls

    def test_stays_in_the_playbooks_calling_hours(self, world: World):
        late = team(world, replace(BOOK, calling=read_window("14:00-20:00")))
        assert min(one.at % DAY for one in late.calls) >= 14 * HOUR


class TestALead:
    def test_is_called_as_often_as_its_plan_says_and_never_after_it_answered(self, lived: Centre):
        for case in lived.cases:
            tries = [one for one in case.calls if one.nth]
            # Who comes back by an SMS is called once more.
            assert len(tries) <= len(BOOK.plans[Tier.A]) + case.came_back
            assert not any(one.answered for one in tries[:-1])
            assert (case.reached_at is not None) == any(one.answered for one in tries)

    def test_is_called_first_when_calling_hours_allow(self, lived: Centre):
        assert all(one.calls[0].at >= one.callable_at for one in lived.cases if one.calls)

    def test_has_the_plan_that_the_playbook_gives(self, world: World):
        once = replace(BOOK, plans=dict.fromkeys(Tier, plan_of("now")))
        cases = team(world, once).cases
        assert max(sum(one.nth > 0 for one in case.calls) for case in cases) <= 2

    def test_belongs_to_one_rep_who_alone_calls_it(self, lived: Centre):
        assert all(call.rep == case.owner for case in lived.cases for call in case.calls)

    def test_belongs_to_nobody_where_the_first_who_is_free_takes_it(self, world: World):
        cases = team(world, policy=FIRST_COME).cases
        assert any(len({call.rep for call in case.calls}) > 1 for case in cases)

    def test_is_sold_when_it_closes_and_no_earlier_than_it_is_reached(self, lived: Centre):
        sold = [one for one in lived.cases if one.sold_at is not None]
        assert sold
        for one in sold:
            assert one.closes
            assert one.sold_at is not None
            assert one.reached_at is not None
            assert one.reached_at <= one.sold_at


class TestThePlaybook:
    def test_pins_a_campaigns_tier(self, world: World):
        pinned = team(world, replace(BOOK, campaigns=(Campaign("list", tier=Tier.A),)))
        tiers = {one.tier for one in pinned.cases if one.arrival.source.name == "list"}
        assert tiers == {Tier.A}

    def test_holds_tiers_back(self, world: World, lived: Centre):
        held = team(world, replace(BOOK, wave=Wave(hold=(Tier.C, Tier.D))))
        cold = [one for one in held.cases if one.arrival.source.kind is Kind.COLD]
        assert not any(one.calls for one in cold)
        assert any(one.calls for one in lived.cases if one.arrival.source.kind is Kind.COLD)

    def test_sends_no_sms_to_low_tiers_in_low_answer_mode(self, world: World):
        pins = (Campaign("site", tier=Tier.C), Campaign("search", tier=Tier.B))
        for mode, texted in (("on", {"search"}), ("off", {"search", "site"})):
            book = replace(BOOK, low_answer=LowAnswer(mode=mode), campaigns=pins)
            sent = {one.arrival.source.name for one in team(world, book).cases if one.texted}
            assert sent & {"search", "site"} == texted

    def test_has_no_tiers_in_a_round_robin(self, world: World):
        assert {one.tier for one in team(world, policy=ROUND_ROBIN).cases} == {Tier.B}

    def test_moves_a_planned_attempt_to_its_part_of_the_day(self, world: World):
        case = Case(world.arrivals[0], Tier.B, 1.0, 0, 0.0, 0.0, 0.0, plan_step=2)
        case.plan_at = 10 * HOUR
        morning = after_miss(case, BOOK, at=case.plan_at)
        evening = replace(BOOK, plans={Tier.B: plan_of("now", "30m", "next evening")})
        assert morning is not None
        assert DAY + 9 * HOUR <= morning < DAY + 12 * HOUR
        later = after_miss(case, evening, at=case.plan_at)
        assert later is not None
        assert DAY + 18 * HOUR <= later < DAY + 20 * HOUR

    def test_varies_the_hour_of_a_planned_attempt_toward_those_that_answer(self, world: World):
        case = Case(world.arrivals[0], Tier.B, 1.0, 0, 0.0, 0.0, 0.0, plan_step=1)
        case.plan_at = 10 * HOUR
        book = replace(BOOK, plans={Tier.B: plan_of("now", "day 3")})
        known = {hour: HourRate(500, 200 if hour == 17 else 20) for hour in range(9, 20)}
        for answers, hour in ((UNKNOWN, 9), (Answers(known), 17)):
            found = after_miss(case, book, at=case.plan_at, answers=answers)
            assert found is not None
            assert found % DAY // HOUR == hour

    def test_gives_leads_to_the_reps_of_their_pool(self, world: World):
        pool, route = Pool("far", reps=("1",)), Route("far", "far", ('region = "south"',))
        routed = team(world, replace(BOOK, pools=(pool,), routes=(route,)))
        owners = {one.owner for one in routed.cases if one.arrival.values["region"] == "south"}
        assert owners == {1}
        assert {one.owner for one in routed.cases} == {0, 1, 2}

    def test_calls_nobody_on_a_saturday(self):
        friday = 5 * DAY + 14 * HOUR
        assert first_call(BOOK, at=friday) == 7 * DAY + 9 * HOUR


class TestBuying:
    def test_brings_more_of_a_campaign_and_leaves_the_others(self, world: World):
        more = Centre(world, PLAYBOOK, BOOK, PARAMS)
        more.buy("site", 2.0)
        work(more, weeks=WEEKS)
        names = [one.arrival.source.name for one in more.cases]
        usual = [one.arrival.source.name for one in team(world).cases]
        assert names.count("site") > 1.5 * usual.count("site")
        assert names.count("friends") == usual.count("friends")

    def test_brings_more_of_a_banner_and_leaves_the_other(self, world: World):
        more = Centre(world, PLAYBOOK, BOOK, PARAMS)
        more.buy(subject_of("social", "blue"), 2.0)
        more.buy("social", 0.5)
        volumes = {one.banner: more.volume(one) for one in PARAMS.sources if one.name == "social"}
        assert volumes == {"blue": 1.0, "red": 0.5}


class TestMeasures:
    def test_never_pass_the_bound_with_hindsight(self, world: World):
        best = bound(world, PARAMS, BOOK, since=0, until=WEEKS * WEEK).profit
        for policy in POLICIES:
            found = measured(team(world, policy=policy), PARAMS, since=0, until=WEEKS * WEEK)
            assert found.profit < best

    def test_stand_in_a_row_for_each_policy_with_its_distance(self):
        rows = compare(BOOK, PARAMS, weeks=2, seeds=range(2))
        assert [one.policy for one in rows] == [*(one.name for one in POLICIES), HINDSIGHT]
        first, *others = rows
        assert (first.behind.mean, first.behind.half) == (0, 0)
        for one in others:
            assert one.behind.mean == pytest.approx(one.profit.mean - first.profit.mean)
        assert rows[-1].contact is None

    def test_give_students_interval(self):
        found = spread([1.0, 2.0, 3.0])
        assert found.mean == pytest.approx(2.0)
        assert found.half == pytest.approx(2.484, abs=0.001)
        assert spread([4.0]).half == float("inf")
