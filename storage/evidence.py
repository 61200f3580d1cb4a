"""What proposals are counted of: leads of a window that are judged, and all that came of them (L6).

Leads are read through ix_leads_received, sales through ix_attempts_sold, and what hangs on a lead
by that lead; calls come from the rollups. Moments are UTC.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, and_, cast, distinct, func, literal, or_, select

from rules.claims import ClaimState
from rules.money import Money
from rules.report import ALL, Window
from rules.words import Channel, Kind, Layer, Outcome, Tier
from storage.figures import came_in, seconds
from storage.figures_rest import HEARD
from storage.messages import FAILED
from storage.rows import is_just
from storage.tables import Moment, attempts, claims, history, lead_sources, leads, messages
from storage.unit import View

DAY = 86_400
Place = tuple[str, str, Kind]


@dataclass(frozen=True, slots=True)
class Alike:
    """Judged leads that are alike in all this; `rep` has them."""

    campaign: str
    banner: str
    kind: Kind
    product: str
    language: str
    region: str
    rep: str
    leads: int


@dataclass(frozen=True, slots=True)
class Buyer:
    """A lead that bought: what sales do not tell of it; `nth` of its calls reached it first."""

    tier: Tier
    language: str
    region: str
    nth: int | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What judged leads of one campaign, banner and kind cost, or gave back."""

    campaign: str
    banner: str
    kind: Kind
    money: Money


def _judged(window: Window) -> Any:
    return came_in(window.since, window.judged_until, ALL)


def alike(view: View, window: Window) -> list[Alike]:
    """Count the judged leads by all that proposals tell them apart by."""
    one = leads.c
    group = (one.campaign, one.banner, one.kind, one.product, one.language, one.region, one.owner)
    query = select(*group, func.count()).where(*_judged(window)).group_by(*group)
    return [
        Alike(campaign, banner, Kind(kind), *rest)
        for campaign, banner, kind, *rest in view.execute(query)
    ]


def _first_answered(window: Window) -> Any:
    """Give which call to a lead was the first that it answered; NULL where that is not known.

    It is within the time in which calls are counted too.
    """
    mine = and_(
        attempts.c.lead_id == leads.c.id,
        attempts.c.at >= window.since,
        attempts.c.at < window.judged_until,
        attempts.c.at == leads.c.reached_at,
        attempts.c.answered.is_(True),
        attempts.c.undone_at.is_(None),
    )
    return select(func.min(attempts.c.nth)).where(mine).correlate(leads).scalar_subquery()


def buyers(view: View, window: Window) -> dict[int, Buyer]:
    """Give the judged leads to which something was sold by the window's end, by number."""
    sold = attempts.alias("sold")
    one = leads.c
    query = (
        select(one.id, one.tier, one.language, one.region, _first_answered(window))
        .join_from(sold, leads, sold.c.lead_id == leads.c.id)
        .where(is_just(sold.c.outcome, Outcome.SOLD), sold.c.undone_at.is_(None))
        .where(sold.c.at >= window.since, sold.c.at < window.until, *_judged(window))
        .distinct()
    )
    return {
        number: Buyer(Tier(tier), language, region, nth)
        for number, tier, language, region, nth in view.execute(query)
    }


def firsts(view: View, window: Window) -> dict[tuple[Tier, int], int]:
    """Count the judged leads by tier and by the call that was the first to reach them."""
    reached = leads.c.reached_at.is_not(None)
    query = select(leads.c.tier, _first_answered(window)).where(*_judged(window), reached)
    # Grouped by the database it would be looked up anew for each clause.
    counted = Counter((tier, nth) for tier, nth in view.execute(query))
    return {(Tier(tier), nth): count for (tier, nth), count in counted.items() if nth is not None}


def spent(view: View, since: datetime, until: datetime) -> Iterator[Cost]:
    """Give what leads that came from a moment up to another cost, by what their sources say.

    It is the source's campaign that was paid, as in all figures (L6.3).
    """
    source = lead_sources.c
    group = source.campaign, source.banner, leads.c.kind, source.currency
    query = select(*group, func.sum(source.cost_minor)).join_from(leads, lead_sources)
    return _costs(view, query.where(source.cost_minor.is_not(None)), group, since, until)


def credited(view: View, since: datetime, until: datetime) -> Iterator[Cost]:
    """Give what vendors gave back of leads that came from a moment up to another (L5.5)."""
    group = claims.c.campaign, lead_sources.c.banner, leads.c.kind, claims.c.currency
    query = (
        select(*group, func.sum(claims.c.credit_minor))
        .join_from(leads, claims, claims.c.lead_id == leads.c.id)
        .join(lead_sources, lead_sources.c.id == claims.c.source_id)
        .where(claims.c.state == ClaimState.ACCEPTED)
    )
    return _costs(view, query, group, since, until)


def _costs(
    view: View, query: Any, group: Sequence[Any], since: datetime, until: datetime
) -> Iterator[Cost]:
    query = query.where(*came_in(since, until, ALL)).group_by(*group)
    for campaign, banner, kind, currency, minor in view.execute(query):
        yield Cost(campaign, banner, Kind(kind), Money(int(minor), currency))


def written(view: View, window: Window) -> list[tuple[str, str, Kind, Channel, int]]:
    """Count the messages that left for judged leads, by campaign, banner, kind and channel."""
    group = leads.c.campaign, leads.c.banner, leads.c.kind, messages.c.channel
    query = select(*group, func.count()).join_from(leads, messages)
    query = query.where(*_judged(window), messages.c.state != FAILED).group_by(*group)
    return [
        (campaign, banner, Kind(kind), Channel(channel), count)
        for campaign, banner, kind, channel, count in view.execute(query)
    ]


def texted(view: View, window: Window) -> dict[Tier, int]:
    """Count the first SMS to judged leads, by tier (L2.1)."""
    query = select(leads.c.tier, func.count()).join_from(leads, messages)
    rows = view.execute(query.where(*_texted(window)).group_by(leads.c.tier))
    return {Tier(tier): count for tier, count in rows}


def _texted(window: Window) -> Any:
    left = messages.c.state != FAILED, messages.c.channel == Channel.SMS
    return *_judged(window), *left, messages.c.layer == Layer.SMS_FIRST


def came_back(view: View, window: Window) -> dict[int, Tier]:
    """Give the judged leads that wrote after the first SMS before another call reached them."""
    heard = select(func.min(history.c.at)).where(
        history.c.lead_id == leads.c.id, history.c.at >= messages.c.at, HEARD
    )
    first = heard.correlate(leads, messages).scalar_subquery()
    called = leads.c.reached_at
    between = or_(called.is_(None), called < messages.c.at, called > first)
    query = select(leads.c.id, leads.c.tier).join_from(leads, messages)
    rows = view.execute(query.where(*_texted(window), first.is_not(None), between))
    return {number: Tier(tier) for number, tier in rows}


def ages(view: View, window: Window) -> dict[Place, Counter[int]]:
    """Count who came since the window began, by campaign, banner and kind, and by days of life.

    The days are whole ones at the window's end.
    """
    lived = seconds(view, literal(window.until, Moment()), leads.c.received_at) / DAY
    day = cast(lived if view.dialect == "sqlite" else func.floor(lived), Integer)
    group = leads.c.campaign, leads.c.banner, leads.c.kind, day
    query = select(*group, func.count()).where(*came_in(window.since, window.until, ALL))
    found: dict[Place, Counter[int]] = defaultdict(Counter)
    for campaign, banner, kind, days, count in view.execute(query.group_by(*group)):
        found[campaign, banner, Kind(kind)][max(0, int(days))] += count
    return found


def priced(view: View, window: Window) -> dict[Place, int]:
    """Count the judged leads whose price is known, by what their sources say, as `spent` does."""
    source = lead_sources.c
    group = source.campaign, source.banner, leads.c.kind
    query = select(*group, func.count(distinct(leads.c.id))).join_from(leads, lead_sources)
    query = query.where(source.cost_minor.is_not(None), *_judged(window)).group_by(*group)
    return {
        (campaign, banner, Kind(kind)): count
        for campaign, banner, kind, count in view.execute(query)
    }
