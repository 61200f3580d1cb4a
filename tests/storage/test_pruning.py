"""What is forgotten once nobody asks for it any more (C5)."""

from typing import Any

import pytest
from sqlalchemy import select

from rules.effects import NudgeRep, PostCard, RefreshCard
from storage import deadletters, events, inbox, kept, outbox, pruning
from storage.events import Happened
from storage.outbox import CANCELLED, DEAD, SENT
from storage.store import Store
from storage.tables import intake
from storage.tables import outbox as table
from storage.unit import Unit, View
from tests.storage.making import MINUTE, NOON, add_lead
from tests.storage.plans import plan_of

LATER = NOON + MINUTE
KINDS = [RefreshCard.kind, NudgeRep.kind]


def end(unit: Unit, state: str) -> None:
    """Let all that waits end so at noon."""
    for row in outbox.claim(unit, owner="one", now=NOON, lease=MINUTE, most=9):
        outbox.finish(unit, row, state=state, now=NOON)


def left(view: View) -> list[str]:
    return sorted(view.execute(select(table.c.kind)).scalars())


def came(unit: Unit, key: str, *, state: str, source: str = "website") -> int:
    number = inbox.keep(
        unit, source=source, body=b"{}", content_type="text/csv", once_key=key, at=NOON
    )
    assert number is not None
    inbox.settle(unit, number, state=state, lead_id=None)
    return number


class TestTheOutbox:
    @pytest.mark.parametrize("state", [SENT, CANCELLED])
    def test_forgets_what_ended_of_some_kinds(self, store: Store, state: str):
        with store.unit() as unit:
            outbox.add(unit, [RefreshCard(1), PostCard(1)], now=NOON)
            end(unit, state)
            assert pruning.forget_ended(unit, kinds=KINDS, before=NOON, most=9) == 0
            assert pruning.forget_ended(unit, kinds=KINDS, before=LATER, most=9) == 1
            assert left(unit) == [PostCard.kind]
            assert outbox.known(unit, "post:1")

    def test_keeps_what_waits_or_is_in_hand(self, store: Store):
        with store.unit() as unit:
            outbox.add(unit, [RefreshCard(1)], now=NOON)
            outbox.add(unit, [RefreshCard(2)], now=NOON, due_at=LATER)
            outbox.claim(unit, owner="one", now=NOON, lease=MINUTE, most=9)
            assert pruning.forget_ended(unit, kinds=KINDS, before=LATER, most=9) == 0

    def test_keeps_what_is_dead_until_somebody_has_seen_it(self, store: Store):
        with store.unit() as unit:
            outbox.add(unit, [RefreshCard(1)], now=NOON)
            end(unit, DEAD)
            assert pruning.forget_ended(unit, kinds=KINDS, before=LATER, most=9) == 0
            deadletters.dismiss(unit, deadletters.newest(unit)[0]["id"])
            assert pruning.forget_ended(unit, kinds=KINDS, before=LATER, most=9) == 1

    def test_forgets_so_many_at_most(self, store: Store):
        with store.unit() as unit:
            outbox.add(unit, [RefreshCard(number) for number in range(5)], now=NOON)
            end(unit, SENT)
            told = [pruning.forget_ended(unit, kinds=KINDS, before=LATER, most=2) for _ in range(4)]
        assert told == [2, 2, 1, 0]


class TestWhatCameIn:
    def test_is_emptied_once_it_is_settled(self, store: Store):
        with store.unit() as unit:
            old, waits = came(unit, "a", state="created"), came(unit, "b", state="quarantined")
            given: dict[str, Any] = {"states": ("created",), "most": 9}
            assert pruning.empty_bodies(unit, before=NOON, **given) == 0
            assert pruning.empty_bodies(unit, before=LATER, **given) == 1
            assert pruning.empty_bodies(unit, before=LATER, **given) == 0
            bodies = {row.id: row.body for row in unit.execute(select(intake))}
            assert (bodies[old], bodies[waits]) == (b"", b"{}")

    def test_is_known_again_when_it_is_emptied(self, store: Store):
        with store.unit() as unit:
            old = came(unit, "a", state="created")
            pruning.empty_bodies(unit, states=("created",), before=LATER, most=9)
            found = inbox.find(unit, source="website", once_key="a")
            assert found is not None
            assert (found.id, found.state) == (old, "created")

    def test_of_one_source_is_forgotten(self, store: Store):
        with store.unit() as unit:
            came(unit, "a", state="kept", source="rejects")
            came(unit, "b", state="created")
            given: dict[str, Any] = {"source": "rejects", "most": 9}
            assert pruning.forget_source(unit, before=NOON, **given) == 0
            assert pruning.forget_source(unit, before=LATER, **given) == 1
            assert inbox.find(unit, source="website", once_key="b") is not None


class TestSmallThings:
    def test_that_were_handled_are_forgotten_after_a_while(self, store: Store):
        with store.unit() as unit:
            inbox.first_time(unit, "old", at=NOON)
            inbox.first_time(unit, "new", at=LATER)
            assert pruning.forget_seen(unit, before=LATER, most=9) == 1
            assert inbox.first_time(unit, "old", at=NOON)
            assert not inbox.first_time(unit, "new", at=NOON)

    def test_under_some_names_are_forgotten(self, store: Store):
        with store.unit() as unit:
            for name, at in (("a_b:1", NOON), ("a_b:2", LATER), ("axb:1", NOON), ("c:1", NOON)):
                kept.put(unit, name, 1, at=at)
            given: dict[str, Any] = {"prefixes": ("a_b:", "c:"), "before": LATER}
            assert kept.forget_old(unit, **given, most=1) == 1
            assert kept.forget_old(unit, **given, most=9) == 1
            names = ("a_b:1", "a_b:2", "axb:1", "c:1")
            assert sorted(kept.some(unit, names)) == ["a_b:2", "axb:1"]

    def test_that_happened_are_forgotten_so_many_at_most(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            for _ in range(3):
                events.add(unit, Happened(0, NOON, lead.id, "lead.stage", "", {}))
            told = [events.forget_old(unit, before=LATER, most=1) for _ in range(4)]
        assert told == [2, 1, 0, 0]


class TestTheIndexes:
    @pytest.mark.parametrize(
        ("act", "index"),
        [
            (
                lambda unit: pruning.forget_ended(unit, kinds=KINDS, before=NOON, most=9),
                "ix_outbox_done",
            ),
            (
                lambda unit: pruning.empty_bodies(unit, states=("a",), before=NOON, most=9),
                "ix_intake_body",
            ),
            (
                lambda unit: pruning.forget_source(unit, source="a", before=NOON, most=9),
                "uq_intake_once",
            ),
            (lambda unit: pruning.forget_seen(unit, before=NOON, most=9), "ix_seen_at"),
            (lambda unit: events.forget_old(unit, before=NOON, most=9), "ix_events_at"),
        ],
        ids=["outbox", "bodies", "source", "seen", "events"],
    )
    def test_serve_what_is_forgotten(self, store: Store, act: object, index: str):
        assert index in plan_of(store, act)  # type: ignore[arg-type]  # as listed above
