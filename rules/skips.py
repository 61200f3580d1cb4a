"""Why a rep is passed over for a lead: not in its pool, away, another language, a limit (C3)."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rules.lead import Lead
from rules.matching import Closings, speaks
from rules.playbook import Duty, Playbook
from rules.pools import Pool, Way
from rules.presence import Look
from rules.routing import Candidate, Considered
from rules.shifts import is_away
from rules.team import Rep


class Skip(StrEnum):
    """Why a rep was not chosen; the first that holds is told."""

    NOT_IN_POOL = "not_in_pool"
    MANAGES = "manages"
    PAUSED = "paused"
    AWAY = "away"
    HAD_IT = "had_it"
    LANGUAGE = "language"
    NO_WEIGHT = "no_weight"
    FULL = "full"
    CAP_HOUR = "cap_hour"
    CAP_DAY = "cap_day"
    CAP_WEEK = "cap_week"
    OFF_SHIFT = "off_shift"
    SLACK_AWAY = "slack_away"
    SLACK_QUIET = "slack_quiet"


BESIDES = frozenset({Skip.NOT_IN_POOL, Skip.MANAGES, Skip.PAUSED})
"""Why somebody was never meant to get it."""
LIMITS = frozenset({Skip.FULL, Skip.CAP_HOUR, Skip.CAP_DAY, Skip.CAP_WEEK})


@dataclass(frozen=True, slots=True)
class Counts:
    """How many leads somebody was given within the last hour, day and week."""

    hour: int = 0
    day: int = 0
    week: int = 0


@dataclass(frozen=True, slots=True)
class Member(Candidate):
    """A rep as routing sees them: `turn` in the pool's rotation (None: never had one), `given`.

    `look` is what Slack showed of them last.
    """

    turn: float | None = None
    given: Counts = Counts()
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A lead that is to be given, and who may get it.

    Not those `without`; `at_once` only who can call at `now` (UTC). `closings` are the team's of
    leads of this kind and product.
    """

    lead: Lead
    playbook: Playbook
    now: datetime
    without: Collection[str] = ()
    at_once: bool = False
    closings: Closings | None = None

    @property
    def duties(self) -> Sequence[Duty]:
        """Who is on duty outside all shifts."""
        return self.playbook.duties


def commonest(considered: Iterable[Considered]) -> str:
    """Give what keeps most of a pool from a lead, "" where somebody gets it or none is of it (C3).

    Of reasons that keep as many the first of `Skip` is told; that all had it before only where
    nothing else keeps anybody.
    """
    told = Counter(one.skip for one in considered if one.skip not in BESIDES)
    if told[""] or not told.total():
        return ""
    others = [one for one in Skip if told[one] and one != Skip.HAD_IT]
    return max(others, key=lambda one: told[one], default=Skip.HAD_IT)


def is_in(pool: Pool, one: Candidate) -> bool:
    """Say whether a rep is of a pool (C3)."""
    return not pool.reps or one.rep.slack_id in pool.reps


def suits(rep: Rep, asked: Question) -> bool:
    """Say whether a rep speaks a lead's language, and never had it (C3)."""
    return rep.slack_id not in asked.without and speaks(rep, asked.lead, asked.playbook.match)


def why_not(one: Member, pool: Pool, asked: Question) -> str:
    """Give why a rep can't get the lead, "" where they can (C3)."""
    rep = one.rep
    return (
        Skip.NOT_IN_POOL
        if not is_in(pool, one)
        else Skip.MANAGES
        if rep.manages and not pool.reps
        else Skip.PAUSED
        if rep.state == "paused"
        else Skip.AWAY
        if is_away(rep, now=asked.now)
        else Skip.NO_WEIGHT
        if not rep.weight and pool.way is Way.ROTATION
        else unfit(one, pool, asked)
    )


def unfit(one: Member, pool: Pool, asked: Question) -> str:
    """Give what keeps a rep from a lead at any hour, also where they claim it; "" for nothing (C3).

    They had it, don't speak its language, or have reached a limit.
    """
    return (
        Skip.HAD_IT
        if one.rep.slack_id in asked.without
        else Skip.LANGUAGE
        if not speaks(one.rep, asked.lead, asked.playbook.match)
        else _limit(one, pool, jumps=asked.lead.tier in pool.over_caps)
    )


def _limit(one: Member, pool: Pool, *, jumps: bool) -> str:
    """Give the limit that a rep has reached, "" for none; tiers that jump them know no cap."""
    if one.load >= one.rep.capacity and not (jumps and one.rep.capacity):
        return Skip.FULL
    if jumps:
        return ""
    given = one.given
    return (
        Skip.CAP_HOUR
        if 0 < pool.per_hour <= given.hour
        else Skip.CAP_DAY
        if 0 < pool.per_day <= given.day
        else Skip.CAP_WEEK
        if 0 < pool.per_week <= given.week
        else ""
    )
