"""Pairs of leads that may be one person, until somebody says which; and where to look for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, update

from rules.lead import Lead
from rules.likeness import Likeness, mails_near, numbers_near
from storage.lead_rows import COLUMNS, to_lead
from storage.rows import insert_new, is_just
from storage.tables import leads, likenesses
from storage.unit import Unit, View

OPEN, MERGED, DIFFERENT = "open", "merged", "different"
SAME_DAY, READ, AMONG, FOUND = timedelta(days=1), 2000, 200, 20


@dataclass(frozen=True, slots=True)
class Pair:
    """Two leads that may be one person; `lead_id` is the older one. The moment is UTC."""

    id: int
    at: datetime
    lead_id: int
    other_id: int
    why: str
    score: float
    state: str
    actor: str


_COLUMNS = [likenesses.c[name] for name in Pair.__slots__]
_IS_OPEN = is_just(likenesses.c.state, OPEN)
_STANDS = leads.c.merged_into.is_(None)


def add(unit: Unit, one: Lead, other: Lead, found: Likeness, *, at: datetime) -> int:
    """Keep a pair to be asked about, found at a moment (UTC); 0 where it was asked before."""
    older, newer = sorted((one.id, other.id))
    row = {"lead_id": older, "other_id": newer, "at": at, "state": OPEN}
    told = {"why": ",".join(found.signs), "score": found.score}
    statement = insert_new(unit, likenesses).returning(likenesses.c.id)
    return int(unit.execute(statement, row | told).scalar() or 0)


def decide(unit: Unit, one: int, other: int, *, state: str, actor: str, at: datetime) -> None:
    """Settle a pair at a moment (UTC), also one that nobody asked about."""
    older, newer = sorted((one, other))
    row = {"lead_id": older, "other_id": newer, "at": at}
    settled = {"state": state, "actor": actor, "decided_at": at}
    if not unit.execute(insert_new(unit, likenesses), row | settled).rowcount:
        pair = (likenesses.c.lead_id == older) & (likenesses.c.other_id == newer)
        unit.execute(update(likenesses).where(pair).values(settled))


def get(view: View, pair_id: int, *, lock: bool = False) -> Pair | None:
    """Give a pair; `lock` holds it until the unit ends."""
    query = select(*_COLUMNS).where(likenesses.c.id == pair_id)
    row = view.execute(query.with_for_update() if lock else query).first()
    return Pair(*row) if row else None


def known(view: View, lead_id: int, others: Sequence[int]) -> set[int]:
    """Give those of these leads with which a lead was asked about before, or is now."""
    one, other = likenesses.c.lead_id, likenesses.c.other_id
    query = select(one, other).where(
        or_((one == lead_id) & other.in_(others), (other == lead_id) & one.in_(others))
    )
    return {int(number) for row in view.execute(query) for number in row} - {lead_id}


def _waiting() -> ColumnElement[bool]:
    both = select(leads.c.id).where(_STANDS)
    return _IS_OPEN & likenesses.c.lead_id.in_(both) & likenesses.c.other_id.in_(both)


def waiting(view: View, *, most: int) -> list[Pair]:
    """Give pairs that nobody decided on, the likeliest first; none of which one is gone."""
    query = select(*_COLUMNS).where(_waiting())
    query = query.order_by(likenesses.c.score.desc(), likenesses.c.id).limit(most)
    return [Pair(*row) for row in view.execute(query)]


def count(view: View) -> int:
    """Give how many pairs nobody decided on."""
    query = select(func.count()).select_from(likenesses).where(_waiting())
    return int(view.execute(query).scalar() or 0)


def arrived(view: View, *, after: int, until: datetime, most: int) -> list[Lead]:
    """Give leads by their numbers, those higher than `after` that came by a moment (UTC)."""
    query = select(*COLUMNS).where(leads.c.id > after).order_by(leads.c.id).limit(most)
    came = query.add_columns(leads.c.created_at)
    found: list[Lead] = []
    for *row, created_at in view.execute(came):
        if created_at > until:
            break
        found.append(to_lead(row))
    return found


def newest_lead(view: View) -> int:
    """Give the highest number of a lead, 0 where there is none."""
    return int(view.execute(select(func.max(leads.c.id))).scalar() or 0)


def candidates(view: View, lead: Lead) -> list[Lead]:
    """Give other leads that may be this person, each question by an index and bounded (C2).

    Those with its number or one a slip away, with its mailbox at a mistyped provider, and those
    of its campaign and city that came in the day before.
    """
    asked: list[ColumnElement[bool]] = []
    if lead.phone_e164:
        near = [lead.phone_e164, *numbers_near(lead.phone_e164)]
        asked.append(leads.c.phone_e164.in_(near) & (leads.c.phone_e164 != ""))
    if addresses := mails_near(lead.email):
        asked.append(leads.c.email_key.in_(addresses) & (leads.c.email_key != ""))
    found = [one for where in asked for one in _others(view, lead, where, most=FOUND)]
    found += _of_the_day(view, lead)
    return list({one.id: one for one in found}.values())


def _of_the_day(view: View, lead: Lead) -> list[Lead]:
    """Give those of its campaign and city that came in the day before, in which a name says much.

    Where no city is known a name says too little. Only the newest of a day are read.
    """
    if not (lead.received_at and lead.name and lead.city):
        return []
    came = leads.c.received_at.between(lead.received_at - SAME_DAY, lead.received_at)
    order = (leads.c.received_at.desc(), leads.c.id.desc())
    newest = select(leads.c.id).where(came).order_by(*order).limit(READ).subquery()
    near = (leads.c.campaign == lead.campaign) & (func.lower(leads.c.city) == lead.city.lower())
    among = leads.c.id.in_(select(newest.c.id))
    query = select(*COLUMNS).where(among, near, _STANDS).order_by(*order)
    return _read(view, lead, query.limit(AMONG))


def _others(view: View, lead: Lead, where: ColumnElement[bool], *, most: int) -> list[Lead]:
    return _read(view, lead, select(*COLUMNS).where(where, _STANDS).limit(most))


def _read(view: View, lead: Lead, query: Select[Any]) -> list[Lead]:
    return [one for one in map(to_lead, view.execute(query)) if one.id != lead.id]
