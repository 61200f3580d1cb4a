"""The versions of the playbook: in their order, each with its whole."""

import threading

from storage import playbooks
from storage.playbooks import Version
from storage.store import Store
from tests.databases import only_postgresql
from tests.storage.making import NOON


def add(store: Store, actor: str, **overlay: object) -> Version:
    with store.unit() as unit:
        changed = {key: [None, value] for key, value in overlay.items()}
        made = playbooks.add(unit, at=NOON, actor=actor, changed=changed, overlay=overlay)
        unit.commit()
    return made


class TestVersions:
    def test_begin_with_the_file_alone(self, store: Store):
        with store.view() as view:
            assert playbooks.newest(view) == Version()
            assert playbooks.newest(view).id == 0
            assert playbooks.last(view, most=10) == []

    def test_are_kept_whole(self, store: Store):
        made = add(store, "U1", a=[1, 2], b=None, c={"name": "דנה"})
        with store.view() as view:
            assert playbooks.get(view, made.id) == made == playbooks.newest(view)
        assert made.overlay == {"a": [1, 2], "b": None, "c": {"name": "דנה"}}
        assert made.at == NOON

    def test_are_given_newest_first(self, store: Store):
        made = [add(store, "U1", a=n) for n in range(4)]
        with store.view() as view:
            assert playbooks.last(view, most=3) == made[:0:-1]
            assert playbooks.since(view, made[1].id) == [made[3], made[2]]
            assert playbooks.before(view, made[2].id) == made[1]
            assert playbooks.before(view, made[0].id) == Version()

    def test_nobody_made_are_not_there(self, store: Store):
        with store.view() as view:
            assert playbooks.get(view, 7) is None
            assert playbooks.get(view, 0) == Version()

    @only_postgresql
    def test_are_made_one_after_another(self, store: Store):
        """Who holds the table sees what the one before made."""
        seen: list[int] = []

        def second() -> None:
            with store.unit() as unit:
                playbooks.hold(unit)
                seen.append(playbooks.newest(unit).id)

        other = threading.Thread(target=second)
        with store.unit() as unit:
            playbooks.hold(unit)
            other.start()
            _wait_until_it_waits(store)
            made = playbooks.add(unit, at=NOON, actor="U1", changed={}, overlay={})
            unit.commit()
        other.join(timeout=10)
        assert seen == [made.id]


def _wait_until_it_waits(store: Store) -> None:
    asked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(10_000):
        with store.engine.connect() as connection:
            if connection.exec_driver_sql(asked).scalar():
                return
