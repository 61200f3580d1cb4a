"""Leads that wait for their first call: which are due for a step, who had them, how many (C1)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    not_,
    select,
    update,
)

from rules.lead import Lead
from rules.playbook import Wave
from rules.talking import IN_HAND
from rules.words import Step
from storage.lead_rows import COLUMNS, to_lead
from storage.tables import attempts, history, leads
from storage.unit import Unit, View
from storage.walks import FIRST, IN_TURN, Place, comes_after
from storage.wave import NO_WAVE, is_called

GIVEN = ("assigned", "handed_over", "moved", "covered", "inherited", "claimed", "passed")
"""The lines of history that say who got a lead."""
_IS_DUE = leads.c.ladder_at <= bindparam("now")
_HAS_CLOCK = leads.c.ladder_at.is_not(None)
# Written so that no database looks among all leads that were never called.
_NO_CALL = case((leads.c.first_call_at.is_(None), 1), else_=0) == 1
_UNCALLED = and_(_HAS_CLOCK, _NO_CALL, leads.c.next_what == Step.CALL)
_BEGAN = leads.c.clocked_at <= bindparam("now")
_LONG = leads.c.clocked_at <= bindparam("long")
_WAITS = and_(_UNCALLED, _BEGAN)
_DUE = select(*COLUMNS).where(_IS_DUE)
_IN_ORDER = leads.c.owner, leads.c.ladder_at, leads.c.id
_SAVE = (
    update(leads)
    .where(leads.c.id == bindparam("lead"))
    .values(
        clocked_at=bindparam("clocked"),
        ladder_at=bindparam("at"),
        ladder_step=bindparam("step"),
        version=leads.c.version + 1,
    )
)


def any_due(view: View, *, now: datetime) -> bool:
    """Say whether some lead's next step is due at `now` (UTC)."""
    return (
        view.execute(select(leads.c.id).where(_IS_DUE).limit(1), {"now": now}).first() is not None
    )


def due(unit: Unit, *, now: datetime, most: int, owner: str = "") -> list[Lead]:
    """Give leads whose next step is due, one owner's after the other's; held until the unit ends.

    With `owner` those of one alone. Those that another replica holds are left to it.
    """
    query = _DUE.where(leads.c.owner == owner) if owner else _DUE
    query = query.order_by(*_IN_ORDER).limit(most).with_for_update(skip_locked=True)
    return [to_lead(row) for row in unit.execute(query, {"now": now})]


def save(unit: Unit, climbed: Iterable[Lead]) -> None:
    """Save the clocks of leads that this unit holds."""
    values = [
        {"lead": one.id, "clocked": one.clocked_at, "at": one.ladder_at, "step": one.ladder_step}
        for one in climbed
    ]
    if values:
        unit.execute(_SAVE, values)


def holders(view: View, lead_ids: Collection[int]) -> dict[int, set[str]]:
    """Give everybody who has had each of these leads, by their history."""
    found: dict[int, set[str]] = defaultdict(set)
    query = select(history.c.lead_id, history.c.data).where(
        history.c.lead_id.in_(lead_ids), history.c.what.in_(GIVEN)
    )
    for lead_id, data in view.execute(query):
        found[lead_id].add(str(data.get("to", "")))
    return found


def on_the_phone(now: datetime) -> ColumnElement[bool]:
    """Make the condition that holds for leads with whom somebody talks at `now` (UTC).

    It is `rules.talking.is_on_the_phone`.
    """
    began = leads.c.talking_at
    return and_(began.is_not(None), began <= now, began > now - IN_HAND)


def _first(owners: Collection[str], wave: Wave, now: datetime, *columns: Any) -> Select[Any]:
    """Ask for first calls that these people are to make and nobody makes."""
    return select(*columns).where(
        leads.c.owner.in_(owners),
        leads.c.working.is_(True),
        _UNCALLED,
        leads.c.next_at <= now,
        not_(on_the_phone(now)),
        is_called(wave),
    )


def first_of(
    unit: Unit, owner: str, *, wave: Wave, now: datetime, most: int, after: Place = FIRST
) -> list[Lead]:
    """Give leads whose first call somebody is to make at `now` (UTC); held until the unit ends.

    Longest due first, from `after` a place on; not those that are on the phone or get no call for
    now (C1).
    """
    query = _first([owner], wave, now, *COLUMNS).where(comes_after(after))
    query = query.order_by(*IN_TURN).limit(most)
    return [to_lead(row) for row in unit.execute(query.with_for_update(skip_locked=True))]


def any_first_of(view: View, owners: Collection[str], *, wave: Wave, now: datetime) -> bool:
    """Say whether one of these people is to make a first call, as `first_of` has it."""
    return view.execute(_first(owners, wave, now, leads.c.id).limit(1)).first() is not None


def newest_attempt(view: View, slack_id: str) -> int:
    """Give the number of the newest attempt that a person logged, 0 for none."""
    query = select(func.max(attempts.c.id)).where(attempts.c.by == slack_id)
    return int(view.execute(query).scalar() or 0)


@dataclass(frozen=True, slots=True)
class Responses:
    """How long first calls took: working minutes, and seconds by the clock, one for each."""

    minutes: tuple[float, ...]
    seconds: tuple[float, ...]


def responses(view: View, *, since: datetime, until: datetime) -> Responses:
    """Give how long those waited who were first called from `since` up to `until` (UTC).

    What climbs no ladder does not count: imported leads, and those that came late.
    """
    query = select(leads.c.waited, leads.c.received_at, leads.c.first_call_at).where(
        leads.c.first_call_at >= since, leads.c.first_call_at < until, leads.c.waited.is_not(None)
    )
    rows = view.execute(query).all()
    apart = (max(0.0, (called - came).total_seconds()) for _, came, called in rows)
    return Responses(tuple(float(row[0]) for row in rows), tuple(apart))


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait for their first call: the first of them came at `since` (UTC).

    Of these, so many have a clock that runs for `long`. Others came outside hours: the clocks of
    these `ahead` begin later, the first at `opens`.
    """

    count: int = 0
    since: datetime | None = None
    long: int = 0
    ahead: int = 0
    opens: datetime | None = None


def waiting(view: View, *, now: datetime, long: datetime, wave: Wave = NO_WAVE) -> Waiting:
    """Count who waits for the first call at `now`, and who does since `long` or before (UTC).

    Those that get no call for now wait for none (C1).
    """
    later = not_(_BEGAN)
    query = select(
        _many(_BEGAN),
        func.min(case((_BEGAN, leads.c.received_at))),
        _many(_LONG),
        _many(later),
        func.min(case((later, leads.c.clocked_at))),
    ).where(_UNCALLED, is_called(wave))
    return Waiting(*view.execute(query, {"now": now, "long": long}).one())


def _many(what: Any) -> Any:
    return func.coalesce(func.sum(case((what, 1), else_=0)), 0)


def waiting_long(
    view: View, *, now: datetime, long: datetime, most: int, wave: Wave = NO_WAVE
) -> list[Lead]:
    """Give some who wait for their first call with a clock that runs since `long` or before."""
    query = select(*COLUMNS).where(_WAITS, _LONG, is_called(wave)).limit(most)
    return [to_lead(row) for row in view.execute(query, {"now": now, "long": long})]
