"""Numbers that several people share, until they do no more."""

from sqlalchemy import update

from rules.phones import read_phone
from storage import people
from storage.store import Store
from storage.tables import leads
from storage.unit import Unit
from tests.storage.making import NOON, add_lead

PHONE = "+972522345678"


def with_number(unit: Unit, count: int) -> list[int]:
    """Add leads that have the number; gives theirs."""
    return [add_lead(unit, phone=read_phone(PHONE, region="IL")).id for _ in range(count)]


class TestAMark:
    def test_is_put_and_taken_off(self, store: Store):
        with store.unit() as unit:
            assert not people.unshare(unit, PHONE)
            for _ in range(2):
                people.share(unit, PHONE, actor="U1", at=NOON)
            assert people.is_shared(unit, PHONE)
            assert people.unshare(unit, PHONE) == ("U1", NOON)
            assert not people.is_shared(unit, PHONE)


class TestANumber:
    def test_is_anothers_where_one_more_has_it(self, store: Store):
        with store.unit() as unit:
            one, other, third = with_number(unit, 3)
            assert people.is_anothers(unit, PHONE, of=(one, other))
            assert not people.is_anothers(unit, PHONE, of=(one, other, third))
            assert not people.is_anothers(unit, "", of=())

    def test_of_a_lead_that_became_one_of_them_is_theirs(self, store: Store):
        with store.unit() as unit:
            one, other, third = with_number(unit, 3)
            unit.execute(update(leads).where(leads.c.id == third).values(merged_into=one))
            assert not people.is_anothers(unit, PHONE, of=(one, other))
