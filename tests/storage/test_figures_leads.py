"""Leads of a window, and what came after messages, each through its index (L6)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update

from rules.report import ALL, Only, Window
from rules.words import Stage
from storage import figures_leads, figures_rest
from storage.store import Store
from storage.tables import leads, stages
from storage.unit import View
from tests.storage.making import NOON, add_lead
from tests.storage.plans import plan_of

DAY = timedelta(days=1)
WINDOW = Window(NOON - 50 * DAY, NOON - 30 * DAY, NOON, 30, 20, 180)
WEEK: dict[str, Any] = {"since": NOON - 7 * DAY, "until": NOON, "only": ALL}


class TestTheWindowsLeads:
    def test_have_lived_since_they_came(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit, campaign="a", received_at=NOON - 3 * DAY)
            [found] = figures_leads.alike(unit, (NOON - 9 * DAY, NOON), only=ALL)
        assert (found.numbers, found.ages) == ([lead.id], [3 * 86400.0])


class TestWhoCame:
    def test_is_counted_without_those_who_became_another(self, store: Store):
        spans = [(NOON - 2 * DAY, NOON - DAY), (NOON - DAY, NOON)]
        with store.unit() as unit:
            standing = add_lead(unit, campaign="a", received_at=NOON - DAY)
            gone = add_lead(unit, campaign="a", received_at=NOON - DAY)
            merged = update(leads).where(leads.c.id == gone.id)
            unit.execute(merged.values(merged_into=standing.id))
            early, late = figures_leads.came_by(unit, spans, only=ALL)
            others = figures_leads.came_by(unit, spans, only=Only(campaign="b"))
        assert (early["a"], late["a"]) == (0, 1)
        assert [sum(one.values()) for one in others] == [0, 0]


class TestAChangeOfStage:
    def test_took_the_time_since_the_one_before_or_the_arrival_s1(self, store: Store):
        path = [(Stage.LEAD, Stage.MQL, 5), (Stage.MQL, Stage.SQL, 2)]
        with store.unit() as unit:
            lead = add_lead(unit, received_at=NOON - 9 * DAY)
            for was, now, days in path:
                row = {"lead_id": lead.id, "at": NOON - days * DAY, "was": was, "stage": now}
                unit.execute(insert(stages), row)
            found = figures_leads.stage_changes(unit, **WEEK)
        assert sorted(found, key=lambda one: -one[2]) == [
            (Stage.LEAD, Stage.MQL, 4 * 86400.0),
            (Stage.MQL, Stage.SQL, 3 * 86400.0),
        ]


class TestTheWayToThem:
    def test_is_one_range_of_an_index_each(self, store: Store):
        def ask(view: View) -> None:
            figures_leads.alike(view, (WINDOW.since, WINDOW.until), only=ALL)
            figures_leads.came_by(view, [(NOON - DAY, NOON)], only=ALL)
            for one in (figures_leads.given_to, figures_leads.stage_changes):
                one(view, **WEEK)
            for other in (figures_rest.left, figures_rest.due):
                other(view, **WEEK)

        found = plan_of(store, ask)
        for index in ("leads_received", "leads_merged", "given_at", "stages_at", "stages_lead"):
            assert f"ix_{index}" in found
        for index in ("messages_at", "history_lead", "attempts_lead", "followups_due"):
            assert f"ix_{index}" in found
