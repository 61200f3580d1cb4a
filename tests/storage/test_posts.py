"""Where messages stand, found by their place; lines of history after a line."""

from dataclasses import replace

import pytest

from rules.words import Stage
from storage import leads, posts
from storage.store import Store
from storage.unit import Unit
from tests.databases import only_sqlite
from tests.storage.making import NOON, add_lead
from tests.storage.plans import plan_of


def add_post(
    unit: Unit, lead_id: int, *, purpose: str = "card", ts: str = "1.0", to: str = ""
) -> None:
    posts.add(unit, lead_id=lead_id, purpose=purpose, about="7", recipient=to, channel="C1", ts=ts)


class TestAPlace:
    @pytest.mark.parametrize(
        ("channel", "ts", "found"), [("C1", "1.0", 1), ("C1", "2.0", None), ("C2", "1.0", None)]
    )
    def test_is_of_the_lead_whose_message_stands_there(
        self, store: Store, channel: str, ts: str, found: int | None
    ):
        with store.unit() as unit:
            add_lead(unit)
            add_post(unit, 1)
            assert posts.lead_at(unit, channel=channel, ts=ts) == found

    @only_sqlite
    def test_is_found_by_its_index(self, store: Store):
        plan = plan_of(store, lambda unit: posts.lead_at(unit, channel="C1", ts="1.0"))
        assert "ix_posts_place" in plan

    def test_of_many_leads_is_no_leads_own(self, store: Store):
        with store.unit() as unit:
            for lead_id in (1, 2):
                add_lead(unit)
                add_post(unit, lead_id)
            assert posts.lead_at(unit, channel="C1", ts="1.0") is None


class TestAMessageThatIsOver:
    def test_stands_but_is_not_found_by_its_purpose(self, store: Store):
        with store.unit() as unit:
            add_lead(unit)
            add_post(unit, 1, purpose="nudge", ts="1.0")
            add_post(unit, 1, purpose="nudge", ts="2.0")
            first, second = posts.of_lead(unit, 1, purpose="nudge")
            posts.end(unit, [first.id])
            posts.end(unit, [])
            assert posts.of_lead(unit, 1, purpose="nudge") == [second]
            assert [one.id for one in posts.at(unit, channel="C1", ts="1.0")] == [first.id]


class TestTheMessagesOfPurposes:
    def test_are_those_asked_for_oldest_first(self, store: Store):
        with store.unit() as unit:
            add_lead(unit)
            add_lead(unit)
            for number, purpose in enumerate(("alarm", "nudge", "card")):
                add_post(unit, 1, purpose=purpose, ts=f"{number}.0", to="U1")
            add_post(unit, 2)
            found = posts.of_purposes(unit, 1, ("card", "alarm"))
            assert [one.ts for one in found] == ["0.0", "2.0"]


class TestTheMessagesInChannels:
    def test_are_those_of_the_purposes_that_nobody_got_alone(self, store: Store):
        with store.unit() as unit:
            add_lead(unit)
            add_lead(unit)
            add_post(unit, 1, ts="1.0")
            add_post(unit, 1, ts="2.0", to="U1")
            add_post(unit, 1, purpose="lines", ts="3.0")
            add_post(unit, 1, purpose="nudge", ts="4.0")
            add_post(unit, 2, ts="5.0")
            found = posts.of_channels(unit, 1, purposes=("card", "lines"))
            assert [(one.purpose, one.ts) for one in found] == [("card", "1.0"), ("lines", "3.0")]


class TestLinesAfterALine:
    def write(self, unit: Unit) -> list[int]:
        for lead_id in (1, 2):
            add_lead(unit)
            for what in ("created", "note", "returned", "returned"):
                leads.add_line(unit, lead_id, at=NOON, actor="", what=what)
        return [line.id for line in leads.lines(unit, 1)][::-1]

    def test_are_its_leads_alone_of_the_kinds_asked_for_oldest_first(self, store: Store):
        with store.unit() as unit:
            ids = self.write(unit)
            found = leads.lines_after(unit, 1, 0, kinds={"created", "returned"}, most=9)
            assert [one.id for one in found] == [ids[0], ids[2], ids[3]]
            later = leads.lines_after(unit, 1, ids[2], kinds={"created", "returned"}, most=9)
            assert [one.id for one in later] == [ids[3]]

    def test_are_no_more_than_asked_for(self, store: Store):
        with store.unit() as unit:
            ids = self.write(unit)
            found = leads.lines_after(unit, 1, 0, kinds={"created", "returned"}, most=1)
            assert [one.id for one in found] == [ids[0]]

    @only_sqlite
    def test_are_found_by_an_index(self, store: Store):
        plan = plan_of(store, lambda unit: leads.lines_after(unit, 1, 5, kinds={"x"}, most=1))
        assert "ix_history_lead" in plan


class TestCardsWithAnOwner:
    def test_are_found_by_leads_that_somebody_works_or_not_the_newest_first(self, store: Store):
        with store.unit() as unit:
            made = [add_lead(unit) for _ in range(4)]
            for one in made[:3]:
                leads.save(unit, replace(one, owner="U1", stage=Stage.LOST))
            leads.save(unit, replace(made[3], owner="U1"))
            for one in made:
                add_post(unit, one.id, to="U1")
            add_post(unit, made[0].id, to="U2")
            posts.end(unit, [one.id for one in posts.of_lead(unit, made[1].id, purpose="card")])
            unit.commit()
        with store.view() as view:
            assert posts.standing_with(view, "U1", worked=True) == [made[3].id]
            assert posts.standing_with(view, "U1", worked=False) == [made[2].id, made[0].id]
            assert posts.standing_with(view, "U2", worked=True) == []
