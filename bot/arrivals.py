"""Leads and sales of a long time, read once for all the periods that look back on them (L6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from rules.report import Only, Window
from rules.sums import Alike, Grown, Sale
from storage import figures, figures_leads
from storage.unit import View

Span = tuple[datetime, datetime]
Lived = tuple[str, Sequence[int], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Past:
    """Who came, span by span, and what was sold, oldest first; each window is whole spans."""

    spans: Sequence[tuple[Span, Sequence[Alike]]]
    sales: Sequence[Sale]

    def sold(self, since: datetime, until: datetime) -> list[Sale]:
        """Give the sales and refunds from a moment up to another."""
        return [one for one in self.sales if since <= one.at < until]

    def grown(self, window: Window) -> list[Grown]:
        """Count a window's leads by campaign, banner, kind, stage and first call (C1, L6.2)."""
        return [
            Grown(
                *(one.campaign, one.banner, one.kind, one.stage, one.bucket),
                judged=until <= window.judged_until,
                leads=len(one.numbers),
            )
            for until, found in self._of(window)
            for one in found
        ]

    def lived(self, window: Window) -> Iterator[Lived]:
        """Give the numbers of a window's leads and the seconds each lived by its end (L6.4)."""
        for until, found in self._of(window):
            more = (window.until - until).total_seconds()
            for one in found:
                yield one.campaign, one.numbers, [age + more for age in one.ages]

    def _of(self, window: Window) -> Iterator[tuple[datetime, Sequence[Alike]]]:
        for (since, until), found in self.spans:
            if window.since <= since and until <= window.until:
                yield until, found


def read_past(view: View, windows: Sequence[Window], *, sold: Span, only: Only) -> Past:
    """Read the leads of some windows, and what was sold in a span (UTC)."""
    ends = {end for one in windows for end in (one.since, one.judged_until, one.until)}
    spans = [
        span
        for span in pairwise(sorted(ends))
        if any(one.since <= span[0] and span[1] <= one.until for one in windows)
    ]
    since, until = sold
    return Past(
        [(span, figures_leads.alike(view, span, only=only)) for span in spans],
        figures.sales(view, since=since, until=until, only=only),
    )
