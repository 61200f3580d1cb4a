"""Who gets a lead: rotation among those who can call it soonest (C3)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from rules.matching import bound_to
from rules.playbook import Duty
from rules.pools import Match, Pool, Way
from rules.shifts import duty_week, is_away, is_open, opens
from rules.team import Rep

NEAR = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rep, how many leads are being worked already, and from when (UTC) they can call."""

    rep: Rep
    load: int
    free_at: datetime


@dataclass(frozen=True, slots=True)
class Considered:
    """One rep who was looked at: why not chosen, or their points, open leads and turn."""

    rep: str
    skip: str = ""
    points: float = 0.0
    why: tuple[str, ...] = ()
    load: int = 0
    turn: float = 0.0


C = TypeVar("C", bound=Candidate)


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets the lead, among how many who could, and from when (UTC) they can call.

    `turn` is where the lead's turn began in the rotation of the `pool`, to which a `route` led;
    `considered` has everybody who was looked at, as `rules.routes` says it. `moved` is where the
    turns of others begin from now on: of who is new, and of who missed theirs.
    """

    rep: Rep
    of: int
    free_at: datetime
    turn: float
    pool: Pool
    route: str = ""
    considered: tuple[Considered, ...] = ()
    moved: Mapping[str, float] = field(default_factory=dict)

    @property
    def next_turn(self) -> float:
        """Where their next turn begins."""
        return self.turn + 1 / weight_in(self.pool, self.rep)


class Turn(NamedTuple):
    """A rep and where their next turn begins, None where they had none yet."""

    rep: Rep
    at: float | None


def candidates(
    reps: Sequence[Rep],
    loads: dict[str, int],
    *,
    now: datetime,
    duties: Sequence[Duty] = (),
) -> list[Candidate]:
    """Give the reps who may take a lead: present, below capacity, on shift.

    Managers take no leads from the rotation. Outside everybody's hours the lead goes to who is on
    duty (C1), else to those whose shifts begin first, within NEAR of each other, so that it has
    an owner at once (contract: Assignment).
    """
    open_reps = [
        Candidate(rep, loads.get(rep.slack_id, 0), opens(rep.week, rep, at=now) or now)
        for rep in reps
        if not rep.manages
        and not is_away(rep, now=now)
        and loads.get(rep.slack_id, 0) < rep.capacity
    ]
    return in_time(open_reps, now=now, duties=duties)


def in_time(
    open_reps: Sequence[C], *, now: datetime, duties: Sequence[Duty] = (), at_once: bool = False
) -> list[C]:
    """Give those who can call soonest: now, on duty, else those whose shifts begin first.

    With `at_once` only who can call at `now` (UTC); duties count (C1, C3).
    """
    soonest = min((one.free_at for one in open_reps), default=None)
    if soonest is None or soonest <= now:
        return [one for one in open_reps if one.free_at <= now]
    on_duty = [one for one in open_reps if is_open(duty_week(one.rep, duties), one.rep, at=now)]
    if on_duty:
        return [replace(one, free_at=now) for one in on_duty]
    return [] if at_once else [one for one in open_reps if one.free_at <= soonest + NEAR]


def turns(line: Iterable[Turn], pool: Pool, match: Match) -> dict[str, float]:
    """Give where the next turn of each rep of a pool begins: the earliest is the next in line.

    Start-time fair queuing: each lead moves a rep's turn on by 1 / weight, and one that somebody
    was passed over for, by its language or a better match, leaves theirs where it was. Who is new
    begins where those stand with whom they share leads, by the languages of `match` (C3).
    """
    asked = list(line)
    known = {one.rep.slack_id: one for one in asked if one.at is not None}
    if len(known) == len(asked):
        return {name: one.at or 0.0 for name, one in known.items()}
    bound = {one.rep.slack_id: bound_to(one.rep, match) for one in asked}
    stands = _stands(known, bound, pool)
    return {
        one.rep.slack_id: _begins(bound[one.rep.slack_id], stands) if one.at is None else one.at
        for one in asked
    }


def _stands(
    known: Mapping[str, Turn], bound: Mapping[str, Collection[str]], pool: Pool
) -> dict[str, float]:
    """Give where the rotation stands for leads of each language, "" for those without one.

    That is who is next for them; where absentees are owed, who had one last.
    """
    found = dict[str, float]()
    for language in {"", *(one for spoken in bound.values() for one in spoken)}:
        begin = [
            (one.at or 0.0) - (1 / weight_in(pool, one.rep) if pool.owed else 0.0)
            for name, one in known.items()
            if not (language and bound[name]) or language in bound[name]
        ]
        if begin:
            found[language] = max(begin) if pool.owed else min(begin)
    return found


def _begins(bound: Collection[str], stands: Mapping[str, float]) -> float:
    """Give where a newcomer begins: behind nobody's back in any of the lines that are theirs."""
    lines = ("", *bound) if bound else tuple(stands)
    return max((stands[one] for one in lines if one in stands), default=0.0)


def weight_in(pool: Pool, rep: Rep) -> float:
    """Give what a rep weighs in a pool's rotation: all alike in a round robin (C3).

    Who weighs nothing, and is chosen in another way, is charged as one of weight 1.
    """
    return 1.0 if pool.way is Way.ROUND_ROBIN else rep.weight or 1.0
