"""Chance that is always the same: dice named by what they decide."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import log
from random import Random
from typing import TypeVar

T = TypeVar("T")


def dice(*names: object) -> Random:
    """Give the dice of these names; the same names always throw the same."""
    return Random("|".join(str(one) for one in names))  # noqa: S311 - a story  # nosec B311


def spread(throw: Random, *, shares: Mapping[T, float], count: int, turns: int) -> list[T]:
    """Deal out ``count`` things by their shares, in random order within each of some turns.

    The numbers are kept to, in each turn as in all, as chance alone would not: so every seed
    tells the same shape, week by week.
    """
    things, weights = list(shares), list(accumulate(shares.values()))
    marks = ((place + 0.5) / count * weights[-1] for place in range(count))
    ordered = [things[_step(weights, mark)] for mark in marks]
    return [one for turn in range(turns) for one in _shuffled(throw, ordered[turn::turns])]


def _shuffled(throw: Random, things: Sequence[T]) -> list[T]:
    return throw.sample(things, len(things))


def _step(weights: Sequence[float], mark: float) -> int:
    return sum(weight <= mark for weight in weights[:-1])


def around(throw: Random, median: float, *, wide: float) -> float:
    """Throw a positive number, half of them above ``median``; ``wide`` is the log's deviation."""
    return throw.lognormvariate(log(median), wide)
