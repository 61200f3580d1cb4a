"""What people said of numbers that were proposed."""

from storage import repairs
from storage.store import Store
from storage.unit import Unit
from tests.storage.making import NOON, add_lead

ONE, OTHER = "+972522345678", "+972543456789"


def said(unit: Unit, lead_id: int, state: str, *numbers: tuple[str, str]) -> None:
    repairs.add(unit, lead_id, numbers, raw="x", state=state, actor="U1", at=NOON)


class TestWhatWasSaid:
    def test_is_counted_by_rule(self, store: Store):
        with store.unit() as unit:
            lead, second = add_lead(unit), add_lead(unit)
            said(unit, lead.id, repairs.REFUSED, (ONE, "trunk"), (OTHER, "doubled"))
            said(unit, second.id, repairs.CONFIRMED, (ONE, "trunk"))
            said(unit, second.id, repairs.BY_HAND, (OTHER, ""))
            assert repairs.taught(unit) == {"trunk": (1, 1), "doubled": (0, 1)}

    def test_is_of_one_lead(self, store: Store):
        with store.unit() as unit:
            lead, second = add_lead(unit), add_lead(unit)
            said(unit, lead.id, repairs.REFUSED, (ONE, "trunk"))
            said(unit, second.id, repairs.CONFIRMED, (OTHER, "trunk"))
            assert repairs.tried(unit, lead.id) == {ONE}
            assert repairs.tried(unit, second.id) == {OTHER}

    def test_counts_no_more_once_it_was_taken_back(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            said(unit, lead.id, repairs.REFUSED, (OTHER, "trunk"))
            said(unit, lead.id, repairs.CONFIRMED, (ONE, "trunk"))
            repairs.take_back(unit, lead.id, ONE)
            assert repairs.taught(unit) == {"trunk": (0, 1)}
            assert repairs.tried(unit, lead.id) == {OTHER}

    def test_of_nothing_is_nothing(self, store: Store):
        with store.unit() as unit:
            said(unit, add_lead(unit).id, repairs.REFUSED)
            assert repairs.taught(unit) == {}


class TestAnAddress:
    def test_is_where_a_lead_came_from(self, store: Store):
        with store.unit() as unit:
            lead, second = add_lead(unit, ip="8.8.4.4"), add_lead(unit)
            assert repairs.ip_of(unit, lead.id) == "8.8.4.4"
            assert repairs.ip_of(unit, second.id) == ""
            assert repairs.ip_of(unit, 99) == ""
