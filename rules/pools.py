"""Who leads are given to, as the playbook says it: pools of reps, and the routes to them (C3)."""

from dataclasses import dataclass
from enum import StrEnum

from rules.words import Tier


class Way(StrEnum):
    """How one of a pool's reps is chosen."""

    ROTATION = "rotation"  # by weight: a rep of weight 2 gets two of three
    ROUND_ROBIN = "round_robin"  # all alike
    LEAST_LOADED = "least_loaded"
    BEST_MATCH = "best_match"
    BEST_CLOSER = "best_closer"
    BY_HAND = "by_hand"  # held until a manager assigns it
    CLAIM = "claim"  # posted to the pool; the first who claims it has it


@dataclass(frozen=True, slots=True)
class Pool:
    """Reps among whom a lead's owner is chosen; no `reps` means everybody who takes leads.

    Nobody is given more than so many leads within an hour, a day or a week (0: no limit); tiers in
    `over_caps` are given all the same. Who was absent is `owed` their share, or not.
    """

    name: str
    reps: tuple[str, ...] = ()
    way: Way = Way.ROTATION
    per_hour: int = 0
    per_day: int = 0
    per_week: int = 0
    over_caps: tuple[Tier, ...] = ()
    owed: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """Leads of which all conditions hold go to a pool; the first route that fits a lead counts."""

    name: str
    pool: str
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """What it is worth that a rep suits a lead in each of these (C3); 0 leaves one out."""

    language: float = 3.0
    region: float = 2.0
    product: float = 2.0
    age: float = 1.0
    interests: float = 1.0


@dataclass(frozen=True, slots=True)
class Passing:
    """How often one lead may be passed on by reps, and how many a rep passes on in a day."""

    per_lead: int = 2
    per_day: int = 5


@dataclass(frozen=True, slots=True)
class Score:
    """Points that make a lead an MQL, for leads of which all conditions hold (S)."""

    name: str
    points: int
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Staging:
    """From how many points a lead is an MQL, and when a manager is reminded of an SQO's decision.

    0 points: no lead becomes an MQL by rule.
    """

    mql_points: int = 0
    remind_hours: int = 4
