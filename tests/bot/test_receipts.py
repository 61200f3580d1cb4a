"""What became of an SMS, and what a failure means (L2.4, L5.1)."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from bot import asks, receipts, undoing
from bot.bodies import Unreadable
from bot.orders import DeliveryFailed, Sms
from bot.texts import LOCALES, load
from rules.outcomes import on_mailing_list
from rules.refusals import Refused
from rules.sms_codes import Meaning
from rules.words import Importance, PhoneType, Step
from storage import leads, messages, optouts
from storage.messages import Message
from tests.databases import just_before
from tests.desk import DANA, MIRI, TEAM, FakeClock, Room, a_desk, payload

DANAS = "+972522345678"


@pytest.fixture
def english(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, team=TEAM.replace('locale = "he"', 'locale = "en"')) as room:
        yield room


def form(ref: str, status: str, code: str = "") -> bytes:
    fields = {"MessageSid": ref, "MessageStatus": status, "To": DANAS, "From": "+972533333333"}
    return urlencode(fields | ({"ErrorCode": code} if code else {})).encode()


def sent(room: Room, **fields: str) -> Message:
    """Send a first SMS, and give it as it was written down."""
    lead = room.lead(**fields)
    room.log(lead.id, "noanswer")
    room.tick(minutes=1)
    return sms_of(room, lead.id)


def sms_of(room: Room, lead_id: int = 1) -> Message:
    with room.desk.store.view() as view:
        return next(one for one in messages.of_lead(view, lead_id) if one.channel == "sms")


def report(room: Room, message: Message, status: str, code: str = "") -> None:
    receipts.receive(room.desk, form(message.ref, status, code))


def fail(room: Room, code: str, **fields: str) -> None:
    """Send a first SMS that does not arrive."""
    report(room, sent(room, **fields), "undelivered", code)
    room.tick(minutes=1)


def layers_of(room: Room) -> list[str]:
    return [row["payload"]["layer"] for row in room.rows("email")]


class TestAReport:
    @pytest.mark.parametrize(
        ("statuses", "state"),
        [
            (["sent"], "sent"),
            (["sent", "delivered"], "delivered"),
            (["delivered", "sent", "queued"], "delivered"),
            (["delivered", "delivered"], "delivered"),
            (["delivered", "undelivered"], "delivered"),
            (["failed", "sent"], "failed"),
            (["undelivered", "delivered"], "failed"),
        ],
    )
    def test_tells_how_a_message_ended_in_whatever_order_it_comes(
        self, room: Room, statuses: list[str], state: str
    ):
        message = sent(room)
        for status in statuses:
            report(room, message, status)
        assert sms_of(room).state == state

    def test_keeps_the_code_of_a_failure(self, room: Room):
        report(room, sent(room), "undelivered", "30003")
        assert sms_of(room).code == "30003"

    def test_of_a_failure_counts_once(self, room: Room):
        message = sent(room)
        for _ in range(3):
            report(room, message, "undelivered", "30003")
        assert room.history(1).count("sms_failed_unreachable") == 1

    def test_of_a_message_that_is_not_ours_changes_nothing(self, room: Room):
        before = room.lead()
        receipts.receive(room.desk, form("SMelsewhere", "failed", "30006"))
        assert room.load(1) == before

    @pytest.mark.parametrize(
        ("status", "state"), [("delivered", "delivered"), ("failed", "failed")]
    )
    def test_that_overtakes_the_record_of_its_sending_is_kept_for_it(
        self, room: Room, status: str, state: str
    ):
        room.lead()
        room.log(1, "noanswer")
        for number in range(20):
            receipts.receive(room.desk, form(f"ref{number}", status, "30003"))
        room.tick(minutes=1)
        assert sms_of(room).state == state
        assert ("sms_failed_unreachable" in room.history(1)) is (state == "failed")

    def test_that_overtakes_is_never_taken_for_a_lead(self, room: Room):
        receipts.receive(room.desk, form("SM1", "delivered"))
        room.tick(hours=1)
        with room.desk.store.view() as view:
            states = view.connection.exec_driver_sql("SELECT state FROM intake").scalars().all()
        assert states == ["early"]

    @pytest.mark.parametrize(
        "body",
        [b"", b"x", form("", "sent"), form("SM1", ""), form("SM1", "received"), form("\0", "sent")],
    )
    def test_that_is_none_is_refused(self, room: Room, body: bytes):
        with pytest.raises(Unreadable):
            receipts.receive(room.desk, body)

    def test_is_not_half_stored_by_a_busy_database(self, room: Room):
        message = sent(room)

        def busy() -> None:
            raise Refused("desk.busy")

        with (
            just_before(room.desk.store.engine, "INSERT INTO history", busy),
            pytest.raises(Refused),
        ):
            report(room, message, "undelivered", "30006")
        assert (sms_of(room).state, room.load(1).phone_type) == ("sent", PhoneType.MOBILE)


class TestALandlineL24:
    def test_gets_no_more_sms_and_its_card_has_words_for_the_machine(self, english: Room):
        fail(english, "30006")
        assert english.load(1).phone_type is PhoneType.LANDLINE
        assert "A landline, so no SMS" in payload(english.outside.dms(english.load(1).owner)[0])

    def test_gets_the_first_mail_at_once_where_it_has_not_gone(self, room: Room):
        message = sent(room, email="")
        room.receive(**DANA)
        report(room, message, "undelivered", "30006")
        room.tick(minutes=1)
        assert [one.to for one in room.outside.mails] == [DANA["email"]]

    def test_gets_none_once_the_person_wrote(self, room: Room):
        message = sent(room, email="")
        room.receive(**DANA)
        asks.carry_out(room.desk, 1, asks.Ask(key="k1"))
        report(room, message, "undelivered", "30006")
        room.tick(minutes=1)
        assert room.outside.mails == []

    def test_gets_no_second_first_mail(self, room: Room):
        fail(room, "30006")
        assert len(room.outside.mails) == 1

    def test_is_called_on_by_the_plan(self, room: Room):
        message = sent(room)
        before = room.load(1)
        report(room, message, "undelivered", "30006")
        after = room.load(1)
        assert (after.next_what, after.next_at) == (before.next_what, before.next_at)

    def test_is_so_for_every_lead_with_the_number(self, room: Room):
        message = sent(room)
        other = room.lead(name="Dan", phone="054-234-5678", email="dan@example.com")
        with room.desk.store.engine.begin() as raw:
            raw.exec_driver_sql(f"UPDATE leads SET phone_e164 = '{DANAS}' WHERE id = {other.id}")
        report(room, message, "undelivered", "30006")
        assert room.load(other.id).phone_type is PhoneType.LANDLINE

    def test_is_not_forgotten_by_an_undo(self, room: Room):
        lead = room.lead()
        room.log(1, "noanswer")
        room.outside.trouble = lambda one: DeliveryFailed("21614") if isinstance(one, Sms) else None
        room.tick(minutes=1)
        with pytest.raises(Refused):
            undoing.undo(room.desk, by=lead.owner)
        assert room.load(1).phone_type is PhoneType.LANDLINE


class TestANumberThatNobodyHasL51:
    def test_is_asked_for_by_mail(self, room: Room):
        fail(room, "30005")
        after = room.load(1)
        assert (after.phone_valid, after.next_what, after.next_at) == (
            False,
            Step.WAIT_FOR_PHONE,
            None,
        )
        assert layers_of(room) == ["mail_first", "ask_phone"]

    def test_that_was_answered_before_only_stands_in_the_history(self, room: Room):
        room.lead()
        due = room.clock.now.replace(hour=9)
        room.log(1, "followup", when=due, importance=Importance.LOW)
        room.clock.now = due
        room.log(1, "noanswer")
        room.tick(minutes=1)
        before = room.load(1)
        report(room, sms_of(room), "undelivered", "30005")
        after = room.load(1)
        assert (after.phone_valid, after.next_what) == (True, before.next_what)
        assert room.history(1)[-1] == "sms_failed_invalid"

    def test_of_a_lead_on_the_mailing_list_changes_no_step(self, room: Room):
        message = sent(room)
        with room.desk.store.unit() as unit:
            lead = room.load(1)
            listed = on_mailing_list(lead, now=room.clock.now, playbook=room.desk.playbook)
            leads.save(unit, listed, before=lead)
            unit.commit()
        report(room, message, "undelivered", "30005")
        after = room.load(1)
        assert (after.next_what, after.phone_valid) == (Step.MAILING_LIST, False)
        assert "ask_phone" not in layers_of(room)


class TestAnOptOutAtTheProvider:
    def test_closes_sms_for_the_number_and_is_told_to_the_owner(self, english: Room):
        fail(english, "21610")
        assert english.load(1).opted_out == ("sms",)
        with english.desk.store.view() as view:
            assert optouts.of(view, DANAS) == {"sms"}
        told = english.outside.dms(english.load(1).owner)[-1].text
        assert "stopped SMS at the network" in told


class TestAnyOtherFailure:
    @pytest.mark.parametrize(
        ("code", "meaning", "said"),
        [
            ("30003", "unreachable", "SMS not delivered: the phone is off or out of reach"),
            ("30007", "filtered", "SMS not delivered: the carrier blocked it (30007)"),
            ("21408", "region", "SMS not delivered: no way to this country or carrier (21408)"),
            ("30022", "retry", "SMS not delivered: too much traffic (30022)"),
            ("30008", "unknown", "SMS not delivered, the reason is not known (30008)"),
            ("", "unknown", "SMS not delivered, the reason is not known (-)"),
        ],
    )
    def test_stands_on_the_card_and_changes_nothing(
        self, english: Room, code: str, meaning: str, said: str
    ):
        message = sent(english)
        before = english.load(1)
        report(english, message, "undelivered", code)
        english.deliver()
        assert english.load(1) == before
        assert english.history(1)[-1] == f"sms_failed_{meaning}"
        assert said in payload(english.outside.dms(before.owner)[0])

    @pytest.mark.parametrize("meaning", list(Meaning))
    def test_has_words_in_both_languages(self, meaning: Meaning):
        assert all(f"history.sms_failed_{meaning}" in load(one) for one in LOCALES)


class TestAFailureAtSending:
    def send(self, room: Room, code: str) -> None:
        room.lead()
        room.log(1, "noanswer")
        room.outside.trouble = lambda one: DeliveryFailed(code) if isinstance(one, Sms) else None
        room.tick(minutes=1)

    @pytest.mark.parametrize(
        ("code", "line"),
        [
            ("21614", "sms_failed_landline"),
            ("21211", "sms_failed_invalid"),
            ("21610", "sms_failed_opted_out"),
            ("21408", "sms_failed_region"),
            ("unknown_if_sent", "sms_failed_unknown"),
        ],
    )
    def test_means_the_same_as_one_at_delivery(self, room: Room, code: str, line: str):
        self.send(room, code)
        assert sms_of(room).state == "failed"
        assert line in room.history(1)

    def test_of_a_landline_has_the_same_end(self, room: Room):
        self.send(room, "21614")
        assert room.load(1).phone_type is PhoneType.LANDLINE

    def test_of_one_who_stopped_them_has_the_same_end(self, room: Room):
        self.send(room, "21610")
        assert room.load(1).opted_out == ("sms",)

    def test_that_passes_is_tried_again_and_means_nothing_yet(self, room: Room):
        self.send(room, "20429")
        assert room.states("sms") == ["waiting"]
        assert not any(one.startswith("sms_failed") for one in room.history(1))

    def test_is_told_to_the_managers(self, room: Room):
        self.send(room, "21408")
        assert any("21408" in one.text for one in room.outside.dms(MIRI))
