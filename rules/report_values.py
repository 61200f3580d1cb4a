"""What every figure is made of: a part of a sample, a spread of times, an amount, an estimate."""

from dataclasses import dataclass

from rules.money import Money, sum_money


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a sample, `hits` of `of`, with its interval of 95% (Wilson); small: not ranked."""

    hits: int = 0
    of: int = 0
    low: float | None = None
    high: float | None = None
    small: bool = True

    @property
    def rate(self) -> float | None:
        """The part itself, 0 to 1; None of an empty sample."""
        return self.hits / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Spread:
    """How long it took: the median and the time within which nine in ten were done, seconds."""

    of: int = 0
    median: float | None = None
    p90: float | None = None
    small: bool = True


@dataclass(frozen=True, slots=True)
class Amount:
    """Minor units of the report's currency; `apart` is money that no rate turns into it."""

    minor: int = 0
    apart: tuple[Money, ...] = ()

    def __bool__(self) -> bool:
        """Say whether there is any money here."""
        return bool(self.minor or self.apart)

    def parts(self, currency: str) -> tuple[Money, ...]:
        """Give it as money, of a report in this currency; nothing where there is none."""
        return sum_money((Money(self.minor, currency), *self.apart))

    def less(self, other: "Amount") -> "Amount":
        """Take another amount off."""
        away = (Money(-one.minor, one.currency) for one in other.apart)
        return Amount(self.minor - other.minor, sum_money((*self.apart, *away)))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value in minor units with its interval of 95%; None where a sample can't give one."""

    value: float = 0.0
    low: float | None = None
    high: float | None = None


NO_SHARE, NO_SPREAD, NO_AMOUNT, NO_ESTIMATE = Share(), Spread(), Amount(), Estimate()
