"""Layer 6, first light: the week's figures, each with its sample (L6.1-L6.4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rules.money import Money
from rules.playbook import Playbook

WEEK = 7


@dataclass(frozen=True, slots=True)
class Row:
    """A campaign's figures in a period; money per currency.

    `response` is the median of the seconds from receiving a lead to its first call (L6.4), of the
    `called`; None where none was. `credit` is what vendors gave back of their leads' `cost` (L5.5).
    """

    campaign: str
    leads: int = 0
    calls: int = 0
    answered: int = 0
    sales: int = 0
    revenue: tuple[Money, ...] = ()
    cost: tuple[Money, ...] = ()
    called: int = 0
    response: float | None = None
    credit: tuple[Money, ...] = ()

    @property
    def spent(self) -> tuple[Money, ...]:
        """What leads cost in the end: less the vendors' credit (L5.5)."""
        return sum_money((*self.cost, *(Money(-one.minor, one.currency) for one in self.credit)))

    @property
    def answer_rate(self) -> float | None:
        """The part of calls that were answered (L6.1); None without calls."""
        return self.answered / self.calls if self.calls else None


@dataclass(frozen=True, slots=True)
class Figures:
    """A period's figures (UTC moments, `until` not included): in all and per campaign."""

    since: datetime
    until: datetime
    total: Row
    campaigns: tuple[Row, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing at all happened."""
        total = self.total
        return not (total.leads or total.calls or total.cost or total.credit)


def sum_money(parts: Iterable[Money]) -> tuple[Money, ...]:
    """Add money per currency, the largest currency by amount first; zeros fall away."""
    sums: dict[str, int] = {}
    for part in parts:
        sums[part.currency] = sums.get(part.currency, 0) + part.minor
    kept = [Money(minor, currency) for currency, minor in sums.items() if minor]
    return tuple(sorted(kept, key=lambda one: (-abs(one.minor), one.currency)))


def make_figures(
    rows: Sequence[Row], *, since: datetime, until: datetime, response: float | None = None
) -> Figures:
    """Put campaigns in order (most leads first) and add the line of all together.

    `response` is the median of all campaigns' leads, which the rows' own do not give.
    """
    order = sorted(rows, key=lambda row: (-row.leads, -row.calls, row.campaign))
    total = Row(
        campaign="",
        leads=sum(row.leads for row in rows),
        calls=sum(row.calls for row in rows),
        answered=sum(row.answered for row in rows),
        sales=sum(row.sales for row in rows),
        revenue=sum_money(one for row in rows for one in row.revenue),
        cost=sum_money(one for row in rows for one in row.cost),
        credit=sum_money(one for row in rows for one in row.credit),
        called=sum(row.called for row in rows),
        response=response,
    )
    return Figures(since, until, total, tuple(order))


def last_digest(
    *, now: datetime, playbook: Playbook, zone: ZoneInfo
) -> tuple[datetime, datetime, datetime]:
    """Give when the newest digest was due, and its period: the seven local days before that day.

    All three are in the team's `zone`; the due moment is not after `now`.
    """
    local = now.astimezone(zone)
    back = (local.weekday() - playbook.digest_weekday) % WEEK
    day = local.date() - timedelta(days=back)
    due = datetime.combine(day, playbook.digest_at, zone)
    if due > local:
        day -= timedelta(days=WEEK)
        due = datetime.combine(day, playbook.digest_at, zone)
    until = datetime.combine(day, datetime.min.time(), zone)
    since = datetime.combine(day - timedelta(days=WEEK), datetime.min.time(), zone)
    return due, since, until
