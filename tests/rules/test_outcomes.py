"""What each outcome does to a lead: the contract's table of outcomes."""

from dataclasses import fields
from datetime import timedelta

import pytest

from rules.effects import RefreshCard
from rules.lead import STATE, Lead
from rules.money import Money
from rules.outcomes import decide, is_double
from rules.refusals import Refused
from rules.words import LIVING, Importance, Outcome, Stage, Step, Tier
from tests.rules.builders import (
    NOW,
    PLAYBOOK,
    SALE,
    TOMORROW,
    act,
    after,
    followup,
    layers,
    lead,
    setting,
    won,
)

MISSED = ["noanswer", "busy", "voicemail"]
ANSWERED = ["notnow", "followup", "sold", "lost"]
MONTH = timedelta(days=30)
AGREED = followup(due_at=TOMORROW)
PROMISED = lead(
    next_what=Step.FOLLOW_UP, next_at=TOMORROW, importance=Importance.HIGH, reached_at=NOW
)


class TestEveryOutcome:
    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_is_an_attempt(self, outcome):
        decision = after(lead(attempts=2), outcome)
        assert decision.lead.attempts == 3
        assert (decision.attempt.outcome, decision.attempt.by) == (outcome, "UDANA")
        assert decision.attempt.at == NOW

    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_refreshes_the_card_last(self, outcome):
        assert after(lead(), outcome).effects[-1] == RefreshCard(7)

    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_stops_the_clock_of_the_first_call_once_c1(self, outcome):
        first = after(lead(), outcome, now=NOW).lead
        assert first.first_call_at == NOW
        called = lead(first_call_at=NOW)
        assert after(called, outcome, now=TOMORROW).lead.first_call_at == NOW

    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_counts_as_answered_when_a_person_spoke_l6_1(self, outcome):
        decision = after(lead(reached_at=None), outcome)
        assert decision.attempt.answered is (outcome in ANSWERED)
        assert decision.lead.reached_at == (NOW if outcome in ANSWERED else None)

    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_changes_only_what_an_undo_puts_back(self, outcome):
        before = lead()
        after_it = after(before, outcome).lead
        changed = {
            one.name
            for one in fields(Lead)
            if getattr(before, one.name) != getattr(after_it, one.name)
        }
        assert changed
        assert changed <= set(STATE)

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ({"note": "asked for blue"}, "asked for blue"),
            ({"reason": "too dear"}, "too dear"),
            ({"note": "n", "reason": "r"}, "n"),
        ],
    )
    def test_keeps_what_was_said_c4(self, given, kept):
        assert after(lead(), "lost", **given).attempt.note == kept

    def test_keeps_the_talk_time_l6_6(self):
        assert after(lead(), "lost", talk_seconds=240).attempt.talk_seconds == 240


class TestAMissedCallL15:
    @pytest.mark.parametrize("outcome", MISSED)
    def test_is_tried_again_by_the_plan(self, outcome):
        later = after(lead(), outcome).lead
        assert (later.next_what, later.next_at) == (Step.CALL, NOW + timedelta(minutes=30))
        assert (later.misses, later.plan_step, later.plan_at) == (1, 1, NOW)

    def test_counts_the_days_of_the_plan_from_its_first_attempt(self):
        began = NOW - MONTH
        assert after(lead(plan_step=1, plan_at=began), "noanswer").lead.plan_at == began

    @pytest.mark.parametrize("outcome", [*MISSED, "notnow"])
    @pytest.mark.parametrize("tier", list(Tier))
    def test_is_followed_by_the_mailing_list_when_the_plan_is_exhausted_l3_3(self, tier, outcome):
        last = len(PLAYBOOK.plans[tier]) - 1
        almost = lead(tier=tier, plan_step=last - 1, plan_at=NOW)
        assert after(almost, outcome).lead.next_what is Step.CALL
        later = after(lead(tier=tier, plan_step=last, plan_at=NOW), outcome).lead
        assert (later.next_what, later.next_at) == (Step.MAILING_LIST, NOW + MONTH)
        assert later.living
        assert not later.working

    def test_remembers_the_local_hour_it_was_tried_in(self):
        later = after(lead(tried=1 << 9), "noanswer").lead
        assert later.tried == 1 << 9 | 1 << 12
        assert after(lead(), "noanswer").attempt.local_hour == 12

    def test_frees_the_lead_from_whoever_was_handed_it_l1_4(self):
        handed = lead(held_by="UDANA", held_until=TOMORROW)
        later = after(handed, "noanswer").lead
        assert (later.held_by, later.held_until) == ("", None)

    def test_leaves_the_stage_alone(self):
        assert after(lead(stage=Stage.SQO), "noanswer").lead.stage is Stage.SQO


class TestNotNowL45:
    def test_calls_at_the_time_asked(self):
        later = after(lead(), "notnow", when=TOMORROW).lead
        assert (later.next_what, later.next_at) == (Step.CALL, TOMORROW)

    def test_calls_by_the_plan_when_no_time_was_asked(self):
        assert after(lead(), "notnow").lead.next_at == NOW + timedelta(minutes=30)

    def test_calls_at_the_time_asked_even_when_the_plan_is_exhausted(self):
        later = after(lead(plan_step=20), "notnow", when=TOMORROW).lead
        assert (later.next_what, later.next_at) == (Step.CALL, TOMORROW)

    @pytest.mark.parametrize("outcome", ["notnow", "followup"])
    @pytest.mark.parametrize("ago", [0, 1])
    def test_can_ask_for_no_time_that_has_passed(self, outcome, ago):
        with pytest.raises(Refused, match=r"when\.past"):
            after(lead(), outcome, when=NOW - timedelta(seconds=ago))

    def test_is_no_meeting(self):
        assert after(lead(), "notnow").lead.meetings == 0


class TestAFollowUpL4:
    def test_is_the_next_step_at_its_time(self):
        called = lead(plan_step=3, plan_at=NOW)
        later = after(called, "followup", when=TOMORROW).lead
        assert (later.next_what, later.next_at) == (Step.FOLLOW_UP, TOMORROW)
        assert (later.plan_step, later.plan_at) == (0, None)

    @pytest.mark.parametrize(
        ("importance", "nag_at"), [(Importance.HIGH, TOMORROW), (Importance.LOW, None)]
    )
    def test_is_nagged_when_it_is_high_only_l4_3_l4_4(self, importance, nag_at):
        agreed = after(lead(), "followup", when=TOMORROW, importance=importance).followup
        assert agreed is not None
        assert (agreed.importance, agreed.due_at, agreed.nag_at) == (importance, TOMORROW, nag_at)
        assert (agreed.nags, agreed.state, agreed.agreed_at) == (0, "open", NOW)

    def test_is_nagged_first_when_the_playbook_says_l4_3(self):
        agreed = decide(lead(), act("followup", when=TOMORROW), setting(nag_rep=(5, 10))).followup
        assert agreed is not None
        assert agreed.nag_at == TOMORROW + timedelta(minutes=5)

    @pytest.mark.parametrize(("owner", "reminded"), [("UDANA", "UDANA"), ("", "UBOSS")])
    def test_is_its_owners_even_when_a_manager_logs_it(self, owner, reminded):
        decision = decide(lead(owner=owner), act("followup"), setting(actor="UBOSS"))
        assert decision.followup is not None
        assert decision.followup.rep == reminded

    @pytest.mark.parametrize("missing", ["when", "importance"])
    def test_needs_its_time_and_its_importance(self, missing):
        with pytest.raises(Refused, match=r"followup\.needs_when"):
            decide(lead(), act("followup", **{missing: None}), setting())

    @pytest.mark.parametrize("outcome", [one for one in Outcome if one != "followup"])
    def test_comes_of_no_other_outcome(self, outcome):
        assert after(lead(), outcome).followup is None


class TestACallBeforeTheAgreedTimeL41:
    @pytest.mark.parametrize("outcome", [*MISSED, "notnow", "unavailable"])
    def test_in_vain_leaves_the_agreement_as_it_was(self, outcome):
        decision = after(PROMISED, outcome, agreed=AGREED)
        assert decision.ends_followup is False
        kept = ("next_what", "next_at", "importance", "plan_step", "plan_at")
        assert all(getattr(decision.lead, one) == getattr(PROMISED, one) for one in kept)
        assert (decision.lead.attempts, decision.lead.missed_followup) == (1, 0)

    @pytest.mark.parametrize("outcome", ["followup", "sold", "lost", "invalid"])
    def test_that_settles_something_ends_the_agreement(self, outcome):
        assert after(PROMISED, outcome, agreed=AGREED).ends_followup is True

    def test_ends_it_when_another_time_was_asked_for(self):
        sooner = NOW + timedelta(hours=1)
        decision = after(PROMISED, "notnow", agreed=AGREED, when=sooner)
        assert decision.ends_followup is True
        assert (decision.lead.next_what, decision.lead.next_at) == (Step.CALL, sooner)

    def test_tells_whoever_could_not_talk_of_the_time_agreed(self):
        [sms, mail, _] = after(PROMISED, "notnow", agreed=AGREED).effects
        assert sms.payload["agreed"] == mail.payload["agreed"] == TOMORROW.isoformat()


class TestAMissedFollowUpL22:
    @pytest.mark.parametrize("outcome", MISSED)
    def test_starts_the_plan_again(self, outcome):
        decision = after(PROMISED, outcome, now=TOMORROW, agreed=AGREED)
        later = decision.lead
        assert decision.ends_followup is True
        assert (later.plan_step, later.plan_at, later.importance) == (1, TOMORROW, "")
        assert (later.next_what, later.next_at) == (Step.CALL, TOMORROW + timedelta(minutes=30))
        assert (later.missed_followup, later.followup_misses) == (AGREED.id, 1)

    def test_counts_the_calls_in_vain_since(self):
        missed = lead(missed_followup=3, followup_misses=1, misses=1, plan_step=1)
        later = after(missed, "noanswer").lead
        assert (later.missed_followup, later.followup_misses) == (3, 2)

    @pytest.mark.parametrize("outcome", ANSWERED)
    def test_is_forgotten_once_a_person_spoke(self, outcome):
        missed = lead(missed_followup=3, followup_misses=2)
        later = after(missed, outcome).lead
        assert (later.missed_followup, later.followup_misses) == (0, 0)


class TestWhoRefusedCalls:
    REFUSED = lead(opted_out=("calls",), next_what=Step.MAILING_LIST)

    @pytest.mark.parametrize("outcome", [*MISSED, "notnow", "unavailable", "invalid"])
    def test_stays_on_the_mailing_list(self, outcome):
        decision = after(self.REFUSED, outcome)
        assert (decision.lead.next_what, decision.lead.next_at) == (Step.MAILING_LIST, NOW + MONTH)
        assert "ask_phone" not in layers(decision)

    def test_is_called_at_a_time_they_agreed_to_all_the_same(self):
        assert after(self.REFUSED, "followup").lead.next_what is Step.FOLLOW_UP


class TestMeetingsL41:
    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_are_answered_conversations(self, outcome):
        meetings = after(lead(meetings=1), outcome).lead.meetings
        assert meetings == (2 if outcome in {"followup", "sold", "lost"} else 1)


class TestTheEndOfALead:
    @pytest.mark.parametrize("stage", sorted(LIVING))
    @pytest.mark.parametrize(("outcome", "end"), [("sold", Stage.WON), ("lost", Stage.LOST)])
    def test_comes_from_any_living_stage(self, stage, outcome, end):
        later = after(lead(stage=stage), outcome).lead
        assert (later.stage, later.closed_at) == (end, NOW)
        assert (later.next_what, later.next_at) == (Step.NONE, None)

    @pytest.mark.parametrize(
        ("changes", "said"),
        [({}, ("email",)), ({"agreed": ("email",)}, ()), ({"consent": ("email",)}, ())],
        ids=["agreed_now", "agreed_before", "came_with_consent"],
    )
    def test_keeps_on_the_mailing_list_whoever_agreed_to_it_l3_3(self, changes, said):
        later = after(lead(**changes), "lost", agreed_to=said).lead
        assert (later.stage, later.closed_at) == (Stage.LOST, NOW)
        assert (later.next_what, later.next_at) == (Step.MAILING_LIST, NOW + MONTH)
        assert not later.working

    @pytest.mark.parametrize("silent", [{"opted_out": ("email",)}, {"email": ""}], ids=str)
    def test_leaves_the_list_to_those_whom_mail_may_reach(self, silent):
        later = after(lead(agreed=("email",), **silent), "lost").lead
        assert (later.next_what, later.next_at) == (Step.NONE, None)

    def test_on_the_list_takes_no_further_outcome_s3(self):
        listed = lead(stage=Stage.LOST, next_what=Step.MAILING_LIST, next_at=NOW)
        with pytest.raises(Refused, match=r"lead\.closed"):
            after(listed, "noanswer")

    @pytest.mark.parametrize("stage", [Stage.WON, Stage.LOST, Stage.DISQUALIFIED])
    @pytest.mark.parametrize("outcome", [one for one in Outcome if one != "sold"])
    def test_takes_no_further_outcome_s3(self, stage, outcome):
        with pytest.raises(Refused) as refused:
            after(lead(stage=stage), outcome)
        assert refused.value.key == "lead.closed"
        assert refused.value.params == {"lead_id": 7, "name": "Noa Levi", "stage": stage}

    @pytest.mark.parametrize("stage", [Stage.LOST, Stage.DISQUALIFIED])
    def test_is_not_undone_by_a_sale(self, stage):
        with pytest.raises(Refused, match=r"lead\.closed"):
            after(lead(stage=stage), "sold")


class TestASale:
    def test_gives_its_amount_to_the_sale_and_to_the_attempt(self):
        decision = after(lead(), "sold")
        assert decision.attempt.amount == SALE

    def test_needs_an_amount(self):
        with pytest.raises(Refused, match=r"sold\.needs_amount"):
            after(lead(), "sold", amount=None)

    def test_repeats_on_a_won_lead_and_keeps_its_close_l6_5(self):
        decision = after(won(), "sold", now=TOMORROW)
        assert decision.attempt.amount == SALE
        assert (decision.lead.stage, decision.lead.closed_at) == (Stage.WON, NOW)

    def test_is_refunded_on_a_won_lead_only(self):
        back = Money(-100, "ILS")
        assert after(won(), "sold", amount=back).attempt.amount == back
        with pytest.raises(Refused, match=r"sold\.refund_unsold"):
            after(lead(), "sold", amount=back)

    @pytest.mark.parametrize("outcome", [one for one in Outcome if one != "sold"])
    def test_comes_of_no_other_outcome(self, outcome):
        assert after(lead(), outcome).attempt.amount is None


class TestAWrongNumberL51:
    def test_waits_for_a_phone_and_asks_for_it_by_mail(self):
        decision = after(lead(), "invalid")
        assert layers(decision) == ["ask_phone"]
        assert decision.lead.next_what is Step.WAIT_FOR_PHONE
        assert decision.lead.next_at is None
        assert decision.lead.phone_valid is False

    def test_keeps_the_original_l5_2(self):
        later = after(lead(), "invalid").lead
        assert (later.phone_raw, later.phone_e164) == ("052-2345678", "+972522345678")

    @pytest.mark.parametrize(
        "silent", [{"email": ""}, {"opted_out": ("email",)}, {"consent": ("sms",)}], ids=str
    )
    def test_asks_nobody_whom_mail_may_not_reach(self, silent):
        assert layers(after(lead(**silent), "invalid")) == []


class TestAToneThatMayPassL53:
    @pytest.mark.parametrize("before", [0, 1, 2])
    def test_is_tried_again_after_three_days_three_times(self, before):
        decision = after(lead(unavailables=before), "unavailable")
        assert decision.lead.next_what is Step.RETRY_UNAVAILABLE
        assert decision.lead.next_at == NOW + timedelta(days=3)
        assert decision.lead.unavailables == before + 1
        assert layers(decision) == []

    def test_asks_for_a_number_by_mail_when_it_has_not_passed_l5_1(self):
        decision = after(lead(unavailables=3), "unavailable")
        assert (decision.lead.next_what, decision.lead.next_at) == (Step.WAIT_FOR_PHONE, None)
        assert layers(decision) == ["ask_phone"]

    def test_counts_as_no_miss(self):
        assert after(lead(), "unavailable").lead.misses == 0


class TestADouble:
    LOGGED = lead(last_outcome="noanswer", last_by="UDANA", last_at=NOW)

    @pytest.mark.parametrize("seconds", [-9.9, 0, 9.9])
    def test_is_the_same_outcome_within_ten_seconds(self, seconds):
        now = NOW + timedelta(seconds=seconds)
        assert is_double(self.LOGGED, act("noanswer"), now=now)

    @pytest.mark.parametrize(("outcome", "seconds"), [("noanswer", 10), ("busy", 1)])
    def test_is_nothing_else(self, outcome, seconds):
        now = NOW + timedelta(seconds=seconds)
        assert not is_double(self.LOGGED, act(outcome), now=now)

    def test_is_not_a_first_call(self):
        assert not is_double(lead(last_at=None), act("noanswer"), now=NOW)

    @pytest.mark.parametrize("outcome", list(Outcome))
    def test_is_known_by_what_an_outcome_leaves(self, outcome):
        later = after(lead(), outcome).lead
        assert is_double(later, act(outcome), now=NOW)

    @pytest.mark.parametrize("outcome", ["notnow", "followup"])
    @pytest.mark.parametrize(("seconds", "same"), [(0, True), (1, True), (9, True), (10, False)])
    def test_of_a_time_from_now_on_is_a_little_later(self, outcome, seconds, same):
        later = after(lead(), outcome, when=TOMORROW).lead
        again = act(outcome, when=TOMORROW + timedelta(seconds=seconds))
        assert is_double(later, again, now=NOW + timedelta(seconds=1)) is same

    def test_is_not_another_importance(self):
        later = after(lead(), "followup", importance=Importance.HIGH).lead
        assert not is_double(later, act("followup", importance=Importance.LOW), now=NOW)
