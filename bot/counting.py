"""What a period's lines are counted of, read in a few ranges of its own (L6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.desk import Desk
from rules.figures_calls import Cuts
from rules.figures_lines import Counted
from rules.pricing import Pricing, pricing_of
from rules.rates import Exchange
from rules.report import ALL, Only
from rules.sums import Called, Paid, Sale, Told
from storage import figures, rollups
from storage.call_sums import Counts
from storage.unit import View

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """From when until when figures are told, and of whom alone."""

    since: datetime
    until: datetime
    only: Only

    @property
    def asked(self) -> dict[str, Any]:
        """The same, as storage asks for it."""
        return {"since": self.since, "until": self.until, "only": self.only}


def exchange_of(desk: Desk) -> Exchange:
    """Give what turns money into the digest's currency, by the days of the team's zone."""
    book = desk.playbook
    currency = book.counting.currency or desk.settings.currency
    return Exchange(currency, desk.settings.zone, book.rates)


def prices(desk: Desk, *, until: datetime) -> Pricing:
    """Give the prices of a period that ends at a moment (UTC)."""
    return pricing_of(desk.playbook, exchange_of(desk), at=until)


def read(desk: Desk, view: View, period: Period, sales: Sequence[Sale]) -> Counted:
    """Read all that a period's lines are made of, but for `sales`, which are given."""
    span = period.asked
    paid: list[Paid] = []
    credited: list[Paid] = []
    for since, until in exchange_of(desk).spans(period.since, period.until):
        piece = Period(since, until, period.only).asked
        paid += figures.paid(view, **piece)
        credited += figures.credited(view, **piece)
    return Counted(
        came=figures.came(view, **span),
        called=called(desk, view, period),
        sales=own(sales, period.only),
        paid=paid,
        credited=credited,
        written=figures.written(view, **span),
        waits=figures.first_calls(view, **span),
    )


def own(sales: Sequence[Sale], only: Only) -> list[Sale]:
    """Give the sales to a rep's own leads, all where no rep is named."""
    return [one for one in sales if only.rep in {None, one.owner}]


def called(desk: Desk, view: View, period: Period) -> list[Called]:
    """Give the calls by campaign, banner and country; those of a rep have no campaign."""
    if period.only.rep is not None:
        return []
    found = []
    for (campaign, banner, _, country), counts in _totals(desk, view, "campaign", period):
        if period.only.campaign in {None, campaign}:
            told = counts.calls, counts.answered, counts.talked, counts.talk_seconds
            found.append(Called(campaign, banner, country, *told))
    return found


def cuts(desk: Desk, view: View, period: Period, *, rep_hours: bool) -> Cuts:
    """Give the calls by place, hour of the week and rep; each only where its cut can be told.

    `rep_hours` are not read where nobody looks at them.
    """
    only = period.only
    by_rep = [] if only.campaign is not None else _told(desk, view, "rep", period)
    by_hour = _told(desk, view, "rep_kind_hour", period) if by_rep and rep_hours else []
    if only.rep is not None:
        by_rep = [row for row in by_rep if row[0][0] == only.rep]
        by_hour = [row for row in by_hour if row[0][0] == only.rep]
    if only != ALL:
        return Cuts(rep=by_rep, rep_kind_hour=by_hour)
    place, week = (_told(desk, view, cut, period) for cut in ("place", "week"))
    return Cuts(place, week, by_rep, by_hour)


def _told(desk: Desk, view: View, cut: str, period: Period) -> list[tuple[Key, Told]]:
    return [
        (key, Told(one.calls, one.answered, one.talked, one.talk_seconds))
        for key, one in _totals(desk, view, cut, period)
    ]


def _totals(desk: Desk, view: View, cut: str, period: Period) -> list[tuple[Key, Counts]]:
    zone = desk.settings.zone
    return rollups.totals(view, cut, since=period.since, until=period.until, zone=zone)
