"""What a change is likely to bring: means drawn toward what leads alike do, and the bar (L6.8).

A few leads say little, so that a group's mean is drawn toward its kind's by the weight of so many
leads. A digest looks at many changes: each must clear a bar that is the higher the more there are.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

MISTAKEN, LOOKS = 0.1, 26
"""How often a kind of proposal may be made at all in so many weekly looks, where none would pay."""
SHOWN = 0.9
_NORMAL = NormalDist()
_SHOWN_Z = _NORMAL.inv_cdf(0.5 + SHOWN / 2)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected: a mean and its standard error."""

    mean: float
    error: float = 0.0

    def low(self, z: float = _SHOWN_Z) -> float:
        """Give the lower end of the interval, of nine parts in ten if not said otherwise."""
        return self.mean - z * self.error

    def high(self, z: float = _SHOWN_Z) -> float:
        """Give its upper end."""
        return self.mean + z * self.error

    def times(self, factor: float) -> "Expected":
        """Give so many times of it."""
        return Expected(self.mean * factor, self.error * abs(factor))

    def plus(self, other: "Expected") -> "Expected":
        """Add another one that knows nothing of it."""
        return Expected(self.mean + other.mean, math.hypot(self.error, other.error))

    def less(self, cost: float) -> "Expected":
        """Take away what is known exactly."""
        return Expected(self.mean - cost, self.error)

    @property
    def reach(self) -> float:
        """How far it may be off, but for three times in a thousand."""
        return 3 * self.error

    @property
    def sure(self) -> float:
        """How likely it is above zero."""
        if not self.error:
            return float(self.mean > 0)
        return _NORMAL.cdf(self.mean / self.error)


@dataclass(frozen=True, slots=True)
class Sums:
    """How many, the sum of their values and the sum of the squares of these."""

    count: float
    total: float
    squares: float

    def __add__(self, other: "Sums") -> "Sums":
        """Give both together."""
        return Sums(
            self.count + other.count, self.total + other.total, self.squares + other.squares
        )

    @property
    def mean(self) -> float:
        """The value of one; 0 without any."""
        return self.total / self.count if self.count else 0.0

    def drawn(self, toward: "Sums", weight: float) -> "Sums":
        """Add as many as `weight` like those that they are drawn toward (L1.3 does likewise).

        No more than there are of them: what is not known lends no certainty.
        """
        part = min(weight / toward.count, 1.0) if toward.count else 0.0
        return self + Sums(toward.count * part, toward.total * part, toward.squares * part)

    @property
    def each(self) -> Expected:
        """The mean value of one, with its error; nothing known without any."""
        if not self.count:
            return Expected(0.0, math.inf)
        spread = max(self.squares / self.count - self.mean**2, 0.0)
        return Expected(self.mean, math.sqrt(spread / self.count))


NONE = Sums(0.0, 0.0, 0.0)


def bar(candidates: int) -> float:
    """Give how many errors a gain must lie above zero, where so many are looked at each week.

    Bonferroni's: over all of them, over half a year of looks, and for each more or less.
    """
    return _NORMAL.inv_cdf(1 - MISTAKEN / (2 * LOOKS * max(candidates, 1)))


def part_of(answered: float, calls: float) -> Expected:
    """Give a part with its error, drawn by one of each so that none is ever certain (L6.1)."""
    part = (answered + 1) / (calls + 2)
    return Expected(part, math.sqrt(part * (1 - part) / (calls + 3)))
