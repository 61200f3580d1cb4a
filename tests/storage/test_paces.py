"""A pace that all processes share."""

import threading
from datetime import timedelta

from rules.pace import Pace
from storage import paces
from storage.store import Store
from tests.storage.making import NOON

SECOND = timedelta(seconds=1)
PACE = Pace(1.0)


def take(store: Store, at: timedelta = timedelta(0), name: str = "slack:leads") -> bool:
    with store.unit() as unit:
        if not paces.is_free(unit, name, PACE, now=NOON + at):
            return False
        paces.spend(unit, name, PACE, now=NOON + at)
        unit.commit()
        return True


class TestAPlace:
    def test_takes_one_a_second(self, store: Store):
        found = [take(store, SECOND * part / 2) for part in range(5)]
        assert found == [True, False, True, False, True]

    def test_is_paced_by_itself(self, store: Store):
        assert take(store)
        assert take(store, name="slack:digest")

    def test_rests_as_long_as_it_is_told(self, store: Store):
        take(store)
        with store.unit() as unit:
            paces.rest(unit, "slack:leads", until=NOON + 3 * SECOND)
            unit.commit()
        assert [take(store, 2 * SECOND), take(store, 3 * SECOND)] == [False, True]

    def test_is_given_to_one_of_many_who_ask_at_once(self, store: Store):
        barrier, found = threading.Barrier(6), []

        def ask() -> None:
            barrier.wait()
            found.append(take(store))

        hands = [threading.Thread(target=ask) for _ in range(6)]
        for one in hands:
            one.start()
        for one in hands:
            one.join()
        assert sorted(found) == [False] * 5 + [True]
