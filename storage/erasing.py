"""One person out of every table, in the unit of whoever asks for it; the figures stay (C5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    Text,
    and_,
    cast,
    delete,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import OperationalError

from storage import kept, marks, people, suppression
from storage.erasing_sorts import SORTS
from storage.outbox import IS_LEASED
from storage.person import Person
from storage.stages import ASKED
from storage.store import Store
from storage.tables import (
    claims,
    crm_links,
    followups,
    history,
    lead_sources,
    leads,
    merges,
    messages,
    outbox,
    posts,
)
from storage.unit import Unit, View

PREFIX = "erased:"
"""What keeps, under a lead's number, that its person was erased."""
ERASED = "erased"
"""The purpose of a message in Slack that is to be cleared."""
UNSCRUBBED = "unscrubbed"


@dataclass(frozen=True, slots=True)
class Mark:
    """A lead that was erased: its number, when it had come into the database, when it went (UTC).

    Number and `created_at` together name one lead of one database.
    """

    lead_id: int
    created_at: datetime
    at: datetime
    by: str


def in_hand(unit: Unit, ids: Collection[int]) -> bool:
    """Say whether a message about these leads is leaving now; what waits is held until then."""
    theirs = SORTS[outbox].theirs(ids)
    held = select(outbox.c.id).where(theirs).with_for_update()
    unit.execute(held).all()
    return unit.execute(select(outbox.c.id).where(theirs, IS_LEASED).limit(1)).first() is not None


def clear(unit: Unit, person: Person, *, at: datetime) -> None:
    """Take all that says who a person is out of every row of their leads, now (UTC)."""
    ids = person.ids
    _unshare(unit, person)
    suppression.hide(unit, person.addresses, at=at)
    marks.mark_leads(unit, ids)
    for number in ids:
        marks.mark_arrival_of(unit, number)
    unit.execute(delete(claims).where(claims.c.lead_id.in_(ids), claims.c.state == "open"))
    unit.execute(delete(history).where(history.c.lead_id.in_(ids), history.c.what == ASKED))
    unit.execute(
        update(merges)
        .where(SORTS[merges].theirs(ids), merges.c.undone_at.is_(None))
        .values(undone_at=at)
    )
    for table in (outbox, *(one for one in SORTS if one is not outbox)):
        _clear(unit, table, ids)
    unit.execute(update(leads).where(leads.c.id.in_(ids)).values(version=leads.c.version + 1))
    kept.put(unit, UNSCRUBBED, [at.isoformat(), *ids], at=at)


def _unshare(unit: Unit, person: Person) -> None:
    """Forget that numbers are shared which nobody else has."""
    for phone in sorted(person.phones):
        people.unshare(unit, phone)


def _clear(unit: Unit, table: Table, ids: Collection[int]) -> None:
    sort = SORTS[table]
    if sort.deleted:
        unit.execute(delete(table).where(sort.theirs(ids)))
        return
    if sort.clears:
        values = {name: _value(table, name, value) for name, value in sort.clears.items()}
        unit.execute(_where(update(table), table, ids).values(values))


def _where(statement: Any, table: Table, ids: Collection[int]) -> Any:
    theirs = statement.where(SORTS[table].theirs(ids))
    if table is messages:
        return theirs.where(messages.c.address.not_like(f"{suppression.SIGN}%"))
    return theirs


def _value(table: Table, name: str, value: Any) -> Any:
    """Give what is put in a column; a source's print must differ from its lead's others."""
    if table is lead_sources and name == "fingerprint":
        return literal(PREFIX) + cast(lead_sources.c.id, Text)
    return value


def remember(unit: Unit, person: Person, *, at: datetime, by: str) -> None:
    """Keep that the leads of a person were erased, by whom ("" a rule), now (UTC)."""
    query = select(leads.c.id, leads.c.created_at).where(leads.c.id.in_(person.ids))
    for number, created_at in unit.execute(query).all():
        value = {"lead": number, "created_at": created_at.isoformat(), "by": by}
        kept.put(unit, f"{PREFIX}{number}", value | {"at": at.isoformat()}, at=at)


def mark_of(view: View, lead_id: int) -> Mark | None:
    """Give that a lead was erased, None where it was not."""
    found: Mapping[str, Any] | None = kept.get(view, f"{PREFIX}{lead_id}")
    return _mark(found) if found else None


def all_marks(view: View) -> list[Mark]:
    """Give every lead that was erased, to be erased again in a backup that is restored."""
    return [_mark(one) for one in kept.starting(view, PREFIX)]


def _mark(found: Mapping[str, Any]) -> Mark:
    created_at, at = (datetime.fromisoformat(found[one]) for one in ("created_at", "at"))
    return Mark(int(found["lead"]), created_at, at, str(found["by"]))


def still_there(view: View, mark: Mark) -> bool:
    """Say whether this database has the very lead that was erased elsewhere, with its person."""
    query = select(leads.c.id).where(
        leads.c.id == mark.lead_id, leads.c.created_at == mark.created_at
    )
    return view.execute(query).first() is not None and mark_of(view, mark.lead_id) is None


def to_clear(view: View, ids: Collection[int]) -> list[int]:
    """Give the messages in Slack about these leads that are to be cleared."""
    query = select(posts.c.id).where(posts.c.lead_id.in_(ids), posts.c.purpose == ERASED)
    return [int(one) for one in view.execute(query.order_by(posts.c.id)).scalars()]


def post(view: View, post_id: int) -> tuple[str, str, str, bool] | None:
    """Give to whom a message to be cleared went ("" a channel), its channel, its place there.

    And whether it names others too. None where it was cleared.
    """
    c = posts.c
    found = view.execute(
        select(c.recipient, c.channel, c.ts, c.lead_id).where(c.id == post_id)
    ).first()
    if found is None:
        return None
    beside = select(c.id).where(
        c.channel == found.channel, c.ts == found.ts, c.lead_id != found.lead_id
    )
    return found.recipient, found.channel, found.ts, view.execute(beside).first() is not None


def forget_post(unit: Unit, post_id: int) -> None:
    """Forget where a message stood that was cleared."""
    unit.execute(delete(posts).where(posts.c.id == post_id, posts.c.purpose == ERASED))


def linked(view: View, ids: Collection[int]) -> list[tuple[str, str]]:
    """Give the records that these leads are in other systems: system and number there."""
    query = select(crm_links.c.system, crm_links.c.remote_id).where(crm_links.c.lead_id.in_(ids))
    return [(str(one), str(number)) for one, number in view.execute(query.distinct())]


def over(view: View, *, before: datetime, most: int) -> list[int]:
    """Give leads that were closed before a moment (UTC) and of which nothing is left to be done.

    Not those that wait for mail, have an open follow-up, are claimed and not answered, were heard
    of since, or were erased. The longest closed first.
    """
    query = select(leads.c.id).where(_is_over(before)).order_by(leads.c.closed_at)
    return [int(one) for one in view.execute(query.limit(most)).scalars()]


def is_over(view: View, lead_id: int, *, before: datetime) -> bool:
    """Say whether a lead is one that `over` gives."""
    query = select(leads.c.id).where(leads.c.id == lead_id, _is_over(before))
    return view.execute(query).first() is not None


def _is_over(before: datetime) -> ColumnElement[bool]:
    c = leads.c
    return and_(
        *(c.closed_at < before, c.next_what == "none", c.merged_into.is_(None)),
        *(c.stage.in_(("won", "lost", "disqualified")), c.working.is_(False)),
        or_(*(one != "" for one in (c.name, c.phone_raw, c.phone_e164, c.email))),
        *(or_(one.is_(None), one < before) for one in (c.last_at, c.replied_at, c.fresh_at)),
        c.id.not_in(select(followups.c.lead_id).where(followups.c.state == "open")),
        c.id.not_in(select(claims.c.lead_id).where(claims.c.state.in_(("open", "sent")))),
    )


def unscrubbed(view: View) -> bool:
    """Say whether somebody was erased since the file was last written anew."""
    return kept.get(view, UNSCRUBBED) is not None


def scrub(store: Store) -> bool:
    """Write a SQLite file anew, so that no byte of what was deleted stays in it or beside it.

    False where the database was in use: that it is wanted stays noted. PostgreSQL's own vacuum does
    so by itself with time. Takes about a second for each 100 MB.
    """
    with store.view() as view:
        wanted = kept.get(view, UNSCRUBBED)
    if store.engine.dialect.name == "sqlite" and not _written_anew(store):
        return False
    with store.unit() as unit:
        if kept.get(unit, UNSCRUBBED, lock=True) == wanted:
            kept.forget(unit, UNSCRUBBED)
            unit.commit()
    return True


def _written_anew(store: Store) -> bool:
    try:
        with store.engine.connect() as connection:
            connection.execute(text("VACUUM"))
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    except OperationalError:
        return False
    return True
