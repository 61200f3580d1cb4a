"""How far a total may be off by chance where little of it is counted: lopsided bounds (L6.8).

A normal error is wrong for a handful of sales: of sixty leads of which three in a hundred buy, six
do in a look of a hundred, and their error would promise one of five hundred.
"""

import math
from dataclasses import dataclass

from rules.weighing import LOOKS, MISTAKEN

CHANCE = MISTAKEN / (2 * LOOKS)
"""How often a bound may lie on the wrong side at one look, so that half a year of them holds."""


@dataclass(frozen=True, slots=True)
class Range:
    """A mean, and how far below and above it the truth may lie."""

    mean: float
    down: float = 0.0
    up: float = 0.0

    @property
    def low(self) -> float:
        """The lower end."""
        return self.mean - self.down

    @property
    def high(self) -> float:
        """The upper end."""
        return self.mean + self.up

    def times(self, factor: float) -> "Range":
        """Give so many times of it."""
        down, up = (self.down, self.up) if factor >= 0 else (self.up, self.down)
        return Range(self.mean * factor, down * abs(factor), up * abs(factor))

    def less(self, cost: float) -> "Range":
        """Take away what is known exactly."""
        return Range(self.mean - cost, self.down, self.up)

    def plus(self, other: "Range") -> "Range":
        """Add another one that knows nothing of it: their arms go like errors (Zou and Donner)."""
        down, up = math.hypot(self.down, other.down), math.hypot(self.up, other.up)
        return Range(self.mean + other.mean, down, up)


def counted(total: float, scale: float = 1.0) -> Range:
    """Bound what is expected where so much came, in pieces of about `scale` each (L6.8).

    A piece's scale is the sum of their squares over their sum, so that dear ones among cheap ones
    count for few (Fay and Feuer's gamma bounds; of equal pieces Garwood's exact ones of Poisson's).
    A total below zero, where more was given back than sold, has a bound on either side of it.
    """
    from scipy.special import gammainccinv, gammaincinv  # noqa: PLC0415 - slow to load

    if scale <= 0:
        return Range(total)
    pieces = abs(total) / scale
    high = float(gammainccinv(pieces + 1, CHANCE)) * scale
    if total < 0:
        none = float(gammainccinv(1.0, CHANCE)) * scale
        return Range(total, high + total, none - total)
    low = float(gammaincinv(pieces, CHANCE)) * scale if pieces else 0.0
    return Range(total, total - low, high - total)


def ratio(now: Range, was: Range) -> Range:
    """Give how many times as much it is; what it was, and its lower end, are above zero."""
    part = 1 / was.mean
    return product(now, Range(part, part - 1 / was.high, 1 / was.low - part))


def product(one: Range, other: Range) -> Range:
    """Multiply two that know nothing of each other, neither of them below zero.

    Their arms go like errors of their logarithms, so that dividing by little is as unsure as it is.
    """
    mean = one.mean * other.mean
    if min(one.mean, other.mean) <= 0:
        down = math.hypot(one.mean * other.down, other.mean * one.down)
        return Range(mean, down, math.hypot(one.mean * other.up, other.mean * one.up))
    up = math.hypot(*(math.log(it.high / it.mean) for it in (one, other)))
    if min(one.low, other.low) <= 0:
        return Range(mean, mean, mean * math.expm1(up))
    down = math.hypot(*(math.log(it.mean / it.low) for it in (one, other)))
    return Range(mean, -mean * math.expm1(-down), mean * math.expm1(up))


def signed(one: Range, other: Range) -> Range:
    """Multiply two of either sign: clear of zero only where each of them is.

    By their corners, so that where one of both is truly nothing the product is told apart from
    nothing no more often than that one alone.
    """
    corners = [a * b for a in (one.low, one.high) for b in (other.low, other.high)]
    mean = one.mean * other.mean
    return Range(mean, mean - min(corners), max(corners) - mean)
