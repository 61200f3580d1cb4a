"""Claims against vendors as the hours pass: opened, withdrawn, none twice (L5.5)."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot import audit, refunds
from bot.texts import load
from bot.undoing import undo
from rules.claims import ClaimState
from rules.refusals import Refused
from storage import bought
from storage.bought import HEARD
from storage.tables import claims
from tests.bot.claiming_back import (
    META,
    a_buying_desk,
    answer,
    buy,
    claimable,
    counts,
    group,
    overview,
    send,
    try_in_vain,
)
from tests.desk import MIRI, SUNDAY_MORNING, FakeClock, Room
from tests.storage.making import at_once


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_buying_desk(tmp_path, clock) as made:
        yield made


ACTS = [*["call", "day", "look"] * 3, "answer", "undo", "send", "accept", "again", "mend"]


def live(room: Room, act: str) -> None:
    """Let something happen to lead 1, or to what its vendor owes."""
    owner = room.load(1).owner
    room.clock.forward(hours=20 if act == "day" else 1)
    with suppress(Refused):
        if act in {"call", "answer", "mend"}:
            outcome = {"call": "noanswer", "answer": "notnow", "mend": "invalid"}[act]
            room.log(1, outcome, by=owner)
        elif act == "undo":
            undo(room.desk, by=owner)
        elif act == "again":
            buy(room, 1, external_id=f"m-{room.clock.now}", note=str(room.clock.now))
        elif act == "look":
            refunds.look(room.desk)
        elif act == "send":
            send(room)
        elif act == "accept":
            answer(room, ClaimState.ACCEPTED)


def check(room: Room) -> None:
    with room.desk.store.view() as view:
        some = bought.of_sources(view, range(1, 99))
        rows = list(view.execute(select(claims)).mappings())
    assert len({row["source_id"] for row in rows}) == len(rows)
    reasons = {row["source_id"]: row["reason"] for row in rows}
    for one in refunds.judged(room.desk, some, now=room.clock.now):
        if one.bought.state == ClaimState.OPEN:
            assert not refunds.is_over(one)
            assert not one.bought.heard or reasons[one.bought.source_id] == "duplicate"
        assert not one.claimable or one.bought.state == ClaimState.OPEN


class TestALook:
    def test_opens_a_claim_for_whom_nobody_reached(self, room: Room):
        [lead] = claimable(room)
        assert counts(room) == {"open": (1, 4000)}
        assert room.history(lead.id).count("claim_open") == 1

    def test_opens_it_once_however_often_it_looks(self, room: Room):
        [lead] = claimable(room)
        again = refunds.look(room.desk)
        assert (again.opened, again.withdrawn) == (0, 0)
        assert counts(room) == {"open": (1, 4000)}
        assert room.history(lead.id).count("claim_open") == 1

    def test_leaves_a_vendor_without_terms_alone(self, room: Room):
        claimable(room, vendor="Nobody")
        found = overview(room)
        assert found.groups == ()
        assert found.without == (("Nobody", 1),)

    def test_keeps_currencies_apart(self, room: Room):
        try_in_vain(room, buy(room, 1), buy(room, 2, cost="10", currency="USD"))
        refunds.look(room.desk)
        assert [(one.currency, one.open and one.open.minor) for one in overview(room).groups] == [
            ("ILS", 4000),
            ("USD", 1000),
        ]

    def test_goes_through_more_than_one_commit_holds(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(refunds, "AT_ONCE", 2)
        claimable(room, 5)
        assert counts(room) == {"open": (5, 20000)}

    def test_withdraws_a_claim_when_the_person_is_reached_after_all(self, room: Room):
        [lead] = claimable(room)
        room.log(lead.id, "lost", reason="bought elsewhere")
        assert refunds.look(room.desk).withdrawn == 1
        assert overview(room).empty
        assert room.history(lead.id)[-1] == "claim_withdraw"

    def test_opens_a_withdrawn_claim_again(self, room: Room):
        [lead] = claimable(room)
        room.clock.forward(hours=1)
        room.log(lead.id, "notnow")
        refunds.look(room.desk)
        undo(room.desk, by=lead.owner)
        assert refunds.look(room.desk).opened == 1
        assert counts(room) == {"open": (1, 4000)}

    def test_follows_the_terms_as_they_change(self, room: Room):
        [lead] = claimable(room)
        half = replace(META, credit=Decimal("0.5"), window_days=12)
        present = room.desk.present
        present.playbook = replace(present.playbook, vendors=(half,))
        refunds.look(room.desk)
        found = group(room).open
        assert found is not None
        assert (found.minor, found.closes_at) == (2000, SUNDAY_MORNING + timedelta(days=12))
        assert room.history(lead.id).count("claim_open") == 1

    def test_claims_who_was_sold_twice_once(self, room: Room):
        buy(room)
        room.clock.forward(days=1)
        buy(room, external_id="m-again", note="again")
        refunds.look(room.desk)
        assert counts(room) == {"open": (1, 4000)}

    def test_writes_no_customers_words_into_the_audit(self, room: Room):
        [lead] = claimable(room)
        [line] = [one for one in audit.listed(room.desk, lead.id).lines if one.act == "claim_open"]
        assert (line.actor, dict(line.after)) == ("", {"vendor": "Meta"})


class TestLooksAtOnce:
    def test_open_each_claim_once(self, room: Room):
        some = [buy(room, number) for number in range(1, 6)]
        try_in_vain(room, *some)
        assert at_once([lambda: refunds.look(room.desk)] * 4) == []
        assert counts(room) == {"open": (5, 20000)}
        assert [room.history(one.id).count("claim_open") for one in some] == [1] * 5

    def test_of_two_managers_mark_each_claim_once(self, room: Room):
        claimable(room, 5)
        marked: list[int] = []
        assert at_once([lambda: marked.append(send(room).count)] * 3) == []
        assert sorted(marked) == [0, 0, 5]


class TestWhatIsHeard:
    def test_is_what_the_history_has_words_for(self):
        known = tuple(load("en"))
        assert [one for one in HEARD if not any(f"history.{one}" in key for key in known)] == []


class TestALife:
    """Whatever happens in whatever order, no claim is asked for that is not owed."""

    @settings(max_examples=20, deadline=None)
    @given(acts=st.lists(st.sampled_from(ACTS), min_size=10, max_size=25))
    def test_asks_for_what_is_owed_alone(
        self, tmp_path_factory: pytest.TempPathFactory, acts: list[str]
    ):
        with a_buying_desk(tmp_path_factory.mktemp("life"), FakeClock()) as room:
            for number in (1, 2):
                buy(room, number)
            for act in acts:
                live(room, act)
            refunds.look(room.desk)
            check(room)


class TestAClaimThatWasSent:
    """The vendor has it: once its person is reached it is owed no more, and managers say so."""

    def said(self, room: Room) -> str:
        room.deliver()
        return room.outside.dms(MIRI)[-1].text

    def test_is_withdrawn_when_the_person_is_reached(self, room: Room):
        [lead, _] = claimable(room, 2)
        send(room)
        room.clock.forward(hours=1)
        room.log(lead.id, "notnow")
        assert refunds.look(room.desk).withdrawn == 1
        assert counts(room) == {"sent": (1, 4000)}
        assert room.history(lead.id)[-1] == "claim_withdraw"
        said = self.said(room)
        assert "*#1 Lead 1* was reached after its claim was sent to *Meta*" in said
        assert "claim 1 is withdrawn" in said

    def test_is_told_of_once(self, room: Room):
        [lead] = claimable(room)
        send(room)
        room.clock.forward(hours=1)
        room.log(lead.id, "notnow")
        for _ in range(3):
            refunds.look(room.desk)
            room.clock.forward(hours=1)
        assert (
            len([one for one in room.rows("tell_managers") if "refunds_reached" in str(one)]) == 1
        )

    def test_stands_while_calls_go_on_in_vain(self, room: Room):
        claimable(room)
        send(room)
        try_in_vain(room, room.load(1), hours=(1,))
        assert refunds.look(room.desk).withdrawn == 0
        assert counts(room) == {"sent": (1, 4000)}

    def test_stands_where_the_person_is_reached_after_its_window(self, room: Room):
        [lead] = claimable(room)
        send(room)
        room.clock.forward(days=12)
        room.log(lead.id, "notnow")
        assert refunds.look(room.desk).withdrawn == 0
        assert counts(room) == {"sent": (1, 4000)}

    def test_waits_for_its_answer_again_once_that_is_taken_back(self, room: Room):
        [lead] = claimable(room)
        send(room)
        room.clock.forward(hours=1)
        room.log(lead.id, "notnow")
        refunds.look(room.desk)
        undo(room.desk, by=lead.owner)
        assert refunds.look(room.desk).opened == 0
        assert counts(room) == {"sent": (1, 4000)}
        assert room.history(lead.id)[-1] == "claim_again"
        assert "counts as not reached again" in self.said(room)

    def test_is_passed_by_where_the_vendor_names_it_all_the_same(self, room: Room):
        [lead, _] = claimable(room, 2)
        send(room)
        room.clock.forward(hours=1)
        room.log(lead.id, "notnow")
        refunds.look(room.desk)
        assert answer(room, ClaimState.ACCEPTED, numbers=frozenset({1, 2})).count == 1
        assert counts(room) == {"accepted": (1, 4000)}
