"""When a lead is called (L1.1, L1.2, L1.5, L5.3)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.answering import HourRate
from rules.cadence import plan_of
from rules.hours import read_window
from rules.outcomes import decide
from rules.plan import first_call, hour_bit, next_attempt, retry_unavailable
from rules.rest import Rest, may_call, merged
from rules.words import Step, Tier
from tests.rules.builders import NOW, PLAYBOOK, ZONE, act, lead, phoning, setting

NEW_YORK = ZoneInfo("America/New_York")
ZONES = ["Asia/Jerusalem", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
TIERS = st.sampled_from(list(Tier))
BY_DAY = plan_of("now", "day 1", "day 2", "day 3", "day 4", "day 5", "day 6", "day 7")
FRIDAY_EVENING = datetime(2026, 7, 10, 16, 0, tzinfo=UTC)
SATURDAY_NIGHT = datetime(2026, 7, 11, 17, 30, tzinfo=UTC)
SHABBAT = merged([(FRIDAY_EVENING, SATURDAY_NIGHT)])


def local(year, month, day, hour, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def here(moment, zone=ZONE):
    return moment.astimezone(zone)


def attempt(*texts, step, tier=Tier.B, now=NOW, began=NOW, **changes):
    """Give when the attempt after the `step`-th of a plan is made."""
    book = replace(PLAYBOOK, plans={**PLAYBOOK.plans, tier: plan_of("now", *texts)})
    who = lead(tier=tier, plan_step=step, plan_at=began, **changes.pop("who", {}))
    return next_attempt(who, now=now, phoning=phoning(**({"playbook": book} | changes)))


def walked(tier, *, start=NOW, rest=None, **changes):
    """Miss a lead at every planned moment; gives the moments of all calls, and the lead then."""
    current, now, calls = lead(tier=tier, **changes), start, []
    while current.next_what is Step.CALL:
        calls.append(now)
        given_ = replace(setting(now), rest=rest or Rest())
        current = decide(current, act("noanswer"), given_).lead
        now = current.next_at
    return calls, current


class TestThePlanOfATierL11L12:
    @pytest.mark.parametrize(("tier", "attempts"), [("A", 8), ("B", 6), ("C", 4), ("D", 3)])
    def test_is_walked_to_its_end_and_then_the_mailing_list_l3_3(self, tier, attempts):
        calls, end = walked(Tier(tier))
        assert (len(calls), end.attempts, end.misses) == (attempts, attempts, attempts)
        assert end.next_what is Step.MAILING_LIST
        assert end.next_at == calls[-1] + timedelta(days=PLAYBOOK.mailing_days)

    @pytest.mark.parametrize(
        ("tier", "days"),
        [
            ("A", [0, 0, 0, 1, 3, 5, 8, 14]),
            ("B", [0, 0, 1, 3, 6, 10]),
            ("C", [0, 1, 4, 9]),
            ("D", [0, 3, 8]),
        ],
    )
    def test_falls_on_days_counted_from_its_first_attempt(self, tier, days):
        calls, _ = walked(Tier(tier))
        assert [(here(one).date() - here(NOW).date()).days for one in calls] == days

    def test_begins_with_three_calls_on_the_day_for_tier_a(self):
        calls, _ = walked(Tier.A)
        gaps = [later - sooner for sooner, later in pairwise(calls[:3])]
        assert gaps == [timedelta(minutes=30), timedelta(hours=2)]

    @pytest.mark.parametrize("tier", list(Tier))
    def test_has_no_more_when_it_is_exhausted(self, tier):
        plan = PLAYBOOK.plans[tier]
        for step in (len(plan), len(plan) + 1, 100):
            who = lead(tier=tier, plan_step=step, plan_at=NOW)
            assert next_attempt(who, now=NOW, phoning=phoning()) is None

    def test_can_be_changed_by_the_manager(self):
        assert attempt("1h", step=1) == NOW + timedelta(hours=1)
        assert attempt("1h", step=2) is None

    def test_holds_for_a_lead_whose_tier_changed_on_the_way(self):
        who = lead(tier=Tier.D, plan_step=4, plan_at=NOW)
        assert next_attempt(who, now=NOW, phoning=phoning()) is None
        better = replace(who, tier=Tier.A)
        assert next_attempt(better, now=NOW, phoning=phoning()) is not None


class TestASpanOfTimeL15:
    def test_counts_from_the_attempt_before(self):
        later = NOW + timedelta(minutes=7)
        assert attempt("30m", step=1, now=later) == later + timedelta(minutes=30)

    @pytest.mark.parametrize(
        ("now", "at"),
        [
            (local(2026, 7, 7, 19, 29), local(2026, 7, 7, 19, 59)),
            (local(2026, 7, 7, 19, 30), local(2026, 7, 8, 9)),
            (local(2026, 7, 7, 23, 0), local(2026, 7, 8, 9)),
            (local(2026, 7, 8, 4, 0), local(2026, 7, 8, 9)),
        ],
    )
    def test_moves_to_the_morning_from_outside_calling_hours(self, now, at):
        assert attempt("30m", step=1, now=now) == at

    def test_moves_past_rest(self):
        friday = FRIDAY_EVENING - timedelta(minutes=10)
        assert attempt("30m", step=1, now=friday, rest=SHABBAT) == local(2026, 7, 12, 9)


class TestADayOfThePlanL15:
    @pytest.mark.parametrize(
        ("text", "hours"),
        [
            ("next morning", range(9, 12)),
            ("next noon", range(12, 15)),
            ("next afternoon", range(15, 18)),
            ("next evening", range(18, 20)),
            ("next", range(9, 20)),
        ],
    )
    @pytest.mark.parametrize("who", [1, 7, 59, 60])
    def test_that_is_the_next_is_tomorrow_in_the_part_named(self, text, hours, who):
        at = here(attempt(text, step=1, who={"id": who}))
        assert at.date() == date(2026, 7, 8)
        assert at.hour in hours

    @pytest.mark.parametrize("days", [0, 1, 2])
    def test_is_counted_from_the_first_attempt_of_the_plan(self, days):
        now = NOW + timedelta(days=days)
        assert here(attempt("day 3", step=1, now=now)).date() == date(2026, 7, 10)

    @pytest.mark.parametrize("days", [3, 4, 30])
    def test_that_has_passed_is_tomorrow(self, days):
        now = NOW + timedelta(days=days)
        at = attempt("day 3", step=1, now=now)
        assert here(at).date() == here(now).date() + timedelta(days=1)

    def test_begins_anew_where_the_plan_has_no_beginning(self):
        assert here(attempt("day 3", step=1, began=None)).date() == date(2026, 7, 10)

    def test_is_a_day_of_the_customers_own(self):
        night = datetime(2026, 7, 8, 2, 0, tzinfo=UTC)  # still the 7th in New York
        at = attempt("next morning", step=1, now=night, began=night, zone=NEW_YORK)
        assert here(at, NEW_YORK).date() == date(2026, 7, 8)
        assert here(at, NEW_YORK).hour in range(9, 12)
        assert here(attempt("next morning", step=1, now=night)).date() == date(2026, 7, 9)

    def test_gives_each_lead_a_minute_of_its_own(self):
        found = {attempt("day 3", step=1, who={"id": number}) for number in range(1, 61)}
        assert len(found) == 60

    @pytest.mark.parametrize("calling", ["09:30-17:45", "15:20-16:10", "08:00-23:00"])
    def test_keeps_to_calling_hours_in_every_part(self, calling):
        window = read_window(calling)
        book = replace(PLAYBOOK, calling=window, plans={Tier.B: plan_of("now", "next evening")})
        at = next_attempt(lead(plan_step=1, plan_at=NOW), now=NOW, phoning=phoning(playbook=book))
        assert at
        assert may_call(window, Rest(), at=at, zone=ZONE)


class TestTheHourOfADayL15L61:
    @pytest.mark.parametrize("who", range(1, 8))
    def test_is_never_the_same_twice_in_a_row_without_data(self, who):
        book = replace(PLAYBOOK, plans=dict.fromkeys(Tier, BY_DAY))
        current, now, hours = lead(id=who), NOW, []
        while current.next_what is Step.CALL:
            hours.append(here(now).hour)
            given_ = replace(setting(now), playbook=book)
            current = decide(current, act("noanswer"), given_).lead
            now = current.next_at or now
        assert len(hours) == 8
        assert all(one != other for one, other in pairwise(hours))
        assert len(set(hours)) >= 6

    def test_visits_another_part_of_the_day_first(self):
        morning = hour_bit(local(2026, 7, 7, 9, 30), ZONE)
        at = attempt("day 3", step=1, who={"tried": morning})
        assert here(at).hour >= 12

    @pytest.mark.parametrize("best", [9, 13, 16, 19])
    def test_goes_toward_hours_at_which_such_leads_answer(self, best):
        hours = {hour: HourRate(400, 200 if hour == best else 20) for hour in range(9, 20)}
        assert here(attempt("day 3", step=1, hours=hours)).hour == best

    def test_does_not_go_back_at_once_to_the_best_when_nobody_answered_there(self):
        hours = {hour: HourRate(400, 110 if hour == 16 else 80) for hour in range(9, 20)}
        tried = hour_bit(local(2026, 7, 7, 16), ZONE)
        at = attempt("day 3", step=1, hours=hours, who={"tried": tried})
        assert here(at).hour not in {15, 16, 17}

    def test_stays_in_the_part_that_the_plan_names_whatever_the_data(self):
        hours = {hour: HourRate(400, 200 if hour == 10 else 20) for hour in range(9, 20)}
        assert here(attempt("day 3 evening", step=1, hours=hours)).hour in {18, 19}

    def test_is_marked_by_a_bit_of_the_local_clock(self):
        assert hour_bit(NOW, ZONE) == 1 << 12
        assert hour_bit(NOW, NEW_YORK) == 1 << 5


class TestADayOfRest:
    def test_is_skipped_to_the_next_day_that_is_allowed_at_the_same_hour(self):
        free = attempt("day 4", step=1)
        kept = attempt("day 4", step=1, rest=SHABBAT)
        assert here(free).date() == date(2026, 7, 11)
        assert kept == free + timedelta(days=1)

    def test_ends_in_time_for_an_hour_after_it(self):
        winter = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
        rest = merged([(local(2026, 12, 11, 15, 55), local(2026, 12, 12, 17, 20))])
        book = replace(PLAYBOOK, plans={Tier.B: plan_of("now", "day 4 evening")})
        who = lead(plan_step=1, plan_at=winter)
        at = next_attempt(who, now=winter, phoning=phoning(playbook=book, rest=rest))
        assert here(at).date() == date(2026, 12, 12)
        assert here(at).hour in {18, 19}

    def test_begins_too_late_for_a_morning_before_it(self):
        at = attempt("day 3 morning", step=1, rest=SHABBAT)
        assert here(at).date() == date(2026, 7, 10)

    def test_of_several_days_is_skipped_whole(self):
        holidays = merged([(local(2026, 7, 9, 18), local(2026, 7, 13, 20))])
        free, kept = attempt("day 3", step=1), attempt("day 3", step=1, rest=holidays)
        assert kept - free == timedelta(days=4)

    def test_of_months_ends_in_calling_hours_all_the_same(self):
        rest = merged([(NOW, NOW + timedelta(days=100))])
        at = attempt("day 3", step=1, rest=rest)
        assert at >= NOW + timedelta(days=100)
        assert may_call(PLAYBOOK.calling, rest, at=at, zone=ZONE)

    def test_shifts_a_whole_walk_and_costs_no_attempt(self):
        calls, _ = walked(Tier.A, rest=SHABBAT)
        assert len(calls) == 8
        assert not any(SHABBAT.covers(one) for one in calls)


class TestTheDayTheClocksChange:
    @pytest.mark.parametrize(
        ("zone", "now", "day"),
        [
            ("Asia/Jerusalem", datetime(2026, 3, 26, 10, 0, tzinfo=UTC), date(2026, 3, 27)),
            ("Asia/Jerusalem", datetime(2026, 10, 24, 9, 0, tzinfo=UTC), date(2026, 10, 25)),
            ("America/New_York", datetime(2026, 3, 7, 17, 0, tzinfo=UTC), date(2026, 3, 8)),
            ("America/New_York", datetime(2026, 10, 31, 16, 0, tzinfo=UTC), date(2026, 11, 1)),
        ],
    )
    def test_keeps_the_hour_on_the_wall(self, zone, now, day):
        there = ZoneInfo(zone)
        ask = {"step": 1, "now": now, "began": now, "zone": there, "who": {"id": 60}}
        at = here(attempt("next noon", **ask), there)
        assert (at.date(), at.time()) == (day, time(12))
        assert at.utcoffset() != here(now, there).utcoffset()


class TestTheCustomersOwnHours:
    def test_are_where_the_customer_lives(self):
        at = attempt("30m", step=1, zone=NEW_YORK)  # 05:30 there
        assert at == datetime(2026, 7, 7, 13, 0, tzinfo=UTC)

    @given(
        tier=TIERS,
        step=st.integers(1, 7),
        minutes=st.integers(0, 366 * 24 * 60),
        began=st.integers(0, 20),
        name=st.sampled_from(ZONES),
        tried=st.integers(0, 2**24 - 1),
        number=st.integers(1, 120),
    )
    def test_hold_for_every_attempt_of_every_plan_and_none_is_early(
        self, *, tier, step, minutes, began, name, tried, number
    ):
        now, zone = NOW + timedelta(minutes=minutes), ZoneInfo(name)
        begun = now - timedelta(days=began)
        who = lead(id=number, tier=tier, plan_step=step, plan_at=begun, tried=tried)
        at = next_attempt(who, now=now, phoning=phoning(zone, rest=SHABBAT))
        plan = PLAYBOOK.plans[tier]
        if at is None or step >= len(plan):
            assert (at is None) is (step >= len(plan))
            return
        assert may_call(PLAYBOOK.calling, SHABBAT, at=at, zone=zone)
        assert at >= now + (plan[step].after or timedelta(0))
        if plan[step].after is None:
            assert here(at, zone).date() > here(now, zone).date()


class TestTheFirstCallC1:
    def test_is_now_inside_calling_hours(self):
        assert first_call(now=NOW, phoning=phoning()) == NOW

    def test_is_when_they_begin_otherwise(self):
        night = local(2026, 7, 8, 1)
        assert first_call(now=night, phoning=phoning()) == local(2026, 7, 8, 9)

    def test_is_after_rest(self):
        saturday = local(2026, 7, 11, 10)
        assert first_call(now=saturday, phoning=phoning(rest=SHABBAT)) == local(2026, 7, 12, 9)


class TestAToneThatMayPassL53:
    @pytest.mark.parametrize(("tries", "again"), [(1, True), (3, True), (4, False)])
    def test_is_tried_again_three_times(self, tries, again):
        at = retry_unavailable(tries=tries, now=NOW, phoning=phoning())
        assert at == (NOW + timedelta(days=3) if again else None)

    def test_is_tried_in_calling_hours_outside_rest(self):
        night = local(2026, 7, 8, 1)
        at = retry_unavailable(tries=1, now=night, phoning=phoning(rest=SHABBAT))
        assert at == local(2026, 7, 12, 9)
