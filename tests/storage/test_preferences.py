"""What each person switched off."""

from datetime import UTC, datetime

from storage import preferences
from storage.store import Store

NOW = datetime(2026, 11, 15, 8, tzinfo=UTC)


class TestAPreference:
    def test_is_everything_on_until_something_is_switched_off(self, store: Store):
        with store.view() as view:
            assert preferences.off(view, "U01NOA") == frozenset()
            assert not preferences.is_off(view, "U01NOA", "nags")

    def test_is_each_persons_own(self, store: Store):
        keep(store, "U01NOA", "nags", "speed")
        with store.view() as view:
            assert preferences.is_off(view, "U01NOA", "nags")
            assert not preferences.is_off(view, "U01AVI", "nags")
            assert not preferences.is_off(view, "", "nags")

    def test_takes_the_place_of_the_one_before(self, store: Store):
        keep(store, "U01NOA", "nags")
        keep(store, "U01NOA", "agenda")
        with store.view() as view:
            assert preferences.off(view, "U01NOA") == {"agenda"}


def keep(store: Store, slack_id: str, *switches: str) -> None:
    with store.unit() as unit:
        preferences.keep(unit, slack_id, switches, at=NOW)
        unit.commit()
