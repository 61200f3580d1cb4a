"""The outbox: every row once, in order, to one claimer, and none lost."""

import threading
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, text

from rules.effects import EFFECTS, PostCard, RefreshCard
from rules.sending import SendEmail, SendSms
from rules.words import Layer
from storage import deadletters, outbox
from storage.outbox import CANCELLED, DEAD, LEASED, SENT, WAITING
from storage.store import Store
from tests.databases import just_before, only_postgresql
from tests.storage.making import MINUTE, NOON, at_once
from tests.storage.outboxes import LATER, effects, finish, free, put, put_back, states, stored, take


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
