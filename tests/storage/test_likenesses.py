"""Pairs that may be one person: kept once, found by indexes, gone with their leads (C2)."""

import pytest
from sqlalchemy import update

from rules.lead import Lead
from rules.likeness import Likeness, Sign
from storage import leads, likenesses, people
from storage.likenesses import DIFFERENT, OPEN
from storage.store import Store
from storage.tables import leads as table
from tests.storage.making import MINUTE, NOON, phone, stored_lead
from tests.storage.plans import plan_of

ALIKE = Likeness((Sign.DIGIT, Sign.NAME), 80.0)
NUMBER, SLIP = "+972522345678", "+972522345679"


def three(store: Store) -> list[Lead]:
    return [
        stored_lead(store, phone=phone(NUMBER), email="dana@gmail.com"),
        stored_lead(store, phone=phone(SLIP), email="dana@gmial.com"),
        stored_lead(store, phone=phone("+972543456789")),
    ]


def add(store: Store, one: Lead, other: Lead) -> int:
    with store.unit() as unit:
        number = likenesses.add(unit, one, other, ALIKE, at=NOON)
        unit.commit()
    return number


def go(store: Store, lead: Lead, into: Lead) -> None:
    with store.unit() as unit:
        gone = update(table).where(table.c.id == lead.id).values(merged_into=into.id)
        unit.execute(gone)
        unit.commit()


class TestAPair:
    def test_is_kept_once_whichever_comes_first(self, store: Store):
        one, other, _ = three(store)
        assert add(store, other, one) > 0
        assert add(store, one, other) == 0
        with store.view() as view:
            [pair] = likenesses.waiting(view, most=9)
        assert (pair.lead_id, pair.other_id, pair.why) == (one.id, other.id, "digit,name")

    def test_that_is_decided_waits_no_more_and_is_known(self, store: Store):
        one, other, third = three(store)
        add(store, one, other)
        with store.unit() as unit:
            for beside in (other, third):
                likenesses.decide(
                    unit, beside.id, one.id, state=DIFFERENT, actor="U1", at=NOON + MINUTE
                )
            unit.commit()
        with store.view() as view:
            assert (likenesses.waiting(view, most=9), likenesses.count(view)) == ([], 0)
            assert likenesses.known(view, one.id, [other.id, third.id]) == {other.id, third.id}
            assert likenesses.known(view, other.id, [third.id]) == set()

    def test_of_which_one_is_gone_waits_no_more(self, store: Store):
        one, other, third = three(store)
        add(store, one, other)
        add(store, one, third)
        go(store, other, one)
        with store.view() as view:
            assert [pair.other_id for pair in likenesses.waiting(view, most=9)] == [third.id]
            assert likenesses.count(view) == 1
            found = likenesses.get(view, 1)
        assert found
        assert found.state == OPEN


class TestWhereToLook:
    def test_is_a_number_or_a_mailbox_one_slip_away(self, store: Store):
        one, other, _ = three(store)
        with store.view() as view:
            assert [lead.id for lead in likenesses.candidates(view, other)] == [one.id]
            assert [lead.id for lead in likenesses.candidates(view, one)] == [other.id]

    def test_leaves_out_who_is_gone(self, store: Store):
        one, other, third = three(store)
        go(store, one, third)
        with store.view() as view:
            assert likenesses.candidates(view, other) == []

    def test_is_the_same_place_of_the_days_campaign(self, store: Store):
        one = stored_lead(store, name="Dana", campaign="a", city="Haifa")
        stored_lead(store, name="Dana", campaign="b", city="Haifa")
        stored_lead(store, name="Dana", campaign="a", city="Jaffa")
        last = stored_lead(store, name="Dana", campaign="a", city="haifa")
        with store.view() as view:
            assert [lead.id for lead in likenesses.candidates(view, last)] == [one.id]

    def test_is_no_country_where_no_city_is_known(self, store: Store):
        stored_lead(store, name="Dana", campaign="a", region="IL")
        last = stored_lead(store, name="Dana", campaign="a", region="IL")
        with store.view() as view:
            assert likenesses.candidates(view, last) == []

    def test_is_among_the_newest_of_the_day(self, store: Store, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(likenesses, "READ", 3)
        made = [stored_lead(store, name="Dana", campaign="a", city="Haifa").id for _ in range(5)]
        last = stored_lead(store, name="Dana", campaign="a", city="Haifa")
        with store.view() as view:
            found = [lead.id for lead in likenesses.candidates(view, last)]
        assert found == [made[4], made[3]]

    def test_walks_indexes_and_no_leads(self, store: Store):
        _, other, _ = three(store)
        where = Lead(**{name: getattr(other, name) for name in Lead.__slots__} | {"city": "Haifa"})
        plans = plan_of(store, lambda unit: likenesses.candidates(unit, where))
        # Of an empty table PostgreSQL may take any index for the cheapest.
        named = ("ix_leads_phone", "ix_leads_email", "ix_leads_received")
        wanted = named if store.engine.dialect.name == "sqlite" else ("ix_leads_",)
        assert [one for one in wanted if one not in plans] == []
        assert "SCAN leads\n" not in f"{plans}\n"
        assert "Seq Scan on leads" not in plans


class TestALeadThatBecameAnother:
    def test_is_found_as_the_one_that_stands(self, store: Store):
        one, other, third = three(store)
        go(store, other, one)
        go(store, third, other)
        with store.unit() as unit:
            assert people.standing_id(unit, third.id) == one.id
            standing = leads.standing(unit, third.id, lock=True)
            assert standing is not None
            assert standing.id == one.id
            assert leads.find_person(unit, phone=SLIP, email="") == one.id
            assert leads.of_phone(unit, SLIP) == []
            assert [lead.id for lead in leads.of_phone(unit, SLIP, merged=True)] == [one.id]

    def test_that_is_not_there_stands_for_nobody(self, store: Store):
        with store.unit() as unit:
            assert leads.standing(unit, 9) is None
