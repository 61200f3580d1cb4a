"""What managers mark of claims: sent, accepted, refused, taken back; what comes of it (L5.5)."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot import figures, refund_marks, refunds
from bot.views import digest as digest_views
from rules.claims import ClaimState
from rules.money import Money
from rules.refusals import Refused
from rules.report_values import Amount
from storage import claims
from tests.bot.claiming_back import (
    ALL,
    BATCH,
    a_buying_desk,
    answer,
    buy,
    claimable,
    counts,
    group,
    send,
    try_in_vain,
    words,
)
from tests.desk import AVI, MIRI, FakeClock, Room


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_buying_desk(tmp_path, clock) as made:
        yield made


class TestMarks:
    def test_lead_from_open_to_accepted(self, room: Room):
        claimable(room, 2)
        assert send(room).count == 2
        assert counts(room) == {"sent": (2, 8000)}
        assert answer(room, ClaimState.ACCEPTED).credit == Money(8000, "ILS")
        assert counts(room) == {"accepted": (2, 8000)}

    def test_of_some_numbers_leave_the_others(self, room: Room):
        claimable(room, 3)
        send(room)
        answer(room, ClaimState.REFUSED, numbers=frozenset({2}), reason="we doubt it")
        assert counts(room) == {"sent": (2, 8000), "refused": (1, 4000)}

    def test_share_an_amount_out_among_the_claims(self, room: Room):
        claimable(room, 3)
        send(room)
        done = answer(room, ClaimState.ACCEPTED, amount=Money(10000, "ILS"))
        assert done.credit == Money(10000, "ILS")
        assert counts(room) == {"accepted": (3, 10000)}

    @pytest.mark.parametrize("amount", [Money(8001, "ILS"), Money(-1, "ILS"), Money(10, "USD")])
    def test_refuse_an_amount_that_was_not_asked(self, room: Room, amount: Money):
        claimable(room, 2)
        send(room)
        with pytest.raises(Refused, match="bad_amount"):
            answer(room, ClaimState.ACCEPTED, amount=amount)
        assert counts(room) == {"sent": (2, 8000)}

    def test_refuse_numbers_of_other_claims(self, room: Room):
        claimable(room)
        send(room)
        with pytest.raises(Refused, match="other_numbers"):
            answer(room, ClaimState.ACCEPTED, numbers=frozenset({1, 9}))

    def test_refuse_an_answer_to_nothing(self, room: Room):
        claimable(room)
        with pytest.raises(Refused, match="nothing_sent"):
            answer(room, ClaimState.ACCEPTED)

    def test_are_not_for_reps(self, room: Room):
        claimable(room)
        with pytest.raises(Refused, match="managers_only"):
            refund_marks.mark_sent(room.desk, BATCH, until=ALL, by=AVI)

    def test_leave_claims_that_came_after_the_file(self, room: Room):
        claimable(room, 2)
        assert send(room, until=1).count == 1
        assert counts(room) == {"open": (1, 4000), "sent": (1, 4000)}

    def test_withdraw_who_was_reached_since_the_last_look(self, room: Room):
        [lead, _] = claimable(room, 2)
        room.log(lead.id, "lost")
        done = send(room)
        assert (done.count, done.withdrawn) == (1, 1)
        assert counts(room) == {"sent": (1, 4000)}

    def test_count_for_a_week_after_the_window(self, room: Room):
        claimable(room)
        room.clock.forward(days=12)
        lapsed = group(room).lapsed
        assert lapsed is not None
        assert lapsed.count == 1
        assert send(room).count == 1

    def test_count_for_no_more_than_a_week_after_it(self, room: Room):
        claimable(room)
        room.clock.forward(days=16)
        assert send(room).count == 0

    def test_are_of_what_was_open_at_a_moment_or_was_late_then(self, room: Room):
        claimable(room)
        room.clock.forward(days=8)
        late = buy(room, 2)
        try_in_vain(room, late)
        refunds.look(room.desk)
        now = room.clock()
        mark = partial(refund_marks.mark_sent, room.desk, BATCH, until=ALL, by=MIRI)
        assert mark(since=now).count == 1
        assert counts(room) == {"sent": (1, 4000)}
        assert mark(before=now - timedelta(days=5)).count == 0
        assert mark(before=now).count == 1
        assert counts(room) == {"sent": (2, 8000)}

    def test_can_be_taken_back_each(self, room: Room):
        claimable(room, 2)
        sent = send(room)
        answered = answer(room, ClaimState.ACCEPTED, amount=Money(5000, "ILS"))
        refund_marks.take_back(room.desk, BATCH, answered.state, answered.at, by=MIRI)
        assert counts(room) == {"sent": (2, 8000)}
        refund_marks.take_back(room.desk, BATCH, sent.state, sent.at, by=MIRI)
        assert counts(room) == {"open": (2, 8000)}
        with pytest.raises(Refused, match="done"):
            refund_marks.take_back(room.desk, BATCH, sent.state, sent.at, by=MIRI)

    def test_that_are_taken_back_leave_no_claim_that_was_withdrawn_as_sent(self, room: Room):
        [lead, _] = claimable(room, 2)
        sent = send(room)
        room.clock.forward(hours=1)
        room.log(lead.id, "lost")
        refunds.look(room.desk)
        assert counts(room) == {"sent": (1, 4000)}
        with room.desk.store.view() as view:
            assert claims.gone(view, [1, 2], vendor="Meta") == {1}
        refund_marks.take_back(room.desk, BATCH, sent.state, sent.at, by=MIRI)
        assert counts(room) == {"open": (1, 4000)}
        with room.desk.store.view() as view:
            assert claims.gone(view, [1, 2], vendor="Meta") == set()

    def test_of_a_click_that_comes_twice_are_one(self, room: Room):
        claimable(room)
        for _ in range(2):
            refund_marks.mark_sent(room.desk, BATCH, until=ALL, by=MIRI, key="t1")
        assert counts(room) == {"sent": (1, 4000)}


class TestCredit:
    def test_lowers_what_leads_cost_in_the_digest(self, room: Room):
        claimable(room, 2)
        send(room)
        answer(room, ClaimState.ACCEPTED, amount=Money(5000, "ILS"))
        now = room.clock.now
        found = figures.report_of(
            room.desk, since=now - timedelta(days=6), until=now + timedelta(1)
        )
        assert found.total.lead_cost == Amount(3000)
        said = digest_views.digest(found, words(room)).text
        assert "lead cost ₪30 after ₪50 of vendors' credit" in said

    def test_counts_when_it_was_accepted(self, room: Room):
        claimable(room)
        send(room)
        room.clock.forward(days=30)
        answer(room, ClaimState.ACCEPTED)
        now = room.clock.now
        found = figures.report_of(
            room.desk, since=now - timedelta(days=6), until=now + timedelta(1)
        )
        assert (found.total.spent, found.currency) == (-4000, "ILS")
        assert not found.empty


class TestMoreThanACommitHolds:
    """However many claims there are, each is marked, some in each commit."""

    @pytest.fixture(autouse=True)
    def _few(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(refund_marks, "AT_ONCE", 2)

    def test_are_all_sent_answered_and_taken_back(self, room: Room):
        claimable(room, 5)
        assert (send(room).count, counts(room)) == (5, {"sent": (5, 20000)})
        done = answer(room, ClaimState.ACCEPTED)
        assert (done.count, done.credit) == (5, Money(20000, "ILS"))
        back = refund_marks.take_back(room.desk, BATCH, done.state, done.at, by=MIRI)
        assert (back.count, counts(room)) == (5, {"sent": (5, 20000)})

    def test_share_out_one_amount(self, room: Room):
        claimable(room, 5)
        send(room)
        done = answer(room, ClaimState.ACCEPTED, amount=Money(9999, "ILS"))
        assert done.credit == Money(9999, "ILS")
        assert counts(room) == {"accepted": (5, 9999)}

    def test_are_withdrawn_wherever_they_stand(self, room: Room):
        some = claimable(room, 5)
        for lead in (some[0], some[4]):
            room.log(lead.id, "lost")
        done = send(room)
        assert (done.count, done.withdrawn) == (3, 2)

    def test_are_counted_as_far_as_the_database_took_them(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        claimable(room, 5)
        held, calls = claims.held, []

        def failing(*given: Any, **more: Any) -> Any:
            calls.append(given)
            if len(calls) == 2:
                raise Refused("desk.busy")
            return held(*given, **more)

        monkeypatch.setattr(claims, "held", failing)
        assert send(room).count == 2
        assert counts(room) == {"sent": (2, 8000), "open": (3, 12000)}
        assert send(room).count == 3
