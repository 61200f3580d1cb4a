"""Who was given what and why, turns in pools, closing rates: as they are stored (C3)."""

from datetime import timedelta

from rules.matching import Closing
from rules.pools import Pool
from rules.routing import Considered
from rules.skips import Counts
from rules.team import Rep
from rules.words import Kind, Stage, Step
from storage import given, leads, reps
from storage.given import Given
from storage.store import Store
from storage.tables import leads as table
from storage.unit import Unit
from tests.storage.making import MINUTE, NOON, add_lead
from tests.storage.plans import plan_of

WIDE = Pool("wide", per_hour=99, per_day=99, per_week=99)


def give(unit: Unit, rep: str, before: timedelta, lead_id: int = 0) -> None:
    lead = leads.load(unit, lead_id) if lead_id else add_lead(unit)
    assert lead is not None
    given.add(unit, lead, Given(rep, NOON - before, "rotation"))


class TestWhatWasGiven:
    FOUND = (Considered("U1", points=2.5, why=("age",), load=3, turn=1.5), Considered("U2", "away"))

    def test_is_kept_with_who_was_considered(self, store: Store):
        one = Given("U1", NOON, "best_match", "north", "hot", self.FOUND)
        with store.unit() as unit:
            lead = add_lead(unit)
            assert given.newest(unit, lead.id) is None
            given.add(unit, lead, Given("U2", NOON - MINUTE, "rotation"))
            given.add(unit, lead, one)
            assert given.newest(unit, lead.id) == one

    def test_keeps_thirty_and_counts_the_rest(self, store: Store):
        many = tuple(Considered(f"U{n}", "full") for n in range(41))
        with store.unit() as unit:
            lead = add_lead(unit)
            given.add(unit, lead, Given("U0", NOON, "rotation", considered=many))
            found = given.newest(unit, lead.id)
        assert found is not None
        assert (found.considered, found.more) == (many[:30], 11)

    def test_is_counted_within_an_hour_a_day_and_a_week(self, store: Store):
        spans = (0, 59, 60, 23 * 60, 24 * 60, 7 * 24 * 60 - 1, 7 * 24 * 60)
        with store.unit() as unit:
            reps.put(unit, [Rep(f"U{n}", "") for n in range(1, 5)])
            for minutes in spans:
                give(unit, "U1", minutes * MINUTE)
            give(unit, "U2", MINUTE)
            found = given.counts(unit, ["U1", "U2", "U3"], WIDE, now=NOON)
        assert found == {"U1": Counts(2, 4, 6), "U2": Counts(1, 1, 1), "U3": Counts()}

    def test_is_counted_to_the_caps_and_no_further(self, store: Store):
        pool = Pool("north", per_day=3, per_week=9)
        with store.unit() as unit:
            reps.put(unit, [Rep("U1", "")])
            for minutes in range(7):
                give(unit, "U1", minutes * MINUTE)
            found = given.counts(unit, ["U1"], pool, now=NOON)
        assert found == {"U1": Counts(0, 3, 7)}


class TestTurns:
    def test_are_a_pool_s_own_and_stay(self, store: Store):
        with store.unit() as unit:
            given.move_turns(unit, "north", {"U1": 1.0, "U2": 0.5})
            given.move_turns(unit, "south", {"U1": 7.5})
            given.move_turns(unit, "north", {"U1": 2.0})
            unit.commit()
        with store.view() as view:
            assert given.turns(view, "north") == {"U1": 2.0, "U2": 0.5}
            assert given.turns(view, "south") == {"U1": 7.5}
            assert given.turns(view, "west") == {}


class TestClosings:
    def test_count_what_is_old_enough_and_what_closed(self, store: Store):
        with store.unit() as unit:
            for owner, stage, age, step in (
                ("U1", Stage.WON, 1, Step.NONE),
                ("U1", Stage.LOST, 1, Step.NONE),
                ("U1", Stage.LEAD, 1, Step.CALL),  # too young to judge
                ("U1", Stage.LEAD, 1, Step.MAILING_LIST),
                ("U1", Stage.LEAD, 40, Step.CALL),
                ("U2", Stage.WON, 400, Step.NONE),  # too long ago
                ("", Stage.LOST, 1, Step.NONE),
            ):
                self.add(unit, owner=owner, stage=stage, next_what=step, days=age)
            found = given.count_closings(
                unit, since=NOON - timedelta(365), mature=NOON - timedelta(30)
            )
        assert list(found.values()) == [{"U1": Closing(4, 1)}]

    def test_are_kept_until_the_next_count(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            alike = lead.kind, lead.product
            other = next(one for one in Kind if one is not lead.kind), ""
            given.keep_closings(unit, {alike: {"U1": Closing(9, 2)}, other: {}}, at=NOON)
            assert given.closings(unit, lead) == {"U1": Closing(9, 2)}
            given.keep_closings(unit, {other: {"U1": Closing(1, 1)}}, at=NOON)
            assert given.closings(unit, lead) == {}

    def add(self, unit: Unit, *, days: int, **values: object) -> None:
        lead = add_lead(unit)
        changed = values | {"received_at": NOON - timedelta(days)}
        unit.execute(table.update().where(table.c.id == lead.id).values(changed))


class TestTheIndexes:
    def test_are_used_for_counts_and_the_newest(self, store: Store):
        counted = plan_of(store, lambda unit: given.counts(unit, ["U1", "U2"], WIDE, now=NOON))
        newest = plan_of(store, lambda unit: given.newest(unit, 1))
        assert "SCAN given" not in counted
        assert "ix_given_rep" in counted
        assert "ix_given_lead" in newest
