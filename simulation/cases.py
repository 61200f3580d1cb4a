"""A simulated lead as it stands, and the calls that were made to it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from rules.words import Queue, Tier
from simulation.world import Arrival, moment

# The minute of a planned call goes by the lead's number; one for all, so that plans are known.
_APART = 60


class Call(NamedTuple):
    """One call to a case; `at` is seconds since the world's start, `seconds` the rep's time."""

    nth: int
    at: float
    rep: int
    answered: bool
    talk: float
    seconds: float


@dataclass(slots=True, eq=False)
class Case:
    """A lead that came, as it stands; times are seconds since the world's start."""

    arrival: Arrival
    tier: Tier
    score: float
    owner: int
    callable_at: float
    next_s: float
    fresh_s: float
    queue: Queue = Queue.FRESH
    plan_step: int = 0
    plan_at: float = 0.0
    tried: int = 0
    calls: list[Call] = field(default_factory=list)
    reached_at: float | None = None
    closes: bool = False
    sold_at: float | None = None
    texted: bool = False
    comes_back: bool = False
    came_back: bool = False

    @property
    def id(self) -> int:
        """Its number."""
        return self.arrival.number * _APART

    @property
    def next_at(self) -> datetime:
        """When it is called next (UTC)."""
        return moment(self.next_s)

    @property
    def fresh_at(self) -> datetime:
        """When it came, or came back (UTC)."""
        return moment(self.fresh_s)
