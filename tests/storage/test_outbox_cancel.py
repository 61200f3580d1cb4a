"""Rows of the outbox that are taken back, counted or folded before they leave."""

from sqlalchemy import Engine

from rules.effects import NudgeRep, PostCard, RefreshCard
from rules.sending import SendEmail, SendSms
from rules.words import Layer
from storage import outbox
from storage.outbox import CANCELLED, LEASED, SENT, WAITING
from storage.store import Store
from tests.databases import just_before, only_postgresql
from tests.storage.making import NOON, add_attempt, add_lead
from tests.storage.outboxes import LATER, finish, put, states, stored, take


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
