"""The calibration of the simulated call centre, as `params.toml` has it with its sources."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from math import prod
from pathlib import Path
from typing import Any

from rules.words import Kind

SCENARIOS = ("none", "shrunk", "published")
"""What a lead's age does to answers: nothing, a little, or as vendors publish."""
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Source:
    """Leads of one campaign and banner: how many a day, what they cost and earn (minor units)."""

    name: str
    kind: Kind
    answer: str
    quality: float
    per_day: float
    cost: int
    margin: int
    banner: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """What a lead may have of a trait: how many of all do, and how many times as many close."""

    name: str
    share: float
    closes: float


@dataclass(frozen=True, slots=True)
class Skill:
    """A rep, by number, closes so many times as many of the leads that have a value of a field."""

    rep: int
    field: str
    value: str
    times: float


@dataclass(frozen=True, slots=True)
class Params:
    """All that the dice are thrown by; each group as `params.toml` explains it.

    `traits` are what leads differ by besides their campaign, `skills` what reps differ by.
    """

    answer: dict[str, Any]
    hours: tuple[float, ...]
    days: tuple[float, ...]
    ages: tuple[float, ...]
    age_until: tuple[int, ...]
    close: dict[str, Any]
    seconds: dict[str, int]
    money: dict[str, float]
    shifts: tuple[tuple[int, int], ...]
    friday: tuple[int, int]
    arrivals: tuple[int, ...]
    sources: tuple[Source, ...]
    first_hour: int
    traits: Mapping[str, tuple[Value, ...]]
    skills: tuple[Skill, ...] = ()

    def closes(self, rep: int, values: Mapping[str, str]) -> float:
        """Give how many times as many as usual a rep closes of leads that have these values."""
        skills = (one for one in self.skills if one.rep == rep)
        return self.usual(values) * prod(
            one.times for one in skills if values[one.field] == one.value
        )

    def usual(self, values: Mapping[str, str]) -> float:
        """Give how many times as many of such leads close, whoever calls them."""
        return prod(
            one.closes
            for name, known in self.traits.items()
            for one in known
            if values[name] == one.name
        )

    def traits_of(self, dice: Sequence[float]) -> dict[str, str]:
        """Turn dice, each 0 to 1, into a value of each trait."""
        return {
            name: _fallen(known, throw)
            for (name, known), throw in zip(self.traits.items(), dice, strict=True)
        }

    def loaded(self, load: float) -> "Params":
        """Give the same with so many times the leads."""
        return replace(
            self, sources=tuple(replace(one, per_day=one.per_day * load) for one in self.sources)
        )


@cache
def read_params(scenario: str, *, hours: str = "flat") -> Params:
    """Read `params.toml` for one of SCENARIOS; raises KeyError for one that is not there."""
    data = tomllib.loads((Path(__file__).parent / "params.toml").read_text("utf-8"))
    team = data["team"]
    return Params(
        answer=data["answer"],
        hours=tuple(data["hours"][hours]),
        days=tuple(data["hours"]["days"]),
        ages=tuple(data["age"][scenario]),
        age_until=tuple(data["age"]["until"]),
        close=data["close"],
        seconds=data["seconds"],
        money=data["money"],
        shifts=tuple((one[0], one[1]) for one in team["shifts"]),
        friday=(team["friday"][0], team["friday"][1]),
        arrivals=tuple(team["arrivals"]),
        sources=tuple(Source(**{**one, "kind": Kind(one["kind"])}) for one in data["campaign"]),
        first_hour=data["hours"]["first"],
        traits={name: tuple(Value(*one) for one in known) for name, known in data["trait"].items()},
    )


def _fallen(known: Sequence[Value], throw: float) -> str:
    limits = accumulate(one.share for one in known)
    found = (one.name for one, limit in zip(known, limits, strict=True) if throw < limit)
    return next(found, known[-1].name)
