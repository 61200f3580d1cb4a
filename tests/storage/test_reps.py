"""The team: changed by its file, never losing whose turn it is or who is away."""

from dataclasses import replace
from typing import Any

import pytest

from rules.playbook import Wave
from rules.team import Rep
from rules.words import Role, Stage, Step, Tier
from storage import leads, reps
from storage.store import Store
from storage.unit import Unit
from tests.storage.making import NOON, add_lead
from tests.storage.plans import plan_of

DANA = Rep(
    slack_id="U1",
    name="דנה",
    role=Role.MANAGER,
    languages=("he", "en"),
    regions=("IL",),
    products=("car",),
    ages=(18, 60),
    interests=("cars",),
    weight=1.5,
    capacity=7,
    hours="Sun-Thu 09:00-18:00",
    timezone="Europe/Paris",
    locale="he",
    country="FR",
    state="away",
    away_until=NOON,
)
AVI = Rep(slack_id="U2", name="Avi")


class TestPut:
    def test_keeps_every_field(self, store: Store):
        with store.unit() as unit:
            assert reps.put(unit, [DANA, AVI]) == (2, 0)
            assert reps.get(unit, "U1") == DANA
            assert reps.get(unit, "U2") == AVI
            assert reps.get(unit, "U3") is None

    def test_changes_who_is_there(self, store: Store):
        with store.unit() as unit:
            reps.put(unit, [DANA])
            assert reps.put(unit, [replace(DANA, capacity=8, languages=()), AVI]) == (1, 1)
            assert reps.get(unit, "U1") == replace(DANA, capacity=8, languages=())

    def test_leaves_who_is_away(self, store: Store):
        with store.unit() as unit:
            reps.put(unit, [DANA])
            fresh = replace(DANA, state="active", away_until=None, name="Dana")
            reps.put(unit, [fresh])
            assert reps.get(unit, "U1") == replace(DANA, name="Dana")

    def test_leaves_the_holidays_of_these_weeks(self, store: Store):
        with store.unit() as unit:
            reps.put(unit, [DANA, AVI])
            reps.set_days_off(unit, "U1", ("2026-11-15",))
            reps.put(unit, [DANA, AVI])
            found = {one.slack_id: one.days_off for one in reps.everybody(unit)}
            assert found == {"U1": ("2026-11-15",), "U2": ()}

    def test_of_nobody_changes_nothing(self, store: Store):
        with store.unit() as unit:
            assert reps.put(unit, []) == (0, 0)


class TestTeam:
    @pytest.mark.parametrize("lock", [False, True])
    def test_comes_by_name(self, store: Store, lock: bool):
        with store.unit() as unit:
            reps.put(unit, [replace(AVI, slack_id="U9"), AVI, replace(AVI, name="Abe")])
            reps.put(unit, [replace(AVI, slack_id="U3", name="Zoe")])
            found = [one.slack_id for one in reps.everybody(unit, lock=lock)]
        assert found == ["U2", "U9", "U3"]

    def test_is_set_away_and_back(self, store: Store):
        with store.unit() as unit:
            reps.put(unit, [DANA, AVI])
            reps.set_state(unit, ["U1"], "paused")
            assert reps.get(unit, "U1") == replace(DANA, state="paused", away_until=None)
            assert reps.get(unit, "U2") == AVI


# Each holds the leads that are worked, and no others.
WORKING = ("ix_leads_working", "ix_leads_queue", "ix_leads_fresh", "ix_leads_group")


def own(unit: Unit, **changes: Any) -> None:
    leads.save(unit, replace(add_lead(unit), **changes))


class TestLoads:
    def test_count_the_leads_that_are_worked(self, store: Store):
        with store.unit() as unit:
            own(unit, owner="U1")
            own(unit, owner="U1", next_what=Step.WAIT_FOR_PHONE)
            own(unit, owner="U1", stage=Stage.WON)
            own(unit, owner="U1", next_what=Step.MAILING_LIST)
            own(unit, owner="U2", stage=Stage.LOST)
            own(unit, owner="U3", stage=Stage.SQO)
            own(unit)
            assert reps.loads(unit) == {"U1": 2, "U3": 1}

    def test_are_counted_in_the_partial_index(self, store: Store):
        plan = plan_of(store, reps.loads)
        assert any(name in plan for name in WORKING)

    @pytest.mark.parametrize(
        "bar",
        [
            Wave(hold=(Tier.D,)),
            Wave(shorten=(Tier.C, Tier.D)),
            Wave(hold=(Tier.D,), shorten=(Tier.C,)),
        ],
        ids=["hold", "shorten", "both"],
    )
    def test_less_those_on_hold_are_counted_in_a_partial_index_too(self, store: Store, bar: Wave):
        assert "ix_leads_may_wait" in plan_of(store, lambda unit: reps.loads(unit, bar))
