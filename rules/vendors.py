"""Those who sell leads, and on which terms they give money back (L5.5)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class ClaimReason(StrEnum):
    """Why a vendor owes money for a lead."""

    INVALID = "invalid"
    UNREACHABLE = "unreachable"
    DUPLICATE = "duplicate"
    WRONG_COUNTRY = "wrong_country"


@dataclass(frozen=True, slots=True)
class Vendor:
    """Who sells leads, and the terms of a claim (L5.5).

    A claim is sent within `window_days` of the lead's arrival, for one of `reasons`, and only
    where the first call came within `first_call_hours` of it (0: at any time). An unreachable
    lead was called `tries` times, on `over_days` different days. `credit` is the part of its cost
    that comes back; claims go to `email`.
    """

    name: str
    window_days: int = 30
    tries: int = 5
    over_days: int = 3
    first_call_hours: int = 24
    reasons: tuple[str, ...] = (ClaimReason.INVALID, ClaimReason.UNREACHABLE)
    credit: Decimal = Decimal(1)
    email: str = ""
