"""What leaves the house: each effect is one row, with its keys and its lane."""

import json

import pytest

from rules.effect import Effect
from rules.effects import (
    EFFECTS,
    NudgeRep,
    PostCard,
    PostOwnerCard,
    PostReply,
    RefreshCard,
    RetireNudge,
    TellManagers,
    TellReply,
)
from rules.reminders import HandOver, NudgeCall, PostBoard, RetireCall, SendCatchUp, TellAway
from rules.reports import PostDigest, PostDigestPicture, PostImport
from rules.sending import SendEmail, SendSms
from rules.words import Layer, Switch

ONCE = [
    (PostCard(7), "post:7", "channel:leads"),
    (PostOwnerCard(7, "UDANA", 4), "owner:7:UDANA:4", "dm:UDANA"),
    (SendSms(7, Layer.SMS_FIRST), "sms:sms_first:7", "sms"),
    (SendEmail(7, Layer.ASK_PHONE), "email:ask_phone:7", "email"),
    (SendSms(7, Layer.SMS_FOLLOWUP, about="3"), "sms:sms_followup:7:3", "sms"),
    (SendSms(7, Layer.OTHER, about="t1", text="On my way"), "sms:other:7:t1", "sms"),
    (SendEmail(7, Layer.MAIL_OFFER, about="3"), "email:mail_offer:7:3", "email"),
    (SendEmail(7, Layer.MAILING_LIST, about="2"), "email:mailing_list:7:2", "email"),
    (TellReply(7, "UDANA", "SM1"), "reply:7:SM1", "dm:UDANA"),
    (PostReply(7, "SM1"), "thread:7:SM1", "channel:leads"),
    (NudgeRep(3, 7, "UDANA", "2026-07-07", 2), "nudge:3:2026-07-07:UDANA:2", "dm:UDANA"),
    (NudgeCall(7, "UDANA", "2026-07-07", 4), "nudge_call:7:UDANA:2026-07-07:4", "dm:UDANA"),
    (TellAway("UDANA", 3, "2026-07-07"), "tell_away:UDANA:2026-07-07", "dm:UDANA"),
    (TellManagers("held", 7, about="x", to="UBOSS"), "tell:held:7:x:UBOSS", "dm:UBOSS"),
    (PostImport("b1", "leads.csv", 3, 1, 0), "import:b1", "channel:leads"),
    (PostDigest("2026-06-28", "2026-07-05", "u1"), "digest:2026-06-28:2026-07-05:u1", None),
    (PostDigestPicture("2026-06-28", "2026-07-05"), "digest_picture:2026-06-28:2026-07-05:", None),
]
COLLAPSING = [
    (RefreshCard(7), "refresh:7", "refresh_card"),
    (RetireNudge(3, 7), "retire:3", "retire_nudge"),
    (RetireCall(7), "retire_call:7", "retire_call"),
    (PostBoard(), "board", "channel:leads"),
]


def keys_of(rows):
    return [row[1] for row in rows]


class TestAnEffect:
    @pytest.mark.parametrize(("effect", "key", "lane"), ONCE, ids=keys_of(ONCE))
    def test_that_is_made_once_for_ever_has_a_key_and_a_lane(self, effect, key, lane):
        assert (effect.once_key, effect.collapse_key) == (key, None)
        assert effect.lane == (lane or "channel:digest")

    @pytest.mark.parametrize(("effect", "key", "lane"), COLLAPSING, ids=keys_of(COLLAPSING))
    def test_that_folds_while_it_waits_has_a_key_for_that_only(self, effect, key, lane):
        assert (effect.once_key, effect.collapse_key, effect.lane) == (None, key, lane)

    @pytest.mark.parametrize(
        "effect", [row[0] for row in [*ONCE, *COLLAPSING]], ids=keys_of([*ONCE, *COLLAPSING])
    )
    def test_comes_back_the_same_from_its_row(self, effect):
        row = json.loads(json.dumps(effect.payload))
        again = EFFECTS[effect.kind](**row)
        assert again == effect
        assert (again.once_key, again.collapse_key) == (effect.once_key, effect.collapse_key)

    @pytest.mark.parametrize("kind", sorted(EFFECTS))
    def test_is_known_by_its_own_kind(self, kind):
        assert EFFECTS[kind].kind == kind
        assert "__dataclass_fields__" in vars(EFFECTS[kind])

    def test_of_every_class_has_a_row(self):
        assert set(EFFECTS) == {one.kind for one in Effect.__subclasses__()}


class TestAMessage:
    @pytest.mark.parametrize("changes", [{"after": "busy"}, {"agreed": "2026-07-07"}])
    def test_of_a_layer_is_the_same_whatever_it_says(self, changes):
        for kind in (SendSms, SendEmail):
            assert kind(7, Layer.OTHER, **changes).once_key == kind(7, Layer.OTHER).once_key

    def test_of_one_lead_is_not_anothers(self):
        keys = {
            SendSms(number, Layer.SMS_FOLLOWUP, about=about).once_key
            for number in (1, 11)
            for about in ("", "1", "11")
        }
        assert len(keys) == 6


class TestNewsOfManyLeads:
    def test_of_one_moment_is_told_of_each_reason_and_batch(self):
        told = {
            HandOver("UDANA", "UAVI", why, "2026-07-07", 500, (first,)).once_key
            for why in ("covered", "moved")
            for first in (1, 501)
        }
        assert len(told) == 4

    def test_of_no_lead_that_is_known_has_a_key_too(self):
        assert HandOver("UDANA", "", "waited", "2026-07-07", 4, ()).once_key

    def test_to_call_is_told_of_each_batch_and_kind(self):
        told = {
            SendCatchUp("UDANA", about, "2026-07-07", (first, 7)).once_key
            for about in ("nags", "calls")
            for first in (1, 501)
        }
        assert len(told) == 4

    @pytest.mark.parametrize(("about", "switch"), [("nags", Switch.NAGS), ("calls", Switch.SPEED)])
    def test_to_call_is_switched_off_as_each_of_them_is(self, about, switch):
        assert SendCatchUp("UDANA", about, "2026-07-07", (1,)).switch == switch


class TestTheOwnersCard:
    def test_is_given_again_when_the_lead_comes_back_to_the_same_rep(self):
        assert PostOwnerCard(7, "UDANA", 4).once_key != PostOwnerCard(7, "UDANA", 9).once_key
