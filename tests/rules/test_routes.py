"""Which pool a lead goes to, whose turn it is there, and why the others are skipped (C3)."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.lead import Lead
from rules.matching import Closing
from rules.playbook import Duty, Playbook
from rules.pools import Match, Pool, Route, Way
from rules.routes import Verdict, choose, pool_for, route_of
from rules.skips import Counts, Member, Question, Skip
from rules.team import Rep
from rules.words import Kind, Role, Tier
from tests.rules.builders import NOW, lead, rep

WEIGHTS = st.lists(st.floats(0.1, 10, allow_nan=False), min_size=1, max_size=6)
NORTH = Pool("north")
ROUTED = (Route("all", "north"),)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def book(pool: Pool = NORTH, **changes: Any) -> Playbook:
    """Give a playbook that sends every lead to this pool."""
    return replace(Playbook(pools=(pool,), routes=ROUTED), **changes)


def ask(
    members: Iterable[Member], pool: Pool = NORTH, wanted: Lead | None = None, **changes: Any
) -> Verdict:
    asked = Question(wanted or lead(), book(pool), NOW)
    return choose(replace(asked, **changes), tuple(members))


def member(slack_id: str = "U1", load: int = 0, **changes: Any) -> Member:
    return Member(rep(slack_id, **changes), load, NOW)


def first(verdict: Verdict) -> str:
    return verdict.choice.rep.slack_id if verdict.choice else ""


def skips(verdict: Verdict) -> dict[str, str]:
    return {one.rep: one.skip for one in verdict.considered if one.skip}


@dataclass
class Deal:
    """Leads handed out one after another; who got each, and the turns as they would be stored."""

    team: dict[str, Rep]
    pool: Pool = NORTH
    turns: dict[str, float] = field(default_factory=dict)
    got: list[str] = field(default_factory=list)

    def give(
        self, here: Collection[str] | None = None, count: int = 1, language: str = ""
    ) -> list[str]:
        """Hand out so many leads while only these are there."""
        wanted = lead(language=language)
        for _ in range(count):
            members = (self._member(one, here) for one in self.team.values())
            verdict = ask(members, self.pool, wanted)
            self.got.append(first(verdict))
            if verdict.choice:
                self.turns |= verdict.choice.moved
                self.turns[self.got[-1]] = verdict.choice.next_turn
        return self.got[len(self.got) - count :]

    def members(self) -> list[Member]:
        """Give everybody as they stand, all there."""
        return [self._member(one, None) for one in self.team.values()]

    def _member(self, one: Rep, here: Collection[str] | None) -> Member:
        there = here is None or one.slack_id in here
        now = one if there else replace(one, state="away")
        return Member(now, 0, NOW, self.turns.get(one.slack_id))


def team_of(weights: Iterable[float]) -> dict[str, Rep]:
    return {f"U{n}": rep(f"U{n}", weight=weight) for n, weight in enumerate(weights)}


class TestTheRoute:
    BOOK = Playbook(
        pools=(Pool("hot"), Pool("rest")),
        routes=(Route("a", "hot", ("kind = referral",)), Route("b", "rest", ("tier in A, B",))),
    )

    @pytest.mark.parametrize(
        ("kind", "tier", "route", "pool"),
        [
            (Kind.REFERRAL, Tier.A, "a", "hot"),
            (Kind.REFERRAL, Tier.D, "a", "hot"),
            (Kind.WARM, Tier.B, "b", "rest"),
            (Kind.WARM, Tier.C, "", ""),
        ],
    )
    def test_is_the_first_that_fits(self, kind, tier, route, pool):
        found = route_of(self.BOOK, lead(kind=kind, tier=tier))
        assert (found.name if found else "") == route
        assert pool_for(self.BOOK, lead(kind=kind, tier=tier)).name == pool

    def test_is_none_without_a_playbook_s_and_everybody_takes_turns(self):
        verdict = choose(Question(lead(), Playbook(), NOW), [member("U1"), member("U2")])
        assert (verdict.route, verdict.pool, first(verdict)) == ("", Pool(""), "U1")


class TestASkippedRep:
    @pytest.mark.parametrize(
        ("changes", "pool", "wanted", "skip"),
        [
            ({}, Pool("north", ("U2",)), {}, Skip.NOT_IN_POOL),
            ({"role": Role.MANAGER}, NORTH, {}, Skip.MANAGES),
            ({"role": Role.ADMIN}, NORTH, {}, Skip.MANAGES),
            ({"state": "paused"}, NORTH, {}, Skip.PAUSED),
            ({"state": "away"}, NORTH, {}, Skip.AWAY),
            ({"languages": ("en",)}, NORTH, {"language": "he"}, Skip.LANGUAGE),
            ({"weight": 0.0}, NORTH, {}, Skip.NO_WEIGHT),
            ({"capacity": 0}, NORTH, {}, Skip.FULL),
            ({"capacity": 0}, Pool("north", over_caps=(Tier.A,)), {"tier": Tier.A}, Skip.FULL),
        ],
    )
    def test_is_told_why(self, changes, pool, wanted, skip):
        verdict = ask([member("U1", **changes), member("U2")], pool, lead(**wanted))
        assert skips(verdict) == {"U1": skip}
        assert first(verdict) == "U2"

    def test_had_the_lead_before(self):
        verdict = ask([member("U1"), member("U2")], without={"U1"})
        assert skips(verdict) == {"U1": Skip.HAD_IT}

    def test_is_off_shift_while_others_work(self):
        evening = replace(member("U1"), free_at=NOW + HOUR)
        assert skips(ask([evening, member("U2")])) == {"U1": Skip.OFF_SHIFT}

    def test_is_not_one_whose_shift_begins_first_unless_it_must_be_at_once(self):
        evening = replace(member("U1"), free_at=NOW + HOUR)
        assert first(ask([evening])) == "U1"
        assert skips(ask([evening], at_once=True)) == {"U1": Skip.OFF_SHIFT}

    @pytest.mark.parametrize(
        ("caps", "given_", "skip"),
        [
            ({"per_hour": 2}, Counts(2, 2, 2), Skip.CAP_HOUR),
            ({"per_hour": 2}, Counts(1, 9, 9), ""),
            ({"per_day": 3}, Counts(0, 3, 3), Skip.CAP_DAY),
            ({"per_week": 4}, Counts(0, 0, 4), Skip.CAP_WEEK),
            ({"per_hour": 1, "per_week": 4}, Counts(1, 1, 4), Skip.CAP_HOUR),
            ({"per_hour": 0}, Counts(99, 99, 99), ""),
        ],
    )
    def test_was_given_as_many_as_the_pool_allows(self, caps, given_, skip):
        one = replace(member("U1"), given=given_)
        assert skips(ask([one], Pool("north", **caps))).get("U1", "") == skip

    def test_is_none_by_a_cap_or_capacity_where_the_lead_s_tier_jumps_them(self):
        one = replace(member("U1", load=40), given=Counts(9, 9, 9))
        pool = Pool("north", per_hour=1, over_caps=(Tier.A, Tier.B))
        assert first(ask([one], pool, lead(tier=Tier.B))) == "U1"
        assert skips(ask([one], pool, lead(tier=Tier.C))) == {"U1": Skip.FULL}

    def test_of_everybody_leaves_nobody(self):
        verdict = ask([member("U1", weight=0.0), member("U2", weight=0.0)])
        assert verdict.choice is None
        assert skips(verdict) == {"U1": Skip.NO_WEIGHT, "U2": Skip.NO_WEIGHT}

    def test_may_be_a_manager_where_the_pool_does_not_name_them(self):
        boss = member("U1", role=Role.MANAGER)
        assert first(ask([boss], Pool("north", ("U1",)))) == "U1"


class TestTheWay:
    TEAM = (
        member("U1", load=3, languages=("he",), weight=2.0),
        member("U2", load=1, languages=("he", "en"), products=("Flat",)),
        member("U3", load=1, languages=("he",), products=("flat",), regions=("Haifa",)),
    )
    FLAT = lead(language="he", product="Flat", city="Haifa")

    @pytest.mark.parametrize(
        ("way", "order"),
        [
            (Way.ROTATION, ["U1", "U2", "U3"]),
            (Way.ROUND_ROBIN, ["U1", "U2", "U3"]),
            (Way.LEAST_LOADED, ["U2", "U3", "U1"]),
            (Way.BEST_MATCH, ["U3", "U2", "U1"]),
            (Way.BEST_CLOSER, ["U2", "U3", "U1"]),
        ],
    )
    def test_puts_them_in_line(self, way, order):
        closings = {"U1": Closing(100, 5), "U2": Closing(100, 30)}
        verdict = ask(self.TEAM, Pool("north", way=way), self.FLAT, closings=closings)
        assert [one.rep for one in verdict.considered] == order

    def test_says_what_a_match_rests_on(self):
        best = ask(self.TEAM, Pool("north", way=Way.BEST_MATCH), self.FLAT).considered[0]
        assert (best.points, best.why) == (7, ("language", "region", "product"))

    def test_takes_turns_among_equal_matches(self):
        deal = Deal(team_of([1, 1]), Pool("north", way=Way.BEST_MATCH))
        assert deal.give(count=4) == ["U0", "U1", "U0", "U1"]

    def test_charges_a_chosen_match_to_the_rotation(self):
        team = {"U0": rep("U0", languages=("he",)), "U1": rep("U1")}
        pool = Pool("north", way=Way.BEST_MATCH)
        first_one = ask([Member(one, 0, NOW) for one in team.values()], pool, lead(language="he"))
        assert first_one.choice is not None
        assert (first(first_one), first_one.choice.next_turn) == ("U0", 1.0)

    @pytest.mark.parametrize("way", [Way.BY_HAND, Way.CLAIM])
    def test_that_waits_for_a_person_chooses_nobody(self, way):
        verdict = ask(self.TEAM, Pool("north", way=way))
        assert (verdict.choice, verdict.pool.way) == (None, way)

    def test_of_one_rep_is_that_rep(self):
        assert Deal(team_of([0.1])).give(count=5) == ["U0"] * 5

    def test_has_nobody_of_an_empty_team(self):
        assert ask([]).choice is None


class TestTheRotation:
    def test_interleaves_a_rep_of_weight_two(self):
        assert Deal(team_of([2, 1])).give(count=6) == ["U0", "U1", "U0", "U0", "U1", "U0"]

    def test_takes_all_alike_in_a_round_robin(self):
        pool = Pool("north", way=Way.ROUND_ROBIN)
        assert Deal(team_of([9, 1, 0]), pool).give(count=6) == ["U0", "U1", "U2"] * 2

    def test_says_among_how_many_who_could_have_it(self):
        choice = ask([member("U3"), member("U1"), member("U2", state="away")]).choice
        assert choice is not None
        assert (choice.of, choice.free_at) == (2, NOW)

    @given(weights=WEIGHTS, count=st.integers(1, 120))
    def test_puts_nobody_more_than_one_lead_ahead_of_their_share(self, weights, count):
        got = Counter(Deal(team_of(weights)).give(count=count))
        shares = [got[f"U{n}"] / weight for n, weight in enumerate(weights)]
        for share, weight in zip(shares, weights, strict=True):
            assert share - min(shares) <= 1 / weight + 1e-6

    @given(
        weights=st.lists(st.sampled_from([0.5, 1, 2, 3]), min_size=2, max_size=4),
        here=st.lists(st.sets(st.integers(0, 3)), min_size=1, max_size=40),
    )
    def test_shares_by_weight_within_a_lead_each_while_two_are_there(self, weights, here):
        """Whatever others come and go: from any moment on, to any other."""
        deal = Deal(team_of(weights))
        for there in here:
            deal.give({f"U{n}" for n in there})
        for one, other in ((0, 1), (1, 0)):
            low = 0.0
            ahead = 0.0
            for got, there in zip(deal.got, here, strict=True):
                if not {one, other} <= there:
                    low = ahead = 0.0
                    continue
                ahead += (got == f"U{one}") / weights[one] - (got == f"U{other}") / weights[other]
                low = min(low, ahead)
                assert ahead - low <= 1 / weights[one] + 1 / weights[other] + 1e-6

    @given(
        count=st.integers(2, 6),
        before=st.integers(0, 60),
        missed=st.integers(0, 100),
        later=st.integers(1, 40),
    )
    def test_never_floods_who_was_absent(self, count, before, missed, later):
        deal = Deal(team_of([1] * count))
        deal.give(count=before)
        deal.give({f"U{n}" for n in range(1, count)}, count=missed)
        assert deal.give(count=later).count("U0") <= later // count + 2

    def test_lets_who_was_absent_catch_up_where_the_pool_owes_them(self):
        deal = Deal(team_of([1, 1]), replace(NORTH, owed=True))
        deal.give(count=4)
        deal.give({"U1"}, count=10)
        assert deal.give(count=10) == ["U0"] * 10
        assert Counter(deal.got) == {"U0": 12, "U1": 12}

    @pytest.mark.parametrize("owed", [True, False])
    def test_does_not_flood_a_newcomer(self, owed):
        deal = Deal(team_of([1, 1]), replace(NORTH, owed=owed))
        deal.give(count=100)
        deal.team["U9"] = rep("U9")
        assert deal.give(count=30).count("U9") in {9, 10, 11}

    def test_goes_on_where_it_stood_when_the_pool_is_edited(self):
        deal = Deal(team_of([1, 1, 1]))
        deal.give(count=100)
        deal.pool = replace(deal.pool, reps=("U1", "U2"), per_day=50, way=Way.ROUND_ROBIN)
        assert sorted(Counter(deal.give(count=30)).values()) == [15, 15]
        deal.pool = NORTH
        assert set(Counter(deal.give(count=30)).values()) <= {9, 10, 11}

    def test_stays_fair_in_a_burst_of_ten_thousand(self):
        got = Counter(Deal(team_of([1, 2, 0.5, 4])).give(count=10_000))
        shares = {"U0": got["U0"], "U1": got["U1"] / 2, "U2": got["U2"] * 2, "U3": got["U3"] / 4}
        assert max(shares.values()) - min(shares.values()) <= 1


def speakers(*languages: str) -> dict[str, Rep]:
    """Make reps who speak these; "" takes every lead."""
    return {
        f"U{n}": rep(f"U{n}", languages=tuple(filter(None, [one])))
        for n, one in enumerate(languages)
    }


class TestWhoIsPassedOver:
    """A lead that only some can have is charged to them, and the others keep their turns."""

    @pytest.mark.parametrize("owed", [True, False])
    def test_gets_the_leads_that_suit_them_until_all_are_even(self, owed):
        deal = Deal(speakers("he", "en"), replace(NORTH, owed=owed))
        deal.give(count=50, language="he")
        assert deal.give(count=50) == ["U1"] * 50
        assert sorted(deal.give(count=2)) == ["U0", "U1"]

    @pytest.mark.parametrize("owed", [True, False])
    def test_has_half_where_half_suit_everybody(self, owed):
        deal = Deal(speakers("he", "en"), replace(NORTH, owed=owed))
        for _ in range(100):
            deal.give(count=2, language="he")
            deal.give(count=2)
        assert Counter(deal.got) == {"U0": 200, "U1": 200}

    def test_keeps_their_turn_while_a_better_match_has_the_lead(self):
        pool = Pool("north", way=Way.BEST_MATCH)
        deal = Deal({"U0": rep("U0", languages=("he",)), "U1": rep("U1")}, pool)
        deal.give(count=10, language="he")
        assert deal.give(count=10) == ["U1"] * 10

    def test_keeps_their_turn_during_an_absence_in_which_nothing_suited_them(self):
        deal = Deal(speakers("he", "en"))
        deal.give(count=10, language="he")
        deal.give({"U0"}, count=10, language="he")
        assert deal.give(count=20) == ["U1"] * 20

    def test_is_charged_a_whole_turn_for_each_that_they_miss(self):
        deal = Deal(team_of([1, 1, 1]))
        deal.give({"U1", "U2"}, count=1)
        assert deal.turns["U0"] == 1.0
        deal.give({"U1", "U2"}, count=1)
        assert deal.turns["U0"] == 1.0

    def test_misses_the_turns_of_an_absence_in_which_leads_suited_them(self):
        deal = Deal(speakers("he", "en", ""))
        deal.give(count=40, language="he")
        assert Counter(deal.got) == {"U0": 20, "U2": 20}
        deal.give({"U0", "U2"}, count=10)
        assert Counter(deal.give(count=30))["U1"] in {9, 10, 11}

    @given(
        others=st.lists(st.sampled_from(["", "he", "en"]), max_size=3),
        twins=st.sampled_from(["", "he", "en"]),
        weights=st.lists(st.sampled_from([0.5, 1, 2, 3]), min_size=5, max_size=5),
        steps=st.lists(
            st.tuples(st.sets(st.integers(0, 4)), st.sampled_from(["", "he", "en", "fr"])),
            min_size=1,
            max_size=60,
        ),
    )
    def test_leaves_those_who_speak_alike_even_while_both_are_there(
        self, others, twins, weights, steps
    ):
        """Whatever comes in whatever language, and whoever else comes and goes."""
        deal = Deal(speakers(twins, twins, *others))
        weigh = dict(zip(deal.team, weights, strict=False))
        deal.team = {name: replace(one, weight=weigh[name]) for name, one in deal.team.items()}
        for there, language in steps:
            deal.give({f"U{n}" for n in there}, language=language)
        both = ["U0", "U1"]
        ahead = low = high = 0.0
        for got, (there, _) in zip(deal.got, steps, strict=True):
            if not {0, 1} <= there:
                ahead = low = high = 0.0
                continue
            ahead += {"U0": 1, "U1": -1}.get(got, 0) / weigh.get(got, 1)
            low, high = min(low, ahead), max(high, ahead)
            assert high - low <= sum(1 / weigh[one] for one in both) + 1e-6


class TestANewcomer:
    def test_begins_with_those_with_whom_they_share_leads(self):
        deal = Deal(speakers("he", "en"))
        deal.give(count=50, language="he")
        deal.team["U2"] = rep("U2", languages=("en",))
        deal.team["U3"] = rep("U3", languages=("he",))
        assert Counter(deal.give(count=20)) == {"U1": 10, "U2": 10}
        assert Counter(deal.give(count=20, language="he"))["U3"] in {10, 11}

    def test_is_flooded_by_nobody_who_stood_still(self):
        deal = Deal(speakers("he", "he", "fr"))
        deal.give(count=100, language="he")
        deal.team["U3"] = rep("U3")
        assert Counter(deal.give(count=30, language="he"))["U3"] in {9, 10, 11}

    def test_keeps_their_turn_from_when_they_are_first_seen(self):
        deal = Deal(speakers("", ""))
        assert deal.give(count=3) == ["U0", "U1", "U0"]
        deal.team["U2"] = rep("U2", languages=("en",))
        deal.give(count=20, language="he")
        assert deal.give(count=10) == ["U2"] * 10

    def test_who_is_absent_before_the_first_lead_is_owed_it(self):
        deal = Deal(team_of([1, 1]), replace(NORTH, owed=True))
        deal.give({"U1"}, count=10)
        assert deal.give(count=10) == ["U0"] * 10

    def test_who_takes_no_leads_has_no_turn(self):
        deal = Deal({"U0": rep("U0"), "U1": rep("U1", role=Role.MANAGER)})
        deal.give(count=3)
        assert set(deal.turns) == {"U0"}

    def test_is_not_owed_what_an_absentee_is(self):
        deal = Deal(team_of([1, 1]), replace(NORTH, owed=True))
        deal.give({"U1"}, count=10)
        deal.team["U9"] = rep("U9")
        assert deal.give(count=9) == ["U0"] * 9

    def test_moves_no_turn_of_those_who_are_there(self):
        deal = Deal(team_of([1, 1, 1]))
        deal.give(count=2)
        choice = ask(deal.members(), NORTH).choice
        assert choice is not None
        assert choice.moved == {}


class TestALeadWhileAllAreBusy:
    LATER = replace(member("U2"), free_at=NOW + 60 * HOUR)
    CAPPED = Pool("north", per_hour=1)

    @pytest.mark.parametrize(
        "busy", [replace(member("U1"), given=Counts(1, 1, 1)), member("U1", load=40)]
    )
    def test_waits_for_them_and_not_for_a_shift_days_later(self, busy):
        assert first(ask([busy, self.LATER], self.CAPPED)) == ""
        assert first(ask([busy, self.LATER, member("U3")], self.CAPPED)) == "U3"

    def test_goes_to_who_is_on_duty_within_the_limits(self):
        busy = replace(member("U1"), given=Counts(1, 1, 1))
        duty = Duty("Night", ("U2",), hours="")
        found = ask([busy, self.LATER], playbook=book(self.CAPPED, duties=(duty,)))
        assert first(found) == "U2"

    def test_goes_to_the_next_shift_where_nobody_works_now(self):
        busy = replace(member("U1"), given=Counts(1, 1, 1), free_at=NOW + 90 * HOUR)
        none = member("U3", capacity=0)
        assert first(ask([busy, none, self.LATER], self.CAPPED)) == "U2"

    def test_goes_to_them_at_once_where_its_tier_jumps_the_caps(self):
        busy = replace(member("U1"), given=Counts(1, 1, 1))
        pool = replace(self.CAPPED, over_caps=(Tier.A,))
        assert first(ask([busy, self.LATER], pool, lead(tier=Tier.A))) == "U1"


class TestTheCaps:
    @given(
        gaps=st.lists(st.integers(0, 600), min_size=1, max_size=60),
        hour=st.integers(0, 3),
        day=st.integers(0, 5),
        week=st.integers(0, 8),
    )
    def test_are_never_broken(self, gaps, hour, day, week):
        """Leads come so many minutes after one another."""
        pool = Pool("north", per_hour=hour, per_day=day, per_week=week)
        now = datetime(2026, 7, 7, tzinfo=UTC)
        log: list[tuple[str, datetime]] = []
        team = [rep("U1"), rep("U2", weight=3)]
        for minutes in gaps:
            now += timedelta(minutes=minutes)
            members = [Member(one, 0, NOW, None, counts(log, one, now)) for one in team]
            verdict = ask(members, pool)
            log += [(first(verdict), now)] if verdict.choice else []
            for one in team:
                found = counts(log, one, now)
                assert not hour or found.hour <= hour
                assert not day or found.day <= day
                assert not week or found.week <= week


def counts(log: list[tuple[str, datetime]], one: Rep, now: datetime) -> Counts:
    """Count what a rep was given, as the database does."""
    at = [when for who, when in log if who == one.slack_id]
    return Counts(*(sum(when > now - span for when in at) for span in (HOUR, DAY, WEEK)))


class TestWhatIsConsidered:
    def test_is_everybody_those_in_line_first_and_outsiders_last(self):
        pool = Pool("north", ("U2", "U3", "U4"))
        members = [member("U1"), member("U2", state="away"), member("U3"), member("U4")]
        verdict = ask(members, pool)
        assert [one.rep for one in verdict.considered] == ["U3", "U4", "U2", "U1"]

    def test_stays_the_same_in_whatever_order_the_team_comes(self):
        members = [member(f"U{n}", load=n % 3) for n in range(9)]
        pool = Pool("north", way=Way.LEAST_LOADED)
        turned = list(islice(cycle(members), 4, 13))
        assert first(ask(members, pool)) == first(ask(turned, pool)) == "U0"

    def test_names_the_weight_by_which_one_has_a_turn(self):
        [one, _] = ask([member("U1", weight=2.5), member("U2")]).considered
        assert (one.rep, one.why) == ("U1", ("2.5",))
        [one] = ask([member("U1")], Pool("north", way=Way.ROUND_ROBIN)).considered
        assert one.why == ()

    def test_has_no_points_where_a_match_weighs_nothing(self):
        best = Pool("north", way=Way.BEST_MATCH)
        asked = Question(lead(language="he"), book(best, match=Match(0, 0, 0, 0, 0)), NOW)
        [one] = choose(asked, [member("U1", languages=("he",))]).considered
        assert (one.points, one.why) == (0, ())
