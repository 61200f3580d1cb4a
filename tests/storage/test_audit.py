from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from rules.audit import Line, sealed
from rules.refusals import Refused
from storage import audit
from storage.store import Store
from storage.tables import audit as table
from storage.unit import Unit, View
from tests.databases import only_postgresql, only_sqlite
from tests.desk import SUNDAY_MORNING
from tests.storage.making import at_once

UNGUARDED = {
    "sqlite": ("DROP TRIGGER audit_no_update",),
    "postgresql": ("ALTER TABLE audit DISABLE TRIGGER audit_no_change",),
}


def line(act: str = "note", subject: str = "lead:1", **more: Any) -> Line:
    given = {"at": SUNDAY_MORNING, "actor": "U01AVI", "origin": "slack"}
    told = {"before": {}, "after": {"stage": "won"}}
    return Line(act=act, subject=subject, **{**given, **told, **more})


def write(store: Store, *lines: Line) -> None:
    with store.unit() as unit:
        for one in lines:
            audit.add(unit, one)
        unit.commit()


def verify(store: Store) -> audit.Verified:
    with store.view() as view:
        return audit.verify(view)


def digests(store: Store) -> list[str]:
    with store.view() as view:
        return list(view.execute(select(table.c.digest).order_by(table.c.id)).scalars())


class TestALine:
    def test_is_kept_as_it_was_written(self, store: Store):
        at = SUNDAY_MORNING + timedelta(microseconds=7)
        kept = line(at=at, before={"owner": ""}, after={"owner": "U01NOA", "weight": 1.5})
        write(store, kept)
        with store.view() as view:
            assert audit.lines(view, "lead:1", most=5) == [kept]

    def test_stands_only_if_its_unit_does(self, store: Store):
        with store.unit() as unit:
            audit.add(unit, line())
        assert digests(store) == []

    def test_is_listed_under_its_subject_alone_the_newest_ones_oldest_first(self, store: Store):
        write(store, *(line(f"act {n}") for n in range(4)), line(subject="lead:11"))
        with store.view() as view:
            assert [one.act for one in audit.lines(view, "lead:1", most=2)] == ["act 2", "act 3"]


class TestTheChain:
    def test_begins_with_nothing_and_goes_on_across_units(self, store: Store):
        write(store, line("one"), line("two"))
        write(store, line("three"))
        first = sealed("", line("one"))
        second = sealed(first, line("two"))
        assert digests(store) == [first, second, sealed(second, line("three"))]

    def test_holds_where_nothing_was_written_yet(self, store: Store):
        assert verify(store) == audit.Verified(0, "")

    def test_holds_when_many_write_at_once(self, store: Store):
        def work(number: int) -> None:
            for turn in range(10):
                write(store, line(f"{number}.{turn}"), line(f"{number}.{turn} too"))

        assert at_once(partial(work, number) for number in range(8)) == []
        assert verify(store) == audit.Verified(160, digests(store)[-1])

    def test_holds_past_those_that_were_refused_beside_them(self, store: Store):
        def work(number: int) -> None:
            with store.unit() as unit:
                audit.add(unit, line(f"{number}"))
                if number % 2:
                    raise Refused("desk.busy")
                unit.commit()

        raised = at_once(partial(work, number) for number in range(12))
        assert [str(one) for one in raised] == ["desk.busy"] * 6
        assert verify(store) == audit.Verified(6, digests(store)[-1])

    @only_postgresql
    def test_lets_nobody_wait_for_who_has_not_come_to_the_commit(self, store: Store):
        with store.unit() as unit:
            audit.add(unit, line("begun first"))
            write(store, line("done first"))
            unit.commit()
        with store.view() as view:
            found = [one.act for one in audit.lines(view, "lead:1", most=5)]
        assert found == ["done first", "begun first"]
        assert verify(store).lines == 2

    def test_names_the_first_line_that_was_forged(self, store: Store, monkeypatch: Any):
        monkeypatch.setattr(audit, "AT_ONCE", 2)
        write(store, *(line(f"{n}") for n in range(5)))
        forged = {"at": SUNDAY_MORNING, "act": "x", "before": {}, "after": {}, "digest": "0" * 64}
        with store.unit() as unit:
            unit.execute(insert(table), forged)
            unit.commit()
        write(store, line("after it"))
        found = verify(store)
        assert (found.lines, found.broken) == (5, 6)

    def test_holds_with_more_lines_than_are_looked_at_once(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(audit, "AT_ONCE", 2)
        write(store, *(line(f"{n}") for n in range(5)))
        assert verify(store).lines == 5


class TestTheDatabase:
    @pytest.mark.parametrize(
        "forge", [update(table).values(actor="U01MIRI"), delete(table)], ids=["update", "delete"]
    )
    def test_lets_nobody_change_what_was_written(self, store: Store, forge: Any):
        write(store, line())
        with store.engine.connect() as connection:
            with pytest.raises(DBAPIError, match="append-only"):
                connection.execute(forge)
            connection.rollback()
        assert verify(store).lines == 1

    @pytest.mark.parametrize(
        ("column", "forged"),
        [
            ("at", SUNDAY_MORNING + timedelta(microseconds=1)),
            ("actor", "U01MIRI"),
            ("act", "other"),
            ("subject", "lead:2"),
            ("origin", "http"),
            ("before", {"stage": "lead"}),
            ("after", {}),
            ("digest", "0" * 64),
        ],
    )
    def test_tells_a_change_past_its_guards_of_any_column_in_any_row(
        self, store: Store, column: str, forged: Any
    ):
        write(store, *(line(f"{n}") for n in range(3)))
        with store.engine.connect() as connection:
            for guard in UNGUARDED[store.engine.dialect.name]:
                connection.exec_driver_sql(guard)
            for row in (1, 2, 3):
                point = connection.begin_nested()
                connection.execute(update(table).where(table.c.id == row).values({column: forged}))
                assert audit.verify(View(connection)).broken == row
                point.rollback()
            assert audit.verify(View(connection)) == verify(store)
            connection.rollback()

    @only_sqlite
    def test_lets_nobody_put_another_line_in_the_place_of_one(self, store: Store):
        write(store, line())
        with store.engine.connect() as connection:
            for act in ("REPLACE INTO", "INSERT OR REPLACE INTO"):
                forge = f"{act} audit SELECT id, at, 'U01MIRI', act, subject, origin, before, after"
                with pytest.raises(DBAPIError, match="append-only"):
                    connection.exec_driver_sql(f"{forge}, digest FROM audit")
        assert verify(store).lines == 1

    @only_postgresql
    def test_lets_nobody_empty_it(self, store: Store):
        write(store, line())
        with store.engine.connect() as connection:
            with pytest.raises(DBAPIError, match="append-only"):
                connection.exec_driver_sql("TRUNCATE audit")
            connection.rollback()
        assert verify(store).lines == 1


class TestWorkAtTheEnd:
    def test_is_done_once_for_all_that_it_was_given_and_before_the_commit(self, store: Store):
        done: list[tuple[bool, list[str]]] = []

        def work(unit: Unit, items: Sequence[str]) -> None:
            done.append((unit.committed, list(items)))

        with store.unit() as unit:
            unit.at_last(work, "one")
            unit.at_last(work, "two")
            assert done == []
            unit.commit()
        assert done == [(False, ["one", "two"])]

    def test_is_not_done_where_nothing_is_committed(self, store: Store):
        done: list[str] = []
        with store.unit() as unit:
            unit.at_last(lambda _unit, items: done.extend(items), "one")
        assert done == []

    def test_that_fails_lets_nothing_be_stored(self, store: Store):
        def fail(_unit: Unit, _items: Sequence[str]) -> None:
            raise ValueError("no")

        with store.unit() as unit:
            audit.add(unit, line())
            unit.at_last(fail, "one")
            with pytest.raises(ValueError, match="no"):
                unit.commit()
        assert digests(store) == []
