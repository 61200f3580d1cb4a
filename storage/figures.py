"""The digest's sums, over one period's rows alone."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from statistics import mean
from typing import Any

from sqlalchemy import Column, case, func, or_, select

from rules.claims import ClaimState
from rules.digest import Row, sum_money
from rules.money import Money
from rules.words import Outcome
from storage.tables import attempts, claims, lead_sources, leads
from storage.unit import View


def campaign_rows(view: View, *, since: datetime, until: datetime) -> list[Row]:
    """Give each campaign's figures for moments from `since` up to `until` (UTC)."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for part in (_received, _first_called, _called, _sold, _cost, _credit):
        for campaign, values in part(view, since, until).items():
            found[campaign] |= values
    return [Row(campaign=campaign, **values) for campaign, values in found.items()]


def _received(view: View, since: datetime, until: datetime) -> dict[str, dict[str, Any]]:
    query = select(leads.c.campaign, func.count(), func.count(leads.c.first_call_at))
    query = query.where(_came(since, until)).group_by(leads.c.campaign)
    return {
        campaign: {"leads": count, "called": called}
        for campaign, count, called in view.execute(query)
    }


def _first_called(view: View, since: datetime, until: datetime) -> dict[str, dict[str, Any]]:
    middles: dict[str, list[float]] = defaultdict(list)
    for seconds, campaign in _middle(view, since, until, leads.c.campaign):
        middles[campaign].append(seconds)
    return {campaign: {"response": mean(found)} for campaign, found in middles.items()}


def response(view: View, *, since: datetime, until: datetime) -> float | None:
    """Give the median seconds from receiving a lead to its first call, of all campaigns' (L6.4).

    They are those received from `since` up to `until` (UTC) and called; None where none was.
    """
    middles = [found[0] for found in _middle(view, since, until)]
    return mean(middles) if middles else None


def _middle(
    view: View, since: datetime, until: datetime, *by: Column[str]
) -> Iterator[tuple[Any, ...]]:
    """Give the seconds to the first call in the middle of each group's, or the two around it."""
    place = func.row_number().over(partition_by=by or None, order_by=_took(view))
    count = func.count().over(partition_by=by or None)
    ranked = select(
        *(leads.c.received_at, leads.c.first_call_at, *by),
        (2 * place).label("twice"),
        count.label("count"),
    ).where(_came(since, until), leads.c.first_call_at.is_not(None))
    rows = ranked.subquery()
    asked = [rows.c[one.name] for one in (leads.c.received_at, leads.c.first_call_at, *by)]
    query = select(*asked).where(rows.c.twice >= rows.c.count, rows.c.twice <= rows.c.count + 2)
    for received, called, *rest in view.execute(query):
        yield max(0.0, (called - received).total_seconds()), *rest


def _took(view: View) -> Any:
    """Make what orders leads by the time to their first call; SQLite keeps moments as text."""
    if view.dialect == "sqlite":
        return func.julianday(leads.c.first_call_at) - func.julianday(leads.c.received_at)
    return leads.c.first_call_at - leads.c.received_at


def _came(since: datetime, until: datetime) -> Any:
    inside = (leads.c.received_at >= since) & (leads.c.received_at < until)
    return inside & leads.c.merged_into.is_(None)


def _rang() -> Any:
    return or_(attempts.c.amount_minor.is_(None), attempts.c.amount_minor >= 0)


def _made(since: datetime, until: datetime) -> Any:
    return (attempts.c.at >= since) & (attempts.c.at < until) & attempts.c.undone_at.is_(None)


def _called(view: View, since: datetime, until: datetime) -> dict[str, dict[str, Any]]:
    answered = func.sum(case((attempts.c.answered, 1), else_=0))
    query = select(leads.c.campaign, func.count(), answered).join_from(attempts, leads)
    query = query.where(_made(since, until), _rang()).group_by(leads.c.campaign)
    return {
        campaign: {"calls": calls, "answered": int(picked or 0)}
        for campaign, calls, picked in view.execute(query)
    }


def _sold(view: View, since: datetime, until: datetime) -> dict[str, dict[str, Any]]:
    query = select(leads.c.campaign, attempts.c.currency, attempts.c.amount_minor)
    query = query.join_from(attempts, leads).where(
        _made(since, until), attempts.c.outcome == Outcome.SOLD
    )
    sales: dict[str, int] = defaultdict(int)
    revenue: dict[str, list[Money]] = defaultdict(list)
    for campaign, currency, minor in view.execute(query):
        sales[campaign] += int((minor or 0) > 0)
        revenue[campaign].append(Money(minor or 0, currency))
    return {
        campaign: {"sales": sales[campaign], "revenue": sum_money(parts)}
        for campaign, parts in revenue.items()
    }


def _cost(view: View, since: datetime, until: datetime) -> dict[str, dict[str, Any]]:
    query = select(
        lead_sources.c.campaign, lead_sources.c.currency, func.sum(lead_sources.c.cost_minor)
    ).where(
        lead_sources.c.at >= since,
        lead_sources.c.at < until,
        lead_sources.c.cost_minor.is_not(None),
    )
    parts: dict[str, list[Money]] = defaultdict(list)
    for campaign, currency, minor in view.execute(
        query.group_by(lead_sources.c.campaign, lead_sources.c.currency)
    ):
        parts[campaign].append(Money(int(minor), currency))
    return {campaign: {"cost": sum_money(costs)} for campaign, costs in parts.items()}


def _credit(view: View, since: datetime, until: datetime) -> dict[str, dict[str, Any]]:
    """Give what vendors accepted to give back in these days, whenever the leads came (L5.5)."""
    query = select(claims.c.campaign, claims.c.currency, func.sum(claims.c.credit_minor)).where(
        claims.c.state == ClaimState.ACCEPTED,
        *(claims.c.decided_at >= since, claims.c.decided_at < until),
    )
    parts: dict[str, list[Money]] = defaultdict(list)
    grouped = query.group_by(claims.c.campaign, claims.c.currency)
    for campaign, currency, minor in view.execute(grouped):
        parts[campaign].append(Money(int(minor), currency))
    return {campaign: {"credit": sum_money(given)} for campaign, given in parts.items()}


def first_lead_at(view: View) -> datetime | None:
    """Give when the first lead was received (UTC), or None: there is none yet."""
    return view.execute(select(func.min(leads.c.received_at))).scalar()
