"""The outbox whatever happens: any order of acts, and its indexes."""

from collections import Counter
from functools import partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select

from rules.effects import PostCard, RefreshCard
from storage import outbox
from storage.outbox import CANCELLED, DEAD, LEASED, SENT, WAITING
from storage.store import Store
from storage.tables import outbox as table
from storage.unit import Unit
from tests.storage.making import MINUTE, NOON
from tests.storage.plans import plan_of


class OutboxMachine(RuleBasedStateMachine):
    """The outbox against a list: nothing is lost, nothing is had by two."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._unit = store.unit()
        self.unit: Unit = self._unit.__enter__()
        self.unit.execute(delete(table))
        self.now = NOON
        self.rows: dict[str, list[outbox.Row]] = {"one": [], "two": []}
        self.done: Counter[str] = Counter()
        self.put: set[str] = set()

    def teardown(self) -> None:
        self._unit.__exit__(None, None, None)

    @rule(lead=st.integers(1, 3), delay=st.integers(0, 3))
    def add(self, lead: int, delay: int) -> None:
        some = (PostCard(lead), RefreshCard(lead))
        outbox.add(self.unit, some, now=self.now, due_at=self.now + delay * MINUTE)
        self.put.add(f"post:{lead}")

    @rule(minutes=st.integers(0, 3))
    def wait(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(owner=st.sampled_from(["one", "two"]), most=st.integers(1, 4))
    def claim(self, owner: str, most: int) -> None:
        rows = outbox.claim(self.unit, owner=owner, now=self.now, lease=MINUTE, most=most)
        assert len(rows) <= most
        self.rows[owner] += rows

    @rule(owner=st.sampled_from(["one", "two"]), state=st.sampled_from([SENT, DEAD]))
    def finish(self, owner: str, state: str) -> None:
        for row in self.rows[owner]:
            outbox.finish(self.unit, row, state=state, now=self.now)
        self.rows[owner] = []

    @rule(owner=st.sampled_from(["one", "two"]), delay=st.integers(0, 2))
    def put_back(self, owner: str, delay: int) -> None:
        due = self.now + delay * MINUTE
        for row in self.rows[owner]:
            outbox.put_back(self.unit, row, due_at=due, now=self.now, error="x", counts=True)
        self.rows[owner] = []

    @rule()
    def sweep(self) -> None:
        outbox.free_expired(self.unit, now=self.now)

    @rule()
    def forget(self) -> None:
        """A process is killed; another takes its place under the same name."""
        self.rows["one"] = []

    @invariant()
    def every_post_is_there_once(self) -> None:
        query = select(table.c.once_key).where(table.c.once_key.is_not(None))
        assert sorted(self.unit.execute(query).scalars()) == sorted(self.put)

    @invariant()
    def one_refresh_waits_at_most(self) -> None:
        query = select(table.c.collapse_key).where(
            table.c.state == WAITING, table.c.collapse_key.is_not(None)
        )
        assert max(Counter(self.unit.execute(query).scalars()).values(), default=0) <= 1

    @invariant()
    def no_refresh_is_lost(self) -> None:
        """Where one gave way, a newer one stands for it."""
        rows = self.unit.execute(select(table).order_by(table.c.id)).mappings().all()
        for row in rows:
            if row["state"] == CANCELLED:
                twins = [one for one in rows if one["collapse_key"] == row["collapse_key"]]
                assert [one for one in twins if one["state"] != CANCELLED]

    @invariant()
    def a_lease_has_an_owner(self) -> None:
        query = select(table.c.lease, table.c.lease_until).where(table.c.state == LEASED)
        assert all(owner and until for owner, until in self.unit.execute(query))


class TestAnyStory:
    def test_loses_nothing_and_gives_nothing_twice(self, store: Store):
        machine: Any = partial(OutboxMachine, store)
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=25,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


class TestIndexes:
    def test_serve_the_claim(self, store: Store):
        def claim(unit: Unit) -> None:
            outbox.claim(unit, owner="one", now=NOON, lease=MINUTE, most=500)

        plan = plan_of(store, claim)
        assert "ix_outbox_due" in plan
        assert "ix_outbox_leased" in plan

    def test_serve_the_look_for_what_is_due(self, store: Store):
        found = plan_of(store, lambda unit: outbox.any_due(unit, now=NOON))
        assert "ix_outbox_due" in found or "uq_outbox_collapse" in found

    def test_serve_the_sweep(self, store: Store):
        assert "ix_outbox_leased" in plan_of(
            store, lambda unit: outbox.free_expired(unit, now=NOON)
        )

    def test_serve_the_undo(self, store: Store):
        assert "ix_outbox_attempt" in plan_of(
            store, lambda unit: outbox.cancel_of_attempt(unit, 1, now=NOON)
        )
