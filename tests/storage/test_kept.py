"""What is kept under a name."""

from storage import kept
from storage.store import Store
from tests.storage.making import NOON


class TestWhatIsKept:
    def test_is_nothing_at_first(self, store: Store):
        with store.view() as view:
            assert kept.get(view, "x") is None

    def test_once_stays_as_it_was(self, store: Store):
        with store.unit() as unit:
            assert kept.put_once(unit, "x", [1], at=NOON) == [1]
            assert kept.put_once(unit, "x", [2], at=NOON) == [1]

    def test_otherwise_is_the_newest(self, store: Store):
        with store.unit() as unit:
            kept.put(unit, "x", {"a": 1}, at=NOON)
            kept.put(unit, "x", {"a": 2}, at=NOON)
            assert kept.get(unit, "x") == {"a": 2}
