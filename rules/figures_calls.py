"""Answering, talk and the reps' work, summed of calls that were counted (L6.1, L6.6)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules import stats
from rules.counting import LEAST_CALLS
from rules.pricing import Pricing
from rules.rates import total
from rules.report_calls import ANY_DAY, Answering, Place, RepFigures, Talk, TalkLine, WeekHour
from rules.report_values import Amount, Share
from rules.sums import Called, Came, Sale, Told, Wait
from rules.words import Kind

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cuts:
    """Calls by place (country, region), hour of the week (kind, weekday, hour), rep.

    Those of a rep's hours have their kind too: rep, kind, hour.
    """

    place: Sequence[tuple[Key, Told]] = ()
    week: Sequence[tuple[Key, Told]] = ()
    rep: Sequence[tuple[Key, Told]] = ()
    rep_kind_hour: Sequence[tuple[Key, Told]] = ()


def answering(came: Iterable[Came], calls: Share, cuts: Cuts, *, least: int) -> Answering:
    """Give how many answer: per lead, per call, by country, region and hour of the week (L6.1)."""
    found = list(came)
    reached = sum(min(one.reached, one.called) for one in found)
    leads = stats.share(reached, sum(one.called for one in found), least=least)
    countries, regions = _summed(cuts.place, 1), _summed(cuts.place, 2)
    hours = [
        _hour(int(day), hour, kind, share)
        for (kind, day, hour), share in _summed(cuts.week, 3).items()
    ]
    kinds = _summed(cuts.week, 1)
    return Answering(
        leads,
        calls,
        tuple(_by_calls(Place(key[0], "", one) for key, one in countries.items())),
        tuple(_by_calls(Place(key[0], key[1], one) for key, one in regions.items() if key[1])),
        put_together(hours, least=LEAST_CALLS),
        tuple((Kind(kind), one) for (kind,), one in sorted(kinds.items())),
    )


def _hour(weekday: int, hour: str, kind: str, share: Share) -> WeekHour:
    return WeekHour(weekday, int(hour), share, ((Kind(kind), share),))


def put_together(hours: Iterable[WeekHour], *, least: int, span: int = 1) -> tuple[WeekHour, ...]:
    """Give hours as parts of the day so many hours long, as if each had the same mix of kinds.

    Each is named by its first hour (L6.1).
    """
    found: dict[tuple[int, int], dict[Kind, list[Share]]] = defaultdict(lambda: defaultdict(list))
    for one in hours:
        for kind, share in one.kinds:
            found[one.weekday, one.hour // span * span][kind].append(share)
    cells = {
        place: {kind: stats.together(each, least=least) for kind, each in sorted(kinds.items())}
        for place, kinds in sorted(found.items())
    }
    rates = stats.same_mix(cells)
    return tuple(
        WeekHour(
            *place, stats.together(kinds.values(), least=least), tuple(kinds.items()), rates[place]
        )
        for place, kinds in cells.items()
    )


def _summed(rows: Iterable[tuple[Key, Told]], places: int) -> dict[Key, Share]:
    sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for key, told in rows:
        here = sums[key[:places]]
        here[0] += told.answered
        here[1] += told.calls
    return {key: stats.share(hit, of, least=LEAST_CALLS) for key, (hit, of) in sums.items()}


def _by_calls(places: Iterable[Place]) -> list[Place]:
    return sorted(places, key=lambda one: (-one.calls.of, one.country, one.region))


@dataclass(slots=True)
class _Talked:
    calls: int = 0
    talked: int = 0
    seconds: int = 0
    cost: list[Amount] = field(default_factory=list)


def talk(called: Iterable[Called], sales: Iterable[Sale], pricing: Pricing) -> Talk:
    """Give the talk time of a period, by campaign and country, and what it cost (L6.6)."""
    campaigns: dict[str, _Talked] = defaultdict(_Talked)
    countries: dict[str, _Talked] = defaultdict(_Talked)
    whole = _Talked()
    for one in called:
        cost = pricing.talk(one.seconds, one.country)
        for here in (whole, campaigns[one.campaign], countries[one.country]):
            here.calls += one.calls
            here.talked += one.talked
            here.seconds += one.seconds
            here.cost.append(cost)
    sold: dict[str, int] = defaultdict(int)
    for sale in sales:
        sold[sale.campaign] += sale.is_sale
    return Talk(
        _line("", whole, sum(sold.values())),
        _longest_first(_line(name, one, sold[name]) for name, one in campaigns.items()),
        _longest_first(_line(name, one, 0) for name, one in countries.items()),
    )


def _line(name: str, one: _Talked, sales: int) -> TalkLine:
    small = one.calls < LEAST_CALLS
    return TalkLine(name, one.calls, one.talked, one.seconds, sales, total(one.cost), small)


def _longest_first(lines: Iterable[TalkLine]) -> tuple[TalkLine, ...]:
    return tuple(sorted(lines, key=lambda one: (-one.seconds, -one.calls, one.name)))


@dataclass(frozen=True, slots=True)
class Work:
    """What reps did: leads `given` to each, how long theirs waited, and the names of the team."""

    given: Mapping[str, int]
    waits: Sequence[Wait]
    names: Mapping[str, str]


def rep_figures(
    work: Work, cuts: Cuts, sales: Iterable[Sale], pricing: Pricing, *, least: int
) -> tuple[RepFigures, ...]:
    """Give what each of the team did, by name; who has left has none any more (C1, L6.1)."""
    waits: dict[str, list[float]] = defaultdict(list)
    for one in work.waits:
        waits[one.owner] += one.seconds
    sold: dict[str, list[Sale]] = defaultdict(list)
    for sale in sales:
        sold[sale.by].append(sale)
    calls = {key[0]: told for key, told in cuts.rep}
    hours = _hours(cuts.rep_kind_hour)
    who = {*work.given, *calls, *waits, *sold} - {""}
    return tuple(
        RepFigures(
            rep,
            work.names.get(rep, ""),
            work.given.get(rep, 0),
            response=stats.spread(waits[rep], least=least),
            hours=put_together(hours.get(rep, ()), least=LEAST_CALLS),
            **_made(calls.get(rep, Told())),
            **_sold(sold[rep], pricing),
        )
        for rep in sorted(who, key=lambda one: (work.names.get(one, ""), one))
    )


def _hours(rows: Sequence[tuple[Key, Told]]) -> dict[str, list[WeekHour]]:
    """Give the hours of those reps alone that have one with calls enough to be told."""
    calls: Counter[tuple[str, str]] = Counter()
    for (by, _, hour), told in rows:
        calls[by, hour] += told.calls
    able = {by for (by, _), count in calls.items() if count >= LEAST_CALLS}
    found: dict[str, list[WeekHour]] = defaultdict(list)
    for (by, kind, hour), share in _summed([one for one in rows if one[0][0] in able], 3).items():
        found[by].append(_hour(ANY_DAY, hour, kind, share))
    return found


def _made(told: Told) -> dict[str, Any]:
    share = stats.share(told.answered, told.calls, least=LEAST_CALLS)
    return {"calls": share, "talk_seconds": told.seconds, "talked": told.talked}


def _sold(sales: Sequence[Sale], pricing: Pricing) -> dict[str, Any]:
    revenue = total(pricing.revenue(one) for one in sales)
    return {"sales": sum(one.is_sale for one in sales), "revenue": revenue}
