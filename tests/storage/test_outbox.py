"""The outbox: every row once, in order, to one claimer, and none lost."""

import threading
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, delete, select, text

from rules.effect import Effect
from rules.effects import EFFECTS, NudgeRep, PostCard, RefreshCard
from rules.sending import SendEmail, SendSms
from rules.words import Layer
from storage import deadletters, outbox
from storage.outbox import CANCELLED, DEAD, LEASED, SENT, WAITING
from storage.store import Store
from storage.tables import outbox as table
from storage.unit import Unit
from tests.databases import just_before, only_postgresql
from tests.storage.making import MINUTE, NOON, add_attempt, add_lead, at_once
from tests.storage.plans import plan_of

LATER = NOON + timedelta(hours=1)


def put(store: Store, *effects: Effect, **values: Any) -> None:
    with store.unit() as unit:
        outbox.add(unit, effects, **({"now": NOON} | values))
        unit.commit()


def take(store: Store, **values: Any) -> list[outbox.Row]:
    given: dict[str, Any] = {"owner": "one", "now": NOON, "lease": MINUTE, "most": 100}
    with store.unit() as unit:
        rows = outbox.claim(unit, **(given | values))
        unit.commit()
    return rows


def finish(store: Store, row: outbox.Row, state: str = SENT, **values: Any) -> None:
    with store.unit() as unit:
        outbox.finish(unit, row, state=state, now=NOON, **values)
        unit.commit()


def put_back(store: Store, row: outbox.Row, **values: Any) -> None:
    given: dict[str, Any] = {"due_at": LATER, "now": NOON, "error": "busy", "counts": True}
    with store.unit() as unit:
        outbox.put_back(unit, row, **(given | values))
        unit.commit()


def free(store: Store, *, now: Any) -> int:
    with store.unit() as unit:
        count = outbox.free_expired(unit, now=now)
        unit.commit()
    return count


def states(store: Store) -> list[str]:
    with store.view() as view:
        return list(view.execute(select(table.c.state).order_by(table.c.id)).scalars())


def stored(store: Store) -> list[Any]:
    with store.view() as view:
        return list(view.execute(select(table).order_by(table.c.id)).mappings())


def effects(rows: list[outbox.Row]) -> list[Effect]:
    return [row.effect for row in rows]


class TestAdd:
    def test_keeps_one_row_of_a_once_key_for_ever(self, store: Store):
        put(store, PostCard(1))
        finish(store, take(store)[0])
        put(store, PostCard(1), PostCard(2))
        assert effects(take(store)) == [PostCard(2)]

    def test_keeps_one_row_of_a_once_key_in_one_call(self, store: Store):
        put(store, PostCard(1), PostCard(1))
        assert states(store) == [WAITING]

    def test_folds_into_one_while_it_waits(self, store: Store):
        put(store, RefreshCard(1))
        put(store, RefreshCard(1), RefreshCard(2), RefreshCard(1))
        assert effects(take(store)) == [RefreshCard(1), RefreshCard(2)]

    @pytest.mark.parametrize("ended", [SENT, DEAD, CANCELLED])
    def test_takes_another_once_the_first_has_left(self, store: Store, ended: str):
        put(store, RefreshCard(1))
        [row] = take(store)
        put(store, RefreshCard(1))
        finish(store, row, ended)
        assert states(store) == [ended, WAITING]

    def test_keeps_rows_of_two_leads_apart(self, store: Store):
        put(store, SendSms(1, Layer.SMS_FIRST), SendSms(2, Layer.SMS_FIRST))
        put(store, SendEmail(1, Layer.MAIL_FIRST), SendSms(11, Layer.SMS_FIRST))
        assert len(take(store)) == 4

    def test_knows_a_once_key_whatever_became_of_it(self, store: Store):
        put(store, PostCard(1))
        finish(store, take(store)[0], DEAD)
        with store.view() as view:
            assert outbox.known(view, "post:1")
            assert not outbox.known(view, "post:2")

    @pytest.mark.parametrize("kind", sorted(EFFECTS))
    def test_gives_every_effect_back_as_it_was(self, store: Store, kind: str):
        values: dict[str, Any] = dict.fromkeys(EFFECTS[kind].__slots__, "דנה \u2068x\u2069")
        effect = EFFECTS[kind](**values)
        put(store, effect)
        assert effects(take(store)) == [effect]


class TestClaim:
    def test_takes_what_is_due_and_no_more(self, store: Store):
        put(store, PostCard(1), due_at=NOON + timedelta(microseconds=1))
        put(store, PostCard(2), due_at=NOON)
        assert effects(take(store)) == [PostCard(2)]
        assert effects(take(store, now=LATER)) == [PostCard(1)]

    def test_takes_the_longest_due_first(self, store: Store):
        put(store, PostCard(1), due_at=NOON)
        put(store, PostCard(2), due_at=NOON - MINUTE)
        assert effects(take(store, most=1)) == [PostCard(2)]

    def test_gives_rows_in_the_order_they_were_put(self, store: Store):
        put(store, *(PostCard(number) for number in (5, 3, 9, 1)))
        assert effects(take(store)) == [PostCard(number) for number in (5, 3, 9, 1)]

    def test_takes_no_more_than_it_may(self, store: Store):
        put(store, *(PostCard(number) for number in range(10)))
        assert len(take(store, most=4)) == 4
        assert Counter(states(store)) == {LEASED: 4, WAITING: 6}

    def test_takes_one_lane_alone(self, store: Store):
        put(store, PostCard(1), RefreshCard(1))
        assert effects(take(store, only="channel:leads")) == [PostCard(1)]

    def test_leaves_lanes_alone(self, store: Store):
        put(store, PostCard(1), RefreshCard(1))
        assert effects(take(store, without={"channel:leads", "x"})) == [RefreshCard(1)]

    def test_says_who_holds_the_row_and_how_often_it_was_tried(self, store: Store):
        put(store, PostCard(1))
        [row] = take(store, owner="two")
        assert (row.lease, row.tries, row.created_at, row.lane) == ("two", 0, NOON, "channel:leads")

    def test_of_nothing_gives_nothing(self, store: Store):
        assert take(store) == []

    def test_never_gives_a_row_to_two(self, store: Store):
        put(store, *(PostCard(number) for number in range(120)))
        taken: list[int] = []
        lock = threading.Lock()

        def work(owner: str) -> None:
            while rows := take(store, owner=owner, most=7):
                with lock:
                    taken.extend(row.id for row in rows)

        assert at_once([partial(work, str(name)) for name in range(6)]) == []
        assert len(taken) == len(set(taken)) == 120

    def test_leaves_what_somebody_sends_under_the_same_key(self, store: Store):
        put(store, RefreshCard(1), RefreshCard(2))
        [first, _] = take(store)
        put(store, RefreshCard(1), PostCard(1))
        assert [row.effect for row in take(store, owner="two")] == [PostCard(1)]
        with store.view() as view:
            assert not outbox.any_due(view, now=NOON)
        finish(store, first)
        assert [row.effect for row in take(store, owner="two")] == [RefreshCard(1)]

    @only_postgresql
    def test_does_not_wait_for_another_claimer(self, store: Store):
        put(store, PostCard(1), PostCard(2))
        with store.unit() as first, store.unit() as second:
            given: dict[str, Any] = {"now": NOON, "lease": MINUTE, "most": 1}
            one = outbox.claim(first, owner="one", **given)
            two = outbox.claim(second, owner="two", **given)
        assert effects(one + two) == [PostCard(1), PostCard(2)]

    @only_postgresql
    def test_takes_no_more_than_it_may_whatever_the_planner_chooses(self, store: Store):
        put(store, *(PostCard(number) for number in range(10)))
        with store.unit() as unit:
            for way in ("hashjoin", "mergejoin", "hashagg", "material", "sort", "indexscan"):
                unit.execute(text(f"SET LOCAL enable_{way} = off"))
            rows = outbox.claim(unit, owner="one", now=NOON, lease=MINUTE, most=2)
        assert len(rows) == 2


class TestAnyDue:
    def test_says_whether_something_is_due(self, store: Store):
        put(store, PostCard(1), due_at=LATER)
        with store.view() as view:
            assert not outbox.any_due(view, now=NOON)
            assert outbox.any_due(view, now=LATER)

    def test_does_not_count_what_was_taken(self, store: Store):
        put(store, PostCard(1))
        take(store)
        with store.view() as view:
            assert not outbox.any_due(view, now=NOON)

    def test_does_not_count_lanes_left_alone(self, store: Store):
        put(store, PostCard(1))
        with store.view() as view:
            assert not outbox.any_due(view, now=NOON, without={"channel:leads"})
            assert outbox.any_due(view, now=NOON, without={"sms"})


class TestFinish:
    def test_records_how_it_ended(self, store: Store):
        put(store, PostCard(1))
        finish(store, take(store)[0], DEAD, error="channel_not_found")
        [row] = stored(store)
        assert (row["state"], row["error"], row["tries"], row["done_at"]) == (
            DEAD,
            "channel_not_found",
            1,
            NOON,
        )

    def test_is_for_who_holds_the_lease(self, store: Store):
        put(store, PostCard(1))
        [old] = take(store, owner="one")
        free(store, now=LATER)
        [new] = take(store, owner="two", now=LATER)
        finish(store, old)
        assert states(store) == [LEASED]
        finish(store, new)
        assert states(store) == [SENT]

    def test_shows_the_dead_to_a_manager_newest_first(self, store: Store):
        put(store, PostCard(1), PostCard(2), PostCard(3))
        rows = take(store)
        finish(store, rows[0], DEAD, error="a")
        finish(store, rows[1], SENT)
        finish(store, rows[2], DEAD, error="b")
        with store.view() as view:
            assert [row["error"] for row in deadletters.newest(view)] == ["b", "a"]
            assert [row["error"] for row in deadletters.newest(view, most=1)] == ["b"]


class TestPutBack:
    def test_waits_until_it_is_due_again(self, store: Store):
        put(store, PostCard(1))
        put_back(store, take(store)[0])
        assert take(store) == []
        [row] = take(store, now=LATER)
        assert (row.effect, row.tries) == (PostCard(1), 1)

    def test_does_not_count_what_was_no_failure(self, store: Store):
        put(store, PostCard(1))
        put_back(store, take(store)[0], counts=False)
        assert take(store, now=LATER)[0].tries == 0

    def test_gives_way_to_a_newer_twin(self, store: Store):
        put(store, RefreshCard(1))
        [old] = take(store)
        put(store, RefreshCard(1))
        put_back(store, old)
        assert states(store) == [CANCELLED, WAITING]
        assert stored(store)[0]["error"] == "superseded"

    def test_does_nothing_when_the_lease_is_lost(self, store: Store):
        put(store, RefreshCard(1))
        [old] = take(store)
        free(store, now=LATER)
        take(store, owner="two", now=LATER)
        put_back(store, old)
        assert states(store) == [LEASED]

    def test_does_nothing_when_the_row_waits_again_already(self, store: Store):
        put(store, RefreshCard(1))
        [old] = take(store)
        free(store, now=LATER)
        put_back(store, old, due_at=LATER + MINUTE)
        assert (states(store), stored(store)[0]["due_at"]) == ([WAITING], NOON)


class TestTheFirstTry:
    def test_is_none_before_it(self, store: Store):
        put(store, PostCard(1))
        assert take(store)[0].tried_at is None

    def test_is_remembered_from_the_first_failure_on(self, store: Store):
        put(store, PostCard(1))
        for number in (1, 2, 3):
            now = NOON + number * MINUTE
            put_back(store, take(store, now=now)[0], due_at=now, now=now)
        assert take(store, now=LATER)[0].tried_at == NOON + MINUTE

    def test_is_not_a_wait_for_a_better_hour(self, store: Store):
        put(store, SendSms(1, Layer.SMS_FIRST))
        put_back(store, take(store)[0], counts=False)
        assert take(store, now=LATER)[0].tried_at is None


class TestFreeExpired:
    def test_leaves_a_lease_that_runs(self, store: Store):
        put(store, PostCard(1))
        take(store)
        assert free(store, now=NOON + MINUTE) == 0
        assert states(store) == [LEASED]

    def test_lets_a_row_wait_again(self, store: Store):
        put(store, PostCard(1))
        take(store)
        assert free(store, now=NOON + MINUTE + timedelta(microseconds=1)) == 1
        assert effects(take(store, owner="two")) == [PostCard(1)]

    def test_gives_way_to_a_newer_twin(self, store: Store):
        put(store, RefreshCard(1))
        take(store)
        put(store, RefreshCard(1))
        free(store, now=LATER)
        assert states(store) == [CANCELLED, WAITING]

    @only_postgresql
    def test_does_not_send_again_what_is_recorded_meanwhile(self, store: Store, engine: Engine):
        put(store, PostCard(1))
        [row] = take(store)
        other = Store(engine)
        with just_before(engine, "UPDATE outbox", lambda: finish(other, row)):
            free(store, now=LATER)
        assert states(store) == [SENT]


class TestCancelOfAttempt:
    @staticmethod
    def attempt(store: Store) -> int:
        with store.unit() as unit:
            attempt_id = add_attempt(unit, add_lead(unit))
            sms = SendSms(1, Layer.SMS_FIRST)
            outbox.add(unit, (sms,), now=NOON, due_at=LATER, attempt_id=attempt_id)
            outbox.add(unit, (RefreshCard(1),), now=NOON, attempt_id=attempt_id)
            unit.commit()
        return attempt_id

    @staticmethod
    def cancel(store: Store, attempt_id: int) -> bool:
        with store.unit() as unit:
            done = outbox.cancel_of_attempt(unit, attempt_id, now=NOON)
            unit.commit()
        return done

    def test_cancels_messages_and_nothing_else(self, store: Store):
        assert self.cancel(store, self.attempt(store))
        assert states(store) == [CANCELLED, WAITING]

    def test_lets_the_message_be_sent_for_a_later_attempt(self, store: Store):
        self.cancel(store, self.attempt(store))
        put(store, SendSms(1, Layer.SMS_FIRST))
        assert states(store) == [CANCELLED, WAITING, WAITING]

    def test_leaves_another_attempt_alone(self, store: Store):
        attempt_id = self.attempt(store)
        assert self.cancel(store, attempt_id + 1)
        assert states(store) == [WAITING, WAITING]

    def test_is_too_late_once_a_message_is_leaving(self, store: Store):
        attempt_id = self.attempt(store)
        take(store, only="sms", now=LATER)
        assert not self.cancel(store, attempt_id)
        assert states(store) == [LEASED, WAITING]

    def test_is_too_late_once_a_message_has_left(self, store: Store):
        attempt_id = self.attempt(store)
        finish(store, take(store, only="sms", now=LATER)[0])
        assert not self.cancel(store, attempt_id)

    def test_is_in_time_after_a_cancelled_message(self, store: Store):
        attempt_id = self.attempt(store)
        finish(store, take(store, only="sms", now=LATER)[0], CANCELLED)
        assert self.cancel(store, attempt_id)

    @only_postgresql
    def test_never_says_cancelled_of_what_is_leaving(self, store: Store, engine: Engine):
        attempt_id = self.attempt(store)
        other = Store(engine)
        rows: list[outbox.Row] = []

        def claim() -> None:
            rows.extend(take(other, only="sms", now=LATER))

        with just_before(engine, "UPDATE outbox", claim):
            cancelled = self.cancel(store, attempt_id)
        assert cancelled
        assert rows == []


class TestCancel:
    FIRST, SECOND = SendSms(1, Layer.SMS_FIRST), SendEmail(1, Layer.MAIL_FIRST)

    def cancel(self, store: Store, *keys: str) -> int:
        with store.unit() as unit:
            count = outbox.cancel(unit, keys, why="replied", now=LATER)
            unit.commit()
        return count

    def test_ends_what_waits_under_the_keys_for_good(self, store: Store):
        put(store, self.FIRST, self.SECOND)
        assert self.cancel(store, self.FIRST.once_key, "sms:unknown") == 1
        assert states(store) == [CANCELLED, WAITING]
        row = stored(store)[0]
        assert (row["error"], row["done_at"]) == ("replied", LATER)
        put(store, self.FIRST)
        assert states(store) == [CANCELLED, WAITING]

    def test_leaves_what_is_leaving_or_has_left(self, store: Store):
        put(store, self.FIRST, self.SECOND)
        first, _ = take(store)
        finish(store, first)
        assert self.cancel(store, self.FIRST.once_key, self.SECOND.once_key) == 0
        assert states(store) == [SENT, LEASED]

    def test_of_no_key_ends_nothing(self, store: Store):
        put(store, self.FIRST, RefreshCard(1))
        assert self.cancel(store) == 0


class TestWaiting:
    def test_gives_when_each_was_put_in_and_is_due(self, store: Store):
        first, second = SendSms(1, Layer.SMS_FIRST), SendEmail(1, Layer.MAIL_FIRST)
        third = SendSms(2, Layer.SMS_FIRST)
        put(store, first, due_at=LATER)
        put(store, second, third)
        held = take(store)
        finish(store, held[1])
        keys = [first.once_key, second.once_key, third.once_key, "sms:unknown"]
        with store.view() as view:
            found = outbox.waiting(view, keys)
        assert found == {first.once_key: (NOON, LATER), second.once_key: (NOON, NOON)}


class TestCancelNudges:
    def test_cancels_those_of_one_followup(self, store: Store):
        nudges = [NudgeRep(number, 1, "U1", "2026", 1) for number in (1, 11, 2)]
        put(store, *nudges)
        with store.unit() as unit:
            outbox.cancel_nudges(unit, 1, now=NOON)
            unit.commit()
        assert states(store) == [CANCELLED, WAITING, WAITING]

    def test_leaves_what_is_leaving(self, store: Store):
        put(store, NudgeRep(1, 1, "U1", "2026", 1))
        take(store)
        with store.unit() as unit:
            outbox.cancel_nudges(unit, 1, now=NOON)
            unit.commit()
        assert states(store) == [LEASED]


class TestFold:
    @staticmethod
    def fold(store: Store, *, over: int) -> tuple[int, int]:
        with store.unit() as unit:
            folded = outbox.fold(unit, kind="post_card", over=over, now=NOON)
            unit.commit()
        return folded

    def test_cancels_nothing_up_to_the_limit(self, store: Store):
        put(store, PostCard(1), PostCard(2), RefreshCard(1))
        assert self.fold(store, over=2) == (0, 0)
        assert states(store) == [WAITING] * 3

    def test_cancels_all_of_a_kind_above_it(self, store: Store):
        put(store, RefreshCard(1), PostCard(1), PostCard(2), PostCard(3))
        put(store, PostCard(4), due_at=LATER)
        assert self.fold(store, over=2) == (3, 2)
        assert states(store) == [WAITING, CANCELLED, CANCELLED, CANCELLED, WAITING]


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
