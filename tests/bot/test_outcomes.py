"""Logging an outcome (contract: Outcomes)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.calls import log_outcome
from rules.acts import LogOutcome
from rules.commands import parse_command
from rules.money import Money
from rules.refusals import Refused
from rules.words import ANSWERED, Importance, Outcome, Stage, Step
from storage import calls, leads
from tests.desk import AVI, BOOK, DANA, MIRI, NOA, FakeClock, Room, a_desk

SALE = Money(129000, "ILS")
SOON = datetime(2026, 11, 15, 14, 0, tzinfo=UTC)
NEEDS: dict[str, dict[str, Any]] = {
    "followup": {"when": SOON, "importance": Importance.LOW},
    "sold": {"amount": SALE},
}


class TestEveryOutcome:
    @pytest.mark.parametrize(
        ("outcome", "step", "after", "messages"),
        [
            ("noanswer", Step.CALL, timedelta(minutes=30), ["email", "sms"]),
            ("busy", Step.CALL, timedelta(minutes=30), ["email", "sms"]),
            ("voicemail", Step.CALL, timedelta(minutes=30), ["email", "sms"]),
            ("notnow", Step.CALL, timedelta(minutes=30), ["email", "sms"]),
            ("unavailable", Step.RETRY_UNAVAILABLE, timedelta(days=3), []),
            ("invalid", Step.WAIT_FOR_PHONE, None, ["email"]),
            ("followup", Step.FOLLOW_UP, timedelta(hours=6), []),
            ("sold", Step.NONE, None, []),
            ("lost", Step.NONE, None, []),
        ],
    )
    def test_does_what_the_contract_says(
        self,
        room: Room,
        outcome: str,
        step: Step,
        after: timedelta | None,
        messages: list[str],
    ):
        before = room.lead()
        logged = room.log(1, outcome, **NEEDS.get(outcome, {}))
        lead = room.load(1)
        assert lead.next_what is step
        assert lead.stage is {"sold": Stage.WON, "lost": Stage.LOST}.get(outcome, Stage.LEAD)
        assert lead.next_at == (room.clock.now + after if after else None)
        assert (lead.attempts, lead.first_call_at) == (1, room.clock.now)
        assert bool(lead.reached_at) == (Outcome(outcome) in ANSWERED)
        sent = [row["kind"] for row in room.rows() if row["kind"] in {"sms", "email"}]
        assert sorted(sent) == messages
        assert sorted(one.kind for one in logged.messages) == messages
        with room.desk.store.view() as view:
            attempt = calls.last_attempt(view, by=before.owner)
        assert attempt is not None
        assert (attempt["outcome"], attempt["answered"]) == (outcome, Outcome(outcome) in ANSWERED)

    def test_is_one_of_nine(self):
        assert len(Outcome) == 9


class TestNoAnswer:
    def test_sends_its_messages_the_first_time_only(self, room: Room):
        room.lead()
        for outcome in ("busy", "noanswer", "voicemail", "notnow"):
            room.log(1, outcome)
            room.clock.forward(minutes=1)
        assert len(room.rows("sms")) == 1
        assert len(room.rows("email")) == 1

    @pytest.mark.parametrize(
        ("kind", "calls"), [("referral", 8), ("incoming", 6), ("warm", 6), ("cold", 4)]
    )
    def test_goes_on_by_the_plan_of_its_tier_until_it_is_exhausted(
        self, room: Room, kind: str, calls: int
    ):
        room.lead(kind=kind)
        while (lead := room.load(1)).next_what is Step.CALL and lead.next_at:
            room.clock.now = max(room.clock.now, lead.next_at)
            room.log(1, "noanswer")
        assert (lead.next_what, lead.attempts) == (Step.MAILING_LIST, calls)
        assert lead.next_at == room.clock.now + timedelta(days=BOOK.mailing_days)

    def test_before_an_agreed_time_leaves_the_agreement_standing(self, room: Room):
        room.lead()
        room.log(1, "followup", when=room.clock.now + timedelta(hours=2), importance="high")
        agreed = room.load(1)
        room.clock.forward(minutes=30)
        room.log(1, "noanswer")
        lead = room.load(1)
        assert (lead.next_what, lead.next_at) == (Step.FOLLOW_UP, agreed.next_at)
        assert room.followup(1) is not None
        assert "sms_followup" not in [row["payload"]["layer"] for row in room.rows("sms")]

    def test_at_an_agreed_time_sends_the_sms_of_that_follow_up_once(self, room: Room):
        room.lead()
        for _ in range(2):
            room.log(1, "followup", when=room.clock.now + timedelta(hours=2), importance="low")
            room.clock.forward(hours=2)
            for outcome in ("noanswer", "busy"):
                room.log(1, outcome)
                room.clock.forward(minutes=1)
        keys = [row["once_key"] for row in room.rows("sms")]
        assert keys == ["sms:sms_followup:1:1", "sms:sms_followup:1:2"]

    def test_of_the_evening_is_called_again_in_the_morning(self, room: Room):
        room.lead()
        room.clock.set(2026, 11, 15, 17, 45)
        room.log(1, "noanswer")
        assert room.load(1).next_at == datetime(2026, 11, 16, 7, 0, tzinfo=UTC)

    def test_goes_by_the_customers_own_clock(self, room: Room):
        room.receive(phone="+1 212 555 2368", name="Joe")
        room.clock.set(2026, 11, 15, 23, 45)
        room.log(1, "noanswer")
        assert room.load(1).next_at == datetime(2026, 11, 16, 0, 15, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("fields", "kinds"),
        [
            ({"kind": "cold"}, []),
            ({"kind": "cold", "consent": "sms,email"}, ["email"]),
            ({"kind": "warm", "consent": "email"}, ["email"]),
            ({"kind": "warm", "consent": "sms"}, ["sms"]),
            ({"kind": "warm", "consent": "calls"}, []),
            ({"kind": "referral"}, ["email", "sms"]),
            ({"kind": "incoming", "email": ""}, ["sms"]),
            ({"phone": "03-555-1234"}, ["email"]),
            ({"phone": "1-800-123-456"}, ["email"]),
        ],
        ids=str,
    )
    def test_sends_what_kind_line_and_consent_allow(
        self, room: Room, fields: dict[str, str], kinds: list[str]
    ):
        room.lead(**fields)
        room.log(1, "noanswer")
        sent = [row["kind"] for row in room.rows() if row["kind"] in {"sms", "email"}]
        assert sorted(sent) == kinds

    def test_sends_nothing_that_the_settings_switch_off(self, tmp_path, clock: FakeClock):
        with a_desk(tmp_path, clock, SMS_PROVIDER="off", SMTP_URL="") as room:
            room.lead()
            assert room.log(1, "noanswer").messages == ()
            assert room.rows("sms") + room.rows("email") == []


class TestNotNow:
    def test_is_tried_again_at_the_time_they_asked(self, room: Room):
        room.lead()
        room.log(1, "notnow", when=SOON)
        lead = room.load(1)
        assert (lead.next_what, lead.next_at) == (Step.CALL, SOON)

    def test_says_so_to_the_customer(self, room: Room):
        room.lead(language="en")
        room.log(1, "notnow", when=SOON)
        room.tick(seconds=31)
        [sms] = room.outside.sms
        assert "today 16:00" in sms.body
        [mail] = room.outside.mails
        assert "today 16:00" in mail.text


class TestUnavailable:
    def test_is_tried_again_three_times(self, room: Room):
        room.lead()
        for _ in range(3):
            room.log(1, "unavailable")
            assert room.load(1).next_what is Step.RETRY_UNAVAILABLE
            room.clock.forward(days=3)
        room.log(1, "unavailable")
        assert room.load(1).next_what is Step.WAIT_FOR_PHONE


class TestInvalid:
    def test_asks_nothing_by_mail_without_an_address(self, room: Room):
        room.lead(email="")
        room.log(1, "invalid")
        assert room.rows("email") == []

    def test_marks_the_number(self, room: Room):
        room.lead()
        room.log(1, "invalid", reason="dead")
        assert not room.load(1).phone_valid


class TestSold:
    def test_may_be_said_again_and_refunded(self, room: Room):
        room.lead()
        room.log(1, "sold", amount=SALE)
        room.clock.forward(minutes=1)
        room.log(1, "sold", amount=SALE)
        room.clock.forward(minutes=1)
        room.log(1, "sold", amount=Money(-100, "ILS"))
        assert room.load(1).stage is Stage.WON
        room.deliver()
        assert "2,579" in room.outside.channel()[0].text

    def test_is_refunded_only_after_a_sale(self, room: Room):
        room.lead()
        with pytest.raises(Refused, match=r"sold\.refund_unsold"):
            room.log(1, "sold", amount=Money(-100, "ILS"))
        assert room.load(1).attempts == 0

    @pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.SOLD])
    def test_closes_the_lead_for_the_rest(self, room: Room, outcome: Outcome):
        lead = room.lead()
        room.log(1, "sold", amount=SALE)
        room.clock.forward(minutes=1)
        with pytest.raises(Refused, match=r"lead\.closed"):
            room.log(1, outcome, by=lead.owner, **NEEDS.get(outcome, {}))


class TestTheSameAgain:
    def test_within_ten_seconds_is_one_attempt(self, room: Room):
        room.lead()
        room.log(1, "noanswer", key="a")
        room.clock.forward(seconds=9)
        assert room.log(1, "noanswer", key="b").double
        assert room.load(1).attempts == 1

    def test_after_ten_seconds_is_another(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        room.clock.forward(seconds=10)
        assert not room.log(1, "noanswer").double
        assert room.load(1).attempts == 2

    def test_of_another_person_is_the_same_call(self, room: Room):
        lead = room.lead()
        assert room.log(1, "noanswer").other == ""
        room.clock.forward(seconds=1)
        again = room.log(1, "noanswer", by=MIRI)
        assert (again.double, again.other) == (True, lead.owner)
        assert (room.load(1).attempts, room.load(1).misses) == (1, 1)
        assert room.log(1, "noanswer").other == ""

    def test_of_another_person_and_outcome_is_another(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        assert not room.log(1, "busy", by=MIRI).double
        assert room.load(1).attempts == 2

    @pytest.mark.parametrize("typed", ["notnow 1 30m", "followup 1 high 30m"])
    def test_of_a_time_from_now_on_is_one_attempt(self, room: Room, typed: str):
        owner = room.lead().owner
        for expected in (False, True):
            act = parse_command(typed, now=room.clock.now, zone=ZoneInfo("UTC"), currency="ILS")
            assert isinstance(act, LogOutcome)
            assert log_outcome(room.desk, act, by=owner).double is expected
            room.clock.forward(seconds=1)
        assert room.load(1).attempts == 1

    def test_of_another_amount_is_another_sale(self, room: Room):
        room.lead()
        second = room.lead(phone="052-234-9999", email="")
        room.log(1, "sold", amount=SALE, by=MIRI)
        room.log(second.id, "sold", amount=Money(500, "ILS"), by=MIRI)
        assert room.log(1, "sold", amount=SALE, by=MIRI).double
        assert not room.log(1, "sold", amount=Money(500, "ILS"), by=MIRI).double

    def test_of_another_outcome_is_another(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        assert not room.log(1, "busy").double

    def test_on_another_lead_is_another(self, room: Room):
        room.lead()
        second = room.lead(phone="052-234-9999", email="")
        room.log(1, "noanswer", by=MIRI)
        assert not room.log(second.id, "noanswer", by=MIRI).double

    def test_delivered_again_is_one_attempt_however_late(self, room: Room):
        room.lead()
        room.log(1, "noanswer", key="t1")
        room.clock.forward(hours=1)
        assert room.log(1, "noanswer", key="t1").double
        assert room.load(1).attempts == 1

    def test_after_a_refusal_may_be_said_again_under_its_key(self, room: Room):
        lead = room.lead()
        with pytest.raises(Refused):
            room.log(1, "noanswer", by=room.other(lead), key="t1")
        assert not room.log(1, "noanswer", key="t1").double


class TestWhoMayLog:
    def test_is_the_owner_or_a_manager(self, room: Room):
        lead = room.lead()
        with pytest.raises(Refused, match=r"lead\.of_another") as refused:
            room.log(1, "noanswer", by=room.other(lead))
        assert refused.value.params["owner"] == lead.owner
        room.log(1, "noanswer", by=MIRI)
        assert room.load(1).owner == lead.owner

    def test_is_nobody_else(self, room: Room):
        room.lead()
        with pytest.raises(Refused, match=r"team\.outsider"):
            room.log(1, "noanswer", by="U01GUEST")

    def test_is_nobody_who_is_paused(self, room: Room):
        lead = room.lead()
        left = "\n".join(
            f'[[rep]]\nslack_id = "{one}"\nname = "x"' for one in (NOA, AVI) if one != lead.owner
        )
        room.load_team(left, replace=True)
        with pytest.raises(Refused, match=r"team\.outsider"):
            room.log(1, "noanswer", by=lead.owner)

    def test_is_an_administrator_of_the_settings(self, tmp_path, clock: FakeClock):
        with a_desk(tmp_path, clock, ADMIN_SLACK_IDS="U01BOSS") as room:
            room.lead()
            room.log(1, "noanswer", by="U01BOSS")


class TestALeadThatIsNotThere:
    def test_is_answered_with_the_nearest_of_mine(self, room: Room):
        lead = room.lead()
        with pytest.raises(Refused) as refused:
            log_outcome(room.desk, LogOutcome(9, Outcome.BUSY), by=lead.owner)
        assert refused.value.key == "lead.missing_near"
        assert refused.value.params["near"] == 1

    def test_is_just_not_there_for_who_has_none(self, room: Room):
        with pytest.raises(Refused, match=r"lead\.missing$"):
            log_outcome(room.desk, LogOutcome(2**31 - 1, Outcome.BUSY), by=NOA)


class TestTwoAtOnce:
    def test_a_lead_saved_by_another_since_is_not_overwritten(self, room: Room):
        lead = room.lead()
        room.log(1, "noanswer")
        with pytest.raises(Refused, match=r"lead\.changed"), room.desk.store.unit() as unit:
            leads.save(unit, lead)
        assert DANA["name"] == room.load(1).name
