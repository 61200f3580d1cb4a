"""The best lead to call now, and whether the phone may ring (L1.4, L1.5)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.plan import Phoning
from rules.queue import may_ring, rank
from rules.rest import merged
from rules.words import Importance, Outcome, Queue, Step, Tier
from tests.rules.builders import NOW, PLAYBOOK, ZONE, lead

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NEW_YORK = ZoneInfo("America/New_York")
NIGHT = datetime(2026, 7, 7, 19, 0, tzinfo=UTC)
"""22:00 in Israel, 15:00 in New York."""


def fresh(**changes):
    return lead(plan_step=0, **changes)


def planned(**changes):
    return lead(plan_step=2, **changes)


def hot(**changes):
    return lead(next_what=Step.FOLLOW_UP, importance=Importance.HIGH, **changes)


def cool(**changes):
    return lead(next_what=Step.FOLLOW_UP, importance=Importance.LOW, **changes)


def in_order(*named):
    """Give the names of leads in the order in which they are called."""
    return [name for name, one in sorted(named, key=lambda it: rank(it[1]))]


class TestTheReasonToCall:
    @pytest.mark.parametrize(
        ("one", "queue"),
        [
            (hot(plan_step=2), Queue.HIGH_FOLLOWUP),
            (cool(plan_step=2), Queue.LOW_FOLLOWUP),
            (lead(next_what=Step.FOLLOW_UP), Queue.LOW_FOLLOWUP),
            (fresh(), Queue.FRESH),
            (fresh(attempts=5), Queue.FRESH),
            (planned(), Queue.PLANNED),
            (planned(next_what=Step.RETRY_UNAVAILABLE), Queue.PLANNED),
        ],
        ids=["high", "low", "unsaid", "fresh", "returned", "planned", "unavailable"],
    )
    def test_is_what_comes_next(self, one, queue):
        assert one.queue is queue


class TestTheOrderOfCallsL14:
    def test_is_high_follow_ups_then_fresh_then_low_follow_ups_then_the_plan_l4_3_l4_4(self):
        assert in_order(
            ("planned", planned(tier=Tier.A)),
            ("low", cool(tier=Tier.A)),
            ("fresh", fresh(tier=Tier.D)),
            ("high", hot(tier=Tier.D)),
        ) == ["high", "fresh", "low", "planned"]

    @pytest.mark.parametrize("make", [fresh, planned])
    def test_is_by_tier_among_leads_of_one_queue_l1_1(self, make):
        ranks = [rank(make(tier=tier)) for tier in Tier]
        assert all(first < second for first, second in pairwise(ranks))

    @pytest.mark.parametrize("make", [hot, cool])
    def test_is_by_time_and_not_by_tier_among_follow_ups_l4_3_l4_4(self, make):
        assert in_order(
            ("later", make(tier=Tier.A, next_at=NOW)),
            ("earlier", make(tier=Tier.D, next_at=NOW - HOUR)),
        ) == ["earlier", "later"]

    def test_is_by_score_and_then_the_newest_first_among_fresh_leads_c1(self):
        assert in_order(
            ("old", fresh(score=1.0, fresh_at=NOW - HOUR)),
            ("new", fresh(score=1.0, fresh_at=NOW)),
            ("unknown", fresh(score=1.0, fresh_at=None)),
            ("better", fresh(score=1.1, fresh_at=NOW - 2 * HOUR)),
        ) == ["better", "new", "old", "unknown"]

    @pytest.mark.parametrize("make", [planned, hot, cool])
    def test_is_the_longest_due_first_among_the_rest(self, make):
        assert in_order(
            ("now", make(next_at=NOW, fresh_at=NOW - HOUR, score=2.0)),
            ("overdue", make(next_at=NOW - HOUR, fresh_at=NOW, score=1.0)),
        ) == ["overdue", "now"]

    @given(
        st.lists(
            st.builds(
                lambda make, tier, score, late: (make, tier, score, late),
                st.sampled_from([fresh, planned, hot, cool]),
                st.sampled_from(Tier),
                st.sampled_from([0.5, 1.0, 2.0]),
                st.integers(0, 3),
            ),
            max_size=8,
        )
    )
    def test_has_no_ties_and_keeps_each_queue_together(self, drawn):
        some = [
            make(id=number, tier=tier, score=score, next_at=NOW - late * HOUR)
            for number, (make, tier, score, late) in enumerate(drawn)
        ]
        assert len({rank(one) for one in some}) == len(some)
        places = [list(Queue).index(one.queue) for one in sorted(some, key=rank)]
        assert places == sorted(places)


def rings(one, *, now=NIGHT, zone=ZONE, rest=()):
    return may_ring(one, now=now, phoning=Phoning(PLAYBOOK, merged(rest), zone, {}))


class TestThePhone:
    @pytest.mark.parametrize("make", [fresh, planned, hot, cool])
    def test_may_ring_in_calling_hours_of_the_customers_zone_l1_5(self, make):
        long_due = make(next_at=NIGHT - 3 * HOUR)
        assert not rings(long_due)
        assert rings(long_due, zone=NEW_YORK)

    @pytest.mark.parametrize("make", [hot, cool])
    @pytest.mark.parametrize(
        ("late", "may"),
        [(-MINUTE, False), (0 * MINUTE, True), (59 * MINUTE, True), (HOUR, False)],
        ids=["before", "then", "within_the_hour", "after"],
    )
    def test_may_ring_at_night_for_the_hour_from_an_agreed_time(self, make, late, may):
        assert rings(make(next_at=NIGHT - late)) is may

    def test_may_ring_at_night_when_the_customer_asked_for_then_l4_5(self):
        assert rings(planned(last_outcome=Outcome.NOTNOW, next_at=NIGHT))
        assert not rings(planned(last_outcome=Outcome.NOANSWER, next_at=NIGHT))

    def test_may_not_ring_in_rest_but_as_agreed(self):
        rest = [(NOW - HOUR, NOW + HOUR)]
        assert not rings(fresh(), now=NOW, rest=rest)
        assert rings(fresh(), now=NOW)
        assert rings(hot(next_at=NOW), now=NOW, rest=rest)
