"""Leads of a window as figures need them: what became of them, how long they lived (L6)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import distinct, func, literal, select

from rules.report import Only
from rules.sums import Alike
from rules.words import Kind, Stage
from storage.figures import (
    LINE,
    bucket,
    came_in,
    listed,
    milliseconds,
    of_those,
    read_seconds,
    seconds,
    whole,
)
from storage.tables import Moment, given, leads, stages
from storage.unit import View

Span = tuple[datetime, datetime]


def alike(view: View, span: Span, *, only: Only) -> list[Alike]:
    """Gather who came in a span (UTC): all that are alike in one row (C1, L6.2, L6.4)."""
    since, until = span
    age = milliseconds(view, literal(until, Moment()), leads.c.received_at).label("age")
    group = *LINE, leads.c.kind, leads.c.stage, bucket(view).label("part")
    found = select(*group, leads.c.id, age).where(*came_in(since, until, only)).subquery()
    *keys, lead, lived = found.c
    query = select(*keys, listed(lead), listed(lived)).group_by(*keys)
    return [
        Alike(campaign, banner, Kind(kind), Stage(stage), part, _numbers(who), read_seconds(ages))
        for campaign, banner, kind, stage, part, who, ages in view.execute(query)
    ]


def _numbers(written: str) -> list[int]:
    return [int(one) for one in written.split(",")]


def came_by(view: View, spans: Sequence[Span], *, only: Only) -> list[Counter[str]]:
    """Count who came in each span (UTC), by campaign (L6.5).

    All are counted by the index alone, and those that became another are taken off.
    """
    found = []
    for since, until in spans:
        counts = Counter(_counted(view, leads.c.received_at, since, until, of_those(only)))
        # No column, so that both databases go by the index of the few that are gone.
        came = func.coalesce(leads.c.received_at, leads.c.created_at)
        gone = leads.c.merged_into.is_not(None), *of_those(only)
        counts.subtract(_counted(view, came, since, until, gone))
        found.append(counts)
    return found


def _counted(
    view: View, came: Any, since: datetime, until: datetime, also: Sequence[Any]
) -> dict[str, int]:
    query = select(leads.c.campaign, func.count()).where(came >= since, came < until, *also)
    return dict(view.execute(query.group_by(leads.c.campaign)).all())


def given_to(view: View, *, since: datetime, until: datetime, only: Only) -> dict[str, int]:
    """Count the leads that each rep was given from `since` up to `until` (UTC) (C3)."""
    query = select(given.c.rep, func.count(distinct(given.c.lead_id)))
    query = query.where(given.c.at >= since, given.c.at < until, given.c.rep > "")
    if only.campaign is not None:
        query = query.join_from(given, leads).where(leads.c.campaign == only.campaign)
    if only.rep is not None:
        query = query.where(given.c.rep == only.rep)
    return dict(view.execute(query.group_by(given.c.rep)).all())


def stage_changes(
    view: View, *, since: datetime, until: datetime, only: Only
) -> list[tuple[Stage, Stage, float]]:
    """Give the changes of stage in a period (UTC): from, to, seconds since the one before (S1).

    A lead's first stage begins when it came.
    """
    older = stages.alias("older")
    before = select(older.c.at).where(older.c.lead_id == stages.c.lead_id, older.c.id < stages.c.id)
    newest = before.order_by(older.c.id.desc()).limit(1).scalar_subquery()
    began = func.coalesce(newest, leads.c.received_at)
    query = select(stages.c.was, stages.c.stage, seconds(view, stages.c.at, began))
    query = query.join_from(stages, leads).where(
        stages.c.at >= since, stages.c.at < until, *of_those(only)
    )
    return [(Stage(was), Stage(now), whole(took)) for was, now, took in view.execute(query)]
