"""Layers 2 and 3: which messages an outcome sends, whether one is still wanted, when it leaves."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.acts import LogOutcome
from rules.effects import EFFECTS
from rules.messages import (
    Writing,
    first_messages,
    followup_messages,
    held_until,
    leaves_at,
    unwanted,
    wants_sms,
)
from rules.playbook import LowAnswer
from rules.rest import Rest, may_send, merged
from rules.sending import SendEmail, SendSms
from rules.words import Kind, Layer, Outcome, PhoneType, Stage, Step, Tier
from tests.rules.builders import (
    NOW,
    PLAYBOOK,
    WRITING,
    ZONE,
    after,
    followup,
    layers,
    lead,
)

BOTH = ["sms_first", "mail_first"]
FIRST_MISS = ["noanswer", "busy", "voicemail", "notnow"]
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
AGREED = followup(due_at=NOW)
PROMISED = lead(next_what=Step.FOLLOW_UP, next_at=NOW, importance="high", misses=1)
WAITING = lead(next_what=Step.WAIT_FOR_PHONE)
WROTE = replace(WAITING, replied_at=NOW)
LISTED = lead(next_what=Step.MAILING_LIST, agreed=("email",))
MISSED = lead(missed_followup=3, followup_misses=1, agreed=("email",))
AUGUST = NOW.replace(month=8)


def sms(layer=Layer.SMS_FIRST, about=""):
    return SendSms(7, layer, about=about)


def mail(layer=Layer.MAIL_FIRST, about=""):
    return SendEmail(7, layer, about=about)


def why(now, effect):
    return unwanted(now, effect, asked_at=NOW, writing=WRITING)


class TestTheFirstNoAnswerL21L31:
    @pytest.mark.parametrize("outcome", FIRST_MISS)
    @pytest.mark.parametrize("kind", [Kind.WARM, Kind.INCOMING, Kind.REFERRAL])
    def test_sends_one_sms_and_one_mail(self, outcome, kind):
        assert layers(after(lead(kind=kind), outcome)) == BOTH

    @pytest.mark.parametrize("outcome", FIRST_MISS)
    def test_sends_nothing_to_a_cold_lead_without_consent_k1(self, outcome):
        assert layers(after(lead(kind=Kind.COLD), outcome)) == []

    def test_sends_mail_but_never_sms_to_a_cold_lead_with_consent_k1(self):
        agreed = lead(kind=Kind.COLD, consent=("sms", "email", "calls"))
        assert layers(after(agreed, "noanswer")) == ["mail_first"]

    @pytest.mark.parametrize("first", FIRST_MISS)
    @pytest.mark.parametrize("second", FIRST_MISS)
    def test_is_only_the_first_of_all_kinds_of_miss(self, first, second):
        once = after(lead(), first).lead
        assert layers(after(once, second)) == []

    @pytest.mark.parametrize("quiet", ["unavailable", "invalid", "followup"])
    def test_is_still_to_come_after_an_outcome_that_is_no_miss(self, quiet):
        before = after(lead(), quiet).lead
        mended = lead(misses=before.misses, attempts=before.attempts)
        assert layers(after(mended, "noanswer")) == BOTH

    @pytest.mark.parametrize("outcome", ["followup", "sold", "lost", "unavailable"])
    def test_is_none_of_the_other_outcomes(self, outcome):
        assert layers(after(lead(), outcome)) == []

    def test_has_effects_that_are_made_once_for_ever(self):
        first = first_messages(lead(), LogOutcome(7, Outcome.BUSY), WRITING)
        text, letter = first
        assert first == (
            SendSms(7, Layer.SMS_FIRST, "busy"),
            SendEmail(7, Layer.MAIL_FIRST, "busy"),
        )
        assert (text.once_key, letter.once_key) == ("sms:sms_first:7", "email:mail_first:7")

    def test_counts_before_an_agreed_time_too(self):
        early = replace(PROMISED, misses=0, next_at=NOW + DAY)
        decision = after(early, "noanswer", agreed=followup(due_at=NOW + DAY))
        assert layers(decision) == BOTH


class TestAMissedFollowUpL22:
    @pytest.mark.parametrize("outcome", ["noanswer", "busy", "voicemail"])
    def test_sends_one_sms_that_speaks_of_it(self, outcome):
        [text, _] = after(PROMISED, outcome, agreed=AGREED).effects
        assert text == SendSms(7, Layer.SMS_FOLLOWUP, agreed=NOW.isoformat(), about="3")
        assert text.once_key == "sms:sms_followup:7:3"

    def test_sends_no_second_one_for_the_next_misses(self):
        current = after(PROMISED, "noanswer", agreed=AGREED).lead
        for _ in range(6):
            decision = after(current, "noanswer")
            assert Layer.SMS_FOLLOWUP not in layers(decision)
            current = decision.lead

    def test_sends_another_for_another_follow_up(self):
        again = after(PROMISED, "noanswer", agreed=replace(AGREED, id=4))
        assert again.effects[0].once_key == "sms:sms_followup:7:4"

    def test_takes_the_place_of_the_first_sms_and_brings_the_first_mail_along_l3_1(self):
        never_missed = replace(PROMISED, misses=0)
        decision = after(never_missed, "noanswer", agreed=AGREED)
        assert layers(decision) == ["sms_followup", "mail_first"]
        assert layers(after(decision.lead, "noanswer")) == []

    def test_sends_nothing_when_the_call_came_before_the_time(self):
        later = followup(due_at=NOW + 16 * MINUTE)
        assert layers(after(PROMISED, "noanswer", agreed=later)) == []

    @pytest.mark.parametrize("outcome", ["notnow", "unavailable", "invalid", "sold", "lost"])
    def test_is_no_other_outcome(self, outcome):
        sent = layers(after(PROMISED, outcome, agreed=AGREED))
        assert not {Layer.SMS_FOLLOWUP, Layer.MAIL_OFFER} & set(sent)


class TestTheOfferL32:
    def missed(self, times, **changes):
        """Give the messages of each of so many calls missed, the first of them the follow-up."""
        decision = after(replace(PROMISED, tier=Tier.A, **changes), "noanswer", agreed=AGREED)
        sent = [layers(decision)]
        for _ in range(times - 1):
            decision = after(decision.lead, "noanswer")
            sent.append(layers(decision))
        return sent

    def test_goes_at_the_third_miss_past_the_follow_up_exactly(self):
        sent = self.missed(7, agreed=("email",))
        assert sent == [["sms_followup"], [], ["mail_offer"], [], [], [], []]

    def test_needs_consent_to_marketing(self):
        assert self.missed(4) == [["sms_followup"], [], [], []]

    def test_is_one_for_each_follow_up(self):
        third = lead(missed_followup=3, followup_misses=2, misses=3, agreed=("email",))
        [offer, _] = after(third, "noanswer").effects
        assert offer == SendEmail(7, Layer.MAIL_OFFER, about="3")
        assert offer.once_key == "email:mail_offer:7:3"

    def test_goes_at_the_follow_up_itself_when_the_playbook_says_so(self):
        book = replace(PLAYBOOK, offer_after=1)
        missed = replace(MISSED, misses=1)
        found = followup_messages(missed, missed, AGREED, Writing(book))
        assert [one.payload["layer"] for one in found] == ["sms_followup", "mail_offer"]

    def test_is_none_for_calls_missed_without_an_agreement(self):
        plain = lead(misses=2, followup_misses=0, agreed=("email",))
        assert layers(after(plain, "noanswer")) == []


class TestALineThatTakesNoSmsL24:
    @pytest.mark.parametrize("line", [PhoneType.LANDLINE, PhoneType.TOLL_FREE])
    def test_goes_to_the_mail_at_once(self, line):
        assert layers(after(lead(phone_type=line), "noanswer")) == ["mail_first"]
        assert layers(after(replace(PROMISED, phone_type=line), "noanswer", agreed=AGREED)) == []


class TestLowAnswerModeL25:
    @pytest.mark.parametrize(
        ("tier", "sent"),
        [(Tier.A, BOTH), (Tier.B, BOTH), (Tier.C, ["mail_first"]), (Tier.D, ["mail_first"])],
    )
    def test_keeps_the_first_sms_for_tiers_a_and_b(self, tier, sent):
        assert layers(after(lead(tier=tier), "noanswer", low_answer=True)) == sent

    @pytest.mark.parametrize(("tier", "sent"), [(Tier.B, ["sms_followup"]), (Tier.C, [])])
    def test_keeps_the_sms_of_a_follow_up_for_them_too(self, tier, sent):
        missed = replace(PROMISED, tier=tier)
        assert layers(after(missed, "noanswer", agreed=AGREED, low_answer=True)) == sent

    @pytest.mark.parametrize(("tier", "why"), [(Tier.B, ""), (Tier.D, "low_answer")])
    def test_is_asked_of_again_when_an_sms_leaves(self, tier, why):
        low = Writing(PLAYBOOK, low_answer=True)
        sms, mail = SendSms(7, Layer.SMS_FIRST), SendEmail(7, Layer.MAIL_FIRST)
        assert unwanted(lead(tier=tier), sms, asked_at=NOW, writing=low) == why
        assert unwanted(lead(tier=tier), mail, asked_at=NOW, writing=low) == ""

    def test_leaves_a_part_of_the_leads_out_while_it_is_forced_on(self):
        """So that what it brings shows beside them (L6.8)."""
        modes = {mode: LowAnswer(mode=mode, left_out=0.2) for mode in ("on", "auto")}
        sent = {
            mode: [
                wants_sms(
                    lead(tier=Tier.D, id=number),
                    Layer.SMS_FIRST,
                    Writing(replace(PLAYBOOK, low_answer=low), low_answer=True),
                )
                for number in range(1, 1001)
            ]
            for mode, low in modes.items()
        }
        assert (sum(sent["on"]), sum(sent["auto"])) == (200, 0)

    def test_does_not_keep_a_rep_from_answering_l2_3(self):
        low = Writing(PLAYBOOK, low_answer=True)
        assert wants_sms(lead(tier=Tier.D, kind=Kind.COLD), Layer.OTHER, low)


class TestConsent:
    @pytest.mark.parametrize(
        ("consent", "sent"),
        [
            (None, BOTH),
            ((), []),
            (("sms",), ["sms_first"]),
            (("email",), ["mail_first"]),
            (("calls",), []),
            (("sms", "email"), BOTH),
        ],
    )
    def test_that_came_with_a_warm_lead_is_exhaustive(self, consent, sent):
        assert layers(after(lead(consent=consent), "noanswer")) == sent

    @pytest.mark.parametrize(
        ("opted_out", "sent"),
        [(("sms",), ["mail_first"]), (("email",), ["sms_first"]), (("sms", "email"), [])],
    )
    def test_never_wins_over_an_opt_out(self, opted_out, sent):
        asked = lead(consent=("sms", "email"), opted_out=opted_out)
        assert layers(after(asked, "noanswer")) == sent


class TestAMessageThatLeaves:
    @pytest.mark.parametrize("effect", [sms(), mail()], ids=["sms", "mail"])
    @pytest.mark.parametrize(
        ("reached", "reason"),
        [(None, ""), (NOW - SECOND, ""), (NOW, ""), (NOW + SECOND, "reached")],
        ids=["never", "before", "by_that_very_call", "since"],
    )
    def test_is_not_wanted_once_the_person_was_reached(self, effect, reached, reason):
        assert why(lead(reached_at=reached), effect) == reason

    @pytest.mark.parametrize("stage", [Stage.WON, Stage.LOST, Stage.DISQUALIFIED])
    @pytest.mark.parametrize(
        "layer", [one for one in Layer if one not in {"mailing_list", "other"}]
    )
    def test_is_not_wanted_by_a_lead_that_ended_s3(self, stage, layer):
        kind = sms if layer in {"sms_first", "sms_followup"} else mail
        assert why(replace(WAITING, stage=stage), kind(layer)) == "closed"

    @pytest.mark.parametrize("stage", list(Stage))
    def test_is_wanted_from_a_rep_who_answers_whoever_wrote_l2_3(self, stage):
        assert why(replace(WROTE, stage=stage), sms(Layer.OTHER)) == ""

    @pytest.mark.parametrize("wrote", [None, NOW - timedelta(days=30, seconds=1)], ids=str)
    def test_of_a_reps_own_is_an_answer_or_does_not_leave(self, wrote):
        assert why(replace(WROTE, replied_at=wrote), sms(Layer.OTHER)) == "unasked"

    @pytest.mark.parametrize("layer", ["sms_first", "mail_first", "sms_followup", "mail_offer"])
    def test_is_not_wanted_once_the_person_wrote_l2_3(self, layer):
        kind = sms if layer in {"sms_first", "sms_followup"} else mail
        effect = kind(Layer(layer), "3")
        assert why(replace(MISSED, replied_at=NOW), effect) == ""
        assert why(replace(MISSED, replied_at=NOW + SECOND), effect) == "replied"

    @pytest.mark.parametrize("layer", ["sms_first", "mail_first", "sms_followup", "mail_offer"])
    def test_needs_agreement_where_the_playbook_calls_it_advertising(self, layer):
        kind = sms if layer in {"sms_first", "sms_followup"} else mail
        book = replace(PLAYBOOK, advertising=(Layer(layer),))
        silent, about = replace(MISSED, agreed=()), "3"
        for now, reason in (
            (silent, "not_allowed"),
            (replace(silent, agreed=("sms", "email")), ""),
        ):
            found = unwanted(now, kind(Layer(layer), about), asked_at=NOW, writing=Writing(book))
            assert found == reason

    def test_of_a_first_miss_is_not_even_asked_for_as_advertising_without_agreement(self):
        book = Writing(replace(PLAYBOOK, advertising=(Layer.SMS_FIRST, Layer.MAIL_FIRST)))
        missed = LogOutcome(7, Outcome.NOANSWER)
        assert first_messages(lead(), missed, book) == ()
        agreed = first_messages(lead(agreed=("email",)), missed, book)
        assert [one.kind for one in agreed] == ["email"]

    @pytest.mark.parametrize(
        ("now", "effect"),
        [
            (WAITING, sms()),
            (WAITING, mail()),
            (WAITING, mail(Layer.ASK_PHONE)),
            (MISSED, sms(Layer.SMS_FOLLOWUP, "3")),
            (MISSED, mail(Layer.MAIL_OFFER, "3")),
            (LISTED, mail(Layer.MAILING_LIST, "1")),
            (WROTE, sms(Layer.OTHER, "t1")),
        ],
        ids=lambda one: getattr(one, "layer", ""),
    )
    def test_is_not_allowed_after_an_opt_out_of_its_own_channel(self, now, effect):
        assert why(now, effect) == ""
        assert why(replace(now, opted_out=(effect.kind,)), effect) == "not_allowed"
        other = "email" if effect.kind == "sms" else "sms"
        assert why(replace(now, opted_out=(other,)), effect) == ""

    @pytest.mark.parametrize(
        ("now", "effect"),
        [
            (lead(), mail(Layer.ASK_PHONE)),
            (lead(missed_followup=4), sms(Layer.SMS_FOLLOWUP, "3")),
            (lead(missed_followup=0, agreed=("email",)), mail(Layer.MAIL_OFFER, "3")),
            (lead(agreed=("email",)), mail(Layer.MAILING_LIST, "1")),
            (lead(kind=Kind.COLD, agreed=("sms",)), sms()),
        ],
        ids=["there_is_a_number", "another_follow_up", "they_spoke", "called_again", "cold"],
    )
    def test_is_dropped_when_its_reason_is_gone(self, now, effect):
        assert why(now, effect) == "reason_gone"

    def test_goes_to_the_lost_who_stay_on_the_list_l3_3(self):
        lost = replace(LISTED, stage=Stage.LOST, closed_at=NOW)
        assert why(lost, mail(Layer.MAILING_LIST, "1")) == ""
        assert why(replace(lost, agreed=()), mail(Layer.MAILING_LIST, "1")) == "not_allowed"

    def test_is_wanted_for_the_call_that_asked_for_it_in_words_of_notnow(self):
        later = after(lead(), "notnow").lead
        assert why(later, sms()) == ""

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [({"email": ""}, ""), ({"phone_type": PhoneType.LANDLINE}, "not_allowed")],
        ids=["no_address", "landline"],
    )
    def test_is_judged_alike_when_its_row_comes_back_from_the_outbox(self, changes, reason):
        row = json.loads(json.dumps(sms().payload))
        assert why(lead(**changes), EFFECTS["sms"](**row)) == reason


class TestTheMomentItLeaves:
    def test_is_after_the_time_to_undo(self):
        assert leaves_at(now=NOW, playbook=PLAYBOOK, rest=Rest(), zone=ZONE) == NOW + 30 * SECOND

    @pytest.mark.parametrize(
        ("zone", "expected"),
        [
            ("Asia/Jerusalem", datetime(2026, 7, 8, 5, 0, tzinfo=UTC)),
            ("America/New_York", datetime(2026, 7, 7, 19, 0, 30, tzinfo=UTC)),
        ],
    )
    def test_is_outside_the_quiet_hours_where_the_customer_lives(self, zone, expected):
        evening, there = datetime(2026, 7, 7, 19, 0, tzinfo=UTC), ZoneInfo(zone)
        found = leaves_at(now=evening, playbook=PLAYBOOK, rest=Rest(), zone=there)
        assert found == expected

    def test_is_after_rest(self):
        rest = merged([(NOW, NOW + 2 * HOUR)])
        assert leaves_at(now=NOW, playbook=PLAYBOOK, rest=rest, zone=ZONE) == NOW + 2 * HOUR


class TestAMessageThatWaits:
    def held(self, sent=(), *, now=NOW, rest=None, **numbers):
        book = replace(PLAYBOOK, **numbers)
        return held_until(list(sent), now=now, playbook=book, rest=rest or Rest(), zone=ZONE)

    def test_does_not_by_day_with_nothing_sent(self):
        assert self.held() is None

    def test_waits_out_the_quiet_hours(self):
        night = datetime(2026, 7, 7, 19, 0, tzinfo=UTC)
        assert self.held(now=night) == datetime(2026, 7, 8, 5, 0, tzinfo=UTC)

    def test_waits_out_rest(self):
        assert self.held(rest=merged([(NOW - HOUR, NOW + HOUR)])) == NOW + HOUR

    @pytest.mark.parametrize(
        ("ago", "until"),
        [
            ([], None),
            ([HOUR], None),
            ([3 * HOUR, HOUR], NOW + DAY - 3 * HOUR),
            ([HOUR, 3 * HOUR], NOW + DAY - 3 * HOUR),
            ([5 * HOUR, 3 * HOUR, HOUR], NOW + DAY - 3 * HOUR),
            ([DAY, HOUR], None),
            ([2 * DAY, HOUR], None),
        ],
        ids=["none", "one", "two", "unsorted", "three", "a_day_old", "older"],
    )
    def test_waits_until_a_day_has_room_for_a_third(self, ago, until):
        assert self.held([NOW - one for one in ago]) == until

    @pytest.mark.parametrize(
        ("days", "until"),
        [
            ([6, 5, 4, 3], None),
            ([6, 5, 4, 3, 2], NOW + DAY),
            ([6.5, 6, 5, 4, 3, 2], NOW + DAY),
            ([7, 5, 4, 3, 2], None),
        ],
        ids=["four", "five", "six", "a_week_old"],
    )
    def test_waits_until_a_week_has_room_for_a_sixth(self, days, until):
        assert self.held([NOW - one * DAY for one in days]) == until

    def test_has_no_room_only_by_the_managers_numbers_l1_2(self):
        sent = [NOW - HOUR, NOW - 2 * HOUR]
        assert self.held(sent, per_day=3) is None
        assert self.held(sent, per_day=3, per_week=2) == NOW + WEEK - 2 * HOUR

    def test_leaves_no_room_in_the_night(self):
        sent = [NOW - 11 * HOUR, NOW - HOUR]  # room comes at 01:00 in Israel
        assert self.held(sent) == datetime(2026, 7, 8, 5, 0, tzinfo=UTC)

    @given(
        minutes=st.lists(st.integers(0, 7 * 24 * 60), max_size=12),
        resting=st.integers(0, 4 * 24 * 60),
        later=st.integers(0, 24 * 60),
    )
    def test_always_leaves_in_the_end_by_day_outside_rest_and_with_room(
        self, minutes, resting, later
    ):
        now, rest = AUGUST + later * MINUTE, merged([(AUGUST, AUGUST + resting * MINUTE)])
        sent = [now - one * MINUTE for one in minutes]
        until = self.held(sent, now=now, rest=rest)
        at = until or now
        assert now <= at <= now + WEEK + timedelta(days=5)
        assert may_send(PLAYBOOK.quiet, rest, at=at, zone=ZONE)
        assert sum(one > at - DAY for one in sent) < PLAYBOOK.per_day
        assert sum(one > at - WEEK for one in sent) < PLAYBOOK.per_week
        assert self.held(sent, now=at, rest=rest) is None
