from collections.abc import Iterator
from queue import Empty, Queue
from threading import Event, Thread

import httpx
import pytest

from sandbox.arrivals import Arrivals
from sandbox.story.tale import Arrive, arrivals

WAIT, NEVER = 10.0, 3600.0


class Door:
    """The bot's intake: takes what comes, or refuses as it is told."""

    def __init__(self) -> None:
        self.came: Queue[Arrive] = Queue()
        self.fault: Exception | None = None

    def __call__(self, lead: Arrive) -> str:
        self.came.put(lead)
        if self.fault is not None:
            raise self.fault
        return lead.customer.key

    def next(self) -> Arrive:
        return self.came.get(timeout=WAIT)


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def slow(door: Door) -> Iterator[Arrivals]:
    """Arrivals of which no second one comes by itself while a test runs."""
    made = Arrivals(send=door, every=NEVER)
    made.leads = arrivals(locale="en", seed=7, start=1)
    yield made
    made.close()


class TestArrivals:
    def test_begin_switched_off(self, slow: Arrivals, door: Door):
        assert not slow.on
        with pytest.raises(Empty):
            door.came.get_nowait()

    def test_send_the_first_lead_at_once(self, slow: Arrivals, door: Door):
        slow.switch(on=True)
        assert door.next().customer.key == "n0001"
        assert slow.on

    def test_send_one_after_another_while_they_are_on(self, door: Door):
        made = Arrivals(send=door, every=0.001)
        made.leads = arrivals(locale="he", seed=7, start=5)
        made.switch(on=True)
        assert [door.next().customer.key for _ in range(3)] == ["n0005", "n0006", "n0007"]
        made.close()

    def test_stop_when_switched_off_and_go_on_with_the_next(self, slow: Arrivals, door: Door):
        slow.switch(on=True)
        door.next()
        slow.switch(on=False)
        assert not slow.on
        slow.switch(on=True)
        assert door.next().customer.key == "n0002"

    def test_grow_their_version_at_each_switch(self, slow: Arrivals):
        before = slow.version
        slow.switch(on=True)
        slow.switch(on=False)
        assert slow.version == before + 2

    def test_can_be_sent_one_by_one(self, slow: Arrivals, door: Door):
        assert slow.one() == "n0001"
        assert door.next().customer.key == "n0001"

    def test_may_be_switched_on_by_several_at_once(self, slow: Arrivals, door: Door):
        faults: list[Exception] = []

        def switch() -> None:
            try:
                slow.switch(on=True)
            except RuntimeError as fault:
                faults.append(fault)

        hands = [Thread(target=switch) for _ in range(8)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        assert faults == []
        assert door.next().customer.key == "n0001"


class TestALeadThatIsRefused:
    def test_does_not_stop_those_after_it(self, door: Door, caplog: pytest.LogCaptureFixture):
        made = Arrivals(send=door, every=0.001)
        made.leads = arrivals(locale="en", seed=7, start=1)
        door.fault = httpx.ConnectError("not there")
        made.switch(on=True)
        assert door.next() != door.next()
        assert made.on
        made.close()
        assert "did not arrive: ConnectError" in caplog.text

    def test_is_told_to_who_sent_it_by_hand(self, slow: Arrivals, door: Door):
        door.fault = httpx.ConnectError("not there")
        with pytest.raises(httpx.ConnectError):
            slow.one()


class TestTheEndOfAStory:
    def test_switches_them_off(self, door: Door):
        over = Event()

        def leads() -> Iterator[Arrive]:
            yield next(arrivals(locale="en", seed=7, start=1))
            over.set()

        made = Arrivals(send=door, every=0.001)
        made.leads = leads()
        made.switch(on=True)
        assert over.wait(WAIT)
        made.close()
        assert made.version == 2
        assert not made.on

    def test_is_told_to_who_asks_for_one_more(self, door: Door):
        with pytest.raises(StopIteration):
            Arrivals(send=door).one()


class TestClosing:
    def test_ends_the_thread_also_while_it_waits(self, slow: Arrivals, door: Door):
        slow.switch(on=True)
        door.next()
        slow.close()
        slow.switch(on=True)
        with pytest.raises(Empty):
            door.came.get_nowait()

    def test_is_no_trouble_before_the_first_lead(self, door: Door):
        Arrivals(send=door).close()
