"""The best lead to call now (L1.4): a rank that sorts, smallest first."""

from enum import StrEnum

from rules.lead import Lead
from rules.words import Kind, Step

_QUALITY = {Kind.REFERRAL: 0, Kind.INCOMING: 1, Kind.WARM: 2, Kind.COLD: 3}


class Reason(StrEnum):
    """Why a lead is the best call now."""

    HIGH_FOLLOWUP = "high_followup"
    FRESH = "fresh"
    LOW_FOLLOWUP = "low_followup"
    PLANNED = "planned"


def reason_to_call(lead: Lead, *, high: bool) -> Reason:
    """Say why a lead that is due is called; `high` when its follow-up is of high importance."""
    if lead.next_what is Step.FOLLOW_UP:
        return Reason.HIGH_FOLLOWUP if high else Reason.LOW_FOLLOWUP
    return Reason.PLANNED if lead.plan_step else Reason.FRESH


def rank(lead: Lead, *, high: bool) -> tuple[int, int, float]:
    """Order leads that are due: hot follow-ups, fresh ones by kind, then the rest (L1.4, K5, L4.4).

    Among fresh leads of a kind the newest is called first, since it cools fastest (C1).
    """
    reason = reason_to_call(lead, high=high)
    quality = 0 if lead.next_what is Step.FOLLOW_UP else _QUALITY[lead.kind]
    return list(Reason).index(reason), quality, _age_key(lead, reason)


def _age_key(lead: Lead, reason: Reason) -> float:
    moment = lead.received_at if reason is Reason.FRESH else lead.next_at
    stamp = moment.timestamp() if moment else 0.0
    return -stamp if reason is Reason.FRESH else stamp
