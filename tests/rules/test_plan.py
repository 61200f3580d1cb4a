"""When a lead is called (L1.5, L5.3)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.hours import inside
from rules.plan import first_call, next_attempt, retry_unavailable
from rules.words import Step
from tests.rules.builders import NOW, PLAYBOOK, ZONE, after, lead

EVENING = datetime(2026, 7, 7, 16, 45, tzinfo=UTC)  # 19:45 in Israel
MORNING = datetime(2026, 7, 8, 6, 0, tzinfo=UTC)
ZONES = ["Asia/Jerusalem", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]


def plan(attempts, now=NOW, zone=ZONE, playbook=PLAYBOOK):
    return next_attempt(step=attempts, now=now, playbook=playbook, zone=zone)


class TestTheCallPlanL15:
    @pytest.mark.parametrize(
        ("attempts", "wait"), list(enumerate(PLAYBOOK.spacing, start=1)), ids=str
    )
    def test_waits_as_the_playbook_says_after_each_attempt(self, attempts, wait):
        assert plan(attempts) == NOW + wait

    @pytest.mark.parametrize("attempts", [0, 8, 9, 100])
    def test_has_no_more_when_it_is_exhausted(self, attempts):
        assert plan(attempts) is None

    def test_is_eight_attempts_of_which_the_last_sends_the_lead_to_the_mailing_list_l3_3(self):
        now, current, calls = NOW, lead(), 0
        while current.next_what is Step.CALL:
            current = after(current, "noanswer", now=now).lead
            now, calls = current.next_at or now, calls + 1
        assert (calls, current.next_what) == (8, Step.MAILING_LIST)

    def test_moves_to_the_next_morning_from_the_evening(self):
        assert plan(1, now=EVENING) == MORNING

    def test_goes_by_the_customers_own_hours(self):
        assert plan(1, zone=ZoneInfo("America/New_York")) == datetime(2026, 7, 7, 13, tzinfo=UTC)

    def test_can_be_changed_by_the_manager_l1_2(self):
        short = replace(PLAYBOOK, spacing=(timedelta(hours=1),))
        assert plan(1, playbook=short) == NOW + timedelta(hours=1)
        assert plan(2, playbook=short) is None

    @given(
        step=st.integers(1, 7),
        minutes=st.integers(0, 366 * 24 * 60),
        name=st.sampled_from(ZONES),
    )
    def test_is_always_inside_calling_hours_and_never_early(self, step, minutes, name):
        now, zone = NOW + timedelta(minutes=minutes), ZoneInfo(name)
        at = plan(step, now=now, zone=zone)
        assert at is not None
        assert inside(PLAYBOOK.calling, at=at, zone=zone)
        assert at >= now + PLAYBOOK.spacing[step - 1]


class TestTheFirstCallC1:
    def test_is_now_inside_calling_hours(self):
        assert first_call(now=NOW, playbook=PLAYBOOK, zone=ZONE) == NOW

    def test_is_when_they_begin_otherwise(self):
        night = datetime(2026, 7, 7, 22, 0, tzinfo=UTC)
        assert first_call(now=night, playbook=PLAYBOOK, zone=ZONE) == MORNING


class TestAToneThatMayPassL53:
    @pytest.mark.parametrize(("tries", "again"), [(1, True), (3, True), (4, False)])
    def test_is_tried_again_three_times(self, tries, again):
        at = retry_unavailable(tries=tries, now=NOW, playbook=PLAYBOOK, zone=ZONE)
        assert at == (NOW + timedelta(days=3) if again else None)

    def test_is_tried_in_calling_hours(self):
        night = datetime(2026, 7, 7, 22, 0, tzinfo=UTC)
        at = retry_unavailable(tries=1, now=night, playbook=PLAYBOOK, zone=ZONE)
        assert at == MORNING + timedelta(days=3)
