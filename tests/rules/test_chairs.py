"""Between the chairs: one answer for every lead, and a way back for the broken (C4, L4.1)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.chairs import (
    EXPECTED,
    Around,
    Loose,
    grown,
    is_broken,
    is_gone_long,
    is_gone_today,
    mended,
    reason,
)
from rules.lead import FollowUp, Lead
from rules.playbook import Wave
from rules.words import CALLS, Importance, Outcome, Stage, Step, Tier
from tests.rules.builders import NOW, PLAYBOOK, after, followup, lead, rep

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER, TODAY, LONG_AGO = NOW + HOUR, NOW - HOUR, NOW - 3 * DAY
HERE, AWAY, LEFT, ADMIN = "UDANA", "UAWAY", "ULEFT", "UADMIN"
TEAM = {
    HERE: rep(HERE),
    AWAY: rep(AWAY, state="away"),
    LEFT: rep(LEFT, state="paused"),
}
BOOK = replace(PLAYBOOK, wave=Wave(hold=(Tier.D,), shorten=(Tier.C,)))
AROUND = Around(NOW, TEAM, BOOK, admins=(ADMIN,))
TIMED = (Step.CALL, Step.RETRY_UNAVAILABLE)


def why(**changes: Any) -> str:
    return reason(lead(**changes), None, AROUND)


def agreed_lead(**changes: Any) -> tuple[Lead, FollowUp]:
    """Give a lead with a follow-up of high importance that is to come."""
    standing: dict[str, Any] = {
        "next_what": Step.FOLLOW_UP,
        "next_at": LATER,
        "importance": Importance.HIGH,
    }
    one = lead(**standing | changes)
    return one, followup(rep=one.owner)


class TestALead:
    @pytest.mark.parametrize("owner", [HERE, AWAY, ADMIN])
    @pytest.mark.parametrize("step", TIMED)
    def test_with_an_owner_and_a_step_to_come_stands_in_no_list(self, owner: str, step: Step):
        assert why(owner=owner, next_what=step, next_at=LATER) == ""

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"next_at": TODAY}, Loose.DUE),
            ({"next_at": NOW}, Loose.DUE),
            ({"next_at": NOW - DAY}, Loose.DAY_LATE),
            ({"next_at": LONG_AGO}, Loose.DAY_LATE),
            ({"next_at": TODAY, "owner": AWAY}, Loose.OWNER_AWAY),
            ({"next_at": LONG_AGO, "owner": AWAY}, Loose.OWNER_AWAY),
            ({"next_at": LATER, "owner": LEFT}, Loose.OWNER_LEFT),
            ({"next_at": LATER, "owner": "UNOBODY"}, Loose.OWNER_LEFT),
            ({"next_at": LONG_AGO, "owner": ADMIN}, Loose.DAY_LATE),
            ({"next_at": LATER, "owner": ""}, Loose.POOL),
            ({"next_what": Step.ASSIGN, "owner": ""}, Loose.UNASSIGNED),
            ({"next_what": Step.ASSIGN, "owner": "", "tier": Tier.D}, Loose.ON_HOLD),
            ({"next_what": Step.CALL, "tier": Tier.D, "next_at": LONG_AGO}, Loose.ON_HOLD),
            ({"next_what": Step.WAIT_FOR_PHONE, "next_at": None}, Loose.WAITS_FOR_NUMBER),
            ({"next_what": Step.WAIT_FOR_PHONE, "owner": ""}, Loose.WAITS_FOR_NUMBER),
            ({"next_what": Step.WAIT_FOR_PHONE, "owner": LEFT}, Loose.OWNER_LEFT),
            ({"next_what": Step.EMAIL, "next_at": None}, Loose.WAITS_FOR_MAIL),
            ({"next_what": Step.APPROVE, "next_at": None}, Loose.WAITS_FOR_MANAGER),
            ({"next_what": Step.MAILING_LIST, "next_at": LATER}, Loose.MAILING_LIST),
            ({"next_what": Step.MAILING_LIST, "owner": LEFT}, Loose.MAILING_LIST),
            ({"next_what": Step.MAILING_LIST, "opted_out": (CALLS,)}, Loose.OPTED_OUT),
            ({"stage": Stage.WON, "next_what": Step.NONE, "owner": LEFT}, ""),
        ],
    )
    def test_stands_in_the_list_of_its_reason(self, changes: dict[str, Any], expected: str):
        assert why(**changes) == expected

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({}, ""),
            ({"next_at": TODAY}, Loose.DUE),
            ({"next_at": LONG_AGO}, Loose.DAY_LATE),
            ({"next_at": TODAY, "owner": AWAY}, Loose.OWNER_AWAY),
            ({"owner": LEFT}, Loose.OWNER_LEFT),
            ({"tier": Tier.D}, ""),
            ({"opted_out": (CALLS,)}, ""),
        ],
    )
    def test_with_an_agreed_time_too(self, changes: dict[str, Any], expected: str):
        assert reason(*agreed_lead(**changes), AROUND) == expected

    def test_on_hold_is_called_at_the_time_that_it_asked_for(self):
        asked = {"tier": Tier.D, "next_at": TODAY}
        assert why(**asked, last_outcome=Outcome.NOTNOW) == Loose.DUE
        assert why(**asked, last_outcome=Outcome.NOANSWER) == Loose.ON_HOLD

    def test_whose_plan_was_cut_short_is_on_hold_after_its_attempts(self):
        assert why(tier=Tier.C, plan_step=0, next_at=LATER) == ""
        assert why(tier=Tier.C, plan_step=1, next_at=LATER) == Loose.ON_HOLD


BROKEN: list[tuple[dict[str, Any], FollowUp | None]] = [
    ({"next_at": None}, None),
    ({"next_what": Step.RETRY_UNAVAILABLE, "next_at": None}, None),
    ({"next_what": Step.MAILING_LIST, "next_at": None}, None),
    ({"next_what": Step.NONE}, None),
    ({"next_what": Step.NONE, "owner": ""}, None),
    ({"next_what": Step.ASSIGN}, None),
    ({"next_what": Step.FOLLOW_UP}, None),
    ({"opted_out": (CALLS,)}, None),
    ({}, followup()),
    ({"stage": Stage.LOST, "next_what": Step.NONE}, followup()),
    ({"next_what": Step.MAILING_LIST}, followup()),
    ({"next_what": Step.FOLLOW_UP, "importance": Importance.LOW}, followup()),
    ({"next_what": Step.FOLLOW_UP, "importance": Importance.HIGH}, followup(rep="UAVI")),
    ({"next_what": Step.FOLLOW_UP, "importance": "high", "next_at": None}, followup()),
]


class TestWhatMayNeverBe:
    @pytest.mark.parametrize(("changes", "agreed"), BROKEN)
    def test_is_broken_and_can_be_put_right(self, changes: dict[str, Any], agreed: FollowUp | None):
        one = lead(**{"next_at": LATER} | changes)
        assert reason(one, agreed, AROUND) == Loose.BROKEN
        right, kept = mended(one, agreed, at=LATER, now=NOW, playbook=PLAYBOOK)
        assert not is_broken(right, kept if kept and kept.state == "open" else None)

    def test_keeps_what_was_agreed_with_the_customer(self):
        agreed = followup(due_at=LATER)
        right, kept = mended(lead(), agreed, at=NOW, now=NOW, playbook=PLAYBOOK)
        assert (right.next_what, right.next_at) == (Step.FOLLOW_UP, LATER)
        assert right.importance == agreed.importance
        assert kept == agreed

    def test_gives_an_agreed_time_to_who_agreed_on_it(self):
        right, _ = mended(lead(owner=""), followup(), at=NOW, now=NOW, playbook=PLAYBOOK)
        assert right.owner == "UDANA"

    def test_lets_the_follow_up_follow_the_lead_to_its_owner(self):
        one, agreed = agreed_lead()
        _, kept = mended(one, replace(agreed, rep="UAVI"), at=NOW, now=NOW, playbook=PLAYBOOK)
        assert kept is not None
        assert kept.rep == one.owner

    def test_ends_the_follow_up_of_a_closed_lead(self):
        closed = lead(stage=Stage.LOST, next_what=Step.NONE)
        right, kept = mended(closed, followup(), at=NOW, now=NOW, playbook=PLAYBOOK)
        assert right == closed
        assert kept is not None
        assert (kept.state, kept.nag_at) == ("ended", None)

    @pytest.mark.parametrize(
        ("changes", "step", "at"),
        [
            ({"next_what": Step.NONE, "next_at": None}, Step.CALL, LATER),
            ({"next_what": Step.NONE, "phone_valid": False}, Step.WAIT_FOR_PHONE, None),
            ({"next_what": Step.NONE, "owner": ""}, Step.ASSIGN, NOW),
            ({"next_what": Step.CALL, "next_at": None}, Step.CALL, LATER),
            ({"next_what": Step.FOLLOW_UP}, Step.CALL, NOW),
            (
                {"opted_out": (CALLS,)},
                Step.MAILING_LIST,
                NOW + timedelta(days=PLAYBOOK.mailing_days),
            ),
        ],
    )
    def test_gets_a_step_that_it_can_take(
        self, changes: dict[str, Any], step: Step, at: datetime | None
    ):
        right, _ = mended(lead(**changes), None, at=LATER, now=NOW, playbook=PLAYBOOK)
        assert (right.next_what, right.next_at) == (step, at)


moments = st.none() | st.sampled_from([LONG_AGO, NOW - DAY, TODAY, NOW, LATER])
leads = st.builds(
    lead,
    stage=st.sampled_from([*Stage]),
    owner=st.sampled_from(["", HERE, AWAY, LEFT, ADMIN, "UNOBODY"]),
    next_what=st.sampled_from([*Step]),
    next_at=moments,
    tier=st.sampled_from([*Tier]),
    importance=st.sampled_from(["", *Importance]),
    opted_out=st.sampled_from([(), (CALLS,)]),
    phone_valid=st.booleans(),
    last_outcome=st.sampled_from(["", *Outcome]),
)
agreements = st.none() | st.builds(
    followup,
    rep=st.sampled_from([HERE, LEFT]),
    importance=st.sampled_from([*Importance]),
    due_at=st.sampled_from([LONG_AGO, LATER]),
)


class TestEveryLead:
    def test_has_one_answer_for_each_step_owner_and_time(self):
        owners = ("", HERE, AWAY, LEFT, ADMIN, "UNOBODY")
        times = (None, LONG_AGO, TODAY, LATER)
        for step, owner, at, stage in product(Step, owners, times, Stage):
            one = lead(next_what=step, owner=owner, next_at=at, stage=stage)
            for agreed in (None, followup()):
                assert reason(one, agreed, AROUND) in {"", *Loose}

    @given(leads, agreements)
    def test_that_stands_in_no_list_has_somebody_and_a_moment(
        self, one: Lead, agreed: FollowUp | None
    ):
        if reason(one, agreed, AROUND) == "" and one.living:
            assert AROUND.has(one.owner)
            assert one.next_at is not None
            assert one.next_at > NOW
            assert (agreed is not None) == (one.next_what is Step.FOLLOW_UP)

    @given(leads, agreements)
    def test_is_never_broken_once_it_was_mended_and_stays_as_it_is(
        self, one: Lead, agreed: FollowUp | None
    ):
        right, kept = mended(one, agreed, at=LATER, now=NOW, playbook=PLAYBOOK)
        still = kept if kept and kept.state == "open" else None
        assert reason(right, still, AROUND) != Loose.BROKEN
        assert mended(right, still, at=LATER, now=NOW, playbook=PLAYBOOK) == (right, still)

    @given(leads, agreements)
    def test_that_is_as_it_should_be_is_not_changed(self, one: Lead, agreed: FollowUp | None):
        if not is_broken(one, agreed) and one.next_what is not Step.FOLLOW_UP:
            right, _ = mended(one, agreed, at=LATER, now=NOW, playbook=PLAYBOOK)
            assert replace(right, importance=one.importance) == one


AFTER_A_CALL = {"", Loose.WAITS_FOR_NUMBER, Loose.MAILING_LIST}
acts = st.tuples(
    st.sampled_from([*Outcome]),
    st.sampled_from([*Importance]),
    st.integers(min_value=1, max_value=20_000),
)


class TestRandomDays:
    @given(st.lists(acts, max_size=15))
    def test_of_calls_leave_no_lead_broken(self, days: list[tuple[Outcome, Importance, int]]):
        """Whatever is logged, in whatever order, each lead has its step or its list."""
        one, agreed, now = lead(), None, NOW
        for outcome, importance, minutes in days:
            now += timedelta(minutes=minutes)
            if not one.living:
                break
            agreeing = {"importance": importance, "when": now + HOUR}
            named: dict[str, Any] = agreeing if outcome == Outcome.FOLLOWUP else {}
            done = after(one, outcome, now=now, agreed=agreed, **named)
            agreed = done.followup or (None if done.ends_followup else agreed)
            one = done.lead
            assert not is_broken(one, agreed)
            assert reason(one, agreed, replace(AROUND, now=now)) in AFTER_A_CALL


class TestTheListsOfANight:
    def test_have_grown_where_somebody_should_see_to_it(self):
        before: dict[str, int] = {Loose.DAY_LATE: 2, Loose.UNASSIGNED: 3, Loose.DUE: 1}
        after: dict[str, int] = {
            Loose.DAY_LATE: 5,
            Loose.UNASSIGNED: 3,
            Loose.OWNER_AWAY: 1,
            Loose.DUE: 90,
        }
        assert grown(before, after) == {Loose.DAY_LATE: (2, 5), Loose.OWNER_AWAY: (0, 1)}

    def test_that_come_and_go_by_themselves_are_told_to_nobody(self):
        assert grown({}, dict.fromkeys(EXPECTED, 7)) == {}


# 2026-07-07 12:00 in Jerusalem.
MIDNIGHT = datetime(2026, 7, 7, 21, tzinfo=UTC)


class TestARepWhoIsAway:
    @pytest.mark.parametrize(
        ("state", "until", "today", "long"),
        [
            ("away", None, True, True),
            ("away", NOW + DAY + HOUR, True, True),
            ("away", NOW + DAY, True, False),
            ("away", MIDNIGHT, True, False),
            ("away", MIDNIGHT - HOUR, False, False),
            ("away", NOW - HOUR, False, False),
            ("active", None, False, False),
            ("paused", None, False, False),
        ],
    )
    def test_is_gone_for_today_or_for_long(
        self, state: str, until: datetime | None, today: bool, long: bool
    ):
        gone = rep(state=state, away_until=until)
        assert is_gone_today(gone, now=NOW) is today
        assert is_gone_long(gone, now=NOW) is long

    def test_has_the_midnight_of_their_own_zone(self):
        abroad = rep(state="away", away_until=MIDNIGHT, timezone="America/New_York")
        assert not is_gone_today(abroad, now=NOW)
