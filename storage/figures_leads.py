"""Leads as figures need them: whom they were given to, how they went from stage to stage (L6)."""

from datetime import datetime

from sqlalchemy import distinct, func, select

from rules.report import Only
from rules.words import Stage
from storage.figures import of_those, seconds, whole
from storage.tables import given, leads, stages
from storage.unit import View


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
