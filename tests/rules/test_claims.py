"""What a vendor owes for a lead, why not, and what is missing (L5.5)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.claims import STANDING, Bought, ClaimState, Fault, Judged, days_left, judge, shared_out
from rules.lead import Attempt
from rules.money import Money
from rules.vendors import ClaimReason, Vendor
from rules.words import Outcome

ZONE = ZoneInfo("Asia/Jerusalem")
# A Sunday, 10:00 in Israel.
CAME = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = CAME + 10 * DAY
TERMS = Vendor("Meta", reasons=tuple(ClaimReason))
AT_ANY_TIME = replace(TERMS, first_call_hours=0)


def call(after: timedelta, outcome: Outcome = Outcome.NOANSWER) -> Attempt:
    answered = outcome in {Outcome.NOTNOW, Outcome.FOLLOWUP, Outcome.SOLD, Outcome.LOST}
    return Attempt(outcome, "U1", CAME + after, answered=answered)


def calls(*hours: float) -> tuple[Attempt, ...]:
    return tuple(call(hour * HOUR) for hour in hours)


FIVE = calls(1, 3, 25, 49, 50)
SOLD = Bought(
    source_id=4,
    lead_id=7,
    vendor="Meta",
    at=CAME,
    cost=Money(4000, "ILS"),
    phone_e164="+972522345678",
    phone_valid=True,
    tries=FIVE,
)


def said(*, now: datetime = NOW, terms: Vendor = TERMS, **changes: Any) -> Judged:
    return judge(replace(SOLD, **changes), terms, now=now, team=ZONE, home="IL")


class TestALeadThatNobodyReached:
    def test_can_be_claimed_within_the_terms(self):
        found = said()
        assert found.claimable
        assert found.reason is ClaimReason.UNREACHABLE
        assert (found.closes_at, found.credit) == (CAME + 30 * DAY, Money(4000, "ILS"))

    def test_gives_back_the_terms_part_of_its_cost(self):
        found = said(terms=replace(TERMS, credit=Decimal("0.5")), cost=Money(4001, "USD"))
        assert found.credit == Money(2000, "USD")
        half = said(terms=replace(TERMS, credit=Decimal("0.5")), cost=Money(999, "USD"))
        assert half.credit == Money(500, "USD")

    @pytest.mark.parametrize(
        ("changes", "faults"),
        [
            ({"heard": True}, [Fault.REACHED]),
            ({"cost": None}, [Fault.NO_COST]),
            ({"same_sale": True}, [Fault.SAME_SALE]),
            ({"cost": Money(0, "ILS")}, [Fault.NO_COST]),
            ({"now": CAME + 30 * DAY}, [Fault.CLOSED]),
            ({"now": CAME + 30 * DAY - HOUR}, []),
            ({"tries": calls(1, 25, 49)}, [Fault.FEW_TRIES]),
            ({"tries": calls(1, 2, 3, 4, 5, 25)}, [Fault.FEW_DAYS]),
            ({"tries": calls(1)}, [Fault.FEW_TRIES, Fault.FEW_DAYS]),
            ({"tries": calls(24, 48, 72, 73, 74)}, []),
            ({"tries": calls(25, 48, 72, 73, 74)}, [Fault.LATE]),
            ({"tries": ()}, [Fault.LATE, Fault.FEW_TRIES, Fault.FEW_DAYS]),
            ({"tries": (), "now": CAME + HOUR}, [Fault.FEW_TRIES, Fault.FEW_DAYS]),
            ({"state": ClaimState.SENT}, [Fault.STANDS]),
            ({"state": ClaimState.ACCEPTED}, [Fault.STANDS]),
            ({"state": ClaimState.REFUSED}, [Fault.STANDS]),
            ({"state": ClaimState.OPEN}, []),
            ({"state": ClaimState.WITHDRAWN}, []),
            ({"terms": AT_ANY_TIME, "tries": calls(80, 81, 99, 123, 124)}, []),
            ({"terms": replace(TERMS, reasons=("invalid",))}, [Fault.NOT_ACCEPTED]),
        ],
    )
    def test_is_refused_with_every_reason(self, changes: dict[str, Any], faults: list[Fault]):
        assert list(said(**changes).faults) == faults

    def test_counts_days_by_the_customers_clock(self):
        nights = calls(1, 13, 15, 38, 40)
        assert said(tries=nights).days == 3
        assert said(tries=nights, zone="America/New_York").days == 2


class TestWhatIsWrongWithIt:
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"phone_valid": False}, ClaimReason.INVALID),
            ({"phone_e164": "+442071838750"}, ClaimReason.WRONG_COUNTRY),
            ({"phone_e164": "+442071838750", "region": "gb"}, ClaimReason.UNREACHABLE),
            ({"phone_e164": "+442071838750", "phone_valid": False}, ClaimReason.INVALID),
            ({"phone_e164": "", "phone_valid": True}, ClaimReason.UNREACHABLE),
            ({"before": CAME - 30 * DAY}, ClaimReason.DUPLICATE),
            ({"before": CAME - 31 * DAY}, ClaimReason.UNREACHABLE),
        ],
    )
    def test_is_the_reason(self, changes: dict[str, Any], reason: ClaimReason):
        assert said(**changes).reason is reason

    def test_is_the_first_of_several(self):
        foreign: dict[str, Any] = {"phone_e164": "+442071838750", "before": CAME - DAY}
        assert said(**foreign).reason is ClaimReason.DUPLICATE
        without = replace(TERMS, reasons=("wrong_country",))
        assert said(**foreign, terms=without).reason is ClaimReason.WRONG_COUNTRY

    def test_is_none_that_its_vendor_does_not_accept(self):
        found = said(phone_valid=False, terms=replace(TERMS, reasons=("unreachable",)))
        assert found.reason is ClaimReason.UNREACHABLE

    def test_of_a_number_that_nobody_can_dial_needs_no_call(self):
        assert said(phone_valid=False, tries=()).claimable

    def test_of_a_number_that_was_dialled_asks_that_it_was_in_time(self):
        assert said(phone_valid=False, tries=calls(2)).claimable
        assert said(phone_valid=False, tries=calls(30)).faults == (Fault.LATE,)

    def test_of_one_that_was_sold_twice_holds_also_when_they_answer(self):
        assert said(before=CAME - DAY, heard=True).claimable

    def test_of_a_foreign_number_needs_no_call(self):
        assert said(phone_e164="+442071838750", tries=()).claimable


class TestWhatIsMissing:
    def test_is_told_while_there_is_time(self):
        found = said(tries=calls(1, 25, 49), now=CAME + 27 * DAY)
        assert found.mendable
        assert (found.tries_missing, found.days_missing) == (2, 0)

    def test_is_a_call_on_each_day_that_is_missing(self):
        found = said(tries=calls(1, 2, 3, 4, 5))
        assert (found.tries_missing, found.days_missing) == (2, 2)

    def test_is_not_told_where_the_days_are_too_few(self):
        last = CAME + 30 * DAY
        assert said(tries=calls(1, 2, 3, 4), now=last - DAY).mendable
        assert not said(tries=calls(1, 2, 3, 4), now=last - HOUR).mendable

    def test_is_not_told_where_today_was_called_already(self):
        last = CAME + 30 * DAY
        called = (*calls(1, 2, 3), call(29 * DAY + HOUR))
        assert said(tries=calls(1, 2, 3, 4), now=last - DAY + 2 * HOUR).mendable
        assert said(tries=called, now=last - DAY + 2 * HOUR).mendable
        four = replace(TERMS, over_days=4)
        assert not said(tries=called, terms=four, now=last - DAY + 2 * HOUR).mendable

    def test_lacks_no_day_where_it_was_called_on_more(self):
        one = replace(TERMS, over_days=1)
        found = said(tries=calls(1, 25, 49), terms=one, now=CAME + 27 * DAY + HOUR)
        assert (found.tries_missing, found.days_missing) == (2, 0)
        assert found.is_urgent(now=CAME + 27 * DAY + HOUR)

    def test_is_not_urgent_a_moment_before(self):
        due = CAME + 27 * DAY
        some = calls(1, 25, 49)
        before = due - timedelta(seconds=1)
        assert said(tries=some, now=due).is_urgent(now=due)
        assert not said(tries=some, now=before).is_urgent(now=before)

    def test_is_not_told_where_calls_help_nothing(self):
        assert not said(tries=FIVE[:3], heard=True).mendable
        assert not said().mendable

    @pytest.mark.parametrize(("days", "urgent"), [(20, False), (25, True), (29, True), (31, False)])
    def test_is_urgent_when_its_days_and_three_more_are_left(self, days: int, urgent: bool):
        found = said(tries=calls(1), now=CAME + days * DAY)
        assert found.is_urgent(now=CAME + days * DAY) is urgent


bought = st.builds(
    replace,
    st.just(SOLD),
    cost=st.none() | st.builds(Money, st.integers(-5, 10**9), st.just("ILS")),
    phone_valid=st.booleans(),
    phone_e164=st.sampled_from(["", "+972522345678", "+442071838750", "junk"]),
    state=st.sampled_from(["", *ClaimState]),
    same_sale=st.booleans(),
    before=st.none() | st.integers(0, 60).map(lambda days: CAME - days * DAY),
    heard=st.booleans(),
    tries=st.lists(st.integers(0, 900), max_size=9).map(lambda hours: calls(*sorted(hours))),
)
terms = st.builds(
    Vendor,
    st.just("Meta"),
    st.integers(1, 60),
    st.integers(1, 8),
    st.integers(1, 5),
    st.integers(0, 48),
    st.lists(st.sampled_from(ClaimReason), unique=True).map(tuple),
    st.decimals(0, 1, places=2),
)


class TestAClaim:
    @given(one=bought, terms=terms, hours=st.integers(0, 2000))
    def test_holds_only_within_its_terms(self, one: Bought, terms: Vendor, hours: int):
        now = CAME + hours * HOUR
        found = judge(one, terms, now=now, team=ZONE, home="IL")
        if not found.claimable:
            return
        assert CAME <= now < CAME + timedelta(days=terms.window_days)
        assert found.reason in terms.reasons
        assert one.state not in STANDING
        assert not one.same_sale
        assert not one.heard or found.reason is ClaimReason.DUPLICATE
        assert found.credit is not None
        assert 0 < found.credit.minor <= (one.cost or Money(0, "")).minor
        if found.reason is ClaimReason.UNREACHABLE:
            assert len(one.tries) >= terms.tries
            assert found.days >= terms.over_days

    @given(one=bought, terms=terms, hours=st.integers(0, 2000))
    def test_that_lacks_calls_alone_holds_once_they_are_made(
        self, one: Bought, terms: Vendor, hours: int
    ):
        now = CAME + hours * HOUR
        found = judge(one, terms, now=now, team=ZONE, home="IL")
        if not found.mendable:
            return
        assert found.tries_missing > 0
        at = [now + number * DAY for number in range(found.days_missing)]
        if one.tries and one.tries[-1].at.astimezone(ZONE).date() == now.astimezone(ZONE).date():
            at = [moment + DAY for moment in at]
        at += [now] * (found.tries_missing - len(at))
        more = tuple(Attempt(Outcome.NOANSWER, "U1", moment, answered=False) for moment in at)
        later = judge(replace(one, tries=one.tries + more), terms, now=now, team=ZONE, home="IL")
        assert set(later.faults) <= {Fault.LATE}


class TestShares:
    @given(
        total=st.integers(0, 10**12),
        parts=st.lists(st.integers(1, 10**9), min_size=1, max_size=30),
    )
    def test_come_to_the_whole(self, total: int, parts: list[int]):
        shares = shared_out(total, parts)
        assert sum(shares) == total
        for share, part in zip(shares, parts, strict=True):
            assert abs(share - total * part / sum(parts)) <= 1 + total * 1e-12

    def test_of_what_was_asked_are_what_was_asked(self):
        assert shared_out(60, [10, 20, 30]) == [10, 20, 30]

    def test_give_what_does_not_divide_to_the_last(self):
        assert shared_out(100, [1, 1, 1]) == [33, 33, 34]


class TestDaysLeft:
    @pytest.mark.parametrize(
        ("hours", "left"), [(-30, 0), (1, 0), (13, 0), (14, 1), (38, 2), (24 * 9, 9)]
    )
    def test_are_counted_by_the_calendar(self, hours: int, left: int):
        assert days_left(CAME + hours * HOUR, now=CAME, zone=ZONE) == left
