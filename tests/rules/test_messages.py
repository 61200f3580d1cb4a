"""Layers 2 and 3: which messages an outcome sends, and whether one is still wanted."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.commands import LogOutcome
from rules.effects import EFFECTS, SendEmail, SendSms
from rules.lead import reachable_by
from rules.messages import (
    first_miss_messages,
    leaves_at,
    still_wanted,
    wants_first_sms,
    wants_mail,
    wants_voicemail,
)
from rules.words import Channel, Kind, Layer, Outcome, PhoneType, Stage, Step
from tests.rules.builders import NOW, PLAYBOOK, ZONE, after, layers, lead

BOTH = ["sms_first", "mail_first"]
FIRST_MISS = ["noanswer", "busy", "voicemail", "notnow"]
WAITING = lead(next_what=Step.WAIT_FOR_PHONE)
SECOND = timedelta(seconds=1)


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
        sms, mail = first_miss_messages(lead(), LogOutcome(7, Outcome.BUSY))
        assert (sms, mail) == (
            SendSms(7, Layer.SMS_FIRST, "busy"),
            SendEmail(7, Layer.MAIL_FIRST, "busy"),
        )
        assert (sms.once_key, mail.once_key) == ("sms:sms_first:7", "email:mail_first:7")


class TestALineThatTakesNoSmsL24:
    @pytest.mark.parametrize("line", [PhoneType.LANDLINE, PhoneType.TOLL_FREE])
    def test_goes_to_the_mail_at_once(self, line):
        assert layers(after(lead(phone_type=line), "noanswer")) == ["mail_first"]

    @pytest.mark.parametrize("line", [PhoneType.MOBILE, PhoneType.VOIP, PhoneType.UNKNOWN])
    def test_is_no_other_line(self, line):
        assert wants_first_sms(lead(phone_type=line))

    def test_is_any_number_that_nobody_can_have(self):
        assert not wants_first_sms(lead(phone_valid=False))

    @pytest.mark.parametrize("line", list(PhoneType))
    def test_asks_for_a_voice_message_when_it_is_a_landline(self, line):
        assert wants_voicemail(lead(phone_type=line)) is (line is PhoneType.LANDLINE)


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

    @pytest.mark.parametrize("channel", list(Channel))
    @pytest.mark.parametrize("kind", list(Kind))
    def test_is_assumed_of_all_but_the_cold(self, kind, channel):
        assert reachable_by(lead(kind=kind), channel) is (kind is not Kind.COLD)

    @pytest.mark.parametrize("channel", list(Channel))
    def test_of_a_cold_lead_counts_when_it_is_recorded(self, channel):
        assert reachable_by(lead(kind=Kind.COLD, consent=(channel,)), channel)

    def test_is_not_enough_for_mail_without_an_address(self):
        assert not wants_mail(lead(email=""))


class TestAMessageThatLeaves:
    @pytest.mark.parametrize("layer", [Layer.SMS_FIRST, Layer.MAIL_FIRST])
    @pytest.mark.parametrize(
        ("reached", "wanted"),
        [(None, True), (NOW - SECOND, True), (NOW, True), (NOW + SECOND, False)],
        ids=["never", "before", "by_that_very_call", "since"],
    )
    def test_is_not_wanted_once_the_person_was_reached(self, layer, reached, wanted):
        assert still_wanted(lead(reached_at=reached), layer=layer, asked_at=NOW) is wanted

    @pytest.mark.parametrize("stage", [Stage.WON, Stage.LOST, Stage.DISQUALIFIED])
    @pytest.mark.parametrize("layer", list(Layer))
    def test_is_not_wanted_by_a_lead_that_ended_s3(self, stage, layer):
        ended = lead(stage=stage, next_what=Step.WAIT_FOR_PHONE)
        assert not still_wanted(ended, layer=layer, asked_at=NOW)

    @pytest.mark.parametrize(
        ("layer", "channel"),
        [(Layer.SMS_FIRST, "sms"), (Layer.MAIL_FIRST, "email"), (Layer.ASK_PHONE, "email")],
    )
    def test_is_not_allowed_after_an_opt_out_of_its_own_channel(self, layer, channel):
        other = "email" if channel == "sms" else "sms"
        for out, allowed in ((channel, False), (other, True)):
            now = lead(next_what=Step.WAIT_FOR_PHONE, opted_out=(out,))
            assert still_wanted(now, layer=layer, asked_at=NOW) is allowed

    def test_asks_for_no_number_once_there_is_one_l5_1(self):
        assert still_wanted(WAITING, layer=Layer.ASK_PHONE, asked_at=NOW)
        assert not still_wanted(lead(), layer=Layer.ASK_PHONE, asked_at=NOW)

    def test_is_wanted_for_the_call_that_asked_for_it_in_words_of_notnow(self):
        later = after(lead(), "notnow").lead
        assert still_wanted(later, layer=Layer.SMS_FIRST, asked_at=NOW)

    @pytest.mark.parametrize(
        ("changes", "wanted"),
        [({"email": ""}, True), ({"phone_type": PhoneType.LANDLINE}, False)],
        ids=["no_address", "landline"],
    )
    def test_is_judged_alike_when_its_row_comes_back_from_the_outbox(self, changes, wanted):
        row = json.loads(json.dumps(SendSms(7, Layer.SMS_FIRST).payload))
        layer = EFFECTS["sms"](**row).payload["layer"]
        assert still_wanted(lead(**changes), layer=layer, asked_at=NOW) is wanted


class TestTheMomentItLeaves:
    def test_is_after_the_time_to_undo(self):
        assert leaves_at(now=NOW, playbook=PLAYBOOK, zone=ZONE) == NOW + 30 * SECOND

    @pytest.mark.parametrize(
        ("zone", "expected"),
        [
            ("Asia/Jerusalem", datetime(2026, 7, 8, 5, 0, tzinfo=UTC)),
            ("America/New_York", datetime(2026, 7, 7, 19, 0, 30, tzinfo=UTC)),
        ],
    )
    def test_is_outside_the_quiet_hours_where_the_customer_lives(self, zone, expected):
        evening = datetime(2026, 7, 7, 19, 0, tzinfo=UTC)
        assert leaves_at(now=evening, playbook=PLAYBOOK, zone=ZoneInfo(zone)) == expected
