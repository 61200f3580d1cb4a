"""What is measured of leads and calls, kept for the day, and the tiers that follow from it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, delete, func, insert, or_, select, update

from rules.answering import HourRate, Hours
from rules.tiers import Cell, Grade, Group
from rules.words import LIVING, Kind, Stage, Step, Tier
from storage import marks
from storage.tables import answer_hours, attempts, leads, tier_cells
from storage.unit import Unit, View

_GROUP = (leads.c.campaign, leads.c.kind, leads.c.product)
_RANG = and_(
    attempts.c.undone_at.is_(None),
    or_(attempts.c.amount_minor.is_(None), attempts.c.amount_minor >= 0),
)


def count_cells(view: View, *, since: datetime, mature: datetime) -> list[Cell]:
    """Count leads received since a moment that are old enough to judge, and those that closed.

    Old enough are those received before `mature`, and earlier ones that live no more or are on
    the mailing list; closed are those won (L1.3). Moments are UTC.
    """
    judged = or_(
        leads.c.received_at < mature,
        leads.c.stage.not_in(sorted(LIVING)),
        leads.c.next_what == Step.MAILING_LIST,
    )
    closed = func.sum(case((leads.c.stage == Stage.WON, 1), else_=0))
    query = select(*_GROUP, func.count(), closed).where(leads.c.received_at >= since, judged)
    rows = view.execute(query.where(leads.c.merged_into.is_(None)).group_by(*_GROUP))
    return [
        Cell(Group(campaign, Kind(kind), product), count, int(won))
        for campaign, kind, product, count, won in rows
    ]


def count_hours(view: View, *, since: datetime) -> dict[Kind, Hours]:
    """Count calls and answered ones by kind and local hour since a moment (UTC) (L6.1).

    What was undone, and refunds, are no calls.
    """
    answered = func.sum(case((attempts.c.answered, 1), else_=0))
    query = select(leads.c.kind, attempts.c.local_hour, func.count(), answered)
    query = query.join_from(attempts, leads).where(
        attempts.c.at >= since, attempts.c.local_hour.is_not(None), _RANG
    )
    return _by_kind(view.execute(query.group_by(leads.c.kind, attempts.c.local_hour)))


def newest_calls(view: View, *, most: int) -> HourRate:
    """Count how many of the team's newest calls were answered (L2.5)."""
    newest = select(attempts.c.answered).where(_RANG).order_by(attempts.c.id.desc()).limit(most)
    found = newest.subquery()
    query = select(func.count(), func.sum(case((found.c.answered, 1), else_=0)))
    calls, answered = view.execute(query.select_from(found)).one()
    return HourRate(calls, int(answered or 0))


def keep(unit: Unit, cells: Iterable[Cell], hours: Mapping[Kind, Hours]) -> None:
    """Put measures in the place of those that were kept."""
    counted = [
        {
            "campaign": one.group.campaign,
            "kind": one.group.kind,
            "product": one.group.product,
            "leads": one.leads,
            "closed": one.closed,
        }
        for one in cells
    ]
    called = [
        {"kind": kind, "hour": hour, "calls": one.calls, "answered": one.answered}
        for kind, rates in hours.items()
        for hour, one in rates.items()
    ]
    for table, rows in ((tier_cells, counted), (answer_hours, called)):
        unit.execute(delete(table))
        if rows:
            unit.execute(insert(table), rows)


def kept_cells(view: View) -> list[Cell]:
    """Give the counts of leads that were kept."""
    found = tier_cells.c
    query = select(found.campaign, found.kind, found.product, found.leads, found.closed)
    return [
        Cell(Group(campaign, Kind(kind), product), count, closed)
        for campaign, kind, product, count, closed in view.execute(query)
    ]


def kept_hours(view: View) -> dict[Kind, Hours]:
    """Give the counts of calls that were kept."""
    found = answer_hours.c
    return _by_kind(view.execute(select(found.kind, found.hour, found.calls, found.answered)))


def _by_kind(rows: Iterable[Any]) -> dict[Kind, Hours]:
    found: dict[Kind, dict[int, HourRate]] = {}
    for kind, hour, calls, answered in rows:
        found.setdefault(Kind(kind), {})[hour] = HourRate(calls, int(answered))
    return dict(found)


def working_groups(view: View) -> list[Group]:
    """Give the groups of which a lead is worked now."""
    query = select(*_GROUP).where(leads.c.working.is_(True)).distinct()
    return [Group(campaign, Kind(kind), product) for campaign, kind, product in view.execute(query)]


def misgraded(view: View, grade: Grade, *, after: int, most: int) -> Sequence[int]:
    """Give the numbers of a group's worked leads whose tier or score is another, lowest first.

    Those at or below `after`, and those with a tier that a manager chose, are left out.
    """
    group = grade.group
    query = select(leads.c.id).where(
        leads.c.working.is_(True),
        leads.c.campaign == group.campaign,
        leads.c.kind == group.kind,
        leads.c.product == group.product,
        leads.c.tier_pin == "",
        or_(leads.c.tier != grade.tier, leads.c.score != grade.score),
        leads.c.id > after,
    )
    return view.execute(query.order_by(leads.c.id).limit(most)).scalars().all()


def regrade(unit: Unit, lead_ids: Sequence[int], grade: Grade) -> None:
    """Give leads the tier and score of a grade, but for those with a tier that was chosen.

    Their versions stay: no decision writes these two, so none is overwritten.
    """
    theirs = leads.c.id.in_(lead_ids) & (leads.c.tier_pin == "")
    marks.mark_leads(unit, lead_ids, which=theirs & (leads.c.tier != grade.tier))
    unit.execute(update(leads).where(theirs).values(tier=grade.tier, score=grade.score))


def pin(unit: Unit, lead_id: int, pinned: Tier | None, grade: Grade) -> None:
    """Keep the tier that a manager chose for a lead, None for none, and the grade it now has."""
    values = {"tier_pin": pinned or "", "tier": grade.tier, "score": grade.score}
    chosen = update(leads).where(leads.c.id == lead_id)
    marks.mark_leads(unit, (lead_id,))
    unit.execute(chosen.values(version=leads.c.version + 1, **values))
