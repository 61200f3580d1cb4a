"""What is measured of leads and calls, and the tiers that follow from it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from rules.answering import HourRate
from rules.lead import Lead
from rules.money import Money
from rules.tiers import Basis, Cell, Grade, Group
from rules.words import Kind, Outcome, Stage, Step, Tier
from storage import calls, kept, leads, measures
from storage.store import Store
from storage.unit import Unit
from tests.databases import only_sqlite
from tests.storage.making import NOON, add_attempt, add_lead, reread, stored_lead
from tests.storage.plans import plan_of

DAY = timedelta(days=1)
SINCE, MATURE = NOON - 365 * DAY, NOON - 30 * DAY
OLD, YOUNG = NOON - 60 * DAY, NOON - 5 * DAY
MARCH = Group("March", Kind.WARM, "Sim card")
SALE, REFUND = Money(1000, "ILS"), Money(-1000, "ILS")


def received(unit: Unit, at: datetime, *, group: Group = MARCH, **changes: Any) -> Lead:
    lead = add_lead(
        unit,
        received_at=at,
        campaign=group.campaign,
        kind=group.kind,
        product=group.product,
    )
    return leads.save(unit, replace(lead, **changes)) if changes else lead


def count(store: Store) -> list[Cell]:
    with store.view() as view:
        return measures.count_cells(view, since=SINCE, mature=MATURE)


class TestCountingLeads:
    @pytest.mark.parametrize(
        ("at", "changes", "judged", "closed"),
        [
            (OLD, {}, 1, 0),
            (OLD, {"stage": Stage.WON}, 1, 1),
            (OLD, {"stage": Stage.LOST}, 1, 0),
            (YOUNG, {}, 0, 0),
            (YOUNG, {"stage": Stage.WON}, 1, 1),
            (YOUNG, {"stage": Stage.LOST}, 1, 0),
            (YOUNG, {"stage": Stage.DISQUALIFIED}, 1, 0),
            (YOUNG, {"next_what": Step.MAILING_LIST}, 1, 0),
            (YOUNG, {"next_what": Step.FOLLOW_UP}, 0, 0),
            (MATURE, {}, 0, 0),
            (SINCE - DAY, {"stage": Stage.WON}, 0, 0),
            (SINCE, {"stage": Stage.WON}, 1, 1),
        ],
    )
    def test_takes_those_that_can_be_judged(
        self, store: Store, at: datetime, changes: dict[str, Any], judged: int, closed: int
    ):
        with store.unit() as unit:
            received(unit, at, **changes)
            unit.commit()
        assert count(store) == ([Cell(MARCH, judged, closed)] if judged else [])

    def test_keeps_campaigns_kinds_and_products_apart(self, store: Store):
        groups = [
            MARCH,
            replace(MARCH, campaign=""),
            replace(MARCH, kind=Kind.COLD),
            replace(MARCH, product="מנוי"),
        ]
        with store.unit() as unit:
            for number, group in enumerate(groups, start=1):
                for _ in range(number):
                    received(unit, OLD, group=group, stage=Stage.WON)
            unit.commit()
        found = {cell.group: (cell.leads, cell.closed) for cell in count(store)}
        assert found == {group: (n, n) for n, group in enumerate(groups, start=1)}


def called(store: Store, *outcomes: Outcome, **values: Any) -> None:
    lead = stored_lead(store, kind=values.pop("kind", Kind.WARM))
    with store.unit() as unit:
        for outcome in outcomes:
            answered = outcome is not Outcome.NOANSWER
            add_attempt(unit, lead, **({"outcome": outcome, "answered": answered} | values))
        unit.commit()


class TestCountingCalls:
    def hours(self, store: Store) -> Any:
        with store.view() as view:
            return measures.count_hours(view, since=SINCE)

    def test_is_by_kind_and_local_hour(self, store: Store):
        called(store, Outcome.NOANSWER, Outcome.NOTNOW, Outcome.NOANSWER, local_hour=10)
        called(store, Outcome.LOST, local_hour=18)
        called(store, Outcome.NOANSWER, local_hour=10, kind=Kind.COLD)
        assert self.hours(store) == {
            Kind.WARM: {10: HourRate(3, 1), 18: HourRate(1, 1)},
            Kind.COLD: {10: HourRate(1, 0)},
        }

    def test_leaves_out_what_is_old_undone_or_a_refund(self, store: Store):
        called(store, Outcome.NOANSWER, local_hour=9, at=SINCE - DAY)
        called(store, Outcome.SOLD, local_hour=9, amount=REFUND)
        called(store, Outcome.NOANSWER, local_hour=9)
        with store.unit() as unit:
            calls.mark_undone(unit, 3, at=NOON)
            unit.commit()
        assert self.hours(store) == {}

    def test_of_the_newest_asks_no_further(self, store: Store):
        called(store, *[Outcome.NOTNOW] * 5, local_hour=9)
        called(store, Outcome.NOANSWER, Outcome.SOLD, Outcome.NOANSWER, local_hour=9, amount=SALE)
        called(store, Outcome.SOLD, local_hour=9, amount=REFUND)
        with store.view() as view:
            assert measures.newest_calls(view, most=3) == HourRate(3, 1)
            assert measures.newest_calls(view, most=200) == HourRate(8, 6)

    def test_of_a_new_team_finds_none(self, store: Store):
        with store.view() as view:
            assert measures.newest_calls(view, most=200) == HourRate(0, 0)


class TestMeasuresThatAreKept:
    def test_come_back_as_they_were(self, store: Store):
        cells = [Cell(MARCH, 412, 128), Cell(Group("", Kind.COLD, ""), 7, 0)]
        hours = {Kind.WARM: {0: HourRate(5, 1), 23: HourRate(2, 2)}}
        with store.unit() as unit:
            measures.keep(unit, cells, hours)
            unit.commit()
        with store.view() as view:
            found = measures.kept_cells(view)
            assert sorted(found, key=lambda cell: cell.leads) == cells[::-1]
            assert measures.kept_hours(view) == hours

    def test_are_replaced_whole(self, store: Store):
        for cells, hours in (
            ([Cell(MARCH, 1, 1)], {Kind.WARM: {9: HourRate(1, 1)}}),
            ([Cell(replace(MARCH, campaign="April"), 2, 1)], {Kind.COLD: {8: HourRate(2, 0)}}),
            ([], {}),
        ):
            with store.unit() as unit:
                measures.keep(unit, cells, hours)
                unit.commit()
            with store.view() as view:
                assert measures.kept_cells(view) == cells
                assert measures.kept_hours(view) == hours


GRADE = Grade(MARCH, 412, 128, 0.31, 2.125, Tier.A, Basis.MEASURED)


def regrade(store: Store) -> list[int]:
    with store.unit() as unit:
        found = list(measures.misgraded(unit, GRADE, after=0, most=100))
        if found:
            measures.regrade(unit, found, GRADE)
        unit.commit()
    return found


class TestGradingAnew:
    def test_touches_only_what_differs_and_leaves_versions(self, store: Store):
        lead = stored_lead(store, campaign="March", kind=Kind.WARM, product="Sim card")
        assert regrade(store) == [lead.id]
        with store.view() as view:
            assert reread(view, lead) == replace(lead, tier=Tier.A, score=2.125)
        assert regrade(store) == []

    @pytest.mark.parametrize(
        "changes",
        [
            {"stage": Stage.LOST},
            {"next_what": Step.MAILING_LIST},
        ],
    )
    def test_leaves_leads_that_nobody_works(self, store: Store, changes: dict[str, Any]):
        with store.unit() as unit:
            received(unit, OLD, **changes)
            unit.commit()
        assert regrade(store) == []

    @pytest.mark.parametrize(
        "group",
        [
            replace(MARCH, campaign="April"),
            replace(MARCH, kind=Kind.COLD),
            replace(MARCH, product=""),
        ],
    )
    def test_leaves_other_groups(self, store: Store, group: Group):
        with store.unit() as unit:
            received(unit, OLD, group=group)
            unit.commit()
        assert regrade(store) == []

    def test_leaves_a_tier_that_was_chosen(self, store: Store):
        with store.unit() as unit:
            lead = received(unit, OLD)
            measures.pin(unit, lead.id, Tier.D, replace(GRADE, tier=Tier.D, score=0.4))
            unit.commit()
        assert regrade(store) == []
        with store.unit() as unit:
            measures.regrade(unit, [lead.id], GRADE)
            unit.commit()
        with store.view() as view:
            now = reread(view, lead)
        assert (now.tier_pin, now.tier, now.score) == ("D", Tier.D, 0.4)
        assert now.version == lead.version + 1

    def test_goes_on_where_it_stopped(self, store: Store):
        with store.unit() as unit:
            for _ in range(5):
                received(unit, OLD)
            unit.commit()
        with store.view() as view:
            assert measures.misgraded(view, GRADE, after=0, most=2) == [1, 2]
            assert measures.misgraded(view, GRADE, after=2, most=2) == [3, 4]
            assert measures.misgraded(view, GRADE, after=4, most=2) == [5]

    def test_finds_the_groups_that_are_worked(self, store: Store):
        with store.unit() as unit:
            received(unit, OLD)
            received(unit, YOUNG)
            received(unit, OLD, group=replace(MARCH, campaign="April"), stage=Stage.WON)
            unit.commit()
        with store.view() as view:
            assert measures.working_groups(view) == [MARCH]

    @only_sqlite
    def test_reads_the_index_of_groups(self, store: Store):
        found = plan_of(store, lambda unit: measures.misgraded(unit, GRADE, after=0, most=10))
        assert "ix_leads_group" in found
        assert "TEMP B-TREE" not in found


class TestTheLocalHourOfACall:
    def test_is_written_down(self, store: Store):
        called(store, Outcome.NOANSWER, local_hour=17)
        with store.view() as view:
            last = calls.last_attempt(view, by="U1")
        assert last is not None
        assert last["local_hour"] == 17


class TestWhatIsKeptUnderAName:
    def test_is_the_newest(self, store: Store):
        for value in ({"on": True}, False, "x"):
            with store.unit() as unit:
                kept.put(unit, "a", value, at=NOON)
                unit.commit()
            with store.view() as view:
                assert kept.get(view, "a") == value
                assert kept.get(view, "b") is None
