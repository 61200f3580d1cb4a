"""Which leads a vendor owes money for, why not, and what is still missing (L5.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import phonenumbers

from rules.lead import Attempt
from rules.money import Money
from rules.vendors import ClaimReason, Vendor

WARNED_BEFORE = timedelta(days=3)
"""How long before a window closes managers are told."""
MARKABLE = timedelta(days=7)
"""How long after its window a claim may still be marked as sent: it may have left in time."""


class ClaimState(StrEnum):
    """Where a claim stands; SHORT is none yet: managers were told that tries are missing."""

    SHORT = "short"
    OPEN = "open"
    WITHDRAWN = "withdrawn"
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"


STANDING = frozenset({ClaimState.SENT, ClaimState.ACCEPTED, ClaimState.REFUSED})


class Fault(StrEnum):
    """Why a lead can't be claimed, the weightiest first."""

    NO_TERMS = "no_terms"
    STANDS = "stands"
    SAME_SALE = "same_sale"
    NO_COST = "no_cost"
    REACHED = "reached"
    NOT_ACCEPTED = "not_accepted"
    CLOSED = "closed"
    LATE = "late"
    FEW_TRIES = "few_tries"
    FEW_DAYS = "few_days"


_MENDABLE = frozenset({Fault.FEW_TRIES, Fault.FEW_DAYS})
_AS_IT_CAME = frozenset({ClaimReason.DUPLICATE, ClaimReason.WRONG_COUNTRY})
"""Reasons that nobody has to call for."""


@dataclass(frozen=True, slots=True)
class Bought:
    """A lead as a vendor sold it once, at a moment (UTC), and what was done with it since.

    `tries` are the calls since then, oldest first; `heard` says whether the person answered or
    wrote since. `before` is when the same vendor sold the same person before that; the `same_sale`
    came by another door too, under the same id. `zone` is the customer's, "" the team's; `state`
    the claim's, "" where there was none, and `asked` for which reason it is, when its window
    closes (UTC), and for how much (minor units); `claim` is its number, `sent` whether it left.
    """

    source_id: int
    lead_id: int
    vendor: str
    at: datetime
    cost: Money | None = None
    campaign: str = ""
    external_id: str = ""
    name: str = ""
    phone_raw: str = ""
    phone_e164: str = ""
    phone_valid: bool = False
    email: str = ""
    region: str = ""
    zone: str = ""
    owner: str = ""
    state: str = ""
    asked: tuple[str, datetime, int] | None = None
    claim: int = 0
    sent: bool = False
    before: datetime | None = None
    same_sale: bool = False
    heard: bool = False
    tries: tuple[Attempt, ...] = ()

    def local(self, team: ZoneInfo) -> ZoneInfo:
        """Give the customer's time zone; `team` is the team's."""
        return ZoneInfo(self.zone) if self.zone else team


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether a lead can be claimed, until when (UTC), for which reason and how much.

    Where tries are missing and there is time for them, it is `mendable`.
    """

    bought: Bought
    terms: Vendor
    reason: ClaimReason
    closes_at: datetime
    credit: Money | None
    days: int
    faults: tuple[Fault, ...] = ()
    mendable: bool = False

    @property
    def claimable(self) -> bool:
        """Whether nothing stands against a claim."""
        return not self.faults

    @property
    def asks_otherwise(self) -> bool:
        """Whether its claim asks for something else than the terms give now."""
        minor = self.credit.minor if self.credit else 0
        return self.bought.asked != (self.reason, self.closes_at, minor)

    @property
    def days_missing(self) -> int:
        """On how many more days it has to be called."""
        return max(0, self.terms.over_days - self.days)

    @property
    def tries_missing(self) -> int:
        """How many more calls it needs, one at least on each day that is missing."""
        return max(self.days_missing, self.terms.tries - len(self.bought.tries))

    def is_urgent(self, *, now: datetime) -> bool:
        """Say whether managers hear at `now` (UTC) that calls are missing, while there is time."""
        early = WARNED_BEFORE + timedelta(days=self.days_missing)
        return self.mendable and now >= self.closes_at - early


def judge(bought: Bought, terms: Vendor, *, now: datetime, team: ZoneInfo, home: str) -> Judged:
    """Say whether a vendor owes money for a lead at `now` (UTC), and if not, why (L5.5).

    `team` is the team's zone, in which days count where the customer's is not known; `home` the
    country (ISO 3166) of leads that name none.
    """
    zone = bought.local(team)
    dates = {one.at.astimezone(zone).date() for one in bought.tries}
    reason = _reason(bought, terms, home)
    closes_at = bought.at + timedelta(days=terms.window_days)
    credit = _credit(bought.cost, terms)
    found = Judged(bought, terms, reason, closes_at, credit, len(dates))
    wrong = _wrong(found, now=now)
    faults = tuple(one for one in Fault if wrong.get(one))
    last, today = (one.astimezone(zone).date() for one in (closes_at, now))
    open_days = (last - today).days + 1 - (today in dates)
    mendable = bool(faults) and set(faults) <= _MENDABLE and found.days_missing <= open_days
    return replace(found, faults=faults, mendable=mendable)


def _wrong(found: Judged, *, now: datetime) -> Mapping[Fault, bool]:
    bought, terms = found.bought, found.terms
    called = found.reason is ClaimReason.UNREACHABLE
    return {
        Fault.STANDS: bought.state in STANDING,
        Fault.SAME_SALE: bought.same_sale,
        Fault.NO_COST: found.credit is None,
        Fault.REACHED: bought.heard and found.reason is not ClaimReason.DUPLICATE,
        Fault.NOT_ACCEPTED: found.reason not in terms.reasons,
        Fault.CLOSED: now >= found.closes_at,
        Fault.LATE: _is_late(found, now=now),
        Fault.FEW_TRIES: called and len(bought.tries) < terms.tries,
        Fault.FEW_DAYS: called and found.days < terms.over_days,
    }


def _is_late(found: Judged, *, now: datetime) -> bool:
    """Say whether the first call came too late, or would by now; a number may make it needless."""
    bought, hours = found.bought, found.terms.first_call_hours
    no_call = found.reason is ClaimReason.INVALID and not bought.tries
    if not hours or no_call or found.reason in _AS_IT_CAME:
        return False
    first = bought.tries[0].at if bought.tries else now
    return first - bought.at > timedelta(hours=hours)


def _reason(bought: Bought, terms: Vendor, home: str) -> ClaimReason:
    """Give the first reason that holds and is accepted; else what is wrong with the lead."""
    window = timedelta(days=terms.window_days)
    holds = {
        ClaimReason.DUPLICATE: bought.before is not None and bought.at - bought.before <= window,
        ClaimReason.WRONG_COUNTRY: bought.phone_valid and _is_foreign(bought, home),
        ClaimReason.INVALID: not bought.phone_valid,
    }
    accepted = [one for one, true in holds.items() if true and one in terms.reasons]
    return accepted[0] if accepted else ClaimReason.UNREACHABLE


def _is_foreign(bought: Bought, home: str) -> bool:
    try:
        number = phonenumbers.parse(bought.phone_e164)
    except phonenumbers.NumberParseException:
        return False
    country = phonenumbers.region_code_for_number(number)
    return country is not None and country not in {home, bought.region.upper()}


def _credit(cost: Money | None, terms: Vendor) -> Money | None:
    minor = round(cost.minor * terms.credit) if cost else 0
    return Money(minor, cost.currency) if cost and minor > 0 else None


def shared_out(total: int, parts: list[int]) -> list[int]:
    """Share an amount (minor units) out by the size of positive parts; the sum is exact."""
    whole, done, given = sum(parts), 0, 0
    shares = []
    for part in parts:
        done += part
        upto = total * done // whole
        shares.append(upto - given)
        given = upto
    return shares


def days_left(closes_at: datetime, *, now: datetime, zone: ZoneInfo) -> int:
    """Count the days until a window closes at a moment (UTC): 0 is today, in this zone."""
    last: date = closes_at.astimezone(zone).date()
    return max(0, (last - now.astimezone(zone).date()).days)
