"""A world of leads that the dice made, the same for every policy that is tried in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from simulation.chances import DAY
from simulation.params import HOUR, Params, Source

START = datetime(2026, 3, 1, tzinfo=UTC)
"""A Sunday. The simulated team and its customers live by UTC."""
MOST_CALLS = 16
WIDEST = 2.0
"""The most times as many leads as the calibration says that a campaign can be bought."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One lead that may come, with all its luck; `at` is seconds since START.

    It comes where its campaign is bought at least `mark` times as much as the calibration says.
    `luck` has a throw for each call, compared with how likely that one is answered.
    """

    number: int
    at: float
    source: Source
    mark: float
    reachable: bool
    luck: tuple[float, ...]
    close_luck: float
    age_luck: float
    text_luck: float
    margin: int
    traits: Mapping[str, str] = field(default_factory=dict)

    @property
    def values(self) -> Mapping[str, str]:
        """What reps may be stronger by: its kind and its traits, by the name of the field."""
        return {"kind": self.source.kind, **self.traits}


@dataclass(frozen=True, slots=True)
class World:
    """Leads in the order in which they come, until `end` (seconds since START)."""

    arrivals: tuple[Arrival, ...]
    end: float


def make_world(params: Params, *, weeks: int, seed: int) -> World:
    """Throw the dice for so many weeks; the same seed gives the same world."""
    dice = np.random.default_rng(seed)
    days = weeks * 7
    found: list[Arrival] = []
    for source in params.sources:
        found += _arrivals(source, params, dice.spawn(1)[0], days)
    order = sorted(found, key=lambda one: one.at)
    numbered = tuple(replace(one, number=number) for number, one in enumerate(order, 1))
    return World(numbered, float(days * DAY))


def moment(at: float) -> datetime:
    """Give the moment (UTC) of seconds since START."""
    return START + timedelta(seconds=at)


def _arrivals(
    source: Source, params: Params, dice: np.random.Generator, days: int
) -> list[Arrival]:
    count = int(dice.poisson(source.per_day * WIDEST * days))
    shape = np.array(params.arrivals, dtype=float)
    hours = dice.choice(24, size=count, p=shape / shape.sum())
    at = dice.integers(days, size=count) * DAY + (hours + dice.random(count)) * HOUR
    marks = dice.random(count) * WIDEST
    luck = dice.random((count, MOST_CALLS)).tolist()
    rest = dice.random((count, 5)).tolist()
    traits = dice.random((count, len(params.traits))).tolist()
    spread = params.money["spread"]
    return [
        Arrival(
            number=0,
            at=float(at[place]),
            source=source,
            mark=float(marks[place]),
            reachable=one[0] >= params.answer["unreachable"],
            luck=tuple(luck[place]),
            close_luck=one[1],
            age_luck=one[2],
            text_luck=one[3],
            margin=round(source.margin * (1 + spread * (2 * one[4] - 1))),
            traits=params.traits_of(traits[place]),
        )
        for place, one in enumerate(rest)
    ]
