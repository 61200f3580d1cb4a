# ruff: noqa: PT012 - a unit that raises is a block
"""The unit of work, on both databases: stored whole and told so, or not stored and told so."""

import itertools
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError

from rules.effects import RefreshCard
from rules.refusals import Refused
from storage import inbox, leads, outbox
from storage.engine import make_engine
from storage.store import Store
from storage.tables import history, seen
from storage.unit import NotCommitted, Unit
from tests.databases import just_before, only_postgresql
from tests.storage.making import MINUTE, NOON, add_lead, at_once, reread, stored_lead

THREADS = 16
ROUNDS = 12


@pytest.fixture
def wakes(store: Store) -> list[int]:
    """What has been stored at each call of `on_wake`."""
    found: list[int] = []

    def wake() -> None:
        with store.view() as view:
            found.append(view.execute(text("SELECT count(*) FROM outbox")).scalar_one())

    store.on_wake = wake
    return found


@pytest.fixture
def other(database_url: str) -> Iterator[Store]:
    """The same database as another process sees it."""
    made = Store(make_engine(database_url))
    yield made
    made.close()


def remember(unit: Unit, key: str) -> bool:
    return inbox.first_time(unit, key, at=NOON)


def keys(store: Store) -> list[str]:
    with store.view() as view:
        return list(view.execute(select(seen.c.key).order_by(seen.c.key)).scalars())


class TestUnit:
    def test_that_is_not_committed_leaves_nothing(self, store: Store):
        with store.unit() as unit:
            remember(unit, "a")
        assert keys(store) == []

    def test_that_is_committed_is_seen_by_another_process(self, store: Store, other: Store):
        with store.unit() as unit:
            remember(unit, "a")
            unit.commit()
            assert keys(other) == ["a"]

    def test_is_not_seen_before_its_commit(self, store: Store, other: Store):
        with store.unit() as unit:
            remember(unit, "a")
            assert keys(other) == []
            assert keys(store) == []
            unit.commit()

    def test_sees_its_own_work(self, store: Store):
        with store.unit() as unit:
            assert remember(unit, "a")
            assert not remember(unit, "a")

    def test_that_fails_leaves_nothing_and_passes_the_fault_on(self, store: Store):
        with pytest.raises(ZeroDivisionError), store.unit() as unit:
            remember(unit, "a")
            raise ZeroDivisionError
        assert keys(store) == []

    def test_that_fails_lets_the_next_one_work(self, store: Store):
        with pytest.raises(IntegrityError), store.unit() as unit:
            unit.execute(seen.insert(), {"key": "a", "at": NOON})
            unit.execute(seen.insert(), {"key": "a", "at": NOON})
        with store.unit() as unit:
            remember(unit, "b")
            unit.commit()
        assert keys(store) == ["b"]

    def test_that_is_refused_says_why(self, store: Store):
        with pytest.raises(Refused) as caught, store.unit() as unit:
            remember(unit, "a")
            raise Refused("lead.unknown", lead_id=7)
        assert caught.value.key == "lead.unknown"
        assert keys(store) == []

    def test_ends_with_its_commit(self, store: Store):
        with pytest.raises(RuntimeError, match="last act"), store.unit() as unit:
            remember(unit, "a")
            unit.commit()
            remember(unit, "late")
        assert keys(store) == ["a"]

    def test_commits_once(self, store: Store):
        with pytest.raises(RuntimeError, match="last act"), store.unit() as unit:
            remember(unit, "a")
            unit.commit()
            unit.commit()
        assert keys(store) == ["a"]

    def test_that_fails_after_its_commit_stays_committed(self, store: Store):
        with pytest.raises(ZeroDivisionError), store.unit() as unit:
            remember(unit, "a")
            unit.commit()
            raise ZeroDivisionError
        assert keys(store) == ["a"]

    def test_survives_a_fault_that_was_caught_or_says_that_it_did_not(self, store: Store):
        """PostgreSQL gives a transaction up at its first error, and commits it without a word."""
        told = "committed"
        try:
            with store.unit() as unit:
                remember(unit, "a")
                with pytest.raises(IntegrityError):
                    unit.execute(text("INSERT INTO seen (key, at) VALUES ('b', NULL)"))
                unit.commit()
        except Refused as refused:
            told = refused.key
        assert (told, keys(store)) in [("committed", ["a"]), ("desk.busy", [])]

    def test_may_be_opened_after_the_store_was_closed(self, store: Store):
        store.close()
        with store.unit() as unit:
            remember(unit, "a")
            unit.commit()
        assert keys(store) == ["a"]


class TestOnWake:
    def test_is_called_once_after_the_commit(self, store: Store, wakes: list[int]):
        with store.unit() as unit:
            outbox.add(unit, (RefreshCard(1), RefreshCard(2)), now=NOON)
            outbox.add(unit, (RefreshCard(3),), now=NOON)
            assert wakes == []
            unit.commit()
        assert wakes == [3]

    def test_is_not_called_for_what_is_due_later(self, store: Store, wakes: list[int]):
        with store.unit() as unit:
            outbox.add(unit, (RefreshCard(1),), now=NOON, due_at=NOON + MINUTE)
            unit.commit()
        assert wakes == []

    def test_is_not_called_for_nothing(self, store: Store, wakes: list[int]):
        with store.unit() as unit:
            outbox.add(unit, (), now=NOON)
            unit.commit()
        assert wakes == []

    def test_is_not_called_without_a_commit(self, store: Store, wakes: list[int]):
        with store.unit() as unit:
            outbox.add(unit, (RefreshCard(1),), now=NOON)
        assert wakes == []

    def test_is_not_called_after_a_fault(self, store: Store, wakes: list[int]):
        with pytest.raises(ZeroDivisionError), store.unit() as unit:
            outbox.add(unit, (RefreshCard(1),), now=NOON)
            raise ZeroDivisionError
        assert wakes == []

    def test_is_called_for_rows_whose_sender_died(self, store: Store, wakes: list[int]):
        with store.unit() as unit:
            outbox.add(unit, (RefreshCard(1),), now=NOON)
            outbox.claim(unit, owner="one", now=NOON, lease=MINUTE, most=1)
            unit.commit()
        wakes.clear()
        with store.unit() as unit:
            assert outbox.free_expired(unit, now=NOON + 2 * MINUTE) == 1
            unit.commit()
        assert wakes == [1]

    def test_may_open_a_unit_of_its_own(self, store: Store):
        def again() -> None:
            with store.unit() as unit:
                remember(unit, "woken")
                unit.commit()

        store.on_wake = again
        with store.unit() as unit:
            outbox.add(unit, (RefreshCard(1),), now=NOON)
            unit.commit()
        assert keys(store) == ["woken"]


class TestManyAtOnce:
    def test_commit_each_unit_exactly_once(self, store: Store):
        def work(name: int) -> None:
            for number in range(ROUNDS):
                with store.unit() as unit:
                    unit.execute(seen.insert(), {"key": f"{name}:{number}", "at": NOON})
                    unit.commit()

        assert at_once([partial(work, name) for name in range(THREADS)]) == []
        assert len(keys(store)) == THREADS * ROUNDS

    def test_count_right_when_they_read_and_then_write(self, store: Store):
        lead = stored_lead(store)

        def work() -> None:
            for _ in range(ROUNDS):
                with store.unit() as unit:
                    found = leads.load(unit, lead.id, lock=True)
                    assert found is not None
                    saved = leads.save(unit, found)
                    leads.add_line(unit, lead.id, at=NOON, actor="", what=str(saved.version))
                    unit.commit()

        assert at_once([work] * THREADS) == []
        with store.view() as view:
            assert reread(view, lead).version == 1 + THREADS * ROUNDS
            said = view.execute(select(history.c.what).order_by(history.c.id)).scalars().all()
        assert sorted(map(int, said)) == list(range(2, 2 + THREADS * ROUNDS))

    def test_lose_only_those_that_fail(self, store: Store):
        numbers = itertools.count()
        lock = threading.Lock()
        good: list[str] = []

        def work() -> None:
            for _ in range(ROUNDS):
                with lock:
                    number = next(numbers)
                key = f"{number:04}"
                try:
                    with store.unit() as unit:
                        remember(unit, key)
                        if number % 3 == 0:
                            raise ZeroDivisionError
                        if number % 3 == 1:
                            unit.commit()
                            good.append(key)
                except ZeroDivisionError:
                    pass

        assert at_once([work] * THREADS) == []
        assert keys(store) == sorted(good)
        assert len(good) == THREADS * ROUNDS // 3

    def test_have_one_winner_where_the_version_tells(self, store: Store):
        lead = stored_lead(store)

        def work() -> None:
            with store.unit() as unit:
                leads.save(unit, lead)
                unit.commit()

        raised = at_once([work] * THREADS)
        assert [getattr(one, "key", one) for one in raised] == ["lead.changed"] * (THREADS - 1)

    def test_wake_the_sender_once_each(self, store: Store):
        calls: list[int] = []
        store.on_wake = lambda: calls.append(1)

        def work(name: int) -> None:
            with store.unit() as unit:
                outbox.add(unit, (RefreshCard(name),), now=NOON)
                unit.commit()

        assert at_once([partial(work, name) for name in range(THREADS)]) == []
        assert len(calls) == THREADS

    def test_can_be_looked_at_meanwhile(self, store: Store):
        lead = stored_lead(store)

        def write() -> None:
            for _ in range(ROUNDS):
                with store.unit() as unit:
                    add_lead(unit)
                    unit.commit()

        def look() -> None:
            for _ in range(ROUNDS):
                with store.view() as view:
                    assert reread(view, lead) == lead

        assert at_once([write, look] * 4) == []


@only_postgresql
class TestOnPostgres:
    def test_a_lost_connection_is_refused_and_then_forgotten(self, store: Store, engine: Engine):
        with pytest.raises(Refused, match=r"desk\.busy"), store.unit() as unit:
            remember(unit, "a")
            pid = unit.execute(select(func.pg_backend_pid())).scalar_one()
            with engine.connect() as killer:
                killer.execute(select(func.pg_terminate_backend(pid)))
            remember(unit, "b")
            unit.commit()
        with store.unit() as unit:
            remember(unit, "c")
            unit.commit()
        assert keys(store) == ["c"]

    def test_two_that_wait_for_each_other_are_refused_and_not_stuck(self, store: Store):
        first, second = stored_lead(store), stored_lead(store)
        both = threading.Barrier(2)

        def work(one: Any, two: Any) -> None:
            with store.unit() as unit:
                unit.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
                leads.load(unit, one.id, lock=True)
                both.wait(10)
                leads.load(unit, two.id, lock=True)
                unit.commit()

        raised = at_once([lambda: work(first, second), lambda: work(second, first)])
        assert [str(one) for one in raised] == ["desk.busy"]

    def test_a_version_that_moved_meanwhile_is_refused(self, store: Store, engine: Engine):
        lead = stored_lead(store)

        def other() -> None:
            with Store(engine).unit() as second:
                leads.save(second, lead)
                second.commit()

        with (
            pytest.raises(Refused, match=r"lead\.changed"),
            just_before(engine, "UPDATE leads", other),
            store.unit() as unit,
        ):
            leads.save(unit, reread(unit, lead))


class TestNotCommitted:
    def test_is_told_to_the_caller_as_busy(self, store: Store):
        with pytest.raises(Refused, match=r"desk\.busy"), store.unit():
            raise NotCommitted
