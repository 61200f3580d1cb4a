"""The report's figures of calls: who answers when, what talk costs, what each rep did."""

from dataclasses import dataclass

from rules.report_values import NO_AMOUNT, NO_SHARE, NO_SPREAD, Amount, Share, Spread
from rules.words import Kind


@dataclass(frozen=True, slots=True)
class Place:
    """Calls to a country (ISO 3166, "" unknown) and a region of it ("" where none is named)."""

    country: str
    region: str
    calls: Share


@dataclass(frozen=True, slots=True)
class WeekHour:
    """Calls in an hour of the week by the customer's clock; `weekday` 0 is Monday."""

    weekday: int
    hour: int
    calls: Share


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
        told = [one for one in self.hours if not one.calls.small]
        return max(told, key=lambda one: one.calls.low or 0.0, default=None)


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
    customer's hour of the day, 0-23.
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
    hours: tuple[tuple[int, Share], ...] = ()

    @property
    def best_hour(self) -> int | None:
        """The hour of the day that answers them most, of those with calls enough; or None."""
        told = [(share.low or 0.0, hour) for hour, share in self.hours if not share.small]
        return max(told)[1] if told else None
