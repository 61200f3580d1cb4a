"""Which pool a lead goes to, who of it gets the lead, and why nobody else did (C3)."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rules.conditions import fits
from rules.lead import Lead
from rules.matching import NOTHING, Closings, closing_rate, score, speaks
from rules.playbook import Duty, Playbook
from rules.pools import Pool, Route, Way
from rules.routing import Candidate, Choice, Considered, Turn, in_time, turns
from rules.shifts import is_away

EVERYBODY = Pool("")
WAITING = frozenset({Way.BY_HAND, Way.CLAIM})
"""Ways in which a lead waits for a person to decide."""


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


@dataclass(frozen=True, slots=True)
class Counts:
    """How many leads somebody was given within the last hour, day and week."""

    hour: int = 0
    day: int = 0
    week: int = 0


@dataclass(frozen=True, slots=True)
class Member(Candidate):
    """A rep as routing sees them: `turn` in the pool's rotation (None: never had one), `given`."""

    turn: float | None = None
    given: Counts = Counts()


@dataclass(frozen=True, slots=True)
class Question:
    """A lead that is to be given, and who may get it.

    Not those `without`; `at_once` only who can call at `now` (UTC). `closings` are the team's of
    leads of this kind and product, `prior` the leads by which they are drawn to the team's rate.
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who gets a lead (None: nobody), and everybody considered: those in line first."""

    pool: Pool
    route: str
    considered: tuple[Considered, ...] = ()
    choice: Choice | None = None


def route_of(playbook: Playbook, lead: Lead) -> Route | None:
    """Give the first route that fits a lead, None where none does (C3)."""
    return next((one for one in playbook.routes if fits(one.when, lead)), None)


def pool_for(playbook: Playbook, lead: Lead) -> Pool:
    """Give the pool that a lead goes to: its route's, else everybody, whose name is "" (C3)."""
    route = route_of(playbook, lead)
    return pool_named(playbook, route.pool if route else "")


def pool_named(playbook: Playbook, name: str) -> Pool:
    """Give a pool by its name; everybody where there is no such pool."""
    return next((one for one in playbook.pools if one.name == name), EVERYBODY)


def choose(asked: Question, members: Sequence[Member]) -> Verdict:
    """Choose one of the team for a lead, or nobody; says of everybody why (C3).

    `members` are the whole team as they stand. A pool whose leads wait for a person has nobody
    chosen, and neither has one whose reps are all skipped.
    """
    route = route_of(asked.playbook, asked.lead)
    pool = pool_named(asked.playbook, route.pool if route else "")
    name = route.name if route else ""
    if pool.way in WAITING:
        return Verdict(pool, name)
    inside = [one for one in members if _is_in(pool, one)]
    line = turns([Turn(one.rep, one.turn) for one in inside], pool)
    skipped = {one.rep.slack_id: _skip(one, pool, asked) for one in members}
    able = in_time(
        [one for one in inside if not skipped[one.rep.slack_id]],
        now=asked.now,
        duties=asked.duties,
        at_once=asked.at_once,
    )
    told = {one.rep.slack_id: _told(one, pool, asked, line[one.rep.slack_id]) for one in able}
    order = _order(told.values(), pool)
    rest = [
        Considered(one.rep.slack_id, skipped[one.rep.slack_id] or Skip.OFF_SHIFT, load=one.load)
        for one in sorted(members, key=lambda one: not _is_in(pool, one))
        if one.rep.slack_id not in told
    ]
    return _verdict(pool, name, able, order, rest)


def _verdict(
    pool: Pool,
    route: str,
    able: Sequence[Candidate],
    order: Sequence[Considered],
    rest: Sequence[Considered],
) -> Verdict:
    considered = (*order, *rest)
    if not order:
        return Verdict(pool, route, considered)
    first = order[0]
    winner = next(one for one in able if one.rep.slack_id == first.rep)
    place = sorted(one.rep for one in order).index(first.rep) + 1
    choice = Choice(
        winner.rep, place, len(order), winner.free_at, first.turn, pool, route, considered
    )
    return Verdict(pool, route, considered, choice)


def _is_in(pool: Pool, one: Candidate) -> bool:
    return not pool.reps or one.rep.slack_id in pool.reps


def _skip(one: Member, pool: Pool, asked: Question) -> str:
    """Give why a rep can't get the lead, "" where they can."""
    rep = one.rep
    return (
        Skip.NOT_IN_POOL
        if not _is_in(pool, one)
        else Skip.MANAGES
        if rep.manages and not pool.reps
        else Skip.PAUSED
        if rep.state == "paused"
        else Skip.AWAY
        if is_away(rep, now=asked.now)
        else Skip.HAD_IT
        if rep.slack_id in asked.without
        else Skip.LANGUAGE
        if not speaks(rep, asked.lead, asked.playbook.match)
        else Skip.NO_WEIGHT
        if not rep.weight and pool.way is Way.ROTATION
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


def _told(one: Candidate, pool: Pool, asked: Question, turn: float) -> Considered:
    points, why = _points(one, pool, asked)
    return Considered(one.rep.slack_id, "", points, why, one.load, turn)


def _points(one: Candidate, pool: Pool, asked: Question) -> tuple[float, tuple[str, ...]]:
    """Give what speaks for a rep by the pool's way; of a closer how many closed, of how many."""
    if pool.way is Way.BEST_MATCH:
        return score(one.rep, asked.lead, asked.playbook.match)
    if pool.way is not Way.BEST_CLOSER:
        return 0.0, ()
    rep, closings = one.rep.slack_id, asked.closings or {}
    own = closings.get(rep, NOTHING)
    rate = closing_rate(rep, closings, prior=asked.playbook.tiers.prior_leads)
    return rate, (str(own.closed), str(own.leads))


_FIRST: dict[Way, Callable[[Considered], float]] = {
    Way.LEAST_LOADED: lambda one: one.load,
    Way.BEST_MATCH: lambda one: -one.points,
    Way.BEST_CLOSER: lambda one: -one.points,
}


def _order(found: Iterable[Considered], pool: Pool) -> list[Considered]:
    """Put a pool's reps in line: by its own way first, then by their turns, then by id."""
    first = _FIRST.get(pool.way)
    return sorted(found, key=lambda one: (first(one) if first else 0.0, one.turn, one.rep))
