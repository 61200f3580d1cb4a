"""Which value stands of two leads, and what goes back where they part (C2)."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.lead import FollowUp, Lead
from rules.merging import (
    CLOSED,
    COUNTS,
    FURTHEST,
    LIKELIEST,
    TOGETHER,
    gone_away,
    hottest,
    in_order,
    kept_followup,
    merged,
    owner_of,
    put_back,
)
from rules.words import CHANNELS, Importance, Kind, Stage, Step, Tier
from tests.rules.builders import lead

NOON = datetime(2026, 11, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOA, AVI = "U01NOA", "U01AVI"


def pair(first: dict[str, Any], second: dict[str, Any]) -> Lead:
    stays, gone = lead(id=1, **first), lead(id=2, **second)
    return merged(stays, gone, None)


def agreed(number: int, importance: Importance, hours: int) -> FollowUp:
    return FollowUp(number, number, NOA, importance, NOON + hours * HOUR, NOON)


class TestTheStatedRules:
    def test_cover_every_stage_and_step(self):
        assert set(FURTHEST) == set(Stage)
        assert set(LIKELIEST) == set(Step)

    def test_keep_the_older_lead(self):
        first, second = lead(id=1), lead(id=2)
        assert in_order(second, first) == in_order(first, second) == (first, second)

    @pytest.mark.parametrize("kind", Kind)
    def test_take_the_hotter_kind(self, kind: Kind):
        heat = list(Kind)
        found = pair({"kind": Kind.WARM}, {"kind": kind}).kind
        assert found is max(Kind.WARM, kind, key=heat.index)

    @pytest.mark.parametrize("one", Stage)
    @pytest.mark.parametrize("other", Stage)
    def test_take_the_further_stage(self, one: Stage, other: Stage):
        found = pair({"stage": one}, {"stage": other}).stage
        assert found is max(one, other, key=FURTHEST.index)

    def test_let_who_may_still_buy_be_called_though_the_other_was_lost(self):
        lost = {"stage": Stage.LOST, "next_what": Step.NONE, "next_at": None, "closed_at": NOON}
        one = pair(lost, {"next_what": Step.CALL, "next_at": NOON})
        assert (one.stage, one.next_what, one.closed_at) == (Stage.LEAD, Step.CALL, None)

    def test_count_every_try(self):
        one = pair(
            {"attempts": 2, "misses": 1, "mailings": 1, "tried": 0b01},
            {"attempts": 3, "misses": 2, "mailings": 4, "tried": 0b10},
        )
        assert (one.attempts, one.misses, one.mailings, one.tried) == (5, 3, 5, 0b11)

    def test_call_at_the_nearer_step(self):
        later, sooner = NOON + HOUR, NOON
        one = pair(
            {"next_what": Step.CALL, "next_at": later, "plan_step": 3},
            {"next_what": Step.CALL, "next_at": sooner, "plan_step": 1},
        )
        assert (one.next_at, one.plan_step) == (sooner, 1)

    def test_never_put_a_number_that_works_behind_one_that_does_not(self):
        good = {"phone_raw": "b", "phone_e164": "+972522345678", "phone_valid": True}
        bad = {"phone_raw": "a", "phone_e164": "", "phone_valid": False}
        assert pair(bad, good).phone_raw == "b"
        assert pair(good, bad).phone_raw == "b"

    def test_let_the_newest_consent_stand(self):
        older = {"consent": ("sms",), "consent_at": NOON, "agreed": ()}
        newer = {"consent": ("calls",), "consent_at": NOON + HOUR, "agreed": ("email",)}
        for one in (pair(older, newer), pair(newer, older)):
            assert (one.consent, one.agreed) == (("calls",), ("email",))

    def test_give_the_better_tier_and_the_better_pin(self):
        stays, gone = lead(id=1, tier=Tier.C), lead(id=2, tier=Tier.A)
        assert hottest(stays, gone)["tier"] == Tier.A
        pinned = replace(stays, tier_pin="D")
        assert hottest(pinned, gone) == {"tier": Tier.D, "score": 0.0, "tier_pin": "D"}

    def test_keep_the_hotter_agreed_time_then_the_earlier(self):
        low, high = agreed(1, Importance.LOW, 1), agreed(2, Importance.HIGH, 5)
        soon = agreed(3, Importance.LOW, 0)
        assert kept_followup(low, high) is high
        assert kept_followup(low, soon) is soon
        assert kept_followup(None, low) is low
        assert kept_followup(None, None) is None

    @pytest.mark.parametrize(
        ("first", "second", "owner", "why"),
        [
            ({"owner": NOA}, {"owner": AVI}, NOA, "older"),
            ({"owner": NOA}, {"owner": AVI, "reached_at": NOON}, AVI, "reached"),
            (
                {"owner": NOA, "reached_at": NOON},
                {"owner": AVI, "reached_at": NOON},
                NOA,
                "reached",
            ),
            ({"owner": ""}, {"owner": AVI}, AVI, "only"),
            ({"owner": NOA}, {"owner": NOA}, NOA, "same"),
            ({"owner": ""}, {"owner": ""}, "", "nobody"),
        ],
    )
    def test_name_the_owner(self, first: Any, second: Any, owner: str, why: str):
        assert owner_of(lead(id=1, **first), lead(id=2, **second)) == (owner, why)

    def test_take_the_other_out_of_every_queue(self):
        gone = gone_away(lead(id=2, owner=NOA, next_at=NOON), lead(id=1))
        assert not gone.living
        assert not gone.working
        assert (gone.owner, gone.next_what, gone.merged_into) == ("", Step.NONE, 1)


NAMES = sorted({*(one.name for one in fields(Lead)), *COUNTS} - {"id", "version"})
COLUMNS = sorted({*NAMES, *(name for some in TOGETHER for name in some)})
VALUES = st.fixed_dictionaries(
    {name: st.integers(0, 3) if name in COUNTS else st.sampled_from("ab") for name in COLUMNS}
    | {CLOSED: st.lists(st.sampled_from(CHANNELS), unique=True)}
)


class TestPartingAgain:
    @given(VALUES, VALUES)
    def test_at_once_puts_everything_back(self, before: dict[str, Any], after: dict[str, Any]):
        assert put_back(before, after, after) == before

    @given(VALUES, VALUES, VALUES)
    def test_later_keeps_what_changed_since_and_never_half_of_it(
        self, before: dict[str, Any], after: dict[str, Any], now: dict[str, Any]
    ):
        found = put_back(before, after, now)
        for some in TOGETHER:
            kept = all(found[name] == now[name] for name in some)
            assert kept or all(found[name] == before[name] for name in some)
        for name in set(COLUMNS) - {*COUNTS, CLOSED}:
            assert found[name] == now[name] or now[name] == after[name]

    def test_counts_what_was_added_since(self):
        same: dict[str, Any] = dict.fromkeys(COLUMNS, 0) | {CLOSED: []}
        found = put_back(same | {"attempts": 2}, same | {"attempts": 5}, same | {"attempts": 6})
        assert found["attempts"] == 3

    @pytest.mark.parametrize(
        ("before", "after", "now", "found"),
        [
            ([], ["sms"], ["sms"], []),
            ([], ["sms"], ["sms", "email"], ["email"]),
            (["sms"], ["sms", "calls"], ["sms", "calls"], ["sms"]),
            (["sms"], ["sms", "calls"], ["calls"], []),
        ],
    )
    def test_keeps_closed_what_was_closed_before_or_since(
        self, before: list[str], after: list[str], now: list[str], found: list[str]
    ):
        same: dict[str, Any] = dict.fromkeys(COLUMNS, 0)
        worked = same | {"attempts": 1, "next_at": "later"}
        back = put_back(same | {CLOSED: before}, same | {CLOSED: after}, worked | {CLOSED: now})
        assert back[CLOSED] == found
