"""All rows that are held on one person, table by table, as they are kept (C5)."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, or_, select

from storage import suppression
from storage.erasing_sorts import SORTS
from storage.person import Person
from storage.tables import audit, intake, optouts, shared_phones
from storage.unit import View

Rows = list[Mapping[str, Any]]


def all_of(view: View, person: Person, *, loose: Collection[int]) -> dict[str, Rows]:
    """Give the rows of a person by the table's name, with all columns; `loose` are of no lead.

    Moments are UTC. Tables that have nothing of them are left out.
    """
    found = {
        table.name: _rows(view, table, sort.theirs(person.ids)) for table, sort in SORTS.items()
    }
    if loose:
        found["set_aside"] = _rows(view, intake, intake.c.id.in_(loose))
    closed = [*person.addresses, *suppression.marks(view, person.addresses).values()]
    theirs = or_(SORTS[optouts].theirs(person.ids), optouts.c.address.in_(closed))
    found["optouts"] = _rows(view, optouts, theirs)
    shared = shared_phones.c.phone_e164.in_(person.phones)
    found["shared_phones"] = _rows(view, shared_phones, shared)
    subjects = [f"lead:{one}" for one in person.ids]
    found["audit"] = _rows(view, audit, audit.c.subject.in_(subjects))
    return {name: rows for name, rows in found.items() if rows}


def _rows(view: View, table: Table, which: ColumnElement[bool]) -> Rows:
    query = select(table).where(which).order_by(*table.primary_key.columns)
    return [dict(row) for row in view.execute(query).mappings()]
