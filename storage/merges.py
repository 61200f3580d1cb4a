"""Leads that became another: what was moved, and how both were before, to be put back (C2)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, delete, insert, or_, select, update

from storage import marks, people
from storage.outbox import CANCELLED, IS_WAITING
from storage.rows import insert_new
from storage.tables import (
    Moment,
    attempts,
    claims,
    crm_links,
    followups,
    given,
    history,
    intake,
    lead_sources,
    leads,
    merges,
    messages,
    optouts,
    outbox,
    posts,
    repairs,
    stages,
)
from storage.unit import Unit, View

CHILDREN: tuple[Table, ...] = (
    *(intake, lead_sources, attempts, followups, history, messages, optouts, given, stages),
    *(repairs, claims),
)
"""What is a lead's and goes with the person; posts stay where they stand in Slack."""
MERGED = "merged"
"""Why a message of a lead that became another was cancelled."""
_TO_CUSTOMERS = outbox.c.kind.in_(("sms", "email"))
_COLUMNS = [one for one in leads.columns if one.name not in {"id", "version"}]
_AGREED = ("state", "rep", "nags", "nag_at", "snoozes", "due_at")


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge: which lead became which, when (UTC), by whom, and all that takes it back."""

    id: int
    at: datetime
    lead_id: int
    gone_id: int
    actor: str
    data: dict[str, Any]


_MERGE = [merges.c[name] for name in Merge.__slots__]


def row(view: View, lead_id: int) -> dict[str, Any]:
    """Give a lead's columns as JSON keeps them; `put` reads them back."""
    found = view.execute(select(*_COLUMNS).where(leads.c.id == lead_id)).mappings().one()
    return {name: _plain(value) for name, value in found.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def put(unit: Unit, lead_id: int, values: Mapping[str, Any]) -> None:
    """Write columns of a lead, as `row` gives them or as they are; its version moves on."""
    read = {name: _read(leads.c[name].type, value) for name, value in values.items()}
    changed = update(leads).where(leads.c.id == lead_id)
    if "received_at" in values:
        marks.mark_arrival_of(unit, lead_id)
    unit.execute(changed.values(version=leads.c.version + 1, **read))
    if not marks.OF_ARRIVALS.isdisjoint(values):
        marks.mark_arrival_of(unit, lead_id)
    if not marks.OF_LEADS.isdisjoint(values):
        marks.mark_leads(unit, (lead_id,))


def _read(kind: object, value: Any) -> Any:
    is_text = isinstance(kind, Moment) and isinstance(value, str)
    return datetime.fromisoformat(value) if is_text else value


def add(
    unit: Unit, *, lead_id: int, gone_id: int, actor: str, at: datetime, data: dict[str, Any]
) -> int:
    """Keep a merge with all that takes it back; gives its number. `at` is now, UTC."""
    values = {"lead_id": lead_id, "gone_id": gone_id, "actor": actor, "at": at, "data": data}
    return int(unit.execute(insert(merges).returning(merges.c.id), values).scalar_one())


def newest_into(view: View, lead_id: int) -> Merge | None:
    """Give the newest merge into a lead that stands, None where there is none."""
    return _newest(view, merges.c.lead_id == lead_id)


def of_gone(view: View, lead_id: int) -> Merge | None:
    """Give the merge by which a lead became another, None where it stands."""
    return _newest(view, merges.c.gone_id == lead_id)


def _newest(view: View, which: Any) -> Merge | None:
    query = select(*_MERGE).where(which, merges.c.undone_at.is_(None))
    found = view.execute(query.order_by(merges.c.id.desc()).limit(1)).first()
    return Merge(*found) if found else None


def end(unit: Unit, merge_id: int, *, at: datetime) -> None:
    """Note that a merge was taken back, at a moment (UTC)."""
    unit.execute(update(merges).where(merges.c.id == merge_id).values(undone_at=at))


def move(unit: Unit, *, gone: int, to: int) -> dict[str, Any]:
    """Give a lead all that hangs on another; gives what moved, for `move_back`.

    Of two sources that are alike both stay, since each may have cost something. A number that
    the two shared with nobody else is one person's from then on.
    """
    unshared = _unshare(unit, gone=gone, to=to)
    prints = _set_apart(unit, gone=gone, to=to)
    moved = {table.name: _move(unit, table, gone, to) for table in CHILDREN}
    marks.mark_leads(unit, (to,))
    linked = crm_links.c.lead_id == gone
    keys = unit.execute(select(crm_links.c.system, crm_links.c.remote_id).where(linked)).all()
    unit.execute(update(crm_links).where(linked).values(lead_id=to))
    links = [list(key) for key in keys]
    return {"rows": moved, "prints": prints, "links": links, "unshared": unshared}


def _unshare(unit: Unit, *, gone: int, to: int) -> list[list[str]]:
    """Take the mark off a number that only these two share; gives it with who put it when."""
    both = (gone, to)
    numbers = select(leads.c.phone_e164).where(leads.c.id.in_(both)).distinct()
    known = [str(one) for one in unit.execute(numbers).scalars()]
    if len(known) > 1 or people.is_anothers(unit, known[0], of=both):
        return []
    mark = people.unshare(unit, known[0])
    return [[known[0], mark[0], mark[1].isoformat()]] if mark else []


def _move(unit: Unit, table: Table, gone: int, to: int) -> list[int]:
    mine = table.c.lead_id == gone
    ids = [int(one) for one in unit.execute(select(table.c.id).where(mine)).scalars()]
    if ids:
        unit.execute(update(table).where(mine).values(lead_id=to))
    return ids


def _set_apart(unit: Unit, *, gone: int, to: int) -> dict[str, str]:
    theirs = lead_sources.alias("theirs")
    same = and_(theirs.c.lead_id == to, theirs.c.fingerprint == lead_sources.c.fingerprint)
    query = select(lead_sources.c.id, lead_sources.c.fingerprint).join(theirs, same)
    found = unit.execute(query.where(lead_sources.c.lead_id == gone)).all()
    for number, mark in found:
        _mark(unit, number, f"{mark}:{gone}")
    return {str(number): str(mark) for number, mark in found}


def _mark(unit: Unit, source_id: int, fingerprint: str) -> None:
    changed = update(lead_sources).where(lead_sources.c.id == source_id)
    unit.execute(changed.values(fingerprint=fingerprint))


def move_posts(unit: Unit, *, gone: int, to: int, purpose: str, about: str) -> list[int]:
    """Let a lead's messages of one purpose be another's; gives those that moved."""
    mine = (posts.c.lead_id == gone) & (posts.c.purpose == purpose) & (posts.c.about == about)
    moved = update(posts).where(mine).values(lead_id=to).returning(posts.c.id)
    return sorted(unit.execute(moved).scalars())


def move_back(
    unit: Unit, moved: Mapping[str, Any], *, stays: int, gone: int, but: Collection[int] = ()
) -> None:
    """Give a lead back what moved to another, but for what went on from there.

    The follow-ups in `but` stay, with their reminders.
    """
    rows = moved["rows"] | ({posts.name: ()} if but else {})
    for table in (*CHILDREN, posts):
        ids = [one for one in rows.get(table.name, ()) if table is not followups or one not in but]
        if ids:
            there = table.c.id.in_(ids) & (table.c.lead_id == stays)
            unit.execute(update(table).where(there).values(lead_id=gone))
    marks.mark_leads(unit, (stays, gone))
    for system, remote in moved["links"]:
        mine = and_(crm_links.c.system == system, crm_links.c.remote_id == remote)
        linked = mine & (crm_links.c.lead_id == stays)
        unit.execute(update(crm_links).where(linked).values(lead_id=gone))
    for number, mark in moved["prints"].items():
        _mark(unit, int(number), mark)
    for phone, actor, at in moved.get("unshared", ()):
        people.share(unit, phone, actor=actor, at=datetime.fromisoformat(at))


def agreed(view: View, followup_id: int) -> dict[str, Any]:
    """Give how a follow-up stands, as JSON keeps it."""
    query = select(*(followups.c[name] for name in _AGREED)).where(followups.c.id == followup_id)
    found = view.execute(query).mappings().one()
    return {name: _plain(value) for name, value in found.items()}


def put_agreed(unit: Unit, followup_id: int, values: Mapping[str, Any]) -> None:
    """Let a follow-up stand as `agreed` gave it."""
    read = {name: _read(followups.c[name].type, value) for name, value in values.items()}
    unit.execute(update(followups).where(followups.c.id == followup_id).values(read))


def newest_stage(view: View, lead_id: int) -> int:
    """Give the number of a lead's newest change of stage, 0 where it never changed."""
    query = select(stages.c.id).where(stages.c.lead_id == lead_id)
    return int(view.execute(query.order_by(stages.c.id.desc()).limit(1)).scalar() or 0)


def forget_stage(unit: Unit, stage_id: int) -> None:
    """Take a change of stage back that a merge made."""
    unit.execute(delete(stages).where(stages.c.id == stage_id))


def cancel_messages(unit: Unit, lead_id: int, *, now: datetime) -> list[str]:
    """Cancel what waits to leave for a lead that becomes another; gives its keys."""
    mine = outbox.c.payload["lead_id"].as_integer() == lead_id
    waiting = update(outbox).where(IS_WAITING, _TO_CUSTOMERS, mine)
    values = {"state": CANCELLED, "done_at": now, "error": MERGED}
    keys = unit.execute(waiting.values(values).returning(outbox.c.once_key)).scalars()
    return sorted(key for key in keys if key)


def spend(unit: Unit, *, gone: int, to: int, waiting: Sequence[str], now: datetime) -> list[int]:
    """Let no message leave for a lead that left, or waited, for the one that becomes it.

    For whoever has not moved what hangs on it yet. Gives the rows that keep it from leaving.
    """
    of_calls = outbox.c.attempt_id.in_(select(attempts.c.id).where(attempts.c.lead_id == gone))
    left = outbox.c.id.in_(select(messages.c.outbox_id).where(messages.c.lead_id == gone))
    known = or_(of_calls, left, outbox.c.once_key.in_(waiting))
    names = ("kind", "lane", "payload", "once_key")
    query = select(*(outbox.c[name] for name in names)).where(_TO_CUSTOMERS, known)
    found = [dict(one) for one in unit.execute(query).mappings() if one["once_key"]]
    return [row for one in found for row in _spent(unit, one, gone, to, now)]


def _spent(unit: Unit, one: Mapping[str, Any], gone: int, to: int, now: datetime) -> Iterable[int]:
    kind, layer, number, *about = str(one["once_key"]).split(":")
    if number != str(gone):
        return []
    key = ":".join((kind, layer, str(to), *about))
    same = {"kind": one["kind"], "lane": one["lane"], "once_key": key}
    payload = {**one["payload"], "lead_id": to}
    ended = {"state": CANCELLED, "error": MERGED, "done_at": now, "due_at": now, "created_at": now}
    statement = insert_new(unit, outbox).returning(outbox.c.id)
    return list(unit.execute(statement, same | ended | {"payload": payload}).scalars())


def forget_spent(unit: Unit, row_ids: Sequence[int]) -> None:
    """Take back what kept messages from leaving."""
    if row_ids:
        unit.execute(delete(outbox).where(outbox.c.id.in_(row_ids), outbox.c.error == MERGED))


def give_away(unit: Unit, intake_id: int, lead_id: int) -> None:
    """Forget the source of a form that was another person's; not one that a claim stands on."""
    mine = (lead_sources.c.intake_id == intake_id) & (lead_sources.c.lead_id == lead_id)
    claimed = select(claims.c.source_id).where(claims.c.lead_id == lead_id)
    unit.execute(delete(lead_sources).where(mine, lead_sources.c.id.not_in(claimed)))
