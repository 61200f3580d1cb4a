"""Money of several currencies as one, by dated rates, and what work costs (L6.3, L6.6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from rules.money import Money, decimal_amount, sum_money, to_money
from rules.report_values import Amount

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a currency is worth in the digest's, from a day on until the next rate."""

    currency: str
    day: date
    per: Decimal


@dataclass(frozen=True, slots=True)
class Costs:
    """What work costs, in main units of `currency` ("" the digest's); 0 is not known.

    `minute` holds what a minute on the phone costs by country (ISO 3166), `rep_hour` a rep's hour.
    """

    rep_hour: Decimal = Decimal(0)
    sms: Decimal = Decimal(0)
    mail: Decimal = Decimal(0)
    currency: str = ""
    minute: Mapping[str, Decimal] = field(default_factory=dict)

    def talk(self, seconds: int, country: str) -> Decimal:
        """Give what so many seconds of talk with a country cost, line and rep."""
        line = self.minute.get(country, Decimal(0)) * seconds / MINUTE
        return line + self.rep_hour * seconds / HOUR


@dataclass(frozen=True, slots=True)
class Exchange:
    """Turns money into `currency` by the rate of its day; days are the team's, in `zone`."""

    currency: str
    zone: ZoneInfo
    rates: tuple[Rate, ...] = ()

    def amount(self, money: Money, *, at: datetime) -> Amount:
        """Turn money of a moment (UTC), rounded; what has no rate yet on that day stands apart."""
        if money.currency == self.currency:
            return Amount(money.minor)
        per = self._per(money.currency, at.astimezone(self.zone).date())
        if not money.minor:
            return Amount()
        if per is None:
            return Amount(0, (money,))
        return Amount(to_money(decimal_amount(money) * per, currency=self.currency).minor)

    def _per(self, currency: str, day: date) -> Decimal | None:
        if currency in {self.currency, ""}:
            return Decimal(1)
        known = [one for one in self.rates if one.currency == currency and one.day <= day]
        return max(known, key=lambda one: one.day).per if known else None

    def spans(self, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
        """Cut a period where a rate changes, so that each piece has one rate for a currency."""
        changes = {datetime.combine(one.day, time(), self.zone) for one in self.rates}
        cuts = sorted(one for one in changes if since < one < until)
        return list(zip([since, *cuts], [*cuts, until], strict=True))


def total(amounts: Iterable[Amount]) -> Amount:
    """Add amounts; what stands apart is added per currency."""
    found = list(amounts)
    apart = sum_money(part for one in found for part in one.apart)
    return Amount(sum(one.minor for one in found), apart)
