"""What leaves the house: each effect is one row, with its keys and its lane."""

import json
from dataclasses import fields

import pytest

from rules.effects import (
    EFFECTS,
    Effect,
    NudgeRep,
    PostCard,
    PostDigest,
    PostDigestPicture,
    PostImport,
    PostOwnerCard,
    RefreshCard,
    RetireNudge,
    SendEmail,
    SendSms,
    TellManagers,
)
from rules.words import Layer

ONCE = [
    (PostCard(7), "post:7", "channel:leads"),
    (PostOwnerCard(7, "UDANA", 4), "owner:7:UDANA:4", "dm:UDANA"),
    (SendSms(7, Layer.SMS_FIRST), "sms:sms_first:7", "sms"),
    (SendEmail(7, Layer.ASK_PHONE), "email:ask_phone:7", "email"),
    (NudgeRep(3, 7, "UDANA", "2026-07-07", 2), "nudge:3:2026-07-07:2", "dm:UDANA"),
    (TellManagers("held", 7, about="x", to="UBOSS"), "tell:held:7:x:UBOSS", "dm:UBOSS"),
    (PostImport("b1", "leads.csv", 3, 1, 0), "import:b1", "channel:leads"),
    (PostDigest("2026-06-28", "2026-07-05", "u1"), "digest:2026-06-28:2026-07-05:u1", None),
    (PostDigestPicture("2026-06-28", "2026-07-05"), "digest_picture:2026-06-28:2026-07-05:", None),
]
COLLAPSING = [
    (RefreshCard(7), "refresh:7", "refresh_card"),
    (RetireNudge(3, 7), "retire:3", "retire_nudge"),
]


def kinds(rows):
    return [row[0].kind for row in rows]


class TestAnEffect:
    @pytest.mark.parametrize(("effect", "key", "lane"), ONCE, ids=kinds(ONCE))
    def test_that_is_made_once_for_ever_has_a_key_and_a_lane(self, effect, key, lane):
        assert (effect.once_key, effect.collapse_key) == (key, None)
        assert effect.lane == (lane or "channel:digest")

    @pytest.mark.parametrize(("effect", "key", "lane"), COLLAPSING, ids=kinds(COLLAPSING))
    def test_that_folds_while_it_waits_has_a_key_for_that_only(self, effect, key, lane):
        assert (effect.once_key, effect.collapse_key, effect.lane) == (None, key, lane)

    @pytest.mark.parametrize(
        "effect", [row[0] for row in [*ONCE, *COLLAPSING]], ids=kinds([*ONCE, *COLLAPSING])
    )
    def test_comes_back_the_same_from_its_row(self, effect):
        row = json.loads(json.dumps(effect.payload))
        again = EFFECTS[effect.kind](**row)
        assert again == effect
        assert (again.once_key, again.collapse_key) == (effect.once_key, effect.collapse_key)

    @pytest.mark.parametrize("kind", sorted(EFFECTS))
    def test_is_known_by_its_own_kind(self, kind):
        assert EFFECTS[kind].kind == kind
        assert fields(EFFECTS[kind])

    def test_of_every_class_has_a_row(self):
        assert set(EFFECTS) == {one.kind for one in Effect.__subclasses__()}


class TestTheOwnersCard:
    def test_is_given_again_when_the_lead_comes_back_to_the_same_rep(self):
        assert PostOwnerCard(7, "UDANA", 4).once_key != PostOwnerCard(7, "UDANA", 9).once_key
