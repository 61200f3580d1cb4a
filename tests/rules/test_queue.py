"""The best lead to call now (L1.4)."""

from datetime import timedelta
from itertools import pairwise

import pytest

from rules.queue import Reason, rank, reason_to_call
from rules.words import Kind, Step
from tests.rules.builders import NOW, lead

HOUR = timedelta(hours=1)
K5 = [Kind.REFERRAL, Kind.INCOMING, Kind.WARM, Kind.COLD]


def fresh(**changes):
    return lead(plan_step=0, **changes)


def planned(**changes):
    return lead(plan_step=2, **changes)


def agreed(**changes):
    return lead(next_what=Step.FOLLOW_UP, plan_step=2, **changes)


def in_order(*named):
    """Give the names of leads in the order in which they are called."""
    return [name for name, one, high in sorted(named, key=lambda it: rank(it[1], high=it[2]))]


class TestTheReasonToCall:
    @pytest.mark.parametrize(
        ("one", "high", "reason"),
        [
            (agreed(), True, Reason.HIGH_FOLLOWUP),
            (agreed(), False, Reason.LOW_FOLLOWUP),
            (lead(next_what=Step.FOLLOW_UP), False, Reason.LOW_FOLLOWUP),
            (fresh(), False, Reason.FRESH),
            (planned(), False, Reason.PLANNED),
            (planned(next_what=Step.RETRY_UNAVAILABLE), False, Reason.PLANNED),
        ],
        ids=["high", "low", "low_at_first", "fresh", "planned", "unavailable"],
    )
    def test_is_what_comes_next(self, one, high, reason):
        assert reason_to_call(one, high=high) is reason


class TestTheOrderOfCallsL14:
    def test_is_high_follow_ups_then_fresh_then_low_follow_ups_then_the_plan_l4_3_l4_4(self):
        assert in_order(
            ("planned", planned(kind=Kind.REFERRAL), False),
            ("low", agreed(kind=Kind.REFERRAL), False),
            ("fresh", fresh(kind=Kind.COLD), False),
            ("high", agreed(kind=Kind.COLD), True),
        ) == ["high", "fresh", "low", "planned"]

    @pytest.mark.parametrize("make", [fresh, planned])
    def test_is_by_kind_among_leads_of_one_reason_k5(self, make):
        ranks = [rank(make(kind=kind), high=False) for kind in K5]
        assert all(first < second for first, second in pairwise(ranks))

    @pytest.mark.parametrize("high", [True, False])
    def test_is_by_time_and_not_by_kind_among_follow_ups_l4_3_l4_4(self, high):
        assert in_order(
            ("later", agreed(kind=Kind.REFERRAL, next_at=NOW), high),
            ("earlier", agreed(kind=Kind.COLD, next_at=NOW - HOUR), high),
        ) == ["earlier", "later"]

    def test_is_the_newest_first_among_fresh_leads_c1(self):
        assert in_order(
            ("old", fresh(received_at=NOW - HOUR), False),
            ("new", fresh(received_at=NOW), False),
            ("unknown", fresh(received_at=None), False),
        ) == ["new", "old", "unknown"]

    @pytest.mark.parametrize("make", [planned, agreed])
    def test_is_the_longest_due_first_among_the_rest(self, make):
        assert in_order(
            ("now", make(next_at=NOW, received_at=NOW - HOUR), False),
            ("overdue", make(next_at=NOW - HOUR, received_at=NOW), False),
        ) == ["overdue", "now"]
