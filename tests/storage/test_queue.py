"""The queue of calls: what is best, what is free, in which zones, and through which index."""

import random
import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from rules.lead import Lead
from rules.queue import rank
from rules.words import CALLS, Importance, Outcome, Queue, Stage, Step, Tier
from storage import leads, queue
from storage.queue import Asker
from storage.store import Store
from storage.tables import leads as table
from storage.unit import Unit
from tests.databases import only_postgresql
from tests.storage.making import MINUTE, NOON, PATIENCE, add_lead, phone, reread
from tests.storage.plans import plan_of

HOUR = timedelta(hours=1)
ME = Asker("U1", NOON)
LISBON, NEW_YORK = "Europe/Lisbon", "America/New_York"
COLUMNS = ("tier", "score", "fresh_at", "language")
HOT: dict[str, Any] = {"next_what": Step.FOLLOW_UP, "importance": Importance.HIGH}
COOL: dict[str, Any] = {"next_what": Step.FOLLOW_UP, "importance": Importance.LOW}
SHAPES = {
    Queue.HIGH_FOLLOWUP: HOT,
    Queue.FRESH: {"plan_step": 0},
    Queue.LOW_FOLLOWUP: COOL,
    Queue.PLANNED: {"plan_step": 2},
}


def due(unit: Unit, shape: Queue = Queue.FRESH, **values: Any) -> Lead:
    """Store a lead of mine that is due now, of the team's zone, with these values."""
    given = {"owner": "U1", "zone": "", "next_at": NOON, **SHAPES[shape], **values}
    columns = {name: given.pop(name) for name in COLUMNS if name in given}
    made = leads.save(unit, replace(add_lead(unit, phone=phone("+972521234567")), **given))
    if columns:
        unit.execute(update(table).where(table.c.id == made.id).values(columns))
    return reread(unit, made)


def ids(
    unit: Unit,
    one: Queue = Queue.FRESH,
    zones: Any = ("",),
    *,
    asker: Asker = ME,
    **more: Any,
) -> list[int]:
    return [found.id for found in queue.best(unit, one, asker, zones=zones, **more)]


class TestTheBestOfAQueue:
    def test_is_mine_or_the_pools(self, store: Store):
        with store.unit() as unit:
            mine, pool = due(unit), due(unit, owner="")
            due(unit, owner="U2")
            assert sorted(ids(unit)) == [mine.id, pool.id]

    @pytest.mark.parametrize("shape", Queue)
    def test_is_due_and_worked(self, store: Store, shape: Queue):
        with store.unit() as unit:
            found = due(unit, shape)
            due(unit, shape, next_at=NOON + MINUTE)
            due(unit, shape, next_at=None)
            due(unit, shape, stage=Stage.WON)
            due(unit, shape, opted_out=(CALLS,))
            for one in Queue:
                assert ids(unit, one, most=9) == ([found.id] if one is shape else [])

    def test_is_of_the_zones_asked_for(self, store: Store):
        with store.unit() as unit:
            home, abroad = due(unit), due(unit, zone=LISBON)
            due(unit, zone=NEW_YORK)
            due(unit, zone=None)
            assert ids(unit, zones=[LISBON], most=9) == [abroad.id]
            assert sorted(ids(unit, zones=["", LISBON], most=9)) == [home.id, abroad.id]
            assert ids(unit, zones=[]) == []

    def test_may_be_asked_for_in_every_zone_of_the_world(self, store: Store):
        with store.unit() as unit:
            found = due(unit, zone="Z399")
            assert ids(unit, zones=[f"Z{number}" for number in range(400)]) == [found.id]

    @pytest.mark.parametrize(
        ("who", "minutes", "free"),
        [("U2", 1, False), ("U2", 0, True), ("U2", -1, True), ("U1", 1, True)],
        ids=["of_another", "ending_now", "expired", "mine"],
    )
    def test_is_not_held_by_another(self, store: Store, who: str, minutes: int, free: bool):
        with store.unit() as unit:
            due(unit, owner="", held_by=who, held_until=NOON + minutes * MINUTE)
            assert bool(ids(unit)) is free

    def test_of_an_agreed_time_is_a_followup_or_what_was_asked_for_l4_5(self, store: Store):
        asked: dict[str, Any] = {"last_outcome": Outcome.NOTNOW}
        since = NOON - HOUR
        with store.unit() as unit:
            hot = due(unit, Queue.HIGH_FOLLOWUP)
            due(unit, Queue.HIGH_FOLLOWUP, next_at=since)
            wanted = due(unit, Queue.PLANNED, **asked)
            due(unit, Queue.PLANNED, next_at=since, **asked)
            due(unit, Queue.PLANNED, last_outcome=Outcome.NOANSWER)
            assert ids(unit, Queue.HIGH_FOLLOWUP, most=9, agreed_since=since) == [hot.id]
            assert ids(unit, Queue.PLANNED, most=9, agreed_since=since) == [wanted.id]

    @pytest.mark.parametrize("seed", range(3))
    def test_is_the_first_by_rank_among_all_l1_4(self, store: Store, seed: int):
        dice = random.Random(seed)
        zones = ["", LISBON]
        with store.unit() as unit:
            some = [
                due(
                    unit,
                    dice.choice(list(Queue)),
                    owner=dice.choice(["U1", ""]),
                    zone=dice.choice(zones),
                    tier=dice.choice(list(Tier)),
                    score=dice.choice([0.5, 1.25]),
                    fresh_at=NOON - dice.randrange(4) * HOUR,
                    next_at=NOON - dice.randrange(4) * HOUR,
                )
                for _ in range(60)
            ]
            for one in Queue:
                order = [lead.id for lead in sorted(some, key=rank) if lead.queue is one]
                assert ids(unit, one, zones)[0] == order[0]
                assert ids(unit, one, zones, most=60) == order

    @pytest.mark.parametrize(
        ("theirs", "found"),
        [
            ("", True),
            ("he", True),
            ("HE", True),
            ("he_IL", True),
            ("Hebrew", False),
            ("h", False),
            ("ru", False),
            ("Русский", True),
        ],
    )
    def test_of_nobodys_is_in_a_language_that_i_speak_c3(
        self, store: Store, theirs: str, found: bool
    ):
        asker = Asker("U1", NOON, ("he", "Русский", "русский"))
        with store.unit() as unit:
            due(unit, owner="", language=theirs)
            assert bool(ids(unit, asker=asker)) is found
            assert bool(queue.coming(unit, replace(asker, now=NOON - MINUTE))) is found

    def test_of_nobodys_is_of_no_pool_that_is_shut_to_me_c3(self, store: Store):
        asker = Asker("U1", NOON, shut=("vip", "south"))
        with store.unit() as unit:
            for pool in ("vip", "", "south", "north"):
                due(unit, owner="", pool=pool)
            due(unit, pool="vip")
            assert sorted(ids(unit, asker=asker, most=9)) == [2, 4, 5]
            before = replace(asker, now=NOON - MINUTE)
            assert getattr(queue.coming(unit, before), "id", 0) == 2

    def test_of_mine_is_in_any_language(self, store: Store):
        asker = Asker("U1", NOON, ("he",))
        with store.unit() as unit:
            mine = due(unit, language="ru")
            assert ids(unit, asker=asker) == [mine.id]

    @pytest.mark.parametrize("shape", Queue)
    def test_is_found_through_an_index_made_for_it(self, store: Store, shape: Queue):
        index = "ix_leads_fresh" if shape is Queue.FRESH else "ix_leads_queue"
        asked: list[dict[str, Any]] = (
            [{}] if shape is Queue.FRESH else [{}, {"agreed_since": NOON - HOUR}]
        )
        asked.append({"asker": Asker("U1", NOON, ("he", "en"), ("vip",))})
        for more in asked:
            found = plan_of(store, partial(ids, one=shape, **more))
            assert found.count(index) == 2 * len(Tier)
            walks = ("SCAN leads", "ORDER BY", "Seq Scan", "Sort")
            assert not [one for one in walks if one in found]


class TestTaking:
    def test_gives_a_lead_of_mine_or_the_pools_that_is_still_free(self, store: Store):
        with store.unit() as unit:
            mine, pool, other = due(unit), due(unit, owner=""), due(unit, owner="U2")
            held = due(unit, owner="", held_by="U2", held_until=NOON + MINUTE)
            later = due(unit, next_at=NOON + MINUTE)
            assert queue.take(unit, mine.id, ME) == mine
            assert queue.take(unit, pool.id, ME) == pool
            assert [queue.take(unit, one.id, ME) for one in (other, held, later)] == [None] * 3

    @only_postgresql
    def test_passes_what_another_is_taking(self, store: Store):
        with store.unit() as unit:
            lead = due(unit, owner="")
            unit.commit()
        with store.unit() as first, store.unit() as second:
            assert queue.take(first, lead.id, ME)
            assert queue.take(second, lead.id, Asker("U2", NOON)) is None

    @only_postgresql
    def test_can_be_waited_for(self, store: Store):
        with store.unit() as unit:
            lead = due(unit, owner="")
            unit.commit()
        done = threading.Event()

        def wait() -> None:
            with store.unit() as unit:
                queue.wait_for(unit, lead.id)
                done.set()

        with store.unit() as first:
            queue.take(first, lead.id, ME)
            waiting = threading.Thread(target=wait, daemon=True)
            waiting.start()
            assert not done.wait(0.05)
        assert done.wait(PATIENCE)
        waiting.join(PATIENCE)

    @only_postgresql
    def test_waits_for_the_same_persons_other_question(self, store: Store):
        done = threading.Event()

        def ask(who: str) -> None:
            with store.unit() as unit:
                queue.one_at_a_time(unit, who)
                done.set()

        with store.unit() as first:
            queue.one_at_a_time(first, "U1")
            ask("U2")
            assert done.is_set()
            done.clear()
            again = threading.Thread(target=ask, args=("U1",), daemon=True)
            again.start()
            assert not done.wait(0.05)
        assert done.wait(PATIENCE)
        again.join(PATIENCE)


class TestReserved:
    def test_are_the_leads_held_for_me_that_are_due_and_mine(self, store: Store):
        held: dict[str, Any] = {"held_by": "U1", "held_until": NOON + MINUTE}
        with store.unit() as unit:
            mine = due(unit, **held)
            due(unit, **held | {"held_until": NOON})
            due(unit, **held, next_at=NOON + MINUTE)
            due(unit, **held, owner="U2")
            due(unit, **held, stage=Stage.LOST)
            due(unit, held_by="U2", held_until=NOON + MINUTE)
            assert queue.reserved(unit, ME) == [mine]

    def test_are_found_through_an_index(self, store: Store):
        assert "ix_leads_reserved" in plan_of(store, lambda unit: queue.reserved(unit, ME))


class TestZonesAbroad:
    def test_are_those_of_my_leads_and_the_pools_each_once(self, store: Store):
        with store.unit() as unit:
            assert queue.zones_abroad(unit, "U1") == []
            for zone in (LISBON, NEW_YORK, "", LISBON):
                due(unit, zone=zone)
            due(unit, owner="", zone=LISBON)
            due(unit, owner="", zone="Asia/Tokyo")
            due(unit, owner="U2", zone="Europe/Rome")
            due(unit, zone="Europe/Paris", stage=Stage.LOST)
            assert sorted(map(str, queue.zones_abroad(unit, "U1"))) == [
                NEW_YORK,
                "Asia/Tokyo",
                LISBON,
            ]

    @pytest.mark.parametrize("owner", ["U1", ""])
    def test_name_the_unknown_until_it_is_placed(self, store: Store, owner: str):
        with store.unit() as unit:
            lead = due(unit, owner=owner, zone=None)
            due(unit, owner="U2", zone=None)
            assert queue.zones_abroad(unit, "U1") == [None]
            assert queue.unplaced(unit, "U1") == [lead]
            queue.place(unit, [replace(lead, zone=LISBON)])
            assert queue.zones_abroad(unit, "U1") == [LISBON]
            assert queue.unplaced(unit, "U1") == []
            queue.place(unit, [replace(lead, zone=NEW_YORK)])
            assert reread(unit, lead) == replace(lead, zone=LISBON)

    def test_are_found_through_an_index(self, store: Store):
        found = plan_of(store, lambda unit: queue.zones_abroad(unit, "U1"))
        assert found.count("ix_leads_abroad") >= 2
        assert "SCAN leads" not in found
        assert "Seq Scan" not in found
        assert "ix_leads_abroad" in plan_of(store, lambda unit: queue.unplaced(unit, "U1"))


class TestWhatIsComing:
    def test_is_the_soonest_of_mine_and_the_pools_after_now(self, store: Store):
        with store.unit() as unit:
            assert queue.coming(unit, ME) is None
            due(unit)
            due(unit, owner="U2", next_at=NOON + MINUTE)
            mine = due(unit, next_at=NOON + HOUR)
            assert queue.coming(unit, ME) == mine
            pool = due(unit, owner="", next_at=NOON + MINUTE)
            assert queue.coming(unit, ME) == pool

    def test_is_found_through_the_index_of_worked_leads(self, store: Store):
        assert "ix_leads_working" in plan_of(store, lambda unit: queue.coming(unit, ME))
