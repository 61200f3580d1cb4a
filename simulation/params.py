"""The calibration of the simulated call centre, as `params.toml` has it with its sources."""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
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
class Params:
    """All that the dice are thrown by; each group as `params.toml` explains it.

    `skills` multiplies what a rep, by number, closes of a kind.
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
    skills: tuple[tuple[int, Kind, float], ...] = ()

    def skill(self, rep: int, kind: Kind) -> float:
        """Give how many times as many as others a rep closes of a kind."""
        return next((one[2] for one in self.skills if one[:2] == (rep, kind)), 1.0)

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
    )
