"""What became of claims, as managers mark it: sent, accepted, refused, and taken back (L5.5)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.desk import Desk
from bot.refunds import judged, over, withdraw, write
from bot.team import allowed
from rules.claims import MARKABLE, ClaimState, shared_out
from rules.money import Money, decimal_amount
from rules.permissions import Act
from rules.refusals import Refused
from storage import bought, claims, inbox
from storage.claims import Claim
from storage.unit import Unit

MOST = 1000
_WRITTEN = {
    ClaimState.SENT: "claim_sent",
    ClaimState.ACCEPTED: "claim_accepted",
    ClaimState.REFUSED: "claim_refused",
}
_STAMP = {ClaimState.SENT: "sent_at"}


@dataclass(frozen=True, slots=True)
class Batch:
    """A vendor's claims in one currency (ISO 4217)."""

    vendor: str
    currency: str


@dataclass(frozen=True, slots=True)
class Marked:
    """So many claims of a batch are in a state since `at` (UTC), their credit in all.

    So many others were `withdrawn`, since they can't be made any more.
    """

    batch: Batch
    state: ClaimState
    count: int
    credit: Money
    at: datetime
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """What a vendor answered: accepted or refused, for which claims (none named: for all).

    `amount` is what it gives for them in all, None for what was asked; `reason` its words.
    """

    state: ClaimState
    numbers: frozenset[int] = frozenset()
    amount: Money | None = None
    reason: str = ""


def mark_sent(
    desk: Desk,
    batch: Batch,
    *,
    until: int,
    by: str,
    since: datetime | None = None,
    before: datetime | None = None,
    key: str = "",
) -> Marked:
    """Mark a vendor's open claims up to the number `until` as sent (L5.5).

    Where they are given, windows close after `since` and not after `before` (UTC). One that closed
    in the last week counts: it may have left in time. What can't be claimed any more is withdrawn.
    Raises Refused for who manages not.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        allowed(desk, unit, by, Act.MANAGE)
        if not inbox.first_time(unit, key, at=now):
            return _marked(batch, ClaimState.SENT, (), at=now)
        week = now - MARKABLE
        span = max(since or week, week), before
        found = _open(unit, batch, until=until, span=span)
        done = _sent(desk, unit, batch, found, by=by, now=now)
        unit.commit()
    return done


def _open(
    unit: Unit, batch: Batch, *, until: int, span: tuple[datetime, datetime | None]
) -> list[Claim]:
    return claims.of_vendor(
        *(unit, batch.vendor, batch.currency, ClaimState.OPEN),
        most=MOST,
        until=until,
        closing_after=span[0],
        closing_until=span[1],
    )


def _sent(
    desk: Desk, unit: Unit, batch: Batch, found: Sequence[Claim], *, by: str, now: datetime
) -> Marked:
    gone = over(desk, unit, found, now=now)
    withdrawn = sum(withdraw(desk, unit, one, now=now) for one in gone)
    left = {one.bought.source_id for one in gone}
    kept = [one for one in found if one.source_id not in left]
    _change(desk, unit, kept, ClaimState.SENT, by=by, now=now)
    return _marked(batch, ClaimState.SENT, kept, at=now, withdrawn=withdrawn)


def answer(desk: Desk, batch: Batch, said: Answered, *, by: str, key: str = "") -> Marked:
    """Write down what a vendor answered to claims that were sent (L5.5).

    An amount that it gives for all of them is shared out by what was asked for each. Raises
    Refused for who manages not, where nothing waits for an answer, for numbers of other claims
    and an amount that is more than was asked.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        allowed(desk, unit, by, Act.MANAGE)
        if not inbox.first_time(unit, key, at=now):
            return _marked(batch, said.state, (), at=now)
        some = _waiting(unit, batch, said.numbers)
        _change(desk, unit, some, said.state, by=by, now=now, note=said.reason)
        credit = sum(one.credit.minor for one in some)
        if said.amount and said.amount.minor != credit:
            _share(unit, some, said.amount, asked=Money(credit, batch.currency))
        unit.commit()
    done = _marked(batch, said.state, some, at=now)
    given = said.amount or done.credit
    return Marked(batch, said.state, done.count, given, now)


def _waiting(unit: Unit, batch: Batch, numbers: Collection[int]) -> list[Claim]:
    found = claims.of_vendor(unit, batch.vendor, batch.currency, ClaimState.SENT, most=MOST)
    if not found:
        raise Refused("refunds.nothing_sent", vendor=batch.vendor)
    other = sorted(set(numbers) - {one.id for one in found})
    if other:
        raise Refused("refunds.other_numbers", numbers=", ".join(map(str, other[:10])))
    return [one for one in found if not numbers or one.id in numbers]


def _share(unit: Unit, some: Sequence[Claim], given: Money, *, asked: Money) -> None:
    if given.currency != asked.currency or not 0 < given.minor <= asked.minor:
        most = f"{decimal_amount(asked)} {asked.currency}"
        raise Refused("refunds.bad_amount", most=most)
    shares = shared_out(given.minor, [one.credit.minor for one in some])
    for one, share in zip(some, shares, strict=True):
        claims.change(unit, [one.id], {"credit_minor": share})


def take_back(
    desk: Desk, batch: Batch, state: ClaimState, at: datetime, *, by: str, key: str = ""
) -> Marked:
    """Take back the mark that a vendor's claims got at a moment (UTC): they are as before (L5.5).

    Raises Refused for who manages not, and where it was taken back before.
    """
    now = desk.clock()
    sent = state is ClaimState.SENT
    before, stamp = (ClaimState.OPEN, "sent_at") if sent else (ClaimState.SENT, "decided_at")
    with desk.store.unit() as unit:
        allowed(desk, unit, by, Act.MANAGE)
        some = claims.of_vendor(
            *(unit, batch.vendor, batch.currency, state), most=MOST, marked=(stamp, at)
        )
        if not inbox.first_time(unit, key, at=now) or not some:
            raise Refused("undo.done")
        claims.change(unit, [one.id for one in some], {"state": before, stamp: None, "actor": by})
        if state is ClaimState.ACCEPTED:
            _ask_again(desk, unit, some, now=now)
        for one in some:
            write(desk, unit, one, "claim_undo", by=by, now=now)
        unit.commit()
    return _marked(batch, before, some, at=now)


def _ask_again(desk: Desk, unit: Unit, some: Sequence[Claim], *, now: datetime) -> None:
    """Ask again for what the terms give, where a vendor had given less."""
    found = bought.of_sources(unit, [one.source_id for one in some])
    asked = {one.bought.source_id: one.credit for one in judged(desk, found, now=now)}
    for one in some:
        credit = asked.get(one.source_id)
        if credit and credit != one.credit:
            claims.change(unit, [one.id], {"credit_minor": credit.minor})


def _change(
    desk: Desk,
    unit: Unit,
    some: Sequence[Claim],
    state: ClaimState,
    *,
    by: str,
    now: datetime,
    note: str = "",
) -> None:
    stamp = _STAMP.get(state, "decided_at")
    claims.change(unit, [one.id for one in some], {"state": state, stamp: now, "actor": by})
    for one in some:
        write(desk, unit, one, _WRITTEN[state], by=by, now=now, note=note)


def _marked(
    batch: Batch, state: ClaimState, some: Sequence[Claim], *, at: datetime, withdrawn: int = 0
) -> Marked:
    credit = Money(sum(one.credit.minor for one in some), batch.currency)
    return Marked(batch, state, len(some), credit, at, withdrawn)
