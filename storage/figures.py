"""What figures are summed of: who came, what was sold, paid and written in a period (L6).

Each statement reads one range of an index; calls come from the rollups.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Float,
    Integer,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from rules.claims import ClaimState
from rules.counting import MONTH
from rules.money import Money
from rules.report import Only
from rules.sums import BUCKETS, LATER, NEVER, Came, Paid, Sale, Sold, Wait, Written
from rules.words import Channel, Kind, Outcome
from storage.messages import FAILED
from storage.rows import is_just
from storage.tables import attempts, claims, lead_sources, leads, messages
from storage.unit import View

LINE = leads.c.campaign, leads.c.banner
A_MILLISECOND = timedelta(milliseconds=1)

Span = tuple[datetime, datetime]


def of_those(only: Only) -> list[Any]:
    """Give what leads must be for a cut: of a campaign, or a rep's own."""
    campaign = [] if only.campaign is None else [leads.c.campaign == only.campaign]
    return campaign + ([] if only.rep is None else [leads.c.owner == only.rep])


def came_in(since: datetime, until: datetime, only: Only) -> Any:
    """Say which leads came from a moment up to another (UTC); not those that became another."""
    where = leads.c.received_at >= since, leads.c.received_at < until
    return leads.c.merged_into.is_(None), *where, *of_those(only)


def seconds(view: View, later: Any, earlier: Any) -> Any:
    """Make the seconds between two moments; SQLite keeps moments as text."""
    if view.dialect == "sqlite":
        days = func.julianday(later) - func.julianday(earlier)
        return days * 86400.0
    return cast(func.extract("epoch", later - earlier), Float)


def milliseconds(view: View, later: Any, earlier: Any) -> Any:
    """Make the whole milliseconds between two moments."""
    return cast(func.round(seconds(view, later, earlier) * 1000), BigInteger)


def listed(number: Any) -> Any:
    """Make one text of the whole numbers of a group: a row of each would cost much more."""
    return func.aggregate_strings(cast(number, Text), ",")


def read_seconds(written: str) -> list[float]:
    """Read listed milliseconds as seconds, never less than none."""
    return [max(0, int(one)) / 1000 for one in written.split(",")]


def bucket(view: View) -> Any:
    """Make the part of the first-call times that a lead belongs to (C1), to the millisecond."""
    took = seconds(view, leads.c.first_call_at, leads.c.received_at)
    within = [(took <= literal_column(f"{one}.001"), _number(one)) for one in BUCKETS]
    never = leads.c.first_call_at.is_(None), _number(NEVER)
    return case(never, *within, else_=_number(LATER))


def _number(value: int) -> Any:
    return literal_column(str(value), Integer)


def came(view: View, *, since: datetime, until: datetime, only: Only) -> list[Came]:
    """Count who came from `since` up to `until` (UTC), by campaign and banner (L6.1, L6.7)."""
    counts = func.count(), func.count(leads.c.first_call_at), func.count(leads.c.reached_at)
    query = select(*LINE, *counts).where(*came_in(since, until, only)).group_by(*LINE)
    return [Came(*row) for row in view.execute(query)]


def first_calls(view: View, *, since: datetime, until: datetime, only: Only) -> list[Wait]:
    """Give how long the leads that came in a period (UTC) waited for their first call (C1)."""
    took = milliseconds(view, leads.c.first_call_at, leads.c.received_at)
    called = leads.c.first_call_at.is_not(None)
    query = select(leads.c.owner, *LINE, listed(took))
    query = query.where(*came_in(since, until, only), called).group_by(leads.c.owner, *LINE)
    return [
        Wait(owner, campaign, banner, read_seconds(waits))
        for owner, campaign, banner, waits in view.execute(query)
    ]


def whole(took: Any) -> float:
    """Give seconds to the millisecond, since what databases reckon differs below; never less."""
    return round(max(0.0, float(took)), 3)


def sales(view: View, *, since: datetime, until: datetime, only: Only) -> list[Sale]:
    """Give the sales and refunds from `since` up to `until` (UTC), oldest first.

    Those of a rep are what they logged, and what was logged of their leads.
    """
    theirs = (leads.c.owner == only.rep) | (attempts.c.by == only.rep)
    who = [] if only.rep is None else [theirs]
    campaign = of_those(Only(campaign=only.campaign))
    query = (
        select(
            *(leads.c.id, *LINE, leads.c.kind, leads.c.product, leads.c.owner, attempts.c.by),
            *(leads.c.received_at, bucket(view), attempts.c.at),
            *(attempts.c.amount_minor, attempts.c.currency, _taken_back()),
        )
        .join_from(attempts, leads)
        .where(is_just(attempts.c.outcome, Outcome.SOLD), attempts.c.undone_at.is_(None))
        .where(attempts.c.at >= since, attempts.c.at < until, *who, *campaign)
    )
    rows = view.execute(query.order_by(attempts.c.at, attempts.c.id))
    return [_sale(row) for row in rows]


def _sale(row: Any) -> Sale:
    lead, campaign, banner, kind, product, owner, by, came_at, part, at, *money, sold_at = row
    minor, currency = money
    amount = None if minor is None else Money(minor, currency)
    who = lead, campaign, banner, Kind(kind), product, owner, by
    return Sale(*who, came_at, part, at, amount, sold_at)


def _taken_back() -> Any:
    """Make the moment of the lead's last sale before a refund; NULL of all else."""
    sale, refund = attempts.alias("sale"), attempts.c
    earlier = or_(sale.c.at < refund.at, and_(sale.c.at == refund.at, sale.c.id < refund.id))
    kept = or_(sale.c.amount_minor.is_(None), sale.c.amount_minor >= 0)
    last = select(func.max(sale.c.at)).where(
        *(sale.c.lead_id == refund.lead_id, earlier, kept, sale.c.undone_at.is_(None)),
        is_just(sale.c.outcome, Outcome.SOLD),
    )
    return case((refund.amount_minor < 0, last.correlate(attempts).scalar_subquery()))


def sold(view: View, months: Sequence[datetime], span: Span, *, only: Only) -> list[Sold]:
    """Gather what was sold in a span (UTC) to leads that came in some months (L6.5).

    `months` are their first moments and the last one's end. No rate may change in the span. What
    is alike, to the millisecond of a lead's life, is one row.
    """
    came_at, one = leads.c.received_at, attempts.c
    before = [(came_at < end, _number(place)) for place, end in enumerate(months[1:])]
    age = milliseconds(view, one.at, came_at) // _number(MONTH // A_MILLISECOND)
    columns = leads.c.campaign, case(*before).label("month"), age.label("age"), leads.c.product
    query = select(*columns, one.amount_minor, one.currency).join_from(attempts, leads)
    alike = query.where(
        *(is_just(one.outcome, Outcome.SOLD), one.undone_at.is_(None)),
        *(one.at >= span[0], one.at < span[1], one.amount_minor.is_not(None)),
        *(came_at >= months[0], came_at < months[-1], *of_those(only)),
    ).subquery()
    return [
        Sold(campaign, month, max(0, lived), product, Money(minor, currency), span[0], count)
        for campaign, month, lived, product, minor, currency, count in view.execute(
            select(*alike.c, func.count()).group_by(*alike.c)
        )
    ]


def paid(view: View, *, since: datetime, until: datetime, only: Only) -> Iterator[Paid]:
    """Give what leads cost that were bought in a period (UTC), by what their sources say (L6.3).

    The moment of each sum is the period's first.
    """
    source = lead_sources.c
    group = source.campaign, source.banner, source.currency
    query = select(*group, func.sum(source.cost_minor)).where(
        *(source.at >= since, source.at < until, source.cost_minor.is_not(None))
    )
    if only.campaign is not None:
        query = query.where(source.campaign == only.campaign)
    if only.rep is not None:
        query = query.join_from(lead_sources, leads).where(leads.c.owner == only.rep)
    for campaign, banner, currency, minor in view.execute(query.group_by(*group)):
        yield Paid(campaign, banner, Money(int(minor), currency), since)


def credited(view: View, *, since: datetime, until: datetime, only: Only) -> Iterator[Paid]:
    """Give what vendors accepted to give back in a period (UTC), whenever leads came (L5.5)."""
    group = claims.c.campaign, lead_sources.c.banner, claims.c.currency
    query = select(*group, func.sum(claims.c.credit_minor)).join_from(claims, lead_sources)
    query = query.where(
        claims.c.state == ClaimState.ACCEPTED,
        *(claims.c.decided_at >= since, claims.c.decided_at < until),
    )
    if only.campaign is not None:
        query = query.where(claims.c.campaign == only.campaign)
    if only.rep is not None:
        theirs = leads.c.id == claims.c.lead_id
        query = query.join(leads, theirs).where(leads.c.owner == only.rep)
    for campaign, banner, currency, minor in view.execute(query.group_by(*group)):
        yield Paid(campaign, banner, Money(int(minor), currency), since)


def written(view: View, *, since: datetime, until: datetime, only: Only) -> list[Written]:
    """Count the messages that left in a period (UTC), by whose they were."""
    query = select(*LINE, messages.c.channel, func.count()).join_from(messages, leads)
    query = query.where(messages.c.at >= since, messages.c.at < until, *of_those(only))
    query = query.where(messages.c.state != FAILED).group_by(*LINE, messages.c.channel)
    return [
        Written(campaign, banner, Channel(channel), count)
        for campaign, banner, channel, count in view.execute(query)
    ]


def first_lead_at(view: View) -> datetime | None:
    """Give when the first lead was received (UTC), or None: there is none yet."""
    return view.execute(select(func.min(leads.c.received_at))).scalar()
