"""A clock that was ahead and is put right: nothing waits for a moment that never was (C5)."""

from datetime import datetime, timedelta

from rules.effects import PostCard, RefreshCard
from storage import ahead, outbox
from storage.store import Store
from tests.storage.making import MINUTE, NOON
from tests.storage.outboxes import effects, free, put, put_back, stored, take

AHEAD = NOON + timedelta(hours=2)


def bring_back(store: Store, *, now: datetime = NOON) -> int:
    with store.unit() as unit:
        changed = ahead.bring_back(unit, now=now, lease=MINUTE)
        unit.commit()
    return changed


class TestWhatWasPutInByAClockThatWasAhead:
    def test_would_wait_until_that_moment_comes(self, store: Store):
        put(store, PostCard(1), now=AHEAD)
        assert take(store) == []

    def test_leaves_at_once_where_it_was_due_at_once(self, store: Store):
        put(store, PostCard(1), now=AHEAD)
        assert bring_back(store) == 1
        assert effects(take(store)) == [PostCard(1)]

    def test_leaves_as_long_after_as_it_should(self, store: Store):
        put(store, PostCard(1), now=AHEAD, due_at=AHEAD + 5 * MINUTE)
        bring_back(store)
        assert take(store, now=NOON + 4 * MINUTE) == []
        assert effects(take(store, now=NOON + 5 * MINUTE)) == [PostCard(1)]

    def test_is_brought_back_once(self, store: Store):
        put(store, PostCard(1), now=AHEAD)
        bring_back(store)
        assert bring_back(store) == 0

    def test_leaves_in_the_order_it_was_put_in(self, store: Store):
        put(store, PostCard(1), now=AHEAD)
        put(store, PostCard(2), now=AHEAD)
        bring_back(store)
        assert effects(take(store)) == [PostCard(1), PostCard(2)]

    def test_and_failed_then_is_tried_again_soon(self, store: Store):
        put(store, PostCard(1))
        [row] = take(store, now=AHEAD)
        put_back(store, row, due_at=AHEAD + MINUTE, now=AHEAD)
        assert bring_back(store) == 1
        assert effects(take(store, now=NOON + MINUTE)) == [PostCard(1)]


class TestARowThatWasInHand:
    def test_is_held_no_longer_than_a_lease(self, store: Store):
        put(store, PostCard(1))
        take(store, now=AHEAD)
        assert free(store, now=NOON + 2 * MINUTE) == 0
        assert bring_back(store) == 1
        assert free(store, now=NOON + 2 * MINUTE) == 1
        assert effects(take(store, now=NOON + 2 * MINUTE, owner="two")) == [PostCard(1)]

    def test_keeps_a_lease_that_runs(self, store: Store):
        put(store, PostCard(1))
        take(store)
        before = stored(store)
        assert bring_back(store) == 0
        assert stored(store) == before


class TestWhatIsMeantForLater:
    def test_stays_where_it_is(self, store: Store):
        put(store, PostCard(1), due_at=AHEAD)
        put(store, RefreshCard(1))
        before = stored(store)
        assert bring_back(store) == 0
        assert stored(store) == before

    def test_stays_where_clocks_of_two_machines_differ_by_seconds(self, store: Store):
        put(store, PostCard(1), now=NOON + timedelta(seconds=30))
        assert bring_back(store) == 0


class TestMany:
    def test_are_brought_back_some_at_a_time(self, store: Store):
        put(store, *(PostCard(number) for number in range(ahead.MOST + 1)), now=AHEAD)
        assert bring_back(store) == ahead.MOST
        assert bring_back(store) == 1
        with store.view() as view:
            assert outbox.any_due(view, now=NOON)
