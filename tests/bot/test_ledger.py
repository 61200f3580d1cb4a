"""What was delivered is written down until it stands: nothing leaves twice for want of a record."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from bot import ledger
from bot.asks import Ask, carry_out
from bot.desk import Desk
from bot.orders import DeliveryFailed, Mail, Order, Sms
from bot.outgoing import record
from rules.phones import read_phone
from rules.refusals import Refused
from storage import messages, optouts, outbox
from storage.outbox import Row
from storage.unit import Unit
from tests.databases import only_postgresql
from tests.desk import MIRI, Room

KINDS = {"sms": Sms, "email": Mail}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "PAUSES", (0.0,))


def faulty(
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    fault: Callable[[], Exception],
    *,
    times: int = 10**6,
    then: Callable[[], None] = lambda: None,
) -> list[int]:
    """Let the record of what left of a kind fail so many times, each when all is written."""
    failed = [0]

    def fail(desk: Desk, unit: Unit, row: Row, sent: Any, **more: Any) -> None:
        record(desk, unit, row, sent, **more)
        if row.effect.kind == kind and failed[0] < times:
            failed[0] += 1
            then()
            raise fault()

    monkeypatch.setattr(ledger, "record", fail)
    return failed


def busy() -> Exception:
    return Refused("desk.busy")


def missed(room: Room) -> None:
    """Let nobody answer, and deliver what follows."""
    room.lead()
    room.deliver()
    room.log(1, "noanswer")
    room.clock.forward(seconds=31)
    room.courier.deliver_due()


def later(room: Room) -> None:
    """Let leases run out, and deliver what waits then."""
    for _ in range(8):
        room.clock.forward(seconds=15)
        room.courier.keep_leases()
        room.courier.deliver_due()


class TestARecordThatFails:
    @pytest.mark.parametrize("kind", ["sms", "email"])
    def test_is_written_again_and_nothing_leaves_twice(
        self, either_room: Room, monkeypatch: pytest.MonkeyPatch, kind: str
    ):
        failed = faulty(monkeypatch, kind, busy, times=9)
        missed(either_room)
        later(either_room)
        assert failed == [9]
        assert len(either_room.outside.of(KINDS[kind])) == 1
        assert either_room.states(kind) == ["sent"]
        assert either_room.history(1).count(f"sent_{kind}") == 1

    def test_keeps_its_lease_meanwhile(self, either_room: Room, monkeypatch: pytest.MonkeyPatch):
        def wait(_seconds: float) -> None:
            either_room.clock.forward(seconds=90)
            either_room.courier.keep_leases()
            assert either_room.states("sms") == ["leased"]

        failed = faulty(monkeypatch, "sms", busy, times=2)
        monkeypatch.setattr(either_room.courier.ending, "wait", wait)
        missed(either_room)
        assert failed == [2]
        assert either_room.states("sms") == ["sent"]

    @pytest.mark.parametrize("kind", ["sms", "email"])
    def test_by_our_own_fault_ends_as_dead_and_is_told(
        self, room: Room, monkeypatch: pytest.MonkeyPatch, kind: str
    ):
        failed = faulty(monkeypatch, kind, ZeroDivisionError)
        missed(room)
        later(room)
        assert failed == [ledger.MOST_FAULTS]
        assert len(room.outside.of(KINDS[kind])) == 1
        assert room.states(kind) == ["dead"]
        assert [row["error"] for row in room.rows(kind)] == [ledger.UNKNOWN]
        assert ledger.UNKNOWN in room.outside.dms(MIRI)[-1].text

    def test_when_a_row_has_to_wait_is_written_again(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        real, left = outbox.put_back, [3]

        def put_back(unit: Unit, row: Row, **more: Any) -> None:
            real(unit, row, **more)
            left[0] -= 1
            if left[0] >= 0:
                raise busy()

        monkeypatch.setattr(outbox, "put_back", put_back)
        room.outside.trouble = lambda order: (
            DeliveryFailed("smtp_451") if isinstance(order, Mail) else None
        )
        missed(room)
        assert room.states("email") == ["waiting"]
        assert [row["tries"] for row in room.rows("email")] == [1]


class TestAtTheEndOfTheProcess:
    def test_an_sms_without_a_record_is_dead_and_never_sent_again(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        failed = faulty(monkeypatch, "sms", busy, then=room.courier.ending.set)
        missed(room)
        assert failed == [2]
        assert room.states("sms") == ["dead"]
        assert [row["error"] for row in room.rows("sms")] == [ledger.UNKNOWN]

    def test_a_mail_without_a_record_is_left_to_its_lease(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        faulty(monkeypatch, "email", busy, then=room.courier.ending.set)
        missed(room)
        assert room.states("email") == ["leased"]

    def test_a_record_that_can_be_written_is(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        faulty(monkeypatch, "sms", busy, times=1, then=room.courier.ending.set)
        missed(room)
        assert room.states("sms") == ["sent"]


class TestARecord:
    @only_postgresql
    @pytest.mark.parametrize("code", ["", "21614"])
    def test_holds_the_person_and_the_lead_before_its_row(self, either_room: Room, code: str):
        said: list[str] = []
        hands: list[int] = []
        order_of_locks = ["pg_advisory_xact_lock", "FROM leads", "UPDATE outbox SET state"]

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if hands == [threading.get_ident()] and is_lock(statement):
                said.extend(one for one in order_of_locks if one in statement)

        def listen(order: Order) -> DeliveryFailed | None:
            if not isinstance(order, Sms):
                return None
            hands.append(threading.get_ident())
            event.listen(either_room.desk.store.engine, "before_cursor_execute", note)
            return DeliveryFailed(code) if code else None

        either_room.outside.trouble = listen
        missed(either_room)
        assert list(dict.fromkeys(said)) == order_of_locks


def is_lock(statement: str) -> bool:
    return "lock(" in statement or "UPDATE" in statement


class TestAMessageThatNeverArrives:
    def trouble(self, room: Room, code: str) -> None:
        """Give the lead another number while an SMS to the first one is on its way."""

        def fail(order: Order) -> DeliveryFailed | None:
            if not isinstance(order, Sms):
                return None
            given = read_phone("052-234-9876", region="IL")
            carry_out(room.desk, 1, Ask("now", given, "k"))
            return DeliveryFailed(code)

        room.outside.trouble = fail

    def test_is_held_against_the_number_it_was_sent_to(self, room: Room):
        self.trouble(room, "21610")
        missed(room)
        now = room.load(1)
        assert now.phone_e164 == "+972522349876"
        assert now.opted_out == ()
        with room.desk.store.view() as view:
            assert optouts.of(view, "+972522345678") == {"sms"}
            assert optouts.of(view, "+972522349876") == frozenset()
            [sms] = [one for one in messages.of_lead(view, 1) if one.channel == "sms"]
        assert (sms.address, sms.state) == ("+972522345678", "failed")

    def test_breaks_no_other_number(self, room: Room):
        self.trouble(room, "21211")
        missed(room)
        assert room.load(1).phone_valid

    def test_by_mail_is_held_against_the_address_it_was_sent_to(self, room: Room):
        def fail(order: Order) -> DeliveryFailed | None:
            if not isinstance(order, Mail):
                return None
            with room.desk.store.unit() as unit:
                unit.connection.exec_driver_sql(
                    "UPDATE leads SET email = 'new@example.com', email_key = 'new@example.com'"
                )
                unit.commit()
            return DeliveryFailed("smtp_address")

        room.outside.trouble = fail
        missed(room)
        assert room.load(1).email_ok
