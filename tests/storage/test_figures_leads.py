"""Leads on their way, and what came after messages, each through its index (L6)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from rules.report import ALL
from rules.words import Stage
from storage import figures_leads, figures_rest
from storage.store import Store
from storage.tables import attempts, followups, given, history, leads, messages, stages
from storage.unit import View
from tests.storage.making import NOON, add_lead
from tests.storage.plans import fill, plan_of

DAY = timedelta(days=1)
WEEK: dict[str, Any] = {"since": NOON - 7 * DAY, "until": NOON, "only": ALL}


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
            for one in (figures_leads.given_to, figures_leads.stage_changes):
                one(view, **WEEK)
            for other in (figures_rest.left, figures_rest.due):
                other(view, **WEEK)

        fill(store, leads, attempts, given, stages, messages, history, followups)
        found = plan_of(store, ask)
        for index in ("given_at", "stages_at", "stages_lead"):
            assert f"ix_{index}" in found
        for index in ("messages_at", "history_lead", "attempts_lead", "followups_due"):
            assert f"ix_{index}" in found
