"""What a simulated team knows of itself: only what was seen by then, of leads old enough (L6)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rules.answering import HourRate, Hours
from rules.evidence import Cohort, Evidence, HourCell, NthCall, Strength, Texts
from rules.matching import Closing, Closings
from rules.ripening import ripe
from rules.tiers import Cell, Group, TierRules
from rules.words import Kind, Tier
from simulation.cases import Call, Case
from simulation.chances import DAY
from simulation.params import HOUR, Params

WEEK = 7 * DAY
Like = tuple[Kind, str]


def judged(cases: Iterable[Case], *, now: float, rules: TierRules) -> Iterator[Case]:
    """Give the cases that are old enough to judge (L1.3)."""
    last = now - rules.mature_days * DAY
    return (one for one in cases if one.arrival.at <= last)


def cells(cases: Iterable[Case], *, now: float, rules: TierRules) -> list[Cell]:
    """Count groups of leads alike and how many of them closed so far (L1.3)."""
    leads: dict[Group, list[int]] = defaultdict(lambda: [0, 0])
    for one in judged(cases, now=now, rules=rules):
        source = one.arrival.source
        counted = leads[Group(source.name, source.kind, "")]
        counted[0] += 1
        counted[1] += one.sold_at is not None
    return [Cell(group, count, closed) for group, (count, closed) in leads.items()]


def closings(cases: Iterable[Case], *, now: float, rules: TierRules) -> Mapping[Like, Closings]:
    """Count what each rep closed of each kind and product (C3)."""
    counted: dict[Like, dict[str, list[int]]] = defaultdict(dict)
    for one in judged(cases, now=now, rules=rules):
        own = counted[like(one)].setdefault(str(one.owner), [0, 0])
        own[0] += 1
        own[1] += one.sold_at is not None
    return {
        found: {rep: Closing(leads, closed) for rep, (leads, closed) in reps.items()}
        for found, reps in counted.items()
    }


def like(case: Case) -> Like:
    """Give the kind and the product by which closers are compared (C3)."""
    return case.arrival.source.kind, case.arrival.values["product"]


def answering(calls: Iterable[tuple[Case, Call]]) -> dict[Kind, Hours]:
    """Count which hours leads of each kind answer at (L6.1)."""
    made: dict[Kind, dict[int, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for case, call in calls:
        made[case.arrival.source.kind][int(call.at % DAY // HOUR)].append(call.answered)
    return {
        kind: {hour: HourRate(len(found), sum(found)) for hour, found in hours.items()}
        for kind, hours in made.items()
    }


def count(
    cases: Sequence[Case],
    *,
    now: float,
    params: Params,
    rules: TierRules,
    tiers: Mapping[str, Tier],
    overload: float,
) -> Evidence:
    """Count the evidence of all leads that are old enough at `now`; `overload` is the week's."""
    old = list(judged(cases, now=now, rules=rules))
    sold = [one for one in old if one.sold_at is not None]
    calls = [(one, call) for one in old for call in one.calls if call.nth]
    return Evidence(
        currency="ILS",
        closed=len(sold),
        lead_value=sum(map(_margin, sold)) / max(len(sold), 1),
        cohorts=_cohorts(old, params),
        nth_calls=_nth_calls(calls, params),
        hours=_hours(calls),
        strengths=_strengths(old),
        tiers=tiers,
        overload=overload,
        weeks=max((now - rules.mature_days * DAY) / WEEK, 1.0),
        texts=_texts(old, params),
        ripe=_ripe(cases, now=now, rules=rules),
    )


def cost_of(call: Call, params: Params) -> float:
    """Give what a call costs: the rep's time, and the phone company's."""
    money = params.money
    return (call.seconds * money["wage_minute"] + call.talk * money["talk_minute"]) / 60


def _ripe(cases: Sequence[Case], *, now: float, rules: TierRules) -> float:
    ages = Counter(int((now - one.arrival.at) // DAY) for one in cases)
    sold = [
        (int((one.sold_at - one.arrival.at) // DAY), int((now - one.arrival.at) // DAY))
        for one in cases
        if one.sold_at is not None
    ]
    return ripe(ages, sold, mature=rules.mature_days)


def _margin(one: Case) -> int:
    return one.arrival.margin if one.sold_at is not None else 0


def _cohorts(old: list[Case], params: Params) -> tuple[Cohort, ...]:
    groups: dict[tuple[str, str, Kind], list[Case]] = defaultdict(list)
    for one in old:
        source = one.arrival.source
        groups[source.name, source.banner, source.kind].append(one)
    return tuple(
        Cohort(
            *group,
            leads=len(cases),
            closed=sum(one.sold_at is not None for one in cases),
            margin=sum(_margin(one) for one in cases),
            margin_sq=float(sum(_margin(one) ** 2 for one in cases)),
            spent=sum(one.arrival.source.cost for one in cases),
            talked=round(sum(cost_of(call, params) for one in cases for call in one.calls)),
            written=round(sum(one.texted for one in cases) * params.money["sms"]),
        )
        for group, cases in groups.items()
    )


def _nth_calls(calls: list[tuple[Case, Call]], params: Params) -> tuple[NthCall, ...]:
    groups: dict[tuple[Tier, int], list[tuple[Case, Call]]] = defaultdict(list)
    for case, call in calls:
        groups[case.tier, call.nth].append((case, call))
    return tuple(
        NthCall(
            tier,
            nth,
            calls=len(made),
            answered=len(reached := [case for case, call in made if call.answered]),
            first=len(reached),
            closed=sum(one.sold_at is not None for one in reached),
            margin=sum(_margin(one) for one in reached),
            margin_sq=float(sum(_margin(one) ** 2 for one in reached)),
            cost=round(sum(cost_of(call, params) for _, call in made)),
        )
        for (tier, nth), made in sorted(groups.items())
    )


def _hours(calls: list[tuple[Case, Call]]) -> tuple[HourCell, ...]:
    groups: dict[tuple[Kind, int, int, int], list[bool]] = defaultdict(list)
    for case, call in calls:
        weekday = (int(call.at // DAY) + 6) % 7
        hour = int(call.at % DAY // HOUR)
        groups[case.arrival.source.kind, weekday, hour, call.nth].append(call.answered)
    return tuple(
        HourCell(kind, weekday, hour, len(made), sum(made), nth)
        for (kind, weekday, hour, nth), made in groups.items()
    )


def _strengths(old: list[Case]) -> tuple[Strength, ...]:
    groups: dict[tuple[int, str, str, Kind], list[bool]] = defaultdict(list)
    for one in old:
        for name, value in one.arrival.values.items():
            place = one.owner, name, value, one.arrival.source.kind
            groups[place].append(one.sold_at is not None)
    return tuple(
        Strength(str(rep), name, str(value), len(closed), sum(closed), kind)
        for (rep, name, value, kind), closed in groups.items()
    )


def _texts(old: list[Case], params: Params) -> tuple[Texts, ...]:
    groups: dict[Tier, list[Case]] = defaultdict(list)
    for one in old:
        if one.texted:
            groups[one.tier].append(one)
    return tuple(
        Texts(
            tier,
            sent=len(cases),
            cost=round(len(cases) * params.money["sms"]),
            back=len(back := [one for one in cases if one.came_back]),
            closed=sum(one.sold_at is not None for one in back),
            margin=sum(_margin(one) for one in back),
            margin_sq=float(sum(_margin(one) ** 2 for one in back)),
        )
        for tier, cases in groups.items()
    )
