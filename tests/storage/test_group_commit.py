# ruff: noqa: SLF001 - the writer's inside is what is tested
"""The SQLite writer: callers that wait share one commit, and each is told the truth about it."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from rules.refusals import Refused
from storage import engine as engines
from storage import inbox, writers
from storage.engine import make_engine
from storage.store import Store
from storage.tables import seen
from storage.unit import NotCommitted, Unit
from tests.databases import only_sqlite
from tests.storage.making import NOON, PATIENCE

pytestmark = only_sqlite


class Turnstile:
    """The writer's lock, and a count of those who came to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.came = threading.Semaphore(0)
        self.interrupt_next = False

    def acquire(self) -> bool:
        self.came.release()
        if self.interrupt_next:
            self.interrupt_next = False
            raise KeyboardInterrupt
        return self._lock.acquire()

    def release(self) -> None:
        self._lock.release()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Bench:
    """A store whose callers stand where a test puts them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.writer = vars(store)["_writer"]
        self.turnstile = Turnstile()
        self.writer._turn = self.turnstile
        self.said: list[str] = []
        self.faults: dict[str, BaseException] = {}
        self.told: dict[str, object] = {}
        self._do: Callable[[str], None] = self.writer._do
        self.writer._do = self._listen
        self._threads: list[threading.Thread] = []

    def _listen(self, sql: str) -> None:
        self.said.append(sql)
        if sql in self.faults:
            raise self.faults.pop(sql)
        self._do(sql)

    @property
    def commits(self) -> int:
        return self.said.count("COMMIT")

    def start(self, name: str, work: Callable[[Unit], object] | None = None) -> None:
        """Let a caller come to the writer and remember its name; returns when it is there."""

        def run() -> None:
            try:
                with self.store.unit() as unit:
                    inbox.first_time(unit, name, at=NOON)
                    if work:
                        work(unit)
                    unit.commit()
                self.told[name] = "stored"
            except Refused as refused:
                self.told[name] = refused.key
            except BaseException as fault:  # noqa: BLE001 - the test looks at it
                self.told[name] = type(fault)

        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()
        assert self.turnstile.came.acquire(timeout=PATIENCE)

    def start_behind(self, first: str, *others: str, **works: Callable[[Unit], object]) -> None:
        """Let `first` hold its turn until all the others wait, then let all go on to their end."""
        go = threading.Event()

        def hold(unit: Unit) -> None:
            assert go.wait(PATIENCE)
            if first in works:
                works[first](unit)

        self.start(first, hold)
        for name in others:
            self.start(name, works.get(name))
        go.set()
        self.wait()

    def wait(self) -> None:
        for thread in self._threads:
            thread.join(PATIENCE)
        assert not [one for one in self._threads if one.is_alive()], "a caller waits for ever"

    @property
    def stored(self) -> list[str]:
        with self.store.view() as view:
            return list(view.execute(select(seen.c.key).order_by(seen.c.key)).scalars())

    def check_truth(self) -> None:
        """Whoever was told that it is stored is, and nobody else."""
        told = sorted(name for name, answer in self.told.items() if answer == "stored")
        assert self.stored == told

    def check_recovers(self) -> None:
        before = len(self.stored)
        self.start("afterwards")
        self.wait()
        assert self.told["afterwards"] == "stored"
        assert len(self.stored) == before + 1


@pytest.fixture
def bench(store: Store) -> Bench:
    return Bench(store)


def fail(_unit: Unit) -> None:
    raise ZeroDivisionError


class TestGroup:
    def test_shares_one_commit(self, bench: Bench):
        bench.start_behind("a", "b", "c", "d")
        assert bench.commits == 1
        assert bench.stored == ["a", "b", "c", "d"]

    def test_of_one_commits_at_once(self, bench: Bench):
        bench.start("a")
        bench.wait()
        bench.start("b")
        bench.wait()
        assert bench.commits == 2

    def test_answers_nobody_before_the_commit(self, bench: Bench, database_url: str):
        other = Store(make_engine(database_url))
        seen_by_others: list[int] = []

        def look(_unit: Unit) -> None:
            with other.view() as view:
                seen_by_others.append(view.execute(text("SELECT count(*) FROM seen")).scalar_one())
            seen_by_others.append(len(bench.told))

        bench.start_behind("a", "b", "c", b=look, c=look)
        other.close()
        assert seen_by_others == [0, 0, 0, 0]

    def test_loses_only_the_member_that_fails(self, bench: Bench):
        bench.start_behind("a", "b", "c", b=fail)
        assert bench.told == {"a": "stored", "b": ZeroDivisionError, "c": "stored"}
        assert bench.stored == ["a", "c"]
        assert bench.commits == 1

    @pytest.mark.parametrize("who", ["a", "c"])
    def test_is_stored_whether_the_first_or_the_last_fails(self, bench: Bench, who: str):
        bench.start_behind("a", "b", "c", **{who: fail})
        assert bench.told == {"a": "stored", "b": "stored", "c": "stored"} | {
            who: ZeroDivisionError
        }
        bench.check_truth()

    def test_of_failures_alone_is_rolled_back(self, bench: Bench):
        bench.start_behind("a", "b", a=fail, b=fail)
        assert bench.said[-1] == "ROLLBACK"
        assert bench.stored == []
        bench.check_recovers()

    def test_grows_no_larger_than_its_limit(self, bench: Bench, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(writers, "LARGEST_GROUP", 2)
        bench.start_behind("a", "b", "c", "d", "e")
        assert bench.commits == 3
        bench.check_truth()

    def test_takes_back_an_interrupted_member_alone(self, bench: Bench):
        def interrupt(_unit: Unit) -> None:
            raise KeyboardInterrupt

        bench.start_behind("a", "b", "c", b=interrupt)
        assert bench.told == {"a": "stored", "b": KeyboardInterrupt, "c": "stored"}
        bench.check_truth()


class TestFailedCommit:
    @pytest.mark.parametrize(
        "fault", [sqlite3.OperationalError("disk I/O error"), sqlite3.DatabaseError("malformed")]
    )
    def test_is_told_to_every_member(self, bench: Bench, fault: Exception):
        bench.faults["COMMIT"] = fault
        bench.start_behind("a", "b", "c")
        assert bench.told == dict.fromkeys("abc", "desk.busy")
        bench.check_truth()
        bench.check_recovers()

    def test_is_told_also_when_it_was_interrupted(self, bench: Bench):
        bench.faults["COMMIT"] = KeyboardInterrupt()
        bench.start_behind("a", "b", "c")
        assert sorted(map(str, bench.told)) == ["a", "b", "c"]
        assert "stored" not in bench.told.values()
        bench.check_truth()
        bench.check_recovers()

    def test_is_told_when_closing_the_connection_fails_too(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ):
        drop = bench.writer._drop_connection

        def broken() -> None:
            drop()
            raise OSError("closing failed")

        bench.writer._drop_connection = broken
        bench.faults["COMMIT"] = sqlite3.OperationalError("disk I/O error")
        bench.start_behind("a", "b", "c")
        assert len(bench.told) == 3
        assert "stored" not in bench.told.values()
        bench.writer._drop_connection = drop
        bench.check_truth()
        bench.check_recovers()

    @pytest.mark.parametrize("step", ["BEGIN IMMEDIATE", "SAVEPOINT unit", "RELEASE unit"])
    def test_of_any_step_is_refused_and_forgotten(
        self, bench: Bench, step: str, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(writers, "BUSY_SECONDS", 0)
        bench.faults[step] = NotCommitted("disk I/O error")
        bench.start_behind("a", "b", "c")
        assert "desk.busy" in bench.told.values()
        bench.check_truth()
        bench.check_recovers()

    def test_when_the_work_cannot_be_taken_back_gives_the_group_up(self, bench: Bench):
        bench.faults["ROLLBACK TO unit"] = sqlite3.OperationalError("no such savepoint: unit")
        bench.start_behind("a", "b", "c", b=fail)
        assert bench.told["a"] == "desk.busy"
        assert bench.told["b"] is ZeroDivisionError
        assert bench.told["c"] in ("stored", "desk.busy")  # who comes first is not said
        bench.check_truth()


class TestFullDisk:
    @pytest.fixture
    def full(self, bench: Bench) -> Bench:
        """A database that can grow by a few pages."""
        bench.start("before")
        bench.wait()
        driver = bench.writer._connection.connection.driver_connection
        pages = driver.execute("PRAGMA page_count").fetchone()[0]
        driver.execute(f"PRAGMA max_page_count = {pages + 2}")
        return bench

    @staticmethod
    def write_much(unit: Unit) -> None:
        for number in range(50):
            inbox.first_time(unit, f"much {number} " + "x" * 4000, at=NOON)

    def test_refuses_who_needs_the_room_and_tells_the_others_the_truth(self, full: Bench):
        full.start_behind("a", "b", "c", b=self.write_much)
        assert full.told["b"] == "desk.busy"
        full.check_truth()

    def test_takes_work_again_when_there_is_room(self, full: Bench):
        full.start_behind("a", "b", b=self.write_much)
        if full.writer._connection is not None:
            driver = full.writer._connection.connection.driver_connection
            driver.execute("PRAGMA max_page_count = 1000000")
        full.check_recovers()


class TestLostConnection:
    def test_between_units_costs_one_refusal_at_most(self, bench: Bench):
        bench.start("a")
        bench.wait()
        bench.writer._connection.connection.driver_connection.close()
        bench.start("b")
        bench.wait()
        assert bench.told["b"] in ("stored", "desk.busy")
        bench.check_truth()
        bench.check_recovers()

    def test_inside_a_unit_loses_the_group_and_tells_it(self, bench: Bench):
        def cut(unit: Unit) -> None:
            driver: Any = unit.connection.connection.driver_connection
            driver.close()

        bench.start_behind("a", "b", "c", b=cut)
        assert "stored" not in (bench.told["a"], bench.told["b"])
        bench.check_truth()
        bench.check_recovers()


class TestBusyDatabase:
    @pytest.fixture
    def impatient(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
        quick = (*engines.PRAGMAS[:-1], "PRAGMA busy_timeout=20")
        monkeypatch.setattr(engines, "PRAGMAS", quick)
        made = Store(make_engine(database_url))
        yield made
        made.close()

    @pytest.fixture
    def holder(self, engine: Engine) -> Iterator[Any]:
        """Another process that is writing."""
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def test_is_refused_as_busy(self, impatient: Store, holder: Any):
        with pytest.raises(Refused, match=r"desk\.busy"), impatient.unit():
            pytest.fail("the unit was opened")

    def test_can_still_be_looked_at(self, impatient: Store, holder: Any):
        with impatient.view() as view:
            assert view.execute(text("SELECT count(*) FROM seen")).scalar() == 0

    def test_takes_work_when_the_other_is_done(self, impatient: Store, holder: Any):
        with pytest.raises(Refused), impatient.unit():
            pass
        holder.exec_driver_sql("ROLLBACK")
        with impatient.unit() as unit:
            inbox.first_time(unit, "a", at=NOON)
            unit.commit()
        assert Bench(impatient).stored == ["a"]

    def test_refuses_all_who_wait(self, impatient: Store, holder: Any):
        bench = Bench(impatient)
        for name in "abcd":
            bench.start(name)
        bench.wait()
        assert bench.told == dict.fromkeys("abcd", "desk.busy")
        holder.exec_driver_sql("ROLLBACK")
        bench.check_recovers()


class TestInterrupt:
    def test_while_waiting_alone_lets_the_next_one_commit(self, bench: Bench):
        bench.turnstile.interrupt_next = True
        with pytest.raises(KeyboardInterrupt), bench.store.unit():
            pytest.fail("the unit was opened")
        bench.check_recovers()

    def test_while_waiting_does_not_leave_the_group_without_a_commit(self, bench: Bench):
        go = threading.Event()
        bench.start("a", lambda _unit: go.wait(PATIENCE))
        bench.turnstile.interrupt_next = True
        bench.start("b")
        go.set()
        bench.wait()
        assert bench.told == {"a": "stored", "b": KeyboardInterrupt}
        bench.check_recovers()


class TestClose:
    def test_stores_what_a_group_has_written_so_far(self, bench: Bench):
        """The last commit's caller is still on its way to its turn when the store is closed."""
        with bench.writer._count_lock:
            bench.writer._waiting += 1
        bench.start("a")
        while "RELEASE unit" not in bench.said:
            bench.turnstile.came.acquire(timeout=0.01)
        bench.writer.close()
        with bench.writer._count_lock:
            bench.writer._waiting -= 1
        bench.wait()
        assert bench.told == {"a": "stored"}
        bench.check_truth()
        bench.check_recovers()

    def test_twice_is_harmless(self, store: Store):
        store.close()
        store.close()


class TestBenchItself:
    def test_sees_a_caller_that_waits_for_ever(self, bench: Bench):
        never = threading.Event()
        bench.start("a", lambda _unit: never.wait(PATIENCE))
        assert bench.told == {}
        never.set()
        bench.wait()
