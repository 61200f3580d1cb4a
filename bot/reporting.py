"""A report gathered: each section of what storage counts, by the rules of its figures (L6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot import counting
from bot.arrivals import Past, read_past
from bot.counting import Period
from bot.desk import Desk
from rules import figures_calls, figures_leads, figures_rest, stats
from rules.counting import LEAST_CALLS, window_of
from rules.figures_calls import Cuts, Work
from rules.figures_lines import Counted, Lines, make_lines
from rules.lifetimes import NO_LIFETIMES, Lifetimes, Month, lifetimes, months_of
from rules.money import Money, sum_money
from rules.pricing import Pricing
from rules.report import Line, Report, Window
from rules.report_calls import Talk
from rules.report_rest import ClaimFigures
from rules.sums import Left, Sale
from storage import figures, reps
from storage import figures_leads as stored_leads
from storage import figures_rest as stored_rest
from storage.unit import View

A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Read:
    """All that a report is made of, read once; `closes` are by lead, of the whole window."""

    period: Period
    window: Window
    pricing: Pricing
    least: int
    past: Past
    sales: Sequence[Sale]
    closes: Mapping[int, Sale]
    counted: Counted
    cuts: Cuts
    left: Sequence[Left]


def lines(desk: Desk, view: View, period: Period) -> Lines:
    """Give a period's lines alone: no conversion, which is of a longer time."""
    sales = figures.sales(view, **period.asked)
    counted = counting.read(desk, view, period, sales)
    pricing = counting.prices(desk, until=period.until)
    return make_lines(counted, pricing, least=desk.playbook.counting.least)


def look_back(desk: Desk, view: View, periods: Sequence[Period], *, cohorts: bool = True) -> Past:
    """Read who came and what was sold as far back as some periods look, the newest first.

    They are of the same leads; `cohorts` are the newest one's.
    """
    windows = [_window(desk, one) for one in periods]
    months = _months(desk, periods[0]) if cohorts else ()
    until, only = max(one.until for one in periods), periods[0].only
    exchange = counting.exchange_of(desk)
    return read_past(view, windows, months=months, until=until, exchange=exchange, only=only)


def report(
    desk: Desk, view: View, period: Period, *, cohorts: bool = True, past: Past | None = None
) -> Report:
    """Gather a period alone, of `past` where that was read; `cohorts` and reps' hours if asked."""
    zone, last = desk.settings.zone, period.until - A_MOMENT
    days = period.since.astimezone(zone).date(), last.astimezone(zone).date()
    months = _months(desk, period) if cohorts else ()
    past = past or look_back(desk, view, [period], cohorts=cohorts)
    found = _read(desk, view, period, past, cohorts=cohorts)
    worth = _worth(found, months) if cohorts else NO_LIFETIMES
    told = _with_rep(make_lines(found.counted, found.pricing, least=found.least), found)
    told = _with_worth(told, worth)
    sections = _of_leads(view, found) | _of_calls(view, found, told.total)
    return Report(
        since=period.since,
        until=period.until,
        days=days,
        currency=found.pricing.exchange.currency,
        window=found.window,
        total=told.total,
        campaigns=told.campaigns,
        banners=told.banners,
        cohorts=worth.cohorts,
        **sections,
        **_of_rest(view, found, told.total),
        least_leads=found.least,
        least_calls=LEAST_CALLS,
        only=period.only,
    )


def _months(desk: Desk, period: Period) -> tuple[Month, ...]:
    horizon, until = desk.playbook.counting.horizon_days, _known(desk, period.until)
    return months_of(until=until, horizon_days=horizon, zone=desk.settings.zone)


def _known(desk: Desk, until: datetime) -> datetime:
    """Give how far a period is known: to its end, or to this very moment."""
    return min(until, desk.clock() + A_MOMENT)


def _window(desk: Desk, period: Period) -> Window:
    return window_of(
        since=period.since,
        until=_known(desk, period.until),
        counting=desk.playbook.counting,
        mature_days=desk.playbook.tiers.mature_days,
        zone=desk.settings.zone,
    )


def _read(desk: Desk, view: View, period: Period, past: Past, *, cohorts: bool) -> _Read:
    book, window = desk.playbook, _window(desk, period)
    sales, grown = past.sold(window.since, period.until), past.grown(window)
    closes = figures_leads.closes_of(counting.own(sales, period.only), window)
    theirs = [one for one in sales if one.at >= period.since]
    counted = counting.read(desk, view, period, theirs)
    judged = [one for one in closes.values() if figures_leads.is_judged(one, window)]
    return _Read(
        period,
        window,
        counting.prices(desk, until=window.until),
        book.counting.least,
        past,
        sales,
        closes,
        replace(counted, grown=grown, closes=judged),
        counting.cuts(desk, view, period, rep_hours=cohorts),
        stored_rest.left(view, **period.asked),
    )


def _worth(found: _Read, months: Sequence[Month]) -> Lifetimes:
    return lifetimes(
        months,
        found.past.came_by(months, found.window),
        found.past.earned,
        found.pricing,
        horizon_days=found.window.horizon_days,
        least=found.least,
    )


def _with_worth(told: Lines, worth: Lifetimes) -> Lines:
    campaigns = tuple(replace(one, lifetime=worth.of(one.campaign)) for one in told.campaigns)
    total = replace(told.total, lifetime=worth.of(None))
    return replace(told, total=total, campaigns=campaigns)


def _with_rep(told: Lines, found: _Read) -> Lines:
    """Put a rep's calls into the line of all, since they are summed by no campaign."""
    if found.period.only.rep is None:
        return told
    calls = [one for _, one in found.cuts.rep]
    answered, made = sum(one.answered for one in calls), sum(one.calls for one in calls)
    share = stats.share(answered, made, least=LEAST_CALLS)
    seconds = sum(one.seconds for one in calls)
    return replace(told, total=replace(told.total, calls=share, talk_seconds=seconds))


def _of_leads(view: View, found: _Read) -> dict[str, Any]:
    waits = [wait for one in found.counted.waits for wait in one.seconds]
    grouped = found.past.grouped(found.window)
    changes = stored_leads.stage_changes(view, **found.period.asked)
    return {
        "response": figures_leads.response(
            found.counted.came, waits, grouped.judged, found.counted.closes, least=found.least
        ),
        "closing": figures_leads.closings(
            found.past.came(found.window),
            found.closes.values(),
            found.window,
            zone=found.past.zone,
            least=found.least,
        ),
        "stages": figures_leads.stage_figures(grouped.stages, changes, least=found.least),
    }


def _of_calls(view: View, found: _Read, total: Line) -> dict[str, Any]:
    counted, only = found.counted, found.period.only
    work = Work(
        stored_leads.given_to(view, **found.period.asked),
        counted.waits,
        {one.slack_id: one.name for one in reps.everybody(view)},
    )
    theirs = [one for one in found.sales if one.at >= found.period.since]
    by_reps = figures_calls.rep_figures(work, found.cuts, theirs, found.pricing, least=found.least)
    return {
        "answering": figures_calls.answering(
            counted.came, total.calls, found.cuts, least=found.least
        ),
        "talk": Talk()
        if only.rep
        else figures_calls.talk(counted.called, counted.sales, found.pricing),
        "reps": tuple(one for one in by_reps if only.rep in {None, one.rep}),
    }


def _of_rest(view: View, found: _Read, total: Line) -> dict[str, Any]:
    claims = stored_rest.claimed(view, **found.period.asked)
    due = stored_rest.due(view, **found.period.asked)
    figures_of_claims = ClaimFigures(
        claims.sent, claims.accepted, claims.refused, total.credit, claims.waiting
    )
    return {
        "messages": figures_rest.message_figures(found.left, found.pricing, least=found.least),
        "followups": figures_rest.followups(due, until=found.window.until, least=found.least),
        "mailing": figures_rest.mailing(found.left, least=found.least),
        "claims": figures_of_claims,
        "unknown": _unknown(found),
        "rateless": _rateless(total),
    }


def _unknown(found: _Read) -> tuple[str, ...]:
    counted = found.counted
    return found.pricing.unknown(
        countries={one.country for one in counted.called if one.seconds},
        channels={one.channel for one in counted.written},
        products={one.product for one in counted.sales if one.amount},
    )


def _rateless(total: Line) -> tuple[Money, ...]:
    money = (total.revenue, total.later, total.cost, total.credit, total.talk_cost)
    return sum_money(one for part in (*money, total.message_cost) for one in part.apart)
