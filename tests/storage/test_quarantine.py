"""What was set aside, listed without its bytes (C2)."""

from storage import inbox, quarantine
from storage.store import Store
from tests.storage.making import NOON
from tests.storage.plans import plan_of


def keep(store: Store, source: str, body: bytes, state: str = inbox.QUARANTINED) -> int:
    with store.unit() as unit:
        made = inbox.keep(unit, source=source, body=body, content_type="", once_key="", at=NOON)
        assert made is not None
        inbox.settle(unit, made, state=state, lead_id=None, reason="unreachable")
        unit.commit()
    return made


class TestTheList:
    def test_has_the_newest_first_with_sizes(self, store: Store):
        first, second = keep(store, "web", b"abc"), keep(store, "mail", "דנה".encode())
        keep(store, "web", b"x", quarantine.DISMISSED)
        with store.view() as view:
            found = quarantine.newest(view, most=5)
            assert [(one.id, one.size, one.reason) for one in found] == [
                (second, 6, "unreachable"),
                (first, 3, "unreachable"),
            ]
            assert [one.id for one in quarantine.newest(view, most=5, skip=1)] == [first]
            assert quarantine.of_source(view, "web") == 1

    def test_is_found_through_its_index(self, store: Store):
        assert "ix_intake_aside" in plan_of(store, lambda one: quarantine.newest(one, most=5))
        assert "ix_intake_aside" in plan_of(store, lambda one: quarantine.of_source(one, "web"))
