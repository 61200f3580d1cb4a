"""What the digest's proposals rest on, counted from the desk (L6.8).

The simulation counts the same of its own team, so that what is tried there holds here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import loads
from bot.counting import exchange_of, prices
from bot.desk import Desk
from bot.grading import graded
from rules.counting import days_before
from rules.evidence import KNOWN, Cohort, Evidence, HourCell, Missing, NthCall, Strength, Texts
from rules.pricing import Pricing
from rules.report import ALL, Window
from rules.report_values import Amount
from rules.ripening import curve, so_far
from rules.sums import Sale
from rules.unweighed import unweighed
from rules.words import Channel, Kind, Tier
from storage import evidence as stored
from storage import figures, measures, rollups
from storage.call_sums import Counts
from storage.evidence import Alike, Buyer, Cost, Place
from storage.unit import View

DAY, HOUR = timedelta(days=1), 3600
FIELDS = ("kind", "product", "language", "region")


@dataclass(frozen=True, slots=True)
class _Read:
    """What is read once: who is judged, and by the number of each that bought what it earned.

    `apart` gathers the campaigns with money that no rate turns.
    """

    window: Window
    pricing: Pricing
    alike: Sequence[Alike]
    sales: Mapping[int, Sequence[Sale]]
    buyers: Mapping[int, Buyer]
    earned: Mapping[int, int]
    apart: set[str]

    def add(self, sums: dict[Place, int], place: Place, amount: Amount, *, sign: int = 1) -> None:
        """Add an amount to a place's, and remember where it isn't all."""
        sums[place] += sign * amount.minor
        if amount.apart:
            self.apart.add(place[0])

    def campaign(self, number: int) -> str:
        """Give whose lead one that bought is."""
        return self.sales[number][0].campaign

    def sums(self, numbers: Iterable[int]) -> dict[str, int | float]:
        """Give what these came to: how many bought, their margin, and the sum of its squares."""
        margins = [self.earned[one] for one in numbers if one in self.earned]
        squares = float(sum(one * one for one in margins))
        return {"closed": len(margins), "margin": sum(margins), "margin_sq": squares}


def evidence_of(desk: Desk, view: View, *, now: datetime) -> Evidence:
    """Count the evidence by `now` (UTC): of the leads of the playbook's horizon that are judged.

    Closed is whoever bought within the time in which a sale is its campaign's.
    """
    found = _read(desk, view, now=now)
    made, line = _calls(desk, view, found), _line_price(desk, view, found)
    came, ages = _ages(view, found)
    cohorts = _cohorts(desk, view, found, {one: so_far(came, old) for one, old in ages.items()})
    sold = [one for number in found.earned for one in found.sales[number]]
    without = unweighed(cohorts, sold, found.pricing, apart=found.apart)
    lost = {name for name, why in without.items() if why is not Missing.PRICES}
    known = [one for number, one in found.earned.items() if found.campaign(number) not in lost]
    return Evidence(
        currency=found.pricing.exchange.currency,
        closed=len(found.earned),
        lead_value=sum(known) / max(len(known), 1),
        cohorts=cohorts,
        nth_calls=_nth_calls(view, found, made, line=line, pace=loads.pace(desk, view, now=now)),
        hours=_hours(desk, view, found),
        strengths=_strengths(found),
        tiers=_tiers(desk, view),
        overload=loads.overload(desk, view, now=now),
        weeks=loads.weeks(view, found.window),
        texts=_texts(view, found),
        ripe=so_far(came, sum(ages.values(), Counter())),
        unweighed=without,
        known=len(known) >= KNOWN * len(found.earned),
        bought_by=tuple(came),
    )


def _read(desk: Desk, view: View, *, now: datetime) -> _Read:
    book, zone = desk.playbook, desk.settings.zone
    numbers = book.counting
    window = Window(
        since=days_before(now, numbers.horizon_days, zone=zone),
        judged_until=days_before(now, book.tiers.mature_days, zone=zone),
        until=now,
        mature_days=book.tiers.mature_days,
        attribution_days=numbers.attribution_days,
        horizon_days=numbers.horizon_days,
    )
    pricing = prices(desk, until=now)
    sales = _sales(view, window, pricing)
    bought = stored.buyers(view, window)
    earned = {
        number: sum(pricing.earned(sale).minor for sale in sales[number])
        for number in bought
        if any(not sale.is_refund for sale in sales.get(number, ()))
    }
    return _Read(window, pricing, stored.alike(view, window), sales, bought, earned, set())


def _sales(view: View, window: Window, pricing: Pricing) -> dict[int, list[Sale]]:
    """Give the sales that are their campaigns', of all leads that came since the window began."""
    found: dict[int, list[Sale]] = defaultdict(list)
    for sale in figures.sales(view, since=window.since, until=window.until, only=ALL):
        if sale.came_at >= window.since and pricing.is_attributed(sale):
            found[sale.lead_id].append(sale)
    return dict(found)


def _tiers(desk: Desk, view: View) -> dict[str, Tier]:
    """Give the best tier that leads of each campaign have."""
    found: dict[str, Tier] = {}
    for cell in measures.kept_cells(view):
        one = cell.group
        tier = graded(desk, campaign=one.campaign, kind=one.kind, product=one.product).tier
        found[one.campaign] = min(tier, found.get(one.campaign, tier))
    return found


def _cohorts(
    desk: Desk, view: View, found: _Read, part: Mapping[Place, float]
) -> tuple[Cohort, ...]:
    leads, bought = defaultdict[Place, int](int), defaultdict[Place, list[int]](list)
    for one in found.alike:
        leads[one.campaign, one.banner, one.kind] += one.leads
    for number in found.earned:
        sale = found.sales[number][0]
        bought[sale.campaign, sale.banner, sale.kind].append(number)
    spent, written = _spent(desk, view, found), _written(view, found)
    talked, priced = _talked(desk, view, found), stored.priced(view, found.window)
    return tuple(
        Cohort(
            *place,
            leads=leads[place],
            **found.sums(bought[place]),  # type: ignore[arg-type]  # named as the fields are
            spent=spent[place],
            talked=talked[place],
            written=written[place],
            priced=priced.get(place, 0),
            ripe=part.get(place),
        )
        for place in sorted({*leads, *spent})
    )


def _spent(desk: Desk, view: View, found: _Read) -> defaultdict[Place, int]:
    """Give what leads cost less what vendors gave back, by the rates of the days they came."""
    sums = defaultdict[Place, int](int)
    exchange, window = exchange_of(desk), found.window

    def add(costs: Iterable[Cost], at: datetime, sign: int) -> None:
        for one in costs:
            place = one.campaign, one.banner, one.kind
            found.add(sums, place, exchange.amount(one.money, at=at), sign=sign)

    for since, until in exchange.spans(window.since, window.judged_until):
        add(stored.spent(view, since, until), since, 1)
        add(stored.credited(view, since, until), since, -1)
    return sums


def _written(view: View, found: _Read) -> defaultdict[Place, int]:
    sums = defaultdict[Place, int](int)
    for campaign, banner, kind, channel, count in stored.written(view, found.window):
        found.add(sums, (campaign, banner, kind), found.pricing.messages(channel, count))
    return sums


def _totals(desk: Desk, view: View, found: _Read, cut: str) -> list[tuple[tuple[str, ...], Counts]]:
    window, zone = found.window, desk.settings.zone
    return rollups.totals(view, cut, since=window.since, until=window.judged_until, zone=zone)


def _talked(desk: Desk, view: View, found: _Read) -> defaultdict[Place, int]:
    sums = defaultdict[Place, int](int)
    for (campaign, banner, kind, country), one in _totals(desk, view, found, "campaign"):
        cost = found.pricing.talk(one.talk_seconds, country)
        found.add(sums, (campaign, banner, Kind(kind)), cost)
    return sums


def _line_price(desk: Desk, view: View, found: _Read) -> float:
    """Give what a second on the phone costs besides the rep, on average over countries."""
    seconds, cost = 0, 0
    for (*_, country), one in _totals(desk, view, found, "campaign"):
        seconds += one.talk_seconds
        whole, rep = (found.pricing.talk(one.talk_seconds, place).minor for place in (country, ""))
        cost += whole - rep
    return cost / seconds if seconds else 0.0


def _calls(desk: Desk, view: View, found: _Read) -> dict[tuple[Tier, int], Counts]:
    rows = _totals(desk, view, found, "nth")
    return {(Tier(tier), int(nth)): one for (tier, nth), one in rows if nth != "0"}


def _nth_calls(
    view: View,
    found: _Read,
    made: Mapping[tuple[Tier, int], Counts],
    *,
    line: float,
    pace: float,
) -> tuple[NthCall, ...]:
    """Give the n-th calls of each tier; one costs a rep's time at their pace, and the line."""
    firsts = stored.firsts(view, found.window)
    bought = defaultdict[tuple[Tier, int], list[int]](list)
    for number, one in found.buyers.items():
        if one.nth is not None:
            bought[one.tier, one.nth].append(number)
    return tuple(
        NthCall(
            tier,
            nth,
            calls=one.calls,
            answered=one.answered,
            first=firsts.get((tier, nth), 0),
            **found.sums(bought[tier, nth]),  # type: ignore[arg-type]  # named as the fields are
            cost=found.pricing.talk(round(HOUR / pace * one.calls), "").minor
            + round(line * one.talk_seconds),
        )
        for (tier, nth), one in sorted(made.items())
    )


def _hours(desk: Desk, view: View, found: _Read) -> tuple[HourCell, ...]:
    return tuple(
        HourCell(Kind(kind), int(weekday), int(hour), one.calls, one.answered, int(nth))
        for (kind, weekday, hour, nth), one in _totals(desk, view, found, "week_nth")
        if nth != "0"
    )


def _strengths(found: _Read) -> tuple[Strength, ...]:
    leads = defaultdict[tuple[str, str, str, Kind], int](int)
    closed = defaultdict[tuple[str, str, str, Kind], int](int)
    for one in found.alike:
        for field in FIELDS:
            leads[one.rep, field, getattr(one, field), one.kind] += one.leads
    for number in found.earned:
        sale, known = found.sales[number][0], found.buyers[number]
        values = (sale.kind, sale.product, known.language, known.region)
        for field, value in zip(FIELDS, values, strict=True):
            closed[sale.owner, field, value, sale.kind] += 1
    return tuple(
        Strength(rep, field, value, count, closed[rep, field, value, kind], kind)
        for (rep, field, value, kind), count in sorted(leads.items())
        if rep
    )


def _texts(view: View, found: _Read) -> tuple[Texts, ...]:
    back = defaultdict[Tier, list[int]](list)
    for number, tier in stored.came_back(view, found.window).items():
        back[tier].append(number)
    return tuple(
        Texts(
            tier,
            sent=sent,
            cost=found.pricing.messages(Channel.SMS, sent).minor,
            back=len(back[tier]),
            **found.sums(back[tier]),  # type: ignore[arg-type]  # named as the fields are
        )
        for tier, sent in sorted(stored.texted(view, found.window).items())
    )


def _ages(view: View, found: _Read) -> tuple[list[float], dict[Place, Counter[int]]]:
    """Give how the team's leads buy as they age, and the ages of those that are judged."""
    window, most = found.window, found.window.attribution_days
    sold = []
    for sales in found.sales.values():
        first = next((one for one in sales if not one.is_refund), None)
        if first is not None:
            sold.append((first.took // DAY, max((window.until - first.came_at) // DAY, 0)))
    whole, old = Counter[int](), defaultdict[Place, Counter[int]](Counter)
    for place, counts in stored.ages(view, window).items():
        for age, leads in counts.items():
            whole[min(age, most)] += leads
            old[place][min(age, most)] += leads * (age >= window.mature_days)
    return curve(whole, [(min(day, most), min(age, most)) for day, age in sold]), old
