"""What became of claims, as managers mark it: sent, accepted, refused, and taken back (L5.5)."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.desk import Desk
from bot.refunds import judged, over, withdraw, write
from bot.team import allowed
from rules.claims import MARKABLE, ClaimState, shared_out
from rules.money import Money, decimal_amount
from rules.permissions import Act
from rules.refusals import Refused
from storage import bought, claims, inbox
from storage.claims import Claim
from storage.unit import Unit, View

AT_ONCE = 500
"""How many claims change in one commit."""
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


@dataclass(frozen=True, slots=True)
class Tally:
    """How many claims changed, their credit in all (minor units), how many were withdrawn."""

    count: int = 0
    minor: int = 0
    withdrawn: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Give what two commits changed."""
        withdrawn = self.withdrawn + other.withdrawn
        return Tally(self.count + other.count, self.minor + other.minor, withdrawn)

    def marked(self, batch: Batch, state: ClaimState, *, at: datetime) -> Marked:
        """Give what was marked in all, at a moment (UTC)."""
        credit = Money(self.minor, batch.currency)
        return Marked(batch, state, self.count, credit, at, self.withdrawn)


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
    week = now - MARKABLE
    which = partial(
        claims.numbers,
        vendor=batch.vendor,
        currency=batch.currency,
        state=ClaimState.OPEN,
        until=until,
        closing_after=max(since or week, week),
        closing_until=before,
    )
    mark = partial(_send, desk, by=by, now=now)
    tally = _in_batches(desk, ClaimState.OPEN, which, mark, by=by, key=key)
    return tally.marked(batch, ClaimState.SENT, at=now)


def _send(desk: Desk, unit: Unit, some: Sequence[Claim], *, by: str, now: datetime) -> Tally:
    """Mark claims as sent, but for those that can't be claimed any more, which are withdrawn."""
    gone = {one.bought.source_id: one for one in over(desk, unit, some, now=now)}
    for one in gone.values():
        withdraw(desk, unit, one, now=now)
    kept = [one for one in some if one.source_id not in gone]
    _change(desk, unit, kept, ClaimState.SENT, by=by, now=now)
    return Tally(len(kept), _credit(kept), len(gone))


def _in_batches(
    desk: Desk,
    state: ClaimState,
    which: Callable[[Unit], Collection[int]],
    change: Callable[[Unit, Sequence[Claim]], Tally],
    *,
    by: str,
    key: str,
) -> Tally:
    """Change claims in a state, some hundreds in a commit; `which` is asked in the first.

    The same `key` again changes nothing. Where the database is busy after the first commit, the
    rest stays as it was: what was changed by then counts. Raises Refused for who manages not.
    """
    with desk.store.unit() as unit:
        allowed(desk, unit, by, Act.MANAGE)
        if not inbox.first_time(unit, key, at=desk.clock()):
            return Tally()
        numbers = list(which(unit))
        done = change(unit, claims.held(unit, numbers[:AT_ONCE], state=state))
        unit.commit()
    with suppress(Refused):
        for at in range(AT_ONCE, len(numbers), AT_ONCE):
            with desk.store.unit() as unit:
                more = change(unit, claims.held(unit, numbers[at : at + AT_ONCE], state=state))
                unit.commit()
            done += more
    return done


def _credit(some: Collection[Claim]) -> int:
    return sum(one.credit.minor for one in some)


def answer(desk: Desk, batch: Batch, said: Answered, *, by: str, key: str = "") -> Marked:
    """Write down what a vendor answered to claims that were sent (L5.5).

    An amount that it gives for all of them is shared out by what was asked for each. Raises
    Refused for who manages not, where nothing waits for an answer, for numbers of other claims
    and an amount that is more than was asked.
    """
    now = desk.clock()
    shares: dict[int, int] = {}

    def which(unit: Unit) -> Collection[int]:
        asked = _waiting(unit, batch, said.numbers)
        shares.update(_shares(asked, said.amount, batch))
        return asked

    def mark(unit: Unit, some: Sequence[Claim]) -> Tally:
        _change(desk, unit, some, said.state, by=by, now=now, note=said.reason)
        for one in some:
            if shares[one.id] != one.credit.minor:
                claims.change(unit, [one.id], {"credit_minor": shares[one.id]})
        return Tally(len(some), sum(shares[one.id] for one in some))

    tally = _in_batches(desk, ClaimState.SENT, which, mark, by=by, key=key)
    return tally.marked(batch, said.state, at=now)


def _waiting(view: View, batch: Batch, named: Collection[int]) -> dict[int, int]:
    """Give the claims that wait for an answer, of those named, with what is asked for each.

    One that was sent and withdrawn since is passed by: the vendor has it in its file.
    """
    found = claims.numbers(view, batch.vendor, batch.currency, ClaimState.SENT)
    if not found:
        raise Refused("refunds.nothing_sent", vendor=batch.vendor)
    unknown = set(named) - set(found)
    withdrawn = claims.gone(view, unknown, vendor=batch.vendor) if unknown else set()
    other = sorted(unknown - withdrawn)
    if other:
        raise Refused("refunds.other_numbers", numbers=", ".join(map(str, other[:10])))
    return {one: minor for one, minor in found.items() if not named or one in named}


def _shares(asked: dict[int, int], given: Money | None, batch: Batch) -> dict[int, int]:
    """Share out what a vendor gives by what is asked; raises Refused where that can't be."""
    whole = sum(asked.values())
    if given is None or (given.minor, given.currency) == (whole, batch.currency):
        return asked
    if given.currency != batch.currency or not 0 < given.minor <= whole:
        most = f"{decimal_amount(Money(whole, batch.currency))} {batch.currency}"
        raise Refused("refunds.bad_amount", most=most)
    shares = shared_out(given.minor, list(asked.values()))
    return dict(zip(asked, shares, strict=True))


def take_back(
    desk: Desk, batch: Batch, state: ClaimState, at: datetime, *, by: str, key: str = ""
) -> Marked:
    """Take back the mark that a vendor's claims got at a moment (UTC): they are as before (L5.5).

    One that was marked as sent and withdrawn since stays withdrawn, as one that never left.
    Raises Refused for who manages not, and where it was taken back before.
    """
    now = desk.clock()
    sent = state is ClaimState.SENT
    before, stamp = (ClaimState.OPEN, "sent_at") if sent else (ClaimState.SENT, "decided_at")

    def which(unit: Unit) -> Collection[int]:
        if sent:
            claims.never_sent(unit, batch.vendor, batch.currency, at=at)
        return claims.numbers(unit, batch.vendor, batch.currency, state, marked=(stamp, at))

    def unmark(unit: Unit, some: Sequence[Claim]) -> Tally:
        claims.change(unit, [one.id for one in some], {"state": before, stamp: None, "actor": by})
        if state is ClaimState.ACCEPTED:
            _ask_again(desk, unit, some, now=now)
        for one in some:
            write(desk, unit, one, "claim_undo", by=by, now=now)
        return Tally(len(some), _credit(some))

    tally = _in_batches(desk, state, which, unmark, by=by, key=key)
    if not tally.count:
        raise Refused("undo.done")
    return tally.marked(batch, before, at=now)


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
