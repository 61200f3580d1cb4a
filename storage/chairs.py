"""Leads between the chairs: how all of them stand, what a leaver left, what the away let lie."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, not_, or_, select

from rules.bulk import ALL, Part
from rules.lead import FollowUp, Lead
from rules.playbook import Wave
from rules.words import LIVING, Importance, Kind, Queue, Stage, Step, Tier
from storage.calls import IS_OPEN
from storage.ladder import on_the_phone
from storage.lead_rows import COLUMNS, to_lead
from storage.tables import followups, leads
from storage.unit import Unit, View
from storage.walks import FIRST, IN_TURN, Place, comes_after
from storage.wave import is_called

_LOOKED_AT = (
    *("id", "name", "kind", "stage", "owner", "tier", "opted_out", "importance"),
    *("next_what", "next_at", "plan_step", "last_outcome", "last_at", "replied_at"),
)
_AGREED = [followups.c[name] for name in ("id", "lead_id", "rep", "importance")]
_TIMES = [followups.c.due_at, followups.c.agreed_at]
_READ: dict[str, Any] = {
    "kind": Kind,
    "stage": Stage,
    "tier": Tier,
    "opted_out": tuple,
    "next_what": Step,
}
_WORKING = leads.c.working.is_(True)
_IS_REMINDED_OF = exists().where(
    followups.c.lead_id == leads.c.id, IS_OPEN, followups.c.nag_at.is_not(None)
)


def standing(view: View, *, after: int, most: int) -> list[tuple[Lead, FollowUp | None]]:
    """Give living leads and their open follow-ups by id, from `after`; closed ones that have one.

    Of a lead only that is filled in which decides where it stands.
    """
    joined = leads.outerjoin(followups, (followups.c.lead_id == leads.c.id) & IS_OPEN)
    query = (
        select(*(leads.c[name] for name in _LOOKED_AT), *_AGREED, *_TIMES)
        .select_from(joined)
        .where(leads.c.id > after, leads.c.merged_into.is_(None))
        .where(or_(leads.c.stage.in_(LIVING), followups.c.id.is_not(None)))
        .order_by(leads.c.id)
        .limit(most)
    )
    return [_standing(row) for row in view.execute(query)]


def _standing(row: Sequence[Any]) -> tuple[Lead, FollowUp | None]:
    known = dict(zip(_LOOKED_AT, row, strict=False))
    for name, read in _READ.items():
        known[name] = read(known[name])
    agreed_id, lead_id, rep, importance, *times = row[len(_LOOKED_AT) :]
    if agreed_id is None:
        return Lead(**known), None
    return Lead(**known), FollowUp(agreed_id, lead_id, rep, Importance(importance), *times)


def some(view: View, ids: Sequence[int]) -> list[Lead]:
    """Give these leads, in this order."""
    rows = view.execute(select(*COLUMNS).where(leads.c.id.in_(ids)))
    found = {lead.id: lead for lead in map(to_lead, rows)}
    return [found[one] for one in ids if one in found]


def _left(owner: str, *columns: Any) -> Select[*tuple[Any, ...]]:
    return select(*columns).where(leads.c.owner == owner, _WORKING)


def _agreed_by(owner: str, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Ask for leads that nobody works but for a time that was agreed with them."""
    joined = followups.join(leads, leads.c.id == followups.c.lead_id)
    query = select(*columns).select_from(joined)
    return query.where(
        IS_OPEN, followups.c.rep == owner, leads.c.owner == owner, leads.c.working.is_(False)
    )


def _of(part: Part) -> list[ColumnElement[bool]]:
    named = {"kind": part.kind, "tier": part.tier, "stage": part.stage}
    return [leads.c[name] == one for name, one in named.items() if one]


def left_by(
    unit: Unit, owner: str, *, most: int, part: Part = ALL, after: Place = FIRST
) -> list[Lead]:
    """Give leads that somebody works or agreed a time with, soonest first, held until the end.

    Of a leaver, or of whom a manager moves a `part`; those that come `after` a place. Those that
    somebody else holds are left out.
    """
    if not after.parked:
        found = _some(unit, _left(owner, *COLUMNS).where(*_of(part)), after, most)
        if found:
            return found
        after = FIRST
    return _some(unit, _agreed_by(owner, *COLUMNS).where(*_of(part)), after, most)


def _some(unit: Unit, query: Select[*tuple[Any, ...]], after: Place, most: int) -> list[Lead]:
    """Give the next leads of a walk, which this unit holds then."""
    query = query.where(comes_after(after)).order_by(*IN_TURN).limit(most)
    return [to_lead(row) for row in unit.execute(query.with_for_update(skip_locked=True, of=leads))]


def count_left_by(view: View, owner: str, *, part: Part = ALL) -> int:
    """Give how many leads `left_by` would give in the end."""
    asked = (_left(owner, func.count()), _agreed_by(owner, func.count()))
    return sum(int(view.execute(query.where(*_of(part))).scalar() or 0) for query in asked)


def count_agreed_with(view: View, owner: str) -> int:
    """Give how many leads a leaver agreed a time with."""
    query = select(func.count()).where(IS_OPEN, followups.c.rep == owner)
    return int(view.execute(query).scalar() or 0)


def with_left(view: View, owners: Collection[str]) -> list[str]:
    """Give those of these owners who have leads that are worked, or agreed times."""
    joined = followups.join(leads, leads.c.id == followups.c.lead_id)
    agreed = select(followups.c.rep).select_from(joined)
    agreed = agreed.where(
        IS_OPEN,
        followups.c.rep.in_(owners),
        leads.c.owner == followups.c.rep,
        leads.c.working.is_(False),
    )
    worked = select(leads.c.owner).where(leads.c.owner.in_(owners), _WORKING)
    return sorted(view.execute(worked.union(agreed)).scalars())


def due_of(
    unit: Unit,
    owner: str,
    queues: Collection[Queue],
    *,
    wave: Wave,
    now: datetime,
    most: int,
    after: Place = FIRST,
) -> list[Lead]:
    """Give what of somebody's `queues` is due at `now` (UTC), held until the unit ends.

    Longest due first, from `after` a place on; not those that get no call for now (C1), with whom
    somebody talks, or of whose follow-up their rep is still reminded (L4.3).
    """
    return _some(unit, _due(owner, queues, wave, now, *COLUMNS), after, most)


def any_due_of(
    view: View, owner: str, queues: Collection[Queue], *, wave: Wave, now: datetime
) -> bool:
    """Say whether something of somebody's `queues` is due at `now` (UTC), as `due_of` has it."""
    return view.execute(_due(owner, queues, wave, now, leads.c.id).limit(1)).first() is not None


def _due(
    owner: str, queues: Collection[Queue], wave: Wave, now: datetime, *columns: Any
) -> Select[*tuple[Any, ...]]:
    return select(*columns).where(
        leads.c.owner == owner,
        _WORKING,
        leads.c.next_at <= now,
        leads.c.next_what.in_((Step.CALL, Step.RETRY_UNAVAILABLE, Step.FOLLOW_UP)),
        leads.c.queue.in_(list(queues)),
        not_(on_the_phone(now)),
        not_(_IS_REMINDED_OF),
        is_called(wave),
    )
