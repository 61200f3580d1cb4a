"""The lines of a report: all, each campaign and each banner, summed of what was counted (L6)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rules import stats
from rules.counting import LEAST_CALLS
from rules.pricing import Pricing
from rules.rates import total
from rules.report import Line
from rules.report_values import Amount, Share
from rules.sums import Called, Came, Grown, Paid, Sale, Wait, Written
from rules.words import Kind

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Counted:
    """All that lines are made of.

    `closes` are the first sales of judged leads, one of each; `waits` those of called leads.
    """

    came: Sequence[Came] = ()
    called: Sequence[Called] = ()
    sales: Sequence[Sale] = ()
    paid: Sequence[Paid] = ()
    credited: Sequence[Paid] = ()
    written: Sequence[Written] = ()
    waits: Sequence[Wait] = ()
    grown: Sequence[Grown] = ()
    closes: Sequence[Sale] = ()


@dataclass(slots=True)
class _Sums:
    """What adds up over campaigns and banners; `by_lead` is the margin of each."""

    counts: Counter[str] = field(default_factory=Counter)
    money: dict[str, list[Amount]] = field(default_factory=lambda: defaultdict(list))
    by_lead: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    judged: Counter[Kind] = field(default_factory=Counter)
    closed: Counter[Kind] = field(default_factory=Counter)

    def add(self, other: "_Sums") -> None:
        for mine, theirs in (
            *((self.counts, other.counts), (self.by_lead, other.by_lead)),
            *((self.judged, other.judged), (self.closed, other.closed)),
        ):
            mine.update(theirs)  # type: ignore[arg-type]  # each by keys of its own
        for name, amounts in other.money.items():
            self.money[name] += amounts
        self.waits += other.waits


@dataclass(frozen=True, slots=True)
class Lines:
    """The line of all, those of campaigns (most leads first), and those of their banners."""

    total: Line
    campaigns: tuple[Line, ...]
    banners: tuple[Line, ...]


def make_lines(counted: Counted, pricing: Pricing, *, least: int) -> Lines:
    """Sum what was counted into lines (L6.1-L6.3, L6.7); fewer than `least` leads are small."""
    sums = _sum_up(counted, pricing)
    whole = _fold(sums.values())
    team = _kinds(whole, least)
    by_campaign: dict[str, dict[Key, _Sums]] = defaultdict(dict)
    for (campaign, banner), one in sums.items():
        by_campaign[campaign][campaign, banner] = one
    campaigns, banners = [], []
    for campaign, parts in by_campaign.items():
        both = _fold(parts.values())
        kinds = _kinds(both, least)
        campaigns.append(_line(both, team, least, Line(campaign)))
        if any(banner for _, banner in parts):
            banners += [
                _line(one, kinds, least, Line(campaign, banner))
                for (_, banner), one in parts.items()
            ]
    in_all = _line(whole, team, least, Line())
    return Lines(in_all, _in_order(campaigns), _in_order(banners))


def _in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(
        sorted(
            (one for one in lines if not one.empty or one.conversion.of or one.young),
            key=lambda one: (-one.leads, -one.calls.of, one.campaign, one.banner or ""),
        )
    )


def _sum_up(counted: Counted, pricing: Pricing) -> Mapping[Key, _Sums]:
    sums: dict[Key, _Sums] = defaultdict(_Sums)
    for came in counted.came:
        sums[came.campaign, came.banner].counts["leads"] += came.leads
    for call in counted.called:
        here = sums[call.campaign, call.banner]
        more = {"calls": call.calls, "answered": call.answered, "seconds": call.seconds}
        here.counts.update(more)
        here.money["talk_cost"].append(pricing.talk(call.seconds, call.country))
    for sale in counted.sales:
        _add_sale(sums[sale.campaign, sale.banner], sale, pricing)
    for name, paid in (("cost", counted.paid), ("credit", counted.credited)):
        for bought in paid:
            amount = pricing.exchange.amount(bought.money, at=bought.at)
            sums[bought.campaign, bought.banner].money[name].append(amount)
    for sent in counted.written:
        cost = pricing.messages(sent.channel, sent.count)
        sums[sent.campaign, sent.banner].money["message_cost"].append(cost)
    for wait in counted.waits:
        sums[wait.campaign, wait.banner].waits += wait.seconds
    _add_grown(sums, counted)
    return sums


def _add_sale(here: _Sums, sale: Sale, pricing: Pricing) -> None:
    here.counts["sales"] += sale.is_sale
    here.counts["refunds"] += sale.is_refund
    if not pricing.is_attributed(sale):
        here.money["later"].append(pricing.revenue(sale))
        return
    earned = pricing.earned(sale)
    here.money["revenue"].append(pricing.revenue(sale))
    here.money["margin"].append(earned)
    here.by_lead[sale.lead_id] += earned.minor


def _add_grown(sums: Mapping[Key, _Sums], counted: Counted) -> None:
    for one in counted.grown:
        here = sums[one.campaign, one.banner]
        if one.judged:
            here.judged[one.kind] += one.leads
        else:
            here.counts["young"] += one.leads
    for close in counted.closes:
        sums[close.campaign, close.banner].closed[close.kind] += 1


def _fold(parts: Iterable[_Sums]) -> _Sums:
    whole = _Sums()
    for one in parts:
        whole.add(one)
    return whole


def _kinds(sums: _Sums, least: int) -> dict[Kind, Share]:
    return {
        kind: stats.share(sums.closed[kind], sums.judged[kind], least=least)
        for kind in Kind
        if sums.judged[kind]
    }


def _line(sums: _Sums, team: Mapping[Kind, Share], least: int, line: Line) -> Line:
    kinds, counts = _kinds(sums, least), sums.counts
    judged = sum(one.of for one in kinds.values())
    closed = sum(one.hits for one in kinds.values())
    money: dict[str, Any] = {name: total(amounts) for name, amounts in sums.money.items()}
    priced = replace(
        line,
        leads=counts["leads"],
        few=counts["leads"] < least,
        calls=stats.share(counts["answered"], counts["calls"], least=LEAST_CALLS),
        sales=counts["sales"],
        refunds=counts["refunds"],
        conversion=stats.share(closed, judged, least=least),
        young=counts["young"],
        kinds=kinds,
        adjusted=stats.adjusted(kinds, team, least=least),
        talk_seconds=counts["seconds"],
        response=stats.spread(sums.waits, least=least),
        **money,
    )
    squares = float(sum(one * one for one in sums.by_lead.values()))
    value = priced.margin.minor - priced.spent
    return replace(priced, profit=stats.around(value, squares))
