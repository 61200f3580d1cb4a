"""The report's figures of calls: who answers when, what talk costs, what each rep did."""

from collections.abc import Iterable
from dataclasses import dataclass

from rules.report_values import NO_AMOUNT, NO_SHARE, NO_SPREAD, Amount, Share, Spread
from rules.words import Kind


@dataclass(frozen=True, slots=True)
class Place:
    """Calls to a country (ISO 3166, "" unknown) and a region of it ("" where none is named)."""

    country: str
    region: str
    calls: Share


ANY_DAY = -1


@dataclass(frozen=True, slots=True)
class WeekHour:
    """Calls in an hour by the customer's clock; `weekday` 0 is Monday, ANY_DAY is all of them.

    `kinds` is the same for each kind of lead; `adjusted` is the rate as it were if every hour had
    the same mix of kinds, so that an hour of easy leads is no better for them.
    """

    weekday: int
    hour: int
    calls: Share
    kinds: tuple[tuple[Kind, Share], ...] = ()
    adjusted: float | None = None

    @property
    def rate(self) -> float:
        """The part of its calls that is answered, as if of the same mix of kinds."""
        own = self.calls.rate or 0.0
        return own if self.adjusted is None else self.adjusted

    @property
    def surest(self) -> float:
        """The low end of its rate's interval."""
        own, low = self.calls.rate or 0.0, self.calls.low or 0.0
        return low * self.rate / own if own else 0.0

    @property
    def at_most(self) -> float:
        """The high end of its rate's interval."""
        own, high = self.calls.rate or 0.0, self.calls.high or 0.0
        return min(1.0, high * self.rate / own) if own else high


def best_of(hours: Iterable[WeekHour]) -> WeekHour | None:
    """Give the hour that surest answers most, kind compared with kind; None of too few calls."""
    told = [one for one in hours if not one.calls.small]
    return max(told, key=lambda one: (one.surest, one.hour), default=None)


@dataclass(frozen=True, slots=True)
class Answering:
    """How many answer (L6.1): per lead that came in the period, per call, where and when.

    `leads` are those called of the period's leads, and reached. `hours` holds only the hours
    that somebody was called in, `kinds` calls by kind.
    """

    leads: Share = NO_SHARE
    calls: Share = NO_SHARE
    countries: tuple[Place, ...] = ()
    regions: tuple[Place, ...] = ()
    hours: tuple[WeekHour, ...] = ()
    kinds: tuple[tuple[Kind, Share], ...] = ()

    @property
    def best_hour(self) -> WeekHour | None:
        """The hour of the week that answers most of those with calls enough; None without."""
        return best_of(self.hours)


@dataclass(frozen=True, slots=True)
class TalkLine:
    """Talk with one campaign's leads, or in calls to one country (L6.6).

    `seconds` are those of the `talked` whose length is known, of all `calls`.
    """

    name: str
    calls: int = 0
    talked: int = 0
    seconds: int = 0
    sales: int = 0
    cost: Amount = NO_AMOUNT
    small: bool = True

    @property
    def per_sale(self) -> float | None:
        """Seconds of talk for each sale; None without sales."""
        return self.seconds / self.sales if self.sales else None


@dataclass(frozen=True, slots=True)
class Talk:
    """Talk time of the period: in all, by campaign, and by country (L6.6)."""

    total: TalkLine = TalkLine("")
    campaigns: tuple[TalkLine, ...] = ()
    countries: tuple[TalkLine, ...] = ()


@dataclass(frozen=True, slots=True)
class RepFigures:
    """What one of the team did in the period; `name` is "" where nobody knows them any more.

    `given` are leads they were given, `response` seconds from receiving their leads to the first
    call, `sales` what they closed, `revenue` theirs less refunds. `hours` are calls by the
    customer's hour of the day, of any day: () where none has calls enough.
    """

    rep: str
    name: str = ""
    given: int = 0
    calls: Share = NO_SHARE
    talk_seconds: int = 0
    talked: int = 0
    response: Spread = NO_SPREAD
    sales: int = 0
    revenue: Amount = NO_AMOUNT
    hours: tuple[WeekHour, ...] = ()

    @property
    def best_hour(self) -> WeekHour | None:
        """The hour of the day that answers them most, of those with calls enough; or None."""
        return best_of(self.hours)
