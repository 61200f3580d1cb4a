"""What waits in the outbox, counted for whoever runs the desk."""

from datetime import timedelta

from sqlalchemy import insert

from rules.effects import PostOwnerCard, RefreshCard
from storage import gauges, lapses, outbox
from storage.store import Store
from storage.tables import lead_marks, rollup_marks
from tests.storage.making import NOON

MINUTE = timedelta(minutes=1)


def put(store: Store, *effects: object, due: timedelta = timedelta(0)) -> None:
    with store.unit() as unit:
        outbox.add(unit, effects, now=NOON, due_at=NOON + due)  # type: ignore[arg-type]  # all are
        unit.commit()


def told(lead_id: int, rep: str) -> PostOwnerCard:
    return PostOwnerCard(lead_id, rep, 1)


class TestQueues:
    def test_are_counted_by_kind_of_lane(self, store: Store):
        put(store, told(1, "U1"), told(2, "U2"), RefreshCard(1))
        put(store, RefreshCard(2), due=5 * MINUTE)
        with store.view() as view:
            dm, cards = gauges.queues(view, now=NOON + MINUTE)
        assert (dm.lane, dm.waiting, dm.due, dm.oldest) == ("dm", 2, 2, NOON)
        assert (cards.lane, cards.waiting, cards.due) == ("refresh_card", 2, 1)

    def test_without_a_row_are_none(self, store: Store):
        with store.view() as view:
            assert gauges.queues(view, now=NOON) == []

    def test_to_one_side_are_counted_when_they_are_due(self, store: Store):
        put(store, told(1, "U1"), RefreshCard(1))
        put(store, RefreshCard(2), due=5 * MINUTE)
        with store.view() as view:
            assert gauges.count_due(view, "slack", now=NOON) == 2
            assert gauges.count_due(view, "sms", now=NOON) == 0


class TestMarks:
    def test_are_those_of_calls_and_of_leads(self, store: Store):
        with store.unit() as unit:
            for marks, count in ((rollup_marks, 2), (lead_marks, 3)):
                unit.execute(insert(marks), [{"hour": NOON}] * count)
            unit.commit()
        with store.view() as view:
            assert gauges.count_marks(view) == 5


class TestARowWhoseProcessDied:
    def test_is_counted_once_for_each_time_that_it_leaves_again(self, store: Store):
        put(store, told(1, "U1"), RefreshCard(1))
        for turn in range(2):
            now = NOON + turn * 10 * MINUTE
            with store.unit() as unit:
                outbox.claim(unit, owner="dead", now=now, lease=MINUTE, most=9)
                unit.commit()
            with store.unit() as unit:
                assert outbox.free_expired(unit, now=now + 2 * MINUTE) == 2
                unit.commit()
        with store.view() as view:
            assert lapses.counts(view) == {"slack": 4}

    def test_is_not_counted_where_a_newer_one_leaves_in_its_place(self, store: Store):
        put(store, RefreshCard(1))
        with store.unit() as unit:
            outbox.claim(unit, owner="dead", now=NOON, lease=MINUTE, most=9)
            unit.commit()
        put(store, RefreshCard(1))
        with store.unit() as unit:
            outbox.free_expired(unit, now=NOON + 2 * MINUTE)
            unit.commit()
        with store.view() as view:
            assert lapses.counts(view) == {}
