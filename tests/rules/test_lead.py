"""What a lead says of itself, and who may work it."""

import pytest

from rules.lead import STATE
from rules.permissions import Act, may
from rules.phones import Phone
from rules.words import LIVING, PhoneType, Queue, Role, Stage, Step
from tests.rules.builders import NOW, TOMORROW, lead, rep


class TestALead:
    @pytest.mark.parametrize("stage", list(Stage))
    def test_lives_until_it_is_won_lost_or_disqualified(self, stage):
        ended = {Stage.WON, Stage.LOST, Stage.DISQUALIFIED}
        assert lead(stage=stage).living is (stage not in ended)

    @pytest.mark.parametrize("step", list(Step))
    def test_is_being_worked_unless_it_is_on_the_mailing_list_or_has_no_next_step(self, step):
        worked = step not in {Step.MAILING_LIST, Step.NONE}
        assert lead(next_what=step).working is worked

    @pytest.mark.parametrize("stage", sorted(set(Stage) - LIVING))
    def test_is_not_being_worked_when_it_ended_s3(self, stage):
        assert not lead(stage=stage, next_what=Step.CALL).working

    def test_is_not_being_worked_when_it_refused_calls(self):
        assert not lead(opted_out=("calls",)).working
        assert lead(opted_out=("sms", "email")).working

    @pytest.mark.parametrize(
        ("changes", "queue"),
        [
            ({}, Queue.FRESH),
            ({"plan_step": 1}, Queue.PLANNED),
            ({"next_what": Step.RETRY_UNAVAILABLE, "plan_step": 1}, Queue.PLANNED),
            ({"next_what": Step.FOLLOW_UP, "importance": "high"}, Queue.HIGH_FOLLOWUP),
            ({"next_what": Step.FOLLOW_UP, "importance": "low"}, Queue.LOW_FOLLOWUP),
            ({"next_what": Step.FOLLOW_UP, "importance": "low", "plan_step": 2}, "low_followup"),
        ],
        ids=str,
    )
    def test_says_why_it_is_called_l1_4(self, changes, queue):
        assert lead(**changes).queue == queue

    def test_gives_its_phone_as_it_was_given_and_read(self):
        assert lead().phone == Phone("052-2345678", "+972522345678", PhoneType.MOBILE, valid=True)

    def test_has_every_field_that_an_undo_puts_back(self):
        assert len(STATE) == len(set(STATE))
        assert all(hasattr(lead(), name) for name in STATE)


class TestWorkingALeadC5:
    @pytest.mark.parametrize(
        ("who", "role", "owner", "allowed"),
        [
            ("UDANA", Role.REP, "UDANA", True),
            ("UYOSSI", Role.REP, "UDANA", False),
            ("UDANA", Role.REP, "", False),
            ("", Role.REP, "", False),
            ("UBOSS", Role.MANAGER, "UDANA", True),
            ("UBOSS", Role.MANAGER, "", True),
            ("UROOT", Role.ADMIN, "UDANA", True),
        ],
    )
    def test_is_for_its_owner_and_for_managers(self, who, role, owner, allowed):
        assert may(rep(who, role=role), Act.LOG, lead(owner=owner)) is allowed


class TestALeadThatReturned:
    @pytest.mark.parametrize(
        ("changes", "returned"),
        [
            ({}, True),
            ({"last_at": None}, False),
            ({"fresh_at": None}, False),
            ({"fresh_at": NOW}, False),
            ({"plan_step": 1}, False),
            ({"next_what": Step.FOLLOW_UP}, False),
        ],
    )
    def test_came_after_its_last_call_and_was_not_called_since(self, changes, returned):
        came = {"fresh_at": TOMORROW, "last_at": NOW, "plan_step": 0, "next_what": Step.CALL}
        assert lead(**(came | changes)).returned is returned
