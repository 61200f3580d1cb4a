"""Which campaigns' money is not known, so that nothing is proposed of it (L6.3, L6.8)."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from rules.evidence import KNOWN, Cohort, Missing
from rules.pricing import Pricing
from rules.sums import Sale


def unweighed(
    cohorts: Iterable[Cohort], sold: Collection[Sale], pricing: Pricing, *, apart: Collection[str]
) -> dict[str, Missing]:
    """Say of campaigns what of their money nobody said; one reason each, rates first (L6.8).

    `sold` are the sales and refunds of those that bought, `apart` the campaigns whose costs no
    rate turns. Prices are missing where fewer leads than KNOWN of a campaign that is paid for
    have one.
    """
    priced = [one for one in sold if one.amount]
    margin = {one.campaign for one in priced if pricing.margin(one.product) is None}
    rate = {*apart, *(one.campaign for one in priced if pricing.earned(one).apart)}
    told = dict.fromkeys(_unpriced(cohorts), Missing.PRICES)
    told |= dict.fromkeys(margin, Missing.MARGIN) | dict.fromkeys(rate, Missing.RATE)
    return {name: told[name] for name in sorted(told)}


def _unpriced(cohorts: Iterable[Cohort]) -> list[str]:
    by_name = defaultdict[str, list[Cohort]](list)
    for one in cohorts:
        by_name[one.campaign].append(one)
    return [
        name
        for name, rows in by_name.items()
        if any(one.paid and one.priced is not None for one in rows)
        and sum(one.paid for one in rows) < KNOWN * sum(one.leads for one in rows)
    ]
