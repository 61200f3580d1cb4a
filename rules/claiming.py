"""Who may claim a lead that waits for an owner, and pass on one of their own (C3)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from rules.guards import may_be_called
from rules.lead import Lead
from rules.playbook import Playbook
from rules.pools import Way
from rules.routes import WAITING, pool_named
from rules.skips import Member, Question, Skip, is_in, unfit
from rules.team import Rep
from rules.wave import on_hold
from rules.words import Step

UNDO_TIME = timedelta(minutes=1)
"""How long a rep may take back what they passed on."""
FREED = frozenset({Step.CALL, Step.RETRY_UNAVAILABLE, Step.WAIT_FOR_PHONE})
"""Next steps that can wait for another owner; what was agreed with a customer can't."""


_UNFIT: Mapping[str, str] = {
    Skip.HAD_IT: "claim.had_it",
    Skip.LANGUAGE: "claim.language",
    Skip.FULL: "claim.full",
    Skip.CAP_HOUR: "claim.cap_hour",
    Skip.CAP_DAY: "claim.cap_day",
    Skip.CAP_WEEK: "claim.cap_week",
}


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


def claim_refused(one: Member, asked: Question) -> str:
    """Name the refusal that keeps somebody from claiming a lead without an owner, "" for none (C3).

    A rep is of the pool where it waits, never had it, speaks its language and has reached no limit.
    A manager takes any.
    """
    if one.rep.manages:
        return ""
    pool = pool_named(asked.playbook, asked.lead.pool)
    stranger = "" if is_in(pool, one) else "claim.outsider"
    wrong = _UNFIT.get(unfit(one, pool, asked), "")
    return shut(asked.lead, asked.playbook) or stranger or wrong


def claim_pools(rep: Rep, playbook: Playbook) -> tuple[str, ...]:
    """Name the pools from which somebody may claim leads: a rep their own, a manager all (C3)."""
    return tuple(
        one.name
        for one in playbook.pools
        if one.way is Way.CLAIM and (rep.manages or not one.reps or rep.slack_id in one.reps)
    )


def waiting_pools(playbook: Playbook) -> tuple[str, ...]:
    """Name the pools whose leads wait for a person to decide (C3)."""
    return tuple(one.name for one in playbook.pools if one.way in WAITING)


def handing(playbook: Playbook) -> Playbook:
    """Give the playbook by which leads are handed on from rep to rep (C3).

    A pool whose new leads wait for a person chooses by rotation then, so that none stays with
    who is gone.
    """
    pools = (
        replace(one, way=Way.ROTATION) if one.way in WAITING else one for one in playbook.pools
    )
    return replace(playbook, pools=tuple(pools))


def shut_pools(rep: Rep, playbook: Playbook) -> tuple[str, ...]:
    """Name the pools of which a rep is handed no lead that waits: not theirs, or not to be handed.

    Who asks for the next lead gets none past its route (C3).
    """
    return tuple(
        one.name
        for one in playbook.pools
        if one.way in WAITING or (one.reps and rep.slack_id not in one.reps)
    )


def waits_since(lead: Lead, *, now: datetime) -> datetime:
    """Give since when a lead without an owner waits for one: it came, or lost its last (UTC)."""
    return max((one for one in (lead.fresh_at, lead.owned_at) if one), default=now)


def is_unclaimed(lead: Lead, playbook: Playbook, *, now: datetime) -> bool:
    """Say whether nobody claims or assigns a lead past the playbook's minutes to managers (C1).

    They count from when it waits or may be called, whichever is later; `now` is UTC.
    """
    minutes, pool = playbook.speed.manager, pool_named(playbook, lead.pool)
    since = max(waits_since(lead, now=now), lead.next_at or waits_since(lead, now=now))
    free = not lead.owner and lead.next_what is Step.ASSIGN and may_be_called(lead)
    waits = free and pool.way in WAITING and not on_hold(lead, playbook)
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
        return "pass.often" if lead.passes else "pass.never"
    return "pass.daily" if today.count >= playbook.passing.per_day else ""
