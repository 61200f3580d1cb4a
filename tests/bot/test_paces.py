"""What leaves for one channel keeps one pace, however many processes send."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from bot.delivery import Courier
from bot.orders import Order, SlackPost
from bot.picking import PERSON
from rules.effects import TellManagers
from storage import outbox
from tests.desk import MIRI, FakeClock, Room, a_desk

SECOND = timedelta(seconds=1)


@contextmanager
def second(room: Room) -> Iterator[Courier]:
    """Give the courier of another process beside the room's own."""
    made = Courier(
        room.desk,
        dict.fromkeys(Order.__args__, room.outside),
        seconds=lambda: room.clock().timestamp(),
    )
    try:
        yield made
    finally:
        made.close()


def watch(room: Room) -> dict[str, list[datetime]]:
    """Note when each channel or person is written to."""
    seen: dict[str, list[datetime]] = defaultdict(list)

    def note(order: Order) -> None:
        if isinstance(order, SlackPost):
            seen[order.to].append(room.clock.now)

    room.outside.on_send = note
    return seen


def gaps(moments: list[datetime]) -> list[float]:
    return [(after - before).total_seconds() for before, after in pairwise(moments)]


def come(room: Room, count: int) -> None:
    for number in range(count):
        room.lead(phone=f"052-234-{5000 + number}", email="", name=f"Lead{number}")


def tell(room: Room, count: int) -> None:
    """Put so many notices for one manager in line."""
    with room.desk.store.unit() as unit:
        told = [TellManagers("dead_letter", 0, about=str(one), to=MIRI) for one in range(count)]
        outbox.add(unit, told, now=room.clock.now)
        unit.commit()


class TestTwoProcesses:
    def test_write_to_a_channel_once_a_second_together_and_in_order(self, either_room: Room):
        room = either_room
        come(room, 8)
        seen = watch(room)
        with second(room) as other:
            for turn in range(60):
                for courier in (room.courier, other) if turn % 2 else (other, room.courier):
                    courier.deliver_due()
                room.clock.forward(seconds=0.25)
        assert len(seen["leads"]) == 8
        assert min(gaps(seen["leads"])) >= 1
        names = [one.text.split("*")[1] for one in room.outside.channel()]
        assert names == [f"#{n + 1} Lead{n}" for n in range(8)]

    def test_do_not_overtake_each_other_while_one_is_slow(self, either_room: Room):
        room = either_room
        come(room, 3)
        with second(room) as other:

            def slow(order: Order) -> None:
                if isinstance(order, SlackPost) and order.to == "leads":
                    room.outside.on_send = lambda _: None
                    room.clock.forward(seconds=3)
                    other.deliver_due()

            room.outside.on_send = slow
            for _ in range(4):
                room.courier.deliver_due()
                room.clock.forward(seconds=2)
        names = [one.text.split("*")[1] for one in room.outside.channel()]
        assert names == [f"#{n + 1} Lead{n}" for n in range(3)]

    def test_do_not_wait_long_for_one_that_died(self, either_room: Room):
        room = either_room
        come(room, 2)
        with room.desk.store.unit() as unit:
            outbox.claim(
                unit,
                owner="dead",
                now=room.clock.now,
                lease=timedelta(minutes=1),
                most=1,
                only="channel:leads",
            )
            unit.commit()
        room.clock.forward(seconds=9)
        room.courier.deliver_due()
        assert room.outside.channel() == []
        room.clock.forward(seconds=2)
        room.courier.deliver_due()
        assert len(room.outside.channel()) == 1


class TestOneChannelForAll:
    def test_has_one_pace_for_the_digest_and_the_leads(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, DIGEST_CHANNEL="leads") as room:
            come(room, 2)
            room.log(1, "noanswer")
            room.clock.forward(minutes=1)
            with room.desk.store.unit() as unit:
                unit.connection.exec_driver_sql(
                    "UPDATE outbox SET lane = 'channel:digest' WHERE kind = 'post_card' AND id > 1"
                )
                unit.commit()
            seen = watch(room)
            for _ in range(24):
                room.courier.deliver_due()
                clock.forward(seconds=0.25)
            assert len(seen["leads"]) >= 2
            assert min(gaps(seen["leads"])) >= 1


class TestAPerson:
    def test_gets_some_at_once_and_then_one_a_second(self, room: Room):
        tell(room, PERSON.burst + 5)
        seen = watch(room)
        for _ in range(40):
            room.courier.deliver_due()
            room.clock.forward(seconds=0.25)
        moments = seen[MIRI]
        assert len(moments) == PERSON.burst + 5
        assert moments[PERSON.burst - 1] == moments[0]
        assert min(gaps(moments[PERSON.burst - 1 :])) >= 1
        told = [one.text for one in room.outside.dms(MIRI)]
        assert len(told) == PERSON.burst + 5

    def test_gets_them_in_order(self, room: Room):
        tell(room, 15)
        room.deliver()
        with room.desk.store.view() as view:
            query = "SELECT id FROM outbox WHERE state = 'sent' ORDER BY done_at, id"
            ids = [int(one) for one in view.connection.exec_driver_sql(query).scalars()]
        assert ids == sorted(ids)
        assert len(ids) == 15
