"""Response, closing and stages, summed of the window's leads (C1, L6.4, S1)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from rules import stats
from rules.report import Window
from rules.report_leads import Bucket, Closing, Response, StageFigures
from rules.report_values import Share
from rules.stats import DAY
from rules.sums import BUCKETS, LATER, NEVER, Came, Sale
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
    judged: Mapping[tuple[int, Kind], int],
    closes: Iterable[Sale],
    *,
    least: int,
) -> Response:
    """Give the time to the first call of a period's leads, and the team's own curve (C1, L6.4).

    `waits` are seconds; `judged` and `closes` the window's leads that were judged.
    """
    leads: dict[int, dict[Kind, int]] = defaultdict(dict)
    closed: dict[int, dict[Kind, int]] = defaultdict(lambda: defaultdict(int))
    for (part, kind), count in judged.items():
        leads[part][kind] = count
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
    never = stats.together(shares.get(NEVER, {}).values(), least=least)
    return Response(stats.spread(waits, least=least), waiting, curve, never)


def _bucket(
    part: int, kinds: Mapping[Kind, Share], team: Mapping[Kind, Share], least: int
) -> Bucket:
    told = tuple(sorted(kinds.items()))
    adjusted = stats.adjusted(kinds, team, least=least)
    return Bucket(part or None, stats.together(kinds.values(), least=least), told, adjusted)


def _by_kind(parts: Iterable[Mapping[Kind, Share]], least: int) -> dict[Kind, Share]:
    found: dict[Kind, list[Share]] = defaultdict(list)
    for kinds in parts:
        for kind, one in kinds.items():
            found[kind].append(one)
    return {kind: stats.together(shares, least=least) for kind, shares in found.items()}


def closings(
    came: Mapping[tuple[str, date], int],
    closes: Iterable[Sale],
    window: Window,
    *,
    zone: ZoneInfo,
    least: int,
) -> tuple[Closing, ...]:
    """Give the time to a close of all leads and of each campaign's, the most leads first (L6.4).

    `came` counts the window's leads by campaign and day of the team's `zone`. Lives are counted in
    days of that calendar: a lead's first is none, the window's last is lived. Nobody is watched for
    longer than a sale may take; a lead that was lost has not closed.
    """
    last = (window.until - timedelta(microseconds=1)).astimezone(zone).date()
    still_open, parts = Counter(came), defaultdict[str, _Lives](_Lives)
    for sale in closes:
        here, day = parts[sale.campaign], sale.came_at.astimezone(zone).date()
        still_open[sale.campaign, day] -= 1
        age = max(0, (sale.at.astimezone(zone).date() - day).days)
        here.closed[min(age, window.attribution_days)] += 1
        here.took.append(sale.took.total_seconds())
    ages = {day: min((last - day).days, window.attribution_days) for _, day in still_open}
    for (campaign, day), leads in still_open.items():
        parts[campaign].lived[ages[day]] += leads
    whole = _Lives()
    for one in parts.values():
        whole.add(one)
    order = sorted(parts.items(), key=lambda item: (-item[1].leads, item[0]))
    return (_closing(None, whole, least), *(_closing(name, one, least) for name, one in order))


@dataclass(slots=True)
class _Lives:
    """Leads by the days after which they closed, or for which they lived without; seconds too."""

    closed: Counter[int] = field(default_factory=Counter)
    lived: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)

    @property
    def leads(self) -> int:
        return self.closed.total() + self.lived.total()

    def add(self, other: "_Lives") -> None:
        self.closed.update(other.closed)
        self.lived.update(other.lived)
        self.took += other.took


def _closing(campaign: str | None, one: _Lives, least: int) -> Closing:
    curve = stats.closing_curve(one.closed, one.lived, days=CLOSED_BY)
    median = None if curve.median is None else float(curve.median * DAY)
    times = stats.spread(one.took, least=least)
    return Closing(campaign, one.leads, len(one.took), median, times, within=curve.within)


def stage_figures(
    standing: Mapping[Stage, int], changes: Iterable[tuple[Stage, Stage, float]], *, least: int
) -> tuple[StageFigures, ...]:
    """Give each stage's leads, who entered it, and how long those who left had been there (S1).

    `changes` are those of the period: from, to, seconds.
    """
    entered: dict[Stage, int] = defaultdict(int)
    took: dict[Stage, list[float]] = defaultdict(list)
    for was, now, seconds in changes:
        entered[now] += 1
        took[was].append(seconds)
    return tuple(
        StageFigures(
            stage, standing.get(stage, 0), entered[stage], stats.spread(took[stage], least=least)
        )
        for stage in Stage
    )
