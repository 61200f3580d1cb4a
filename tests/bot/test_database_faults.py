"""A disk that is full, a database that can't be written: refused with words, and recovered."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from bot import ledger
from bot.orders import Order, Sms
from bot.readiness import database_answers
from handlers.commands import answer_command
from handlers.web import make_web
from rules.refusals import Refused
from tests.desk import DANA, Room

BEARER = {"Authorization": "Bearer secret"}
MUCH = "A long story. " * 2_000
FULL, LOCKED = "full", "read-only"
MENDED = ("query_only = 0", "max_page_count = 1000000")
either = pytest.mark.parametrize("fault", [FULL, LOCKED])


class Disk:
    """What holds a room's database: it fills up, or is made read-only, and is mended again."""

    def __init__(self, room: Room) -> None:
        self._room, self._pragmas = room, tuple[str, ...](MENDED)
        self._engine = room.desk.store.engine
        event.listen(self._engine, "connect", self._put)

    def breaks(self, fault: str) -> None:
        self._set((f"max_page_count = {self._pages()}" if fault == FULL else "query_only = 1",))

    def mends(self) -> None:
        self._set(MENDED)

    @contextmanager
    def broken(self, fault: str) -> Iterator[None]:
        self.breaks(fault)
        yield
        self.mends()

    def _set(self, pragmas: tuple[str, ...]) -> None:
        """Set this for every connection: new ones, those in the pool, and the writer's."""
        self._pragmas = pragmas
        self._engine.dispose()
        writer: Any = self._room.desk.store._writer  # noqa: SLF001 - what it has open stays open
        if writer._connection:  # noqa: SLF001
            self._put(writer._connection.connection.driver_connection)  # noqa: SLF001

    def _put(self, connection: Any, _record: Any = None) -> None:
        for one in self._pragmas:
            connection.execute(f"PRAGMA {one}")

    def _pages(self) -> int:
        with self._room.desk.store.view() as view:
            return int(view.connection.exec_driver_sql("PRAGMA page_count").scalar() or 0)


@pytest.fixture
def disk(room: Room) -> Disk:
    return Disk(room)


def command(room: Room, text: str, *, trigger: str = "t1") -> str:
    given = {"text": text, "user_id": room.load(1).owner, "trigger_id": trigger, "channel_id": "C1"}
    return answer_command(room.desk, given).text


def counted(room: Room) -> tuple[int, ...]:
    with room.desk.store.view() as view:
        asked = (f"SELECT count(*) FROM {one}" for one in ("leads", "intake", "history", "outbox"))
        return tuple(int(view.connection.exec_driver_sql(one).scalar() or 0) for one in asked)


@either
class TestADatabaseThatCanNotBeWritten:
    def test_is_told_to_who_types_and_nothing_is_stored(self, room: Room, disk: Disk, fault: str):
        room.lead()
        before = counted(room)
        with disk.broken(fault):
            for turn in range(5):
                said = command(room, f"note 1 {MUCH}", trigger=f"t{turn}")
                assert "Nothing was stored" in said or "דבר לא נשמר" in said
            assert counted(room) == before
            assert "#1 Dana Cohen" in command(room, "mine")
        assert "Nothing was stored" not in command(room, f"note 1 {MUCH}", trigger="t9")
        assert counted(room) != before

    def test_is_503_to_a_form_which_comes_again(self, room: Room, disk: Disk, fault: str):
        body = json.dumps(DANA | {"note": MUCH})
        with TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True)) as web:
            with disk.broken(fault):
                answer = web.post("/intake/website", content=body, headers=BEARER)
                assert answer.status_code == 503
                assert counted(room)[:2] == (0, 0)
            answer = web.post("/intake/website", content=body, headers=BEARER)
            assert (answer.status_code, answer.json()["status"]) == (202, "created")

    def test_is_not_ready_until_it_takes_something_again(self, room: Room, disk: Disk, fault: str):
        room.lead()
        with TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True)) as web:
            with disk.broken(fault):
                with pytest.raises(Refused):
                    room.receive(**DANA, note=MUCH)
                assert web.get("/ready").status_code == 503
                assert web.get("/ready").json() == {"database": False, "slack": True}
                assert web.get("/health").status_code == 200
                assert "lead_desk_database_up 0.0" in web.get("/metrics").text
            assert web.get("/ready").status_code == 200
        assert not room.desk.store.failing


class TestWhatLeftWhileNothingCouldBeWritten:
    def test_is_written_down_and_does_not_leave_twice(
        self, room: Room, disk: Disk, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(ledger, "PAUSES", (0.0,))
        room.lead()
        room.deliver()
        room.log(1, "noanswer")
        room.clock.forward(seconds=31)
        waits: list[int] = []

        def fill(order: Order) -> None:
            if isinstance(order, Sms):
                disk.breaks(LOCKED)

        def wait(_seconds: float) -> None:
            waits.append(1)
            if len(waits) > 2:
                disk.mends()

        room.outside.on_send = fill
        monkeypatch.setattr(room.courier.ending, "wait", wait)
        room.courier.deliver_due()
        room.clock.forward(minutes=5)
        room.courier.keep_leases()
        room.deliver()
        assert len(room.outside.sms) == 1
        assert room.states("sms") == ["sent"]


class TestADatabaseThatWasBusyForAMoment:
    def test_is_ready_when_it_takes_something(self, room: Room):
        room.desk.store.failing = True
        assert database_answers(room.desk)
        assert not room.desk.store.failing

    def test_is_ready_with_the_next_commit(self, room: Room):
        room.desk.store.failing = True
        room.lead()
        assert not room.desk.store.failing
