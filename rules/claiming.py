"""Who may claim a lead that waits for an owner, and pass on one of their own (C3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.guards import may_be_called
from rules.lead import Lead
from rules.playbook import Playbook
from rules.pools import Way
from rules.routes import pool_named
from rules.team import Rep
from rules.wave import on_hold
from rules.words import Step

UNDO_TIME = timedelta(minutes=1)
"""How long a rep may take back what they passed on."""
FREED = frozenset({Step.CALL, Step.RETRY_UNAVAILABLE, Step.WAIT_FOR_PHONE})
"""Next steps that can wait for another owner; what was agreed with a customer can't."""


class Reason(StrEnum):
    """Why a rep passes a lead on; the rest is told in their own words."""

    LANGUAGE = "language"
    PRODUCT = "product"
    REGION = "region"
    KNOWN = "known"
    BUSY = "busy"
    OTHER = "other"


def shut(lead: Lead, playbook: Playbook) -> str:
    """Name the refusal that keeps reps from claiming a lead without an owner (C3).

    "" where it waits for the first who claims it.
    """
    if lead.next_what is not Step.ASSIGN or not may_be_called(lead):
        return "claim.queued"
    if pool_named(playbook, lead.pool).way is Way.BY_HAND:
        return "claim.by_hand"
    return "claim.on_hold" if on_hold(lead, playbook) else ""


def claim_refused(lead: Lead, rep: Rep, playbook: Playbook, *, room: bool) -> str:
    """Name the refusal that keeps somebody from claiming a lead without an owner, "" for none (C3).

    A rep is of the pool where it waits, and has `room` for one more. A manager takes any.
    """
    if rep.manages:
        return ""
    members = pool_named(playbook, lead.pool).reps
    stranger = bool(members) and rep.slack_id not in members
    return (
        shut(lead, playbook)
        or ("claim.outsider" if stranger else "")
        or ("" if room else "claim.full")
    )


def is_unclaimed(lead: Lead, playbook: Playbook, *, now: datetime) -> bool:
    """Say whether nobody claims a lead past the playbook's minutes to the managers (C1).

    They count from when it came or may be called, whichever is later; `now` is UTC.
    """
    minutes, pool = playbook.speed.manager, pool_named(playbook, lead.pool)
    since = max((one for one in (lead.fresh_at, lead.next_at) if one), default=now)
    waits = not lead.owner and pool.way is Way.CLAIM and not shut(lead, playbook)
    return waits and minutes > 0 and now - since >= timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class Passes:
    """How many leads a rep passed on within one of their days, an ISO date."""

    day: str = ""
    count: int = 0


def passes_on(before: Passes, rep: Rep, *, now: datetime) -> Passes:
    """Give what a rep has passed on today, by their own zone; `now` is UTC."""
    today = now.astimezone(rep.zone).date().isoformat()
    return before if before.day == today else Passes(today)


def pass_refused(lead: Lead, rep: Rep, today: Passes, playbook: Playbook) -> str:
    """Name the refusal that keeps a rep from passing a lead on, by the playbook's limits (C3).

    A manager gives leads to others as they see fit.
    """
    if rep.manages:
        return ""
    if lead.passes >= playbook.passing.per_lead:
        return "pass.often"
    return "pass.daily" if today.count >= playbook.passing.per_day else ""
