"""What holds for a lead whatever happens to it: any outcomes, in any order."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from rules.hours import inside
from rules.lead import Lead
from rules.outcomes import Decision, decide
from rules.sending import SendEmail, SendSms
from rules.words import ANSWERED, Importance, Kind, Layer, Outcome, PhoneType, Stage, Step, Tier
from tests.rules.builders import NOW, PLAYBOOK, SALE, ZONE, act, lead, setting

MINUTE = timedelta(minutes=1)
GAPS = st.integers(0, 20 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
CALLS = st.tuples(
    st.sampled_from(list(Outcome)),
    GAPS,
    st.none() | GAPS,
    st.sampled_from(list(Importance)),
)
OPEN_CALLS = CALLS.filter(lambda call: call[0] not in {"sold", "lost"})
LEADS = st.builds(
    lead,
    kind=st.sampled_from(list(Kind)),
    tier=st.sampled_from(list(Tier)),
    phone_type=st.sampled_from(list(PhoneType)),
    phone_valid=st.booleans(),
    email=st.sampled_from(["", "noa@example.com"]),
    consent=st.none() | st.sets(st.sampled_from(["sms", "email", "calls"])).map(tuple),
    agreed=st.sets(st.sampled_from(["sms", "email"])).map(tuple),
    opted_out=st.sets(st.sampled_from(["sms", "email", "calls"])).map(tuple),
)


def live(start: Lead, calls) -> list[Decision]:
    """Carry outcomes out until the lead ends, the way a team would."""
    found: list[Decision] = []
    now, current, agreed = NOW, start, None
    for outcome, gap, ahead, importance in calls:
        if not current.living:
            break
        now += gap
        given_ = {
            "when": now + ahead + MINUTE if ahead is not None else None,
            "importance": importance,
            "amount": SALE,
        }
        if outcome == "followup" and ahead is None:
            given_["when"] = now + MINUTE
        decision = decide(current, act(outcome, **given_), replace(setting(now), followup=agreed))
        agreed = None if decision.ends_followup else agreed
        if decision.followup:
            agreed = replace(decision.followup, id=len(found) + 1)
        found.append(decision)
        current = decision.lead
    return found


class TestWhateverHappens:
    @given(start=LEADS, calls=st.lists(CALLS, max_size=25))
    def test_no_message_is_sent_twice_but_the_one_that_asks_for_a_phone_l2_1_l3_1(
        self, start, calls
    ):
        sent = Counter(
            one.once_key
            for decision in live(start, calls)
            for one in decision.effects
            if isinstance(one, SendSms | SendEmail) and one.layer != "ask_phone"
        )
        assert set(sent.values()) <= {1}

    @given(start=LEADS, calls=st.lists(CALLS, max_size=25))
    def test_no_first_sms_goes_to_the_cold_and_none_to_a_landline_k1_l2_4(self, start, calls):
        texted = {
            one.layer
            for decision in live(start, calls)
            for one in decision.effects
            if isinstance(one, SendSms)
        }
        assert not (start.kind is Kind.COLD and Layer.SMS_FIRST in texted)
        assert not (start.phone_type is PhoneType.LANDLINE and texted)

    @given(start=LEADS, calls=st.lists(CALLS, max_size=25))
    def test_nothing_reaches_a_channel_that_was_closed(self, start, calls):
        used = {
            "sms" if isinstance(one, SendSms) else "email"
            for decision in live(start, calls)
            for one in decision.effects
            if isinstance(one, SendSms | SendEmail)
        }
        assert used.isdisjoint(start.opted_out)

    @given(start=LEADS, calls=st.lists(OPEN_CALLS, min_size=1, max_size=25))
    def test_a_living_lead_is_never_without_a_next_step_l4_1(self, start, calls):
        for decision in live(start, calls):
            now = decision.lead
            assert now.living
            assert now.next_what is not Step.NONE
            assert (now.next_at is None) is (now.next_what is Step.WAIT_FOR_PHONE)

    @given(start=LEADS, calls=st.lists(CALLS, max_size=25))
    def test_a_lead_that_ended_is_called_no_more_l3_3(self, start, calls):
        for decision in live(start, calls):
            now = decision.lead
            ended = now.stage in {Stage.WON, Stage.LOST}
            assert ended is (now.closed_at is not None)
            listed = now.stage is Stage.LOST and now.next_what is Step.MAILING_LIST
            assert (ended and not listed) is (now.next_what is Step.NONE)
            assert (now.next_what is Step.NONE) <= (now.next_at is None)

    @given(start=LEADS, calls=st.lists(CALLS, max_size=25))
    def test_every_call_is_counted_once(self, start, calls):
        for count, decision in enumerate(live(start, calls), start=1):
            now = decision.lead
            assert now.attempts == count
            assert now.meetings + now.misses + now.unavailables <= count
            assert decision.attempt.answered is (decision.attempt.outcome in ANSWERED)

    @given(start=LEADS, calls=st.lists(CALLS, max_size=25))
    def test_no_call_is_planned_outside_calling_hours_unless_it_was_asked_for_l1_5(
        self, start, calls
    ):
        for decision, (outcome, _, ahead, _) in zip(live(start, calls), calls, strict=False):
            asked = outcome == "notnow" and ahead is not None
            at, what = decision.lead.next_at, decision.lead.next_what
            assert at is None or at >= decision.attempt.at
            if at and what in {Step.CALL, Step.RETRY_UNAVAILABLE} and not asked:
                assert inside(PLAYBOOK.calling, at=at, zone=ZONE)
