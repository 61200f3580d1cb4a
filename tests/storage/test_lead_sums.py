"""Leads counted by the day against a plain count of the same leads (L6)."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from rules.lead import Lead
from rules.report import ALL, Only
from rules.sums import BUCKETS, LATER, NEVER
from rules.words import Kind, Stage, Step
from storage import lead_checks, lead_rollups, lead_work, leads, merges
from storage.lead_rollups import END, FIRST, LAST
from storage.store import Store
from storage.tables import lead_marks
from storage.tables import leads as leads_table
from storage.unit import Unit, View
from tests.storage.making import NOON, add_lead, draft, reread

TEAM = ZoneInfo("Asia/Jerusalem")
KOLKATA = ZoneInfo("Asia/Kolkata")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEW = 3
CHANGES: dict[str, list[Any]] = {
    "campaign": ["", "spring", "אביב"],
    "banner": ["", 'a "blue" one'],
    "kind": list(Kind),
    "stage": [Stage.LEAD, Stage.SQL, Stage.WON],
    "first_call_at": [None, NOON, NOON + 5 * HOUR, NOON + 300 * HOUR],
    "region": ["", "north"],
    "owner": ["", "U2"],
}


def plain(view: View, since: datetime, until: datetime, only: Only, zone: ZoneInfo) -> Any:
    """Count by hand, a row at a time: by what spans give, and by campaign and day."""
    cuts = ("line", "first_call", "stage")
    found: dict[str, Counter[Any]] = {cut: Counter() for cut in cuts}
    days: Counter[Any] = Counter()
    for row in view.execute(select(leads_table)).mappings():
        mine = only.campaign in {None, row["campaign"]} and only.rep in {None, row["owner"]}
        if row["merged_into"] is not None or not mine or not since <= row["received_at"] < until:
            continue
        campaign, kind = row["campaign"], row["kind"]
        found["line"][campaign, row["banner"], kind] += 1
        found["first_call"][campaign, kind, str(part(row))] += 1
        found["stage"][campaign, row["stage"]] += 1
        days[campaign, row["received_at"].astimezone(zone).date()] += 1
    return found, days


def part(row: Any) -> int:
    if row["first_call_at"] is None:
        return NEVER
    took = (row["first_call_at"] - row["received_at"]).total_seconds()
    return next((one for one in BUCKETS if took <= one), LATER)


def told(view: View, since: datetime, until: datetime, only: Only, zone: ZoneInfo) -> Any:
    days = lead_rollups.summed(view, zone=zone)
    span = since, until
    found = lead_rollups.leads_of(view, days, span, only=only)
    return found, lead_rollups.by_day(view, days, span, only=only)


def assert_right(view: View, since: datetime = FIRST, until: datetime = LAST) -> None:
    for only in (ALL, Only(campaign="spring"), Only(rep="U2")):
        assert told(view, since, until, only, TEAM) == plain(view, since, until, only, TEAM)


def finish(unit: Unit, zone: ZoneInfo = TEAM) -> None:
    while lead_work.work_off(unit, zone=zone) is not None:
        pass
    while lead_work.sum_past(unit, zone=zone, at=NOON) is not None:
        pass


def old_lead(unit: Unit, at: datetime) -> None:
    """Write a lead of before there were marks."""
    row = {"received_at": at, "created_at": at, "phone_valid": False, "referrer_close": False}
    row |= {"working": False, "interests": [], "opted_out": [], "extra": {}, "campaign": "old"}
    unit.execute(insert(leads_table), row | {"kind": "cold", "stage": "lead"})


@dataclass(slots=True)
class World:
    """Some leads in a unit that is never committed, and what was done to them."""

    unit: Unit
    ids: list[int]
    merged: list[tuple[int, dict[str, Any]]]

    def lead(self, number: int) -> Lead:
        found = leads.load(self.unit, self.ids[number % len(self.ids)])
        assert found is not None
        return found

    def do(self, what: str, number: int, *given: Any) -> None:
        getattr(self, what)(number, *given)

    def come(self, number: int, at: datetime) -> None:
        campaign = ("spring", "fall")[number % 2]
        self.ids.append(add_lead(self.unit, campaign=campaign, received_at=at).id)

    def change(self, number: int, name: str, value: Any) -> None:
        lead = self.lead(number)
        leads.save(self.unit, replace(lead, **{name: value}), before=lead)

    def merge(self, number: int) -> None:
        gone, to = self.lead(number), self.lead(number + 1)
        self.merged.append((gone.id, merges.row(self.unit, gone.id)))
        early = min(filter(None, (gone.received_at, to.received_at)))
        merges.put(self.unit, to.id, {"received_at": early.isoformat(), "stage": "mql"})
        merges.put(self.unit, gone.id, {"merged_into": to.id, "working": False})

    def part(self, _number: int) -> None:
        if self.merged:
            gone, before = self.merged.pop()
            merges.put(self.unit, gone, {**before, "merged_into": None})

    def work(self, _number: int) -> None:
        lead_work.work_off(self.unit, zone=TEAM)

    def past(self, _number: int) -> None:
        lead_work.sum_past(self.unit, zone=TEAM, at=NOON)

    def again(self, _number: int) -> None:
        lead_work.sum_before(self.unit, END, zone=TEAM, at=NOON)


MOMENTS = st.integers(-400, 400).map(lambda half: NOON + half * timedelta(minutes=30))
NUMBERS = st.integers(0, 20)
STEPS = st.one_of(
    st.tuples(st.just("come"), NUMBERS, MOMENTS),
    st.sampled_from([(name, value) for name in CHANGES for value in CHANGES[name]]).flatmap(
        lambda one: st.tuples(st.just("change"), NUMBERS, st.just(one[0]), st.just(one[1]))
    ),
    st.tuples(st.sampled_from(["merge", "part", "work", "past", "again"]), NUMBERS),
)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few leads be as much as is counted at once, so that work is left half done."""
    monkeypatch.setattr(lead_work, "AT_ONCE", FEW)
    monkeypatch.setattr(lead_work, "MARKS_AT_ONCE", FEW)


class TestCounts:
    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(
        old=st.lists(MOMENTS, max_size=6),
        steps=st.lists(STEPS, max_size=25),
        period=st.tuples(MOMENTS, MOMENTS).map(sorted),
    )
    def test_are_what_a_plain_count_gives_whatever_happened(
        self, store: Store, small_pieces: None, old: Any, steps: Any, period: Any
    ):
        with store.unit() as unit:
            for at in old:
                old_lead(unit, at)
            world = World(unit, [add_lead(unit, campaign="spring").id for _ in range(2)], [])
            for step in steps:
                world.do(*step)
            assert_right(unit, *period)
            finish(unit)
            assert not lead_work.any_marks(unit)
            assert lead_work.all_summed(unit, zone=TEAM)
            assert_right(unit, *period)
            assert_right(unit)
            count, last = lead_checks.all_leads(unit), lead_checks.newest_id(unit)
            assert lead_checks.unequal_cuts(unit, count, zone=TEAM) == []
            days = lead_checks.some_days(unit, range(last + 1), zone=TEAM)
            assert lead_checks.unequal_days(unit, days, zone=TEAM) == []

    def test_know_the_days_of_a_zone_with_half_hours(self, store: Store):
        midnight = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
        with store.unit() as unit:
            for minutes in (-1, 0, 29, 24 * 60 - 1, 24 * 60):
                add_lead(unit, received_at=midnight + timedelta(minutes=minutes))
            finish(unit, KOLKATA)
            add_lead(unit, received_at=midnight - timedelta(minutes=2))
            found = told(unit, FIRST, LAST, ALL, KOLKATA)[1]
        assert [found["", date(2026, 11, day)] for day in (21, 22, 23)] == [2, 3, 1]

    def test_know_the_long_day_on_which_clocks_go_back(self, store: Store):
        first = datetime(2026, 10, 24, 21, tzinfo=UTC)  # midnight in summer time, 25 hours long
        with store.unit() as unit:
            for hours in (-1, 0, 24, 25):
                add_lead(unit, received_at=first + hours * HOUR)
            finish(unit)
            found = told(unit, first, first + 25 * HOUR, ALL, TEAM)[1]
        assert found == {("", date(2026, 10, 25)): 2}

    def test_of_another_zone_are_made_anew(self, store: Store):
        with store.unit() as unit:
            add_lead(unit, received_at=NOON + 7 * HOUR)
            finish(unit)
            assert not lead_work.all_summed(unit, zone=KOLKATA)
            here, there = (told(unit, FIRST, LAST, ALL, zone)[1] for zone in (TEAM, KOLKATA))
        assert ([*here], [*there]) == ([("", date(2026, 11, 22))], [("", date(2026, 11, 23))])

    def test_tell_where_they_are_not_what_the_leads_are(self, store: Store):
        with store.unit() as unit:
            add_lead(unit)
            finish(unit)
            old_lead(unit, NOON)
            days = lead_checks.some_days(unit, [1, 2], zone=TEAM)
            assert lead_checks.unequal_days(unit, days, zone=TEAM) == [NOON.date()]
            assert len(lead_checks.unequal_cuts(unit, 2, zone=TEAM)) == 4


class TestALead:
    @pytest.mark.parametrize("name", ["campaign", "banner", "kind", "stage", "first_call_at"])
    def test_that_changes_leaves_a_mark_of_the_hour_in_which_it_came(self, store: Store, name: str):
        with store.unit() as unit:
            lead = add_lead(unit, received_at=NOON - DAY + timedelta(minutes=59))
            finish(unit)
            again = reread(unit, lead)
            leads.save(unit, replace(again, **{name: CHANGES[name][-1]}), before=again)
            assert unit.execute(select(lead_marks.c.hour)).scalars().all() == [NOON - DAY]

    @pytest.mark.parametrize("name", ["region", "owner"])
    def test_that_changes_otherwise_leaves_none(self, store: Store, name: str):
        with store.unit() as unit:
            lead = add_lead(unit)
            finish(unit)
            again = reread(unit, lead)
            leads.save(unit, replace(again, **{name: CHANGES[name][-1]}), before=again)
            assert not lead_work.any_marks(unit)

    def test_that_is_new_leaves_one(self, store: Store):
        with store.unit() as unit:
            leads.add(unit, draft(received_at=NOON), step=Step.CALL, at=NOON)
            assert lead_rollups.marked_hours(unit) == [NOON]
