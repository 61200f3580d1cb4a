"""What is unlike the time before: told only where chance alone would seldom make it so (L6)."""

from dataclasses import dataclass
from math import sqrt

from rules.report import Line, Report
from rules.report_values import Share, Spread

TWICE = 2
SEVERAL = 3
"""So many of its own deviations away, a count is hardly chance."""


@dataclass(frozen=True, slots=True)
class Unusual:
    """One thing: its text's `key`, the campaign where it is one's, what is now and was before."""

    key: str
    name: str
    now: float
    before: float
    of: int = 0


def unusual(report: Report) -> tuple[Unusual, ...]:
    """Give what changed since the equal time before; nothing of small samples (L6).

    Rates count as changed where their intervals don't touch, numbers of leads where they differ
    by several deviations, first calls where they take twice or half as long.
    """
    was = report.before
    if was is None or was.empty:
        return ()
    found = [
        _count("leads", "", report.total.leads, was.total.leads),
        _rate("answered", report.total.calls, was.total.calls),
        _span(report.response.took, was.response.took),
        _rate("kept", report.followups.kept, was.followups.kept),
        *_campaigns(report, was),
    ]
    return tuple(one for one in found if one)


def _campaigns(report: Report, was: Report) -> list[Unusual | None]:
    now = {one.campaign: one for one in report.campaigns}
    before = {one.campaign: one for one in was.campaigns}
    none = Line()
    names = sorted(name for name in now | before if name)
    return [
        _count("campaign", name, now.get(name, none).leads, before.get(name, none).leads)
        for name in names
    ]


def _count(key: str, name: str, now: int, before: int) -> Unusual | None:
    """Tell counts apart as those of what comes by chance, at twice or half at the least."""
    far = abs(now - before) > SEVERAL * sqrt(now + before)
    much = max(now, before) >= TWICE * min(now, before)
    if not (far and much):
        return None
    way = "gone" if not now else "up" if now > before else "down"
    return Unusual(f"{key}_{way}", name, now, before)


def _rate(key: str, now: Share, before: Share) -> Unusual | None:
    low, high = now.low, now.high
    if now.small or before.small or low is None or high is None:
        return None
    if before.low is None or before.high is None or (before.low <= high and low <= before.high):
        return None
    way = "up" if (now.rate or 0.0) > (before.rate or 0.0) else "down"
    return Unusual(f"{key}_{way}", "", now.rate or 0.0, before.rate or 0.0, now.of)


def _span(now: Spread, before: Spread) -> Unusual | None:
    if now.small or before.small or now.median is None or before.median is None:
        return None
    if max(now.median, before.median) < TWICE * max(min(now.median, before.median), 1):
        return None
    way = "up" if now.median > before.median else "down"
    return Unusual(f"response_{way}", "", now.median, before.median, now.of)
