"""Claims against vendors: where each stands, and what they come to (L5.5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from rules.claims import Bought, ClaimState
from rules.money import Money
from storage.rows import insert_new, is_just
from storage.tables import claims
from storage.unit import Unit, View


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: for which source of which lead, where it stands; moments are UTC.

    `credit` is what is asked for, and once it is accepted what came back.
    """

    id: int
    lead_id: int
    source_id: int
    vendor: str
    state: str
    reason: str
    closes_at: datetime
    credit: Money
    sent_at: datetime | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Total:
    """How many claims of a vendor, in a currency, are in a state, and the sum of their credits.

    `closes_at` (UTC) is when the first window of theirs closes, `last` the newest claim's number.
    """

    vendor: str
    currency: str
    state: str
    count: int
    minor: int
    closes_at: datetime
    last: int


_CLAIM = (
    *(claims.c.id, claims.c.lead_id, claims.c.source_id, claims.c.vendor, claims.c.state),
    *(claims.c.reason, claims.c.closes_at, claims.c.credit_minor, claims.c.currency),
    *(claims.c.sent_at, claims.c.decided_at),
)


def put(unit: Unit, sold: Bought, values: Mapping[str, Any], *, was: Collection[str]) -> bool:
    """Write the claim for a source, where it is in one of the states that it `was`, "" for none.

    False where another process was first.
    """
    mine = {"source_id": sold.source_id, "lead_id": sold.lead_id, "vendor": sold.vendor}
    mine |= {"campaign": sold.campaign, **values}
    if "" in was and unit.execute(insert_new(unit, claims), mine).rowcount:
        return True
    change = update(claims).where(claims.c.source_id == sold.source_id, claims.c.state.in_(was))
    return bool(unit.execute(change.values(mine)).rowcount)


def change(unit: Unit, ids: Collection[int], values: Mapping[str, Any]) -> None:
    """Change claims, by their numbers."""
    unit.execute(update(claims).where(claims.c.id.in_(ids)).values(**values))


def of_vendor(
    view: View,
    vendor: str,
    currency: str,
    state: str,
    *,
    most: int,
    until: int | None = None,
    closing_after: datetime | None = None,
) -> list[Claim]:
    """Give a vendor's claims in a currency and a state, oldest first.

    Of those up to the number `until`, and whose windows close after a moment (UTC).
    """
    which = _which(vendor, currency, state, until=until, closing_after=closing_after)
    query = select(*_CLAIM).where(*which).order_by(claims.c.id).limit(most)
    return [_to_claim(row) for row in view.execute(query).mappings()]


def numbers(
    view: View,
    vendor: str,
    currency: str,
    state: str,
    *,
    until: int | None = None,
    closing_after: datetime | None = None,
    closing_until: datetime | None = None,
    marked: tuple[str, datetime] | None = None,
) -> dict[int, int]:
    """Give the numbers of a vendor's claims, oldest first, each with its credit (minor units).

    As `of_vendor`, however many; also of those whose windows close up to a moment (UTC), or that
    were `marked`: at that moment, which stands in `sent_at` or `decided_at`.
    """
    which = _which(vendor, currency, state, until=until, closing_after=closing_after)
    if closing_until is not None:
        which.append(claims.c.closes_at <= closing_until)
    if marked is not None:
        which.append(claims.c[marked[0]] == marked[1])
    query = select(claims.c.id, claims.c.credit_minor).where(*which)
    return {int(one): int(minor) for one, minor in view.execute(query.order_by(claims.c.id))}


def _which(
    vendor: str, currency: str, state: str, *, until: int | None, closing_after: datetime | None
) -> list[ColumnElement[bool]]:
    which = [claims.c.vendor == vendor, claims.c.currency == currency, claims.c.state == state]
    if until is not None:
        which.append(claims.c.id <= until)
    if closing_after is not None:
        which.append(claims.c.closes_at > closing_after)
    return which


def held(unit: Unit, ids: Collection[int], *, state: str) -> list[Claim]:
    """Give those of these claims that are in a state, oldest first, held until the unit ends."""
    query = select(*_CLAIM).where(claims.c.id.in_(ids), claims.c.state == state)
    rows = unit.execute(query.order_by(claims.c.id).with_for_update()).mappings()
    return [_to_claim(row) for row in rows]


def gone(view: View, ids: Collection[int], *, vendor: str) -> set[int]:
    """Give those of these numbers that are a vendor's claims which were sent, then withdrawn."""
    query = select(claims.c.id).where(claims.c.id.in_(ids), claims.c.vendor == vendor)
    query = query.where(claims.c.state == ClaimState.WITHDRAWN, claims.c.sent_at.is_not(None))
    return set(view.execute(query).scalars())


def never_sent(unit: Unit, vendor: str, currency: str, *, at: datetime) -> None:
    """Forget that a vendor's claims were sent at a moment (UTC), where they are withdrawn now."""
    which = _which(vendor, currency, ClaimState.WITHDRAWN, until=None, closing_after=None)
    unit.execute(update(claims).where(*which, claims.c.sent_at == at).values(sent_at=None))


def closing(
    view: View, state: str, *, after: datetime, until: datetime | None = None, most: int
) -> list[Claim]:
    """Give claims in a state whose windows close after a moment and up to another, soonest first.

    Both are UTC.
    """
    query = select(*_CLAIM).where(is_just(claims.c.state, state), claims.c.closes_at > after)
    if until is not None:
        query = query.where(claims.c.closes_at <= until)
    rows = view.execute(query.order_by(claims.c.closes_at, claims.c.id).limit(most)).mappings()
    return [_to_claim(row) for row in rows]


def _to_claim(row: Any) -> Claim:
    values = dict(row)
    credit = Money(values.pop("credit_minor"), values.pop("currency"))
    return Claim(**values, credit=credit)


def warn(unit: Unit, *, after: datetime, until: datetime, at: datetime) -> int:
    """Note `at` a moment that managers hear of claims that close after a moment; says how many.

    They are open and close `until` another, or calls are missing; all moments are UTC. Those that
    were told of before do not count.
    """
    near = (is_just(claims.c.state, ClaimState.OPEN)) & (claims.c.closes_at <= until)
    new = update(claims).where(
        *(claims.c.warned_at.is_(None), claims.c.closes_at > after),
        near | (claims.c.state == ClaimState.SHORT),
    )
    return int(unit.execute(new.values(warned_at=at)).rowcount)


def totals(view: View, *, open_after: datetime, decided_after: datetime) -> list[Total]:
    """Give what is open, sent, accepted and refused, for each vendor and currency.

    Open are those whose windows close after a moment, decided those since another (both UTC).
    """
    live = (is_just(claims.c.state, ClaimState.OPEN)) & (claims.c.closes_at > open_after)
    decided = claims.c.state.in_((ClaimState.ACCEPTED, ClaimState.REFUSED))
    told = (
        live
        | (claims.c.state == ClaimState.SENT)
        | (decided & (claims.c.decided_at > decided_after))
    )
    return _totals(view, told)


def lapsed(view: View, *, closed_after: datetime, until: datetime) -> list[Total]:
    """Give the open claims whose windows closed unsent between two moments (UTC)."""
    over = (claims.c.closes_at > closed_after) & (claims.c.closes_at <= until)
    return _totals(view, (is_just(claims.c.state, ClaimState.OPEN)) & over)


def _totals(view: View, told: Any) -> list[Total]:
    group = (claims.c.vendor, claims.c.currency, claims.c.state)
    query = select(
        *group,
        func.count(),
        func.sum(claims.c.credit_minor),
        func.min(claims.c.closes_at),
        func.max(claims.c.id),
    )
    rows = view.execute(query.where(told).group_by(*group).order_by(*group))
    return [
        Total(vendor, currency, state, count, int(minor), closes_at, last)
        for vendor, currency, state, count, minor, closes_at, last in rows
    ]
