"""Response, closing and stages, summed of the window's leads (C1, L6.4, S1)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from rules import stats
from rules.report import Window
from rules.report_leads import Bucket, Closing, Response, StageFigures
from rules.report_values import Share
from rules.stats import DAY
from rules.sums import BUCKETS, LATER, NEVER, Came, Grown, Sale
from rules.words import Kind, Stage

CLOSED_BY = (7, 30, 90)
"""Days by which the part of leads that closed is told."""


def closes_of(sales: Iterable[Sale], window: Window) -> dict[int, Sale]:
    """Give the first sale of each lead of the window that is its campaign's (L6.2).

    A refund closes nothing; what was given away does. Those whose leads became another are not
    here: their sales are that one's.
    """
    most = timedelta(days=window.attribution_days)
    found: dict[int, Sale] = {}
    for sale in sorted(sales, key=lambda one: one.at):
        inside = window.since <= sale.came_at < window.until
        if inside and not sale.is_refund and window.since <= sale.at and sale.took <= most:
            found.setdefault(sale.lead_id, sale)
    return found


def is_judged(sale: Sale, window: Window) -> bool:
    """Say whether a sale's lead came long enough ago to be judged."""
    return sale.came_at < window.judged_until


def response(
    came: Iterable[Came],
    waits: Sequence[float],
    grown: Iterable[Grown],
    closes: Iterable[Sale],
    *,
    least: int,
) -> Response:
    """Give the time to the first call of a period's leads, and the team's own curve (C1, L6.4).

    `waits` are seconds; `grown` and `closes` the window's leads that were judged.
    """
    leads: dict[int, dict[Kind, int]] = defaultdict(lambda: defaultdict(int))
    closed: dict[int, dict[Kind, int]] = defaultdict(lambda: defaultdict(int))
    for one in grown:
        leads[one.bucket][one.kind] += one.leads
    for sale in closes:
        closed[sale.bucket][sale.kind] += 1
    shares = {
        part: {kind: stats.share(closed[part][kind], of, least=least) for kind, of in kinds.items()}
        for part, kinds in leads.items()
    }
    called = [kinds for part, kinds in shares.items() if part != NEVER]
    team = _by_kind(called, least)
    waiting = sum(one.leads - one.called for one in came)
    curve = tuple(_bucket(part, shares.get(part, {}), team, least) for part in (*BUCKETS, LATER))
    never = _whole(shares.get(NEVER, {}).values(), least)
    return Response(stats.spread(waits, least=least), waiting, curve, never)


def _bucket(
    part: int, kinds: Mapping[Kind, Share], team: Mapping[Kind, Share], least: int
) -> Bucket:
    told = tuple(sorted(kinds.items()))
    adjusted = stats.adjusted(kinds, team, least=least)
    return Bucket(part or None, _whole(kinds.values(), least), told, adjusted)


def _whole(shares: Iterable[Share], least: int) -> Share:
    found = list(shares)
    return stats.share(sum(one.hits for one in found), sum(one.of for one in found), least=least)


def _by_kind(parts: Iterable[Mapping[Kind, Share]], least: int) -> dict[Kind, Share]:
    found: dict[Kind, list[Share]] = defaultdict(list)
    for kinds in parts:
        for kind, one in kinds.items():
            found[kind].append(one)
    return {kind: _whole(shares, least) for kind, shares in found.items()}


def closings(
    lived: Iterable[tuple[str, Sequence[int], Sequence[float]]],
    closes: Mapping[int, Sale],
    *,
    attribution_days: int,
    least: int,
) -> tuple[Closing, ...]:
    """Give the time to a close of all leads and of each campaign's, the most leads first (L6.4).

    `lived` are leads of a campaign, their numbers and seconds of life. Nobody is watched for
    longer than a sale may take; a lead that was lost has not closed.
    """
    watched = float(attribution_days * DAY)
    living: dict[str, list[float]] = defaultdict(list)
    for campaign, numbers, ages in lived:
        living[campaign] += [
            min(age, watched) for lead, age in zip(numbers, ages, strict=True) if lead not in closes
        ]
    took: dict[str, list[float]] = defaultdict(list)
    for sale in closes.values():
        took[sale.campaign].append(sale.took.total_seconds())
    names = {*living, *took}
    order = sorted(names, key=lambda one: (-len(living[one]) - len(took[one]), one))
    every = [one for name in order for one in took[name]]
    alive = [one for name in order for one in living[name]]
    return (
        _closing(None, every, alive, least),
        *(_closing(name, took[name], living[name], least) for name in order),
    )


def _closing(
    campaign: str | None, took: Sequence[float], lived: Sequence[float], least: int
) -> Closing:
    curve = stats.closing_curve(took, lived, days=CLOSED_BY)
    times = stats.spread(took, least=least)
    return Closing(
        campaign, len(took) + len(lived), len(took), curve.median, times, within=curve.within
    )


def stage_figures(
    grown: Iterable[Grown], changes: Iterable[tuple[Stage, Stage, float]], *, least: int
) -> tuple[StageFigures, ...]:
    """Give each stage's leads, who entered it, and how long those who left had been there (S1).

    `changes` are those of the period: from, to, seconds.
    """
    standing: dict[Stage, int] = defaultdict(int)
    entered: dict[Stage, int] = defaultdict(int)
    took: dict[Stage, list[float]] = defaultdict(list)
    for one in grown:
        standing[one.stage] += one.leads
    for was, now, seconds in changes:
        entered[now] += 1
        took[was].append(seconds)
    return tuple(
        StageFigures(stage, standing[stage], entered[stage], stats.spread(took[stage], least=least))
        for stage in Stage
    )
