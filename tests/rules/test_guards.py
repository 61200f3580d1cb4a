"""The guards of layers 2 and 3, each by its own name."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.guards import (
    channel_of,
    has_consent,
    is_advertising,
    is_asked,
    is_commercial,
    is_first_miss,
    is_landline,
    is_marketing,
    is_missed_followup,
    is_not_cold,
    is_offer_due,
    is_open,
    is_unanswered,
    is_unreached,
    is_worth_sms,
    lives_for,
    may_be_called,
    may_write,
    names_sender,
    reason_holds,
    takes_sms,
)
from rules.playbook import Playbook
from rules.playbook_file import put
from rules.words import Channel, Kind, Layer, PhoneType, Stage, Step, Tier
from tests.rules.builders import NOW, PLAYBOOK, followup, lead

MINUTE, MONTH = timedelta(minutes=1), timedelta(days=30)
SMS, EMAIL = Channel.SMS, Channel.EMAIL
CLASSES = [False, True]
MAILS = [Layer.MAIL_FIRST, Layer.MAIL_OFFER, Layer.MAILING_LIST, Layer.ASK_PHONE]
ABOUT = {Layer.SMS_FOLLOWUP, Layer.MAIL_OFFER}


class TestTheFirstMissL21L31:
    @pytest.mark.parametrize(("misses", "first"), [(0, True), (1, False), (9, False)])
    def test_is_one_that_none_came_before(self, misses, first):
        assert is_first_miss(lead(misses=misses, attempts=5)) is first


class TestAColdLeadL21K1:
    @pytest.mark.parametrize(
        ("kind", "expects"),
        [(Kind.COLD, False), (Kind.WARM, True), (Kind.INCOMING, True), (Kind.REFERRAL, True)],
    )
    def test_does_not_expect_to_hear_from_us(self, kind, expects):
        assert is_not_cold(lead(kind=kind)) is expects


class TestALineL24:
    @pytest.mark.parametrize(
        ("line", "texted", "landline"),
        [
            (PhoneType.MOBILE, True, False),
            (PhoneType.LANDLINE, False, True),
            (PhoneType.VOIP, True, False),
            (PhoneType.TOLL_FREE, False, False),
            (PhoneType.OTHER, True, False),
            (PhoneType.UNKNOWN, True, False),
        ],
    )
    def test_takes_sms_or_a_voice_message(self, line, texted, landline):
        assert takes_sms(lead(phone_type=line)) is texted
        assert is_landline(lead(phone_type=line)) is landline

    def test_that_nobody_can_have_takes_no_sms(self):
        assert not takes_sms(lead(phone_valid=False))


class TestLowAnswerModeL25:
    @pytest.mark.parametrize(
        ("tier", "worth"), [(Tier.A, True), (Tier.B, True), (Tier.C, False), (Tier.D, False)]
    )
    def test_leaves_sms_to_tiers_a_and_b(self, tier, worth):
        assert is_worth_sms(lead(tier=tier), low_answer=True) is worth
        assert is_worth_sms(lead(tier=tier), low_answer=False)


class TestAMissedFollowUpL22:
    @pytest.mark.parametrize(
        ("called", "missed"),
        [
            (timedelta(days=-1), False),
            (-16 * MINUTE, False),
            (-15 * MINUTE, True),
            (timedelta(0), True),
            (timedelta(days=3), True),
        ],
        ids=str,
    )
    def test_is_a_call_in_vain_from_a_quarter_of_an_hour_before(self, called, missed):
        assert is_missed_followup(followup(due_at=NOW), now=NOW + called) is missed

    def test_is_none_where_nothing_was_agreed(self):
        assert not is_missed_followup(None, now=NOW)


class TestTheOfferL32:
    @pytest.mark.parametrize(("misses", "due"), [(0, False), (2, False), (3, True), (4, False)])
    def test_is_due_at_the_third_miss_exactly(self, misses, due):
        assert is_offer_due(lead(followup_misses=misses), PLAYBOOK) is due

    @pytest.mark.parametrize("after", [1, 2, 5])
    def test_is_due_when_the_manager_says_l1_2(self, after):
        book = replace(PLAYBOOK, offer_after=after)
        due = [count for count in range(9) if is_offer_due(lead(followup_misses=count), book)]
        assert due == [after]


class TestTheTwoClassesOfMessage:
    def test_are_marketing_for_the_offer_and_the_list_alone(self):
        marketing = {layer for layer in Layer if is_marketing(layer)}
        assert marketing == {Layer.MAIL_OFFER, Layer.MAILING_LIST}

    @pytest.mark.parametrize("layer", list(Layer))
    @pytest.mark.parametrize("kind", list(Kind))
    def test_are_marked_as_advertising_by_the_playbook_and_always_to_the_cold(self, kind, layer):
        marked = layer in {Layer.MAIL_OFFER, Layer.MAILING_LIST}
        cold = kind is Kind.COLD and layer != Layer.OTHER
        assert is_advertising(lead(kind=kind), layer, PLAYBOOK) is (marked or cold)
        nothing = replace(PLAYBOOK, advertising=())
        assert is_advertising(lead(kind=kind), layer, nothing) is cold

    @pytest.mark.parametrize("layer", list(Layer))
    @pytest.mark.parametrize("kind", list(Kind))
    @pytest.mark.parametrize("marked", [(), (Layer.SMS_FIRST, Layer.MAIL_FIRST)], ids=str)
    def test_need_agreement_where_they_are_marketing_or_advertising(self, marked, kind, layer):
        book = replace(PLAYBOOK, advertising=marked)
        cold = kind is Kind.COLD and layer != Layer.OTHER
        asks = cold or layer in {*marked, Layer.MAIL_OFFER, Layer.MAILING_LIST}
        assert is_commercial(lead(kind=kind), layer, book) is asks
        assert may_write(lead(kind=kind), layer, book) is not asks
        channel = str(channel_of(layer))
        assert may_write(lead(kind=kind, agreed=(channel,)), layer, book)

    @pytest.mark.parametrize("layer", [one for one in Layer if one != Layer.OTHER])
    def test_need_recorded_agreement_of_the_cold_whatever_service_they_are(self, layer):
        loose = replace(PLAYBOOK, service=dict.fromkeys(Kind, "assumed"), advertising=())
        assert not may_write(lead(kind=Kind.COLD), layer, loose)

    @pytest.mark.parametrize(
        ("values", "named"),
        [
            ({}, False),
            ({"sender_name": "Good Cars"}, False),
            ({"callback_phone": "03-555-1234"}, False),
            ({"sender_name": "Lead desk", "callback_phone": "03-555-1234"}, False),
            ({"sender_name": " ", "address": "1 Herzl St"}, False),
            ({"sender_name": "Good Cars", "address": " "}, False),
            ({"sender_name": "Good Cars", "address": "1 Herzl St"}, True),
            ({"sender_name": "Good Cars", "callback_phone": "03-555-1234"}, True),
        ],
        ids=str,
    )
    def test_can_advertise_where_the_playbook_says_who_writes(self, values, named):
        assert names_sender(Playbook(**values)) is named

    @pytest.mark.parametrize("layer", list(Layer))
    def test_leave_by_the_channel_of_their_layer(self, layer):
        assert channel_of(layer) is (EMAIL if layer in MAILS else SMS)


class TestConsent:
    @pytest.mark.parametrize("channel", list(Channel))
    @pytest.mark.parametrize(
        ("kind", "marketing", "assumed"),
        [(kind, False, kind is not Kind.COLD) for kind in Kind]
        + [(kind, True, False) for kind in Kind],
    )
    def test_is_assumed_for_service_to_all_but_the_cold_and_never_for_marketing(
        self, kind, marketing, assumed, channel
    ):
        asked = lead(kind=kind, consent=None)
        assert has_consent(asked, channel, marketing=marketing, playbook=PLAYBOOK) is assumed

    @pytest.mark.parametrize("marketing", CLASSES)
    @pytest.mark.parametrize("kind", list(Kind))
    @pytest.mark.parametrize(
        ("consent", "sms", "email"),
        [
            ((), False, False),
            (("calls",), False, False),
            (("sms",), True, False),
            (("email",), False, True),
            (("sms", "email", "calls"), True, True),
        ],
        ids=str,
    )
    def test_that_came_with_the_lead_is_exhaustive(self, consent, sms, email, kind, marketing):
        asked = lead(kind=kind, consent=consent)
        found = [
            has_consent(asked, channel, marketing=marketing, playbook=PLAYBOOK)
            for channel in (SMS, EMAIL)
        ]
        assert found == [sms, email]

    @pytest.mark.parametrize("consent", [None, (), ("calls",)], ids=str)
    @pytest.mark.parametrize("marketing", CLASSES)
    @pytest.mark.parametrize("kind", list(Kind))
    def test_given_since_adds_to_it_on_its_own_channel(self, kind, marketing, consent):
        agreed = lead(kind=kind, consent=consent, agreed=("email",))
        silent = replace(agreed, agreed=())
        ask = {"marketing": marketing, "playbook": PLAYBOOK}
        assert has_consent(agreed, EMAIL, **ask)
        assert has_consent(agreed, SMS, **ask) is has_consent(silent, SMS, **ask)

    @pytest.mark.parametrize("marketing", CLASSES)
    @pytest.mark.parametrize("kind", list(Kind))
    def test_is_the_managers_to_assume_or_to_require_by_kind_l1_2(self, kind, marketing):
        which = "marketing" if marketing else "service"
        strict = put(PLAYBOOK, which, dict.fromkeys(Kind, "required"))
        loose = put(PLAYBOOK, which, dict.fromkeys(Kind, "assumed"))
        asked = lead(kind=kind)
        assert not has_consent(asked, SMS, marketing=marketing, playbook=strict)
        assert has_consent(asked, SMS, marketing=marketing, playbook=loose)


class TestAnOpenChannel:
    @pytest.mark.parametrize(
        ("changes", "sms", "email"),
        [
            ({}, True, True),
            ({"opted_out": ("sms",)}, False, True),
            ({"opted_out": ("email",)}, True, False),
            ({"opted_out": ("calls",)}, True, True),
            ({"email": ""}, True, False),
            ({"email_ok": False}, True, False),
            ({"phone_type": PhoneType.LANDLINE}, False, True),
            ({"phone_valid": False}, False, True),
        ],
        ids=str,
    )
    def test_is_one_that_works_and_was_not_closed(self, changes, sms, email):
        assert [is_open(lead(**changes), one) for one in (SMS, EMAIL)] == [sms, email]


class TestWriting:
    @pytest.mark.parametrize("layer", list(Layer))
    def test_never_wins_over_an_opt_out(self, layer):
        agreed = lead(consent=("sms", "email"), agreed=("sms", "email"))
        assert may_write(agreed, layer, PLAYBOOK)
        closed = replace(agreed, opted_out=(channel_of(layer),))
        assert not may_write(closed, layer, PLAYBOOK)

    @pytest.mark.parametrize("layer", list(Layer))
    @pytest.mark.parametrize("kind", list(Kind))
    def test_needs_the_consent_of_its_class(self, kind, layer):
        service = kind is not Kind.COLD and layer not in {Layer.MAIL_OFFER, Layer.MAILING_LIST}
        allowed = service or layer == Layer.OTHER
        assert may_write(lead(kind=kind), layer, PLAYBOOK) is allowed

    def test_of_a_reps_own_answer_needs_an_open_channel_alone_l2_3(self):
        asked = lead(kind=Kind.COLD, consent=())
        assert may_write(asked, Layer.OTHER, PLAYBOOK)
        assert not may_write(replace(asked, opted_out=("sms",)), Layer.OTHER, PLAYBOOK)


class TestRinging:
    @pytest.mark.parametrize("stage", list(Stage))
    @pytest.mark.parametrize(
        ("out", "open_"), [((), True), (("sms", "email"), True), (("calls",), False)], ids=str
    )
    def test_is_for_the_living_who_did_not_refuse_calls(self, stage, out, open_):
        asked = lead(stage=stage, opted_out=out)
        assert may_be_called(asked) is (asked.living and open_)


class TestSomebodyToWriteTo:
    @pytest.mark.parametrize("layer", list(Layer))
    @pytest.mark.parametrize("stage", list(Stage))
    def test_is_alive_or_lost_and_on_the_list_or_is_answered_l3_3(self, stage, layer):
        listed = stage is Stage.LOST and layer == Layer.MAILING_LIST
        answered = layer == Layer.OTHER
        found = lives_for(lead(stage=stage), layer)
        living = stage not in {Stage.WON, Stage.LOST, Stage.DISQUALIFIED}
        assert found is (living or listed or answered)


class TestNobodyReached:
    @pytest.mark.parametrize(
        "layer", [one for one in Layer if one not in {"other", "mailing_list"}]
    )
    @pytest.mark.parametrize(
        ("reached", "unreached"),
        [(None, True), (NOW - MINUTE, True), (NOW, True), (NOW + MINUTE, False)],
        ids=["never", "before", "by_that_very_call", "since"],
    )
    def test_is_what_a_message_of_the_plan_speaks_of(self, layer, reached, unreached):
        assert is_unreached(lead(reached_at=reached), layer, asked_at=NOW) is unreached

    @pytest.mark.parametrize("layer", [Layer.OTHER, Layer.MAILING_LIST])
    def test_is_nothing_to_an_answer_or_a_mailing(self, layer):
        assert is_unreached(lead(reached_at=NOW + MINUTE), layer, asked_at=NOW)


class TestAnAnswerSince:
    @pytest.mark.parametrize("layer", list(Layer))
    @pytest.mark.parametrize(
        ("replied", "since"),
        [(None, False), (NOW - MINUTE, False), (NOW, False), (NOW + MINUTE, True)],
        ids=["never", "before", "then", "since"],
    )
    def test_puts_an_end_to_what_was_to_bring_it_l2_3(self, replied, since, layer):
        brings = layer in {"sms_first", "sms_followup", "mail_first", "mail_offer"}
        found = is_unanswered(lead(replied_at=replied), layer, asked_at=NOW)
        assert found is not (since and brings)


class TestARepsOwnSms:
    @pytest.mark.parametrize(
        ("replied", "asked"),
        [(None, False), (NOW, True), (NOW - MONTH, True), (NOW - MONTH - MINUTE, False)],
        ids=str,
    )
    def test_answers_what_was_written_in_the_last_month(self, replied, asked):
        assert is_asked(lead(replied_at=replied), Layer.OTHER, now=NOW) is asked

    @pytest.mark.parametrize("layer", [one for one in Layer if one != Layer.OTHER])
    def test_is_the_only_kind_that_waits_for_words(self, layer):
        assert is_asked(lead(replied_at=None), layer, now=NOW)


class TestTheReasonOfAMessage:
    @pytest.mark.parametrize("layer", sorted(ABOUT))
    @pytest.mark.parametrize(("missed", "holds"), [(3, True), (0, False), (4, False)])
    def test_is_the_follow_up_it_speaks_of_l2_2_l3_2(self, layer, missed, holds):
        assert reason_holds(lead(missed_followup=missed), layer, about="3") is holds

    @pytest.mark.parametrize("step", list(Step))
    def test_is_the_place_on_the_list_or_the_missing_number(self, step):
        now = lead(next_what=step)
        assert reason_holds(now, Layer.MAILING_LIST, about="") is (step is Step.MAILING_LIST)
        assert reason_holds(now, Layer.ASK_PHONE, about="") is (step is Step.WAIT_FOR_PHONE)

    def test_is_gone_for_a_number_when_the_person_refused_calls(self):
        waits = lead(next_what=Step.WAIT_FOR_PHONE, opted_out=("calls",))
        assert not reason_holds(waits, Layer.ASK_PHONE, about="")

    @pytest.mark.parametrize("kind", list(Kind))
    def test_is_a_lead_that_is_not_cold_for_the_first_sms_l2_1(self, kind):
        now = lead(kind=kind)
        assert reason_holds(now, Layer.SMS_FIRST, about="") is (kind is not Kind.COLD)
        assert reason_holds(now, Layer.MAIL_FIRST, about="")
        assert reason_holds(now, Layer.OTHER, about="")
