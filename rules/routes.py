"""Which pool a lead goes to, who of it gets the lead, and why nobody else did (C3)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rules.conditions import fits
from rules.lead import Lead
from rules.matching import NOTHING, closing_rate, score
from rules.playbook import PREFER, Playbook
from rules.pools import Pool, Route, Way
from rules.presence import quiet_until, shows_away
from rules.routing import Candidate, Choice, Considered, Turn, in_time, turns, weight_in
from rules.skips import LIMITS, Member, Question, Skip, is_in, suits, why_not

EVERYBODY = Pool("")
WAITING = frozenset({Way.BY_HAND, Way.CLAIM})
"""Ways in which a lead waits for a person to decide."""


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
    skipped = {one.rep.slack_id: why_not(one, pool, asked) for one in members}
    line = _line(members, skipped, pool, asked)
    free = _free([one for one in members if is_in(pool, one)], skipped, asked)
    later = _later(free, asked)
    able = [one for one in free if one.rep.slack_id not in later]
    ready = {one.rep.slack_id: told(one, pool, asked, line[one.rep.slack_id]) for one in able}
    order = in_order(ready.values(), pool)
    others = [one for one in members if one.rep.slack_id not in ready]
    rest = [
        later.get(one.rep.slack_id)
        or Considered(one.rep.slack_id, skipped[one.rep.slack_id] or Skip.OFF_SHIFT, load=one.load)
        for one in sorted(others, key=lambda one: not is_in(pool, one))
    ]
    verdict = _verdict(pool, name, able, order, rest)
    if verdict.choice is None:
        return verdict
    moved = _new(members, line) | _missed(others, line, order[0], pool, asked)
    return replace(verdict, choice=replace(verdict.choice, moved=moved))


def _line(
    members: Sequence[Member], skipped: Mapping[str, str], pool: Pool, asked: Question
) -> dict[str, float]:
    """Give where the turn of everybody begins who is in a pool's rotation, or was before."""
    out = {Skip.NOT_IN_POOL, Skip.MANAGES}
    known = [
        Turn(one.rep, one.turn)
        for one in members
        if one.turn is not None or skipped[one.rep.slack_id] not in out
    ]
    return turns(known, pool, asked.playbook.match)


def _new(members: Sequence[Member], line: Mapping[str, float]) -> dict[str, float]:
    """Give where the turns begin of those who had none yet."""
    names = {one.rep.slack_id for one in members if one.turn is None}
    return {name: line[name] for name in names & line.keys()}


def could_miss(one: Member, pool: Pool, asked: Question) -> bool:
    """Say whether a rep in line who could not get a lead misses a turn by it: it would suit them.

    Not where the pool owes its absentees (C3).
    """
    owed = pool.owed and is_in(pool, one)
    return not owed and suits(one.rep, asked)


def _missed(
    others: Sequence[Member],
    line: Mapping[str, float],
    winner: Considered,
    pool: Pool,
    asked: Question,
) -> dict[str, float]:
    """Give where the next turns begin of those who would have had a lead, and were not there.

    The turn that they miss is charged as if they had it, so nobody returns to a flood (C3).
    """
    in_line = [one for one in others if one.rep.slack_id in line]
    absent = [one for one in in_line if could_miss(one, pool, asked)]
    behind = [one for one in absent if line[one.rep.slack_id] <= winner.turn]
    theirs = [told(one, pool, asked, line[one.rep.slack_id]) for one in behind]
    order = in_order([*theirs, winner], pool)
    before = {one.rep for one in order[: order.index(winner)]}
    return {
        one.rep.slack_id: winner.turn + 1 / weight_in(pool, one.rep)
        for one in behind
        if one.rep.slack_id in before
    }


def _free(inside: Sequence[Member], skipped: Mapping[str, str], asked: Question) -> list[Member]:
    """Give those of a pool who are not skipped and can call soonest.

    While somebody could call now but for a limit, nobody is chosen who begins later.
    """
    left = [one for one in inside if not skipped[one.rep.slack_id]]
    limited = [one for one in inside if one.rep.capacity and skipped[one.rep.slack_id] in LIMITS]
    busy = in_time(limited, now=asked.now, duties=asked.duties, at_once=True)
    at_once = asked.at_once or bool(busy)
    return in_time(left, now=asked.now, duties=asked.duties, at_once=at_once)


def _later(free: Sequence[Member], asked: Question) -> dict[str, Considered]:
    """Give those who come after the rest, since Slack shows them as away or not to be disturbed.

    Nobody where the playbook wants no hints, where no other is left, or before the shift begins.
    """
    if asked.playbook.slack_hints != PREFER:
        return {}
    hints = [_hinted(one, now=asked.now) for one in free if one.free_at <= asked.now]
    found = {one.rep: one for one in hints if one.skip}
    return found if len(found) < len(free) else {}


def _hinted(one: Member, *, now: datetime) -> Considered:
    """Give what Slack shows that speaks against a rep, and until when in their own time."""
    until = quiet_until(one.look, now=now)
    away = Skip.SLACK_AWAY if shows_away(one.look, now=now) else ""
    why = (f"{until.astimezone(one.rep.zone):%H:%M}",) if until else ()
    return Considered(one.rep.slack_id, Skip.SLACK_QUIET if until else away, 0, why, one.load)


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
    choice = Choice(winner.rep, len(order), winner.free_at, first.turn, pool, route, considered)
    return Verdict(pool, route, considered, choice)


def told(one: Candidate, pool: Pool, asked: Question, turn: float) -> Considered:
    """Give what is told of a rep who can get a lead: what speaks for them, and their turn (C3)."""
    points, why = _points(one, pool, asked)
    return Considered(one.rep.slack_id, "", points, why, one.load, turn)


def _points(one: Candidate, pool: Pool, asked: Question) -> tuple[float, tuple[str, ...]]:
    """Give what speaks for a rep by the pool's way; in words what it comes of.

    In a rotation that is their weight; of a closer how many closed, of how many.
    """
    if pool.way is Way.BEST_MATCH:
        return score(one.rep, asked.lead, asked.playbook.match)
    if pool.way is Way.ROTATION:
        return 0.0, (f"{one.rep.weight:g}",)
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


def in_order(found: Iterable[Considered], pool: Pool) -> list[Considered]:
    """Put a pool's reps in line: by its own way first, then by their turns, then by id (C3)."""
    return sorted(found, key=place_in(pool))


def place_in(pool: Pool) -> Callable[[Considered], tuple[float, float, str]]:
    """Give what a rep's place in a pool's line goes by (C3)."""
    first = _FIRST.get(pool.way)
    return lambda one: (first(one) if first else 0.0, one.turn, one.rep)
