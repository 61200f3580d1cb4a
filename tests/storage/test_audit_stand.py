"""Where the audit ended, held against what it is now (C5)."""

import pytest
from sqlalchemy import insert, text

from rules.audit import Head, sealed
from storage import audit
from storage.audit import Verified
from storage.audit_stand import Stand, stand
from storage.store import Store
from storage.tables import audit as table
from tests.databases import only_sqlite
from tests.storage.test_audit import digests, line, verify, write


def stands(store: Store, since: Stand | None = None) -> Stand | None:
    with store.view() as view:
        return stand(view, since)


def forge(store: Store, *sql: str) -> None:
    """Change the file as somebody would who has it, past the guards."""
    with store.engine.connect() as connection:
        for act in ("update", "delete", "replace"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS audit_no_{act}"))
        for one in sql:
            connection.execute(text(one))


def against(store: Store, *heads: Head) -> Verified:
    with store.view() as view:
        return audit.verify(view, heads)


def row(digest: str) -> dict[str, object]:
    forged = line("another")
    names = ("at", "actor", "act", "subject", "origin", "before", "after")
    return {**{name: getattr(forged, name) for name in names}, "digest": digest}


class TestAStand:
    def test_counts_the_lines_up_to_the_newest(self, store: Store):
        write(store, line("one"), line("two"))
        assert stands(store) == Stand(2, Head(2, digests(store)[-1]))

    def test_goes_on_from_the_one_before(self, store: Store):
        write(store, line("one"))
        first = stands(store)
        write(store, line("two"), line("three"))
        assert stands(store, first) == stands(store) == Stand(3, Head(3, digests(store)[-1]))

    def test_is_none_where_nothing_was_written(self, store: Store):
        assert stands(store) is None

    @only_sqlite
    @pytest.mark.parametrize(
        "act", ["DELETE FROM audit WHERE id > 1", "UPDATE audit SET digest = 'x' WHERE id = 2"]
    )
    def test_is_none_where_the_one_before_is_not_there_any_more(self, store: Store, act: str):
        write(store, line("one"), line("two"))
        before = stands(store)
        forge(store, act)
        assert stands(store, before) is None


@only_sqlite
class TestLinesHeldAgainstAHead:
    def test_hold_while_they_contain_it(self, store: Store):
        write(store, line("one"), line("two"))
        noted = Head(2, digests(store)[-1])
        write(store, line("three"))
        assert against(store, noted, Head(0, "")).holds

    def test_do_not_where_they_were_cut_and_written_anew(self, store: Store):
        write(store, line("one"), line("two"))
        noted = Head(2, digests(store)[-1])
        forge(store, "DELETE FROM audit WHERE id = 2")
        digest = sealed(digests(store)[-1], line("another"))
        with store.unit() as unit:
            unit.execute(insert(table), row(digest))
            unit.commit()
        assert verify(store).holds
        assert against(store, noted) == Verified(2, digest, lacks=noted)
