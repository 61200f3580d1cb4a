"""Leads given by many at once: real processes on PostgreSQL, threads of one process on SQLite."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import approvals
from bot.delivery import Courier
from bot.desk import Desk
from bot.orders import Order
from bot.present import Present
from bot.roster import load_team
from rules.acts import MoveStage
from rules.words import Stage, Step
from storage import given, reps
from storage import stages as stored_stages
from storage.store import Store
from storage.tables import given as given_table
from storage.tables import leads
from tests.bot import racers as field
from tests.bot.racers import CAPACITY, CAPPED, PER_DAY, WEIGHTS, Act, Race, Racers, Told
from tests.databases import SQLITE
from tests.desk import AVI, MIRI, NOA, FakeClock, Outside, Room, settings_for
from tests.storage.making import stage_changes

pytestmark = pytest.mark.slow

RACERS = 3
FAIR, OVER = 24, 18


@pytest.fixture(scope="module")
def racers() -> Iterator[Racers]:
    with ExitStack() as stack:
        yield Racers(stack, RACERS)


@pytest.fixture
def pools(store: Store, database_url: str, clock: FakeClock, tmp_path: Path) -> Iterator[Room]:
    settings = settings_for(tmp_path / "unused.db", DATABASE_URL=database_url)
    desk = Desk(store, settings, Present(field.BOOK_OF_POOLS), clock)
    load_team(desk, field.TEAM.encode())
    outside = Outside()
    courier = Courier(desk, dict.fromkeys(Order.__args__, outside), seconds=lambda: 0.0)
    yield Room(desk, clock, outside, courier)
    courier.close()


@pytest.fixture
def race(pools: Room, dialect: str, database_url: str, request: pytest.FixtureRequest) -> Race:
    if dialect == SQLITE:
        return partial(field.by_threads, pools.desk)
    started: Racers = request.getfixturevalue("racers")
    return partial(started.race, database_url)


def arrivals(count: int, campaign: str, *, first: int) -> list[Act]:
    numbers = range(first, first + count)
    return [
        {"do": "receive", "name": f"Lead {n}", "phone": f"052-234-{n}", "campaign": campaign}
        for n in numbers
    ]


def dealt(acts: list[Act]) -> list[list[Act]]:
    return [acts[number::RACERS] for number in range(RACERS)]


def owners(room: Room, campaign: str) -> list[str]:
    query = select(leads.c.owner).where(leads.c.campaign == campaign)
    with room.desk.store.view() as view:
        return list(view.execute(query).scalars())


def handed(room: Room) -> list[tuple[int, str]]:
    """Give which lead was given to whom, as it is written down."""
    with room.desk.store.view() as view:
        rows = view.execute(select(given_table.c.lead_id, given_table.c.rep))
        return sorted((lead, rep) for lead, rep in rows)


def owned(room: Room) -> list[tuple[int, str]]:
    query = select(leads.c.id, leads.c.owner).where(leads.c.owner != "")
    with room.desk.store.view() as view:
        return sorted((lead, owner) for lead, owner in view.execute(query))


def refused(told: list[Told]) -> list[tuple[str, Any]]:
    return [(one["refused"], one["owner"]) for one in told if "refused" in one]


class TestABurstOfLeads:
    @pytest.fixture
    def given_out(self, pools: Room, race: Race) -> Room:
        burst = zip(
            arrivals(FAIR, "fair", first=5000), arrivals(FAIR, "capped", first=6000), strict=True
        )
        told = race(dealt([act for pair in burst for act in pair]))
        assert len({one["gave"] for one in told}) == 2 * FAIR
        return pools

    def test_gives_each_lead_to_one_rep_within_all_limits(self, given_out: Room):
        assert owned(given_out) == handed(given_out)
        self.is_shared_by_weight(given_out)
        self.stops_at_caps(given_out)

    def is_shared_by_weight(self, room: Room):
        counts = Counter(owners(room, "fair"))
        assert sum(counts.values()) == FAIR
        assert set(counts) == set(WEIGHTS)
        for a, b in combinations(WEIGHTS, 2):
            apart = abs(counts[a] / WEIGHTS[a] - counts[b] / WEIGHTS[b])
            assert apart <= 1 / WEIGHTS[a] + 1 / WEIGHTS[b]
        with room.desk.store.view() as view:
            turns = given.turns(view, "fair")
        assert turns == pytest.approx({rep: counts[rep] / WEIGHTS[rep] for rep in WEIGHTS})

    def stops_at_caps(self, room: Room):
        most = {rep: min(PER_DAY, CAPACITY.get(rep, PER_DAY)) for rep in CAPPED}
        counts = Counter(owners(room, "capped"))
        assert counts.pop("") == FAIR - sum(most.values())
        assert counts == most


class TestLeadsThatWaited:
    def test_are_each_given_once_though_all_give_them(self, pools: Room, race: Race):
        with pools.desk.store.unit() as unit:
            reps.set_state(unit, WEIGHTS, "away")
            unit.commit()
        race(dealt(arrivals(OVER, "fair", first=5000)))
        assert set(owners(pools, "fair")) == {""}
        with pools.desk.store.unit() as unit:
            reps.set_state(unit, WEIGHTS, "active")
            unit.commit()
        told = race([[{"do": "held"}]] * RACERS)
        assert sum(one["gave"] for one in told) == OVER
        assert owned(pools) == handed(pools)
        counts = Counter(owners(pools, "fair"))
        assert {rep: counts[rep] / WEIGHTS[rep] for rep in WEIGHTS} == dict.fromkeys(WEIGHTS, 3.0)


class TestALeadThatAllClaim:
    def test_has_one_winner_of_whom_the_others_are_told(self, pools: Room, race: Race):
        for number in range(4):
            pools.receive(name=f"Open {number}", phone=f"052-234-700{number}", campaign="open")
        claims = [
            [{"do": "claim", "lead_id": n, "by": rep} for n in range(1, 5)] for rep in WEIGHTS
        ]
        told = race(claims)
        for number in range(1, 5):
            mine = [one for one in told if one["lead_id"] == number]
            owner = pools.load(number).owner
            assert [one["by"] for one in mine if "gave" in one] == [owner]
            assert refused(mine) == [("claim.lost", owner)] * (RACERS - 1)
            assert pools.history(number).count("claimed") == 1
        assert owned(pools) == handed(pools)

    def test_and_a_manager_disqualifies_ends_disqualified(self, pools: Room, race: Race):
        pools.receive(name="Open", phone="052-234-7000", campaign="open")
        claims = [[{"do": "claim", "lead_id": 1, "by": rep}] for rep in (NOA, AVI)]
        told = race([*claims, [{"do": "disqualify", "lead_id": 1, "by": MIRI}]])
        lead = pools.load(1)
        assert (lead.stage, lead.next_what) == (Stage.DISQUALIFIED, Step.NONE)
        lost = [key for key, _ in refused(told)]
        assert sorted({*lost}) in (["claim.lost"], ["claim.lost", "lead.closed"], ["lead.closed"])
        assert len(lost) == (1 if lead.owner else 2)
        assert pools.history(1).count("claimed") == (1 if lead.owner else 0)


class TestAQuestionThatAllAnswer:
    def test_has_one_answer_and_one_line_of_stages(self, pools: Room, race: Race):
        lead = pools.lead(campaign="fair")
        approvals.request(pools.desk, MoveStage(1, Stage.SQO, "two cars"), by=lead.owner)
        with pools.desk.store.view() as view:
            asked = stored_stages.newest_asked(view, 1)
        assert asked is not None
        answers = zip(("approve", "reject"), field.MANAGERS, strict=True)
        decided = [[{"do": do, "line": asked.id, "by": by}] for do, by in answers]
        told = race([*decided, [{"do": "disqualify", "lead_id": 1, "by": MIRI}]])
        done = [one["do"] for one in told if "gave" in one]
        assert done.count("disqualify") == 1
        assert len(done) <= 2
        self.chain_holds(pools, approved="approve" in done)

    def chain_holds(self, room: Room, *, approved: bool):
        with room.desk.store.view() as view:
            changes = stage_changes(view, 1)
        stood = [one.stage for one in changes]
        assert stood[-1] == room.load(1).stage == Stage.DISQUALIFIED
        assert [one.was for one in changes[1:]] == stood[:-1]
        assert (Stage.SQO in stood) == approved
