"""What sales earn and work costs, in the one currency of a report (L6.3, L6.6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from rules.money import Money, to_money
from rules.playbook import Playbook
from rules.rates import Costs, Exchange
from rules.report_values import NO_AMOUNT, Amount
from rules.sums import Sale, Sold
from rules.words import Channel


@dataclass(frozen=True, slots=True)
class Pricing:
    """Prices all that was counted in the currency of `exchange`.

    Work is priced at the rate of the period's end, `at` (UTC). A sale is its campaign's within
    `attribution` of its lead; `margin` gives the part of a product's price that is earned, None
    where nobody said: then all of it counts.
    """

    exchange: Exchange
    costs: Costs
    at: datetime
    attribution: timedelta
    margin: Callable[[str], Decimal | None]

    def is_attributed(self, sale: Sale) -> bool:
        """Say whether a sale is its campaign's (L6.2); a refund is whose its sale was."""
        return sale.took <= self.attribution

    def revenue(self, sale: Sale) -> Amount:
        """Give what a sale brought; a refund is less than nothing."""
        return self.exchange.amount(sale.amount, at=sale.at) if sale.amount else NO_AMOUNT

    def earned(self, sale: Sale | Sold) -> Amount:
        """Give the margin of a sale, by its product."""
        if sale.amount is None:
            return NO_AMOUNT
        part = self.margin(sale.product)
        if part is None:
            return self.exchange.amount(sale.amount, at=sale.at)
        minor = round(sale.amount.minor * part)
        return self.exchange.amount(Money(minor, sale.amount.currency), at=sale.at)

    def talk(self, seconds: int, country: str) -> Amount:
        """Give what talk with a country cost: the line and the rep."""
        return self._cost(self.costs.talk(seconds, country))

    def messages(self, channel: Channel, count: int) -> Amount:
        """Give what so many messages cost."""
        return self._cost(self._each(channel) * count)

    def unknown(
        self, *, countries: set[str], channels: set[Channel], products: set[str]
    ) -> tuple[str, ...]:
        """Name what nobody said of what was used: costs count nothing, a margin the whole price."""
        rep = ["rep_hour"] if countries and not self.costs.rep_hour else []
        lines = [f"minute:{one}" for one in sorted(countries) if not self.costs.minute.get(one)]
        sent = [
            "mail" if one is Channel.EMAIL else "sms"
            for one in sorted(channels)
            if not self._each(one)
        ]
        sold = [f"margin:{one}" for one in sorted(products) if self.margin(one) is None]
        return (*rep, *lines, *sent, *sold)

    def _each(self, channel: Channel) -> Decimal:
        return self.costs.sms if channel is Channel.SMS else self.costs.mail

    def _cost(self, amount: Decimal) -> Amount:
        currency = self.costs.currency or self.exchange.currency
        # The last moment of the period, so that a rate from its end on is not its own.
        last = self.at - timedelta(microseconds=1)
        return self.exchange.amount(to_money(amount, currency=currency), at=last)


def pricing_of(playbook: Playbook, exchange: Exchange, *, at: datetime) -> Pricing:
    """Give the prices of a playbook for a period that ends `at` a moment (UTC)."""
    days = timedelta(days=playbook.counting.attribution_days)
    margins = {one.name: one.margin for one in playbook.products}
    usual = playbook.counting.margin or None

    def margin(product: str) -> Decimal | None:
        own = margins.get(product)
        return usual if own is None else own

    return Pricing(exchange, playbook.costs, at, days, margin)
