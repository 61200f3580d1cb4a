"""What a day's calls are counted from, and which leads get none for now (C1)."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from rules.lead import Lead
from rules.money import Money
from rules.playbook import Playbook, Wave
from rules.wave import on_hold
from rules.words import CALLS, Importance, Outcome, Queue, Stage, Step, Tier
from storage import leads, queue, reps, wave
from storage.queue import Asker
from storage.store import Store
from storage.tables import attempts, lead_sources
from storage.tables import leads as table
from storage.unit import Unit
from tests.storage.making import MINUTE, NOON, add_attempt, add_lead, phone, reread
from tests.storage.plans import plan_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ME = Asker("U1", NOON)
HELD = Wave(hold=(Tier.D,))
HOT: dict[str, Any] = {"next_what": Step.FOLLOW_UP, "importance": Importance.HIGH}
WALKS = ("SCAN leads", "Seq Scan on leads")
SHAPES: list[dict[str, Any]] = [
    {},
    {"plan_step": 1},
    {"plan_step": 2},
    {"plan_step": 1, "last_outcome": Outcome.NOTNOW},
    {"next_what": Step.RETRY_UNAVAILABLE},
    {"next_what": Step.ASSIGN, "owner": ""},
    {"replied_at": NOON},
    {"replied_at": NOON, "last_at": NOON - HOUR},
    {"replied_at": NOON - HOUR, "last_at": NOON},
    {"last_at": NOON},
    HOT,
    {"next_what": Step.WAIT_FOR_PHONE},
    {"next_what": Step.EMAIL},
]
WAVES = [
    HELD,
    Wave(hold=(Tier.C, Tier.D)),
    Wave(shorten=(Tier.D,)),
    Wave(attempts=2, shorten=(Tier.D,)),
]


def due(unit: Unit, tier: Tier = Tier.D, **values: Any) -> Lead:
    """Store a lead of mine that is due now."""
    given: dict[str, Any] = {"owner": "U1", "zone": "", "next_at": NOON} | values
    made = leads.save(unit, replace(add_lead(unit, phone=phone("+972521234567")), **given))
    unit.execute(update(table).where(table.c.id == made.id).values(tier=tier))
    return reread(unit, made)


def count(unit: Unit, **more: Any) -> dict[Tier, dict[str, int]]:
    given: dict[str, Any] = {
        "owners": ["U1", "U2"],
        "until": NOON + HOUR,
        "attempts": 2,
        "most": 100,
    } | more
    found = wave.due(unit, **given)
    return {tier: sorts for tier, sorts in found.items() if sorts}


class TestCountingWhatIsDue:
    @pytest.mark.parametrize(
        ("values", "sort"),
        [
            ({}, "first"),
            ({"next_what": Step.ASSIGN, "owner": ""}, "first"),
            ({"owner": "U2"}, "first"),
            ({"owner": ""}, "first"),
            ({"plan_step": 1}, "early"),
            ({"plan_step": 2}, "late"),
            ({"plan_step": 2, "next_what": Step.RETRY_UNAVAILABLE}, "late"),
            (HOT, "agreed"),
            ({"plan_step": 3, "last_outcome": Outcome.NOTNOW}, "agreed"),
            ({"replied_at": NOON}, "agreed"),
            ({"replied_at": NOON - HOUR, "last_at": NOON, "plan_step": 1}, "early"),
            ({"next_at": NOON + HOUR}, "first"),
        ],
    )
    def test_tells_sorts_apart(self, store: Store, values: dict[str, Any], sort: str):
        with store.unit() as unit:
            due(unit, **values)
            assert count(unit) == {Tier.D: {sort: 1}}

    @pytest.mark.parametrize(
        "values",
        [
            {"owner": "U3"},
            {"next_at": NOON + HOUR + MINUTE},
            {"next_at": None},
            {"stage": Stage.WON},
            {"opted_out": (CALLS,)},
            {"next_what": Step.WAIT_FOR_PHONE},
            {"next_what": Step.MAILING_LIST},
        ],
    )
    def test_leaves_out_what_is_not_called(self, store: Store, values: dict[str, Any]):
        with store.unit() as unit:
            due(unit, **values)
            assert count(unit) == {}

    def test_counts_by_tier_those_of_the_team_and_of_nobody_together(self, store: Store):
        with store.unit() as unit:
            for tier, owner in ((Tier.A, "U1"), (Tier.D, "U1"), (Tier.D, "U2"), (Tier.D, "")):
                due(unit, tier, owner=owner)
            due(unit, plan_step=5)
            assert count(unit) == {Tier.A: {"first": 1}, Tier.D: {"first": 3, "late": 1}}

    def test_knows_a_team_of_nobody(self, store: Store):
        with store.unit() as unit:
            due(unit, owner="")
            assert count(unit, owners=[]) == {Tier.D: {"first": 1}}

    def test_counts_so_many_and_no_more(self, store: Store):
        with store.unit() as unit:
            for owner in ("U1", "", "", ""):
                due(unit, owner=owner)
            assert count(unit, most=2) == {Tier.D: {"first": 3}}

    def test_goes_through_the_index_of_what_is_due(self, store: Store):
        found = plan_of(store, count)
        assert found.count("ix_leads_working") == 2
        assert not [one for one in WALKS if one in found]


def came(unit: Unit, at: datetime, *, tier: Tier = Tier.C, source: str = "site", lead: int = 0):
    lead_id = lead or due(unit, tier).id
    values = {"lead_id": lead_id, "at": at, "source": source, "fingerprint": str(at), "extra": {}}
    unit.execute(insert(lead_sources), values)
    return lead_id


class TestCountingArrivals:
    SPANS = ((NOON - 7 * DAY, NOON - 7 * DAY + HOUR), (NOON - 14 * DAY, NOON - 14 * DAY + HOUR))

    def count(self, unit: Unit) -> dict[Tier, int]:
        found = wave.arrivals(unit, self.SPANS, without="import")
        return {tier: number for tier, number in found.items() if number}

    def test_takes_those_of_the_same_hours(self, store: Store):
        with store.unit() as unit:
            for ago in (7 * DAY, 14 * DAY):
                came(unit, NOON - ago)
                came(unit, NOON - ago + HOUR - MINUTE, tier=Tier.A)
                came(unit, NOON - ago + HOUR)
                came(unit, NOON - ago - MINUTE)
            assert self.count(unit) == {Tier.A: 2, Tier.C: 2}

    def test_leaves_out_a_file_that_was_imported(self, store: Store):
        with store.unit() as unit:
            came(unit, NOON - 7 * DAY, source="import")
            assert self.count(unit) == {}

    def test_takes_a_person_who_came_twice_in_an_hour_once(self, store: Store):
        with store.unit() as unit:
            first = came(unit, NOON - 7 * DAY)
            came(unit, NOON - 7 * DAY + MINUTE, lead=first)
            came(unit, NOON - 14 * DAY, lead=first)
            assert self.count(unit) == {Tier.C: 2}

    def test_goes_through_the_index_of_when_they_came(self, store: Store):
        assert plan_of(store, self.count).count("ix_lead_sources_at") == 2

    def test_knows_when_the_first_came(self, store: Store):
        with store.unit() as unit:
            assert wave.first_source_at(unit) is None
            for days in (3, 9, 1):
                came(unit, NOON - days * DAY)
            assert wave.first_source_at(unit) == NOON - 9 * DAY


class TestTheNewestCalls:
    def test_are_told_by_whom_and_when(self, store: Store):
        with store.unit() as unit:
            lead = due(unit)
            for minutes, by in ((5, "U2"), (1, "U1"), (61, "U1")):
                add_attempt(unit, lead, by=by, at=NOON - minutes * MINUTE)
            found = partial(wave.newest_calls, unit, since=NOON - HOUR)
            assert found(most=9) == [("U1", NOON - MINUTE), ("U2", NOON - 5 * MINUTE)]
            assert found(most=1) == [("U1", NOON - MINUTE)]

    def test_are_not_refunds_nor_what_was_taken_back(self, store: Store):
        with store.unit() as unit:
            lead = due(unit)
            add_attempt(unit, lead, amount=Money(-100, "ILS"))
            undone = add_attempt(unit, lead)
            unit.execute(update(attempts).where(attempts.c.id == undone).values(undone_at=NOON))
            assert wave.newest_calls(unit, since=NOON - HOUR, most=9) == []

    def test_are_found_through_their_index(self, store: Store):
        act = partial(wave.newest_calls, since=NOON, most=9)
        assert "ix_attempts_at" in plan_of(store, act)


class TestWhatWaits:
    @pytest.mark.parametrize("bar", WAVES, ids=["d", "c_d", "short_1", "short_2"])
    def test_is_what_the_rule_says(self, store: Store, bar: Wave):
        book = Playbook(wave=bar)
        with store.unit() as unit:
            made = [due(unit, tier, **values) for tier in Tier for values in SHAPES]
            query = select(table.c.id).where(wave.waits(bar)).order_by(table.c.id)
            assert list(unit.execute(query).scalars()) == [
                one.id for one in made if on_hold(one, book)
            ]
            other = select(table.c.id).where(~wave.waits(bar)).order_by(table.c.id)
            assert list(unit.execute(other).scalars()) == [
                one.id for one in made if not on_hold(one, book)
            ]

    def test_is_not_counted_in_a_reps_load(self, store: Store):
        with store.unit() as unit:
            for tier in (Tier.A, Tier.D, Tier.D):
                due(unit, tier)
            due(unit, **HOT)
            due(unit, owner="U2")
            assert reps.loads(unit) == {"U1": 4, "U2": 1}
            assert reps.loads(unit, HELD) == {"U1": 2, "U2": 0}

    def test_is_counted_for_one_owner_or_the_pool_up_to_so_many(self, store: Store):
        with store.unit() as unit:
            for owner in ("U1", "", "", ""):
                due(unit, owner=owner)
            due(unit, **HOT)
            counted = [wave.waiting(unit, HELD, who, most=2) for who in ("U1", "", "U2")]
            assert counted == [1, 2, 0]
            assert wave.waiting(unit, wave.NO_WAVE, "U1", most=2) == 0

    def test_of_the_pool_is_counted_through_an_index(self, store: Store):
        found = plan_of(store, lambda unit: wave.waiting(unit, HELD, "", most=2))
        assert "ix_leads_" in found
        assert not [one for one in WALKS if one in found]

    def test_keeps_a_lead_from_getting_an_owner(self, store: Store):
        with store.unit() as unit:
            _, other = (
                due(unit, tier, next_what=Step.ASSIGN, owner="") for tier in (Tier.D, Tier.C)
            )
            wrote = due(unit, next_what=Step.ASSIGN, owner="", replied_at=NOON)
            found = leads.held(unit, most=9, wave=HELD)
            assert [one.id for one in found] == [other.id, wrote.id]
            assert len(leads.held(unit, most=9)) == 3

    def test_does_not_come_next(self, store: Store):
        with store.unit() as unit:
            held = due(unit, next_at=NOON + MINUTE)
            later = due(unit, next_at=NOON + HOUR, **HOT)
            assert queue.coming(unit, ME, HELD) == later
            assert queue.coming(unit, ME) == held


class TestTheBestUnderABar:
    def ids(self, unit: Unit, one: Queue, **more: Any) -> list[int]:
        return [found.id for found in queue.best(unit, one, ME, zones=[""], most=9, **more)]

    def test_is_of_the_tiers_asked_for(self, store: Store):
        with store.unit() as unit:
            best, _ = due(unit, Tier.A), due(unit)
            assert self.ids(unit, Queue.FRESH, tiers=(Tier.A, Tier.B)) == [best.id]
            assert self.ids(unit, Queue.FRESH, tiers=()) == []

    def test_is_kept_where_it_was_agreed_or_they_wrote(self, store: Store):
        since = NOON - DAY
        with store.unit() as unit:
            wrote = due(unit, replied_at=NOON - HOUR)
            due(unit)
            due(unit, replied_at=NOON - HOUR, next_at=since)
            wanted = due(unit, plan_step=1, last_outcome=Outcome.NOTNOW)
            asked = due(unit, plan_step=1, replied_at=NOON, last_at=NOON - HOUR)
            due(unit, plan_step=1, replied_at=NOON - HOUR, last_at=NOON)
            due(unit, plan_step=1, last_outcome=Outcome.NOANSWER)
            assert self.ids(unit, Queue.FRESH, kept_since=since) == [wrote.id]
            assert self.ids(unit, Queue.PLANNED, kept_since=since) == [wanted.id, asked.id]
            assert self.ids(unit, Queue.PLANNED, agreed_since=since) == [wanted.id]

    def test_has_few_attempts_behind_it(self, store: Store):
        with store.unit() as unit:
            made = [due(unit, plan_step=step) for step in (1, 2, 3)]
            assert self.ids(unit, Queue.PLANNED, below=3) == [one.id for one in made[:2]]

    def test_is_found_among_a_million_that_wait_through_an_index(self, store: Store):
        act = partial(self.ids, one=Queue.FRESH, kept_since=NOON - DAY)
        found = plan_of(store, act)
        assert found.count("ix_leads_wrote") == 2 * len(Tier)
        assert not [one for one in WALKS if one in found]
