"""Leads and what hangs on them: load, add, save, find."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Select, Update, bindparam, func, insert, not_, or_, select, update

from rules.fields import Draft
from rules.lead import SAID, STATE, Lead
from rules.phones import email_key
from rules.playbook import Wave
from rules.refusals import Refused
from rules.tiers import Grade
from rules.words import Stage, Step
from storage import marks, people, stages
from storage.bulk import hold_keys
from storage.lead_rows import COLUMNS, new_row, to_lead
from storage.rows import insert_new, is_just, plain
from storage.stages import Cause
from storage.tables import history, lead_sources, leads
from storage.unit import Unit, View
from storage.wave import NO_WAVE, is_on, waits

_ADD = insert(leads).returning(*COLUMNS)
_BY_ID = select(*COLUMNS).where(leads.c.id == bindparam("lead"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_STANDS = leads.c.merged_into.is_(None)
_IF_UNCHANGED = (leads.c.id == bindparam("lead"), leads.c.version == bindparam("was"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a lead's history; the moment is UTC. Later ones have higher numbers."""

    id: int
    at: datetime
    actor: str
    what: str
    data: dict[str, Any]


def load(view: View, lead_id: int, *, lock: bool = False) -> Lead | None:
    """Give the lead, or None; `lock` holds it against other writers until the unit ends."""
    statement = _BY_ID_LOCKED if lock else _BY_ID
    row = view.execute(statement, {"lead": lead_id}).first()
    return to_lead(row) if row else None


def standing(view: View, lead_id: int, *, lock: bool = False) -> Lead | None:
    """Give the lead that stands for one that may have become another (C2); `lock` as in `load`."""
    lead = load(view, lead_id, lock=lock)
    while lead is not None and lead.merged_into is not None:
        lead = load(view, lead.merged_into, lock=lock)
    return lead


def hold(unit: Unit, lead_id: int) -> None:
    """Hold a lead against other writers until the unit ends; SQLite has one writer anyway."""
    if unit.dialect == "postgresql":
        load(unit, lead_id, lock=True)


def add(
    unit: Unit,
    draft: Draft,
    *,
    step: Step,
    at: datetime,
    grade: Grade | None = None,
) -> Lead:
    """Add a new lead as its draft says; `at` is now, UTC."""
    values = new_row(draft, step=step, at=at, grade=grade)
    added = to_lead(unit.execute(_ADD, values).one())
    marks.mark_arrivals(unit, (added.received_at,))
    return added


@lru_cache(maxsize=256)
def _saving(names: tuple[str, ...]) -> Update:
    return update(leads).where(*_IF_UNCHANGED).values({name: bindparam(name) for name in names})


def save(unit: Unit, lead: Lead, *, before: Lead | None = None, cause: Cause = stages.RULE) -> Lead:
    """Save what may change of a lead and give it with its new version.

    With the lead as it was `before`, only what differs is written: an index costs a page. A
    change of its stage is written down with its `cause` (S1).
    Raises Refused when somebody saved it since it was loaded.
    """
    was = before.stage if before else stages.stored(unit, lead.id)
    values = {
        name: plain(getattr(lead, name))
        for name in (*STATE, *SAID)
        if before is None or getattr(before, name) != getattr(lead, name)
    }
    values |= {"version": lead.version + 1, "working": lead.working}
    if before is None or before.queue != lead.queue:
        values["queue"] = lead.queue
    if "email" in values:
        values["email_key"] = email_key(lead.email)
    saving = _saving(tuple(values))
    if unit.execute(saving, values | {"lead": lead.id, "was": lead.version}).rowcount != 1:
        raise Refused("lead.changed", lead_id=lead.id)
    if (before or lead.last_at) and not marks.OF_LEADS.isdisjoint(values):
        marks.mark_leads(unit, (lead.id,))
    if not marks.OF_ARRIVALS.isdisjoint(values):
        marks.mark_arrivals(unit, (lead.received_at,))
    if was != lead.stage:
        stages.keep(unit, lead, cause, was=was)
    return replace(lead, version=lead.version + 1)


def lock_person(unit: Unit, *, phone: str, email: str) -> None:
    """Hold a person against other intakes until the unit ends; SQLite has one writer anyway."""
    hold_keys(unit, sorted(filter(None, (phone, email_key(email)))))


def lock_people(unit: Unit, people: Collection[tuple[str, str]]) -> None:
    """Hold many persons, each a phone and an email, and their leads, until the unit ends.

    Whoever takes in many at once holds them before the team, in one order for all.
    """
    if unit.dialect != "postgresql":
        return
    phones = {phone for phone, _ in people if phone}
    emails = {email_key(email) for _, email in people if email}
    hold_keys(unit, sorted({*phones, *emails}))
    theirs = or_(leads.c.phone_e164.in_(phones), leads.c.email_key.in_(emails))
    unit.execute(select(leads.c.id).where(theirs).order_by(leads.c.id).with_for_update())


def lock_external(unit: Unit, *, source: str, external_id: str) -> None:
    """Hold a source's own id against other intakes until the unit ends."""
    hold_keys(unit, [f"{source}:{external_id}"] if external_id else [])


def _oldest(column: Column[str]) -> Select[tuple[int]]:
    return select(func.min(leads.c.id)).where(column == bindparam("is_"), column != "")


_OF_PHONE, _OF_EMAIL = _oldest(leads.c.phone_e164), _oldest(leads.c.email_key)


def find_person(view: View, *, phone: str, email: str, name: str = "") -> int | None:
    """Give the oldest lead with this E.164 number, else with this address, as it stands now (C2).

    A number that several people share is one person's only under their name or address.
    """
    for statement, value in ((_OF_PHONE, phone), (_OF_EMAIL, email_key(email))):
        found = view.execute(statement, {"is_": value}).scalar() if value else None
        if found and value == phone and people.is_shared(view, phone):
            found = people.sharing(view, phone, name=name, email=email)
        if found:
            return people.standing_id(view, int(found))
    return None


def of_phone(unit: Unit, e164: str, *, merged: bool = False) -> list[Lead]:
    """Give every lead with this E.164 number, newest first, held until the unit ends.

    Those that became another are left out; with `merged` that other is given in their place.
    """
    return _held(unit, leads.c.phone_e164, e164, merged=merged)


def of_email(unit: Unit, email: str, *, merged: bool = False) -> list[Lead]:
    """Give every lead with this address, as `of_phone` does."""
    return _held(unit, leads.c.email_key, email_key(email), merged=merged)


def _held(unit: Unit, column: Column[str], value: str, *, merged: bool) -> list[Lead]:
    query = select(*COLUMNS).where(column == value, column != "")
    rows = [to_lead(row) for row in unit.execute(query.with_for_update())]
    found = {one.id: one for one in rows if one.merged_into is None}
    for gone in (one for one in rows if merged and one.merged_into is not None):
        now = standing(unit, gone.id, lock=True)
        found |= {now.id: now} if now else {}
    return sorted(found.values(), key=lambda one: one.id, reverse=True)


def add_source(unit: Unit, values: dict[str, Any]) -> bool:
    """Keep where a lead came from; False when this very source stood there already."""
    return bool(unit.execute(insert_new(unit, lead_sources), values).rowcount)


def sources(view: View, lead_id: int) -> Sequence[Any]:
    """Give where a lead came from, oldest first."""
    query = select(lead_sources).where(lead_sources.c.lead_id == lead_id)
    return view.execute(query.order_by(lead_sources.c.id)).mappings().all()


def find_external(view: View, *, source: str, external_id: str) -> int | None:
    """Give the number of the first intake in which a source sent this id of its own."""
    query = select(func.min(lead_sources.c.intake_id)).where(
        lead_sources.c.source == source,
        lead_sources.c.external_id == external_id,
        lead_sources.c.external_id != "",
    )
    return view.execute(query).scalar() if external_id else None


_ADD_LINE = insert(history)


def add_line(unit: Unit, lead_id: int, *, at: datetime, actor: str, what: str, **data: Any) -> None:
    """Write one line of a lead's history; `what` names its text, `data` fills it."""
    row = {"lead_id": lead_id, "at": at, "actor": actor, "what": what, "data": data}
    unit.execute(_ADD_LINE, row)


_LINE = [history.c[one.name] for one in fields(Line)]
_LINES = (
    select(*_LINE)
    .where(history.c.lead_id == bindparam("lead"))
    .order_by(history.c.id.desc())
    .limit(bindparam("most"))
)


def lines(view: View, lead_id: int, *, most: int = 20) -> list[Line]:
    """Give the newest lines of a lead's history, newest first."""
    return [Line(*row) for row in view.execute(_LINES, {"lead": lead_id, "most": most})]


def newest_line(view: View, lead_id: int, *, kinds: Collection[str]) -> Line | None:
    """Give the newest of a lead's lines of these kinds, None where there is none."""
    query = select(*_LINE).where(history.c.lead_id == lead_id, history.c.what.in_(kinds))
    row = view.execute(query.order_by(history.c.id.desc()).limit(1)).first()
    return Line(*row) if row else None


def lines_after(
    view: View, lead_id: int, line_id: int, *, kinds: Collection[str], most: int
) -> list[Line]:
    """Give a lead's lines of these kinds that came after a line, oldest first."""
    query = select(*_LINE).where(history.c.lead_id == lead_id, history.c.id > line_id)
    query = query.where(history.c.what.in_(kinds)).order_by(history.c.id).limit(most)
    return [Line(*row) for row in view.execute(query)]


def any_there(view: View) -> bool:
    """Say whether there is any lead at all."""
    return view.execute(select(leads.c.id).limit(1)).first() is not None


def nearest(view: View, lead_id: int, *, owner: str) -> Lead | None:
    """Give this owner's lead whose number is nearest to one that does not exist."""
    query = select(*COLUMNS).where(leads.c.owner == owner)
    query = query.order_by(func.abs(leads.c.id - lead_id)).limit(1)
    row = view.execute(query).first()
    return to_lead(row) if row else None


def at_stage(view: View, stage: Stage, *, after: int, most: int) -> list[Lead]:
    """Give leads at a stage by their numbers, from `after` on."""
    query = select(*COLUMNS).where(leads.c.stage == stage, leads.c.id > after, _STANDS)
    return [to_lead(row) for row in view.execute(query.order_by(leads.c.id).limit(most))]


def still_held(unit: Unit, ids: Collection[int]) -> list[Lead]:
    """Give those of these leads that wait for an owner still, oldest first; held by this unit.

    Without those that somebody else holds.
    """
    waiting = is_just(leads.c.next_what, Step.ASSIGN), leads.c.owner == "", leads.c.id.in_(ids)
    query = select(*COLUMNS).where(*waiting).order_by(leads.c.id)
    return [to_lead(row) for row in unit.execute(query.with_for_update(skip_locked=True))]


def held(
    view: View,
    *,
    most: int,
    wave: Wave = NO_WAVE,
    after: int = 0,
    without: Collection[str] = (),
    lock: bool = False,
) -> list[Lead]:
    """Give leads that wait for an owner, oldest first, those with numbers higher than `after`.

    Not those that get no call for now (C1), nor those that wait in the pools `without`. With
    `lock` they are held until the unit ends, but for those that somebody else holds.
    """
    waiting = is_just(leads.c.next_what, Step.ASSIGN), leads.c.owner == "", leads.c.id > after
    query = select(*COLUMNS).where(*waiting)
    if without:
        query = query.where(leads.c.pool.not_in(without))
    if is_on(wave):
        query = query.where(not_(waits(wave)))
    query = query.order_by(leads.c.id).limit(most)
    rows = view.execute(query.with_for_update(skip_locked=True) if lock else query)
    return [to_lead(row) for row in rows]
