"""What is ahead of a lead if nobody answers (L1.2, L1.5, L2, L3)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rules.answering import HourRate
from rules.outcomes import decide
from rules.outlook import Call, Evidence, Letter, Outlook, evidence, outlook, rings_at
from rules.plan import Phoning
from rules.rest import Rest
from rules.words import Importance, Kind, Layer, PhoneType, Stage, Step, Tier
from tests.rules.builders import NOW, PLAYBOOK, ZONE, act, after, followup, lead, setting

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHT = datetime(2026, 7, 7, 20, 30, tzinfo=UTC)  # 23:30 in Israel


def ahead(one: Any, *, now: datetime = NOW, sent: Any = None, **more: Any) -> Outlook:
    return outlook(one, replace(setting(now), **more), sent=sent or {})


def calls(found: Outlook) -> list[datetime]:
    return [one.at for one in found.steps if isinstance(one, Call)]


def letters(found: Outlook) -> list[tuple[str, datetime]]:
    return [(one.effect.layer, one.at) for one in found.steps if isinstance(one, Letter)]


class TestThePlanToItsEnd:
    @pytest.mark.parametrize(
        ("tier", "attempts"), [(Tier.A, 8), (Tier.B, 6), (Tier.C, 4), (Tier.D, 3)]
    )
    def test_has_as_many_calls_as_the_tier_gets(self, tier: Tier, attempts: int):
        found = ahead(lead(tier=tier))
        assert [one.number for one in found.steps if isinstance(one, Call)] == list(
            range(1, attempts + 1)
        )
        assert found.after.next_what is Step.MAILING_LIST

    def test_is_what_the_plan_says_call_by_call(self):
        one, at, times = lead(tier=Tier.A), NOW, []
        while one.next_what is Step.CALL:
            at = one.next_at or at
            times.append(at)
            one = after(one, "noanswer", now=at).lead
        assert calls(ahead(lead(tier=Tier.A))) == times

    def test_goes_on_from_where_the_lead_stands(self):
        once = after(lead(tier=Tier.B), "noanswer").lead
        found = ahead(once, now=NOW + timedelta(minutes=1))
        assert [one.number for one in found.steps if isinstance(one, Call)] == [2, 3, 4, 5, 6]
        assert letters(found) == []

    def test_begins_when_calling_hours_do(self):
        first = calls(ahead(lead(next_at=NIGHT - HOUR), now=NIGHT))[0]
        assert first.astimezone(ZONE).hour == 9

    def test_steps_over_rest(self):
        rest = Rest(((NOW - HOUR, NOW + DAY),))
        assert calls(ahead(lead(), rest=rest))[0] == NOW + DAY

    def test_counts_in_the_customers_zone_across_a_change_of_clocks(self):
        start = datetime(2026, 10, 23, 9, 0, tzinfo=UTC)
        found = ahead(lead(tier=Tier.B, next_at=start), now=start)
        hours = [at.astimezone(ZONE).hour for at in calls(found)]
        assert hours == [at.astimezone(ZONE).hour for at in calls(ahead(lead(tier=Tier.B)))]

    def test_of_another_zone_lies_in_its_hours(self):
        zone = ZoneInfo("America/New_York")
        found = ahead(lead(), zone=zone)
        assert all(9 <= at.astimezone(zone).hour < 20 for at in calls(found))


class TestItsMessages:
    def test_of_the_first_call_leave_after_the_time_to_undo(self):
        soon = NOW + PLAYBOOK.undo_time
        assert letters(ahead(lead())) == [(Layer.SMS_FIRST, soon), (Layer.MAIL_FIRST, soon)]

    @pytest.mark.parametrize(
        ("changes", "layers"),
        [
            ({"kind": Kind.COLD}, []),
            ({"phone_type": PhoneType.LANDLINE}, [Layer.MAIL_FIRST]),
            ({"email": ""}, [Layer.SMS_FIRST]),
            ({"opted_out": ("email", "sms")}, []),
            ({"misses": 1}, []),
        ],
    )
    def test_are_those_that_the_method_and_the_person_allow(
        self, changes: dict[str, Any], layers: list[Layer]
    ):
        assert [layer for layer, _ in letters(ahead(lead(**changes)))] == layers

    def test_wait_for_the_morning_after_a_late_call(self):
        agreed = followup(due_at=NIGHT)
        one = lead(next_what=Step.FOLLOW_UP, next_at=NIGHT, importance=Importance.HIGH)
        found = ahead(one, now=NIGHT, followup=agreed)
        assert calls(found)[0] == NIGHT
        assert dict(letters(found))[Layer.SMS_FOLLOWUP].astimezone(ZONE).hour == 8

    def test_after_an_agreed_time_end_in_an_offer(self):
        one = lead(
            next_what=Step.FOLLOW_UP,
            next_at=NOW,
            importance=Importance.HIGH,
            consent=("sms", "email"),
        )
        found = ahead(one, followup=followup())
        assert [layer for layer, _ in letters(found)] == [
            Layer.SMS_FOLLOWUP,
            Layer.MAIL_FIRST,
            Layer.MAIL_OFFER,
        ]
        third = calls(found)[2]
        assert dict(letters(found))[Layer.MAIL_OFFER] == third + PLAYBOOK.undo_time
        assert found.steps[0] == Call(NOW, 1, agreed=True)

    def test_are_held_back_by_what_the_person_had_today(self):
        sent = {"sms": [NOW - HOUR, NOW - 2 * HOUR]}
        found = dict(letters(ahead(lead(), sent=sent)))
        assert found[Layer.SMS_FIRST] == NOW - 2 * HOUR + DAY
        assert found[Layer.MAIL_FIRST] == NOW + PLAYBOOK.undo_time


class TestTheMailingListAfterIt:
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"consent": ("email",)}, ""),
            ({"agreed": ("email",)}, ""),
            ({}, "no_consent"),
            ({"email": ""}, "no_address"),
            ({"email_ok": False}, "bounced"),
            ({"opted_out": ("email",)}, "opted_out"),
        ],
    )
    def test_writes_or_says_why_not(self, changes: dict[str, Any], why: str):
        found = ahead(lead(**changes))
        assert found.no_mail == why
        assert (found.mailing_at is None) is bool(why)

    def test_writes_so_many_days_after_the_last_call(self):
        found = ahead(lead(consent=("email",)))
        last = calls(found)[-1]
        assert found.mailing_at == last + timedelta(days=PLAYBOOK.mailing_days, seconds=30)

    def test_is_all_that_is_ahead_of_a_lost_lead_that_agreed(self):
        lost = after(lead(agreed=("email",)), "lost").lead
        found = ahead(lost)
        assert found.steps == ()
        assert found.mailing_at is not None


class TestALeadThatIsNotCalled:
    @pytest.mark.parametrize(
        "changes",
        [
            {"stage": Stage.WON, "next_what": Step.NONE},
            {"next_what": Step.WAIT_FOR_PHONE},
            {"next_what": Step.ASSIGN},
            {"opted_out": ("calls",)},
        ],
    )
    def test_has_no_call_ahead(self, changes: dict[str, Any]):
        found = ahead(lead(**changes))
        assert found.steps == ()
        assert found.mailing_at is None
        assert rings_at(lead(**changes), now=NOW, phoning=setting().phoning) is None


# Afternoons answer best: 34% of 200.
BY_HOUR = {
    **{hour: HourRate(50, 5) for hour in range(9, 15)},
    **{hour: HourRate(50, 17) for hour in range(15, 18)},
    18: HourRate(50, 5),
}


class TestWhatSpeaksForAnHour:
    def phoning(self, hours: Any) -> Phoning:
        return Phoning(PLAYBOOK, Rest(), ZONE, hours)

    def planned(self, hours: Any, *, misses: int) -> Any:
        """Give a lead after so many misses, its hours chosen by what is known."""
        one, at = lead(tier=Tier.B), NOW
        for _ in range(misses):
            one = after_with(one, hours, at)
            at = one.next_at or at
        return one

    def test_is_told_where_the_hour_was_chosen_by_it(self):
        one = self.planned(BY_HOUR, misses=3)
        assert evidence(one, self.phoning(BY_HOUR)) == Evidence("afternoon", HourRate(150, 51))

    def test_is_not_told_of_a_time_that_the_plan_names(self):
        one = self.planned(BY_HOUR, misses=1)
        assert evidence(one, self.phoning(BY_HOUR)) is None
        in_the_morning = self.planned(BY_HOUR, misses=2)
        assert evidence(in_the_morning, self.phoning(BY_HOUR)) is None

    def test_is_not_told_of_few_calls(self):
        few = {hour: HourRate(5, 2) for hour in range(9, 20)}
        assert evidence(self.planned(few, misses=3), self.phoning(few)) is None
        assert evidence(self.planned({}, misses=3), self.phoning({})) is None

    def test_is_not_told_of_an_hour_taken_for_a_change(self):
        one = self.planned(BY_HOUR, misses=3)
        worse = {hour: HourRate(50, 20) for hour in range(9, 15)} | {16: HourRate(50, 5)}
        assert evidence(one, self.phoning(worse)) is None

    def test_is_not_told_of_a_time_that_the_customer_asked_for(self):
        one = self.planned(BY_HOUR, misses=3)
        assert evidence(replace(one, last_outcome="notnow"), self.phoning(BY_HOUR)) is None

    def test_is_not_told_where_no_call_is_planned(self):
        done = lead(tier=Tier.B, plan_step=6, next_what=Step.MAILING_LIST)
        assert evidence(done, self.phoning(BY_HOUR)) is None


def after_with(one: Any, hours: Any, at: datetime) -> Any:
    return decide(one, act("noanswer"), replace(setting(at), hours=hours)).lead
