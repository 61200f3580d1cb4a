"""Leads and sales of a long time, read once for all the periods that look back on them (L6)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from rules.lifetimes import Month
from rules.rates import Exchange
from rules.report import Only, Window
from rules.sums import Grouped, Grown, Sale, Sold
from rules.words import Kind, Stage
from storage import figures, lead_rollups
from storage.lead_sums import Key
from storage.unit import View

Span = tuple[datetime, datetime]
ByDay = Mapping[tuple[str, date], int]


@dataclass(frozen=True, slots=True)
class Past:
    """Who came, span by span, and what was sold, oldest first; each window is whole spans.

    `days` are the leads by campaign and day of each window, by its end; those of the newest one
    reach back to the first of the months, as does what their leads `earned`.
    """

    spans: Sequence[tuple[Span, Mapping[str, Counter[Key]]]]
    days: Mapping[datetime, ByDay]
    sales: Sequence[Sale]
    earned: Sequence[Sold]
    zone: ZoneInfo

    def sold(self, since: datetime, until: datetime) -> list[Sale]:
        """Give the sales and refunds from a moment up to another."""
        return [one for one in self.sales if since <= one.at < until]

    def grown(self, window: Window) -> list[Grown]:
        """Count a window's leads by campaign, banner and kind (L6.2)."""
        return [
            Grown(campaign, banner, Kind(kind), until <= window.judged_until, leads)
            for until, found in self._of(window)
            for (campaign, banner, kind), leads in found["line"].items()
        ]

    def grouped(self, window: Window) -> Grouped:
        """Count a window's leads by first call and kind, and by stage (C1, S1)."""
        judged, stages = Counter[tuple[int, Kind]](), Counter[Stage]()
        for until, found in self._of(window):
            for (_, stage), leads in found["stage"].items():
                stages[Stage(stage)] += leads
            for (_, kind, part), leads in found["first_call"].items():
                if until <= window.judged_until:
                    judged[int(part), Kind(kind)] += leads
        return Grouped(judged, stages)

    def came(self, window: Window) -> dict[tuple[str, date], int]:
        """Count a window's leads by campaign and day of the team's zone (L6.4)."""
        first = window.since.astimezone(self.zone).date()
        found = self.days[window.until].items()
        return {place: leads for place, leads in found if place[1] >= first}

    def came_by(self, months: Sequence[Month], window: Window) -> list[Counter[str]]:
        """Count who came in each month by the window's end, by campaign (L6.5)."""
        found: dict[date, Counter[str]] = {one.day: Counter() for one in months}
        by_month: Counter[tuple[str, int, int]] = Counter()
        for (campaign, day), leads in self.days[window.until].items():
            by_month[campaign, day.year, day.month] += leads
        for (campaign, year, month), leads in by_month.items():
            if (first := date(year, month, 1)) in found:
                found[first][campaign] += leads
        return list(found.values())

    def _of(self, window: Window) -> Iterator[tuple[datetime, Mapping[str, Counter[Key]]]]:
        for (since, until), found in self.spans:
            if window.since <= since and until <= window.until:
                yield until, found


def read_past(
    view: View,
    windows: Sequence[Window],
    *,
    months: Sequence[Month],
    until: datetime,
    exchange: Exchange,
    only: Only,
) -> Past:
    """Read the leads of some windows, the newest first, and what was sold until a moment (UTC).

    `months` are the newest one's.
    """
    days, spans = lead_rollups.summed(view, zone=exchange.zone), _spans(windows)
    firsts = {one.until: one.since for one in windows}
    newest, *_ = firsts
    far = firsts | {newest: min([firsts[newest], *(one.since for one in months)])}
    return Past(
        [(span, lead_rollups.leads_of(view, days, span, only=only)) for span in spans],
        {end: lead_rollups.by_day(view, days, (far[end], end), only=only) for end in far},
        figures.sales(view, since=min(firsts.values()), until=until, only=only),
        _earned(view, months, exchange, until=until, only=only),
        exchange.zone,
    )


def _spans(windows: Sequence[Window]) -> list[Span]:
    """Cut the time of some windows so that each, and its judged part, is whole pieces."""
    ends = {end for one in windows for end in (one.since, one.judged_until, one.until)}
    return [
        (since, until)
        for since, until in pairwise(sorted(ends))
        if any(one.since <= since and until <= one.until for one in windows)
    ]


def _earned(
    view: View, months: Sequence[Month], exchange: Exchange, *, until: datetime, only: Only
) -> list[Sold]:
    if not months:
        return []
    ends = [*(one.since for one in months), months[-1].until]
    spans = exchange.spans(months[0].since, until)
    return [one for span in spans for one in figures.sold(view, ends, span, only=only)]
