"""What a day's calls are counted from: leads that are due, leads that came, calls made (C1)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    distinct,
    func,
    not_,
    or_,
    select,
    true,
)

from rules.playbook import Wave
from rules.words import Outcome, Step, Tier
from storage.rows import is_just
from storage.tables import ASKED, MAY_WAIT, attempts, lead_sources, leads
from storage.unit import View

Span = tuple[datetime, datetime]
NO_WAVE = Wave()
_CALLED = (Step.CALL, Step.FOLLOW_UP, Step.RETRY_UNAVAILABLE, Step.ASSIGN)
_AGREED = or_(leads.c.next_what == Step.FOLLOW_UP, leads.c.last_outcome == Outcome.NOTNOW, ASKED)
_SORT = case(
    (_AGREED, "agreed"),
    (leads.c.plan_step == 0, "first"),
    (leads.c.plan_step < bindparam("attempts"), "early"),
    else_="late",
)


def _due(owned: ColumnElement[bool]) -> Any:
    """Count by tier and sort; the place of each lead is one range of the index of the worked."""
    found = select(leads.c.tier, _SORT.label("sort")).where(
        leads.c.working.is_(True),
        owned,
        leads.c.next_at <= bindparam("until"),
        leads.c.next_what.in_(_CALLED),
    )
    some = found.limit(bindparam("most")).subquery()
    return select(some.c.tier, some.c.sort, func.count()).group_by(some.c.tier, some.c.sort)


_OF_THE_TEAM = _due(leads.c.owner.in_(bindparam("owners", expanding=True)))
_OF_NOBODY = _due(is_just(leads.c.owner, ""))


def due(
    view: View, *, owners: Sequence[str], until: datetime, attempts: int, most: int
) -> dict[Tier, dict[str, int]]:
    """Count the leads that are to be called up to `until` (UTC), by tier and sort (C1).

    They are those of `owners` and of nobody, at most so many of either. The sorts are those of
    `rules.wave.Calls`: 'late' are planned attempts after so many.
    """
    given = {"until": until, "attempts": attempts, "most": most}
    found: dict[Tier, dict[str, int]] = {tier: {} for tier in Tier}
    asked = [(_OF_NOBODY, given), *([(_OF_THE_TEAM, given | {"owners": owners})] * bool(owners))]
    for query, parameters in asked:
        for tier, sort, count in view.execute(query, parameters):
            counted = found[Tier(tier)]
            counted[sort] = counted.get(sort, 0) + count
    return found


def arrivals(view: View, spans: Iterable[Span], *, without: str) -> dict[Tier, int]:
    """Count the leads that came, or came again, in these stretches (UTC), by tier (C1).

    Those of the source `without` are left out.
    """
    count = func.count(distinct(leads.c.id))
    query = select(leads.c.tier, count).join_from(lead_sources, leads).group_by(leads.c.tier)
    found = dict.fromkeys(Tier, 0)
    for since, until in spans:
        came = lead_sources.c.at >= since, lead_sources.c.at < until
        for tier, number in view.execute(query.where(*came, lead_sources.c.source != without)):
            found[Tier(tier)] += number
    return found


def first_source_at(view: View) -> datetime | None:
    """Give when the first lead came (UTC), None where none did yet."""
    return view.execute(select(func.min(lead_sources.c.at))).scalar()


def newest_calls(view: View, *, since: datetime, most: int) -> list[tuple[str, datetime]]:
    """Give by whom and when (UTC) calls were made since a moment, at most so many of the newest.

    What was undone, and refunds, are no calls.
    """
    rang = or_(attempts.c.amount_minor.is_(None), attempts.c.amount_minor >= 0)
    query = select(attempts.c.by, attempts.c.at).where(
        attempts.c.at >= since, attempts.c.undone_at.is_(None), rang
    )
    rows = view.execute(query.order_by(attempts.c.at.desc()).limit(most))
    return [(by, at) for by, at in rows]


def due_before(view: View, *, at: datetime, most: int) -> int:
    """Count the leads that were due at a moment (UTC) and have been called since (C1).

    Of the calls since then so many at most are read, the oldest.
    """
    query = select(attempts.c.lead_id, attempts.c.before).where(
        attempts.c.at >= at, attempts.c.undone_at.is_(None)
    )
    first: dict[int, str | None] = {}
    for lead, before in view.execute(query.order_by(attempts.c.at, attempts.c.id).limit(most)):
        first.setdefault(lead, before.get("next_at"))
    return sum(datetime.fromisoformat(one) <= at for one in first.values() if one)


def is_on(wave: Wave) -> bool:
    """Say whether the playbook has a stricter bar now (C1)."""
    return bool(wave.hold or wave.shorten)


def waits(wave: Wave) -> ColumnElement[bool]:
    """Make the condition that holds for leads that get no call for now (C1).

    It is `rules.wave.on_hold`, of leads that are worked.
    """
    cut = and_(leads.c.tier.in_(wave.shorten), leads.c.plan_step >= wave.attempts)
    return and_(MAY_WAIT, or_(leads.c.tier.in_(wave.hold), cut))


def is_called(wave: Wave) -> ColumnElement[bool]:
    """Make the condition that holds for all other leads; it is true while no bar is stricter."""
    return not_(waits(wave)) if is_on(wave) else true()


def waiting_of(view: View, wave: Wave) -> dict[str, int]:
    """Count the leads of each member that get no call for now, while a bar is stricter (C1)."""
    if not is_on(wave):
        return {}
    query = select(leads.c.owner, func.count()).where(
        leads.c.working.is_(True), leads.c.owner > "", waits(wave)
    )
    rows = view.execute(query.group_by(leads.c.owner))
    return {str(owner): int(count) for owner, count in rows}


def waiting(view: View, wave: Wave, owner: str, *, most: int) -> int:
    """Count the leads of one owner, "" the pool's, that get no call for now: so many at most (C1).

    A million that wait in the pool need not be counted.
    """
    if not is_on(wave):
        return 0
    where = is_just(leads.c.owner, owner), leads.c.tier.in_((*wave.hold, *wave.shorten))
    some = select(leads.c.id).where(leads.c.working.is_(True), *where, waits(wave)).limit(most)
    return int(view.execute(select(func.count()).select_from(some.subquery())).scalar() or 0)
